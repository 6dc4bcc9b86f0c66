"""YAML, read as PyYAML's events: no tag is constructed, and an alias to a collection is not followed, so a text yields
no more than it holds. The settings of a merged or aliased mapping are those of the place where it is written."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from ssot_audit.source.settings import commands
from ssot_audit.source.settings.addresses import mapping
from ssot_audit.source.settings.marks import Malformed, Mark, join, line_at
from ssot_audit.source.settings.nested import MAX_DEPTH, Frame, TooDeep, Trail

_PAIR = re.compile(r"([A-Za-z_]\w*)=(.*)\Z", re.S)
_NAME = re.compile(r"[A-Za-z_]\w*\Z")
_PROPERTIES = re.compile(r"(?:[!&]\S*\s+)+")
_COMMANDS = frozenset({"run", "command", "entrypoint", "test", "args", "script", "cmd"})


def read(text: str) -> Iterator[Mark]:
    """Every scalar below a key or in a list, of all documents."""
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml, where PyYAML was built with it
    try:
        yield from _Events(text, yaml).marks(yaml.parse(text, Loader=loader))
    except yaml.reader.ReaderError:
        bad = yaml.reader.Reader.NON_PRINTABLE.search(text)
        raise Malformed(line_at(text, bad.start() if bad else 0), "holds a control character") from None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise Malformed(mark.line + 1 if mark else 1, f"is not valid YAML: {error.problem}") from None


class _Events:
    """The events of a text, one after the other."""

    def __init__(self, text: str, yaml: Any) -> None:
        self._text, self._yaml = text, yaml
        self._trail = Trail()
        self._scalars: dict[str, str | None] = {}  # by anchor; None for a collection
        self._ignored = 0  # open collections inside a key that is one itself

    def marks(self, events: Any) -> Iterator[Mark]:
        yaml = self._yaml
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                self._scalars = {}
            elif isinstance(event, yaml.CollectionStartEvent):
                self._enter(event, isinstance(event, yaml.SequenceStartEvent))
            elif isinstance(event, yaml.CollectionEndEvent):
                yield from self._leave()
            elif isinstance(event, yaml.ScalarEvent):
                if event.anchor:
                    self._scalars[event.anchor] = event.value
                yield from self._scalar(event, event.value)
            elif isinstance(event, yaml.AliasEvent):
                if event.anchor not in self._scalars:
                    raise Malformed(event.start_mark.line + 1, "is not valid YAML: an alias to nothing")
                yield from self._alias(event)

    def _enter(self, event: Any, is_list: bool) -> None:
        if event.anchor:
            self._scalars[event.anchor] = None
        if self._ignored or self._trail.wants_key():
            self._ignored += 1
            return
        try:
            self._trail.enter(is_list)
        except TooDeep:
            raise Malformed(event.start_mark.line + 1, f"nests more than {MAX_DEPTH} levels") from None

    def _leave(self) -> Iterator[Mark]:
        if self._ignored:
            self._ignored -= 1
            if not self._ignored and self._trail.top:
                self._trail.top.key = "?"
            return
        yield from _named(self._trail.leave(), self._trail.top)

    def _alias(self, event: Any) -> Iterator[Mark]:
        value = self._scalars[event.anchor]
        if value is not None:
            yield from self._scalar(event, value)
        elif self._trail.wants_key() and self._trail.top and not self._ignored:
            self._trail.top.key = "?"
        elif not self._ignored:
            self._trail.take()

    def _scalar(self, event: Any, value: str) -> Iterator[Mark]:
        frame = self._trail.top
        if self._ignored or not frame:
            return
        if self._trail.wants_key():
            frame.key = value
            return
        start, end = event.start_mark.index, event.end_mark.index
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
        if (last or frame.name.rpartition(".")[2]) in _COMMANDS:
            yield from commands.flags(self._text, start, end, key)
            yield from commands.urls(self._text, start, end, key)


def _item(mark: Mark, frame: Frame, text: str) -> Iterator[Mark]:
    """An item of a list: `KEY=value` is split, and so are the port mappings of a container."""
    written = text[mark.start : mark.end]
    pair = _PAIR.match(mark.value)
    parts = mapping(mark.value) if frame.name.rpartition(".")[2] == "ports" else ()
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
    if above and above.is_list and isinstance(name, Mark) and isinstance(value, Mark) and _NAME.match(name.value):
        yield value._replace(key=join(above.name, name.value), form="env")
