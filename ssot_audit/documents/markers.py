"""Figures between markers: `<!-- ssot:figure NAME -->36.9 %<!-- /ssot -->`, found, and written anew."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from ssot_audit.documents.markdown import MARKER, lines_of

_ENDS = re.compile(r"\r\n?|\n")


class Marked(NamedTuple):
    """A marker with its name, the folder whose figure it has (empty: this repository), and the text up to its end.
    `mistake` says what is wrong with the marker itself. `begin` and `end` are the span of the text, in characters."""

    name: str
    target: str
    stated: str
    line: int
    column: int
    begin: int
    end: int
    mistake: str = ""


def find(text: str, live: frozenset[tuple[int, int]]) -> Iterator[Marked]:
    """The markers of a text in order. `live` are (line, number on it) of those that are no code."""
    opener: tuple[re.Match[str], int, int] | None = None
    for found, line, column in _live(text, live):
        if not found[1]:
            if opener:
                yield _marked(*opener, text, None)
            opener = found, line, column
        elif opener:
            yield _marked(*opener, text, found.start())
            opener = None
        else:
            yield Marked("", "", "", line, column, found.start(), found.start(), "ends a figure that was not begun")
    if opener:
        yield _marked(*opener, text, None)


def _live(text: str, live: frozenset[tuple[int, int]]) -> Iterator[tuple[re.Match[str], int, int]]:
    starts = [0, *(one.end() for one in _ENDS.finditer(text))]
    for line, (start, content) in enumerate(zip(starts, lines_of(text), strict=True), 1):
        for number, found in enumerate(MARKER.finditer(text, start, start + len(content))):
            if (line, number) in live:
                yield found, line, found.start() - start + 1


def _marked(found: re.Match[str], line: int, column: int, text: str, end: int | None) -> Marked:
    words = (found[2] or "").split()
    targets = [word.removeprefix("in=") for word in words if word.startswith("in=")]
    names = [word for word in words if not word.startswith("in=")]
    mistake = ""
    if end is None:
        mistake = "is not closed: `<!-- /ssot -->` is missing"
    elif len(names) != 1 or len(targets) > 1:
        mistake = "must be `ssot:figure NAME`, or `ssot:figure NAME in=FOLDER`"
    stated = "" if end is None else text[found.end() : end].strip()
    target = targets[0].strip("/") if targets else ""
    return Marked(" ".join(names), target, stated, line, column, found.end(), end or found.end(), mistake)


def same(stated: str, figure: str) -> bool:
    """Whether a text states a figure, however it groups digits and sets off the sign."""
    return _bare(stated) == _bare(figure)


def _bare(text: str) -> str:
    return re.sub(r"[\s,_`*]", "", text)


def written(text: str, marked: list[Marked], figure: Callable[[Marked], str | None]) -> str:
    """The text with the figure between each pair of markers that has one; nothing else is touched."""
    for one in reversed(marked):
        value = None if one.mistake else figure(one)
        if value is not None and not same(one.stated, value):
            text = f"{text[: one.begin]}{value}{text[one.end :]}"
    return text
