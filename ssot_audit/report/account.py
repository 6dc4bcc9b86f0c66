"""The account of a check beside the rules, in the formats of a report."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from ssot_audit import __version__
from ssot_audit.model import Score, Tally
from ssot_audit.report.items import errors, head, violation
from ssot_audit.report.style import Style, inert, plural, unaccepted, visible
from ssot_audit.results import Account, Report, Table

if TYPE_CHECKING:
    from rich.console import RenderableType

Render = Callable[[Account, Style], str]


def _as_report(account: Account) -> Report:
    """What an account has in common with a report."""
    return Report(
        version=__version__,
        judgement=account.judgement,
        partial=False,
        total=Score(account.name, Tally(), ()),
        findings=account.findings,
        unvalidated=account.unvalidated,
        line=account.line,
    )


def _full(account: Account, style: Style) -> str:
    from ssot_audit.report import tables

    return tables.draw(parts(account, style), style)


def parts(account: Account, style: Style) -> list[RenderableType]:
    """The account from top to bottom, for any console."""
    from rich.text import Text

    from ssot_audit.report import findings, tables

    report = _as_report(account)
    found = plural(len(unaccepted(account.findings)), "finding")
    shown: list[RenderableType] = [findings.headline(report.judgement, Text(f"{found} in the {account.name}", "bold"))]
    if style.quiet:
        return shown
    for one in account.tables:
        shown += [Text(), tables.rows_table(one.columns, one.rows, one.title)]
    if account.findings:
        shown += [*findings.findings(report, style), *findings.accepted_line(account.findings)]
    if account.unvalidated:
        shown += findings.unvalidated(report)
    rests = ", ".join(f"{name} {number:,}" for name, number in account.evidence)
    return [*shown, Text(), Text(f"evidence: {rests or 'none'}", "dim")]


def _concise(account: Account, style: Style) -> str:
    return inert("".join(f"{line}\n" for line in lines(account, style)))


def lines(account: Account, style: Style) -> list[str]:
    """One line for each finding and each unvalidated file, then the verdict."""
    shown = finding_lines(_as_report(account))
    judged, found = account.judgement, plural(len(unaccepted(account.findings)), "finding")
    reasons = f": {'; '.join(judged.reasons)}" if judged.reasons else ""
    verdict = visible(f"{account.name}: {found}; gate {judged.verdict.replace('-', ' ')}{reasons}")
    return shown if style.quiet else [*shown, verdict]


def finding_lines(report: Report) -> list[str]:
    """One line for each finding and each unvalidated file."""
    found = [
        visible(f"{one.path}:{one.place.line}:{one.place.column}: {one.severity} {one.rule} {one.klass}: {one.message}")
        for one in unaccepted(report.findings)
    ]
    return [*found, *(visible(f"{one.path}:{one.line}:1: unvalidated: {one.reason}") for one in report.unvalidated)]


def _json(account: Account, style: Style) -> str:
    return json.dumps(document(account), indent=2, ensure_ascii=True) + "\n"


def _json_lines(account: Account, style: Style) -> str:
    """One object a line: violations, errors, then the rest of the document as the summary."""
    whole = document(account)
    lines = [{"type": "violation", **one} for one in whole["violations"]]
    lines += [{"type": "error", **one} for one in whole["errors"]]
    rest = {key: value for key, value in whole.items() if key not in ("violations", "errors")}
    return "".join(json.dumps(one, ensure_ascii=True) + "\n" for one in [*lines, {"type": "summary", **rest}])


def document(account: Account) -> dict[str, Any]:
    """The account as JSON has it, with the words of a report."""
    report = _as_report(account)
    return {
        **head(account.judgement, False),
        "check": account.name,
        "violations": [violation(one, report) for one in account.findings],
        "errors": list(errors(report)),
        "evidence": dict(account.evidence),
        "tables": {one.title: _rows(one) for one in account.tables},
    }


def _rows(table: Table) -> list[dict[str, str | int]]:
    return [
        {name: visible(one) if isinstance(one, str) else one for name, one in zip(table.columns, row, strict=True)}
        for row in table.rows
    ]


FORMATS: Mapping[str, Render] = MappingProxyType(
    {"full": _full, "concise": _concise, "json": _json, "json-lines": _json_lines}
)
