"""The format `dot`, for Graphviz. Grammar: https://graphviz.org/doc/info/lang.html"""

from __future__ import annotations

from ssot_audit.facts import Channel
from ssot_audit.links import Arrow, Drawing, Node, When
from ssot_audit.report.style import visible

_SHAPES = {"definition": "box", "users": "note", "nothing": "octagon"}
_LINES = {When.IMPORT: "solid", When.GUARDED: "solid", When.DEFERRED: "dashed", When.TYPING: "dotted"}


def render(drawing: Drawing) -> str:
    lines = [f"digraph {_quoted(drawing.title)} {{", "  rankdir=LR;", '  node [shape=plain, fontname="sans-serif"];']
    lines += [_node(one) for one in drawing.nodes]
    lines += [_arrow(one) for one in drawing.arrows]
    return "\n".join((*lines, "}")) + "\n"


def _quoted(*lines: str) -> str:
    """A quoted string. Graphviz reads `\\"` as a quote and, in labels, other escapes: a backslash is doubled."""
    return '"' + "\\n".join(visible(one).replace("\\", "\\\\").replace('"', '\\"') for one in lines if one) + '"'


def _node(one: Node) -> str:
    shape = _SHAPES.get(one.kind.partition(",")[0])
    look = f", shape={shape}" if shape else ""
    kind = "" if one.kind in ("module", "users") else one.kind
    return f"  {_quoted(one.key)} [label={_quoted(one.label, kind)}, tooltip={_quoted(one.place or one.label)}{look}];"


def _arrow(one: Arrow) -> str:
    looks = [f"style={_LINES[one.when]}"]
    if one.when is When.GUARDED:
        looks.append("color=gray40")
    if one.cyclic:
        looks.append("color=red")
    if one.channel is not Channel.IMPORT:
        looks.append(f"label={_quoted(one.channel.value)}")
    return f"  {_quoted(one.start)} -> {_quoted(one.end)} [{', '.join(looks)}];"
