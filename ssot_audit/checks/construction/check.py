"""The rule kind `construction`: what is made, or fetched, through its factory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ssot_audit import names
from ssot_audit.checks.construction.rule import ConstructionRule, read
from ssot_audit.checks.construction.uses import Object, Use, objects, uses
from ssot_audit.checks.definition.rule import matches_any
from ssot_audit.checks.scene import Scene
from ssot_audit.checks.scope import applies, split
from ssot_audit.facts import Place
from ssot_audit.model import ABSENT, Finding, Item, Kind, Outcome, Related, Standing, Unvalidated
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
    for rule in rules:
        targets, factories = objects(rule.spec.targets, scene), objects(rule.spec.factories, scene)
        found = uses([*targets, *factories], scene)
        mine = applies(rule)
        for use in found.found:
            klass = _class(rule, use, targets, factories, scene) if mine(use.module.path) else ""
            if klass:
                items.append(Item(rule.id, use.module.path, klass, STANDINGS[klass]))
                if STANDINGS[klass] is Standing.BREAKS and scene.judges(use.module.path):
                    findings.append(_finding(rule, use, klass, factories, scene))
        findings += [_absent(rule, one, one in targets) for one in (*targets, *factories) if one.is_absent]
        unread += split(rule, found.unread, scene)[1]
    return Outcome(items=tuple(items), findings=tuple(findings), unread=tuple(unread))


def _class(
    rule: ConstructionRule, use: Use, targets: Sequence[Object], factories: Sequence[Object], scene: Scene
) -> str:
    """The class of a use; empty for one that calls nothing."""
    if use.how == "passed":
        return "passed" if use.object in targets else ""
    if rule.spec.exempt_tests and scene.kinds[use.module.path] is Kind.TESTS:
        return "tests"
    if use.object in factories:
        return "factory" if use.sure else "undecided"
    if matches_any(rule.spec.allowed_in, use.module.name) or _is_inside(use, (*targets, *factories)):
        return "allowed"
    return "bypass" if use.sure else "undecided"


def _is_inside(use: Use, around: Sequence[Object]) -> bool:
    """Whether a call stands in the body of one of some classes or functions."""
    scope = [one.removesuffix("()") for one in use.mention.scope]
    for one in around:
        origin = one.reached.resolution.origin
        if origin and origin.path == use.module.path:
            within = [origin.name, *one.reached.rest]
            if scope[: len(within)] == within:
                return True
    return False


def _finding(rule: ConstructionRule, use: Use, klass: str, factories: Sequence[Object], scene: Scene) -> Finding:
    name = names.last_part(use.object.dotted)
    better = next((one for one in factories if not one.is_absent), None)
    way = f"call {better.dotted} instead" if better else f"call it in {', '.join(rule.spec.allowed_in)} only"
    message = (
        f"{use.object.dotted} is called here, past its factory"
        if klass == "bypass" and rule.spec.factories
        else f"{use.object.dotted} is called here, where it may not be"
        if klass == "bypass"
        else f"this may call {use.object.dotted}, or another object"
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
        related=tuple(_related(use.object, factories)),
    )


def _related(target: Object, factories: Sequence[Object]) -> Iterator[Related]:
    for one in (*factories, target):
        origin = one.reached.resolution.origin
        if origin and origin.path:
            yield Related(origin.path, origin.line, f"{'made here' if one is target else 'the factory'}: {one.dotted}")


def _absent(rule: ConstructionRule, one: Object, is_target: bool) -> Finding:
    what = "target" if is_target else "factory"
    return Finding(
        rule=rule.id,
        severity=rule.severity,
        path=rule.source,
        place=Place(1, 1, 1, 1),
        subject=names.last_part(one.dotted),
        dotted=one.dotted,
        klass=ABSENT,
        message=f"the {what} {one.dotted} does not exist",
        help="correct the rule",
        kind=Kind.OTHER,
    )
