"""The test cases of a report: JUnit XML, or what `pytest --collect-only -q` prints."""

from __future__ import annotations

from typing import NamedTuple

PASSED, FAILED, ERRORED, SKIPPED, XFAILED, COLLECTED = "passed", "failed", "errored", "skipped", "xfailed", "collected"
OUTCOMES = (FAILED, ERRORED, PASSED, XFAILED, SKIPPED, COLLECTED)  # which of two holds: the one that comes first
EXECUTED = frozenset((PASSED, FAILED, ERRORED))


class Case(NamedTuple):
    """One test case. `when` is the timestamp of the suite it is in, as written; `commit` and `journeys` are properties
    of it or of a suite around it. `line` is that of the report."""

    classname: str
    name: str
    file: str
    line: int
    outcome: str
    message: str = ""
    when: str = ""
    commit: str = ""
    journeys: tuple[str, ...] = ()
    flaky: bool = False  # it passed when it was run again

    @property
    def key(self) -> tuple[str, str, str]:
        return self.file, self.classname, self.name


class Disagreement(NamedTuple):
    """A count in a suite's header that its test cases do not bear out."""

    suite: str
    line: int
    attribute: str
    said: str
    counted: int


class ReportSeen(NamedTuple):
    """Each test case once. `doubled` are the keys of those that a report has more than once."""

    cases: tuple[Case, ...]
    disagreements: tuple[Disagreement, ...] = ()
    doubled: tuple[Case, ...] = ()


def worst(cases: list[Case]) -> Case:
    """The one that counts, of several of one test."""
    return min(cases, key=lambda one: OUTCOMES.index(one.outcome))
