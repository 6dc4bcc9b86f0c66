"""When code was last changed, and whether a run of tests speaks of it as it is."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from ssot_audit.source.git import git, work_tree

MANY = 400  # paths on one command line of git
_COMMIT = re.compile(r"[0-9a-f]{7,64}\Z")


class Change(NamedTuple):
    """The last change to some files: seconds since the epoch, and what it was."""

    at: int
    what: str


class Ages:
    """The changes to the files of one repository."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._log: dict[tuple[str, ...], int] = {}

    @cached_property
    def head(self) -> str:
        """The commit that is checked out; empty where git has none."""
        if work_tree(self._root) is None:
            return ""
        found = git(self._root, "rev-parse", "--verify", "-q", "HEAD")
        return found.decode("ascii", "replace").strip() if found else ""

    @cached_property
    def _uncommitted(self) -> frozenset[str]:
        changed = git(self._root, "diff", "--name-only", "--no-renames", "-z", "--relative", "HEAD")
        added = git(self._root, "ls-files", "-z", "--others", "--exclude-standard")
        return frozenset((*_paths(changed), *_paths(added)))

    def changed(self, files: Sequence[str]) -> Change | None:
        """The last change to these files, committed or not; without git, by when they were written."""
        changes = [self.written(files)]
        if self.head:
            at = max(
                (self._committed(tuple(files[first : first + MANY])) for first in range(0, len(files), MANY)), default=0
            )
            changes.append(Change(at, "a commit") if at else None)
        return max(filter(None, changes), default=None)

    def written(self, files: Iterable[str]) -> Change | None:
        """The last change that is in no commit."""
        loose = [one for one in files if one in self._uncommitted] if self.head else files
        times = [(at, path) for path in loose if (at := mtime(self._root / path)) is not None]
        return Change(int(max(times)[0]), f"a change to {max(times)[1]}") if times else None

    def written_down(self, path: str) -> float | None:
        """When a file was committed that is as it was then: its own time is that of the checkout. None for others."""
        if (
            not self.head
            or path in self._uncommitted
            or not git(self._root, "ls-files", "-z", "--", f":(literal){path}")
        ):
            return None
        return self._committed((path,)) or None

    def _committed(self, files: tuple[str, ...]) -> int:
        if files not in self._log:
            found = git(self._root, "--literal-pathspecs", "log", "-1", "--format=%ct", "--", *files)
            self._log[files] = int(found) if found and found.strip().isdigit() else 0
        return self._log[files]

    def since(self, commit: str, files: Iterable[str]) -> frozenset[str] | None:
        """Those of the files that differ between a commit and the one checked out; None where git knows no such."""
        if not self.head or not _COMMIT.match(commit):
            return None
        if self.head.startswith(commit):
            return frozenset()
        found = git(self._root, "diff", "--name-only", "--no-renames", "-z", "--relative", commit, "HEAD", "--")
        return None if found is None else frozenset(_paths(found)) & frozenset(files)


def _paths(listed: bytes | None) -> list[str]:
    return [os.fsdecode(one) for one in (listed or b"").split(b"\0") if one]


def mtime(path: Path) -> float | None:
    try:
        return path.lstat().st_mtime
    except OSError:
        return None


def instant(written: str) -> float | None:
    """A timestamp (ISO 8601) in seconds since the epoch; without a zone it is the local time of this machine."""
    try:
        return datetime.fromisoformat(written.strip()).timestamp()
    except (ValueError, OverflowError, OSError):
        return None


def shown(at: float) -> str:
    try:
        return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    except (ValueError, OverflowError, OSError):
        return "a time nobody can tell"
