"""The rule kind `unresolved`: names and paths of this repository that are not there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ssot_audit import names, tables
from ssot_audit.checks.common import applies
from ssot_audit.checks.scene import Scene
from ssot_audit.checks.unresolved.nearest import Candidate, Nearest
from ssot_audit.checks.unresolved.reach import ABSENT, APART, Answer, Reach, Seen
from ssot_audit.facts import Context, Facts, Failure
from ssot_audit.model import Finding, Item, Outcome, Related, Standing, Unvalidated
from ssot_audit.program.candidates import Program
from ssot_audit.rules import Rule, Shape

ABOUT = """
Governs names of this repository's own modules: every imported name (`what = "imports"`), or every path that a string
given to `patch`, `patch.object`, `monkeypatch.setattr`, `import_module` and their like names (`what = "targets"`).
What is of an installed package is not governed. Each name is `resolved`, or its module does not exist
(`module-absent`), or its module has no such name (`member-absent`), or the name exists for type checkers only and is
imported at run time (`typing`); these three are findings. Apart, and in no figure, are names in a try that catches
the failure (`guarded`), in a test that wants it (`expected`), targets whose call makes what is not there or lets it
be (`lenient`), and what cannot be told (`undecided`): the module does not parse, makes names at run time, is out of
the file's reach and may be an installed one of its name, or the path goes on inside an object whose attributes no
reading can know. The figure is names that resolve / names governed.
A finding names the nearest existing paths: where the missing name is defined or taken from elsewhere, then the names
and modules that are spelled alike."""

RESOLVED = "resolved"
_STANDINGS = {RESOLVED: Standing.COMPLIANT, **dict.fromkeys(APART, Standing.APART)}
_TOLERABLE = (Context.TYPING, Context.DEFERRED, Context.HANDLER)


class Unresolved(NamedTuple):
    """What a rule of the kind `unresolved` says.

    what: `imports`, the names in import statements, or `targets`, the paths in strings that calls patch or import
    modules: patterns of dotted paths; where given, only names at or below one of them are governed
    first-party: top-level packages that are this repository's, also where no `__init__.py` shows it
    generated: patterns of dotted paths that a build makes; what is absent below them is `undecided`
    tolerate: contexts (`typing`, `deferred`, `handler`) in which an absent name is no finding, though not compliant
    """

    what: str
    modules: tuple[str, ...]
    first_party: tuple[str, ...]
    generated: tuple[str, ...]
    tolerate: tuple[str, ...]

    @property
    def subject(self) -> str:
        return f"first-party {self.what}"


UnresolvedRule = Rule[Unresolved]


def read(reader: tables.Reader) -> Unresolved:
    """The keys of such a rule."""
    spec = Unresolved(
        what=reader.choice("what", ("imports", "targets"), "imports"),
        modules=reader.patterns("modules"),
        first_party=reader.texts("first-party"),
        generated=reader.patterns("generated"),
        tolerate=reader.texts("tolerate"),
    )
    for one in spec.first_party:
        if not one.isidentifier():
            reader.wrong("first-party", f"{one!r} is not a top-level package, one identifier")
    for context in spec.tolerate:
        if context not in _TOLERABLE:
            reader.wrong("tolerate", f"{context!r} is not one of {', '.join(_TOLERABLE)}")
    return spec


SHAPE = Shape(read, good=(RESOLVED, *APART), bad=ABSENT)


def check(scene: Scene, rules: Sequence[UnresolvedRule]) -> Outcome:
    """Every first-party name with its class, a finding for each in a judged file that is not there, and the files that
    could not be read for it."""
    items: list[Item] = []
    findings: list[Finding] = []
    unread: dict[str, Unvalidated] = {}
    for rule in rules:
        reach = Reach(scene.program, rule.spec.first_party)
        if rule.spec.what == "imports":
            seen, failures = list(imported_of(scene.program, reach)), _unparsed(scene.program)
        else:
            from ssot_audit.checks.unresolved.targets import targets_of  # the readers of whole trees take long to load

            seen, failures = targets_of(scene, reach)
        applying, modules = applies(rule), rule.spec.modules
        mine = [
            _classed(one, rule)
            for one in seen
            if (not modules or _is_below(one.dotted, modules)) and applying(one.module.path)
        ]
        items += [Item(rule.id, one.module.path, one.answer.klass, _standing(one, rule)) for one in mine]
        findings += _findings(mine, seen, rule, scene)
        unread |= {
            path: Unvalidated(path, line, reason, scene.judges(path))
            for path, (line, reason) in failures.items()
            if applying(path)
        }
    return Outcome(items=tuple(items), findings=tuple(findings), unread=tuple(unread.values()))


def imported_of(program: Program, reach: Reach) -> Iterator[Seen]:
    """Every first-party imported name of the files that parse."""
    for path in sorted(program.modules.by_path):
        module = program.modules.by_path[path]
        facts = module.facts
        for one in facts.imports if isinstance(facts, Facts) and not facts.fault else ():
            found = reach.imported(module, one)
            if found:
                dotted, answer = found
                yield Seen(module, dotted, one.place, one.contexts, answer)


def _unparsed(program: Program) -> dict[str, tuple[int, str]]:
    """(line, reason) of the files whose imports cannot be told."""
    found = {}
    for path in sorted(program.modules.by_path):
        facts = program.modules.by_path[path].facts
        if isinstance(facts, Failure):
            found[path] = (1, facts.reason)
        elif facts.fault:
            found[path] = (facts.fault.line, facts.fault.reason)
    return found


def _is_below(dotted: str, patterns: Sequence[str]) -> bool:
    """Whether a path, or a part it begins with, is what a pattern says."""
    parts = dotted.split(".")
    starts = [".".join(parts[:depth]) for depth in range(1, len(parts) + 1)] if patterns else []
    return any(names.covers(pattern, start) for pattern in patterns for start in starts)


def _classed(one: Seen, rule: UnresolvedRule) -> Seen:
    """A name with its class where what surrounds it, or a build, excuses that it is not there."""
    if one.answer.klass not in ABSENT:
        return one
    klass = one.answer.klass
    if _is_below(one.dotted, rule.spec.generated):
        return one._replace(answer=Answer("undecided", "a build makes it"))
    if Context.EXPECTED_FAILURE in one.contexts:
        klass = "expected"
    elif {Context.GUARDED, Context.BROAD_GUARDED} & {*one.contexts}:
        klass = "guarded"
    elif one.lenient:
        klass = "lenient"
    return one._replace(answer=one.answer._replace(klass=klass))


def _standing(one: Seen, rule: UnresolvedRule) -> Standing:
    tolerated = one.answer.klass in ABSENT and not {*rule.spec.tolerate}.isdisjoint(one.contexts)
    return Standing.TOLERATED if tolerated else _STANDINGS.get(one.answer.klass, Standing.BREAKS)


def _findings(mine: Sequence[Seen], seen: Sequence[Seen], rule: UnresolvedRule, scene: Scene) -> Iterator[Finding]:
    broken = [one for one in mine if _standing(one, rule) is Standing.BREAKS and scene.judges(one.module.path)]
    nearest = Nearest(scene, broken, [one for one in seen if one.answer.klass == RESOLVED]) if broken else None
    for one in broken if nearest else ():
        candidates = nearest.of(one) if nearest else ()
        yield Finding(
            rule=rule.id,
            severity=rule.severity,
            path=one.module.path,
            place=one.place,
            subject=names.last_part(one.dotted),
            dotted=one.dotted,
            klass=one.answer.klass,
            message=f"{one.dotted} {'is not there' if one.answer.klass != 'typing' else 'is not there at run time'}: "
            f"{one.answer.reason}",
            help=_advice(one, candidates, rule),
            kind=scene.kinds[one.module.path],
            related=tuple(Related(each.path, each.line, each.note) for each in candidates),
        )


def _advice(one: Seen, candidates: Sequence[Candidate], rule: UnresolvedRule) -> str:
    best = next((each.dotted for each in candidates if each.resolves), "")
    targets = rule.spec.what == "targets"
    if one.answer.klass == "typing":
        return "move it under `if TYPE_CHECKING:`, or bind the name at run time"
    if not best:
        return f"remove the {'call' if targets else 'import'}, or make {one.answer.gone or one.dotted}"
    head, last = names.split(best)
    return f'name "{best}"' if targets else f"from {head} import {last}" if head else f"import {last}"
