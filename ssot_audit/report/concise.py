"""The format `concise`: one line for each finding and each unvalidated file, then the verdict."""

from __future__ import annotations

from ssot_audit.model import Tally
from ssot_audit.report.account import finding_lines
from ssot_audit.report.account import lines as account_lines
from ssot_audit.report.style import Style, inert, visible
from ssot_audit.results import Report


def render(report: Report, style: Style) -> str:
    shown = finding_lines(report)
    if style.statistics:
        shown += [statistic(score.name, score.total) for score in report.rules]
    for account in report.accounts:
        shown += account_lines(account, style)
    if not style.quiet:
        shown.append(verdict(report))
    return inert("".join(f"{line}\n" for line in shown))


def statistic(name: str, tally: Tally) -> str:
    """`rule: 8.4 % (70/830) canonical 70, …`."""
    counts = ", ".join(f"{klass} {number}" for klass, number in tally.counts)
    return visible(f"{name}: {tally.percent} ({tally.canonical}/{tally.governed}) {counts}".rstrip())


def verdict(report: Report) -> str:
    """The figure and the verdict on one line."""
    total = report.total.total
    reasons = "; ".join(report.judgement.reasons)
    scope = "named files" if report.partial else "repository"
    others = [one for one in report.others if one.total.governed]
    figures = "".join(
        f", {one.name} {one.total.percent} ({one.total.canonical}/{one.total.governed})" for one in others
    )
    return visible(
        f"{scope}: {total.percent} ({total.canonical}/{total.governed}){figures}; "
        f"gate {report.judgement.verdict.replace('-', ' ')}{': ' + reasons if reasons else ''}"
    )
