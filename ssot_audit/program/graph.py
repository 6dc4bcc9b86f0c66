"""The import graph of a repository: modules and who imports whom. Only importer of networkx."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import networkx as nx

from ssot_audit import names
from ssot_audit.links import Cycle, Edge, Graph, When
from ssot_audit.program.edges import edges
from ssot_audit.program.resolve import Resolver

Pair = tuple[str, str]

SHORT = 4  # modules


def import_graph(resolver: Resolver, packages: Sequence[str] = ()) -> Graph:
    """The graph of the modules in these packages (dotted patterns; none: of all), and of the imports among them."""
    modules = resolver.modules.by_path
    named = {path: modules[path].name for path in sorted(modules)}
    if packages:
        named = {path: name for path, name in named.items() if any(names.covers(one, name) for one in packages)}
    found = [edge for path in named for edge in edges(modules[path], resolver) if edge.imported in named]
    return Graph(tuple(named.items()), tuple(found), tuple(_cycles(found)))


def _cycles(found: Sequence[Edge]) -> Iterator[Cycle]:
    """Import-time cycles, then those that take an import inside a function to close; each kind in order of files."""
    eager = sorted((one.importer, one.imported) for one in found if one.when.at_import)
    every = sorted((one.importer, one.imported) for one in found if one.when is not When.TYPING)
    early, eager_pairs = _groups(eager), {*eager}
    for group in early:
        within = _within(group, eager)
        yield Cycle(group, _shortest(within, within), True)
    for group in _groups(every):
        if group not in early:
            within = _within(group, every)
            yield Cycle(group, _shortest(within, [pair for pair in within if pair not in eager_pairs]), False)


def _groups(pairs: Sequence[Pair]) -> list[tuple[str, ...]]:
    graph: nx.DiGraph[str] = nx.DiGraph(pairs)
    return sorted(tuple(sorted(group)) for group in nx.strongly_connected_components(graph) if len(group) > 1)


def _within(group: Sequence[str], pairs: Sequence[Pair]) -> list[Pair]:
    inside = {*group}
    return [(start, end) for start, end in pairs if start in inside and end in inside]


def _shortest(pairs: Sequence[Pair], closing: Sequence[Pair]) -> tuple[str, ...]:
    """The shortest closed walk over one of the `closing` pairs, from its first file on; of several, over the first
    pair. Short walks are looked for at all pairs before long ones are at any: most cycles are short."""
    graph: nx.DiGraph[str] = nx.DiGraph(pairs)
    for length in range(2, SHORT + 1):
        for start, end in closing:
            if walk := _way(end, start, graph, length):
                return _from_first(walk)
    best: tuple[str, ...] = ()
    for start, end in closing:
        if graph.has_edge(start, end):
            best = _way(end, start, graph, len(best) - 1 if best else len(graph)) or best
            graph.remove_edge(start, end)  # every walk over it has been looked at
            _peel(graph, [start, end])
    return _from_first(best)


def _from_first(walk: tuple[str, ...]) -> tuple[str, ...]:
    first = walk.index(min(walk))
    return (*walk[first:], *walk[:first])


def _way(start: str, end: str, graph: nx.DiGraph[str], limit: int) -> tuple[str, ...]:
    """The shortest way between two modules, both counted, of no more than `limit`; empty for none."""
    before, reached = {start: ""}, [start]
    for _ in range(limit - 1):
        further = []
        for path in reached:
            for one in graph.succ[path]:  # in the order of their files, as the pairs are
                if one not in before:
                    before[one] = path
                    further.append(one)
        if end in before:
            return _walked(end, before)
        reached = further
    return ()


def _walked(end: str, before: Mapping[str, str]) -> tuple[str, ...]:
    walk = [end]
    while before[walk[-1]]:
        walk.append(before[walk[-1]])
    return tuple(reversed(walk))


def _peel(graph: nx.DiGraph[str], suspects: list[str]) -> None:
    """Take out the modules that are on no closed walk because they import none, or none imports them."""
    while suspects:
        path = suspects.pop()
        if path in graph and not (graph.succ[path] and graph.pred[path]):
            suspects += [*graph.succ[path], *graph.pred[path]]
            graph.remove_node(path)
