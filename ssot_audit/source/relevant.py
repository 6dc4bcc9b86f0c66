"""The logical lines that matter to the scanner, found at machine speed: headers around an import, imports, statements
that fail a test, and whatever stands at module level. Lines that are left out change nothing the scanner tells."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from ssot_audit.source import jit
from ssot_audit.source.jit import Span
from ssot_audit.source.lines import Line, columns, end_of_line, logical_lines

HEADERS = frozenset(
    ("def", "class", "if", "elif", "else", "try", "except", "finally", "with", "for", "while", "match", "case", "async")
)
IMPORTS = frozenset(("import", "from", "lazy"))
FAILING = frozenset(("pytest", "self", "raise", "assert", "fail"))  # a statement that fails the test starts with one
_SCOPES = frozenset(("def", "class"))
_WORD = re.compile(rb"[\w?]*+")
_FUNCTION = re.compile(r"async[\s\\]+def\b")
_BLANK_REST = re.compile(rb"[ \t\f]*+(?:#[^\n]*+)?+(?:\n|\Z)")
_INDENT = re.compile(r"([ \t\f]*)(\w*)")
_SCOPE = re.compile(rb"(?:async[\s\\]+)?def\b|class\b")
_CONTINUES = re.compile(rb"(?:elif|else|except|finally)\b")
_COLON = ord(":")


def relevant_lines(text: str, mask: bytes) -> list[Line] | None:
    """The lines in order; None where reading line by line is needed to be certain."""
    found = jit.marks(mask)
    if found is None:
        return None
    lines = [_line(text, mask, start, end) for start, end in found]
    return _with_module_blocks(text, _without_idle_scopes(text, lines))


def lines_around(text: str, mask: bytes, holding: Iterable[Span]) -> list[Line] | None:
    """Of a valid text some logical lines, and those that tell what blocks they are in; None where reading line by line
    is needed to be certain."""
    marks = jit.marks(mask)
    if marks is None:
        return None
    blocks = _Blocks(text, mask, [start for start, _ in marks])
    held = {one.start: one for one in (_whole_line(text, *span) for span in holding)}
    numbers = {number for one in held.values() for number in blocks.around(one)}
    around = (_line(text, mask, *marks[number]) for number in numbers)
    lines = {one.start: one for one in around if one.word in HEADERS or one.word in FAILING} | held
    return _without_idle_scopes(text, [lines[start] for start in sorted(lines)])


def _whole_line(text: str, start: int, end: int) -> Line:
    first = _INDENT.match(text, start)
    assert first
    return Line(first.end(1), end, columns(first[1]), first[2])


class _Blocks:
    """The headers of a valid text's blocks, by where they start in its mask, among other lines."""

    def __init__(self, text: str, mask: bytes, starts: Sequence[int]) -> None:
        self._mask, self._starts = mask, starts
        self._columns = [_column(text, mask, start) for start in starts]

    def around(self, line: Line) -> Iterator[int]:
        """The numbers of the headers around a line, its own included, from the outermost; and from the first on that is
        no function's or class's of all that are in its compound statement."""
        number, column = bisect_right(self._starts, line.start + 1) - 1, line.column
        above = [number] if number >= 0 and self._starts[number] == line.start + 1 else []
        while column and number >= 0:
            if self._columns[number] < column:
                above.append(number)
                column = self._columns[number]
            number -= 1
        for number in reversed(above):
            if not _SCOPE.match(self._mask, self._starts[number]):
                yield from self._compound(number)
                break
            yield number

    def _compound(self, number: int) -> range:
        """The numbers from the first header of a compound statement to the last in it."""
        column, first, after = self._columns[number], number, number + 1
        while first and (self._columns[first] > column or self._continues(first)):
            first -= 1
        while after < len(self._starts) and (
            self._columns[after] > column or (self._columns[after] == column and self._continues(after))
        ):
            after += 1
        return range(first, after)

    def _continues(self, number: int) -> bool:
        return _CONTINUES.match(self._mask, self._starts[number]) is not None


def _column(text: str, mask: bytes, start: int) -> int:
    indent = text[mask.rfind(b"\n", 0, start) : start - 1]
    return len(indent) if not indent.strip(" ") else columns(indent)


def _line(text: str, mask: bytes, start: int, end: int) -> Line:
    """The line whose first word starts at `start` of the mask, which is one ahead of the text."""
    found = _WORD.match(mask, start)
    assert found
    word = text[start - 1 : found.end() - 1]
    colon = -1
    if word in HEADERS and mask[end - 1] == _COLON:
        if _BLANK_REST.match(mask, end):
            colon = end - 2
        else:
            end = end_of_line(text, start - 1) + 1
    return Line(start - 1, end - 1, _column(text, mask, start), word, colon)


class _Scope(NamedTuple):
    """A function or class that is open while lines are gone through: where what is inside begins among those kept."""

    column: int
    inside: int


def _without_idle_scopes(text: str, lines: list[Line]) -> list[Line]:
    """The lines, but for those of functions and classes in which nothing but blocks was found."""
    kept: list[Line] = []
    scopes: list[_Scope] = []
    alive = 0  # how many scopes, from the outermost, hold more than blocks

    def close(column: int) -> None:
        nonlocal alive
        while scopes and scopes[-1].column >= column:
            scope = scopes.pop()
            if len(scopes) >= alive:
                del kept[scope.inside :]
            alive = min(alive, len(scopes))

    for line in lines:
        close(line.column)
        if line.colon < 0:
            alive = len(scopes)
        kept.append(line)
        if line.word in _SCOPES or (line.word == "async" and _FUNCTION.match(text, line.start)):
            scopes.append(_Scope(line.column, len(kept)))
    close(0)
    return kept


def _with_module_blocks(text: str, lines: list[Line]) -> list[Line]:
    """The lines, with all of those in the compound statements of module level, where any may bind a name."""
    kept: list[Line] = []
    at = 0
    while at < len(lines):
        line = lines[at]
        at += 1
        compound = line.column == 0 and line.word in HEADERS and line.word not in _SCOPES
        if not compound or _FUNCTION.match(text, line.start):
            kept.append(line)
            continue
        while at < len(lines) and lines[at].column:
            at += 1
        kept.extend(logical_lines(text, line.start, lines[at].start if at < len(lines) else len(text)))
    return kept
