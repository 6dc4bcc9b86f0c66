"""The logical lines that matter to the scanner, found at machine speed: headers around an import, imports, statements
that fail a test, and whatever stands at module level. Lines that are left out change nothing the scanner tells."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from typing import NamedTuple

from ssot_audit.source import jit
from ssot_audit.source.lines import Line, columns, end_of_line, logical_lines

HEADERS = frozenset(
    ("def", "class", "if", "elif", "else", "try", "except", "finally", "with", "for", "while", "match", "case", "async")
)
IMPORTS = frozenset(("import", "from", "lazy"))
_SCOPES = frozenset(("def", "class"))
_WORD = re.compile(rb"[\w?]*+")
_FUNCTION = re.compile(r"async[\s\\]+def\b")
_BLANK_REST = re.compile(rb"[ \t\f]*+(?:#[^\n]*+)?+(?:\n|\Z)")
_COLON = ord(":")


def relevant_lines(
    text: str, mask: bytes, spots: Sequence[int] = (), wanted: re.Pattern[str] | None = None
) -> list[Line] | None:
    """The lines in order, and those that hold any of the spots; None where reading line by line is needed to be
    certain. With `wanted`, imports below module level matter only where they spell it or are stars."""
    found = jit.marks(mask)
    if found is None:
        return None
    lines = [_line(text, mask, start, end) for start, end in found]
    if wanted:
        lines = [
            line for line in lines if line.word not in IMPORTS or not line.column or _is_wanted(text, line, wanted)
        ]
    if spots:
        lines = _with_spots(text, lines, spots)
    return _with_module_blocks(text, _without_idle_scopes(text, lines))


def _is_wanted(text: str, line: Line, wanted: re.Pattern[str]) -> bool:
    """Whether a line is no import below module level, or one of those wanted."""
    if not line.column or line.word not in IMPORTS:
        return True
    return text.find("*", line.start, line.end) >= 0 or wanted.search(text, line.start, line.end) is not None


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


def _with_spots(text: str, lines: list[Line], spots: Sequence[int]) -> list[Line]:
    """The lines, and between them those in which a spot stands."""
    starts = [line.start for line in lines]
    more = {line.start: line for line in lines}
    for spot in spots:
        at = bisect_right(starts, spot) - 1
        for line in logical_lines(text, text.rfind("\n", 0, lines[at].start) + 1 if at >= 0 else 0):
            if line.end > spot:
                more[line.start] = line
                break
    return [more[start] for start in sorted(more)]


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
