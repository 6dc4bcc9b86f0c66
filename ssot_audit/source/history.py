"""What git knows of a repository's past: a revision's files, what was renamed since, who wrote a line."""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from ssot_audit.errors import UsageError
from ssot_audit.source.git import git, git_environment, work_tree


class Revision(NamedTuple):
    """A commit, and where the audited folder is in its tree (empty: at the top)."""

    commit: str
    top: Path
    below: str


def merge_base(root: Path, revision: str) -> Revision:
    """Where the work tree's branch left another revision. Raises UsageError."""
    top = work_tree(root)
    if top is None:
        raise UsageError(f"--since {revision}: {root} is in no git repository")
    if revision.startswith("-"):
        raise UsageError(f"--since {revision}: is no revision")
    if git(root, "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}") is None:
        raise UsageError(f"--since {revision}: git knows no such revision here; fetch it first, or correct it")
    found = git(root, "merge-base", f"{revision}^{{commit}}", "HEAD")
    if not found:
        raise UsageError(
            f"--since {revision}: git finds no commit that it and HEAD have in common "
            "(a shallow clone needs its history: `git fetch --unshallow`, or fetch-depth: 0)"
        )
    commit = found.decode().strip()
    if commit == (git(root, "rev-parse", "HEAD") or b"").decode().strip() and not git(root, "status", "--porcelain"):
        raise UsageError(
            f"--since {revision}: HEAD is in it and the work tree is clean, so there is no change to judge; name what "
            "came before it, such as HEAD~1"
        )
    below = root.resolve().relative_to(top.resolve()).as_posix()
    return Revision(commit, top, "" if below == "." else below)


def lay_out(revision: Revision, folder: Path, fits: Callable[[str], bool]) -> Path:
    """The files of a revision, laid out in an empty folder from git's objects, those whose names do not fit without
    what is in them; the audited folder in it. Raises UsageError where git cannot give them."""
    objects = git(revision.top, "rev-parse", "--path-format=absolute", "--git-path", "objects")
    if objects is None:
        raise UsageError(f"{revision.top}: git does not say where its objects are")
    kind = git(revision.top, "rev-parse", "--show-object-format") or b"sha1"
    _run(folder, b"", "init", "-q", f"--object-format={kind.decode().strip()}")
    (folder / ".git/objects/info/alternates").write_bytes(objects.rstrip(b"\n") + b"\n")
    _run(folder, b"", "read-tree", revision.commit)
    listed = _run(folder, b"", "ls-files", "-z").split(b"\0")
    wanted = [one for one in listed if one and fits(os.fsdecode(one).rpartition("/")[2])]
    _run(folder, b"".join(one + b"\0" for one in wanted), "checkout-index", "-q", "-z", "--stdin")
    for path in {*listed} - {*wanted, b""}:
        _touch(folder / os.fsdecode(path))
    return folder / revision.below if revision.below else folder


def _touch(path: Path) -> None:
    """That a file is there may be all that a check asks."""
    with contextlib.suppress(OSError):  # a submodule, or below a link
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()


def _run(folder: Path, stdin: bytes, *arguments: str) -> bytes:
    """Git in a repository of our own: no configuration of the user's, so no filter or hook of theirs is run."""
    quiet = {**git_environment(), "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull}
    command = ["git", "-c", f"core.hooksPath={os.devnull}", "-C", str(folder), *arguments]
    done = subprocess.run(command, input=stdin, capture_output=True, env=quiet, check=False)
    if done.returncode:
        reason = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise UsageError(f"git {arguments[0]} failed: {reason[-1] if reason else done.returncode}")
    return done.stdout


def renamed(root: Path, since: str) -> dict[str, str]:
    """New paths, by old, of the files that were renamed between a commit and the work tree; both below `root`."""
    told = git(root, "diff", "--relative", "-z", "--no-ext-diff", "-M", "--diff-filter=R", "--name-status", since, "--")
    words = (told or b"").split(b"\0")
    return {os.fsdecode(words[at + 1]): os.fsdecode(words[at + 2]) for at in range(0, len(words) - 2, 3)}


def last_commit(root: Path, path: str) -> str:
    """The commit that last touched a file; HEAD's where none did, empty where there is no commit."""
    for arguments in (("--", path), ()):
        found = git(root, "log", "-1", "--format=%H", *arguments)
        if found and found.strip():
            return found.decode().strip()
    return ""


def moved_since(root: Path, path: str) -> dict[str, str]:
    """New paths, by old, of the files that were renamed since one was last committed."""
    since = last_commit(root, path)
    return renamed(root, since) if since else {}


class Written(NamedTuple):
    """Who wrote a line, and on which day; empty where it is in no commit."""

    author: str = ""
    day: str = ""


def blame(root: Path, path: str, lines: Iterable[int]) -> dict[int, Written]:
    """Who wrote some lines of a file, by line."""
    ranges = [word for line in lines for word in ("-L", f"{line},{line}")]
    told = git(root, "blame", "--line-porcelain", *ranges, "--", path) if ranges else None
    found: dict[int, Written] = {}
    line, author, fresh = 0, "", True
    for one in (told or b"").decode("utf-8", "replace").split("\n"):
        if head := re.match(r"([0-9a-f]{40,64}) \d+ (\d+)", one):
            line, fresh = int(head[2]), not head[1].strip("0")
            found[line] = Written()
        elif one.startswith("author "):
            author = one.removeprefix("author ")
        elif one.startswith("author-time ") and not fresh:
            found[line] = Written(author, datetime.fromtimestamp(int(one.split()[1]), UTC).date().isoformat())
    return found
