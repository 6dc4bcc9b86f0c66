"""The gate and the exit codes: the same for every format, and nothing unmeasured reads as success."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from running import RULE, audit, git, library, write

from ssot_audit import score
from ssot_audit.gate import Figures, Gate, judge, reaches
from ssot_audit.model import Class, Tally, Verdict
from ssot_audit.report import FORMATS
from ssot_audit.rules import shipped_packs

SHIPPED_FORMATS = tuple(FORMATS)
BAD = {"user.py": "from library import Thing\n"}


@pytest.mark.parametrize("name", SHIPPED_FORMATS)
def test_the_exit_code_is_the_same_in_every_format(tmp_path: Path, name: str) -> None:
    met = library(tmp_path / "met")
    missed = library(tmp_path / "missed", BAD)
    unjudged = library(tmp_path / "unjudged", {"broken.py": "from library import Thing\ndef (\n"})
    codes = [audit("check", folder, "--output-format", name).code for folder in (met, missed, unjudged)]
    assert codes == [0, 1, 2]


@pytest.mark.parametrize("name", SHIPPED_FORMATS)
@pytest.mark.parametrize(
    ("files", "arguments", "sentence"),
    [
        ({"rules.toml": "[[rule]]\nid = 3\n"}, (".",), "rules.toml: rule 1: `id` must be a text"),
        ({"rules.toml": "[[rule]\n"}, (".",), "rules.toml:1: is not valid TOML"),
        ({}, ("nowhere",), "nowhere: no such file or folder"),
        ({}, (".", "--colour"), "unrecognized arguments: --colour"),
        ({}, (".", "--fail-under", "many"), "--fail-under 'many' is not a number from 0 to 100"),
        ({}, (".", "--fail-under", "101"), "--fail-under '101' is not a number from 0 to 100"),
        ({}, (".", "--select", "things"), "no loaded rule has the id 'things'; loaded: thing"),
        ({}, (".", "--pack", "webhooks"), f"no pack is called 'webhooks'; there are: {', '.join(shipped_packs())}"),
        ({"ssot-audit.toml": ""}, (".",), "no rule is loaded: name a pack with --pack"),
        ({"ssot-audit.toml": "rule = []"}, (".",), "ssot-audit.toml: `rule` is not a known key; known here: "),
        ({}, (".", "--exclude", "*.py"), "no Python file found"),
        ({"library/__init__.py": ""}, (".",), "nothing is governed: no reference falls under any loaded rule"),
        ({}, ("rules.toml",), "rules.toml: is not a Python file"),
        ({}, (".", "/"), "is outside the repository"),
        (
            {"library/__init__.py": "", "library/things.py": ""},
            (".",),
            "library.things.Thing does not exist and nothing",
        ),
        ({}, (".", "--today", "tomorrow"), "'tomorrow' is not a date such as 2026-03-31"),
    ],
)
def test_what_cannot_be_judged_exits_2_with_one_clear_sentence(
    tmp_path: Path, name: str, files: dict[str, str], arguments: tuple[str, ...], sentence: str
) -> None:
    library(tmp_path, files)
    done = audit(*arguments, "--output-format", name, cwd=tmp_path)
    assert done.code == 2
    said = [line for line in done.err.splitlines() if sentence in line]
    assert len(said) == 1, done.err
    assert "Traceback" not in done.err
    if name == "json":
        assert done.json["verdict"]["exit_code"] == 2
        assert any(sentence in reason for reason in done.json["verdict"]["reasons"])


@pytest.mark.parametrize("name", SHIPPED_FORMATS)
def test_an_empty_repository_exits_2(tmp_path: Path, name: str) -> None:
    done = audit("check", tmp_path, "--output-format", name)
    assert done.code == 2
    assert "no Python file found" in done.err


def test_every_mistake_of_a_rule_file_is_told_at_once(tmp_path: Path) -> None:
    library(
        tmp_path,
        {
            "rules.toml": """
