"""`ssot-audit evidence`: what real reports of pytest show, held against real repositories."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path

from evidencing import GOOD, age, blocks, commit, counts, evidence, found, repository, run_pytest
from running import ROOT, audit, git, write

from ssot_audit.evidence.findings import hidden

MIXED = """
import unittest
import pytest

def test_passes(): pass
def test_fails(): assert 0, "wrong sum"
@pytest.fixture
def torn(): raise RuntimeError("no database")
def test_errs(torn): pass
@pytest.mark.skip
def test_skipped(): pass
@pytest.mark.xfail
def test_expected(): assert 0
@pytest.mark.parametrize("value", [1, "a::b", "x.y"])
def test_many(value): pass
class TestGroup:
    def test_inside(self): pass
class Cases(unittest.TestCase):
    def test_case(self): pass
"""


def test_a_run_of_pytest_is_counted_test_by_test(tmp_path: Path) -> None:
    repository(tmp_path, {"tests/unit/test_mixed.py": MIXED})
    run_pytest(tmp_path, "--junitxml=junit.xml")
    done = evidence(tmp_path, "junit.xml")
    assert counts(done, "tests") == {"executed": 8, "passed": 6, "failed": 1, "errored": 1, "skipped": 1, "xfailed": 1}
    assert found(done) == [("tests/unit/test_mixed.py", "failed")] * 2
    by_name = {one["subject"]: one["location"]["row"] for one in done.json["violations"]}
    assert by_name == {"tests.unit.test_mixed.test_fails": 6, "tests.unit.test_mixed.test_errs": 9}
    assert done.code == 1


def test_both_families_of_pytests_reports_say_the_same(tmp_path: Path) -> None:
    repository(tmp_path, {"tests/unit/test_mixed.py": MIXED})
    known = []
    for family in ("xunit1", "xunit2"):
        run_pytest(tmp_path, "--junitxml=junit.xml", "-o", f"junit_family={family}")
        done = evidence(tmp_path, "junit.xml")
        known.append((counts(done, "tests"), found(done)))
    assert known[0] == known[1]


def test_a_good_run_meets_the_gate_and_each_top_folder_has_its_row(tmp_path: Path) -> None:
    repository(tmp_path, {"tests/test_a.py": GOOD, "other/test_b.py": GOOD})
    run_pytest(tmp_path, "--junitxml=junit.xml")
    done = evidence(tmp_path, "junit.xml")
    assert (done.code, found(done)) == (0, [])
    assert counts(done, "tests") == counts(done, "other") == {"executed": 2, "passed": 2}


def test_a_folder_whose_tests_did_not_run_has_executed_nothing(tmp_path: Path) -> None:
    repository(tmp_path, {"tests/test_a.py": GOOD, "other/test_b.py": GOOD})
    run_pytest(tmp_path, "--junitxml=junit.xml", "tests")
    done = evidence(tmp_path, "junit.xml")
    assert found(done) == [("junit.xml", "nothing-executed")]
    assert done.json["violations"][0]["subject"] == "other"
    assert done.code == 1


def test_a_run_of_no_test_has_executed_nothing(tmp_path: Path) -> None:
    repository(tmp_path, {"tests/test_a.py": GOOD})
    run_pytest(tmp_path, "--junitxml=junit.xml", "-k", "nobody")
    assert found(evidence(tmp_path, "junit.xml")) == [("junit.xml", "nothing-executed")] * 2  # the report, the folder


def test_a_run_that_skips_all_has_executed_nothing(tmp_path: Path) -> None:
    skipped = f"import pytest\n\npytestmark = pytest.mark.skip\n\n\n{GOOD}"
    repository(tmp_path, {"tests/test_a.py": skipped})
    run_pytest(tmp_path, "--junitxml=junit.xml")
    assert found(evidence(tmp_path, "junit.xml")) == [("junit.xml", "all-skipped")]


def test_a_module_that_is_skipped_or_cannot_be_imported_counts_in_its_folder(tmp_path: Path) -> None:
    gone = "import pytest\npytest.skip('no', allow_module_level=True)\ndef test_x(): pass\n"
    repository(
        tmp_path, {"tests/test_a.py": "import nothing_of_that_name\ndef test_y(): pass\n", "other/test_b.py": gone}
    )
    run_pytest(tmp_path, "--junitxml=junit.xml", "--continue-on-collection-errors")
    done = evidence(tmp_path, "junit.xml")
    assert counts(done, "tests") == {"executed": 1, "errored": 1}
    assert counts(done, "other") == {"skipped": 1}
    assert ("tests/test_a.py", "failed") in found(done)


def test_a_failing_test_whose_teardown_errs_too_is_one_test(tmp_path: Path) -> None:
    text = "import pytest\n@pytest.fixture\ndef f():\n    yield\n    raise OSError\ndef test_x(f):\n    assert 0\n"
    repository(tmp_path, {"tests/test_a.py": text})
    run_pytest(tmp_path, "--junitxml=junit.xml")
    done = evidence(tmp_path, "junit.xml")
    assert counts(done, "tests") == {"executed": 1, "failed": 1}
    assert found(done) == [("tests/test_a.py", "failed")]


def test_tests_that_are_only_collected_are_not_executed(tmp_path: Path) -> None:
    repository(tmp_path, {"tests/test_mixed.py": MIXED})
    listed = run_pytest(tmp_path, "--collect-only")
    done = evidence(tmp_path, "-", stdin=listed)
    assert counts(done, "tests") == {"collected": 10}
    assert found(done) == [("<stdin>", "nothing-executed")]
    assert done.code == 1


def test_a_test_that_is_collected_and_executed_is_executed(tmp_path: Path) -> None:
    repository(tmp_path, {"tests/test_mixed.py": MIXED})
    write(tmp_path, {"listed.txt": run_pytest(tmp_path, "--collect-only")})
    commit(tmp_path)
    run_pytest(tmp_path, "--junitxml=junit.xml", "-k", "passes or many")
    done = evidence(tmp_path, "listed.txt", "junit.xml")
    assert counts(done, "tests") == {"executed": 4, "passed": 4, "collected": 6}
    assert found(done) == []


def test_fewer_tests_than_asked_for_and_more_skipped_are_findings(tmp_path: Path) -> None:
    config = "[evidence]\nreports = ['*.xml']\nmin-tests = 9\nmax-skipped = 9\n"
    repository(tmp_path, {"tests/test_mixed.py": MIXED}, config)
    run_pytest(tmp_path, "--junitxml=junit.xml", "-k", "not fails and not errs")
    assert found(evidence(tmp_path)) == [("junit.xml", "too-few"), ("junit.xml", "too-many-skipped")]


def test_a_run_before_the_last_commit_is_outdated(tmp_path: Path) -> None:
    repository(tmp_path, {"tests/test_a.py": GOOD, "app.py": "x = 1\n"})
    run_pytest(tmp_path, "--junitxml=junit.xml")
    write(tmp_path, {"app.py": "x = 2\n"})
    commit(tmp_path, seconds_ago=-60)
    done = evidence(tmp_path, "junit.xml")
    assert found(done) == [("junit.xml", "outdated")]
    assert "by its timestamp" in done.json["violations"][0]["message"]


def test_a_run_before_a_change_that_is_in_no_commit_is_outdated(tmp_path: Path) -> None:
    repository(tmp_path, {"tests/test_a.py": GOOD, "app.py": "x = 1\n"})
    run_pytest(tmp_path, "--junitxml=junit.xml")
    write(tmp_path, {"app.py": "x = 2\n"})
    age(tmp_path / "app.py", -60)
    done = evidence(tmp_path, "junit.xml")
    assert found(done) == [("junit.xml", "outdated")]
    assert "app.py" in done.json["violations"][0]["message"]


def test_a_timestamp_in_the_future_does_not_make_a_report_new(tmp_path: Path) -> None:
    repository(tmp_path, {"tests/test_a.py": GOOD})
    soon = datetime.fromtimestamp(time.time() + 3600, UTC).isoformat()
    for when, told in (("2199-01-01T00:00:00", "its time is yet to come"), (soon, "by the time of its file")):
        text = f'<testsuite timestamp="{when}"><testcase classname="tests.test_a" name="test_one"/></testsuite>'
        write(tmp_path, {"junit.xml": text})
        age(tmp_path / "junit.xml", 7200)
        done = evidence(tmp_path, "junit.xml")
        assert found(done) == [("junit.xml", "outdated")]
        assert told in done.json["violations"][0]["message"]


def test_a_committed_report_is_as_old_as_its_commit_in_every_clone(tmp_path: Path) -> None:
    origin, clone = tmp_path / "origin", tmp_path / "clone"
    text = '<testsuite><testcase classname="tests.test_a" name="test_one"/></testsuite>'
    repository(origin, {".gitignore": "", "tests/test_a.py": GOOD, "app.py": "x = 1\n", "reports/junit.xml": text})
    assert found(evidence(origin, "reports/junit.xml")) == []
    write(origin, {"app.py": "x = 2\n"})
    commit(origin, seconds_ago=1800)
    git(tmp_path, "clone", "-q", str(origin), str(clone))
    done = evidence(clone, "reports/junit.xml")
    assert found(done) == [("reports/junit.xml", "outdated")]
    assert "by the commit it is in" in done.json["violations"][0]["message"]
    write(clone, {"reports/junit.xml": text.replace("test_one", "test_two")})  # written again
    assert found(evidence(clone, "reports/junit.xml")) == []


def test_a_report_is_outdated_by_its_components_files_only(tmp_path: Path) -> None:
    config = "".join(
        f'[[component]]\nname = "{one}"\nmodules = ["{one}"]\ntests = ["tests/test_{one}.py"]\n' for one in ("a", "b")
    )
    repository(tmp_path, {"tests/test_a.py": GOOD, "tests/test_b.py": GOOD, "a.py": "", "b.py": ""}, config)
    run_pytest(tmp_path, "--junitxml=junit.xml")
    write(tmp_path, {"b.py": "x = 2\n"})
    commit(tmp_path, seconds_ago=-60)
    done = evidence(tmp_path, "junit.xml")
    assert [(one["class"], one["subject"]) for one in done.json["violations"]] == [("outdated", "b")]


def test_a_report_that_names_its_commit_is_held_against_that(tmp_path: Path) -> None:
    (conftest,) = [one for one in blocks(ROOT / "docs" / "evidence.md", "python") if "rev-parse" in one]
    repository(tmp_path, {"tests/test_a.py": GOOD, "app.py": "x = 1\n", "conftest.py": conftest})
    run_pytest(tmp_path, "--junitxml=junit.xml")
    write(tmp_path, {"README": "nothing a test speaks of\n"})
    commit(tmp_path, seconds_ago=-60)
    assert found(evidence(tmp_path, "junit.xml")) == []
    write(tmp_path, {"app.py": "x = 2\n"})
    commit(tmp_path)  # dated before the run, as after a change of branches
    done = evidence(tmp_path, "junit.xml")
    assert found(done) == [("junit.xml", "outdated")]
    assert "app.py" in done.json["violations"][0]["message"]


def test_a_commit_that_is_not_of_this_repository_is_outdated(tmp_path: Path) -> None:
    repository(tmp_path, {"tests/test_a.py": GOOD})
    for name in ("deadbeef" * 5, "--output=stolen", "HEAD"):
        head = f'<properties><property name="commit" value="{name}"/></properties>'
        case = '<testcase classname="tests.test_a" name="test_one"/>'
        write(tmp_path, {"junit.xml": f"<testsuite>{head}{case}</testsuite>"})
        assert found(evidence(tmp_path, "junit.xml")) == [("junit.xml", "outdated")], name
    assert not (tmp_path / "stolen").exists()


def test_without_git_a_report_is_held_against_when_files_were_written(tmp_path: Path) -> None:
    write(tmp_path, {"ssot-audit.toml": "", "tests/test_a.py": GOOD})
    run_pytest(tmp_path, "--junitxml=junit.xml")
    age(tmp_path / "tests/test_a.py", 60)
    assert found(evidence(tmp_path, "junit.xml")) == []
    age(tmp_path / "tests/test_a.py", -60)
    assert found(evidence(tmp_path, "junit.xml")) == [("junit.xml", "outdated")]


SECRETS = """
import pytest
class TestLogin:
    @pytest.mark.parametrize("word", ["token=hunter5"])
    def test_login(self, word):
        assert 0, 'password=hunter2 token=ghp_0123456789abcdef0123 at postgres://me:hunter3@db {"api_key": "hunter4"}'
