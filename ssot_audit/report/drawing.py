"""What `graph` answers: the formats of the import graph, and of the fan of paths that lead to a symbol."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType

from ssot_audit.facts import Channel
from ssot_audit.links import Arrow, Cycle, Drawing, Edge, Graph, Node, When
from ssot_audit.report import dot, mermaid
from ssot_audit.report.style import Style, inert, plural, visible

SHOWN_CYCLES = 20
SHOWN_WALK = 12  # modules of one


def drawing_of(graph: Graph) -> Drawing:
    """The graph with its import-time cycles marked."""
    group = {path: number for number, one in enumerate(graph.cycles) if one.at_import for path in one.group}
    arrows = (
        Arrow(one.importer, one.imported, one.when, one.channel, _within(one, group) and one.when.at_import)
        for one in graph.edges
    )
    return Drawing("imports", tuple(Node(path, name, "module", path) for path, name in graph.nodes), tuple(arrows))


def _within(edge: Edge, group: Mapping[str, int]) -> bool:
    return edge.importer in group and group[edge.importer] == group.get(edge.imported)


def limits(drawn: Graph | Drawing, wanted: str) -> tuple[str, ...]:
    """What to tell of a drawing that is larger than is drawn."""
    number = len(drawn.edges if isinstance(drawn, Graph) else drawn.arrows)
    if wanted != "mermaid" or number <= mermaid.MAX_ARROWS:
        return ()
    return (
        f"{number:,} edges: Mermaid draws {mermaid.MAX_ARROWS} unless its maxEdges is raised; narrow with --package",
    )


# The import graph


def graph_text(graph: Graph, style: Style) -> str:
    early = [one for one in graph.cycles if one.at_import]
    late = len(graph.cycles) - len(early)
    figures = (
        plural(len(graph.nodes), "module"),
        plural(len(graph.edges), "edge"),
        plural(len(early), "import-time cycle"),
    )
    lines = [", ".join(figures)]
    if style.quiet:
        return lines[0] + "\n"
    if graph.edges:
        whens, channels = Counter(one.when for one in graph.edges), Counter(one.channel for one in graph.edges)
        shares = [f"{whens[one]:,} {one}" for one in When if whens[one]]
        shares += [f"{channels[one]:,} by {one}" for one in (Channel.STAR, Channel.STRING) if channels[one]]
        lines.append(f"edges: {', '.join(shares)}")
    if late:
        lines.append(f"{plural(late, 'further cycle')} closed by imports inside functions")
    names = dict(graph.nodes)
    lines += [_cycle(one, names, style) for one in early[:SHOWN_CYCLES]]
    if len(early) > SHOWN_CYCLES:
        lines.append(f"and {plural(len(early) - SHOWN_CYCLES, 'more cycle')}; every one: --output-format json")
    return inert("".join(f"{visible(line)}\n" for line in lines))


def _cycle(one: Cycle, names: Mapping[str, str], style: Style) -> str:
    walk = [names[path] for path in (*one.walk, one.walk[0])]
    if len(walk) > SHOWN_WALK:
        walk = [*walk[: SHOWN_WALK - 2], f"{len(walk) - SHOWN_WALK + 1} more", walk[-1]]
    return f"cycle of {plural(len(one.group), 'module')}: {(' → ' if style.unicode else ' -> ').join(walk)}"


def graph_json(graph: Graph, style: Style) -> str:
    """The three figures, and all they are counted from."""
    early = [one for one in graph.cycles if one.at_import]
    whole = {
        "modules": len(graph.nodes),
        "edges": len(graph.edges),
        "cycles": len(early),
        "deferred_cycles": len(graph.cycles) - len(early),
        "graph": {
            "nodes": [{"file": visible(path), "module": visible(name)} for path, name in graph.nodes],
            "edges": [
                {
                    "importer": visible(one.importer),
                    "imported": visible(one.imported),
                    "class": one.when.value,
                    "channel": one.channel.value,
                    "line": one.line,
                }
                for one in graph.edges
            ],
            "cycles": [
                {
                    "import_time": one.at_import,
                    "modules": list(map(visible, one.group)),
                    "shortest": list(map(visible, one.walk)),
                }
                for one in graph.cycles
            ],
        },
    }
    return json.dumps(whole, indent=2) + "\n"


# The fan of a symbol


def fan_text(drawing: Drawing, style: Style) -> str:
    """Each definition and path with what leads to it."""
    nodes = {one.key: one for one in drawing.nodes}
    leading: dict[str, list[Arrow]] = defaultdict(list)
    for arrow in drawing.arrows:
        leading[arrow.end].append(arrow)
    kinds = Counter(_general(one.kind) for one in drawing.nodes)
    lines = [f"{drawing.title}: {plural(kinds['definition'], 'definition')}, {plural(kinds['path'], 'further path')}"]
    for node in () if style.quiet else drawing.nodes:
        if _general(node.kind) == "user":
            continue
        lines.append("  ".join(filter(None, (node.label, node.kind, node.place))))
        lines += [f"  <- {_user(nodes[one.start])}{_how(one)}" for one in leading[node.key]]
    return inert("".join(f"{visible(line)}\n" for line in lines))


def _general(kind: str) -> str:
    return {"module": "user", "users": "user", "definition": "definition", "nothing": "nothing"}.get(
        kind.partition(",")[0], "path"
    )


def _user(node: Node) -> str:
    return node.label if _general(node.kind) == "user" else f"{node.label}  {node.kind}"


def _how(arrow: Arrow) -> str:
    words: Iterable[str] = (
        *([arrow.channel.value] if arrow.channel is not Channel.IMPORT else []),
        *([arrow.when.value] if arrow.when is not When.IMPORT else []),
    )
    return f"  ({', '.join(words)})" if words else ""


def fan_json(drawing: Drawing, style: Style) -> str:
    nodes = [
        {"id": visible(one.key), "label": visible(one.label), "kind": one.kind, "place": visible(one.place) or None}
        for one in drawing.nodes
    ]
    edges = [
        {"from": visible(one.start), "to": visible(one.end), "class": one.when.value, "channel": one.channel.value}
        for one in drawing.arrows
    ]
    return json.dumps({"symbol": visible(drawing.title), "nodes": nodes, "edges": edges}, indent=2) + "\n"


GRAPH_FORMATS: Mapping[str, Callable[[Graph, Style], str]] = MappingProxyType(
    {
        "full": graph_text,
        "json": graph_json,
        "dot": lambda graph, style: dot.render(drawing_of(graph)),
        "mermaid": lambda graph, style: mermaid.render(drawing_of(graph)),
    }
)
FAN_FORMATS: Mapping[str, Callable[[Drawing, Style], str]] = MappingProxyType(
    {
        "full": fan_text,
        "json": fan_json,
        "dot": lambda drawing, style: dot.render(drawing),
        "mermaid": lambda drawing, style: mermaid.render(drawing),
    }
)
