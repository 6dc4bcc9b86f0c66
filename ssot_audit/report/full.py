"""The format `full`: the report people read. Verdict first, then the worst modules, findings, and the evidence."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from ssot_audit.model import Class, Kind, Score, Standing, Tally
from ssot_audit.report import golden
from ssot_audit.report.account import parts as account_parts
from ssot_audit.report.findings import accepted_line, findings, headline, unvalidated
from ssot_audit.report.style import Style, plural, visible
from ssot_audit.report.tables import draw, plain_table, unbroken
from ssot_audit.results import Report

SHOWN_MODULES = 10
SHOWN_IDLE = 5  # listed paths that nothing goes through
BAR = 20  # characters

_APART = Standing.APART


def render(report: Report, style: Style) -> str:
    return draw(parts(report, style), style)


def parts(report: Report, style: Style) -> list[RenderableType]:
    """The report from top to bottom, for any console."""
    shown: list[RenderableType] = [_verdict(report)]
    if style.quiet:
        return shown
    if report.total.total.governed:
        shown += [
            Text(),
            _kinds(report.total, style),
            Text(),
            _rules(report, style),
            Text(),
            _classes(report.total.total),
            *_other_classes(report),
        ]
    elif any(one.total.governed for one in report.rules):
        shown += [Text(), _rules(report, style), Text(), *_other_classes(report)]
    if report.golden_path and report.on_golden_path:
        lines = golden.section(report.golden_path, report.on_golden_path.total, style)
        shown += [Text(), unbroken(lines)]
    if report.references:
        shown += _worst(report, style)
    if report.findings:
        shown += [*findings(report, style), *accepted_line(report.findings)]
    if style.statistics:
        shown += [
            Text(),
            _scores("symbols", report.symbols(), style),
            Text(),
            _scores("packages", report.packages(), style),
        ]
    if report.unvalidated:
        shown += unvalidated(report)
    shown += [Text("warning: " + visible(one), "yellow") for one in report.warnings]
    shown += [Text(), *_evidence(report, style)]
    for account in report.accounts:
        shown += [Text(), *account_parts(account, style)]
    return shown


def _verdict(report: Report) -> Group:
    total, line = report.total.total, Text()
    if total.governed:
        line.append(f"{total.percent} compliant", "bold")
        line.append(f"  {total.canonical:,} of {total.governed:,} governed references use the canonical path")
    else:
        what = "no reference" if any(one.total.governed for one in report.rules) else "nothing"
        line.append("n/a", "bold").append(f"  {what} governed" + (" in the named files" if report.partial else ""))
    return headline(report.judgement, line)


def bar(tally: Tally, style: Style) -> Text:
    """Filled by whole steps only, so that only a full score fills it."""
    filled = BAR * tally.canonical // tally.governed if tally.governed else 0
    full, empty = ("█", "░") if style.unicode else ("#", ".")
    look = "green" if filled == BAR else "yellow" if 2 * filled >= BAR else "red"
    return Text.assemble((full * filled, look), (empty * (BAR - filled), "dim"))


def _row(table: Table, name: str, tally: Tally, style: Style) -> None:
    figures = Text(f"{tally.canonical:,}/{tally.governed:,}")
    table.add_row(bar(tally, style), Text(tally.percent), figures, Text(visible(name)))


_FIGURES = (("compliance", "left"), ("", "right"), ("canonical/governed", "right"))


def _scores(title: str, scores: tuple[Score, ...], style: Style) -> Table:
    table = plain_table(*_FIGURES, (title, "left"))
    for one in scores:
        _row(table, one.name, one.total, style)
    return table


def _kinds(score: Score, style: Style) -> Table:
    table = plain_table(*_FIGURES, ("code", "left"))
    for kind, tally in score.kinds:
        if tally.governed or kind is Kind.PRODUCTION:
            _row(table, kind.value, tally, style)
    return table


def _rules(report: Report, style: Style) -> Table:
    table = plain_table(*_FIGURES, ("rules", "left"))
    for one in report.rules:
        _row(table, one.name, one.total, style)
    return table


def _classes(tally: Tally) -> Text:
    counts = {Class(klass): number for klass, number in tally.counts}
    governed = ", ".join(f"{klass} {number:,}" for klass, number in counts.items() if klass.standing is not _APART)
    apart = ", ".join(f"{klass} {number:,}" for klass, number in counts.items() if klass.standing is _APART)
    return Text(f"classes: {governed}" + (f"; counted apart: {apart}" if apart else ""))


def _other_classes(report: Report) -> list[Text]:
    """The classes of rules that govern other things than references, those counted apart too."""
    others = (one for one in report.others if one.total.counts)
    return [
        Text(f"{visible(one.name)}: " + ", ".join(f"{klass} {number:,}" for klass, number in one.total.counts))
        for one in others
    ]


def _worst(report: Report, style: Style) -> list[RenderableType]:
    ranked = sorted(report.modules(), key=lambda one: (one.total.canonical - one.total.governed, one.path))
    worst = [one for one in ranked if one.total.canonical < one.total.governed]
    if not worst:
        return []
    table = plain_table(*_FIGURES, ("worst modules", "left"))
    for one in worst[:SHOWN_MODULES]:
        _row(table, one.path, one.total, style)
    rest = len(worst) - SHOWN_MODULES
    more = [Text(f"and {plural(rest, 'more module')} below 100 %", "dim")] if rest > 0 else []
    return [Text(), table, *more]


def _evidence(report: Report, style: Style) -> list[RenderableType]:
    one = report.evidence
    skipped = "".join(f", {number:,} {reason}" for reason, number in one.skipped)
    channels = ", ".join(f"{name} {number:,}" for name, number in one.channels if number) or "none"
    lines = [
        f"evidence: {plural(one.found, 'file')} found{skipped}; {one.read:,} read; "
        f"{len(report.unvalidated):,} unvalidated",
        f"  {plural(one.mentioning, 'file')} {'spells' if one.mentioning == 1 else 'spell'} a governed name, "
        f"{one.unparsed:,} of them {'does' if one.unparsed == 1 else 'do'} not parse",
        f"  {plural(one.imports, 'imported name')}; references by channel: {channels}",
        f"  {plural(len(one.matched_rules), 'rule')} matched"
        + (f"; matched nothing: {', '.join(one.unmatched_rules)}" if one.unmatched_rules else ""),
    ]
    if one.idle:
        shown = ", ".join(f"{visible(path)} ({rule})" for rule, path in one.idle[:SHOWN_IDLE])
        rest = len(one.idle) - SHOWN_IDLE
        lines.append(f"  listed, and used nowhere: {shown}" + (f" and {rest:,} more" if rest > 0 else ""))
    if one.computed:
        lines.append(f"  {plural(one.computed, 'call')} with an import path computed at run time: not decided")
    return [Text(line, "dim") for line in lines]
