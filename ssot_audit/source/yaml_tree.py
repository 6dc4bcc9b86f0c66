"""YAML as a tree of nodes with places. An alias is the node it names, so a text makes no more nodes than it writes."""

from __future__ import annotations

from collections.abc import Iterator

from ssot_audit.source.settings.marks import Malformed, line_at
from ssot_audit.source.settings.nested import MAX_DEPTH
from ssot_audit.source.yaml_events import ALIAS, DOCUMENT, END, MAPPING, SCALAR, Event, events


class Node:
    """A scalar, a mapping or a list. Keys of a mapping that are no scalars are left out; of equal keys the last holds.
    What does not fit reads as empty: a list has no keys, a scalar no items."""

    __slots__ = ("end", "items", "keys", "kind", "start", "style", "value")

    def __init__(self, event: Event) -> None:
        self.kind, self.value, self.style = event.kind, event.value, event.style
        self.start, self.end = event.start, event.end
        self.items: list[Node] = []
        self.keys: dict[str, tuple[Node, Node]] = {}  # the key's node, the value's

    def get(self, *path: str) -> Node | None:
        """What stands below some keys, one in the other."""
        node: Node | None = self
        for key in path:
            node = node.keys[key][1] if node and key in node.keys else None
        return node

    def text(self, *path: str) -> str:
        """The scalar below some keys; empty where there is none."""
        node = self.get(*path)
        return node.value if node and node.kind == SCALAR else ""

    def pairs(self) -> Iterator[tuple[str, Node]]:
        """Keys and values, those of merged mappings (`<<`) too where the mapping has not its own."""
        own = {key: value for key, (_, value) in self.keys.items() if key != "<<"}
        merged = self.get("<<")
        for one in [] if merged is None else [merged] if merged.kind == MAPPING else merged.items:
            for key, (_, value) in one.keys.items():
                if key != "<<":
                    own.setdefault(key, value)
        yield from own.items()


def read(text: str) -> list[Node]:
    """The top node of each document. Raises Malformed, also for nodes nested too deep."""
    tops, fault = begun(text)
    if fault:
        raise fault
    return tops


def begun(text: str) -> tuple[list[Node], Malformed | None]:
    """The top nodes, as far as the text can be read, and what is wrong where it cannot be read to its end."""
    tops: list[Node] = []
    try:
        _fill(tops, text)
    except Malformed as fault:
        return tops, fault
    return tops, None


def _fill(tops: list[Node], text: str) -> None:
    stack: list[tuple[Node, Node | None]] = []  # open collections, each with the key that waits for its value
    known: dict[str, Node] = {}
    for event in events(text):
        if event.kind == DOCUMENT:
            known = {}
            continue
        if event.kind == END:
            stack.pop()[0].end = event.start
            continue
        node = _node(event, known, text)
        _place(node, stack, tops)
        if event.kind not in (SCALAR, ALIAS):
            stack.append((node, None))
            if len(stack) > MAX_DEPTH:
                raise Malformed(line_at(text, event.start), f"nests more than {MAX_DEPTH} levels")


def _node(event: Event, known: dict[str, Node], text: str) -> Node:
    if event.kind == ALIAS:
        if event.anchor not in known:
            raise Malformed(line_at(text, event.start), "is not valid YAML: an alias to nothing")
        return known[event.anchor]
    node = Node(event)
    if event.anchor:
        known[event.anchor] = node
    return node


def _place(node: Node, stack: list[tuple[Node, Node | None]], tops: list[Node]) -> None:
    """Put a node where it belongs: an item, a key, the value of the key before it, or the top of a document."""
    if not stack:
        tops.append(node)
        return
    parent, key = stack[-1]
    if parent.kind != MAPPING:
        parent.items.append(node)
    elif key is None:
        stack[-1] = (parent, node)
    else:
        stack[-1] = (parent, None)
        if key.kind == SCALAR:
            parent.keys[key.value] = (key, node)
