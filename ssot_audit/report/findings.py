"""Verdict, findings and unvalidated files as people read them: what a report and an account have in common."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from ssot_audit.model import Finding, Judgement, Kind, Severity, Status, Verdict
from ssot_audit.report import golden
from ssot_audit.report.style import Style, plural, unaccepted, visible
from ssot_audit.results import Report

SHOWN_FINDINGS = 20
SHOWN_FILES = 10
SHOWN_RELATED = 5  # places beside a finding

_SEVERITIES, _KINDS = tuple(Severity), tuple(Kind)
_VERDICT = {
    Verdict.MET: ("PASSED", "bold green"),
    Verdict.MISSED: ("FAILED", "bold red"),
    Verdict.NOT_JUDGED: ("NOT JUDGED", "bold yellow"),
}


def headline(judgement: Judgement, figure: Text) -> Group:
    """The verdict with its figure, the gate, and why it is missed or was not judged."""
    word, look = _VERDICT[judgement.verdict]
    gate = Text(f"gate: {judgement.gate}", "dim")
    reasons = [Text("  " + visible(one), look.removeprefix("bold ")) for one in judgement.reasons]
    return Group(Text.assemble((word, look), "  ", figure), gate, *reasons)


def findings(report: Report, style: Style) -> list[RenderableType]:
    shown: list[RenderableType] = [Text()]
    ranked = sorted(
        unaccepted(report.findings), key=lambda one: (_SEVERITIES.index(one.severity), _KINDS.index(one.kind))
    )
    for one in ranked[:SHOWN_FINDINGS]:
        shown.append(_finding(one, report, style))
    rest = ranked[SHOWN_FINDINGS:]
    if rest:
        shown.append(Text(f"and {plural(len(rest), 'more finding')}:"))
        counts = Counter((one.rule, one.klass) for one in rest)
        for (rule, klass), number in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
            shown.append(Text(f"  {number:>6,}  {visible(rule)}  {klass}"))
        shown.append(Text("every one of them: --output-format concise, or json", "dim"))
    return shown if ranked else []


_ACCEPTED = {Status.BASELINED: "known from before", Status.SUPPRESSED: "suppressed by comments"}


def accepted_line(found: Sequence[Finding]) -> list[Text]:
    """How many findings are accepted for now, and by what."""
    counts = Counter(one.status for one in found if one.status is not Status.OPEN)
    told = ", ".join(f"{number:,} {_ACCEPTED[status]}" for status, number in sorted(counts.items()))
    return [Text(f"accepted for now, and counted in every figure: {told}", "dim")] if told else []


def _finding(one: Finding, report: Report, style: Style) -> Group:
    line = report.line(one.path, one.place.line)
    chain = report.golden_path.chain(one.path) if report.golden_path else ()
    place = f"{visible(one.path)}:{one.place.line}:{one.place.column}"
    head = Text.assemble((place, "bold"), "  ", (one.rule, "cyan"), "  ", (one.klass, "red"))
    body: list[RenderableType] = [Text(visible(one.message))]
    if line is not None and not one.secret:
        body += _excerpt(one, line, style)
    body += [Text(f"{visible(at.path)}:{at.line}: {visible(at.note)}", "dim") for at in one.related[:SHOWN_RELATED]]
    rest = len(one.related) - SHOWN_RELATED
    body += [Text(f"and {plural(rest, 'more place')}", "dim")] if rest > 0 else []
    body += [Text(f"golden path: {golden.chain_line(chain, style)}", "dim")] if chain else []
    body.append(Text.assemble(("use: ", "dim"), (visible(one.help), "green")))
    return Group(head, Padding(Group(*body), (0, 0, 1, 4)))


def _excerpt(one: Finding, line: str, style: Style) -> list[RenderableType]:
    """The offending line with its name underlined; long lines are cut around it."""
    start, end = one.place.column - 1, one.place.end_column - 1
    if one.place.end_line != one.place.line:
        end = len(line)
    stripped = line.lstrip()
    start, end = start - (len(line) - len(stripped)), end - (len(line) - len(stripped))
    room = max(40, style.width - 12)
    cut = max(0, min(start - 10, end - room)) if end > room else 0
    before, marked, after = (visible(stripped[a:b]) for a, b in ((cut, start), (start, end), (end, cut + room)))
    return [
        Text.assemble(before, (marked, "bold red"), after.rstrip(), overflow="ellipsis", no_wrap=True),
        Text(" " * len(before) + "^" * max(1, len(marked)), "red", overflow="crop", no_wrap=True),
    ]


def unvalidated(report: Report) -> list[RenderableType]:
    shown: list[RenderableType] = [
        Text(),
        Text(f"{plural(len(report.unvalidated), 'unvalidated file')}, in no figure:"),
    ]
    for one in report.unvalidated[:SHOWN_FILES]:
        shown.append(Text(f"  {visible(one.path)}:{one.line}: {visible(one.reason)}", "yellow"))
    rest = len(report.unvalidated) - SHOWN_FILES
    return [*shown, Text(f"  and {rest:,} more", "dim")] if rest > 0 else shown