[[rule]]
id = "Thing"
titel = "T"
why = "W"
severity = "fatal"
canonical = "library"
deprecated = ["library..x", "a.b*"]
family = "library"

[[rule.bad]]
code = "import library"
"""
        },
    )
    done = audit("check", tmp_path)
    assert done.code == 2
    expected = [
        "rule 'Thing', bad example: `class` is missing; it must be one of undecided, broken, deprecated, internal,",
        "rule 'Thing': `title` is missing; it must be a text that is not empty",
        """rule 'Thing': `severity` must be one of "error", "warning", "info", not "fatal\"""",
        """rule 'Thing': `family` must be a list of texts, not "library\"""",
        "rule 'Thing': `id` must be lower-case words joined by `-`",
        "rule 'Thing': `canonical` 'library' is not a dotted path such as package.module.Name",
        "rule 'Thing': `deprecated` 'library..x' is not a dotted path: '' is not an identifier",
        "rule 'Thing': `titel` is not a known key; known here: aliases, bad, canonical,",
    ]
    for sentence in expected:
        assert done.err.count(sentence) == 1, (sentence, done.err)
    assert len(done.err.splitlines()) == len(expected)


def test_thresholds_are_compared_as_integers_not_as_the_percentage_shown(tmp_path: Path) -> None:
    good = {f"good{number}.py": "from library.things import Thing\n" for number in range(1, 3)}
    library(tmp_path, {**good, **BAD})  # 3 of 4, with the package's own import
    shown = audit("check", tmp_path, "--output-format", "json", "--fail-under", "75")
    assert (shown.code, shown.json["summary"]["percent"]) == (0, 75.0)
    assert audit("check", tmp_path, "--fail-under", "75.0000000000000000000001").code == 1


def test_without_a_threshold_the_gate_is_no_finding_of_severity_error(tmp_path: Path) -> None:
    library(tmp_path, {**BAD, "rules.toml": RULE.replace("why", 'severity = "warning"\nwhy')})
    assert audit("check", tmp_path).code == 0
    assert audit("check", tmp_path, "--fail-under", "60").code == 1


def test_a_package_or_rule_may_have_its_own_threshold(tmp_path: Path) -> None:
    files = {"app/__init__.py": "", "app/user.py": "from library import Thing\n"}
    library(tmp_path, files, config="fail-under = 50\n[fail-under-package]\napp = 100\n")
    done = audit("check", tmp_path, "--output-format", "json")
    assert (done.code, done.json["verdict"]["reasons"]) == (1, ["app is 0/1 = 0.0 %, below 100 %"])
    library(tmp_path, files, config="[fail-under-rule]\nthing = 50.5\n")
    done = audit("check", tmp_path, "--output-format", "json")
    assert (done.code, done.json["verdict"]["reasons"]) == (
        1,
        ["thing is 1/2 = 50.0 %, below 50.5 %"],  # the share stands for the rule's findings
    )


def test_a_threshold_for_a_package_that_is_not_there_cannot_be_judged(tmp_path: Path) -> None:
    library(tmp_path, config="[fail-under-package]\nelsewhere = 1\n")
    done = audit("check", tmp_path)
    assert done.code == 2
    assert "nothing is governed in package 'elsewhere'" in done.err


def test_a_file_that_does_not_parse_and_names_nothing_governed_is_told_and_does_not_stop_the_gate(
    tmp_path: Path,
) -> None:
    library(tmp_path, {"broken.py": "def (\n"})
    done = audit("check", tmp_path, "--output-format", "json")
    assert (done.code, done.json["errors"]) == (0, [])
    assert done.json["evidence"]["files"]["read"] == 3


def test_unvalidated_files_beyond_the_allowance_outrank_findings(tmp_path: Path) -> None:
    library(tmp_path, {**BAD, "broken.py": "from library import Thing\ndef (\n"})
    assert audit("check", tmp_path).code == 2
    assert audit("check", tmp_path, "--max-unvalidated", "1").code == 1


