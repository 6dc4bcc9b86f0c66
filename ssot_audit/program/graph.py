"""The import graph of a repository: modules and who imports whom. Only importer of networkx."""

from __future__ import annotations

from typing import NamedTuple

import networkx as nx

from ssot_audit.facts import Context, Facts
from ssot_audit.program.modules import Module, Modules, absolute


class Size(NamedTuple):
    modules: int
    edges: int
    cycles: int  # groups of modules that import each other at import time


def import_graph(modules: Modules) -> nx.DiGraph[str]:
    """Nodes are files, edges imports; an edge's `deferred` says that no import on it runs at import time."""
    graph: nx.DiGraph[str] = nx.DiGraph()
    graph.add_nodes_from(sorted(modules.by_path))
    for module in modules.by_path.values():
        if not isinstance(module.facts, Facts):
            continue
        for one in module.facts.imports:
            later = bool({Context.DEFERRED, Context.TYPING} & set(one.contexts))
            for target in _targets(modules, module, one.level, one.module, one.name):
                known = graph.get_edge_data(module.path, target, {"deferred": True})
                graph.add_edge(module.path, target, deferred=later and known["deferred"])
    return graph


def _targets(modules: Modules, importer: Module, level: int, module: str, name: str | None) -> set[str]:
    """The files an import runs: the module, and the submodule where the name is one."""
    base = absolute(importer, level, module)
    if base is None:
        return set()
    names = [base, f"{base}.{name}"] if name and name != "*" else [base]
    found = (modules.find(one, importer) for one in names)
    return {one.path for one in found if isinstance(one, Module) and one.path != importer.path}


def size(graph: nx.DiGraph[str]) -> Size:
    eager: nx.DiGraph[str] = nx.DiGraph()
    eager.add_edges_from((a, b) for a, b, data in graph.edges(data=True) if not data["deferred"])
    cycles = sum(1 for group in nx.strongly_connected_components(eager) if len(group) > 1)
    return Size(graph.number_of_nodes(), graph.number_of_edges(), cycles)
