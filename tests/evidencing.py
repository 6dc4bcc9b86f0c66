"""Repositories with tests, their real runs, and reports written as other runners write them."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from running import Done, audit, clean_environment, git, write

GOOD = "def test_one():\n    pass\n\n\ndef test_two():\n    pass\n"


def repository(folder: Path, files: Mapping[str, str | bytes], config: str = "") -> Path:
    """Files under version control, committed a while ago, with a configuration."""
    write(folder, {"ssot-audit.toml": config, ".gitignore": "*.xml\n__pycache__/\n", **files})
    git(folder, "init", "-q")
    commit(folder)
    return folder


def commit(folder: Path, seconds_ago: int = 3600) -> str:
    """Commit everything, as of some time ago, and give the commit's name."""
    when = f"{int(time.time()) - seconds_ago} +0000"
    git(folder, "add", "-A")
    identity = ["-c", "user.name=Tester", "-c", "user.email=tester@example.org", "-c", "commit.gpgsign=false"]
    environment = {**clean_environment(), "GIT_AUTHOR_DATE": when, "GIT_COMMITTER_DATE": when}
    command = ["git", *identity, "commit", "-q", "--allow-empty", "-m", "a change"]
    subprocess.run(command, cwd=folder, env=environment, check=True, capture_output=True)
    return git(folder, "rev-parse", "HEAD").strip()


def run_pytest(folder: Path, *arguments: str) -> str:
    """A real run, its report in `junit.xml`; what it prints."""
    environment = {name: value for name, value in clean_environment().items() if not name.startswith("PYTEST")}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", *arguments]
    done = subprocess.run(
        command, cwd=folder, env={**environment, "PYTHONDONTWRITEBYTECODE": "1"}, capture_output=True, text=True
    )
    return done.stdout


def evidence(folder: Path, *arguments: str, stdin: str = "") -> Done:
    return audit("evidence", "--output-format", "json", *arguments, cwd=folder, stdin=stdin)


def found(done: Done) -> list[tuple[str, str]]:
    """(file, class) of every finding, in order."""
    return [(one["filename"], one["class"]) for one in done.json["violations"]]


def counts(done: Done, row: str) -> dict[str, int]:
    """The figures of one row that are not 0."""
    rows: list[dict[str, Any]] = done.json["tables"]["tests"]
    (mine,) = [one for one in rows if row in (one.get("folder"), one.get("component"))]
    return {name: number for name, number in mine.items() if isinstance(number, int) and number}


def lost(done: Done) -> dict[str, int]:
    """How many tests are never collected, by reason, where there are any."""
    return {one["reason"]: one["tests"] for one in done.json["tables"]["never collected"] if one["tests"]}


def age(path: Path, seconds: int) -> None:
    """Make a file that much older."""
    then = time.time() - seconds
    os.utime(path, (then, then))


def blocks(page: Path, language: str) -> list[str]:
    """The examples of a document in one language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", page.read_text("utf-8"), re.MULTILINE | re.DOTALL)
