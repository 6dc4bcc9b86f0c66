"""Where strings, comments, brackets and import statements of a text stand, asked for single places."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import cached_property
from operator import attrgetter
from typing import NamedTuple

from ssot_audit.engine import compiled
from ssot_audit.source import jit, search
from ssot_audit.source.jit import Span

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


def standing(text: str, name: str, behind: str = ".") -> Iterator[int]:
    """Where a name stands as a whole word, not directly behind one of some characters."""
    at = text.find(name)
    while at >= 0:
        end = at + len(name)
        before, after = text[at - 1 : at], text[end : end + 1]
        if not (any(one == "_" or one.isalnum() for one in (before, after)) or (before and before in behind)):
            yield at
        at = text.find(name, end)


def letter_before(text: str, end: int) -> str:
    """The last character before an offset that is no blank, if any is near."""
    return text[max(0, end - _LONG) : end].rstrip()[-1:]


def _is_formatted(text: str, start: int) -> bool:
    """Whether the token that starts here is an f-string."""
    return text[start] != "#" and bool(_FORMATTED.search(text[max(0, start - 3) : start]))


def _in_field(text: str, start: int, offset: int) -> bool:
    """Whether an offset in the f-string at `start` may be in a replacement field; what looks like a string in
    one is a part of it."""
    depth, at = 0, start + 1
    while at < offset:
        letter = text[at]
        if not depth and letter in "{}" and text[at + 1 : at + 2] == letter:
            at += 1
        elif letter == "{":
            depth += 1
        elif letter == "}":
            depth = max(0, depth - 1)
        elif depth and letter in "\"'":
            closed = text.find(letter, at + 1, offset)
            if closed < 0:
                return True
            at = closed
        at += 1
    return depth > 0


def _code(text: str, start: int, end: int, tokens: Sequence[Span]) -> str:
    """A part of the text with blanks for its comments, and for its strings but those that may hold code."""
    pieces, done = [], start
    for first, last in tokens:
        if not _is_formatted(text, first):
            pieces += [text[done:first], " " * (last - first)]
            done = last
    return "".join((*pieces, text[done:end]))


class LogicalLine:
    """A logical line, its indentation included and its line end not. Offsets are those of the whole text."""

    def __init__(self, text: str, mask: bytes, span: Span) -> None:
        self._text, self._mask = text, mask
        self.span = self.start, self.end = span

    @cached_property
    def _tokens(self) -> list[Span]:
        """Its strings and comments."""
        found = jit.tokens(self._mask[self.start : self.end + 1])
        if found is None:
            raise Unsure("strings that cannot be told apart with certainty")
        return [(self.start + first, self.start + last) for first, last in found]

    def token_around(self, offset: int) -> int | None:
        """Where the string or comment starts that holds the offset; a string starts with its first quote."""
        at = bisect_right(self._tokens, (offset, self.end)) - 1
        return self._tokens[at][0] if at >= 0 and offset < self._tokens[at][1] else None

    @cached_property
    def code(self) -> str:
        """The line with blanks for its comments, and for its strings but those that may hold code."""
        return _code(self._text, self.start, self.end, self._tokens)

    @cached_property
    def _brackets(self) -> list[Span]:
        """Where each bracket in code opens, and where it closes."""
        opened: list[int] = []
        closed: list[Span] = []
        done = self.start
        for start, end in (*self._tokens, (self.end, self.end)):
            for one in _BRACKET.finditer(self._text, done, start):
                if one.group() in _OPEN:
                    opened.append(one.start())
                elif opened:
                    closed.append((opened.pop(), one.start()))
            done = end
        return sorted((*closed, *((start, self.end) for start in opened)))

    def enclosing(self, offset: int) -> int | None:
        """Where the innermost bracket opens that is still open before the offset."""
        return next((start for start, end in reversed(self._brackets) if start < offset <= end), None)


class Tokens:
    """Answers about offsets of a text. Each raises Unsure where strings cannot be told apart with certainty."""

    def __init__(self, text: str, mask: bytes, imports: Sequence[Span] | None = None) -> None:
        """`imports` are the import statements, where they are known."""
        self._text, self._mask = text, mask
        self._lines: list[LogicalLine] = []  # those that were asked for, in order
        if imports is not None:
            self._imports = imports

    @cached_property
    def _imports(self) -> Sequence[Span]:
        found = jit.statements(self._mask)
        if found is None:
            raise Unsure("statements that cannot be told apart with certainty")
        return found

    def hits(self, pattern: str) -> list[int]:
        """Where a pattern matches in the text, whatever stands there."""
        return search.places(pattern, self._mask)

    def spelled(self, pattern: str) -> set[str]:
        """What a pattern matches in the text, whatever stands there."""
        return {one.group().decode("ascii") for one in compiled(pattern).finditer(self._mask)}

    def line(self, offset: int) -> LogicalLine:
        """The logical line that holds an offset."""
        at = bisect_right(self._lines, offset, key=_START)
        before = self._lines[at - 1] if at else None
        if before and offset <= before.end:
            return before
        found = jit.line_around(self._mask, offset, before.end + 1 if before else 0)
        if found is None:
            raise Unsure("strings that cannot be told apart with certainty")
        self._lines.insert(at, LogicalLine(self._text, self._mask, found))
        return self._lines[at]

    def is_code(self, offset: int) -> bool:
        """Whether the offset is in no string and no comment. Raises Unsure for one in a field of an f-string."""
        start = self.line(offset).token_around(offset)
        if start is not None and _is_formatted(self._text, start) and _in_field(self._text, start, offset):
            raise Unsure("a governed name in an f-string")
        return start is None

    def starts_string(self, quote: int) -> bool:
        """Whether a string starts with this quote. Raises Unsure for one in a field of an f-string."""
        is_first = not self.is_code(quote) and self.line(quote).token_around(quote) == quote
        return is_first and not _is_formatted(self._text, quote)

    def is_bare_code(self, offset: int) -> bool:
        """Whether the offset is in no string, no comment and no import."""
        return not self.in_import(offset) and self.is_code(offset)

    def in_import(self, offset: int) -> bool:
        at = bisect_right(self._imports, (offset, len(self._text))) - 1
        return at >= 0 and offset < self._imports[at][1]

    def enclosing(self, offset: int) -> int | None:
        """Where the innermost bracket opens that is still open before the offset."""
        return self.line(offset).enclosing(offset)

    def is_argument(self, offset: int) -> bool:
        """Whether an offset is directly in the parentheses of a call, or of a function's parameters."""
        opened = self.enclosing(offset)
        before = self.before_bracket(opened) if opened is not None and self._text[opened] == "(" else ""
        return before == "_" or before.isalnum()

    def before_bracket(self, opened: int) -> str:
        """The last character before a bracket that is no blank, if any is near on its line."""
        start = self.line(opened).start
        return letter_before(self._text[start:opened], opened - start)


_START = attrgetter("start")
