"""A search for definitions: whether a text may define one of some names, rather than use it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from ssot_audit.source.search import str_word

_STATEMENT = re.compile(r"\b(?:class|def|type)[ \t\f]+\Z")
_ASSIGNS = re.compile(r"(?<![=!<>])=(?!=)")


def may_define(names: Sequence[str], text: str) -> bool:
    """False where no statement of the text can be the class, the function or the assignment of any of the names. A
    name that only an import, a loop or a target over several lines binds is not looked for."""
    normal = text if text.isascii() else unicodedata.normalize("NFKC", text)
    normal = normal.replace("\r", "\n")
    at = -1
    for found in re.finditer(str_word(tuple(names)), normal):
        if found.start() >= at:  # one look at each line
            start = normal.rfind("\n", 0, found.start()) + 1
            at = normal.find("\n", found.end()) + 1 or len(normal)
            if _is_definition(normal, start, found.start(), found.end(), at):
                return True
    return False


def _is_definition(text: str, start: int, word: int, end: int, at: int) -> bool:
    before, after = text[start:word], text[end:at]
    continued = not before.strip() and text[max(0, start - 3) : start].rstrip("\n").endswith("\\")
    if continued or _STATEMENT.search(before):
        return True
    assigns = _ASSIGNS.search(before) is not None
    # What stands after a semicolon or another target is not told apart.
    return _ASSIGNS.search(after) is not None and (
        not assigns or ";" in before + after or after.lstrip().startswith("=")
    )
