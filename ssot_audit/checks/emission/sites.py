"""Where events are emitted: through their emitter, past it, by nobody knows what, and in tests."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import NamedTuple

from ssot_audit import names
from ssot_audit.checks.common import applies, unvalidated
from ssot_audit.checks.emission.objects import Objects
from ssot_audit.checks.emission.rule import Emission, EmissionRule
from ssot_audit.checks.emission.spelling import slip_of, variants
from ssot_audit.checks.scene import Scene
from ssot_audit.checks.uses import Target
from ssot_audit.facts import Failure, Place
from ssot_audit.model import Kind, Unvalidated
from ssot_audit.outline import Mention, Outline, Path, Wanted
from ssot_audit.program.meaning import Meanings
from ssot_audit.source.sent import CALLED, Leaf, Sheet, sheet

THROUGH, PAST, UNDECIDED = "through", "past", "undecided"
ELSEWHERE = "elsewhere"  # by a method of another class of this repository


class Site(NamedTuple):
    """A place that emits an event; `text` is what stands there, where that is not the event's name. `how`: through the
    emitter, past it, or on an object nobody knows. Without an event: one that is computed."""

    path: str
    place: Place
    event: str
    text: str
    how: str = ""
    scope: tuple[str, ...] = ()  # the classes and functions around it


class Sites(NamedTuple):
    """The emissions of production code by event, through the emitter, past it, and undecided; those of other files;
    names that are all but an event's; emissions of computed events; and files that could not be read."""

    through: Mapping[str, Sequence[Site]]
    past: Mapping[str, Sequence[Site]]
    undecided: Mapping[str, Sequence[Site]]
    elsewhere: Mapping[str, Sequence[Site]]
    misspelt: Sequence[Site]
    computed: Sequence[Site]
    unread: tuple[Unvalidated, ...]


def home_of(emitters: Sequence[Target]) -> str | None:
    """The file the emitter is made in."""
    return next((one.home for one in emitters if one.home), None)


def wanted(rule: EmissionRule) -> Wanted:
    """What outlines must tell for the rule."""
    spec = rule.spec
    methods = tuple(sorted(_methods(spec)))
    texts = {*spec.events, *(one for event in spec.events for one in variants(event))}
    calls = {*methods, *_plain(spec), *map(names.last_part, spec.emitter)}
    return Wanted(definitions=methods, mentions=tuple(sorted(calls)), texts=tuple(sorted(texts)))


def find_sites(scene: Scene, rule: EmissionRule, emitters: Sequence[Target], meanings: Meanings) -> Sites:
    """The emissions in all files; in those that make the emitter only calls of it, outside of it: all else is how it
    works."""
    applying = applies(rule)
    through, past, undecided, elsewhere = (defaultdict[str, list[Site]](list) for _ in range(4))
    misspelt, computed, unread = list[Site](), list[Site](), list[Unvalidated]()
    objects = Objects(scene, meanings)
    for path, found in _sheets(scene, rule, objects).items():
        if not applying(path):
            continue
        if isinstance(found, Failure):
            unread.append(unvalidated(path, found, scene))
        else:
            own = {one.inside[:1] for one in emitters if one.home == path}
            for site in _Reader(path, found, rule.spec, emitters, objects).sites():
                inside = site.scope[:1] and (site.scope[0].removesuffix(CALLED),) in own
                if own and (inside or site.how != THROUGH):
                    continue
                if site.event and site.text != site.event:
                    misspelt.append(site)
                elif scene.kinds[path] is not Kind.PRODUCTION:
                    elsewhere[site.event].append(site)
                elif not site.event:
                    computed.append(site)
                else:
                    {THROUGH: through, PAST: past}.get(site.how, undecided)[site.event].append(site)
    return Sites(through, past, undecided, elsewhere, misspelt, computed, tuple(unread))


def _sheets(scene: Scene, rule: EmissionRule, objects: Objects) -> Mapping[str, Sheet | Failure]:
    """Of the files that spell an event, a method or the emitter, or a constant that stands for an event."""
    asked = wanted(rule)
    words = {name for group in asked for name in group}
    asked = asked.plus(Wanted(mentions=rule.spec.senders))
    found = scene.outlines.parsed(words, partial(sheet, asked))
    sheets = [one for one in found.values() if isinstance(one, Sheet)]
    events = rule.spec.events
    constants = {key[-1] for one in sheets for key, text in one.texts.items() if text in events and key[-1].isupper()}
    more = scene.outlines.parsed(constants, partial(sheet, asked)) if constants else {}
    found = {**more, **found}
    objects.sheets.update((path, one if isinstance(one, Sheet) else None) for path, one in found.items())
    return {path: found[path] for path in sorted(found)}


