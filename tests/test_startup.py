"""What a run loads: no more than it needs, so that help and a run with all it needs in its cache start quickly."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from caching import wait_until_settled
from running import ROOT, Done, audit, git, library

HEAVY = {"libcst", "networkx", "yaml", "dotenv", "pathspec", "pcre2", "dataclasses", "inspect", "ast"}
HEAVY |= {"subprocess", "threading", "tokenize"}
NOT_ASKED = (
    *("golden", "init", "graphs", "fan", "examples", "paths", "source.read", "source.scan", "source.pool"),
    *("source.setting_files", "source.directives", "source.history", "source.outlines", "outline"),
    *("source.outliner", "source.walk", "source.settings", "checks.definition", "checks.usage", "checks.value"),
)


def loaded(done: Done) -> set[str]:
    return set(re.findall(r"^import time: .*\| +(\S+)$", done.err, re.MULTILINE))


def run(*arguments: str | Path) -> set[str]:
    done = audit(*arguments, env={"PYTHONPROFILEIMPORTTIME": "1"})
    assert done.code == 0
    return loaded(done)


@pytest.mark.parametrize("flag", ["--help", "--version"])
def test_help_and_version_load_no_library(flag: str) -> None:
    found = run(flag)
    assert "ssot_audit.cli" in found
    assert found & {*HEAVY, "rich", "tomli"} == set()


def test_a_run_that_has_all_in_its_cache_loads_no_reader_and_no_other_kind_of_rule(tmp_path: Path) -> None:
    root = library(tmp_path / "repository", {"user.py": "from library.things import Thing\n"})
    git(root, "init", "-q")
    git(root, "add", "-A")
    wait_until_settled(root)
    arguments = ("check", root, "--output-format", "concise", "--cache-dir", tmp_path / "cache")
    run(*arguments)
    found = run(*arguments)
    assert "ssot_audit.checks.symbol.check" in found
    assert found & {*HEAVY, "rich"} == set()
    assert found & {f"ssot_audit.{one}" for one in NOT_ASKED} == set()
    assert {name for name in found if name.startswith("ssot_audit.") and has_types_in_texts(name)} == set()


def has_types_in_texts(module: str) -> bool:
    """Whether the types of a module's values are texts, as the future import makes them: `NamedTuple` compiles each,
    which takes most of its time."""
    path = ROOT / module.replace(".", "/")
    text = (path / "__init__.py" if path.is_dir() else path.with_suffix(".py")).read_text("utf-8")
    return "(NamedTuple)" in text and "from __future__ import annotations" in text