def test_named_files_limit_what_is_judged_never_what_is_known(tmp_path: Path) -> None:
    library(tmp_path, {**BAD, "other.py": "import json\n", "good.py": "from library.things import Thing\n"})
    bad, other, good = (
        audit(tmp_path / name, "--output-format", "json") for name in ("user.py", "other.py", "good.py")
    )
    assert (bad.code, other.code, good.code) == (1, 0, 0)
    assert other.json["summary"]["percent"] is None
    assert bad.json["verdict"]["partial"] is True
    assert bad.json["evidence"]["files"]["read"] == 5
    assert "n/a  nothing governed in the named files" in audit(tmp_path / "other.py").out


def test_a_named_file_cannot_pass_where_the_whole_repository_has_nothing_governed(tmp_path: Path) -> None:
    library(tmp_path, {"library/__init__.py": "", "other.py": "import json\n"})
    assert audit(tmp_path / "other.py").code == 2


def test_thresholds_are_judged_on_whole_runs_only(tmp_path: Path) -> None:
    library(tmp_path, {**BAD, "good.py": "from library.things import Thing\n"}, config="fail-under = 100\n")
    done = audit(tmp_path / "good.py", "--output-format", "json")
    assert (done.code, done.json["verdict"]["gate"]) == (
        0,
        "no finding of severity error in the named files (thresholds are judged on whole runs only)",
    )


def test_a_canonical_path_that_does_not_exist_is_a_finding_of_its_own(tmp_path: Path) -> None:
    library(tmp_path, {"library/things.py": "class Other: ...\n"})
    done = audit("check", tmp_path, "--output-format", "json")
    assert done.code == 1
    assert {(one["class"], one["filename"]) for one in done.json["violations"]} == {
        ("absent-canonical", "rules.toml"),
        ("broken", "library/__init__.py"),
    }


def test_no_share_is_measured_against_a_canonical_path_that_does_not_exist(tmp_path: Path) -> None:
    library(tmp_path, {**BAD, "good.py": "from library.things import Thing\n"})
    rule = RULE.replace("library.things.Thing", "library.thngs.Thing").partition("[[rule.good]]")[0]
    write(tmp_path, {"rules.toml": rule})
    done = audit("check", tmp_path, "--fail-under", "0", "--output-format", "json")
    assert done.code == 2
    assert "library.thngs.Thing does not exist, so no share of it can be measured" in done.json["verdict"]["reasons"][0]
    plain = audit("check", tmp_path, "--output-format", "json")
    assert plain.code == 1
    undecided = [one for one in plain.json["violations"] if one["class"] == "undecided"]
    assert undecided and all("correct the rule" in one["help"] for one in undecided)


@pytest.mark.parametrize("severity", ["warning", "info"])
def test_a_canonical_path_that_does_not_exist_fails_whatever_the_severity(tmp_path: Path, severity: str) -> None:
    rule = RULE.replace("library.things.Thing", "library.thngs.Thing").partition("[[rule.good]]")[0]
    library(tmp_path, {**BAD, "rules.toml": f'{rule}severity = "{severity}"\n'})
    assert audit("check", tmp_path).code == 1
    assert audit("check", tmp_path, "--fail-under", "0").code == 2


def test_a_listed_path_that_nothing_uses_any_longer_is_told_and_fails_nothing(tmp_path: Path) -> None:
    rule = RULE.replace('["library.Thing"]', '["library.Thing", "library.old.*"]')
    library(tmp_path, {"user.py": "from library.things import Thing\n", "rules.toml": rule})
    done = audit("check", tmp_path)
    assert done.code == 0
    assert "listed, and used nowhere: library.Thing (thing), library.old.* (thing)" in done.out
    assert audit("check", tmp_path, "--output-format", "json").json["violations"] == []


