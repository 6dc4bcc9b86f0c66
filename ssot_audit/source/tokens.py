"""Where strings, comments, brackets and import statements of a text stand, asked for single places."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from functools import cached_property
from typing import NamedTuple

from ssot_audit.source import jit

_FORMATTED = re.compile(r"(?<!\w)(?:[fFtT][rR]?|[rR][fFtT])\Z")
_REVERSED = re.compile(r"\s*(\w+(?:\s*\.\s*\w+)*)")
_LONG = 400  # characters; no real path is longer
_OPEN = "([{"
_BRACKET = re.compile(r"[()\[\]{}]")


class Unsure(Exception):
    """Only the whole tree can tell; the reason."""


class Path(NamedTuple):
    """A dotted path in a text, and where it starts."""

    start: int
    parts: tuple[str, ...]


def path_before(text: str, end: int) -> Path | None:
    """The dotted path that ends right before an offset, but for blanks. Raises Unsure for one of great length."""
    window = text[max(0, end - _LONG) : end][::-1]
    found = _REVERSED.match(window)
    if found is None:
        return None
    if found.end() == _LONG:
        raise Unsure("a very long path")
    parts = tuple("".join(found[1][::-1].split()).split("."))
    return Path(end - found.end(), parts) if parts[0].isidentifier() else None


def letter_before(text: str, end: int) -> str:
    """The last character before an offset that is no blank, if any is near."""
    return text[max(0, end - _LONG) : end].rstrip()[-1:]


class Tokens:
    """Answers about offsets of a text. Each raises Unsure where strings cannot be told apart with certainty."""

    def __init__(self, text: str, mask: bytes) -> None:
        self._text, self._mask = text, mask

    @cached_property
    def _spans(self) -> list[tuple[int, int]]:
        found = jit.tokens(self._mask)
        if found is None:
            raise Unsure("strings that cannot be told apart with certainty")
        return found

    @cached_property
    def _starts(self) -> list[int]:
        return [start for start, _ in self._spans]

    @cached_property
    def _imports(self) -> list[tuple[int, int]]:
        found = jit.statements(self._mask)
        if found is None:
            raise Unsure("statements that cannot be told apart with certainty")
        return found

    def _around(self, offset: int) -> int | None:
        """Where the string or comment starts that holds the offset; a string starts with its first quote."""
        at = bisect_right(self._starts, offset) - 1
        return self._starts[at] if at >= 0 and offset < self._spans[at][1] else None

    def _is_formatted(self, start: int) -> bool:
        return self._text[start] != "#" and bool(_FORMATTED.search(self._text[max(0, start - 3) : start]))

    def is_code(self, offset: int) -> bool:
        """Whether the offset is in no string and no comment. Raises Unsure for one in a field of an f-string."""
        start = self._around(offset)
        if start is not None and self._is_formatted(start) and self._in_field(start, offset):
            raise Unsure("a governed name in an f-string")
        return start is None

    @cached_property
    def code(self) -> str:
        """The text with blanks for its comments, and for its strings but those that may hold code."""
        pieces, done = [], 0
        for start, end in self._spans:
            if not self._is_formatted(start):
                pieces += [self._text[done:start], " " * (end - start)]
                done = end
        return "".join((*pieces, self._text[done:]))

    def may_start_string(self, quote: int) -> bool:
        """Whether a string starts with this quote, one of three, or may start there in an f-string."""
        start = self._around(quote)
        return start is not None and (self._is_formatted(start) or start in (quote, quote - 2))

    def starts_string(self, quote: int) -> bool:
        """Whether a string starts with this quote. Raises Unsure for one in a field of an f-string."""
        return not self.is_code(quote) and self._around(quote) == quote and not self._is_formatted(quote)

    def _in_field(self, start: int, offset: int) -> bool:
        """Whether an offset in the f-string at `start` may be in a replacement field; what looks like a string in
        one is a part of it."""
        depth, at = 0, start + 1
        while at < offset:
            letter = self._text[at]
            if not depth and letter in "{}" and self._text[at + 1 : at + 2] == letter:
                at += 1
            elif letter == "{":
                depth += 1
            elif letter == "}":
                depth = max(0, depth - 1)
            elif depth and letter in "\"'":
                closed = self._text.find(letter, at + 1, offset)
                if closed < 0:
                    return True
                at = closed
            at += 1
        return depth > 0

    def is_bare_code(self, offset: int) -> bool:
        """Whether the offset is in no string, no comment and no import."""
        return self.is_code(offset) and not self.in_import(offset)

    def in_import(self, offset: int) -> bool:
        at = bisect_right(self._imports, (offset, len(self._text))) - 1
        return at >= 0 and offset < self._imports[at][1]

    @cached_property
    def lines(self) -> list[tuple[int, int]]:
        """Start and end of every logical line."""
        found = jit.logical_lines(self._mask)
        if found is None:
            raise Unsure("statements that cannot be told apart with certainty")
        return found

    @cached_property
    def _line_starts(self) -> list[int]:
        return [start for start, _ in self.lines]

    def line_of(self, offset: int) -> int:
        """The number of the logical line that holds an offset, or of the last before it."""
        return bisect_right(self._line_starts, offset) - 1

    def _brackets(self, start: int, end: int) -> Iterator[re.Match[str]]:
        """The brackets of a part of the text, in code."""
        return (one for one in _BRACKET.finditer(self._text, start, end) if self._around(one.start()) is None)

    def enclosing(self, offset: int) -> int | None:
        """Where the innermost bracket opens that is still open before the offset."""
        opened: list[int] = []
        at = self.line_of(offset)
        for one in self._brackets(self._line_starts[at] if at >= 0 else 0, offset):
            if one.group() in _OPEN:
                opened.append(one.start())
            elif opened:
                opened.pop()
        return opened[-1] if opened else None

    def is_argument(self, offset: int) -> bool:
        """Whether an offset is directly in the parentheses of a call, or of a function's parameters."""
        opened = self.enclosing(offset)
        before = self.before_bracket(opened) if opened is not None and self._text[opened] == "(" else ""
        return before == "_" or before.isalnum()

    def before_bracket(self, opened: int) -> str:
        """The last character before a bracket that is no blank, if any is near on its line."""
        start = self._line_starts[self.line_of(opened)]
        return letter_before(self._text[start:opened], opened - start)

    def closing(self, bracket: int) -> int:
        """Where the bracket that opens at an offset is closed; the line's end where it is not."""
        depth, end = 0, self.lines[self.line_of(bracket)][1]
        for one in self._brackets(bracket, end):
            depth += 1 if one.group() in _OPEN else -1
            if not depth:
                return one.start()
        return end
