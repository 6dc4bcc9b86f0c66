"""`ssot-audit status`: a status is derived from measurements, and what is missing is named."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from evidencing import GOOD, age, blocks, commit, repository, run_pytest
from running import ROOT, RULE, Done, audit, write

APP = {
    "rules.toml": RULE,
    "library/__init__.py": "from library.things import Thing\n",
    "library/things.py": "class Thing: ...\n",
    "shop/__init__.py": "",
    "shop/main.py": "from library.things import Thing\n",
    "tests/test_shop.py": GOOD,
}
CONFIG = """
rules = ["rules.toml"]
[evidence]
reports = ["*.xml"]
"""
SHOP = '[[component]]\nname = "shop"\nmodules = ["shop"]\ntests = ["tests/"]\n'


def shop(folder: Path, files: dict[str, str] | None = None, component: str = SHOP, config: str = CONFIG) -> Path:
    return repository(folder, {**APP, **(files or {})}, config + component)


def status(folder: Path, *arguments: str) -> Done:
    return audit("status", "--output-format", "json", *arguments, cwd=folder)


def only(done: Done) -> dict[str, Any]:
    (one,) = done.json["components"]
    found: dict[str, Any] = one
    return found


def test_a_component_with_all_its_evidence_is_validated(tmp_path: Path) -> None:
    shop(tmp_path)
    run_pytest(tmp_path, "--junitxml=junit.xml")
    done = status(tmp_path, "--fail-on", "UNVALIDATED")
    one = only(done)
    assert (done.code, one["status"], one["reasons"]) == (0, "VALIDATED", [])
    assert {word: each["said"] for word, each in one["evidence"].items()} == {
        "parse": "2 modules parse",
        "resolve": "1 import of this repository resolved",
        "compliance": "1/1 = 100.0 % canonical",
        "tests": "2 tests passed",
    }


@pytest.mark.parametrize(
    ("files", "word", "reason"),
    [
        ({"shop/main.py": "from library.things import Thing\nfrom shop import gone\n"}, "resolve", "shop.gone"),
        ({"shop/main.py": "from library import Thing\n"}, "compliance", "1 finding of severity error: thing"),
        ({"tests/test_shop.py": "def test_x(): assert 0\n"}, "tests", "1 of 1 executed test failed"),
    ],
)
def test_what_is_measured_and_fails_is_failing(tmp_path: Path, files: dict[str, str], word: str, reason: str) -> None:
    shop(tmp_path, files)
    run_pytest(tmp_path, "--junitxml=junit.xml")
    done = status(tmp_path)
    one = only(done)
    assert (done.code, one["status"]) == (1, "FAILING")
    assert [name for name, each in one["evidence"].items() if each["status"] != "VALIDATED"] == [word]
    assert reason in one["reasons"][0]


@pytest.mark.parametrize(
    ("files", "word", "reason"),
    [
        ({"shop/torn.py": "def f(:\n"}, "parse", "1 module does not parse: shop/torn.py"),
        ({"shop/main.py": "x = 1\n"}, "compliance", "nothing is governed in its modules"),
        ({"tests/test_shop.py": "import pytest\n@pytest.mark.skip\ndef test_x(): ...\n"}, "tests", "were skipped"),
        ({"tests/test_shop.py": "x = 1\n"}, "tests", "0 executed"),
    ],
)
def test_evidence_that_is_missing_is_named(tmp_path: Path, files: dict[str, str], word: str, reason: str) -> None:
    shop(tmp_path, files)
    run_pytest(tmp_path, "--junitxml=junit.xml")
    done = status(tmp_path)
    one = only(done)
    assert (done.code, one["status"]) == (0, "UNVALIDATED")
    assert one["evidence"][word]["status"] == "UNVALIDATED"
    assert any(reason in each for each in one["reasons"])
    assert status(tmp_path, "--fail-on", "UNVALIDATED").code == 1


def test_without_a_report_nothing_is_validated(tmp_path: Path) -> None:
    shop(tmp_path)
    one = only(status(tmp_path))
    assert (one["status"], one["reasons"]) == ("UNVALIDATED", ["no test report"])


def test_a_report_of_older_code_validates_nothing(tmp_path: Path) -> None:
    shop(tmp_path)
    run_pytest(tmp_path, "--junitxml=junit.xml")
    write(tmp_path, {"shop/main.py": "from library.things import Thing as T\n"})
    commit(tmp_path, seconds_ago=-60)
    one = only(status(tmp_path))
    assert one["status"] == "UNVALIDATED"
    assert "older than a commit" in one["reasons"][0]


def test_what_fails_outranks_what_is_missing(tmp_path: Path) -> None:
    shop(tmp_path, {"shop/main.py": "from library import Thing\n"})
    assert only(status(tmp_path))["status"] == "FAILING"


def test_an_import_in_a_try_that_catches_it_may_lead_nowhere(tmp_path: Path) -> None:
    guarded = "from library.things import Thing\ntry:\n    import shop.gone\nexcept ImportError:\n    pass\n"
    shop(tmp_path, {"shop/main.py": guarded})
    run_pytest(tmp_path, "--junitxml=junit.xml")
    assert only(status(tmp_path))["status"] == "VALIDATED"


def test_only_the_evidence_that_is_asked_for_counts(tmp_path: Path) -> None:
    shop(tmp_path, {"shop/main.py": "x = 1\n"}, SHOP + 'evidence = ["parse", "resolve"]\n')
    assert only(status(tmp_path))["status"] == "VALIDATED"


@pytest.mark.parametrize(("limit", "derived"), [("50", "VALIDATED"), ("50.1", "FAILING")])
def test_a_component_may_have_a_share_of_its_own(tmp_path: Path, limit: str, derived: str) -> None:
    files = {"shop/old.py": "from library import Thing\n"}
    shop(tmp_path, files, f'{SHOP}fail-under = {limit}\nevidence = ["compliance"]\n')
    assert only(status(tmp_path))["status"] == derived


def test_a_share_of_nothing_is_no_evidence(tmp_path: Path) -> None:
    shop(tmp_path, {"shop/main.py": "x = 1\n"}, f'{SHOP}fail-under = 0\nevidence = ["compliance"]\n')
    assert only(status(tmp_path))["status"] == "UNVALIDATED"


def test_findings_of_other_rules_and_other_modules_do_not_count(tmp_path: Path) -> None:
    shop(tmp_path, {"other/__init__.py": "", "other/x.py": "from library import Thing\n"}, f'{SHOP}rules = ["thing"]\n')
    run_pytest(tmp_path, "--junitxml=junit.xml")
    assert only(status(tmp_path))["status"] == "VALIDATED"


def test_a_part_of_the_repository_that_is_named_tells_of_whole_components(tmp_path: Path) -> None:
    shop(tmp_path)
    run_pytest(tmp_path, "--junitxml=junit.xml")
    assert only(status(tmp_path, "library"))["status"] == "VALIDATED"


@pytest.mark.parametrize(
    ("component", "told"),
    [
        ("", "no component is configured"),
        ('[[component]]\nname = "a"\nmodules = ["nowhere"]\n', "its modules 'nowhere' match no file"),
        ('[[component]]\nname = "a"\nmodules = ["shop"]\ntests = ["nowhere/"]\n', "its tests 'nowhere/' match no file"),
        ('[[component]]\nname = "a"\nmodules = ["shop"]\nrules = ["nobody"]\n', "no loaded rule has the id 'nobody'"),
        ('[[component]]\nname = "a"\n', "`modules` is missing"),
        (SHOP + SHOP, "'shop' is used by two components"),
        (SHOP + 'evidence = ["trust"]\n', "'trust' is not one of"),
        (SHOP + "golden = true\n", "`golden` is not a known key"),
        ('[[component]]\nname = "g"\ngolden-path = true\n', "names no entry point"),
    ],
)
def test_what_cannot_be_judged_is_told(tmp_path: Path, component: str, told: str) -> None:
    shop(tmp_path, component=component)
    done = status(tmp_path)
    assert (done.code, told in done.err) == (2, True), done.err


def test_a_report_that_cannot_be_read_is_not_judged(tmp_path: Path) -> None:
    shop(tmp_path)
    write(tmp_path, {"junit.xml": "<testsuite>"})
    done = status(tmp_path)
    assert (done.code, only(done)["status"]) == (2, "UNVALIDATED")


GOLDEN = '[golden-path]\nentry-points = ["shop.main"]\n[[component]]\nname = "golden-path"\ngolden-path = true\n'
JOURNEY = "def test_buys(record_property):\n    record_property('journey', 'golden-path')\n"


OTHER = """
[[rule]]
id = "other"
title = "Spare comes from shop.spare"
why = "There is one Spare."
canonical = "shop.spare.Spare"
deprecated = ["shop.Spare"]
"""
BAD = '[[rule.bad]]\nclass = "deprecated"\ncode = "import os"\n'
SPARE = {"shop/spare.py": "class Spare: ...\n"}
USED = {**SPARE, "shop/user.py": "from shop.spare import Spare\n"}


@pytest.mark.parametrize(
    ("rule", "files", "told"),
    [
        (OTHER, {}, "the canonical path shop.spare.Spare does not exist"),
        (OTHER, SPARE, "rule 'other' matched nothing"),
        (OTHER + BAD, USED, "example"),
    ],
)
def test_what_the_audit_could_not_judge_validates_no_component(
    tmp_path: Path, rule: str, files: dict[str, str], told: str
) -> None:
    shop(tmp_path, {**files, "rules.toml": RULE + rule})
    run_pytest(tmp_path, "--junitxml=junit.xml")
    done = status(tmp_path, "--fail-on", "UNVALIDATED")
    assert (audit("check", cwd=tmp_path).code, done.code, told in done.err) == (2, 2, True), done.err


def test_reasons_for_failing_come_before_what_is_missing(tmp_path: Path) -> None:
    shop(tmp_path, {"shop/torn.py": "def f(:\n", "shop/main.py": "from library import Thing\n"})
    failing, *missing = only(status(tmp_path))["reasons"]
    assert "finding of severity error" in failing
    assert any("does not parse" in one for one in missing)


def test_the_golden_path_is_validated_by_tests_of_its_journey_only(tmp_path: Path) -> None:
    shop(tmp_path, component=GOLDEN)
    run_pytest(tmp_path, "--junitxml=junit.xml")
    one = only(status(tmp_path))
    assert (one["status"], one["tests_executed"]) == ("UNVALIDATED", 0)
    assert "no report has a test of it tagged 'golden-path'" in one["reasons"][0]
    write(tmp_path, {"tests/test_journey.py": JOURNEY})
    age(tmp_path / "tests/test_journey.py", 60)
    run_pytest(tmp_path, "--junitxml=junit.xml")
    one = only(status(tmp_path))
    assert (one["status"], one["tests_executed"]) == ("VALIDATED", 1)


def test_a_journey_may_be_a_pattern_over_names(tmp_path: Path) -> None:
    shop(tmp_path, component=f'{SHOP}journey = "tests.test_shop.*two"\n')
    run_pytest(tmp_path, "--junitxml=junit.xml")
    assert only(status(tmp_path))["tests_executed"] == 1


def test_the_table_of_markdown_has_a_row_for_each_and_no_markup_of_theirs(tmp_path: Path) -> None:
    shop(tmp_path, component=SHOP.replace('"shop"', '"a|b<i>"', 1))
    done = audit("status", "--output-format", "markdown", cwd=tmp_path)
    head, rule, row = done.out.splitlines()
    assert head == "| Component | Status | Modules | Tests | Because |"
    assert rule == "| --- | --- | ---: | ---: | --- |"
    assert row == r"| a\|b\<i> | UNVALIDATED | 2 | 0 | no test report |"


def test_people_see_a_table(tmp_path: Path) -> None:
    shop(tmp_path)
    done = audit("status", "--fail-on", "UNVALIDATED", cwd=tmp_path)
    assert "FAILED  1 UNVALIDATED" in done.out
    assert "no test report" in done.out


def test_the_pages_configurations_are_read(tmp_path: Path) -> None:
    first, golden = blocks(ROOT / "docs" / "status.md", "toml")
    folders = {f"shop/{one}/__init__.py": "" for one in ("orders", "prices")}
    tests = {f"tests/{one}/test_{one}.py": GOOD for one in ("orders", "prices")}
    repository(
        tmp_path, {"shop/__init__.py": "", "shop/main.py": "", "reports/.keep": "", **folders, **tests}, first + golden
    )
    (journey,) = blocks(ROOT / "docs" / "status.md", "python")
    write(tmp_path, {"tests/test_journey.py": journey})
    age(tmp_path / "tests/test_journey.py", 60)
    run_pytest(tmp_path, "--junitxml=reports/junit.xml")
    done = status(tmp_path)
    known = {one["name"]: (one["status"], one["tests_executed"]) for one in done.json["components"]}
    assert known == {"orders": ("UNVALIDATED", 2), "prices": ("VALIDATED", 2), "golden-path": ("UNVALIDATED", 1)}
    assert json.dumps(done.json["components"][0]["reasons"]) == '["no rule is loaded"]'
