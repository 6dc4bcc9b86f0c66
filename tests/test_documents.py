"""What documents claim, held against what is measured: the fixture's expectations stand on the line of each claim."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest
from evidencing import GOOD, age, repository, run_pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from running import FIXTURES, ROOT, audit, library, write

from ssot_audit.documents import markers
from ssot_audit.documents.claim import About, Standing
from ssot_audit.documents.measure import NAMES
from ssot_audit.documents.reading import contents

WANT = re.compile(r"(?:<!--|#) want: (.*?)(?: -->|$)")
FIXTURE = FIXTURES / "documents"
MARKED = "\ufeff# T\r\n\r\n<!-- ssot:figure compliance -->old<!-- /ssot -->\rtail \u2603"


def rows(*arguments: str | Path) -> list[dict[str, str]]:
    done = audit("docs", *arguments, "--output-format", "json")
    found: list[dict[str, str]] = done.json["tables"].get("every claim", [])
    return found


def test_every_claim_of_the_fixture_stands_as_its_line_says() -> None:
    wanted: Counter[tuple[str, int, str]] = Counter()
    for path in [*FIXTURE.rglob("*.md"), *FIXTURE.rglob("*.py")]:
        for number, line in enumerate(path.read_text("utf-8").split("\n"), 1):
            for found in WANT.finditer(line):
                for one in found[1].split(", "):
                    wanted[path.relative_to(FIXTURE).as_posix(), number, one] += 1
    seen = Counter((one["path"], int(one["line"]), f"{one['about']} {one['standing']}") for one in rows(FIXTURE))
    assert seen == wanted


def test_a_claim_that_is_false_fails_the_gate_and_says_what_is_measured(tmp_path: Path) -> None:
    library(tmp_path, {"README.md": "SSOT Compliance: 98.7%\n"})
    done = audit("docs", tmp_path)
    assert done.code == 1
    assert "README.md:1:18" in done.out
    assert "98.7 %; measured: 100.0 % (1 of 1)" in " ".join(done.out.split())


def test_a_document_that_claims_nothing_false_passes(tmp_path: Path) -> None:
    library(tmp_path, {"README.md": "# Library\n\nSSOT Compliance: 100%\n\n`library/things.py:1` has `Thing`.\n"})
    assert audit("docs", tmp_path).code == 0


def test_without_rules_a_share_is_unverifiable_and_a_figure_between_markers_fails(tmp_path: Path) -> None:
    text = "SSOT Compliance: 98.7%\n\n<!-- ssot:figure compliance -->98.7 %<!-- /ssot -->\n"
    write(tmp_path, {"README.md": text, "a.py": "import os\n"})
    assert [(one["about"], one["standing"]) for one in rows(tmp_path)] == [
        ("compliance", "unverifiable"),
        ("figure", "false"),
    ]
    assert audit("docs", tmp_path).code == 1
    audit("docs", "--write", tmp_path)
    assert (tmp_path / "README.md").read_text("utf-8") == text


def test_no_document_and_a_document_that_cannot_be_read_are_not_judged(tmp_path: Path) -> None:
    library(tmp_path)
    assert audit("docs", tmp_path).code == 2
    write(tmp_path, {"README.md": b"\xff SSOT Compliance: 100%\n"})
    done = audit("docs", tmp_path)
    assert done.code == 2
    assert "is not UTF-8" in done.out


def test_a_pattern_that_matches_no_document_is_told(tmp_path: Path) -> None:
    library(tmp_path, {"README.md": "", "docs/a.md": ""}, config='[documents]\nfiles = ["docs/*.md", "dosc/*.md"]\n')
    done = audit("docs", tmp_path)
    assert done.code == 2
    assert "'dosc/*.md' matches no Markdown file" in done.err


def test_figures_are_written_between_markers_and_nothing_else_is_touched(tmp_path: Path) -> None:
    library(tmp_path, {"README.md": MARKED})
    (tmp_path / "README.md").chmod(0o640)
    assert audit("docs", "--write", tmp_path).code == 0
    written = (tmp_path / "README.md").read_bytes()
    assert written == MARKED.replace("old", "100.0 %").encode()
    assert (tmp_path / "README.md").stat().st_mode & 0o777 == 0o640
    assert audit("docs", "--write", tmp_path).code == 0
    assert (tmp_path / "README.md").read_bytes() == written
    assert sorted(path.name for path in tmp_path.iterdir()) == ["README.md", "library", "rules.toml", "ssot-audit.toml"]


def test_without_write_nothing_is_written(tmp_path: Path) -> None:
    library(tmp_path, {"README.md": MARKED})
    done = audit("docs", "--check", tmp_path)
    assert done.code == 1
    assert "the figure compliance is 100.0 %, not old" in " ".join(done.out.split())
    assert (tmp_path / "README.md").read_bytes() == MARKED.encode()


def test_each_name_of_the_vocabulary_is_a_figure_of_the_report(tmp_path: Path) -> None:
    values = {  # two of the library's three references are of the canonical path
        "compliance": "50.0 %",
        "compliance:thing": "50.0 %",
        "compliance:package:app": "50.0 %",
        "canonical": "1",
        "governed": "2",
        "findings": "1",
        "findings:thing": "1",
        "files": "4",
        "paths:Thing": "2",
    }
    text = "".join(f"<!-- ssot:figure {name} -->{value}<!-- /ssot -->\n\n" for name, value in values.items())
    library(
        tmp_path,
        {
            "README.md": text,
            "library/__init__.py": "",
            "library/things.py": "class Thing: ...\n",
            "app/__init__.py": "",
            "app/a.py": "from library.things import Thing\nfrom library import Thing as Other\n",
        },
    )
    found = {one["subject"]: (one["standing"], one["measured"]) for one in rows(tmp_path)}
    assert found == {name: ("true", value) for name, value in values.items()}


def test_a_marker_that_is_unclosed_unopened_or_unknown_is_an_error(tmp_path: Path) -> None:
    library(tmp_path, {"README.md": "<!-- ssot:figure compliance -->1\n\n<!-- ssot:figure x -->1<!-- /ssot -->\n"})
    write(tmp_path, {"B.md": "1 <!-- /ssot -->\n"})
    told = audit("docs", tmp_path, "--output-format", "concise").out
    assert "is not closed" in told
    assert "names the figure 'x'" in told
    assert "ends a figure that was not begun" in told


def test_a_marker_takes_the_figure_of_a_folder_with_a_configuration_of_its_own(tmp_path: Path) -> None:
    library(tmp_path / "inner")
    marked = "<!-- ssot:figure {} in={} -->100.0 %<!-- /ssot -->\n\n"
    text = marked.format("compliance", "inner") + marked.format("compliance", "inner/library")
    write(tmp_path, {"README.md": text + marked.format("compliance", "../x"), "ssot-audit.toml": ""})
    found = [(one["standing"], one["measured"]) for one in rows(tmp_path / "README.md")]
    assert found[0] == ("true", "100.0 %")
    assert [standing for standing, _ in found] == ["true", "false", "false"]
    assert "no configuration of its own" in found[1][1]
    assert "no folder of the repository" in found[2][1]


def test_a_named_document_is_judged_alone(tmp_path: Path) -> None:
    library(tmp_path, {"README.md": "SSOT Compliance: 98.7%\n", "docs/a.md": "`library/gone.py` is here\n"})
    assert {one["path"] for one in rows(tmp_path / "docs" / "a.md")} == {"docs/a.md"}
    assert audit("docs", tmp_path / "rules.toml").code == 2


def test_what_documents_show_changes_no_figure_of_code(tmp_path: Path) -> None:
    library(tmp_path)
    before = audit("check", tmp_path, "--no-cache", "--output-format", "json").out
    write(tmp_path, {"README.md": "```python\nfrom library import Thing\n```\n"})
    assert audit("check", tmp_path, "--no-cache", "--output-format", "json").out == before
    assert [one["standing"] for one in rows(tmp_path)] == ["stale"]


MARKERS = ("<!-- ssot:figure a -->", "<!-- /ssot -->", "<!-- ssot:figure", "<b>", "`", "```\n", "    ")
ENDS = ("\n", "\r\n", "\r", "\0", "\ufeff")
WORDS = ("| a | b |\n|---|---|\n", "- ", "# T\n", "SSOT Compliance: 98.7%", "[x](a.md)", "\u0661%", "COMPLETE", ": ")
PIECES = st.sampled_from((*MARKERS, *ENDS, *WORDS))
TEXTS = st.one_of(st.text(), st.lists(st.one_of(PIECES, st.text(max_size=5))).map("".join))


@settings(deadline=None)
@given(TEXTS)
def test_writing_changes_only_what_is_between_markers_and_is_idempotent(text: str) -> None:
    marked = list(contents("a.md", text).marked)
    after = markers.written(text, marked, lambda one: "42")
    outside = [one for one in marked if not one.mistake]
    assert _without(text, marked) == _without(after, list(contents("a.md", after).marked))
    assert [one.stated for one in contents("a.md", after).marked if not one.mistake] == ["42"] * len(outside)
    assert markers.written(after, list(contents("a.md", after).marked), lambda one: "42") == after


def _without(text: str, marked: list[markers.Marked]) -> str:
    """The text less what is between its markers."""
    for one in reversed(marked):
        text = text[: one.begin] + text[one.end :] if not one.mistake else text
    return text


@settings(deadline=None)
@given(TEXTS, st.sampled_from(["a.md", "CHANGELOG.md", "docs/plan.md", "x-2026-01-02.md"]))
def test_any_text_is_read_without_an_error(text: str, path: str) -> None:
    for claim in contents(path, text).claims:
        assert 1 <= claim.line <= 1 + len(re.findall(r"\r\n?|\n", text))


def test_the_page_names_every_standing_kind_of_claim_and_figure() -> None:
    page = (ROOT / "docs" / "documents.md").read_text("utf-8")
    for name in (*About, *Standing):
        assert f"| `{name}` |" in page
    for name in NAMES.split(", "):
        assert f"`{name}`" in page


def test_the_examples_of_the_page_are_claims_of_their_kind() -> None:
    page = (ROOT / "docs" / "documents.md").read_text("utf-8")
    shown = re.findall(r"^\| `([a-z-]+)` \| (.*?) \|", page, re.MULTILINE)
    for about, text in shown:
        if about in ("compliance", "violations", "import-paths", "tests", "status"):
            for example in [one for one in re.findall(r"`([^`]+)`", text) if " " in one]:
                assert about in {one.about for one in contents("a.md", example).claims}, example


STATED = """# T

