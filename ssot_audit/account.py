"""What a check beside the rules found (pipelines, documents, test evidence), and its verdict."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from ssot_audit.model import Finding, Judgement, Severity, Unvalidated, Verdict


class Table(NamedTuple):
    """Figures in rows, for people and for JSON; a whole number is a count. Column names are lower-case words."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str | int, ...], ...]


class Account(NamedTuple):
    """One check's findings with the evidence they rest on. `line` gives a source line where it can be shown."""

    name: str
    judgement: Judgement
    findings: tuple[Finding, ...] = ()
    unvalidated: tuple[Unvalidated, ...] = ()
    evidence: tuple[tuple[str, int], ...] = ()  # what was read and counted, each with its number
    tables: tuple[Table, ...] = ()
    line: Callable[[str, int], str | None] = lambda path, number: None


def account(
    name: str,
    findings: Sequence[Finding],
    unvalidated: Sequence[Unvalidated],
    evidence: Sequence[tuple[str, int]],
    obstacles: Sequence[str] = (),
    tables: Sequence[Table] = (),
    line: Callable[[str, int], str | None] = lambda path, number: None,
) -> Account:
    """The account with its judgement: missed by a finding of severity error, not judged where there are obstacles or
    something could not be read. Not judged outranks missed."""
    ranked = tuple(sorted(findings, key=lambda one: (one.path, one.place, one.rule, one.klass, one.dotted)))
    torn = [f"{one.path}:{one.line}: {one.reason}" for one in unvalidated if one.judged]
    judgement = _judge(name, ranked, [*obstacles, *torn])
    return Account(name, judgement, ranked, tuple(unvalidated), tuple(evidence), tuple(tables), line)


def _judge(name: str, findings: Sequence[Finding], obstacles: Sequence[str]) -> Judgement:
    gate = f"no finding of severity error in the {name}"
    if obstacles:
        return Judgement(Verdict.NOT_JUDGED, gate, tuple(obstacles))
    errors = sum(1 for one in findings if one.severity is Severity.ERROR)
    if not errors:
        return Judgement(Verdict.MET, gate)
    return Judgement(Verdict.MISSED, gate, (f"{errors} {'finding' if errors == 1 else 'findings'} of severity error",))
