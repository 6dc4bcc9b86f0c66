"""What a rule of the kind `emission` says: events, and the one emitter they go through."""

from __future__ import annotations

from typing import NamedTuple

from ssot_audit import tables
from ssot_audit.rules import Rule

KEYS = ("type", "event", "event_type")


class Emission(NamedTuple):
    """Events that are emitted through one emitter.

    events: the declared names
    emitter: dotted paths of the functions, methods or classes that emit them
    methods: methods of it that emit; `*` stands for the event's name
    senders: functions and methods that send what they are handed, beside the emitter
    keys: of dicts, under which the name of an event stands; by default `type`, `event` and `event_type`
    """

    events: tuple[str, ...]
    emitter: tuple[str, ...]
    methods: tuple[str, ...]
    senders: tuple[str, ...]
    keys: tuple[str, ...]

    @property
    def subject(self) -> str:
        return ", ".join(self.events)


EmissionRule = Rule[Emission]


def read(reader: tables.Reader) -> Emission:
    """The keys of such a rule."""
    spec = Emission(
        events=reader.texts("events"),
        emitter=reader.dotted("emitter"),
        methods=reader.texts("methods"),
        senders=reader.texts("senders"),
        keys=reader.texts("keys") or KEYS,
    )
    for key, texts in (("events", spec.events), ("emitter", spec.emitter)):
        if not texts:
            reader.wrong(key, "is missing; it must be a list of texts")
    for event in spec.events:
        if "*" in event or spec.events.count(event) > 1:
            reader.wrong("events", f"{event!r} is {'a pattern' if '*' in event else 'declared twice'}")
    for name in (*spec.methods, *spec.senders):
        if not name.replace("*", "x").isidentifier():
            reader.wrong("methods" if name in spec.methods else "senders", f"{name!r} is not a name")
    return spec