"""


def test_what_a_failing_test_says_is_shown_without_secrets(tmp_path: Path) -> None:
    repository(tmp_path, {"tests/test_a.py": SECRETS})
    run_pytest(tmp_path, "--junitxml=junit.xml")
    for form in ("full", "json", "concise", "json-lines"):
        done = audit("evidence", "junit.xml", "--output-format", form, cwd=tmp_path)
        assert "test_login" in done.out
        assert not [word for word in ("hunter", "ghp_") if word in done.out], done.out


def test_the_names_of_errors_hide_nothing() -> None:
    assert hidden("KeyError: 'x'") == "KeyError: 'x'"
    assert hidden("KeyError: password='a b'") == "KeyError: password='***'"
    assert hidden("assert keys == 3, see tests/test_a.py:12") == "assert keys == 3, see tests/test_a.py:12"


def test_a_test_is_pointed_at_by_its_name(tmp_path: Path) -> None:
    repository(tmp_path, {"tests/test_a.py": SECRETS})
    run_pytest(tmp_path, "--junitxml=junit.xml")
    (one,) = evidence(tmp_path, "junit.xml").json["violations"]
    line = SECRETS.splitlines()[one["location"]["row"] - 1]
    assert line[one["location"]["column"] - 1 : one["end_location"]["column"] - 1] == "test_login"


def test_a_report_that_is_given_twice_is_counted_once(tmp_path: Path) -> None:
    repository(tmp_path, {"tests/test_a.py": GOOD})
    run_pytest(tmp_path, "--junitxml=junit.xml")
    (tmp_path / "copy.xml").write_bytes((tmp_path / "junit.xml").read_bytes())
    done = evidence(tmp_path, "junit.xml", "copy.xml")
    assert (done.code, found(done)) == (0, [("copy.xml", "duplicated")])
    assert counts(done, "tests") == {"executed": 2, "passed": 2}


def test_of_a_test_in_two_reports_the_worst_result_counts(tmp_path: Path) -> None:
    text = "import os\ndef test_x(): assert 'BREAK' not in os.environ\n"
    repository(
        tmp_path,
        {"tests/test_a.py": text, "conftest.py": "import os\nif os.path.exists('broken'): os.environ['BREAK'] = '1'\n"},
    )
    run_pytest(tmp_path, "--junitxml=one.xml")
    write(tmp_path, {"broken": ""})
    time.sleep(1.1)  # the reports are of different seconds
    run_pytest(tmp_path, "--junitxml=two.xml")
    done = evidence(tmp_path, "one.xml", "two.xml")
    assert counts(done, "tests") == {"executed": 1, "failed": 1}
    assert ("two.xml", "duplicated") in found(done)


def test_a_report_of_another_repository_is_told_and_counts_for_nothing(tmp_path: Path) -> None:
    other, here = tmp_path / "other", tmp_path / "here"
    repository(other, {"specs/test_elsewhere.py": GOOD})
    run_pytest(other, "--junitxml=../junit.xml")
    repository(here, {"tests/test_a.py": GOOD})
    done = evidence(here, "../junit.xml")
    assert sorted(one for _, one in found(done)) == ["nothing-executed", "unknown-test"]
    assert counts(done, "tests") == {}


def test_a_class_that_is_not_in_its_file_is_unknown(tmp_path: Path) -> None:
    repository(tmp_path, {"tests/test_a.py": f"class TestHere:\n    def test_x(self): pass\n{GOOD}"})
    case = '<testcase classname="tests.test_a.{}" name="test_x"/>'
    write(tmp_path, {"junit.xml": f"<testsuite>{case.format('TestHere')}{case.format('TestGone')}</testsuite>"})
    done = evidence(tmp_path, "junit.xml")
    assert [(one["class"], one["path"]) for one in done.json["violations"]] == [
        ("unknown-test", "tests.test_a.TestGone")
    ]


def test_a_run_that_was_started_in_a_folder_is_of_that_folder(tmp_path: Path) -> None:
    repository(tmp_path, {"backend/tests/test_a.py": GOOD, "backend/pytest.ini": "[pytest]\n"})
    run_pytest(tmp_path / "backend", "--junitxml=../junit.xml")
    assert counts(evidence(tmp_path, "junit.xml"), "backend") == {"executed": 2, "passed": 2}


def test_without_a_report_nothing_is_judged_unless_test_files_are_asked_for(tmp_path: Path) -> None:
    repository(tmp_path, {"tests/test_a.py": GOOD})
    done = evidence(tmp_path)
    assert done.code == 2
    assert "no test report" in done.err
    assert evidence(tmp_path, "--static").code == 0


def test_a_pattern_that_matches_no_report_is_an_obstacle(tmp_path: Path) -> None:
    repository(tmp_path, {"tests/test_a.py": GOOD}, "[evidence]\nreports = ['reports/*.xml']\n")
    done = evidence(tmp_path)
    assert done.code == 2
    assert "'reports/*.xml' matches no file" in done.err


def test_a_tree_without_tests_is_not_judged(tmp_path: Path) -> None:
    repository(tmp_path, {"app.py": "x = 1\n"})
    done = evidence(tmp_path, "--static")
    assert (done.code, "no test file" in done.err) == (2, True)


def test_mistakes_in_the_configuration_are_told_at_once(tmp_path: Path) -> None:
    write(tmp_path, {"ssot-audit.toml": "[evidence]\nmin-tests = -1\nreports = ['../x.xml']\nmax-skiped = 3\n"})
    done = evidence(tmp_path)
    assert done.code == 2
    assert all(word in done.err for word in ("min-tests", "'../x.xml'", "max-skiped"))


def test_the_page_shows_a_configuration_that_is_read_and_every_class(tmp_path: Path) -> None:
    page = ROOT / "docs" / "evidence.md"
    (config,) = blocks(page, "toml")
    repository(tmp_path, {"tests/test_a.py": GOOD, "reports/.keep": ""}, config)
    run_pytest(tmp_path, "--junitxml=reports/junit.xml")
    done = audit("evidence", "--output-format", "concise", cwd=tmp_path)
    assert "2 tests executed, 10 are asked for" in done.out
