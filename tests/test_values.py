"""The rule kind `value`: one configuration value, one truth, in every format it is written in."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from running import FIXTURES, Done, audit, git, write
from test_fixtures import ONE, WANT

from ssot_audit.checks.value.places import compared

FIXTURE = FIXTURES / "values"
# Of the formats that have no comments at the end of a line.
TABLE = {("ledger/Dockerfile", 3, "ledger-port", "conflict"), ("client.json", 2, "ledger-port", "conflict")}
RULE = """
[[rule]]
kind = "value"
id = "port"
title = "The shop listens on 8000"
why = "Who calls another port reaches nothing."
{}
[[rule.sources]]
keys = ["**.PORT", "**.SHOP_URL"]
"""
PORT = 'part = "port"\n'
DECLARED = PORT + 'value = "8000"\n'


def run(folder: Path, files: dict[str, str], keys: str = DECLARED, *arguments: str) -> Done:
    """The audit of some files under one rule."""
    rules = {"ssot-audit.toml": 'rules = ["rules.toml"]\n', "rules.toml": RULE.format(keys)}
    write(folder, {**rules, "app.py": "", **files})
    return audit("check", folder, *arguments, "--output-format", "json")


def counted(done: Done) -> dict[str, int]:
    """The classes of the first rule's places."""
    found: dict[str, int] = done.json["rules"][0]["classes"]
    return found


def findings(done: Done) -> list[tuple[str, int, str]]:
    return [(one["filename"], one["location"]["row"], one["class"]) for one in done.json["violations"]]


def test_every_finding_of_the_fixture_is_wanted_and_every_wanted_one_is_found() -> None:
    wanted = Counter(TABLE)
    for path in sorted(one for one in FIXTURE.rglob("*") if one.is_file()):
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            comment = WANT.search(line)
            if comment:
                one = ONE.match(comment[1])
                assert one, line
                wanted[path.relative_to(FIXTURE).as_posix(), number, one[1], one[2]] += 1
    done = audit("check", FIXTURE, "--output-format", "json").json
    seen = Counter((one["filename"], one["location"]["row"], one["code"], one["class"]) for one in done["violations"])
    assert seen == wanted
    # By hand: 7001 in service.py, EXPOSE, two places of compose.yaml, production.env and settings.toml; open is the
    # f-string's port. A URL without a port is not counted, nor is the flag of CMD, which passes PORT on.
    assert {one["name"]: one["classes"] for one in done["rules"]} == {
        "ledger-port": {"canonical": 6, "conflict": 7, "undecided": 1},
        "currency": {"canonical": 4, "conflict": 1, "undecided": 1},
        "log-level": {"canonical": 2, "environment-conflict": 1, "override": 2},
    }


def test_a_broken_file_that_spells_a_key_is_unvalidated_and_another_is_not() -> None:
    done = audit("check", FIXTURE, "--output-format", "json")
    assert [(one["filename"], one["location"]["row"]) for one in done.json["errors"]] == [("deploy/broken.yml", 5)]
    assert done.code == 2


