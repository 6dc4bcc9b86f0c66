"""The rule kind `symbol`: one symbol, or one module, imported through one path."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date

from ssot_audit import names
from ssot_audit.checks.common import absent
from ssot_audit.checks.scene import Scene
from ssot_audit.checks.symbol.governance import Governance, Governed
from ssot_audit.checks.symbol.rule import SymbolRule, read
from ssot_audit.facts import Channel, Context
from ssot_audit.model import Class, Finding, Outcome, Reference, Standing
from ssot_audit.program.candidates import Candidate, Program
from ssot_audit.rules import Shape

_UNDECIDED = ("unparsed", "computed", "cycle")
_MISSING = ("missing-module", "missing-name")
ABOUT = """
Governs a symbol, or a module: every import, attribute and string that leads to it, through whatever path. A reference
gets the first class that holds; the README lists them. The figure is canonical references / governed references.
"""
SHAPE = Shape(
    read,
    good=(Class.CANONICAL, *(one for one in Class if one.standing in (Standing.APART, Standing.TOLERATED))),
    bad=tuple(one for one in Class if one.standing is Standing.BREAKS),
    need_files=(Class.UNLISTED, Class.RIVAL),
)


def check(scene: Scene, rules: Sequence[SymbolRule]) -> Outcome:
    """Every reference the rules govern, each with its class, and a finding for each in a judged file that breaks its
    rule; further findings where a rule's canonical path does not exist."""
    program = scene.program
    governance = Governance(rules, program)
    references = tuple(
        classify(governed, candidate, program, scene.today)
        for candidate in program.candidates()
        if (governed := governance.rule_of(candidate)) is not None
    )
    gone = (
        _absent(one.rule)
        for one in governance.governed
        if one.resolution.reason in _MISSING and not one.rule.spec.external
    )
    findings = (*gone, *_findings(references, rules, scene))
    return Outcome(references, findings=findings, idle=tuple(_idle(references, rules)))


def _idle(references: Sequence[Reference], rules: Sequence[SymbolRule]) -> Iterator[tuple[str, str]]:
    """(rule, path) of the listed paths beside the canonical one that no reference goes through."""
    used: dict[str, set[str]] = defaultdict(set)
    for one in references:
        used[one.rule].add(one.dotted)
    for rule in rules:
        for path in rule.spec.listed[1:]:
            if not any(names.covers(path, dotted) for dotted in used[rule.id]):
                yield rule.id, path


def classify(governed: Governed, candidate: Candidate, program: Program, today: date) -> Reference:
    """The first class that holds, in the order of `Class`."""
    rule, found = governed.rule, candidate.resolution
    same = found.origin is not None and found.origin == governed.origin
    known = found.origin is not None and governed.origin is not None
    return Reference(
        rule=rule.id,
        path=candidate.module.path,
        dotted=candidate.dotted,
        channel=candidate.channel,
        contexts=candidate.contexts,
        places=candidate.places,
        klass=_class(governed, candidate, program, today, same),
        object="same" if same else "other" if known else "unknown",
        origin=found.origin,
        reason=found.reason or ("typing-only" if found.typing_only else ""),
    )


def plain(governed: Governed, candidate: Candidate, program: Program, today: date) -> Reference:
    """The reference a path is by itself, whatever surrounds this use of it."""
    elsewhere = candidate._replace(contexts=(), imported=-1)
    return classify(governed, elsewhere, program, today)


