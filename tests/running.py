"""The installed command, run as a user runs it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ssot_audit.source.discover import Found
from ssot_audit.source.library import Library

CACHE = tempfile.TemporaryDirectory(prefix="ssot-audit-cache-")  # of this run of the tests alone
ROOT = Path(__file__).resolve().parents[1]
FIXTURES = ROOT / "fixtures"
COMMAND = Path(sys.executable).with_name("ssot-audit")


@dataclass(frozen=True)
class Done:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


def audit(
    *arguments: str | Path, cwd: Path | None = None, env: Mapping[str, str] | None = None, stdin: str = ""
) -> Done:
    """What `ssot-audit ARGUMENTS` prints and its exit code."""
    done = subprocess.run(
        [str(COMMAND), *map(str, arguments)],
        cwd=cwd or ROOT,
        env={**clean_environment(), **(env or {})},
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
    )
    return Done(done.returncode, done.stdout, done.stderr)


def clean_environment() -> dict[str, str]:
    # The pool of workers sets PYTHONSAFEPATH for its process, which may be this one.
    unwanted = ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "PYTHONSAFEPATH")
    kept = {name: value for name, value in os.environ.items() if name not in unwanted}
    return {**kept, "XDG_CACHE_HOME": CACHE.name}


def git(folder: Path, *arguments: str) -> str:
    identity = ["-c", "user.name=Tester", "-c", "user.email=tester@example.org", "-c", "commit.gpgsign=false"]
    done = subprocess.run(
        ["git", *identity, *arguments], cwd=folder, env=clean_environment(), capture_output=True, text=True, check=True
    )
    return done.stdout


def write(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    """Lay files out below a folder."""
    for path, text in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(text if isinstance(text, bytes) else text.encode())
    return folder


RULE = """
[[rule]]
id = "thing"
title = "Thing comes from library.things"
why = "There is one Thing."
canonical = "library.things.Thing"
deprecated = ["library.Thing"]

[[rule.good]]
code = "from library.things import Thing"

[[rule.bad]]
class = "deprecated"
code = "from library import Thing"
"""


def facts_below(root: Path, paths: Sequence[str]) -> Library:
    """The facts of some files, read when they are asked for, as the command reads them."""
    return Library(root, Found(tuple(paths), (), (), ()), 1, lambda what, done, total: None)


def library(folder: Path, files: Mapping[str, str | bytes] | None = None, config: str = "") -> Path:
    """A small repository with one rule, one canonical reference, and whatever else is given."""
    return write(
        folder,
        {
            "ssot-audit.toml": f'rules = ["rules.toml"]\n{config}',
            "rules.toml": RULE,
            "library/__init__.py": "from library.things import Thing\n",
            "library/things.py": "class Thing: ...\n",
            **(files or {}),
        },
    )


def classes(done: Done) -> Sequence[str]:
    """The class of each reference, in order."""
    return [one["class"] for one in done.json["references"]]
