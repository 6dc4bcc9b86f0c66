"""Reports as other runners write them, and as nobody should."""

from __future__ import annotations

from pathlib import Path
from xml.sax.saxutils import quoteattr

import pytest
from evidencing import GOOD, counts, evidence, found, repository
from hypothesis import given, settings
from hypothesis import strategies as st
from running import write

from ssot_audit.facts import Failure
from ssot_audit.source.cases import OUTCOMES
from ssot_audit.source.reports import read_report

SUITE = "<testsuite{}>{}</testsuite>"
ONE = '<testcase classname="tests.test_a" name="test_one"/>'
TWO = '<testcase classname="tests.test_a" name="test_two"/>'


def report(folder: Path, text: str | bytes, files: dict[str, str] | None = None) -> Path:
    repository(folder, {"tests/test_a.py": GOOD, **(files or {})})
    return write(folder, {"junit.xml": text})


@pytest.mark.parametrize(
    ("inside", "outcome"),
    [
        ("", "passed"),
        ("<system-out>said</system-out>", "passed"),
        ("<failure/>", "failed"),
        ('<failure message="a"/><error message="b"/>', "failed"),
        ("<error/>", "errored"),
        ("<skipped/>", "skipped"),
        ('<skipped type="pytest.skip"/>', "skipped"),
        ('<skipped type="pytest.xfail"/>', "xfailed"),
        ('<skipped type="XFAIL" message="expected failure: no"/>', "xfailed"),  # unittest-xml-reporting
        ("<failure/><rerunFailure/>", "failed"),  # surefire, failed each time
        ("<rerunError/>", "errored"),
        ("<flakyFailure/>", "passed"),  # surefire, passed in the end
        ("<system-out><failure/></system-out>", "passed"),  # nobody's result
    ],
)
def test_what_stands_in_a_test_case_says_how_it_went(inside: str, outcome: str) -> None:
    read = read_report(SUITE.format("", f'<testcase classname="a" name="b">{inside}</testcase>').encode())
    assert not isinstance(read, Failure)
    assert [one.outcome for one in read.cases] == [outcome]


@pytest.mark.parametrize("status", ['status="notrun"', 'result="suppressed"', 'status="disabled"'])
def test_a_case_that_was_not_run_is_skipped(status: str) -> None:
    read = read_report(SUITE.format("", f'<testcase name="b" {status}/>').encode())
    assert not isinstance(read, Failure)
    assert [one.outcome for one in read.cases] == ["skipped"]


def test_suites_may_stand_in_suites_and_have_no_counts(tmp_path: Path) -> None:
    inner = SUITE.format("", SUITE.format(' tests="1"', ONE) + TWO)
    report(tmp_path, f"<testsuites>{SUITE.format('', inner)}</testsuites>")
    done = evidence(tmp_path, "junit.xml")
    assert (found(done), counts(done, "tests")) == ([], {"executed": 2, "passed": 2})


def test_counts_that_the_cases_do_not_bear_out_are_told(tmp_path: Path) -> None:
    head = ' name="all" tests="500" failures="0" errors="0" skipped="many"'
    report(tmp_path, SUITE.format(head, ONE + TWO))
    done = evidence(tmp_path, "junit.xml")
    assert [one["path"] for one in done.json["violations"]] == ["skipped", "tests"]
    assert {one for _, one in found(done)} == {"counts-disagree"}
    assert counts(done, "tests") == {"executed": 2, "passed": 2}


def test_a_header_may_count_its_own_cases_or_those_of_inner_suites_too(tmp_path: Path) -> None:
    for said in (1, 2):
        text = SUITE.format(f' tests="{said}"', ONE + SUITE.format(' tests="1"', TWO))
        read = read_report(text.encode())
        assert not isinstance(read, Failure)
        assert read.disagreements == ()


def test_a_report_of_unittest_is_understood(tmp_path: Path) -> None:
    cases = (
        "import unittest\nclass Sums(unittest.TestCase):\n    def test_add(self): pass\n    def test_sub(self): pass\n"
    )
    text = """<?xml version="1.0" encoding="UTF-8"?>
<testsuites>
  <testsuite name="tests.test_sums.Sums-20260101000000" tests="1" file="tests/test_sums.py" time="0.1"
             timestamp="2190-01-01T00:00:00" failures="0" errors="0" skipped="0">
    <testcase classname="tests.test_sums.Sums" name="test_add" time="0.1" file="tests/test_sums.py" line="3"/>
  </testsuite>
  <testsuite name="Sums-20260101000000" tests="1" time="0.1" failures="0" errors="0">
    <testcase classname="Sums" name="test_sub" time="0.1"/>
  </testsuite>
</testsuites>"""
    report(tmp_path, text, {"tests/test_sums.py": cases})
    assert counts(evidence(tmp_path, "junit.xml"), "tests") == {"executed": 2, "passed": 2}


