"""The rule kind `required`: modules that must use a symbol, or whose classes must inherit from it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from ssot_audit import names, tables
from ssot_audit.checks.common import absent, applies, unvalidated
from ssot_audit.checks.required.ancestry import Ancestry, Descent
from ssot_audit.checks.scene import Scene
from ssot_audit.checks.uses import Target, find_uses, target
from ssot_audit.facts import Failure, Place
from ssot_audit.model import Finding, Item, Outcome, Related, Standing
from ssot_audit.outline import Definition, Outline, Wanted
from ssot_audit.program.meaning import Meanings
from ssot_audit.rules import Rule, Shape

ABOUT = """
Governs modules, or with `classes` the classes of modules, that must go by one symbol. A module `uses` it where an
import or an expression of it leads to the very object, by whatever path or name, or where a class of it inherits
from the object; else the symbol is `missing`. A class `uses` it where it inherits from it, directly or through other
classes of the repository, in any order; it is `undecided` where a base is computed, or comes from a module that does
not parse. The file that makes the symbol is not governed. The figure is uses / (uses + missing + undecided)."""

USES, MISSING, UNDECIDED = "uses", "missing", "undecided"
STANDINGS = {USES: Standing.COMPLIANT, MISSING: Standing.BREAKS, UNDECIDED: Standing.TOLERATED}
_CLASSES = {Descent.DESCENDS: USES, Descent.UNRELATED: MISSING, Descent.UNTOLD: UNDECIDED}


class Required(NamedTuple):
    """A symbol that modules must use.

    modules: the modules that must: exact, with all below, or as patterns
    must-use: the dotted path of the symbol
    classes: patterns of names; given any, each such class of these modules must inherit from the symbol
    """

    modules: tuple[str, ...]
    must_use: str
    classes: tuple[str, ...]

    @property
    def subject(self) -> str:
        return self.must_use


RequiredRule = Rule[Required]


def read(reader: tables.Reader) -> Required:
    """The keys of such a rule."""
    spec = Required(reader.patterns("modules"), reader.one_dotted("must-use"), reader.texts("classes"))
    if not spec.modules:
        reader.wrong("modules", "is missing; it must be a list of modules or patterns such as tests.**")
    for pattern in spec.classes:
        if not pattern.replace("*", "x").isidentifier():
            reader.wrong("classes", f"{pattern!r} is no name, nor a pattern of one")
    return spec


SHAPE = Shape(read, good=(USES, UNDECIDED), bad=(MISSING,))


class Governed(NamedTuple):
    """A rule with what its symbol is here, and the files that must use it."""

    rule: RequiredRule
    symbol: Target
    paths: tuple[str, ...]


def check(scene: Scene, rules: Sequence[RequiredRule]) -> Outcome:
    """One item for every module or class that must use a rule's symbol, a finding for each that does not."""
    meanings = Meanings(scene.program.resolver)
    outcomes = [_check(scene, _governed(scene, rule, meanings), meanings) for rule in rules]
    return Outcome(
        items=tuple(one for outcome in outcomes for one in outcome.items),
        findings=tuple(one for outcome in outcomes for one in outcome.findings),
        unread=tuple({one.path: one for outcome in outcomes for one in outcome.unread}.values()),
    )


def _governed(scene: Scene, rule: RequiredRule, meanings: Meanings) -> Governed:
    symbol, applying = target(rule.spec.must_use, meanings), applies(rule)
    paths = (path for path in sorted(scene.program.modules.by_path) if applying(path) and path != symbol.home)
    named = (path for path in paths if _is_governed(scene.program.modules.by_path[path].name, rule.spec.modules))
    return Governed(rule, symbol, tuple(named))


def _is_governed(module: str, patterns: Sequence[str]) -> bool:
    return any(names.covers(pattern, module) for pattern in patterns)


def _check(scene: Scene, governed: Governed, meanings: Meanings) -> Outcome:
    if governed.symbol.is_absent:
        path = governed.symbol.path
        return Outcome(findings=(absent(governed.rule, path, f"{path}, which `must-use` names, does not exist"),))
    return (_classes if governed.rule.spec.classes else _modules)(scene, governed, meanings)


