"""What every reader of settings gives, and how it says that a text cannot be read."""

from __future__ import annotations

import re
from typing import NamedTuple

COMPUTED = "{}"
MAX_BLANKS = 200
_LONG_BLANKS = re.compile(r"(?<=\S)[^\S\r\n]{201,}")


class Mark(NamedTuple):
    """A setting, its value at text[start:end], with COMPUTED for what is known only at run time."""

    key: str
    value: str
    start: int
    end: int
    form: str


class Malformed(Exception):
    """The text does not follow its format. `reason` goes on after the file's name and repeats nothing of the text."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(reason)
        self.line, self.reason = line, reason


def join(*names: str) -> str:
    """The names that are not empty, joined by `.`."""
    return ".".join(filter(None, names))


def variable_of(key: str) -> str:
    """The variable of the environment that a key, or a flag, is named after: `PORT` of `services.auth.--port`."""
    return key.rpartition(".")[2].lstrip("-").replace("-", "_").upper()


def refuse_long_blanks(text: str) -> None:
    """Raise Malformed at a run of more than MAX_BLANKS blanks in a line: the patterns of configparser and python-dotenv
    take time with the square of its length."""
    found = _LONG_BLANKS.search(text)
    if found:
        raise Malformed(line_at(text, found.start()), f"holds more than {MAX_BLANKS} blanks in a row")


def line_at(text: str, offset: int) -> int:
    """The line of an offset, from 1; lines end with LF, CR or CRLF."""
    before = text[:offset]
    return 1 + before.count("\n") + before.count("\r") - before.count("\r\n")
