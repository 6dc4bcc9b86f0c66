"""The tests of each component or folder: counted, and what is wrong with the counts."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import NamedTuple

from ssot_audit.evidence.age import Ages, Change, shown
from ssot_audit.evidence.reports import Ran
from ssot_audit.evidence.scopes import Scope
from ssot_audit.report.style import plural
from ssot_audit.source.cases import COLLECTED, ERRORED, EXECUTED, FAILED, PASSED, SKIPPED, XFAILED

DAY = 86_400  # seconds; clocks of machines and zones differ by less
COLUMNS = ("executed", PASSED, FAILED, ERRORED, SKIPPED, XFAILED, COLLECTED)


class Wrong(NamedTuple):
    """One thing that is wrong with the tests of a row: its class, what, and what to do."""

    klass: str
    what: str
    help: str


class Row(NamedTuple):
    scope: Scope
    counts: tuple[int, ...]  # as COLUMNS
    ran: tuple[Ran, ...]
    wrong: tuple[Wrong, ...] = ()

    def count(self, column: str) -> int:
        return self.counts[COLUMNS.index(column)]


def row(scope: Scope, ran: Sequence[Ran], ages: Ages, max_skipped: Decimal | None) -> Row:
    """A scope with its tests. Whether some failed is told test by test."""
    mine = tuple(one for one in ran if one.located.path and scope.holds(one.located.path, one.case))
    counts = Counter(one.case.outcome for one in mine)
    executed = sum(counts[one] for one in EXECUTED)
    found = Row(scope, (executed, *(counts[name] for name in COLUMNS[1:])), mine)
    return found._replace(wrong=(*_too_few(found, max_skipped), *_outdated(found, ages)))


def _too_few(row: Row, max_skipped: Decimal | None) -> Iterator[Wrong]:
    executed, skipped, least = row.count("executed"), row.count(SKIPPED), row.scope.min_tests
    tagged = f" tagged {row.scope.journey!r}" if row.scope.journey else ""
    if not row.ran:
        yield Wrong("nothing-executed", f"no report has a test of it{tagged}: 0 executed", _RUN)
    elif skipped and skipped == len(row.ran):
        yield Wrong("all-skipped", f"all {plural(skipped, 'test')}{tagged} were skipped: 0 executed", _UNSKIP)
    elif not executed:
        parts = [(SKIPPED, "skipped"), (XFAILED, "expected to fail"), (COLLECTED, "only collected")]
        what = ", ".join(f"{row.count(name)} {said}" for name, said in parts if row.count(name))
        yield Wrong("nothing-executed", f"0 tests{tagged} were executed: {what}", _RUN)
    elif executed < least:
        yield Wrong("too-few", f"{plural(executed, 'test')}{tagged} executed, {least} are asked for", _RUN)
    if executed and max_skipped is not None:
        numerator, denominator = max_skipped.as_integer_ratio()
        if skipped * 100 * denominator > numerator * len(row.ran):
            what = f"{skipped} of {plural(len(row.ran), 'test')} were skipped, more than {max_skipped} %"
            yield Wrong("too-many-skipped", what, _UNSKIP)


_RUN = "run the tests, and have the report written by that run"
_UNSKIP = "give the tests what they are skipped for, or remove them"
_AGAIN = "run the tests again, on the code as it is"


def _outdated(row: Row, ages: Ages) -> Iterator[Wrong]:
    """At most one: the tests ran on other code than there is."""
    ran = [one for one in row.ran if one.case.outcome != COLLECTED]
    if not ran:
        return
    files = row.scope.files
    latest = max(ran, key=lambda one: one.claimed)
    if latest.claimed > time.time() + DAY:
        yield Wrong("outdated", f"{latest.source.label} is of {shown(latest.claimed)}: its time is yet to come", _AGAIN)
        return
    commits = {one.case.commit for one in ran}
    for commit in sorted(filter(None, commits)):
        if what := _of_another(commit, files, ages):
            yield Wrong("outdated", what, _AGAIN)
            return
    oldest = min(ran, key=lambda one: one.at)
    change = ages.changed(files) if "" in commits else ages.written(files)
    if change and oldest.at < change.at:
        yield Wrong("outdated", _older(oldest, change), _AGAIN)


def _of_another(commit: str, files: Sequence[str], ages: Ages) -> str:
    """That a commit is not this one, and that it matters."""
    if not ages.head:
        return ""
    changed = ages.since(commit, files)
    if changed is None:
        return f"a report says it is of commit {commit}, which is none of this repository's"
    if changed:
        what = f"{plural(len(changed), 'file')} of it changed, {min(changed)} for one"
        return f"a report is of commit {commit[:12]}; since then {what}"
    return ""


def _older(oldest: Ran, change: Change) -> str:
    return (
        f"{oldest.source.label} is of {shown(oldest.at)} ({oldest.dated_by}), older than {change.what} of "
        f"{shown(change.at)}"
    )