def test_a_pattern_of_files_that_matches_none_is_a_warning_at_its_rule(tmp_path: Path) -> None:
    lists = 'paths = ["*.py", "!setup.py", "/libary/"]\nexclude-paths = ["vendored/"]\n'
    rules = "# [[rule]]\n" + RULE.replace("why", lists + "why", 1)
    library(tmp_path, {"user.py": "from library.things import Thing\n", "rules.toml": rules})
    done = audit("check", tmp_path, "--output-format", "json")
    assert [(one["filename"], one["location"]["row"], one["path"]) for one in done.json["violations"]] == [
        ("rules.toml", 3, "/libary/"),
        ("rules.toml", 3, "vendored/"),
    ]
    assert {one["class"] for one in done.json["violations"]} == {"matches-nothing"}
    assert done.code == 0


SECOND = """
[[rule]]
id = "other"
title = "Other comes from library.things"
why = "There is one Other."
canonical = "library.things.Other"

[[rule.good]]
code = "from library.things import Other"

[[rule.bad]]
class = "broken"
code = "from library.gone import Other"
"""


def test_a_rule_that_matches_nothing_is_refused_unless_it_says_that_it_may(tmp_path: Path) -> None:
    things = {"library/things.py": "class Thing: ...\nclass Other: ...\n"}
    library(tmp_path, {**things, "rules.toml": RULE + SECOND})
    done = audit("check", tmp_path)
    assert done.code == 2 and "rule 'other' matched nothing in the whole repository" in done.err
    write(tmp_path, {"rules.toml": RULE + SECOND.replace("why =", 'expect = "none"\nwhy =')})
    assert audit("check", tmp_path).code == 0


def test_a_rule_without_a_bad_example_is_told(tmp_path: Path) -> None:
    library(tmp_path, {"rules.toml": RULE.partition("[[rule.bad]]")[0]})
    done = audit("check", tmp_path, "--output-format", "json")
    assert done.code == 0 and "'thing' has no bad example" in done.json["warnings"][0]


# The path is a shim, so the rule's own bad example is another.
SHIM_RULE = (
    RULE.replace('deprecated = ["library.Thing"]', 'shims = [{ path = "library.Thing" }]')
    .replace('class = "deprecated"', 'class = "broken"')
    .replace('code = "from library import Thing"', 'code = "from library.gone import Thing"')
)


def test_a_shim_counts_until_its_day_and_is_deprecated_from_the_next(tmp_path: Path) -> None:
    rule = SHIM_RULE.replace('path = "library.Thing"', 'path = "library.Thing", until = 2026-06-30')
    library(tmp_path, {**BAD, "rules.toml": rule})
    last, after = (audit("check", tmp_path, "--today", day) for day in ("2026-06-30", "2026-07-01"))
    assert (last.code, after.code) == (0, 1)
    assert "library.Thing was a shim until 2026-06-30" in after.out


def test_a_shim_without_a_date_is_a_warning(tmp_path: Path) -> None:
    library(tmp_path, {**BAD, "rules.toml": SHIM_RULE})
    done = audit("check", tmp_path, "--output-format", "json")
    assert (done.code, done.json["warnings"]) == (0, ["rule 'thing': the shim library.Thing has no `until` date"])


def test_a_rule_out_of_the_scope_of_a_file_does_not_govern_it(tmp_path: Path) -> None:
    library(tmp_path, {**BAD, "rules.toml": RULE.replace("why", 'exclude-paths = ["user.py"]\nwhy')})
    assert audit("check", tmp_path).code == 0


def test_two_rules_that_list_one_path_are_an_error_of_the_rules(tmp_path: Path) -> None:
    second = RULE.replace('id = "thing"', 'id = "second"').replace("library.things.Thing", "library.more.Other")
    library(tmp_path, {"rules.toml": RULE + second})
    done = audit("check", tmp_path)
    assert done.code == 2
    assert "rules.toml: rules 'thing' and 'second' both list 'library.Thing'" in done.err


def test_two_rules_of_one_origin_that_claim_a_path_alike_are_an_error_of_the_rules(tmp_path: Path) -> None:
    second = RULE.replace('id = "thing"', 'id = "second"').replace("library.things.Thing", "library.more.Other")
    second = second.replace('deprecated = ["library.Thing"]', "")
    files = {
        "rules.toml": RULE + second,
        "library/more.py": "from library.things import Thing\nOther = Thing\n",
        "elsewhere.py": "from library.things import Thing as Renamed\n",
        "user.py": "from elsewhere import Renamed\n",
    }
    done = audit("check", library(tmp_path, files))
    assert done.code == 2
    assert "rules 'thing' and 'second' both govern 'elsewhere.Renamed' (user.py:1)" in done.err


