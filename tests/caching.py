"""The command beside a cache: what it knew before, what it read, and what it says without one."""

from __future__ import annotations

import os
import re
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

from running import COMMAND, RULE, Done, audit, clean_environment, library

RACY = 2.1  # seconds after which a written file is held to be as it was: times may be kept in steps of two seconds
DEPRECATED = "from library import Thing\n"
CANONICAL = "from library.things import Thing\n"
FILES = {
    "alias.py": "import library as short\n\n\ndef f():\n    return short.Thing\n",
    "attribute.py": "import library\n\nlibrary.Thing\n",
    "canonical.py": CANONICAL,
    "deprecated.py": DEPRECATED,
    "other.py": "import json\n\nOther = json\n",
    "patched.py": 'from unittest.mock import patch\n\npatch("library.Thing")\n',
    "plain.py": "x = 1\n",
    "star.py": "from library import *\n",
}
OTHER_RULE = RULE.replace('"thing"', '"other"').replace("Thing", "Other")


def repository(folder: Path, files: Mapping[str, str | bytes] = FILES) -> Path:
    """A repository that holds references of several channels."""
    return library(folder, files)


def python_files(root: Path) -> int:
    return sum(1 for _ in root.rglob("*.py"))


def check(root: Path, *arguments: str | Path, env: Mapping[str, str] | None = None) -> Done:
    return audit("check", root, "--output-format", "json", "-v", *arguments, env=env)


def bare(root: Path, *arguments: str | Path) -> Done:
    """The answer of a run that knows nothing from before."""
    return check(root, "--no-cache", *arguments)


def known(done: Done) -> int:
    """How many files a run knew from an earlier one."""
    found = re.search(r"(\d+) files? known from an earlier run", done.err)
    assert found, done.err
    return int(found[1])


def read(done: Done) -> int:
    """How many files a run read."""
    return sum(map(int, re.findall(r"(\d+) files? read by ", done.err)))


def assert_same(done: Done, other: Done) -> None:
    """The same report, byte by byte, and the same exit code."""
    assert (done.out, done.code) == (other.out, other.code)


def assert_served(root: Path, *arguments: str | Path, env: Mapping[str, str] | None = None) -> None:
    """A run reads nothing, and says what one without a cache says."""
    done = check(root, *arguments, env=env)
    assert (known(done), read(done)) == (python_files(root), 0)
    assert "not used" not in done.err
    assert_same(done, bare(root))


def kept_files(folder: Path) -> list[Path]:
    """The cache files of a folder."""
    return sorted(folder.glob("*.facts"))


def wait_until_settled(root: Path) -> None:
    """Wait until every file below a folder was written long enough ago to be told by its times."""
    newest = max(path.stat().st_ctime for path in root.rglob("*"))
    while time.time() - newest < RACY:
        time.sleep(0.1)


def rewrite_unnoticed(path: Path, text: str) -> None:
    """Replace a file's text by one of the same size, and put back its time of modification."""
    before = path.stat()
    path.write_text(text)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    after = path.stat()
    assert (before.st_size, before.st_mtime_ns) == (after.st_size, after.st_mtime_ns)


def check_under(command: list[str], root: Path, *arguments: str | Path, env: Mapping[str, str] | None = None) -> Done:
    """The same, started by another command."""
    line = [*command, str(COMMAND), "check", str(root), "--output-format", "json", "-v", *map(str, arguments)]
    ran = subprocess.run(line, env={**clean_environment(), **(env or {})}, capture_output=True, text=True, check=False)
    return Done(ran.returncode, ran.stdout, ran.stderr)
