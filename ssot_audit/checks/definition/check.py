"""The rule kind `definition`: a name is defined in one place."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence, Set
from typing import NamedTuple

from ssot_audit import names
from ssot_audit.checks.common import absent, split, stale, stale_modules
from ssot_audit.checks.definition.modules import Hidden, governed_modules, hidden
from ssot_audit.checks.definition.rule import DefinitionRule, read
from ssot_audit.checks.definition.sites import APART, Made, Site, sites
from ssot_audit.checks.scene import Scene
from ssot_audit.model import ABSENT, Finding, Item, Outcome, Related, Standing, Unvalidated
from ssot_audit.outline import Wanted
from ssot_audit.rules import Shape

HOME = "home"
BREAKS = ("rival", "duplicate", "rebound", "dead-module", "shadowed-submodule")
SHAPE = Shape(read, good=(HOME, *APART), bad=BREAKS)
ABOUT = """
Each of some names is defined in exactly one place: by a class or function statement, an assignment at module level, or
an alias that gives an object another name. A name is `home` where that holds. A `rival` is another object of the name
in another module; a `duplicate` is a second statement in the same file, `rebound` an assignment or import further down
in it that gives the name another object. What nobody confuses with the home is apart, each with its class: `double`
(named as a test double), `tests` (in a test file), `nested` (in a class or function), `allowed`, `alternative` (the
other arm of an if, try or match, or a stub), `alias` (the same object again), `protocol` (an interface beside its
implementation), `subclass` (of the object of another governed name). Where a rule governs modules, `dead-module` is a
file X.py beside the package X, and `shadowed-submodule` one hidden by what its package binds under the same name. The
figure is names with one home / governed names.
"""


class _Name(NamedTuple):
    """A governed name: its definitions outside tests, the one at home first, with their classes."""

    name: str
    sites: tuple[Site, ...]
    absent: str = ""  # the module that should be its home, and does not define it

    @property
    def breaking(self) -> list[Site]:
        return [one for one in self.sites if one.klass in BREAKS]


def check(scene: Scene, rules: Sequence[DefinitionRule]) -> Outcome:
    """An item for each governed name and each definition apart; a finding for each definition beside the home."""
    wanted = Wanted(definitions=tuple(sorted({name for rule in rules for name in rule.spec.names})))
    outlines = scene.outlines.spelling(wanted)
    items: list[Item] = []
    findings: list[Finding] = []
    unread: list[Unvalidated] = []
    for rule in rules:
        read_files, failed = split(rule, outlines, scene)
        by_path = scene.program.modules.by_path
        found = [site for path, one in read_files.items() for site in sites(rule, one, by_path[path], scene)]
        governed = list(_names(rule, found, scene))
        items += [item for one in governed if (item := _item(rule, one, scene))]
        apart = (one for one in (*found, *(site for one in governed for site in one.sites)) if one.klass in APART)
        items += [Item(rule.id, one.module.path, one.klass, Standing.APART) for one in apart]
        findings += [one for name in governed for one in _findings(rule, name, scene)]
        unread += failed
        for module in governed_modules(rule, scene):
            faults = list(hidden(module, scene))
            klass, standing = (faults[0].klass, Standing.BREAKS) if faults else (HOME, Standing.COMPLIANT)
            path = _judged([module.path, *(one.path for one in faults)], scene)
            items.append(Item(rule.id, path, klass, standing))
            findings += [_hidden(rule, one, scene) for one in faults if scene.judges(one.path)]
        if scene.named is None:
            known = {one.name for file in read_files.values() for one in (*file.definitions, *file.bound)}
            findings += _stale(rule, known, scene)
    return Outcome(items=tuple(items), findings=tuple(findings), unread=tuple(unread))


def _stale(rule: DefinitionRule, bound: Set[str], scene: Scene) -> Iterator[Finding]:
    """The entries of a rule that speak of no name that a file binds, and of no module."""
    spec, modules = rule.spec, [one.name for one in scene.program.modules.by_path.values()]
    yield from stale(rule, "names", spec.names, bound, names.matches)
    yield from stale(rule, "modules", spec.modules, modules, names.matches)
    yield from stale_modules(rule, "allow", spec.allow, scene)
    # A name whose exact home does not define it is absent, and told as such.
    yield from stale(rule, "homes", (name for name, _ in spec.homes if names.is_pattern(name)), bound, names.matches)
    yield from stale(rule, "homes", (home for _, home in spec.homes if names.is_pattern(home)), modules, names.matches)


def _names(rule: DefinitionRule, found: Sequence[Site], scene: Scene) -> Iterator[_Name]:
    """The governed names, each definition with its final class."""
    by_name: dict[str, list[Site]] = defaultdict(list)
    for one in found:
        if one.klass not in APART:
            by_name[one.name].append(one)
    objects = {one.made: one.name for one in found if one.klass not in APART and not one.abstract}
    elsewhere = {one.name for one in found if one.klass == "alternative" and _is_at_home(rule, one)}
    for name in sorted({*by_name, *(name for name, _ in rule.spec.homes if not names.is_pattern(name))}):
        if name in by_name or name not in elsewhere:
            yield _judge(rule, name, by_name.get(name, []), objects, scene)


def _is_at_home(rule: DefinitionRule, one: Site) -> bool:
    return names.matches(rule.spec.home_of(one.name) or "**", one.module.name)


def _judge(rule: DefinitionRule, name: str, sites: list[Site], objects: dict[Made, str], scene: Scene) -> _Name:
    further = [one for one in sites if one.klass]  # duplicate or rebound: told where the first of its file is home
    first = [one for one in sites if not one.klass]
    if not rule.spec.protocols and not all(one.abstract for one in first):
        first = [one._replace(klass="protocol") if one.abstract else one for one in first]
    first = [one for one in first if not one.klass] + [one for one in first if one.klass]
    said = rule.spec.home_of(name)
    home = _home(name, said, first, scene) if said else None
    absent = said if said and not home and not names.is_pattern(said) and name in dict(rule.spec.homes) else ""
    plain = sorted((one for one in first if not one.klass), key=lambda one: one.definition.kind == "alias")
    main = {one.made: one for one in reversed(plain)}  # of each object the site that makes it, or the first alias
    if not said and len(main) == 1:
        home = plain[0]
    judged = []
    for one in first:
        if one.klass:
            judged.append(one)
        elif one is home:
            judged.append(one._replace(klass="" if said or not _is_subclass(one, objects) else "subclass"))
        else:
            again = one.made == home.made if home else one is not main[one.made]
            judged.append(one._replace(klass="alias" if again else "rival"))
    judged = [one._replace(klass=one.klass or HOME) for one in judged]
    judged.sort(key=lambda one: one.klass not in (HOME, "subclass"))
    return _Name(name, (*judged, *(one for one in further if home and one.module is home.module)), absent)


def _home(name: str, said: str, sites: Sequence[Site], scene: Scene) -> Site | None:
    """The definition that stands where a rule says, or that what stands there leads to."""
    there = [one for one in sites if names.matches(said, one.module.name)]
    if not there and not names.is_pattern(said):
        origin = scene.program.resolver.member(said, name).origin
        there = [one for one in sites if origin and one.made == (origin.path, origin.name)]
    return there[0] if len({one.made for one in there}) == 1 else None


def _is_subclass(one: Site, objects: dict[Made, str]) -> bool:
    """Whether it is a class made of one that another governed name stands for."""
    return any(objects.get(base, one.name) != one.name for base in one.bases)


def _item(rule: DefinitionRule, one: _Name, scene: Scene) -> Item | None:
    """What a name is in the figure; None where all its definitions are apart. It counts for the file of its home, or
    where that is not judged, for one of those that define it and are."""
    defining = [site.module.path for site in one.sites if site.klass in (HOME, "subclass", *BREAKS)]
    path, breaking = _judged(defining or [rule.source], scene), one.breaking
    if breaking or one.absent:
        return Item(rule.id, path, breaking[0].klass if breaking else ABSENT, Standing.BREAKS)
    return Item(rule.id, path, HOME, Standing.COMPLIANT) if any(site.klass == HOME for site in one.sites) else None


def _judged(paths: Sequence[str], scene: Scene) -> str:
    """The first path that is judged, or the first of all."""
    return next(filter(scene.judges, paths), paths[0])


def _findings(rule: DefinitionRule, one: _Name, scene: Scene) -> Iterator[Finding]:
    if one.absent:
        message = f"the home {one.absent} does not define {one.name}"
        yield absent(rule, f"{one.absent}.{one.name}", message, "correct the home, or define the name there")
    for site in one.breaking:
        if scene.judges(site.module.path):
            others = [other for other in one.sites if other is not site]
            message, advice = _words(rule, one, site)
            yield Finding(
                rule=rule.id,
                severity=rule.severity,
                path=site.module.path,
                place=site.definition.place,
                subject=one.name,
                dotted=f"{site.module.name}.{one.name}" + (f" ({site.klass})" if site.klass != "rival" else ""),
                klass=site.klass,
                message=message,
                help=advice,
                kind=scene.kinds[site.module.path],
                related=tuple(Related(other.module.path, other.line, _note(other)) for other in others),
            )


def _note(site: Site) -> str:
    notes = {HOME: "its home", "rival": "another object of the name", "subclass": "its home"}
    return notes.get(site.klass, f"defined here too ({site.klass})")


def _words(rule: DefinitionRule, one: _Name, site: Site) -> tuple[str, str]:
    """What is wrong with a definition, and what to do."""
    name, module = one.name, site.module.name
    home = next((other for other in one.sites if other.klass in (HOME, "subclass")), None)
    at = f"{home.module.path}:{home.line}" if home else ""
    if site.klass == "duplicate":
        return f"{name} is defined again in its own file, and hides the one at {at}", "keep one of the two"
    if site.klass == "rebound":
        what = f"{site.made[1]} of {site.made[0]}" if site.made[1] != name else "another object"
        return f"{name} is bound to {what} here, and hides the one at {at}", "give one of the two another name"
    said = rule.spec.home_of(name)
    if home:
        where = home.module.name
        return f"{name} is another object than the one of its home, {where}", f"from {where} import {name}"
    if said:
        return (
            f"{name} is defined in {module}, and its home is {said}",
            f"define it in {said}, and import it from there",
        )
    return (
        f"{name} is defined in several places, this one among them",
        "keep one and import it from there, or say under `homes` which is right",
    )


def _hidden(rule: DefinitionRule, one: Hidden, scene: Scene) -> Finding:
    return Finding(
        rule=rule.id,
        severity=rule.severity,
        path=one.path,
        place=one.place,
        subject=names.last_part(one.module.name),
        dotted=one.module.name,
        klass=one.klass,
        message=one.message,
        help=one.help,
        kind=scene.kinds[one.path],
        related=one.related,
    )
