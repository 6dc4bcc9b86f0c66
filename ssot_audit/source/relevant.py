"""The logical lines that matter to the scanner, found at machine speed: headers around an import, imports, statements
that fail a test, and whatever stands at module level. Lines that are left out change nothing the scanner tells."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ssot_audit.source import jit
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
_COLON, _LINE_END = b":\n"


def relevant_lines(text: str, mask: bytes) -> list[Line] | None:
    """The lines in order; None where reading line by line is needed to be certain."""
    found = jit.marks(mask)
    if found is None:
        return None
    lines = [_line(text, mask, start, end) for start, end in found]
    return _with_module_blocks(text, _without_idle_scopes(text, lines))


def lines_around(text: str, mask: bytes, offsets: Sequence[int]) -> list[Line] | None:
    """Of a valid text the lines that hold the offsets, which are in order, and those that tell what blocks they are in;
    None where reading line by line is needed to be certain."""
    marks, whole = jit.marks(mask), jit.logical_lines(mask)
    if marks is None or whole is None:
        return None
    starts = [start for start, _ in whole]
    holding = (whole[at] for at in {bisect_right(starts, offset) - 1 for offset in offsets} if at >= 0)
    held = {one.start: one for one in (_whole_line(text, start, end) for start, end in holding)}
    around = (_line(text, mask, start, end) for start, end in _in_blocks(mask, marks, [*held]))
    lines = {one.start: one for one in around if one.word in HEADERS or one.word in FAILING} | held
    return _without_idle_scopes(text, [lines[start] for start in sorted(lines)])


def _whole_line(text: str, start: int, end: int) -> Line:
    first = _INDENT.match(text, start)
    assert first
    return Line(first.end(1), end, columns(first[1]), first[2])


def _in_blocks(mask: bytes, marks: Sequence[tuple[int, int]], offsets: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Those of the marks that are not indented, and those below one with which any of the offsets is."""
    block: list[tuple[int, int]] = []
    wanted = sorted(offsets)
    at = 0
    for mark in (*marks, (len(mask), len(mask))):
        if mask[mark[0] - 1] != _LINE_END and mark[0] < len(mask):
            block.append(mark)
            continue
        held = at
        while at < len(wanted) and wanted[at] + 1 < mark[0]:
            at += 1
        yield from block if at > held else block[:1]
        block = [mark]


def _line(text: str, mask: bytes, start: int, end: int) -> Line:
    """The line whose first word starts at `start` of the mask, which is one ahead of the text."""
    indent = text[mask.rfind(b"\n", 0, start) : start - 1]
    column = len(indent) if not indent.strip(" ") else columns(indent)
    found = _WORD.match(mask, start)
    assert found
    word = text[start - 1 : found.end() - 1]
    colon = -1
    if word in HEADERS and mask[end - 1] == _COLON:
        if _BLANK_REST.match(mask, end):
            colon = end - 2
        else:
            end = end_of_line(text, start - 1) + 1
    return Line(start - 1, end - 1, column, word, colon)


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
