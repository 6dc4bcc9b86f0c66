"""The four pieces of evidence a component may be asked for, each measured."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ssot_audit.checks.unresolved.reach import ABSENT, Reach
from ssot_audit.component import Proof, State
from ssot_audit.config import Component
from ssot_audit.evidence.rows import Row
from ssot_audit.facts import Context, Facts, Failure
from ssot_audit.gate import reaches
from ssot_audit.links import BrokenImport
from ssot_audit.model import SYMBOL, Finding, Item, Reference, Severity, Standing, Status, Tally
from ssot_audit.program.candidates import Program
from ssot_audit.report.style import plural
from ssot_audit.results import Report

_EXCUSED = {Context.EXPECTED_FAILURE, Context.GUARDED, Context.BROAD_GUARDED}
_SHOWN = 3


def parse(sources: Sequence[str], program: Program) -> Proof:
    """Whether its modules are there and parse."""
    if not sources:
        return Proof("parse", State.UNVALIDATED, "no module of it is in the tree")
    torn = [path for path in sources if _does_not_parse(program.modules.by_path[path].facts)]
    if torn:
        verb = "does" if len(torn) == 1 else "do"
        return Proof("parse", State.UNVALIDATED, f"{plural(len(torn), 'module')} {verb} not parse: {_some(torn)}")
    return Proof(
        "parse", State.VALIDATED, f"{plural(len(sources), 'module')} {'parses' if len(sources) == 1 else 'parse'}"
    )


def _does_not_parse(facts: Facts | Failure) -> bool:
    return isinstance(facts, Failure) or facts.fault is not None


def resolve(sources: Sequence[str], program: Program, broken: Sequence[BrokenImport]) -> Proof:
    """Whether the names its modules import of this repository are there; those in a try that catches it, or in code
    that wants the failure, may be absent. `broken` are imports of the golden path that lead nowhere."""
    reach, absent, known = Reach(program), dict[str, None](), 0
    for path in sources:
        module = program.modules.by_path[path]
        for one in module.facts.imports if isinstance(module.facts, Facts) and not module.facts.fault else ():
            found = None if _EXCUSED & {*one.contexts} else reach.imported(module, one)
            if found and found[1].klass in ABSENT:
                absent[f"{found[0]} ({path}:{one.place.line})"] = None
            known += bool(found)
    absent |= {f"{one.dotted} ({one.path}:{one.line})": None for one in broken if one.how != "guarded"}
    if absent:
        number = len(absent)
        said = f"{plural(number, 'import')} {'leads' if number == 1 else 'lead'} nowhere: {_some(list(absent))}"
        return Proof("resolve", State.FAILING, said)
    if not sources or any(_does_not_parse(program.modules.by_path[path].facts) for path in sources):
        return Proof("resolve", State.UNVALIDATED, "the imports of modules that do not parse are not known")
    return Proof("resolve", State.VALIDATED, f"{plural(known, 'import')} of this repository resolved")


def compliance(sources: Sequence[str], component: Component, report: Report) -> Proof:
    """Whether its modules meet its gate: a share, or no finding of severity error."""
    files, rules = frozenset(sources), component.rules
    counted: list[Reference | Item] = [*report.references, *report.items]
    governed = [
        one.standing
        for one in counted
        if one.path in files and (not rules or one.rule in rules) and one.standing is not Standing.APART
    ]
    found = [one for one in report.findings if one.path in files and (not rules or one.rule in rules)]
    unread = [one.path for one in report.unvalidated if one.path in files]
    tally = Tally((), sum(1 for one in governed if one is Standing.COMPLIANT), len(governed))
    share = f"{tally.canonical}/{tally.governed} = {tally.percent} canonical"
    limit = component.fail_under
    if limit is not None and governed and not reaches(tally, limit):
        return Proof("compliance", State.FAILING, f"{share}, below {limit} %")
    errors = [one for one in found if one.severity is Severity.ERROR]
    if limit is not None:  # the share stands for the findings of the references it is of, and no others
        errors = [one for one in errors if report.kinds.get(one.rule) != SYMBOL]
    if errors:
        quiet = sum(1 for one in errors if one.status is not Status.OPEN)
        accepted = f" ({quiet} accepted for now)" if quiet else ""
        told = f"{plural(len(errors), 'finding')} of severity error{accepted}: {_first(errors)}"
        return Proof("compliance", State.FAILING, told)
    if not (governed or (found and limit is None)):
        what = "no rule is loaded" if not report.titles else "nothing is governed in its modules"
        return Proof("compliance", State.UNVALIDATED, what)
    if unread:
        return Proof(
            "compliance", State.UNVALIDATED, f"{plural(len(unread), 'file')} could not be judged: {_some(unread)}"
        )
    return Proof("compliance", State.VALIDATED, share if governed else "no finding of severity error")


def tests(row: Row | None) -> Proof:
    """Whether its tests were executed, passed, and are of the code as it is."""
    if row is None:
        return Proof("tests", State.UNVALIDATED, "no test report")
    executed, failed = row.count("executed"), row.count("failed") + row.count("errored")
    if failed:
        return Proof("tests", State.FAILING, f"{failed} of {plural(executed, 'executed test')} failed")
    if row.wrong:
        return Proof("tests", State.UNVALIDATED, "; ".join(one.what for one in row.wrong))
    skipped = row.count("skipped")
    return Proof(
        "tests", State.VALIDATED, f"{plural(executed, 'test')} passed" + (f", {skipped} skipped" if skipped else "")
    )


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:_SHOWN]) + (", …" if len(names) > _SHOWN else "")


def _first(findings: Sequence[Finding]) -> str:
    return _some([f"{one.rule} at {one.path}:{one.place.line}" for one in findings])


def of_component(
    component: Component, sources: Sequence[str], program: Program, report: Report, row: Row | None
) -> Iterator[Proof]:
    """All four, those that are not asked for marked so."""
    path = report.golden_path if component.golden_path else None
    files = frozenset(sources)
    broken = [one for one in path.broken if one.path in files] if path else []
    for one in (
        parse(sources, program),
        resolve(sources, program, broken),
        compliance(sources, component, report),
        tests(row),
    ):
        yield one._replace(required=one.word in component.evidence)