def _class(governed: Governed, candidate: Candidate, program: Program, today: date, same: bool) -> Class:
    rule, found, dotted = governed.rule, candidate.resolution, candidate.dotted
    place = candidate.module.path, candidate.places[0]
    if candidate.imported >= 0 and place in governed.plumbing and _carries(candidate, same):
        return Class.PLUMBING
    if found.reason in _MISSING and Context.EXPECTED_FAILURE in candidate.contexts:
        return Class.EXPECTED_MISSING
    if found.reason in _UNDECIDED:
        return Class.UNDECIDED
    if found.reason in _MISSING or (found.typing_only and Context.TYPING not in candidate.contexts):
        return Class.BROKEN
    listed = names.closest(governed.listed, dotted)
    if listed == rule.spec.canonical:
        return Class.CANONICAL
    shim = next((shim for shim in rule.spec.shims if shim.path == listed), None)
    if shim and not (shim.until and today > shim.until):
        return Class.SHIM
    if listed:
        return Class.DEPRECATED
    if same:
        outside = not names.is_within(candidate.module.name, _package_of(candidate.head, program))
        return Class.INTERNAL if names.is_private(candidate.name) and outside else Class.UNLISTED
    # With nothing to compare it with, nobody can say that it is another object.
    return Class.RIVAL if found.origin and governed.origin else Class.UNDECIDED


def _carries(candidate: Candidate, same: bool) -> bool:
    """Whether the binding itself is the reference, rather than something taken from a module it binds."""
    return candidate.channel is Channel.IMPORT or (candidate.channel is Channel.STAR and same)


def _package_of(module: str, program: Program) -> str:
    found = program.modules.find(module)
    return module if found is None or isinstance(found, str) else found.package


def _findings(references: Sequence[Reference], rules: Sequence[SymbolRule], scene: Scene) -> Iterator[Finding]:
    """What breaks a rule, one finding for each reference."""
    by_id = {rule.id: rule for rule in rules}
    for one in references:
        if scene.judges(one.path) and one.klass.standing is Standing.BREAKS:
            rule = by_id[one.rule]
            message, advice = _message(one, rule), _advice(one, rule)
            subject = names.last_part(one.dotted)
            yield Finding(
                rule=rule.id,
                severity=rule.severity,
                path=one.path,
                place=one.places[0],
                subject=subject,
                dotted=one.dotted,
                klass=one.klass,
                message=message,
                help=advice,
                kind=scene.kinds[one.path],
            )


_CORRECT = "correct the rule, or mark it `external = true` if the symbol is not of this repository"


def _absent(rule: SymbolRule) -> Finding:
    path = rule.spec.canonical
    return absent(rule, path, f"the canonical path {path} does not exist", _CORRECT)


_MISSES = {
    "missing-module": "its module does not exist",
    "missing-name": "its module has no such name",
    "typing-only": "the name exists for type checkers only",
    "unparsed": "its module does not parse",
    "computed": "its module makes names at run time",
    "cycle": "its imports run in a circle",
    "external": "it is not of this repository",
}


def _message(one: Reference, rule: SymbolRule) -> str:
    dotted, klass = one.dotted, one.klass
    missing = _MISSES.get(one.reason, one.reason) or f"there is no {rule.spec.canonical} to hold it against"
    if klass is Class.UNDECIDED:
        return f"{dotted} cannot be decided: {missing}"
    if klass is Class.BROKEN:
        return f"{dotted} leads nowhere: {missing}"
    if klass is Class.DEPRECATED:
        listed = names.closest(rule.spec.listed, dotted)
        expired = next((shim for shim in rule.spec.shims if shim.path == listed), None)
        return f"{dotted} was a shim until {expired.until}" if expired else f"{dotted} is a deprecated path"
    if klass is Class.INTERNAL:
        return f"{dotted} is the private name of {rule.spec.symbol}"
    if klass is Class.UNLISTED:
        return f"{dotted} reaches {rule.spec.symbol} through a path no rule lists"
    where = f" at {one.origin.path}:{one.origin.line}" if one.origin and one.origin.path else ""
    return f"{dotted} is another object than {rule.spec.canonical}{where}"


def _advice(one: Reference, rule: SymbolRule) -> str:
    if one.klass is Class.UNDECIDED and not one.reason:  # nothing leads to a canonical path that is not there
        return _CORRECT
    module, symbol = names.split(rule.spec.canonical)
    return f"from {module} import {symbol}"
