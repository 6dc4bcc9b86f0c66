"""`ssot-audit graph`: the import graph of a folder."""

from __future__ import annotations

from collections.abc import Sequence

from ssot_audit import names
from ssot_audit.errors import UsageError
from ssot_audit.links import Graph
from ssot_audit.reading import read_all
from ssot_audit.repository import Options, open_folder


def graph_of(packages: Sequence[str], options: Options) -> Graph:
    """The graph of the modules in some packages, dotted patterns; none: in all. Raises UsageError where none is."""
    from ssot_audit.program.graph import import_graph  # networkx takes a while to import

    for one in packages:
        if mistake := names.mistake_in(one):
            raise UsageError(f"--package {one!r} {mistake}")
    repository = open_folder(options)
    if not repository.found.paths:
        raise UsageError(f"no Python file found in {repository.root}; name the folder to read")
    graph = import_graph(read_all(repository, options, strings=True).program.resolver, packages)
    if not graph.nodes:
        raise UsageError(f"no module is in {' or '.join(map(repr, packages))}; name packages as they are imported")
    return graph
