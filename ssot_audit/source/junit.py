"""JUnit XML in the dialects its writers have. Only importer of an XML parser.

Only `testcase` elements are counted, never a header. A document type is refused, so no entity is ever declared or
expanded (XML 1.0, section 2.8), and nothing outside the text is opened.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from ssot_audit.facts import Failure
from ssot_audit.source.cases import (
    ERRORED,
    FAILED,
    OUTCOMES,
    PASSED,
    SKIPPED,
    XFAILED,
    Case,
    Disagreement,
    ReportSeen,
    worst,
)

MAX_DEPTH = 200  # elements inside each other
MAX_CASES = 1_000_000
MAX_TEXT = 300  # characters kept of a message or a property

# What stands in a `testcase`. `rerunFailure` is written where the reruns failed too, `flakyFailure` where one passed.
_MEANS = {
    **dict.fromkeys(("failure", "rerunFailure"), FAILED),
    **dict.fromkeys(("error", "rerunError"), ERRORED),
    **dict.fromkeys(("skipped", "skip", "disabled", "ignored"), SKIPPED),
}
_NOT_RUN = frozenset(("notrun", "skipped", "disabled", "ignored", "suppressed"))  # `status` and `result` of googletest
_FLAKY = frozenset(("flakyFailure", "flakyError"))
_XFAIL = re.compile(r"\A(?:pytest\.xfail|xfail|expected failure)", re.IGNORECASE)
_COUNTS: Mapping[str, tuple[str, ...]] = {
    "tests": OUTCOMES,
    "failures": (FAILED,),
    "errors": (ERRORED,),
    **dict.fromkeys(("skipped", "skips", "skip"), (SKIPPED, XFAILED)),
}
_TEARDOWN = "failed on teardown"  # how pytest writes a second `testcase` of a test that had failed before


class _Refused(Exception):
    """The report is not read on; the reason."""


class _Suite:
    """A suite that is being read: its header, its own cases, and the suites in it."""

    def __init__(self, header: Mapping[str, str], line: int, above: _Suite | None) -> None:
        self.header, self.line, self.above = header, line, above
        self.properties: dict[str, list[str]] = {}
        self.cases: list[_Draft] = []
        self.inner: list[_Suite] = []

    def of(self, name: str) -> list[str]:
        """The values of a property: of the nearest suite around that has it."""
        suite: _Suite | None = self
        while suite and name not in suite.properties:
            suite = suite.above
        return suite.properties[name] if suite else []

    @property
    def when(self) -> str:
        suite: _Suite | None = self
        while suite and not suite.header.get("timestamp"):
            suite = suite.above
        return suite.header["timestamp"] if suite else ""


class _Draft:
    """A test case that is being read."""

    def __init__(self, header: Mapping[str, str], line: int, suite: _Suite) -> None:
        self.header, self.line, self.suite = header, line, suite
        self.outcomes: list[str] = []
        self.message = ""
        self.properties: dict[str, list[str]] = {}
        self.flaky = False
        if {header.get("status", ""), header.get("result", "")} & _NOT_RUN:
            self.outcomes.append(SKIPPED)

    def meets(self, name: str, header: Mapping[str, str]) -> None:
        """An element in the test case."""
        self.flaky = self.flaky or name in _FLAKY
        outcome = _MEANS.get(name)
        if outcome == SKIPPED and (_XFAIL.match(header.get("type", "")) or _XFAIL.match(header.get("message", ""))):
            outcome = XFAILED
        if outcome:
            self.outcomes.append(outcome)
            self.message = self.message or header.get("message", "").strip().partition("\n")[0][:MAX_TEXT]

    @property
    def outcome(self) -> str:
        return min(self.outcomes, key=OUTCOMES.index, default=PASSED)

    def case(self) -> Case:
        header = self.header
        return Case(
            classname=header.get("classname", "") or header.get("class", ""),
            name=header.get("name", ""),
            file=header.get("file", "") or header.get("filepath", "") or self.suite.header.get("file", ""),
            line=self.line,
            outcome=self.outcome,
            message=self.message,
            when=header.get("timestamp", "") or self.suite.when,
            commit="".join((self.properties.get("commit") or self.suite.of("commit"))[-1:]),
            journeys=tuple(dict.fromkeys((*self.properties.get("journey", ()), *self.suite.of("journey")))),
            flaky=self.flaky,
        )


class _Reader:
    """Told of every element by the parser."""

    def __init__(self) -> None:
        from xml.parsers import expat

        self.parser: Any = expat.ParserCreate()
        self.parser.StartElementHandler, self.parser.EndElementHandler = self.start, self.end
        self.parser.StartDoctypeDeclHandler = self.doctype
        self.open: list[str] = []
        self.suites: list[_Suite] = []
        self.drafts: list[_Draft] = []
        self.all: list[_Suite] = []
        self.at: tuple[int, _Draft] | None = None  # the test case that is open, and how deep

    def doctype(self, *declared: object) -> None:
        raise _Refused(f"line {self.parser.CurrentLineNumber}: declares a document type; no test report needs one")

    def start(self, tag: str, header: dict[str, str]) -> None:
        name, line = tag.rpartition(":")[2], self.parser.CurrentLineNumber
        if not self.open and name not in ("testsuites", "testsuite"):
            raise _Refused(f"is no JUnit XML: its root is <{name[:60]}>, not <testsuites> or <testsuite>")
        self.open.append(name)
        if len(self.open) > MAX_DEPTH:
            raise _Refused(f"line {line}: nests deeper than {MAX_DEPTH} elements")
        if self.at:
            self._within(self.at, name, header)
        elif name in ("testsuites", "testsuite"):
            suite = _Suite(header, line, self.suites[-1] if self.suites else None)
            if self.suites:
                self.suites[-1].inner.append(suite)
            self.suites.append(suite)
            self.all.append(suite)
        elif name == "testcase":
            if len(self.drafts) >= MAX_CASES:
                raise _Refused(f"has more than {MAX_CASES:,} test cases")
            draft = _Draft(header, line, self.suites[-1])
            self.at = len(self.open), draft
            self.suites[-1].cases.append(draft)
            self.drafts.append(draft)
        elif name == "property" and self.open[-2] == "properties":
            _property(self.suites[-1].properties, header)

    def _within(self, at: tuple[int, _Draft], name: str, header: Mapping[str, str]) -> None:
        depth, draft = at
        if len(self.open) == depth + 1:
            draft.meets(name, header)
        if name == "property":
            _property(draft.properties, header)

    def end(self, tag: str) -> None:
        name = self.open.pop()
        if self.at:
            if len(self.open) < self.at[0]:
                self.at = None
        elif name in ("testsuites", "testsuite"):
            self.suites.pop()


def _property(properties: dict[str, list[str]], header: Mapping[str, str]) -> None:
    if header.get("name") in ("commit", "journey") and header.get("value", "").strip():
        properties.setdefault(header["name"], []).append(header["value"].strip()[:MAX_TEXT])


def read_xml(data: bytes) -> ReportSeen | Failure:
    """The test cases of a report in JUnit XML, and where its headers disagree with them."""
    from xml.parsers import expat

    reader = _Reader()
    try:
        reader.parser.Parse(data, True)
    except _Refused as refused:
        return Failure(str(refused))
    except expat.ExpatError as error:
        return Failure(f"line {error.lineno}: is not valid XML: {expat.ErrorString(error.code)}")
    except (ValueError, LookupError) as error:  # an encoding nobody knows, or that is none of texts
        return Failure(f"is not valid XML: {type(error).__name__}")
    groups: dict[tuple[str, str, str], list[Case]] = {}
    for one in reader.drafts:
        case = one.case()
        groups.setdefault(case.key, []).append(case)
    doubled = [one for some in groups.values() for one in some[1:] if not one.message.startswith(_TEARDOWN)]
    disagreements = tuple(found for suite in reader.all for found in _disagreements(suite))
    return ReportSeen(tuple(map(worst, groups.values())), disagreements, tuple(doubled))


def _disagreements(suite: _Suite) -> Iterator[Disagreement]:
    """A header may count its own cases or those of suites in it too; and a test that failed twice once or twice."""
    counted = [suite.cases, list(_below(suite))] if suite.cases and suite.inner else [list(_below(suite))]
    for name, outcomes in _COUNTS.items():
        said = suite.header.get(name)
        if said is None:
            continue
        numbers = [sum(1 for one in some if one.outcome in outcomes) for some in counted]
        fits = {*numbers}
        if name == "tests":
            twice = sum(1 for one in counted[-1] if one.outcome == ERRORED and one.message.startswith(_TEARDOWN))
            fits |= {*range(numbers[-1] - twice, numbers[-1])}
        if not said.strip().isdecimal() or len(said) > 20 or int(said) not in fits:
            yield Disagreement(suite.header.get("name", "")[:MAX_TEXT], suite.line, name, said[:20], numbers[-1])


def _below(suite: _Suite) -> Iterator[_Draft]:
    pending = [suite]
    while pending:
        one = pending.pop()
        yield from one.cases
        pending += one.inner
