"""Values about who imports whom: edges and cycles, drawings of them, and the golden path. All frozen."""

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

from ssot_audit.facts import Channel


class When(StrEnum):
    """When an import runs, the earliest first."""

    IMPORT = "import-time"
    GUARDED = "guarded"  # at import time, where it may fail
    DEFERRED = "deferred"  # when a function is called
    TYPING = "typing"  # for type checkers only

    @property
    def at_import(self) -> bool:
        return self in (When.IMPORT, When.GUARDED)


class Edge(NamedTuple):
    """Who imports whom, by file; when and how the earliest of the imports between them runs, and its line."""

    importer: str
    imported: str
    when: When
    channel: Channel
    line: int


class Cycle(NamedTuple):
    """A group of modules that reach each other, by file, and the shortest closed walk through some of them, without
    its return to the first."""

    group: tuple[str, ...]
    walk: tuple[str, ...]
    at_import: bool  # otherwise only with imports inside functions


class Graph(NamedTuple):
    """The import graph: modules by file with their dotted names, edges, and cycles, all in one order."""

    nodes: tuple[tuple[str, str], ...]
    edges: tuple[Edge, ...]
    cycles: tuple[Cycle, ...]


class Node(NamedTuple):
    """One thing in a drawing. `kind` decides how it looks; `place` is a file, or a file and line."""

    key: str
    label: str
    kind: str
    place: str = ""


class Arrow(NamedTuple):
    """From who uses to what is used, by the keys of their nodes."""

    start: str
    end: str
    when: When
    channel: Channel
    cyclic: bool = False  # within an import-time cycle


class Drawing(NamedTuple):
    """Nodes and arrows, in the order they are drawn in."""

    title: str
    nodes: tuple[Node, ...]
    arrows: tuple[Arrow, ...]


class Reached(NamedTuple):
    """A module that runs once an entry point does. `before` is the file of the module that imports it on a shortest
    way there, empty for an entry point, and `line` that of the import."""

    path: str
    name: str
    before: str
    line: int


UNGUARDED = "unguarded"


class BrokenImport(NamedTuple):
    """An import on the golden path that leads nowhere. `how`: guarded, here or on every way here; deferred, until a
    function is called; or unguarded: it fails the entry point, over the modules in `way`."""

    path: str
    line: int
    dotted: str
    how: str
    way: tuple[Reached, ...] = ()


class GoldenPath(NamedTuple):
    """What runs once the entry points do. `reached` is by file, in the order of the distance; the files in `unparsed`,
    `tests` and `broken` are of them."""

    entries: tuple[str, ...]
    deferred: bool  # whether imports inside functions count
    at_import: int  # modules
    with_deferred: int
    reached: Mapping[str, Reached]
    unparsed: tuple[str, ...] = ()
    tests: tuple[str, ...] = ()
    broken: tuple[BrokenImport, ...] = ()

    @property
    def failing(self) -> tuple[BrokenImport, ...]:
        """The broken imports that fail an entry point."""
        return tuple(one for one in self.broken if one.how == UNGUARDED)

    def chain(self, path: str) -> tuple[Reached, ...]:
        """The shortest way from an entry point to a file; empty where it is not on the path."""
        return chain(path, self.reached)


def chain(path: str, reached: Mapping[str, Reached]) -> tuple[Reached, ...]:
    """The way to a file from where all others were reached; empty where it was not."""
    found: list[Reached] = []
    while path in reached:
        found.append(reached[path])
        path = found[-1].before
    return tuple(reversed(found))


def stops(way: tuple[Reached, ...], line: int = 0) -> list[str]:
    """`a:3`, `b:12`, `c`: each module with the line that imports the next, the last with this one, if any."""
    lines = [*(one.line for one in way[1:]), line]
    return [f"{one.name}:{line}" if line else one.name for one, line in zip(way, lines, strict=True)]