def test_a_test_of_another_language_is_known_by_its_file(tmp_path: Path) -> None:
    case = '<testcase classname="adds up adds up" name="adds up" file="{}"/>'
    text = SUITE.format("", ONE + case.format("web/sum.test.ts") + case.format("../../etc/passwd"))
    report(tmp_path, text, {"web/sum.test.ts": "test()"})
    done = evidence(tmp_path, "junit.xml")
    assert counts(done, "web") == {"executed": 1, "passed": 1}
    assert found(done) == [("junit.xml", "unknown-test")]


def test_the_same_case_twice_in_a_report_counts_once_and_is_told(tmp_path: Path) -> None:
    report(tmp_path, SUITE.format("", ONE + ONE + TWO))
    done = evidence(tmp_path, "junit.xml")
    assert found(done) == [("junit.xml", "duplicated")]
    assert counts(done, "tests") == {"executed": 2, "passed": 2}


def case(name: str, classname: str = "tests.test_a", file: str = "") -> str:
    return f'<testcase classname="{classname}" name="{name}" file="{file}"/>'


def test_a_test_that_its_file_does_not_define_is_invented(tmp_path: Path) -> None:
    klass = "import unittest\nclass TestIt(unittest.TestCase):\n    def test_in(self): pass\n"
    cases = [case("nope_1"), case("nope[1]"), case("test_gone", "tests.test_a.TestIt"), case("nope two")]
    good = [case("test_one"), case("test_two[a-b]"), case("test_in (i=1)", "tests.test_a.TestIt")]
    report(tmp_path, SUITE.format("", "".join(cases + good)), {"tests/test_a.py": klass + GOOD})
    done = evidence(tmp_path, "junit.xml")
    assert found(done) == [("junit.xml", "unknown-test")]
    assert done.json["violations"][0]["message"].startswith("4 test cases of it")
    assert counts(done, "tests") == {"executed": 3, "passed": 3}


@pytest.mark.parametrize(
    ("name", "classname", "text"),
    [
        (
            "test_base",
            "tests.test_a.TestIt",
            "from base import Base\nclass TestIt(Base):\n    def test_x(self): pass\n",
        ),
        ("test_base", "tests.test_a.TestIt", "from b import B\nclass A(B): pass\nclass TestIt(A): pass\n"),
        ("test_more", "tests.test_a", "from more import *\n"),
        ("test_more", "tests.test_a", "globals()['test_more'] = print\n"),
        ("test_more", "tests.test_a.TestIt", "class TestIt: pass\nsetattr(TestIt, 'test_' + 'more', print)\n"),
        ("test_more", "tests.test_a.TestIt", "class Meta(type): pass\nclass TestIt(metaclass=Meta): pass\n"),
        ("test_one_0_a", "tests.test_a", GOOD),
        ("ruff", "tests.test_a", GOOD),
        ("tests.test_a.test_one", "tests.test_a", GOOD),  # a doctest in it
        ("test_more", "tests.test_a", "torn(:\n"),
    ],
)
def test_a_test_that_may_be_made_or_inherited_counts_and_is_told(
    tmp_path: Path, name: str, classname: str, text: str
) -> None:
    report(tmp_path, SUITE.format("", case(name, classname)), {"tests/test_a.py": text})
    done = evidence(tmp_path, "junit.xml")
    assert ("junit.xml", "unknown-test") not in found(done)
    assert done.json["evidence"]["test cases without a function that was seen"] == 1


@pytest.mark.parametrize("text", ["from more import test_more\n", "class TestIt: pass\nTestIt.test_more = print\n"])
def test_a_test_that_is_imported_or_assigned_is_known(tmp_path: Path, text: str) -> None:
    report(tmp_path, SUITE.format("", case("test_more")), {"tests/test_a.py": text})
    assert counts(evidence(tmp_path, "junit.xml"), "tests") == {"executed": 1, "passed": 1}