def test_a_git_work_tree_is_the_repository_of_any_folder_in_it(tmp_path: Path) -> None:
    write(tmp_path, {"sub/user.py": "from library import Thing\n"})
    library(tmp_path)
    git(tmp_path, "init", "-q")
    (tmp_path / "ssot-audit.toml").unlink()
    done = audit(tmp_path / "sub", "--rules", tmp_path / "rules.toml", "--output-format", "json")
    assert (done.code, done.json["verdict"]["partial"], done.json["summary"]["governed"]) == (1, True, 1)


def counted(*counts: tuple[Class, int]) -> Tally:
    return score.tally(dict(counts), {klass: klass.standing for klass, _ in counts})


@given(st.integers(0, 10**9), st.integers(0, 10**9), st.decimals(0, 100, places=6))
def test_reaching_a_percentage_is_exact(canonical: int, others: int, percent: Decimal) -> None:
    tally = counted((Class.CANONICAL, canonical), (Class.DEPRECATED, others))
    assert reaches(tally, percent) == (Decimal(canonical) * 100 >= percent * Decimal(canonical + others))


@given(st.integers(0, 10**7), st.integers(1, 10**7))
def test_only_a_full_score_shows_100_percent(canonical: int, others: int) -> None:
    short = counted((Class.CANONICAL, canonical), (Class.RIVAL, others))
    assert short.percent != "100.0 %"
    assert counted((Class.CANONICAL, canonical + 1)).percent == "100.0 %"


def test_nothing_governed_is_never_a_percentage() -> None:
    assert Tally().percent == "n/a"
    assert counted((Class.PLUMBING, 3)).percent == "n/a"


def test_an_obstacle_outranks_a_missed_gate() -> None:
    figures = Figures(counted((Class.RIVAL, 1)), (), (), (), (), ("no reason to judge",), False)
    assert judge(Gate(fail_under=Decimal(100)), figures).verdict is Verdict.NOT_JUDGED


USAGE = """
[[rule]]
id = "environment"
kind = "usage"
title = "t"
why = "w"
uses = ["os.environ"]
allowed-in = ["settings"]
"""


def test_a_share_of_references_does_not_excuse_what_it_does_not_cover(tmp_path: Path) -> None:
    files = {"user.py": 'from library.things import Thing\nimport os\nos.environ["A"]\n', "usage.toml": USAGE}
    library(tmp_path, files)
    (tmp_path / "ssot-audit.toml").write_text('rules = ["rules.toml", "usage.toml"]\nfail-under = 100\n')
    done = audit("check", tmp_path, "--output-format", "json")
    assert (done.code, done.json["verdict"]["reasons"]) == (
        1,
        ["1 finding of severity error of rules that share does not cover"],
    )
    named = audit("check", "user.py", cwd=tmp_path)
    assert (named.code, "1 finding of severity error" in named.out) == (1, True)


def test_a_share_of_references_cannot_be_judged_where_no_rule_governs_any(tmp_path: Path) -> None:
    files = {"user.py": 'import os\nos.environ["A"]\n', "settings.py": "import os\nos.environ\n", "usage.toml": USAGE}
    library(tmp_path, files)
    (tmp_path / "ssot-audit.toml").write_text('rules = ["usage.toml"]\nfail-under = 50\n')
    done = audit("check", tmp_path)
    assert done.code == 2
    assert "[fail-under-rule]" in done.err
    assert audit("check", "settings.py", cwd=tmp_path).code == 0
    (tmp_path / "ssot-audit.toml").write_text('rules = ["usage.toml"]\n[fail-under-rule]\nenvironment = 50\n')
    assert audit("check", tmp_path).code == 0
