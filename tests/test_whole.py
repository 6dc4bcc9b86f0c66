"""`check` with the checks beside the rules that a configuration turns on: one verdict, one baseline."""

from __future__ import annotations

from pathlib import Path

import pytest
from running import RULE, audit, git, write

SOFT = "jobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n      - run: pytest || true\n"
HARD = SOFT.replace(" || true", "")
FLOW = ".github/workflows/ci.yml"


@pytest.fixture
def platform(tmp_path: Path) -> Path:
    """A repository that is compliant in all that is checked."""
    write(
        tmp_path,
        {
            "ssot-audit.toml": 'rules = ["rules.toml"]\nalso = ["pipelines", "docs"]\n',
            "rules.toml": RULE,
            "library/__init__.py": "from library.things import Thing\n",
            "library/things.py": "class Thing: ...\n",
            "app.py": "from library.things import Thing\n",
            "README.md": "The Thing is in `library/things.py`.\n",
            FLOW: HARD,
        },
    )
    git(tmp_path, "init", "-q", "-b", "main")
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-q", "-m", "one")
    assert audit(cwd=tmp_path).code == 0
    return tmp_path


def test_a_finding_of_a_check_beside_the_rules_fails_the_run(platform: Path) -> None:
    write(platform, {FLOW: SOFT})
    done = audit("--output-format", "json", cwd=platform)
    assert done.code == 1
    assert done.json["verdict"]["reasons"] == ["pipelines: 1 finding of severity error"]
    (pipelines, documents) = done.json["checks"]
    assert [one["code"] for one in pipelines["violations"]] == ["pipelines"]
    assert (documents["check"], documents["verdict"]["result"]) == ("documents", "met")


@pytest.mark.parametrize("style", ["full", "concise", "json-lines"])
def test_every_format_shows_it(platform: Path, style: str) -> None:
    write(platform, {FLOW: SOFT})
    done = audit("--output-format", style, cwd=platform)
    assert done.code == 1 and FLOW in done.out and "pipelines" in done.out


def test_what_could_not_be_judged_outranks_what_is_missed(platform: Path) -> None:
    write(platform, {FLOW: SOFT, "ssot-audit.toml": 'rules = ["rules.toml"]\nalso = ["pipelines", "evidence"]\n'})
    done = audit(cwd=platform)
    assert done.code == 2 and "test evidence" in done.err


def test_a_check_nobody_knows_is_refused(platform: Path) -> None:
    write(platform, {"ssot-audit.toml": 'rules = ["rules.toml"]\nalso = ["pipeline"]\n'})
    done = audit(cwd=platform)
    assert done.code == 2 and "'pipeline' is not one of pipelines, docs, evidence" in done.err


def test_a_baseline_holds_its_findings_too_until_they_are_mended(platform: Path) -> None:
    write(platform, {FLOW: SOFT})
    assert "1 finding accepted" in audit("baseline", cwd=platform).out
    assert audit("--baseline", cwd=platform).code == 0
    write(platform, {FLOW: HARD})
    assert audit("--baseline", cwd=platform).code == 1
    audit("baseline", "--prune", cwd=platform)
    assert audit("--baseline", cwd=platform).code == 0


def test_a_check_that_is_turned_off_leaves_its_entries_behind_and_fails(platform: Path) -> None:
    write(platform, {FLOW: SOFT})
    audit("baseline", cwd=platform)
    write(platform, {"ssot-audit.toml": 'rules = ["rules.toml"]\n'})
    done = audit("--baseline", cwd=platform)
    assert done.code == 1 and "not checked any more" in done.out


def test_a_change_answers_for_what_it_adds_beside_the_rules_too(platform: Path) -> None:
    write(platform, {FLOW: SOFT})
    git(platform, "add", "-A")
    git(platform, "commit", "-q", "-m", "soft")
    write(platform, {"more.py": ""})
    assert audit("--since", "HEAD", cwd=platform).code == 0
    assert audit("--since", "HEAD~1", cwd=platform).code == 1
    write(platform, {FLOW: HARD, "ssot-audit.toml": 'rules = ["rules.toml"]\nalso = ["docs"]\n'})
    done = audit("--since", "HEAD", cwd=platform)
    assert done.code == 1 and "turns the check of pipelines off" in done.out


def test_a_comment_accepts_a_finding_in_a_workflow(platform: Path) -> None:
    reason = "  # ssot: ignore[pipelines] the suite is being mended until=2999-01-01"
    write(platform, {FLOW: SOFT.replace(" || true", " || true" + reason)})
    assert audit(cwd=platform).code == 0
    write(platform, {FLOW: SOFT.replace(" || true", " || true" + reason.replace("2999", "2020"))})
    done = audit(cwd=platform)
    assert done.code == 1 and "expired" in done.out


def test_named_files_are_judged_by_the_rules_alone(platform: Path) -> None:
    write(platform, {FLOW: SOFT})
    assert audit("app.py", cwd=platform).code == 0


def test_comments_that_speak_of_checks_beside_the_rules_are_held_to_their_use(platform: Path) -> None:
    wrong = {
        "expired": "<!-- ssot: ignore[documents] soon mended until=2020-01-01 -->\n",
        "unknown-rule": "<!-- ssot: ignore[nonsense] why -->\n",
        "unused": "<!-- ssot: ignore[documents] why -->\n",
        "invalid": "<!-- ssot: ignore[documents] -->\n",
    }
    for klass, comment in wrong.items():
        write(platform, {"README.md": comment + "The Thing is in `library/things.py`.\n"})
        done = audit("--output-format", "concise", cwd=platform)
        assert done.code == 1 and f"suppression {klass}" in done.out, done.out
    (one,) = audit("suppressions", "--output-format", "json", cwd=platform).json
    assert (one["place"], one["state"]) == ("README.md:1", "invalid")


def test_a_document_that_shows_such_a_comment_is_not_silenced(platform: Path) -> None:
    shown = "```markdown\n<!-- ssot: ignore-file[documents] why -->\n```\n\n[gone](library/gone.py)\n"
    write(platform, {"README.md": shown})
    assert audit(cwd=platform).code == 1


def test_files_of_any_kind_that_are_gone_are_new_findings(platform: Path) -> None:
    write(platform, {"README.md": "[picture](pic.png)\n", "pic.png": b"\x89PNG"})
    git(platform, "add", "-A")
    git(platform, "commit", "-q", "-m", "picture")
    git(platform, "rm", "-q", "pic.png")
    assert audit(cwd=platform).code == audit("--since", "HEAD", cwd=platform).code == 1