<!-- ssot:figure tests -->2<!-- /ssot -->

2 tests passing

7 tests passing

## Part

7 tests passing
"""


def test_tests_are_those_that_the_configured_reports_show(tmp_path: Path) -> None:
    repository(tmp_path, {"tests/test_a.py": GOOD, "README.md": STATED}, '[evidence]\nreports = ["junit.xml"]\n')
    assert [one["standing"] for one in rows(tmp_path)] == ["false", *["unverifiable"] * 3]  # no report yet
    run_pytest(tmp_path, "--junitxml=junit.xml")
    assert [one["standing"] for one in rows(tmp_path)] == ["true", "true", "false", "unverifiable"]
    write(tmp_path, {"tests/test_a.py": GOOD + "\n"})
    age(tmp_path / "junit.xml", 600)
    assert [one["standing"] for one in rows(tmp_path)] == ["false", *["unverifiable"] * 3]  # the report is outdated


def test_failed_tests_are_executed_and_not_passing(tmp_path: Path) -> None:
    config = '[evidence]\nreports = ["junit.xml"]\n'
    failing = GOOD.replace("pass", "assert 0", 1)
    repository(tmp_path, {"tests/test_a.py": failing, "README.md": STATED}, config)
    run_pytest(tmp_path, "--junitxml=junit.xml")
    found = [(one["standing"], one["measured"]) for one in rows(tmp_path)]
    assert found[:3] == [("true", "2"), ("false", "1"), ("false", "1")]


@pytest.mark.parametrize(
    ("head", "standing"), [("2099-01-01", "false"), ("2026-05-05", "false"), ("2026-05-04", "dated")]
)
def test_a_day_that_is_not_over_is_now(tmp_path: Path, head: str, standing: str) -> None:
    library(tmp_path, {"README.md": f"Date: {head}\n\nSSOT Compliance: 98.7%\n"})
    assert [one["standing"] for one in rows(tmp_path, "--today", "2026-05-05")] == [standing]


def test_a_date_excuses_references_of_records_alone(tmp_path: Path) -> None:
    text = "Date: 2026-01-02\n\n[gone](gone.md)\n\n2026-01-02: `library/gone.py` is here\n"
    library(
        tmp_path,
        {
            "README.md": text,
            "status.md": f"# Audit report\n\n{text}",
            "2026-01-02.md": "[gone](gone.md)\n",
            "CHANGELOG.md": "[gone](gone.md)\n",
        },
    )
    found = Counter((one["path"], one["standing"]) for one in rows(tmp_path))
    assert found == {
        ("README.md", "false"): 2,
        ("status.md", "dated"): 2,
        ("2026-01-02.md", "dated"): 1,
        ("CHANGELOG.md", "dated"): 1,
    }


def test_markdown_among_test_data_is_no_document_unless_it_is_named(tmp_path: Path) -> None:
    gone = "[gone](gone.md)\n"
    data = ("tests/data/a.md", "tests/x/data/b.md", "fixtures/c.md", "app/fixtures/d/e.md")
    documents = ("README.md", "tests/f.md", "data/g.md")
    library(tmp_path, dict.fromkeys((*data, *documents), gone))
    assert {one["path"] for one in rows(tmp_path)} == set(documents)
    assert {one["path"] for one in rows(tmp_path / "fixtures")} == {"fixtures/c.md"}


def test_a_page_of_another_language_is_not_missing_and_a_folder_of_a_tutorial_is_not_ours(tmp_path: Path) -> None:
    library(
        tmp_path,
        {
            "docs/es/docs/a/d.md": "[b](../b.md), [c](../c.md)\n\n`app/things.py`, `../a/gone.py`, `big_app/no.py`\n",
            "docs/en/docs/b.md": "",
            "examples/app/x.py": "",
            "examples/big_app/x.py": "",
        },
    )
    assert {one["stated"]: one["standing"] for one in rows(tmp_path)} == {
        "link ../b.md": "unverifiable",
        "link ../c.md": "false",
        "app/things.py": "unverifiable",
        "../a/gone.py": "false",
        "big_app/no.py": "false",
    }


def test_messages_name_what_is_counted_once_and_no_check_box(tmp_path: Path) -> None:
    text = "7 thing violations\n\n5 Thing import paths\n\n- [x] **Thing SSOT consolidation**: COMPLETE\n"
    library(tmp_path, {"README.md": text, "app.py": "from library.things import Thing\nfrom library import Thing\n"})
    told = " ".join(audit("docs", tmp_path).out.split())
    assert "the number of thing violations is stated as 7" in told
    assert "the number of import paths of Thing is stated as 5" in told
    assert "Thing SSOT consolidation is stated as done" in told
    assert "x Thing" not in told
