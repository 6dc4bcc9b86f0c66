"""The rule kind `usage`: an object that only some modules may use, others through its accessor."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from ssot_audit import names, tables
from ssot_audit.checks.common import absent, applies, stale_modules
from ssot_audit.checks.scene import Scene
from ssot_audit.checks.uses import Target, Use, find_uses, target
from ssot_audit.model import Finding, Item, Outcome, Related, Standing
from ssot_audit.outline import UNBOUND
from ssot_audit.program.meaning import Meaning, Meanings
from ssot_audit.rules import Rule, Shape

ABOUT = """
Governs every place that reads or calls one of some objects: an attribute such as `os.environ`, a function such as
`os.getenv`, a builtin. A use is found by what the name means, through import aliases, assigned names, re-exports in
modules of the repository and star imports; text and comments never count, nor does a local name that only looks alike.
An import by itself is no use. Each use is an `accessor` (it calls or takes something from an object of `instead`),
`allowed` (in a module of `allowed-in`, or in the file that makes the accessor or the governed object), a `misuse`, or
`undecided` (it may be governed, but what it goes through cannot be told). The figure is (accessor + allowed) / all
uses."""

ACCESSOR, ALLOWED, MISUSE, UNDECIDED = "accessor", "allowed", "misuse", "undecided"
STANDINGS = {
    ACCESSOR: Standing.COMPLIANT,
    ALLOWED: Standing.COMPLIANT,
    MISUSE: Standing.BREAKS,
    UNDECIDED: Standing.TOLERATED,
}
MAX_KEY = 60  # characters of a literal key that a finding shows


class Usage(NamedTuple):
    """One or more objects that only some modules may use.

    uses: dotted paths of the objects: installed (`os.environ`), of this repository, or builtin (`builtins.print`)
    allowed-in: modules that may use them: exact, with all below, or as patterns
    instead: dotted paths of the accessors; calling one or taking something from it is compliant
    calls-only: true where only calling an object is a use, and handing it on is none
    """

    uses: tuple[str, ...]
    allowed_in: tuple[str, ...]
    instead: tuple[str, ...]
    calls_only: bool

    @property
    def subject(self) -> str:
        return ", ".join(self.uses)


UsageRule = Rule[Usage]


def read(reader: tables.Reader) -> Usage:
    """The keys of such a rule."""
    spec = Usage(
        reader.dotted("uses"), reader.patterns("allowed-in"), reader.dotted("instead"), reader.flag("calls-only")
    )
    if not spec.uses:
        reader.wrong("uses", "is missing; it must be a list of dotted paths such as os.environ")
    for path in sorted({*spec.uses} & {*spec.instead}):
        reader.wrong("instead", f"names {path!r}, which `uses` forbids")
    return spec


SHAPE = Shape(read, good=(ACCESSOR, ALLOWED, UNDECIDED), bad=(MISUSE,))


class Governed(NamedTuple):
    """A rule with what its paths mean here."""

    rule: UsageRule
    uses: tuple[Target, ...]
    instead: tuple[Target, ...]
    applies: Callable[[str], bool]

    def allows(self, use: Use) -> bool:
        if use.path in {one.home for one in (*self.uses, *self.instead)}:
            return True
        return any(names.covers(pattern, use.module.name) for pattern in self.rule.spec.allowed_in)


def check(scene: Scene, rules: Sequence[UsageRule]) -> Outcome:
    """One item for every use of what the rules govern, and a finding for each misuse in a judged file."""
    meanings = Meanings(scene.program.resolver)
    governed = [
        Governed(
            rule,
            tuple(target(path, meanings) for path in rule.spec.uses),
            tuple(target(path, meanings) for path in rule.spec.instead),
            applies(rule),
        )
        for rule in rules
    ]
    uses = find_uses(scene, [each for one in governed for each in (*one.uses, *one.instead)], meanings)
    items, findings = list[Item](), list[Finding](_absent(governed))
    # Uses of an accessor alone say nothing of what goes past it.
    governed = [one for one in governed if not all(each.is_absent for each in one.uses)]
    for one in governed:
        for use in uses.found:
            if one.applies(use.path) and (classified := _classify(one, use)):
                klass, used = classified
                items.append(Item(one.rule.id, use.path, klass, STANDINGS[klass]))
                if klass == MISUSE and scene.judges(use.path):
                    findings.append(_finding(one, use, used, scene))
    if scene.named is None:
        for rule in rules:
            findings += stale_modules(rule, "allowed-in", rule.spec.allowed_in, scene, names.covers)
    unread = tuple(one for one in uses.unread if any(each.applies(one.path) for each in governed))
    return Outcome(items=tuple(items), findings=tuple(findings), unread=unread, idle=tuple(_idle(governed, uses.found)))


def _idle(governed: Sequence[Governed], found: Sequence[Use]) -> Iterator[tuple[str, str]]:
    """(rule, path) of the objects that nothing uses."""
    for one in governed:
        for each in one.uses:
            if not each.is_absent and not any(_uses(each, use, calls_only=False) for use in found):
                yield one.rule.id, each.path


def _absent(governed: Sequence[Governed]) -> Iterator[Finding]:
    for one in governed:
        for key, targets in (("uses", one.uses), ("instead", one.instead)):
            gone = (each.path for each in targets if each.is_absent)
            yield from (absent(one.rule, path, f"{path}, which `{key}` names, does not exist") for path in gone)


def _classify(governed: Governed, use: Use) -> tuple[str, Target] | None:
    """The class of a use and what it uses; None where the rule does not govern it."""
    used = next((one for one in governed.uses if _uses(one, use, governed.rule.spec.calls_only)), None)
    through = next((one for one in governed.instead if _takes(one, use)), None)
    hidden = next((one for one in governed.uses if _may_use(one, use)), None)
    found = used or through or hidden
    if not found:
        return None
    if governed.allows(use):
        return ALLOWED, found
    if (used and through) or not (used or through):
        return UNDECIDED, found
    return (MISUSE if used else ACCESSOR), found


def _uses(one: Target, use: Use, calls_only: bool) -> bool:
    taken = [meaning.after(one.meaning) for meaning in use.meanings]
    return (use.mention.called and () in taken) if calls_only else any(each is not None for each in taken)


def _takes(one: Target, use: Use) -> bool:
    """Whether an accessor is put to use, rather than named in an annotation or handed on."""
    busy = use.mention.called or use.mention.key
    return any(each is not None and (busy or each) for each in (way.after(one.meaning) for way in use.meanings))


def _may_use(one: Target, use: Use) -> bool:
    """Whether what cannot be told may be the object: its very name comes from a module that hides its names."""
    name = names.last_part(one.path)
    untold = any(way.is_untold and name in way.names for way in use.meanings)
    starred = any(path.root == UNBOUND and path.parts[0] == name for path in use.mention.paths)
    return untold or (starred and any(_is_installed(way) and way.names[-1] == name for way in use.meanings))


def _is_installed(way: Meaning) -> bool:
    return not way.reason and not way.is_here and way.names[0] != "builtins"


def _finding(governed: Governed, use: Use, used: Target, scene: Scene) -> Finding:
    rule, mention = governed.rule, use.mention
    rest = next((each for way in use.meanings if (each := way.after(used.meaning)) is not None), ())
    called = mention.called and not rest
    key = mention.key if len(mention.key) <= MAX_KEY and mention.key.isprintable() else ""
    opening, closing = ("(", ")") if called else ("[", "]")
    subject = f'{used.path}{opening}"{key}"{closing}' if key else f"{used.path}{'()' if called else ''}"
    allowed = ", ".join(rule.spec.allowed_in)
    first = governed.instead[0] if governed.instead else None
    related = (Related(first.home, 1, "the accessor is made in this file"),) if first and first.home else ()
    return Finding(
        rule=rule.id,
        severity=rule.severity,
        path=use.path,
        place=mention.place,
        subject=subject,
        dotted=".".join((used.path, *rest)),
        klass=MISUSE,
        message=f"{subject} is used outside {allowed or (first.path if first else 'the modules that may')}",
        help=first.path if first else f"move it into {allowed}" if allowed else "remove it",
        kind=scene.kinds[use.path],
        related=related,
    )
