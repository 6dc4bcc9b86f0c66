"""How text is shown: the options of a format, and the one function every untrusted string passes through."""

import re
import unicodedata
from collections.abc import Sequence
from typing import NamedTuple

from ssot_audit.model import Finding, Status

# Control and format characters, surrogates, line and paragraph separators, private use, unassigned.
_HIDDEN = frozenset(("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"))
_COLONS = re.compile(r"^((?:[^\S\n]|\x1b\[[\d;]*m)*):(?=:)", re.MULTILINE)
_HASHES = re.compile(r"##((?:vso)?\[)")


class Style(NamedTuple):
    """`unicode` tells whether the output can hold more than ASCII."""

    color: bool = False
    unicode: bool = True
    width: int = 100
    statistics: bool = False
    quiet: bool = False
    verbose: bool = False


def visible(text: str) -> str:
    """The text with every character that could move the cursor, hide or reorder text written as an escape."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(_escaped(letter) if unicodedata.category(letter) in _HIDDEN else letter for letter in text)


def inert(text: str) -> str:
    """Lines none of which a build server takes for a command to it: GitHub reads `::` at a line's start, blanks
    skipped, and like Azure Pipelines `##[` anywhere."""
    return _HASHES.sub(r"#\\x23\1", _COLONS.sub(r"\1\\x3a", text))


def inert_json(text: str) -> str:
    """The same JSON, with nothing in it that a build server takes for a command; `#` stands in strings only."""
    return _HASHES.sub(r"#\\u0023\1", text)


def _escaped(letter: str) -> str:
    number = ord(letter)
    if 0xDC80 <= number <= 0xDCFF:  # a byte of a file name that is not UTF-8
        return f"\\x{number - 0xDC00:02x}"
    return {"\n": "\\n", "\r": "\\r", "\t": "\\t"}.get(letter) or (
        f"\\x{number:02x}" if number < 0x100 else f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"
    )


def unaccepted(found: Sequence[Finding]) -> list[Finding]:
    """The findings that neither a comment nor a baseline accepts."""
    return [one for one in found if one.status is Status.OPEN]


def plural(number: int, one: str, many: str = "") -> str:
    """`1 file`, `2 files`, `1,204 files`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"