def _methods(spec: Emission) -> dict[str, str]:
    """The event that each method emits, by the method's name."""
    found = {method.replace("*", event): event for method in spec.methods for event in spec.events if "*" in method}
    return {name: event for name, event in found.items() if name.isidentifier()}


def _plain(spec: Emission) -> set[str]:
    """The methods that emit the event they are handed."""
    return {one for one in spec.methods if "*" not in one}


class _Reader:
    """The emissions of one file."""

    def __init__(self, path: str, found: Sheet, spec: Emission, emitters: Sequence[Target], objects: Objects) -> None:
        self.path, self.found, self.spec, self.objects = path, found, spec, objects
        self.emitters = [one.meaning.names for one in emitters if not one.meaning.reason]
        self.plain, self.methods = _plain(spec), _methods(spec)
        self.called = self.plain | set(map(names.last_part, spec.emitter))

    def sites(self) -> Iterator[Site]:
        for mention in self.found.outline.mentions:
            last = {path.parts[-1] for path in mention.paths if path.parts} & self.methods.keys()
            if mention.called and last and not _is_own(mention, last, self.found.outline):
                name, how = self.methods[min(last)], self._how(mention.paths)
                if how != ELSEWHERE:
                    yield Site(self.path, mention.place, name, name, how, mention.scope)
        for leaf in self.found.leaves:
            text, emits = self._text(leaf), leaf.called in self.called or self._is_sent(leaf)
            if text is None:
                if leaf.called in self.called and self._is_event(leaf) and self._how(leaf.call) == THROUGH:
                    yield Site(self.path, leaf.place, "", "", THROUGH, leaf.scope)
                continue
            slip = slip_of(text, self.spec.events) if leaf.text else None
            event = text if text in self.spec.events else slip
            how = self._how(leaf.call) if event and (emits or leaf.call) else UNDECIDED
            if event and (emits or how == THROUGH):
                yield Site(self.path, leaf.place, event, text, self._sent(leaf, how), leaf.scope)

    def _text(self, leaf: Leaf) -> str | None:
        if leaf.text is not None or not (leaf.called in self.called or self._is_sent(leaf)):
            return leaf.text
        texts = (self.objects.text_of(path, self.path) for path in leaf.value)
        return next((one for one in texts if one is not None), None)

    def _how(self, call: Sequence[Path]) -> str:
        """What is called: the emitter or something of it, something else, or nobody knows. A method of another class
        here that is named for an event emits nothing by being called; what its own lines do is judged."""
        ends = {end for path in call for end in self.objects.of(path, self.path)}
        if any(end[: len(one)] == one for end in ends for one in self.emitters):
            return THROUGH
        if any(":" in end[0] for end in ends):
            return ELSEWHERE
        return PAST if ends else UNDECIDED

    def _sent(self, leaf: Leaf, how: str) -> str:
        """A sender on an unknown object goes past the emitter, unless it is called as a method of the emitter is."""
        return PAST if how == ELSEWHERE or (how == UNDECIDED and leaf.called not in self.called) else how

    def _is_event(self, leaf: Leaf) -> bool:
        """Whether a value stands where an emitter takes the event."""
        return not leaf.keyed and (leaf.under == "0" or leaf.under in self.spec.keys)

    def _is_sent(self, leaf: Leaf) -> bool:
        """Whether a value stands where the name of an event is sent: under a key, or handed to a sender."""
        keyed = leaf.under in self.spec.keys and (leaf.keyed or leaf.called == "dict")
        return keyed or (leaf.called in self.spec.senders and (not leaf.keyed or leaf.under in self.spec.keys))


def _is_own(mention: Mention, last: set[str], outline: Outline) -> bool:
    """Whether an object calls a method that its own class has: that method emits, if anything does."""
    owners = {one.scope for one in outline.definitions if one.name in last and one.scope}
    around = [owner for owner in owners if mention.scope[: len(owner)] == owner]
    objects = {path.parts[:-1] for path in mention.paths}
    return any(objects & {("self",), ("cls",), (*owner, CALLED), owner} for owner in around)
