"""Which files make the repository: what git would show, or a walk that honours .gitignore."""

from __future__ import annotations

import os
import re
import stat
import subprocess
from collections import Counter
from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from ssot_audit.globs import Globs

SUFFIXES = (".py", ".pyi")
# How git, under LC_ALL=C, tells of an untracked folder it leaves out of its list; it succeeds all the same.
_UNOPENED = re.compile(rb"^warning: could not open directory '(.*)/': (.*)$", re.MULTILINE)
# Never source of the repository, also where no .gitignore says so.
NEVER = (".git/", ".hg/", ".svn/", ".venv/", "node_modules/", "__pycache__/", ".tox/", ".nox/", ".eggs/")
VIRTUAL_ENVIRONMENT = "pyvenv.cfg"  # PEP 405: the file that makes a folder one, whatever its name
SKIPPED_FOLDER = "virtual environment"  # the one reason that counts folders, not files


class Found(NamedTuple):
    """Repository-relative POSIX paths of Python files in order, and how many were left out, by reason."""

    paths: tuple[str, ...]
    excluded: tuple[str, ...]  # by include and exclude
    skipped: tuple[tuple[str, int], ...]
    unreadable: tuple[tuple[str, str], ...]  # folders that could not be listed, with the reason
    by_git: bool


def discover(root: Path, include: Sequence[str], exclude: Sequence[str]) -> Found:
    """Every Python file of the repository at `root`. `include` and `exclude` are gitignore patterns; an empty
    `include` takes everything."""
    skipped: Counter[str] = Counter()
    unreadable: list[tuple[str, str]] = []
    listed = _from_git(root, unreadable)
    paths = listed if listed is not None else _from_walk(root, skipped, unreadable)
    wanted, unwanted = Globs(include), Globs(exclude)
    kept: list[str] = []
    excluded: list[str] = []
    for path in sorted(set(paths)):
        if wanted and not wanted.match(path):
            skipped["not included"] += 1
            excluded.append(path)
        elif unwanted.match(path):
            skipped["excluded"] += 1
            excluded.append(path)
        else:
            reason = _unfit(root, path)
            if reason:
                skipped[reason] += 1
            else:
                kept.append(path)
    skipped.pop("", None)
    return Found(tuple(kept), tuple(excluded), tuple(sorted(skipped.items())), tuple(unreadable), listed is not None)


def _unfit(root: Path, path: str) -> str:
    """Why a listed path is no file of ours: deleted since, or a link; empty for any other."""
    try:
        mode = (root / path).lstat().st_mode
    except OSError as error:
        return "" if isinstance(error, PermissionError) else "deleted"
    return "symbolic link" if stat.S_ISLNK(mode) else ""


def git_environment() -> dict[str, str]:
    """The environment for git: nothing the caller's hooks or shell set may point it at another repository."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    return {**kept, "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"}


def git(root: Path, *arguments: str) -> bytes | None:
    """What git prints, or None where there is no git, no repository or an error."""
    done = _git(root, *arguments)
    return done.stdout if done and done.returncode == 0 else None


def _git(root: Path, *arguments: str) -> subprocess.CompletedProcess[bytes] | None:
    """git, run; None where there is none. Configuration that would run programs is switched off."""
    safe = ("-c", "core.fsmonitor=false", "-c", f"core.hooksPath={os.devnull}", "-c", "core.untrackedCache=false")
    try:
        return subprocess.run(
            ["git", *safe, "-C", str(root), *arguments],
            capture_output=True,
            env=git_environment(),
            stdin=subprocess.DEVNULL,
            check=False,
        )
    except OSError:
        return None


def work_tree(folder: Path) -> Path | None:
    """The top of the git work tree that holds the folder, if any."""
    top = git(folder, "rev-parse", "--show-toplevel")
    return Path(os.fsdecode(top.rstrip(b"\n"))) if top and top.strip() else None


def _from_git(root: Path, unreadable: list[tuple[str, str]]) -> list[str] | None:
    if work_tree(root) is None or git(root, "check-ignore", "-q", "--", ".") is not None:
        return None  # an ignored folder somebody names is meant to be read
    suffixes = [f"*{suffix}" for suffix in SUFFIXES]
    done = _git(root, "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *suffixes)
    if done is None or done.returncode:
        return None
    unreadable += [(os.fsdecode(folder), reason.decode()) for folder, reason in _UNOPENED.findall(done.stderr)]
    return [os.fsdecode(one) for one in done.stdout.split(b"\0") if one]


def _from_walk(root: Path, skipped: Counter[str], unreadable: list[tuple[str, str]]) -> list[str]:
    """Every Python file below `root` that no .gitignore names, without recursion and without following links."""
    found: list[str] = []
    pending: list[tuple[str, tuple[tuple[str, Globs], ...]]] = [("", (("", Globs(NEVER)),))]
    while pending:
        folder, ignores = pending.pop()
        try:
            entries = sorted(os.scandir(root / folder), key=lambda entry: entry.name)
        except OSError as error:
            unreadable.append((folder or ".", error.strerror or type(error).__name__))
            continue
        if folder and any(entry.name == VIRTUAL_ENVIRONMENT for entry in entries):
            skipped[SKIPPED_FOLDER] += 1
            continue
        if any(entry.name == ".gitignore" and entry.is_file(follow_symlinks=False) for entry in entries):
            ignores = (*ignores, (folder, _gitignore(root / folder / ".gitignore")))
        for entry in entries:
            path = str(PurePosixPath(folder) / entry.name)
            is_folder = entry.is_dir(follow_symlinks=False)
            if not is_folder and not entry.name.endswith(SUFFIXES):
                continue
            if _ignored(path + "/" * is_folder, ignores):
                skipped["" if is_folder else "ignored"] += 1
            elif is_folder:
                pending.append((path, ignores))
            else:
                found.append(path)
    return found


def _gitignore(path: Path) -> Globs:
    try:
        return Globs(path.read_text("utf-8", "surrogateescape").splitlines())
    except (OSError, ValueError):
        return Globs(())


def _ignored(path: str, ignores: Sequence[tuple[str, Globs]]) -> bool:
    """The word of the nearest .gitignore that has one on this path."""
    for folder, spec in reversed(ignores):
        verdict = spec.verdict(path.removeprefix(f"{folder}/") if folder else path)
        if verdict is not None:
            return verdict
    return False
