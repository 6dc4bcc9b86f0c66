"""The test cases of a report: JUnit XML, or what `pytest --collect-only -q` prints."""

from __future__ import annotations

import re
from typing import NamedTuple

from ssot_audit.facts import Failure

PASSED, FAILED, ERRORED, SKIPPED, XFAILED, COLLECTED = "passed", "failed", "errored", "skipped", "xfailed", "collected"
OUTCOMES = (FAILED, ERRORED, PASSED, XFAILED, SKIPPED, COLLECTED)  # which of two holds: the one that comes first
EXECUTED = frozenset((PASSED, FAILED, ERRORED))

_NODE = re.compile(r"(?P<file>\S(?:[^:]|:(?!:))*?\.pyi?)::(?P<rest>\S.*)\Z")
_TOTAL = re.compile(r"^=* ?(?:no tests collected|\d+(?:/\d+)? tests? collected)", re.MULTILINE)
_BEFORE_MARKUP = b"\xef\xbb\xbf\xff\xfe\0 \t\r\n"  # byte-order marks, UTF-16 and white space


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


def read_report(data: bytes) -> ReportSeen | Failure:
    """What a report says; a Failure for what is none."""
    if data[:4096].lstrip(_BEFORE_MARKUP)[:1] == b"<":
        from ssot_audit.source.junit import read_xml

        return read_xml(data)
    text = data.decode("utf-8", "replace")
    nodes = [found for line in text.splitlines() if (found := _NODE.match(line.strip()))]
    if not nodes and not _TOTAL.search(text):
        return Failure("is neither JUnit XML nor the output of `pytest --collect-only -q`")
    return ReportSeen(tuple(dict.fromkeys(map(_collected, nodes))))


def _collected(found: re.Match[str]) -> Case:
    path, bracket, arguments = found["rest"].partition("[")
    *classes, name = path.split("::")
    module = re.sub(r"\.pyi?\Z", "", found["file"]).replace("/", ".")
    return Case(".".join((module, *classes)), name + bracket + arguments, found["file"], 0, COLLECTED)


def worst(cases: list[Case]) -> Case:
    """The one that counts, of several of one test."""
    return min(cases, key=lambda one: OUTCOMES.index(one.outcome))
