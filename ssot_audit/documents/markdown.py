"""Markdown read into lines of prose and blocks of code. Only importer of markdown-it-py."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import NamedTuple

from markdown_it import MarkdownIt
from markdown_it.token import Token

MARKER = re.compile(r"<!--[ \t]*(/?)ssot(?::figure\b([^>\n\r]{0,200}?))?[ \t]*-->")
_BREAKS = re.compile(r"\r\n?|\n")


class Prose(NamedTuple):
    """One line of prose as a reader sees it. `codes` are its inline code, `links` its targets, `headings` all that it
    stands under. A row of a table is one line, its `cells` beside the
    `columns` they stand in."""

    line: int
    text: str
    codes: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    headings: tuple[str, ...] = ()
    cells: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    labels: bool = False  # names the example right below it


class Code(NamedTuple):
    """A fenced or indented block. `line` is that of its first line; `above` the prose and headings before it."""

    line: int
    language: str
    text: str
    above: str
    labelled: bool = False  # an example with a name of a file of its own


class Document(NamedTuple):
    """`live` are (line, number of the marker on it) of the markers that are HTML comments rather than code."""

    prose: tuple[Prose, ...]
    code: tuple[Code, ...]
    live: frozenset[tuple[int, int]]


def lines_of(text: str) -> list[str]:
    """The lines of a text, as CommonMark ends them."""
    return _BREAKS.split(text)


@cache
def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark").enable("table")


def read(text: str) -> Document:
    """The document a text is, without its byte order mark."""
    return _Reader(lines_of(text), _parser().parse(text)).document()


class _Reader:
    """Goes through the blocks once, knowing the headings above and the table around each."""

    def __init__(self, lines: Sequence[str], tokens: Sequence[Token]) -> None:
        self.lines, self.tokens = lines, tokens
        self.prose: list[Prose] = []
        self.code: list[Code] = []
        self.live: set[tuple[int, int]] = set()
        self.flags: dict[tuple[int, int], list[bool]] = {}  # of each span of lines, whether its markers are live
        self.headings: list[tuple[int, str]] = []
        self.columns: tuple[str, ...] = ()
        self.row: list[Prose] | None = None
        self.level = 0  # of the heading that is open

    def document(self) -> Document:
        for token in self.tokens:
            self._token(token)
        for (begin, end), flags in self.flags.items():
            places = [
                (at + 1, number)
                for at in range(begin, min(end, len(self.lines)))
                for number, _ in enumerate(MARKER.finditer(self.lines[at]))
            ]
            same = len(places) == len(flags)
            self.live.update(place for at, place in enumerate(places) if not same or flags[at])
        return Document(tuple(self.prose), tuple(self.code), frozenset(self.live))

    def _token(self, token: Token) -> None:
        kind = token.type
        if kind == "inline" and token.map:
            self._inline(token, token.map[0], token.map[1])
        elif kind == "html_block" and token.map:
            found = [True for _ in MARKER.finditer(token.content)]
            self.flags.setdefault((token.map[0], token.map[1]), []).extend(found)
        elif kind in ("fence", "code_block") and token.map:
            labelled = self._label(token.map[0])
            above = " ".join([*self._titles(), *(one.text for one in self.prose[-1:])])
            first = token.map[0] + (2 if kind == "fence" else 1)
            self.code.append(Code(first, token.info.strip().lower(), token.content, above, labelled))
        elif kind == "heading_open":
            self.level = int(token.tag[1:])
        elif kind == "heading_close":
            self.level = 0
        elif kind == "tr_open":
            self.row = []
        elif kind == "tr_close":
            self._end_row()
        elif kind == "table_close":
            self.columns = ()

    def _label(self, begin: int) -> bool:
        """Whether the line right above a block names it, as a file of an example is named; that line is marked."""
        last = self.prose[-1] if self.prose else None
        if last is None or not last.codes or begin - last.line > 1:
            return False
        is_label = "." in last.codes[-1] and last.text.rstrip(" :").endswith(last.codes[-1])
        self.prose[-1] = last._replace(labels=is_label)
        return is_label

    def _titles(self) -> tuple[str, ...]:
        return tuple(text for _, text in self.headings)

    def _inline(self, token: Token, begin: int, end: int) -> None:
        children = token.children or []
        flags = self.flags.setdefault((begin, end), [])
        for child in children:
            flags += [child.type == "html_inline" for _ in MARKER.finditer(child.content)]
        read = [
            Prose(begin + 1 + number, text.strip(), codes, links, self._titles())
            for number, (text, codes, links) in enumerate(_split(children))
        ]
        if self.row is not None:
            self.row += read[:1] or [Prose(begin + 1, "")]
            return
        self.prose += [one for one in read if one.text]
        if self.level and read:
            self.headings = [one for one in self.headings if one[0] < self.level] + [(self.level, read[0].text)]

    def _end_row(self) -> None:
        row, self.row = self.row or [], None
        cells = tuple(one.text for one in row)
        if not self.columns:
            self.columns = cells
        elif row:
            codes = tuple(code for one in row for code in one.codes)
            links = tuple(link for one in row for link in one.links)
            text = " | ".join(cells)
            self.prose.append(Prose(row[0].line, text, codes, links, self._titles(), cells, self.columns))


def _split(children: Sequence[Token]) -> Iterator[tuple[str, tuple[str, ...], tuple[str, ...]]]:
    """The lines of an inline token: text, code, targets of links. Comments are no text."""
    text: list[str] = []
    codes: list[str] = []
    links: list[str] = []
    for child in children:
        if child.type in ("softbreak", "hardbreak"):
            yield "".join(text), tuple(codes), tuple(links)
            text, codes, links = [], [], []
        elif child.type == "code_inline":
            text.append(child.content)
            codes.append(child.content)
        elif child.type == "link_open":
            links.append(str(child.attrs.get("href", "")))
        elif child.type in ("text", "text_special"):
            text.append(child.content)
    yield "".join(text), tuple(codes), tuple(links)
