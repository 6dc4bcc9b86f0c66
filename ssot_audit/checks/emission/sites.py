"""Where events are emitted: through their emitter, past it, and in tests."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from ssot_audit import names
from ssot_audit.checks.common import applies, unvalidated
from ssot_audit.checks.emission.rule import Emission, EmissionRule
from ssot_audit.checks.emission.spelling import slip_of, variants
from ssot_audit.checks.scene import Scene
from ssot_audit.checks.uses import Target
from ssot_audit.facts import Failure, Place
from ssot_audit.model import Kind, Unvalidated
from ssot_audit.outline import Mention, Outline, Text, Wanted
from ssot_audit.program.meaning import Meanings
from ssot_audit.program.modules import Module


class Site(NamedTuple):
    """A place that emits an event; `text` is what stands there, where that is not the event's name."""

    path: str
    place: Place
    event: str
    text: str
    through: bool = False  # the emitter


class Sites(NamedTuple):
    """The emissions of production code by event, through the emitter and past it; those of other files; names that
    are all but an event's; and files that could not be read."""

    through: Mapping[str, Sequence[Site]]
    past: Mapping[str, Sequence[Site]]
    elsewhere: Mapping[str, Sequence[Site]]
    misspelt: Sequence[Site]
    unread: tuple[Unvalidated, ...]


def home_of(emitters: Sequence[Target]) -> str | None:
    """The file the emitter is made in."""
    return next((one.home for one in emitters if one.home), None)


def wanted(rule: EmissionRule) -> Wanted:
    """What outlines must tell for the rule."""
    spec = rule.spec
    methods = tuple(sorted(_methods(spec)))
    texts = {*spec.events, *(one for event in spec.events for one in variants(event))}
    calls = {*methods, *map(names.last_part, spec.emitter)}
    return Wanted(definitions=methods, mentions=tuple(sorted(calls)), texts=tuple(sorted(texts)))


def find_sites(scene: Scene, rule: EmissionRule, emitters: Sequence[Target], meanings: Meanings) -> Sites:
    """The emissions in all files but those that make the emitter, where they are how it works."""
    homes, applying = {one.home for one in emitters}, applies(rule)
    through, past, elsewhere = (defaultdict[str, list[Site]](list) for _ in range(3))
    misspelt, unread = list[Site](), list[Unvalidated]()
    for path, outline in scene.outlines.spelling(wanted(rule)).items():
        if not applying(path):
            continue
        if isinstance(outline, Failure):
            unread.append(unvalidated(path, outline, scene))
        elif path not in homes:
            module = scene.program.modules.by_path[path]
            for site in _sites(outline, rule.spec, emitters, module, meanings):
                if site.text != site.event:
                    misspelt.append(site)
                elif scene.kinds[path] is not Kind.PRODUCTION:
                    elsewhere[site.event].append(site)
                else:
                    (through if site.through else past)[site.event].append(site)
    return Sites(through, past, elsewhere, misspelt, tuple(unread))


def _methods(spec: Emission) -> dict[str, str]:
    """The event that each method emits, by the method's name."""
    found = {method.replace("*", event): event for method in spec.methods for event in spec.events if "*" in method}
    return {name: event for name, event in found.items() if name.isidentifier()}


def _sites(
    outline: Outline, spec: Emission, emitters: Sequence[Target], module: Module, meanings: Meanings
) -> Iterator[Site]:
    methods, emitting = _methods(spec), {one for one in spec.methods if "*" not in one}
    for mention in outline.mentions:
        if not mention.called:
            continue
        ways = [way for path in mention.paths for way in meanings.of_path(path, module, outline.imports)]
        ours = any(way.after(one.meaning) is not None for way in ways for one in emitters)
        last = {path.parts[-1] for path in mention.paths if path.parts}
        last |= {outline.imports[path.root].bound for path in mention.paths if path.root >= 0 and not path.parts}
        if ours:
            emitting |= last
        event = next((methods[name] for name in sorted(last & methods.keys())), None)
        if ours and mention.key in spec.events:
            event = mention.key
        if event and not _is_own(mention, last, outline):
            known = any(way.is_here or way.reason for way in ways) and not ours
            yield Site(module.path, mention.place, event, event, through=not known)
    for text in outline.texts:
        event = text.value if text.value in spec.events else slip_of(text.value, spec.events)
        called = names.last_part(text.call)
        if event and (called in emitting or _is_sent(text, called, spec)):
            yield Site(module.path, text.place, event, text.value, through=called in emitting)


def _is_own(mention: Mention, last: set[str], outline: Outline) -> bool:
    """Whether an object calls a method that its own class has: that method emits, if anything does."""
    owners = {one.scope for one in outline.definitions if one.name in last and one.scope}
    on_self = any(path.parts[:1] in (("self",), ("cls",)) and len(path.parts) == 2 for path in mention.paths)
    return on_self and any(mention.scope[: len(owner)] == owner for owner in owners)


def _is_sent(text: Text, called: str, spec: Emission) -> bool:
    """Whether a text stands where the name of an event is sent: under a key, or handed to a sender."""
    keyed = text.under in spec.keys and (text.keyed or called == "dict")
    return keyed or (called in spec.senders and (not text.keyed or text.under in spec.keys))
