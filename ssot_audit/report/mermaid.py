"""The format `mermaid`: a flowchart. Grammar: https://mermaid.js.org/syntax/flowchart.html"""

from __future__ import annotations

from ssot_audit.facts import Channel
from ssot_audit.links import Arrow, Drawing, Node, When
from ssot_audit.report.style import visible

MAX_ARROWS = 500  # what renderers draw unless they are told otherwise
_LINES = {When.IMPORT: "-->", When.GUARDED: "-->", When.DEFERRED: "-.->", When.TYPING: "-.->"}
_ENDS = {"definition": ("[", "]"), "users": ("([", "])"), "nothing": ("{{", "}}")}


def render(drawing: Drawing) -> str:
    numbers = {one.key: f"n{at}" for at, one in enumerate(drawing.nodes)}
    lines = ["flowchart LR"]
    lines += [_node(one, numbers[one.key]) for one in drawing.nodes]
    lines += [_arrow(one, numbers) for one in drawing.arrows]
    cyclic = [str(at) for at, one in enumerate(drawing.arrows) if one.cyclic]
    if cyclic:
        lines.append(f"  linkStyle {','.join(cyclic)} stroke:red")
    return "\n".join(lines) + "\n"


def _quoted(*lines: str) -> str:
    """A label. Only entities stand for characters that mean something to Mermaid; `#` begins one."""
    return '"' + "<br/>".join("".join(map(_plain, visible(one))) for one in lines if one) + '"'


def _plain(letter: str) -> str:
    return letter if letter.isalnum() or letter in " ._-/:(),→" else f"#{ord(letter)};"


def _node(one: Node, number: str) -> str:
    opened, closed = _ENDS.get(one.kind.partition(",")[0], ("(", ")"))
    kind = "" if one.kind in ("module", "users") else one.kind
    return f"  {number}{opened}{_quoted(one.label, kind)}{closed}"


def _arrow(one: Arrow, numbers: dict[str, str]) -> str:
    words = [one.channel.value] if one.channel is not Channel.IMPORT else []
    words += [one.when.value] if one.when in (When.GUARDED, When.TYPING) else []
    label = f"|{_quoted(', '.join(words))}|" if words else ""
    return f"  {numbers[one.start]} {_LINES[one.when]}{label} {numbers[one.end]}"