def test_a_hook_that_makes_items_leaves_every_name_open(tmp_path: Path) -> None:
    hook = "def pytest_pycollect_makeitem(collector, name, obj): ...\n"
    report(tmp_path, SUITE.format("", case("nope")), {"conftest.py": hook})
    assert counts(evidence(tmp_path, "junit.xml"), "tests") == {"executed": 1, "passed": 1}


def test_a_text_is_tested_by_its_doctest_alone(tmp_path: Path) -> None:
    texts = [case("x", "", "README.md"), case("README.md", "", "README.md"), case("guide.md", "docs.guide.md")]
    report(tmp_path, SUITE.format("", "".join(texts)), {"README.md": "", "docs/guide.md": ""})
    done = evidence(tmp_path, "junit.xml")
    assert ("junit.xml", "unknown-test") in found(done)
    assert (counts(done, "."), counts(done, "docs")) == ({"executed": 1, "passed": 1},) * 2


LAUGHS = """<!DOCTYPE lol [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>
<testsuite><testcase name="&b;"/></testsuite>"""


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (LAUGHS, "declares a document type"),
        ('<!DOCTYPE a SYSTEM "file:///etc/passwd"><testsuite/>', "declares a document type"),
        ("<testsuite><testcase", "not valid XML"),
        ("<testsuite>&nothing;</testsuite>", "not valid XML"),
        ('<?xml version="1.0" encoding="no-such"?><testsuite/>', "not valid XML"),
        ("<html/>", "its root is <html>"),
        ("<testsuite>" * 1000, "nests deeper"),
        ("nothing of the kind", "neither JUnit XML nor"),
        ("", "neither JUnit XML nor"),
        (b"\xff\xfe\x00\xd8", "neither JUnit XML nor"),
    ],
)
def test_what_is_no_report_is_told_and_nothing_is_judged(tmp_path: Path, text: str | bytes, reason: str) -> None:
    report(tmp_path, text)
    done = evidence(tmp_path, "junit.xml")
    assert done.code == 2
    assert reason in done.err
    assert done.json["verdict"]["result"] == "not-judged"


def test_a_report_that_is_not_there_or_is_a_link_is_not_judged(tmp_path: Path) -> None:
    report(tmp_path, SUITE.format("", ONE))
    (tmp_path / "link.xml").symlink_to(tmp_path / "junit.xml")
    for name in ("gone.xml", "link.xml", "tests"):
        assert evidence(tmp_path, name).code == 2, name


def test_reports_may_be_in_other_encodings_and_have_marks(tmp_path: Path) -> None:
    text = f'<?xml version="1.0" encoding="UTF-16"?>{SUITE.format("", ONE)}'
    for data in (text.encode("utf-16"), b"\xef\xbb\xbf" + SUITE.format("", ONE).encode()):
        read = read_report(data)
        assert not isinstance(read, Failure)
        assert len(read.cases) == 1


_INSIDE = {"passed": "", "failed": "<failure/>", "errored": "<error/>", "skipped": "<skipped/>"}
_TEXT = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs"), exclude_characters="\ufffe\uffff"))


@given(st.lists(st.tuples(_TEXT, st.sampled_from(sorted(_INSIDE)), st.integers(0, 3)), max_size=12))
@settings(max_examples=60)
def test_every_case_is_counted_however_deep_and_whatever_its_name(cases: list[tuple[str, str, int]]) -> None:
    body, worst = "", dict[str, str]()
    for name, outcome, depth in cases:
        case = f"<testcase classname='c' name={quoteattr(name)}>{_INSIDE[outcome]}</testcase>"
        body += "<testsuite>" * depth + case + "</testsuite>" * depth
        worst[name] = min(worst.get(name, outcome), outcome, key=OUTCOMES.index)
    read = read_report(f"<testsuites>{body}</testsuites>".encode())
    assert not isinstance(read, Failure)
    assert {one.name: one.outcome for one in read.cases} == worst
    assert len(read.cases) == len(worst)


@given(st.binary(max_size=200), st.sampled_from([b"", b"<testsuite>", b"<testsuite><testcase name='", b"tests/a.py::"]))
@settings(max_examples=200)
def test_no_bytes_make_the_reader_raise(data: bytes, before: bytes) -> None:
    read_report(before + data)