def test_a_key_in_a_file_of_another_encoding_is_not_passed_over(tmp_path: Path) -> None:
    write(tmp_path, {"x.env": "PORT=8001\n".encode("utf-16")})
    done = run(tmp_path, {"y.env": "PORT=8000\n"})
    assert [one["filename"] for one in done.json["errors"]] == ["x.env"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_cannot_be_read_is_unvalidated(tmp_path: Path) -> None:
    write(tmp_path, {"x.env": "PORT=8001\n"})
    (tmp_path / "x.env").chmod(0)
    assert [one["filename"] for one in run(tmp_path, {}).json["errors"]] == ["x.env"]


def test_a_rule_that_matches_nothing_is_not_judged(tmp_path: Path) -> None:
    done = run(tmp_path, {"x.env": "OTHER=1\n"})
    assert done.code == 2
    assert any("no file writes the value" in one for one in done.json["verdict"]["reasons"])
    assert [one["class"] for one in done.json["violations"]] == ["absent-canonical"]


def test_without_a_declared_value_most_production_files_decide_and_the_finding_says_so(tmp_path: Path) -> None:
    files = {"a.env": "PORT=1\n", "b.env": "PORT=1\n", "c.env": "PORT=2\n"}
    tests = {f"tests/{number}.env": "PORT=2\n" for number in range(5)}
    done = run(tmp_path, {**files, **tests}, PORT)
    production = [one for one in done.json["violations"] if one["kind"] == "production"]
    assert [(one["filename"], one["message"]) for one in production] == [
        ("c.env", "PORT is 2, not 1, which 2 of 3 files have; the rule declares none, so most decide")
    ]
    assert counted(done) == {"canonical": 2, "conflict": 6}


def test_where_no_value_has_more_files_than_another_every_place_is_a_finding(tmp_path: Path) -> None:
    done = run(tmp_path, {"a.env": "PORT=1\n", "b.env": "PORT=2\n"}, PORT)
    assert findings(done) == [("a.env", 1, "conflict"), ("b.env", 1, "conflict")]
    assert "no value is declared" in done.json["violations"][0]["message"]


ENVIRONMENTS = """
[rule.environments]
staging = ["staging.*"]
production = ["production.*"]
"""
OVERRIDE = '[[rule.overrides]]\nenvironment = "staging"\nvalue = "8080"\n'


def test_environments_that_differ_undeclared_are_a_finding_that_names_both(tmp_path: Path) -> None:
    files = {"staging.env": "PORT=8080\n", "production.env": "PORT=8000\n", "other.env": "PORT=9000\n"}
    done = run(tmp_path, files, DECLARED + ENVIRONMENTS)
    assert findings(done) == [("other.env", 1, "conflict"), ("staging.env", 1, "environment-conflict")]
    assert done.json["violations"][1]["message"] == (
        "PORT is 8080 in staging, but production has 8000, and no override declares the difference"
    )


def test_a_declared_difference_is_no_finding_and_binds_its_environment(tmp_path: Path) -> None:
    files = {"staging.env": "PORT=8080\n", "staging.yml": "PORT: 8000\n", "production.env": "PORT=8000\n"}
    done = run(tmp_path, files, DECLARED + ENVIRONMENTS + OVERRIDE)
    assert findings(done) == [("staging.yml", 1, "conflict")]
    assert done.json["violations"][0]["message"] == "PORT is 8000; the rule declares 8080 for staging"
    assert counted(done) == {"canonical": 1, "conflict": 1, "override": 1}


def test_a_finding_names_the_canonical_places_and_other_values(tmp_path: Path) -> None:
    files = {"a.env": "PORT=8000\n", "b.py": "PORT = 8000\n", "c.json": '{"PORT": 1}', "d.toml": "PORT = 2\n"}
    done = run(tmp_path, files)
    one = next(one for one in done.json["violations"] if one["filename"] == "c.json")
    assert [(at["filename"], at["row"], at["note"]) for at in one["related"]] == [
        ("a.env", 1, "8000, the canonical value"),
        ("b.py", 1, "8000, the canonical value"),
        ("d.toml", 1, "2, another value"),
    ]


def test_fingerprints_have_no_lines_and_no_counts(tmp_path: Path) -> None:
    first = run(tmp_path, {"a.env": "PORT=1\n"}).json["violations"]
    again = run(tmp_path, {"a.env": "# moved\n\nPORT=1\n", "b.env": "PORT=8000\n"}).json["violations"]
    assert [one["fingerprint"] for one in first] == [one["fingerprint"] for one in again] == ["port:a.env:PORT:1"]


def test_a_password_is_not_repeated(tmp_path: Path) -> None:
    done = run(tmp_path, {"a.env": "SHOP_URL=http://me:secret@shop:1/\n"}, 'value = "http://shop:8000/"\n')
    assert [one["path"] for one in done.json["violations"]] == ["http://***@shop:1/"]
    assert "secret" not in done.out


def test_ignored_and_excluded_files_are_not_read_and_paths_hold(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    files = dict.fromkeys(("kept.env", "ignored.env", "old/x.env", "left/x.env"), "PORT=1\n")
    config = {"ssot-audit.toml": 'rules = ["rules.toml"]\nextend-exclude = ["old/"]\n', ".gitignore": "ignored.env\n"}
    done = run(tmp_path, {**files, **config}, DECLARED + 'exclude-paths = ["left/"]\n')
    assert [one[0] for one in findings(done)] == ["kept.env"]


def test_a_named_file_of_any_format_is_judged_by_the_whole_repository(tmp_path: Path) -> None:
    run(tmp_path, {"a.yml": "PORT: 1\n", "b/c.env": "PORT=1\n"})
    for named in ("a.yml", "b", "b/c.env"):
        done = audit("check", tmp_path / named, "--output-format", "json")
        assert (done.code, len(done.json["violations"])) == (1, 1), named
    done = audit("check", tmp_path / "app.py", "--output-format", "json")
    assert (done.code, done.json["violations"]) == (0, [])


def test_a_named_file_that_no_rule_reads_is_refused(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    run(tmp_path, {"gone.env": "PORT=1\n", ".gitignore": "gone.env\n", "notes.txt": "PORT=1\n"})
    for named in ("gone.env", "notes.txt"):
        done = audit("check", tmp_path / named)
        assert (done.code, "Traceback" in done.err) == (2, False)


@pytest.mark.parametrize("name", ["full", "concise", "json", "json-lines"])
def test_findings_outside_python_print_in_every_format(tmp_path: Path, name: str) -> None:
    run(tmp_path, {"a.yml": "x: 1\nPORT: 1\n", "Dockerfile": "FROM a\nENV PORT=2\n"})
    done = audit("check", tmp_path, "--output-format", name)
    assert done.code == 1
    assert "a.yml" in done.out
    assert "Dockerfile" in done.out
    if name == "full":
        assert "PORT: 1\n          ^" in done.out


def test_a_repository_without_python_is_judged_by_its_values(tmp_path: Path) -> None:
    run(tmp_path, {"a.yml": "PORT: 8000\n"})
    (tmp_path / "app.py").unlink()
    assert audit("check", tmp_path).code == 0


@pytest.mark.parametrize(
    ("keys", "sentence"),
    [
        ('value = "eighty"\n' + PORT, "`value` must be a port"),
        ('part = "path"\n', "`part` must be one of"),
        ("[[rule.overrides]]\nvalue = '1'\n", "needs `environment`, `files` or `keys`"),
        ("[[rule.overrides]]\nvalue = '1'\nenvironment = 'moon'\n", "names the environment 'moon'"),
        ("[[rule.sources]]\nfiles = ['x']\n", "`keys` is missing"),
        ("[[rule.sources]]\nkeys = ['a.b**']\n", "`**` stands alone"),
        ("[[rule.sources]]\nkeys = ['**.*']\n", "names no key"),
        ("[rule.environments]\nstaging = []\n", "at least one pattern"),
        ("[[rule.sources]]\nkeys = ['x']\nforms = ['enviroment']\n", "'enviroment'; known forms: assignment, "),
        (
            "[[rule.sources]]\nkeys = ['x']\nfiles = ['infra/*.tf']\n",
            "'infra/*.tf', a format that settings are not read",
        ),
    ],
)
def test_mistakes_in_a_rule_are_told(tmp_path: Path, keys: str, sentence: str) -> None:
    done = run(tmp_path, {}, keys)
    assert done.code == 2
    assert sentence in done.err


@pytest.mark.parametrize(
    ("value", "part", "expected"),
    [
        ("8_080", "port", "8080"),
        ("0x1F90", "port", "8080"),
        ("${PORT:-8080}", "port", "8080"),
        ("${PORT}", "port", None),
        ("http://{}:8080/x", "port", "8080"),
        ("http://{}", "port", None),
        ("https://example.org", "port", ""),
        ("null", "port", ""),
        ("${{ vars.PORT }}", "port", None),
        ("{{ .Values.port }}", "port", None),
        ("http://shop:1/", "host", "shop"),
        ("shop", "host", "shop"),
        ("http://{}:1/", "host", None),
        ("True", "text", "true"),
        ("eu-west-1", "text", "eu-west-1"),
        ("$REGION", "text", None),
    ],
)
def test_what_of_a_value_is_compared(value: str, part: str, expected: str | None) -> None:
    assert compared(value, part) == expected


def test_a_rule_is_explained_in_its_own_words(tmp_path: Path) -> None:
    run(tmp_path, {}, DECLARED + ENVIRONMENTS + OVERRIDE)
    told = audit("rules", "port", cwd=tmp_path).out
    assert "**.PORT, **.SHOP_URL\n" in told
    assert "8080 for staging\n" in told
    assert "staging: staging.*\n" in told
    assert "(" not in told.partition("severity")[0]


@given(st.integers(1, 65_535), st.sampled_from(["{}", "0.0.0.0:{}", "http://a.b:{}/c?d", "${{X:-{}}}", "{}/tcp"]))
def test_a_port_is_the_same_however_it_is_written(port: int, form: str) -> None:
    assert compared(form.format(port), "port") == str(port)


@given(st.text(), st.sampled_from(["text", "port", "host"]))
def test_any_text_can_be_compared(text: str, part: str) -> None:
    found: Any = compared(text, part)
    assert found is None or isinstance(found, str)
