"""The findings of the one rule `test-evidence`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence

from ssot_audit.evidence.collected import Uncollected
from ssot_audit.evidence.reports import Ran, Read, unknown
from ssot_audit.facts import Place
from ssot_audit.model import BESIDE, Finding, Kind, Severity
from ssot_audit.report.style import plural
from ssot_audit.source.cases import ERRORED, FAILED, Case
from ssot_audit.source.discover import is_python
from ssot_audit.source.settings.secrets import MASK, masked, names_a_secret

RULE = BESIDE["evidence"]
SHOWN = 3  # examples in a message

KindOf = Callable[[str], Kind]
LineOf = Callable[[Ran], int]  # of the test, in its file


# A key, what stands between, and its value, as failures have them: `token=x`, `"token": "x"`, `token == 'x'`.
_PAIR = re.compile(
    r"(?P<key>(?!\w*(?:Error|Exception|Warning)\b)"
    r"[\w.-]{0,40}(?i:pass|pwd|secret|token|key|credential|salt|pepper)[\w.-]{0,40})"
    r"""(?P<sign>["']?\s{0,3}(?:[=!]=|[=:])\s{0,3}(?P<quote>["'])?)(?P<value>(?(quote)[^"']+|[^\s"',;)}\]]+))"""
)


def hidden(text: str) -> str:
    """What a report says, without what must not be repeated."""
    return _PAIR.sub(_hide, masked("", text))


def _hide(found: re.Match[str]) -> str:
    return found["key"] + found["sign"] + (MASK if names_a_secret(found["key"], found["value"]) else found["value"])


def at_name(one: Finding, line: str | None) -> Finding:
    """A finding of a test placed at its name in the line of its definition, where that is there."""
    name = one.subject.partition("[")[0].rpartition(".")[2]
    at = re.search(rf"\b{re.escape(name)}\b", line or "") if name else None
    if not at or not is_python(one.path):
        return one
    row = one.place.line
    return one._replace(place=Place(row, at.start() + 1, row, at.end() + 1))


def finding(
    klass: str,
    path: str,
    line: int,
    subject: str,
    dotted: str,
    message: str,
    help_: str,
    kind: Kind,
    severity: Severity = Severity.ERROR,
) -> Finding:
    place = Place(line, 1, line, 1)
    return Finding(RULE, severity, path, place, subject, dotted, klass, message, help_, kind)


def of_static(found: Sequence[Uncollected], kind_of: KindOf) -> Iterator[Finding]:
    for one in found:
        dotted = ".".join((*one.scope, one.name))
        many = f" ({plural(one.tests, 'test')})" if one.tests > 1 else ""
        yield finding(
            "never-collected",
            one.path,
            one.line,
            one.name,
            dotted,
            f"{dotted}{many} is never collected: {one.why}",
            one.help,
            kind_of(one.path),
            one.severity,
        )


def of_reports(read: Read, ran: Sequence[Ran], twice: dict[tuple[str, str], list[Case]]) -> Iterator[Finding]:
    """What is wrong with the reports themselves."""
    for label, other in read.copies:
        message = f"it holds the same as {other}, and is counted once"
        yield finding("duplicated", label, 1, label, other, message, _ONCE, Kind.OTHER, Severity.WARNING)
    for (label, other), cases in twice.items():
        where = "more than once" if label == other else f"in {other} too"
        message = f"{plural(len(cases), 'test case')} stand {where}, and count once: {_examples(map(_name, cases))}"
        line = cases[0].line or 1
        yield finding("duplicated", label, line, label, other, message, _ONCE, Kind.OTHER, Severity.WARNING)
    for source in read.sources:
        for one in source.report.disagreements:
            suite = f"suite {hidden(one.suite)!r}" if one.suite else "a suite without a name"
            message = f"the header of {suite} says {one.attribute}={one.said!r}; its test cases are {one.counted}"
            help_ = "write the report again; something was lost from it, or its writer counts wrongly"
            at = (source.label, one.line, hidden(one.suite), one.attribute)
            found = finding("counts-disagree", *at, message, help_, Kind.OTHER)
            yield found._replace(severity=Severity.WARNING)  # pytest counts subtests in its header alone
        if not source.report.cases:
            message = "it has no test case: nothing was executed"
            yield finding("nothing-executed", source.label, 1, source.label, "", message, _RUN, Kind.OTHER)
    for label, lost in unknown(ran):
        why, first = _examples(hidden(one.located.why) for one in lost), lost[0].case
        message = f"{plural(len(lost), 'test case')} of it are in no file of the tree: {why}"
        help_ = "name the reports of this repository; have their writer tell each case's `file`"
        yield finding("unknown-test", label, first.line or 1, label, _class_of(first), message, help_, Kind.OTHER)


_ONCE = "name each report once; runs of one suite on several platforms count as one"
_RUN = "run the tests, and have the report written by that run"


def of_cases(ran: Sequence[Ran], kind_of: KindOf, line_of: LineOf) -> Iterator[Finding]:
    """Each test that failed."""
    for one in ran:
        case = one.case
        if case.outcome in (FAILED, ERRORED):
            path = one.located.path
            said = f": {hidden(case.message)}" if case.message else ""
            what = "failed" if case.outcome == FAILED else "stopped by an error"
            at = (path, line_of(one)) if path else (one.source.label, case.line or 1)
            kind = kind_of(path) if path else Kind.OTHER
            help_ = f"repair it; it is in {one.source.label}" + (f", line {case.line}" if case.line else "")
            yield finding("failed", *at, _name(case), _class_of(case), f"{_name(case)} {what}{said}", help_, kind)


def _class_of(case: Case) -> str:
    return hidden(case.classname or case.file or case.name)


def _name(case: Case) -> str:
    return hidden(f"{case.classname}.{case.name}" if case.classname else case.name)


def _examples(names: Iterable[str]) -> str:
    some = list(dict.fromkeys(names))
    return ", ".join(some[:SHOWN]) + (", …" if len(some) > SHOWN else "")
