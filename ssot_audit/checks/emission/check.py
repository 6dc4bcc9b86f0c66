"""The rule kind `emission`: declared events, each emitted in production code, and only through one emitter."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ssot_audit.checks.common import absent
from ssot_audit.checks.emission.rule import EmissionRule, read
from ssot_audit.checks.emission.sites import UNDECIDED, Site, Sites, find_sites, home_of, wanted
from ssot_audit.checks.scene import Scene
from ssot_audit.checks.uses import target
from ssot_audit.facts import Place
from ssot_audit.model import Finding, Item, Kind, Outcome, Related, Standing
from ssot_audit.outline import Outline
from ssot_audit.program.meaning import Meanings
from ssot_audit.rules import Shape

ABOUT = """
Governs the names of events that are declared to be emitted, each by production code and only through the canonical
emitter. An emission is a call of one of `methods` or of the emitter, the name as the value of a key such as `type`
in a dict, or the name handed to one of `senders`; comparing a name or subscribing to it is none, and what the
emitter itself does, or its file without calling it, is how the emitter works. The name may be a literal, a constant
of any module, a member of an enumeration, or chosen among such by `or`, `if` or a dict. What is called must be known
to be the emitter, by an import, an annotation, a constructor or an assignment, also of attributes and of what
functions return: what is handed to a method of the same name of another class goes past it, and on an object whose
class is not known is `undecided`. A method that is named for an event and is of another class of the repository is
no emission: what it does itself is.

Each declared event is `emitted` (through the emitter alone), `bypassed` (elsewhere in production code, too or only),
`undecided` (on an object whose class is not known, too or only; or nowhere, and the emitter is handed a name that is
computed), `test-only` (nowhere but in tests and scripts) or `never-emitted`. A text in such a place that is one slip
away from a declared event, or differs in case, is `misspelt`. The figure is emitted / declared events."""

EMITTED, BYPASSED, TEST_ONLY, NEVER, MISSPELT = "emitted", "bypassed", "test-only", "never-emitted", "misspelt"
SHAPE = Shape(read, good=(EMITTED,), bad=(BYPASSED, UNDECIDED, TEST_ONLY, NEVER, MISSPELT))


def check(scene: Scene, rules: Sequence[EmissionRule]) -> Outcome:
    """One item for every declared event; findings where it is emitted past the emitter, not at all, or misspelt."""
    meanings = Meanings(scene.program.resolver)
    outcomes = [_check(scene, rule, meanings) for rule in rules]
    return Outcome(
        items=tuple(one for outcome in outcomes for one in outcome.items),
        findings=tuple(one for outcome in outcomes for one in outcome.findings),
        unread=tuple({one.path: one for outcome in outcomes for one in outcome.unread}.values()),
    )


def _check(scene: Scene, rule: EmissionRule, meanings: Meanings) -> Outcome:
    emitters = [target(path, meanings) for path in rule.spec.emitter]
    missing = (one.path for one in emitters if not one.home)
    gone = tuple(absent(rule, path, f"{path}, which `emitter` names, does not exist") for path in missing)
    home = home_of(emitters)
    if home is None:
        return Outcome(findings=gone)
    sites = find_sites(scene, rule, emitters, meanings)
    items, findings = list[Item](), list[Finding](gone)
    for event in rule.spec.events:
        klass = _class(event, sites)
        items.append(Item(rule.id, home, klass, Standing.COMPLIANT if klass == EMITTED else Standing.BREAKS))
        if klass == BYPASSED:
            message = f"{event} is emitted here, not through {emitters[0].path}"
            findings += _at_sites(scene, rule, klass, sites.past[event], message, f"emit it through {emitters[0].path}")
        elif klass == UNDECIDED and event in sites.undecided:
            message = f"{event} is emitted here on an object whose class is not known"
            advice = f"annotate the object, with {emitters[0].path} where it is that"
            findings += _at_sites(scene, rule, klass, sites.undecided[event], message, advice)
        elif klass != EMITTED and scene.judges(home):
            findings.append(_lacking(scene, rule, event, klass, home, sites))
    findings.extend(_misspelt(scene, rule, site) for site in sites.misspelt if scene.judges(site.path))
    return Outcome(items=tuple(items), findings=tuple(findings), unread=sites.unread)


def _class(event: str, sites: Sites) -> str:
    if sites.past.get(event):
        return BYPASSED
    if sites.undecided.get(event):
        return UNDECIDED
    if sites.through.get(event):
        return EMITTED
    if sites.computed:
        return UNDECIDED
    return TEST_ONLY if sites.elsewhere.get(event) else NEVER


def _at_sites(
    scene: Scene, rule: EmissionRule, klass: str, sites: Sequence[Site], message: str, advice: str
) -> Iterator[Finding]:
    """One finding for each file that emits an event at one of the sites."""
    for path in dict.fromkeys(site.path for site in sites):
        first, *others = sorted(site for site in sites if site.path == path)
        if scene.judges(path):
            related = tuple(Related(path, other.place.line, "and here") for other in others)
            yield _finding(rule, first, scene.kinds[path], klass, message, advice, related)


def _lacking(scene: Scene, rule: EmissionRule, event: str, klass: str, home: str, sites: Sites) -> Finding:
    outline = scene.outlines.of([home], wanted(rule)).get(home)
    texts = outline.texts if isinstance(outline, Outline) else ()
    place = next((one.place for one in texts if one.value == event), Place(1, 1, 1, 1))
    others = sites.computed if klass == UNDECIDED else sites.elsewhere.get(event, [])
    where = "by tests and scripts alone" if others else "nowhere"
    if klass == UNDECIDED:
        where = "nowhere by its name; the emitter is handed names that are computed"
    return _finding(
        rule,
        Site(home, place, event, event),
        scene.kinds[home],
        klass,
        f"{event} is declared, and emitted {where}",
        f"emit it through {rule.spec.emitter[0]} by its name, or take it out of `events`",
        tuple(Related(one.path, one.place.line, "emitted here") for one in others[:3]),
    )


def _misspelt(scene: Scene, rule: EmissionRule, site: Site) -> Finding:
    message = f"{site.text!r} is no declared event; {site.event} is"
    return _finding(rule, site, scene.kinds[site.path], MISSPELT, message, f"write {site.event!r}", ())


def _finding(
    rule: EmissionRule,
    site: Site,
    kind: Kind,
    klass: str,
    message: str,
    advice: str,
    related: tuple[Related, ...],
) -> Finding:
    return Finding(
        rule=rule.id,
        severity=rule.severity,
        path=site.path,
        place=site.place,
        subject=site.event,
        dotted=site.text,
        klass=klass,
        message=message,
        help=advice,
        kind=kind,
        related=related,
    )
