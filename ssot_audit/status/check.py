"""The status of each component: the audit once, the reports once, and what they say of it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ssot_audit import pipeline
from ssot_audit.component import ComponentStatus, State, Statuses
from ssot_audit.config import Component
from ssot_audit.errors import ConfigError, UsageError
from ssot_audit.evidence.check import read_test_files, show
from ssot_audit.evidence.scopes import scopes_of
from ssot_audit.model import Judgement, Verdict
from ssot_audit.reading import open_library
from ssot_audit.repository import Options, open_repository
from ssot_audit.results import Report
from ssot_audit.status.proofs import of_component


def status(options: Options, reports: Sequence[Path], fail_on: State) -> Statuses:
    """The components of a repository. Raises UsageError where none is configured."""
    repository = open_repository(options)
    components = repository.config.components
    if not components:
        raise UsageError("no component is configured: write [[component]] with `name`, `modules` and `tests`")
    options = options._replace(paths=(repository.root,))  # a component is told of as a whole
    report = pipeline.audit(options)
    _refuse_unknown_rules(components, report)
    reading = open_library(repository, options)
    obstacles = [*_not_judged(report)]
    scopes = scopes_of(components, reading.program.modules, report.golden_path, obstacles)
    _refuse_no_path(components, report, obstacles)
    reading.library.deepen(sorted({path for one in scopes for path in one.sources}))
    missing: list[str] = []  # that there is no report is evidence a component lacks, no obstacle
    shown = show(reading, read_test_files(reading), scopes, reports, missing)
    obstacles += [f"{one.path}:{one.line}: {one.reason}" for one in shown.read.unread]
    rows = {one.scope.name: one for one in shown.rows}
    found = []
    for component, scope in zip(components, scopes, strict=True):
        row = rows.get(component.name)
        proofs = sorted(
            of_component(component, scope.sources, reading.program, report, row),
            key=lambda one: one.status is not State.FAILING,
        )
        found.append(
            ComponentStatus(component.name, len(scope.sources), row.count("executed") if row else 0, tuple(proofs))
        )
    return Statuses(_judge(found, fail_on, obstacles), tuple(found))


def _not_judged(report: Report) -> Sequence[str]:
    """Why the audit itself could not judge. Without any rule there is none to judge by: what a component lacks then is
    told with it."""
    return report.judgement.reasons if report.titles and report.judgement.verdict is Verdict.NOT_JUDGED else ()


def _refuse_unknown_rules(components: Sequence[Component], report: Report) -> None:
    mistakes = [
        f"component {one.name!r}: no loaded rule has the id {rule!r}"
        for one in components
        for rule in one.rules
        if rule not in report.titles
    ]
    if mistakes:
        raise ConfigError(tuple(mistakes))


def _refuse_no_path(components: Sequence[Component], report: Report, obstacles: list[str]) -> None:
    for one in components:
        if one.golden_path and not one.modules and report.golden_path is None:
            obstacles.append(f"component {one.name!r}: is the golden path, and [golden-path] names no entry point")


def _judge(found: Sequence[ComponentStatus], fail_on: State, obstacles: Sequence[str]) -> Judgement:
    gate = "no component is FAILING" if fail_on is State.FAILING else "every component is VALIDATED"
    if obstacles:
        return Judgement(Verdict.NOT_JUDGED, gate, tuple(obstacles))
    below = (State.FAILING,) if fail_on is State.FAILING else (State.FAILING, State.UNVALIDATED)
    missed = [f"{one.name} is {one.status}" for one in found if one.status in below]
    return Judgement(Verdict.MISSED if missed else Verdict.MET, gate, tuple(missed))
