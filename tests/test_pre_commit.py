"""The hooks, run by the real pre-commit in a real git repository."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from running import COMMAND, ROOT, RULE, clean_environment, git, library, write

HOOKS = ROOT / ".pre-commit-hooks.yaml"


def pre_commit(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join((str(COMMAND.parent), os.environ["PATH"]))
    return subprocess.run(
        [sys.executable, "-m", "pre_commit", "run", "--color", "never", *arguments],
        cwd=folder,
        env={**clean_environment(), "PATH": path, "PRE_COMMIT_HOME": str(folder.parent / "pre-commit-home")},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository that uses this one's hooks as pre-commit reads them, with the command that is installed here in
    place of a second installation of it."""
    hooks = write(tmp_path / "hooks", {".pre-commit-hooks.yaml": HOOKS.read_text().replace(": python\n", ": system\n")})
    git(hooks, "init", "-q")
    git(hooks, "add", "-A")
    git(hooks, "commit", "-q", "-m", "hooks")
    revision = git(hooks, "rev-parse", "HEAD").strip()
    ids = "".join(f"      - id: {one}\n" for one in ("ssot-audit", "ssot-audit-full", "ssot-audit-rules"))
    config = f"repos:\n  - repo: {hooks}\n    rev: {revision}\n    hooks:\n{ids}"
    folder = library(tmp_path / "repository", {".pre-commit-config.yaml": config})
    git(folder, "init", "-q")
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "start")
    return folder


def test_a_change_that_keeps_to_the_rules_passes(repository: Path) -> None:
    write(repository, {"user.py": "from library.things import Thing\n"})
    git(repository, "add", "-A")
    done = pre_commit(repository)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("Passed") == 2


def test_a_change_that_breaks_a_rule_fails_with_the_place(repository: Path) -> None:
    write(repository, {"user.py": "from library import Thing\n"})
    git(repository, "add", "-A")
    done = pre_commit(repository)
    assert done.returncode == 1
    assert "user.py:1:21: error thing deprecated: library.Thing is a deprecated path" in done.stdout


def test_a_change_with_nothing_governed_passes(repository: Path) -> None:
    write(repository, {"user.py": "import json\n"})
    git(repository, "add", "-A")
    assert pre_commit(repository).returncode == 0


def test_findings_in_other_files_do_not_fail_the_hook_for_changed_files(repository: Path) -> None:
    write(repository, {"old.py": "from library import Thing\n"})
    git(repository, "add", "-A")
    git(repository, "commit", "-q", "-m", "an old finding")
    write(repository, {"user.py": "import json\n"})
    git(repository, "add", "-A")
    assert pre_commit(repository, "ssot-audit").returncode == 0
    assert pre_commit(repository, "ssot-audit-full").returncode == 1


def test_a_file_named_like_an_option_changes_nothing(repository: Path) -> None:
    write(repository, {"--exit-zero.py": "from library import Thing\n"})
    git(repository, "add", "-A")
    done = pre_commit(repository, "ssot-audit")
    assert done.returncode == 1
    assert "--exit-zero.py:1:21" in done.stdout


def test_a_changed_rule_whose_example_does_not_hold_fails(repository: Path) -> None:
    write(repository, {"rules.toml": RULE.replace('class = "deprecated"', 'class = "broken"')})
    git(repository, "add", "-A")
    done = pre_commit(repository, "ssot-audit-rules")
    assert done.returncode == 1
    assert "thing: bad example 1: must be broken, but was deprecated" in done.stdout


def test_pre_commit_installs_the_program_from_its_repository_and_runs_it(tmp_path: Path) -> None:
    if not (ROOT / ".git").exists():
        pytest.skip("not a checkout: pre-commit installs from git")
    folder = library(tmp_path / "repository", {"user.py": "from library import Thing\n"})
    git(folder, "init", "-q")
    git(folder, "add", "-A")
    done = subprocess.run(
        [sys.executable, "-m", "pre_commit", "try-repo", "--color", "never", str(ROOT), "ssot-audit", "--all-files"],
        cwd=folder,
        env={**clean_environment(), "PRE_COMMIT_HOME": str(tmp_path / "home")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stdout + done.stderr
    assert "user.py:1:21: error thing deprecated" in done.stdout


def test_a_user_may_give_the_hook_options_of_their_own(repository: Path) -> None:
    write(repository, {"old.py": "from library import Thing\n"})
    git(repository, "add", "-A")
    git(repository, "commit", "-q", "-m", "an old finding")
    assert subprocess.run([COMMAND, "baseline"], cwd=repository, check=True, env=clean_environment()).returncode == 0
    config = repository / ".pre-commit-config.yaml"
    config.write_text(
        config.read_text().replace("id: ssot-audit\n", "id: ssot-audit\n        args: [--baseline]\n"), "utf-8"
    )
    write(repository, {"old.py": "from library import Thing\n\n"})
    git(repository, "add", "-A")
    done = pre_commit(repository, "ssot-audit")
    assert done.returncode == 0, done.stdout + done.stderr
