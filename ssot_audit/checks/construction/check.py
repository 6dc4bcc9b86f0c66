"""The rule kind `construction`: what is made, or fetched, through its factory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ssot_audit import names
from ssot_audit.checks.common import absent, applies, matches_any, stale_modules
from ssot_audit.checks.construction.rule import ConstructionRule, read
from ssot_audit.checks.construction.uses import Use, uses
from ssot_audit.checks.scene import Scene
from ssot_audit.checks.uses import Target, target
from ssot_audit.model import Finding, Item, Kind, Outcome, Related, Standing, Unvalidated
from ssot_audit.program.meaning import Meanings
from ssot_audit.rules import Shape

STANDINGS = {
    "factory": Standing.COMPLIANT,
    "allowed": Standing.COMPLIANT,
    "bypass": Standing.BREAKS,
    "undecided": Standing.BREAKS,
    "passed": Standing.APART,
    "tests": Standing.APART,
}
SHAPE = Shape(read, good=("factory", "allowed", "passed", "tests"), bad=("bypass", "undecided"))
ABOUT = """
A class is made, or a getter called, through named factories only, but for the modules that are allowed to. What is
called is found by where it leads: through imports, aliases, re-exports under other names, attributes of modules, and
`functools.partial`. A call of a factory is `factory`; one of a target is `allowed` in an allowed module, in the
target's own class and in a factory's own body, else `bypass`; it is `undecided` where what is called may be another
object too. Where test files are exempt, all calls in them are `tests`, and apart. A target handed on as a callable is
`passed`, and apart; subclasses and `super().__init__` are no calls. The figure is (`factory` and `allowed`) / all calls
of either.
"""


def check(scene: Scene, rules: Sequence[ConstructionRule]) -> Outcome:
    """An item for each call of a target or a factory; a finding for each that goes past the factory."""
    items: list[Item] = []
    findings: list[Finding] = []
    unread: list[Unvalidated] = []
    idle: list[tuple[str, str]] = []
    meanings = Meanings(scene.program.resolver)
    for rule in rules:
        targets = [target(path, meanings) for path in rule.spec.targets]
        factories = [target(path, meanings) for path in rule.spec.factories]
        for what, some in (("target", targets), ("factory", factories)):
            gone = (one.path for one in some if one.is_absent)
            findings += [absent(rule, path, f"the {what} {path} does not exist") for path in gone]
        if all(one.is_absent for one in targets):
            continue  # calls of a factory alone say nothing of what goes past it
        called, found = uses([*targets, *factories], scene, meanings)
        mine = applies(rule)
        for use in called:
            klass = _class(rule, use, targets, factories, scene) if mine(use.module.path) else ""
            if klass:
                items.append(Item(rule.id, use.module.path, klass, STANDINGS[klass]))
                if STANDINGS[klass] is Standing.BREAKS and scene.judges(use.module.path):
                    findings.append(_finding(rule, use, klass, factories, scene))
        unread += [one for one in found.unread if mine(one.path)]
        used = {use.target for use in called}
        idle += [(rule.id, one.path) for one in targets if one not in used and not one.is_absent]
        if scene.named is None:
            findings += stale_modules(rule, "allowed-in", rule.spec.allowed_in, scene)
    return Outcome(items=tuple(items), findings=tuple(findings), unread=tuple(unread), idle=tuple(idle))


def _class(
    rule: ConstructionRule, use: Use, targets: Sequence[Target], factories: Sequence[Target], scene: Scene
) -> str:
    """The class of a use; empty for one that calls nothing."""
    if use.how == "passed":
        return "passed" if use.target in targets else ""
    if rule.spec.exempt_tests and scene.kinds[use.module.path] is Kind.TESTS:
        return "tests"
    if use.target in factories:
        return "factory" if use.sure else "undecided"
    if matches_any(rule.spec.allowed_in, use.module.name) or _is_inside(use, (*targets, *factories)):
        return "allowed"
    return "bypass" if use.sure else "undecided"


def _is_inside(use: Use, around: Sequence[Target]) -> bool:
    """Whether a call stands in the body of one of some classes or functions."""
    scope = tuple(one.removesuffix("()") for one in use.mention.scope)
    homes = (one.inside for one in around if one.home == use.module.path)
    return any(scope[: len(within)] == within for within in homes)


def _finding(rule: ConstructionRule, use: Use, klass: str, factories: Sequence[Target], scene: Scene) -> Finding:
    name = names.last_part(use.target.path)
    better = next((one for one in factories if not one.is_absent), None)
    way = f"call {better.path} instead" if better else f"call it in {', '.join(rule.spec.allowed_in)} only"
    message = (
        f"{use.target.path} is called here, past its factory"
        if klass == "bypass" and rule.spec.factories
        else f"{use.target.path} is called here, where it may not be"
        if klass == "bypass"
        else f"this may call {use.target.path}, or another object"
    )
    return Finding(
        rule=rule.id,
        severity=rule.severity,
        path=use.module.path,
        place=use.mention.place,
        subject=name,
        dotted=".".join((use.module.name, *use.mention.scope, name)),
        klass=klass,
        message=message,
        help=way,
        kind=scene.kinds[use.module.path],
        related=tuple(_related(use.target, factories, scene)),
    )


def _related(made: Target, factories: Sequence[Target], scene: Scene) -> Iterator[Related]:
    for one in (*factories, made):
        origin = scene.program.resolver.path(one.path)[1].origin
        if origin and origin.path:
            yield Related(origin.path, origin.line, f"{'made here' if one is made else 'the factory'}: {one.path}")