def _modules(scene: Scene, governed: Governed, meanings: Meanings) -> Outcome:
    uses, paths = find_uses(scene, [governed.symbol], meanings), {*governed.paths}
    unread = tuple(one for one in uses.unread if one.path in paths)
    meaning = governed.symbol.meaning
    using = {one.path for one in uses.found if any(way.after(meaning) is not None for way in one.meanings)}
    for path in paths & uses.outlines.keys() - using:
        module = scene.program.modules.by_path[path]
        dotted = [meanings.imported(module, one) for one in uses.outlines[path].imports]
        if any(way.after(meaning) is not None for one in dotted if one for way in meanings.of(one, module)):
            using.add(path)
    read = paths - {one.path for one in unread}
    inherited = _inheriting(scene, governed, meanings, read - using)
    items, findings = list[Item](), list[Finding]()
    for path in sorted(read):
        klass = USES if path in using else inherited.get(path, MISSING)
        items.append(Item(governed.rule.id, path, klass, STANDINGS[klass]))
        if klass == MISSING and scene.judges(path):
            name = scene.program.modules.by_path[path].name
            findings.append(_finding(scene, governed, path, Place(1, 1, 1, 1), name, f"{name} does not use"))
    return Outcome(items=tuple(items), findings=tuple(findings), unread=unread)


def _inheriting(scene: Scene, governed: Governed, meanings: Meanings, paths: set[str]) -> dict[str, str]:
    """Of modules that do not name the symbol, the class of those that have a class which inherits from it, or may."""
    wanted = Wanted(definitions=("*",))
    outlines = {path: one for path, one in scene.outlines.of(sorted(paths), wanted).items() if isinstance(one, Outline)}
    found: dict[str, str] = {}
    for (path, _), descent in Ancestry(scene, governed.symbol, meanings).of(dict(_defined(outlines)), outlines).items():
        if descent is not Descent.UNRELATED and found.get(path) != USES:
            found[path] = _CLASSES[descent]
    return found


def _classes(scene: Scene, governed: Governed, meanings: Meanings) -> Outcome:
    wanted = Wanted(definitions=governed.rule.spec.classes)
    paths = {*governed.paths}
    outlines = {path: one for path, one in scene.outlines.spelling(wanted).items() if path in paths}
    unread = tuple(unvalidated(path, one, scene) for path, one in outlines.items() if isinstance(one, Failure))
    readable = {path: one for path, one in outlines.items() if isinstance(one, Outline)}
    defined = dict(_defined(readable))
    descent = Ancestry(scene, governed.symbol, meanings).of(defined, readable)
    items, findings = list[Item](), list[Finding]()
    for (path, place), one in defined.items():
        klass = _CLASSES[descent[path, place]]
        items.append(Item(governed.rule.id, path, klass, STANDINGS[klass]))
        if klass == MISSING and scene.judges(path):
            name = ".".join((*one.scope, one.name))
            findings.append(_finding(scene, governed, path, place, name, f"class {name} does not inherit from"))
    return Outcome(items=tuple(items), findings=tuple(findings), unread=unread)


def _defined(outlines: Mapping[str, Outline]) -> Iterator[tuple[tuple[str, Place], Definition]]:
    for path, outline in outlines.items():
        for one in outline.definitions:
            if one.kind == "class":
                yield (path, one.place), one


def _finding(scene: Scene, governed: Governed, path: str, place: Place, subject: str, what: str) -> Finding:
    rule, symbol = governed.rule, governed.symbol
    module, name = names.split(symbol.path)
    return Finding(
        rule=rule.id,
        severity=rule.severity,
        path=path,
        place=place,
        subject=subject,
        dotted=symbol.path,
        klass=MISSING,
        message=f"{what} {symbol.path}",
        help=f"from {module} import {name}",
        kind=scene.kinds[path],
        related=(Related(symbol.home, 1, f"{name} is made in this file"),) if symbol.home else (),
    )
