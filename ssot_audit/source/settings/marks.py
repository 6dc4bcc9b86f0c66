"""What every reader of settings gives, and how it says that a text cannot be read."""

from __future__ import annotations

from typing import NamedTuple


class Mark(NamedTuple):
    """A setting, its value at text[start:end]."""

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


def line_at(text: str, offset: int) -> int:
    """The line of an offset, from 1; lines end with LF, CR or CRLF."""
    before = text[:offset]
    return 1 + before.count("\n") + before.count("\r") - before.count("\r\n")
