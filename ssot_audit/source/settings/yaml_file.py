"""YAML, read as PyYAML's events: no tag is constructed, and an alias to a collection is not followed, so a text yields
no more than it holds. The settings of a merged or aliased mapping are those of the place where it is written."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ssot_audit.source.settings import commands
from ssot_audit.source.settings.addresses import mapping
from ssot_audit.source.settings.marks import Malformed, Mark, join, line_at
from ssot_audit.source.settings.nested import MAX_DEPTH, Frame, TooDeep, Trail
from ssot_audit.source.yaml_events import ALIAS, DOCUMENT, END, MAPPING, SCALAR, SEQUENCE, Event, events

MAX_ALIASED = 1_000  # characters of a scalar that aliases repeat; a longer one is a text, not a setting

_PAIR = re.compile(r"([A-Za-z_]\w*)=(.*)\Z", re.S)
_NAME = re.compile(r"[A-Za-z_]\w*\Z")
_PROPERTIES = re.compile(r"(?:[!&]\S*\s+)+")
_COMMANDS = frozenset({"run", "command", "entrypoint", "test", "args", "script", "cmd"})


def read(text: str) -> Iterator[Mark]:
    """Every scalar below a key or in a list, of all documents."""
    return _Events(text).marks()


class _Events:
    """The events of a text, one after the other."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._trail = Trail()
        self._scalars: dict[str, str | None] = {}  # by anchor; None for a collection
        self._ignored = 0  # open collections inside a key that is one itself

    def marks(self) -> Iterator[Mark]:
        for event in events(self._text):
            if event.kind == DOCUMENT:
                self._scalars = {}
            elif event.kind in (MAPPING, SEQUENCE):
                self._enter(event, event.kind == SEQUENCE)
            elif event.kind == END:
                yield from self._leave(event.end)
            elif event.kind == SCALAR:
                if event.anchor:
                    self._scalars[event.anchor] = event.value
                yield from self._scalar(event)
            elif event.kind == ALIAS:
                if event.anchor not in self._scalars:
                    raise Malformed(line_at(self._text, event.start), "is not valid YAML: an alias to nothing")
                yield from self._alias(event)

    def _enter(self, event: Event, is_list: bool) -> None:
        if event.anchor:
            self._scalars[event.anchor] = None
        if self._ignored or self._trail.wants_key():
            self._ignored += 1
            return
        try:
            self._trail.enter(is_list).start = event.start
        except TooDeep:
            raise Malformed(line_at(self._text, event.start), f"nests more than {MAX_DEPTH} levels") from None

    def _leave(self, end: int) -> Iterator[Mark]:
        if self._ignored:
            self._ignored -= 1
            if not self._ignored and self._trail.top:
                self._trail.top.key = "?"
            return
        frame = self._trail.leave()
        yield from _named(frame, self._trail.top)
        if frame.is_list and _last(frame.name) in _COMMANDS:
            yield from self._command(frame.start, end, frame.name)

    def _command(self, start: int, end: int, key: str) -> Iterator[Mark]:
        yield from commands.flags(self._text, start, end, key)
        yield from commands.urls(self._text, start, end, key)

    def _alias(self, event: Event) -> Iterator[Mark]:
        """An alias to a scalar sets what the scalar does, at its own place. One to a collection sets nothing here."""
        value, frame = self._scalars[event.anchor], self._trail.top
        if self._ignored or not frame:
            return
        if self._trail.wants_key():
            frame.key = "?" if value is None or len(value) > MAX_ALIASED else value
            return
        key = self._trail.take()
        if value is not None and len(value) <= MAX_ALIASED:
            yield Mark(key, value, event.start, event.end, "yaml")

    def _scalar(self, event: Event) -> Iterator[Mark]:
        value, frame = event.value, self._trail.top
        if self._ignored or not frame:
            return
        if self._trail.wants_key():
            frame.key = value
            return
        start, end = event.start, event.end
        properties = _PROPERTIES.match(self._text, start, end)
        start = properties.end() if properties else start
        last = frame.key if not frame.is_list else None
        key = self._trail.take()
        mark = Mark(key, value, start, end, "yaml")
        if last in ("name", "value"):
            frame.pairs[last] = mark
        yield from _item(mark, frame, self._text) if frame.is_list else (mark,)
        if "${" in value:
            yield from commands.defaults(self._text, start, end)
        if last in _COMMANDS:
            yield from self._command(start, end, key)


def _last(key: str) -> str:
    return key.rpartition(".")[2]


def _item(mark: Mark, frame: Frame, text: str) -> Iterator[Mark]:
    """An item of a list: `KEY=value` is split, and so are the port mappings of a container."""
    written = text[mark.start : mark.end]
    pair = _PAIR.match(mark.value)
    parts = mapping(mark.value) if _last(frame.name) == "ports" else ()
    if pair and pair[1] + "=" in written:
        start = mark.start + written.index("=") + 1
        yield Mark(join(frame.name, pair[1]), pair[2], start, max(start, mark.end), "env")
    elif parts and mark.value in written:
        start = mark.start + written.index(mark.value)
        for part in parts:
            yield Mark(join(mark.key, part.side), part.value, start + part.start, start + part.end, "port-mapping")
    else:
        yield mark


def _named(frame: Frame, above: Frame | None) -> Iterator[Mark]:
    """`- name: PORT`, `value: 8080`: an item that names a variable, as Kubernetes and Cloud Run write them."""
    name, value = frame.pairs.get("name"), frame.pairs.get("value")
    if above and above.is_list and name and value and _NAME.match(name.value):
        yield value._replace(key=join(above.name, name.value), form="env")
