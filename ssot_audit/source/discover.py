"""Which files make the repository: what git would show, or a walk that honours .gitignore."""

from __future__ import annotations

import contextlib
import os
import re
import stat
import subprocess
import time
from array import array
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from ssot_audit.globs import Globs
from ssot_audit.source.kept import NO_FOLDERS, RACY, UNSURE, Folders, Signature

SUFFIXES = (".py", ".pyi")
# How git, under LC_ALL=C, tells of an untracked folder it leaves out of its list; it succeeds all the same.
_UNOPENED = re.compile(rb"^warning: could not open directory '(.*)/': (.*)$", re.MULTILINE)
# Never source of the repository, also where no .gitignore says so.
NEVER = frozenset((".git", ".hg", ".svn", ".venv", "node_modules", "__pycache__", ".tox", ".nox", ".eggs"))
VIRTUAL_ENVIRONMENT = "pyvenv.cfg"  # PEP 405: the file that makes a folder one, whatever its name
_NOT_SEEN = "not looked at", UNSURE
SKIPPED_FOLDER = "virtual environment"  # the one reason that counts folders, not files


def is_python(name: str) -> bool:
    return name.endswith(SUFFIXES)


class Found(NamedTuple):
    """Repository-relative POSIX paths in order, of Python files unless others were asked for, and how many were left
    out, by reason. `signatures` are four numbers for each path, as the cache keeps them; -1 where a file could not be
    looked at."""

    paths: tuple[str, ...]
    excluded: tuple[str, ...]  # by include and exclude
    skipped: tuple[tuple[str, int], ...]
    unreadable: tuple[tuple[str, str], ...]  # folders that could not be listed, with the reason
    signatures: Sequence[int] = ()
    folders: Folders = NO_FOLDERS
    looked: int = 0  # when it was begun, in nanoseconds


def discover(
    root: Path,
    include: Sequence[str],
    exclude: Sequence[str],
    known: Folders = NO_FOLDERS,
    listing: Listing | None = None,
    expected: Sequence[str] = (),
    fits: Callable[[str], bool] = is_python,
) -> Found:
    """Every file of the repository at `root` whose name fits. `include` and `exclude` are gitignore patterns; an empty
    `include` takes everything. `known` are folders an earlier run went through: unchanged, they are not gone through
    again. `listing` is git's, where it was asked for before; `expected` are files to look at while git makes it."""
    unreadable: list[tuple[str, str]] = []
    looked = time.time_ns()
    above = f"{root}/"
    seen = {path: _look(above + path) for path in expected}
    listed = (listing or Listing(root, fits)).paths(unreadable)
    folders = known
    if listed is None and not (known.signatures and _folder_signatures(root, known.paths) == known.signatures):
        walk = _Walk(root, unreadable, fits)
        found = tuple(sorted(walk.paths()))
        newest = max((walk.signatures[at] for at in range(len(walk.signatures)) if at % 3), default=0)
        certain = not unreadable and newest < looked - RACY
        folders = Folders(
            tuple(walk.visited), walk.signatures if certain else array("q"), found, tuple(sorted(walk.skipped.items()))
        )
    skipped = Counter(dict(folders.skipped) if listed is None else {})
    wanted, unwanted = Globs(include), Globs(exclude)
    kept: list[str] = []
    excluded: list[str] = []
    numbers = array("q")
    including, excluding = bool(wanted), bool(unwanted)
    for path in folders.found if listed is None else sorted(set(listed)):
        if including and not wanted.match(path):
            skipped["not included"] += 1
            excluded.append(path)
        elif excluding and unwanted.match(path):
            skipped["excluded"] += 1
            excluded.append(path)
        else:
            reason, signature = seen.get(path, _NOT_SEEN)
            if reason:
                reason, signature = _look(above + path)
            if reason:
                skipped[reason] += 1
            else:
                kept.append(path)
                numbers.extend(signature)
    reasons = tuple(sorted(skipped.items()))
    return Found(tuple(kept), tuple(excluded), reasons, tuple(unreadable), numbers, folders, looked)


def _look(path: str) -> tuple[str, Signature]:
    """Why a listed path is no file of ours: deleted since, or a link; and the signature of any other."""
    try:
        status = os.lstat(path)
    except OSError as error:
        return ("", UNSURE) if isinstance(error, PermissionError) else ("deleted", UNSURE)
    if stat.S_ISLNK(status.st_mode):
        return "symbolic link", UNSURE
    return "", (status.st_size, status.st_ino, status.st_mtime_ns, status.st_ctime_ns)


def _folder_signatures(root: Path, folders: Sequence[str]) -> array[int]:
    """Three numbers of each folder, and of each .gitignore in one; empty where one of them is gone."""
    numbers, above = array("q"), f"{root}/"
    with contextlib.suppress(OSError):
        for folder in folders:
            status = os.lstat(above + folder)
            numbers.extend((status.st_ino, status.st_mtime_ns, status.st_ctime_ns))
        return numbers
    return array("q")


def git_environment() -> dict[str, str]:
    """The environment for git: nothing the caller's hooks or shell set may point it at another repository."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    return {**kept, "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"}


def git(root: Path, *arguments: str) -> bytes | None:
    """What git prints, or None where there is no git, no repository or an error."""
    try:
        done = subprocess.run(
            _command(root, *arguments),
            capture_output=True,
            env=git_environment(),
            stdin=subprocess.DEVNULL,
            check=False,
        )
    except OSError:
        return None
    return done.stdout if done.returncode == 0 else None


def _command(root: Path, *arguments: str) -> list[str]:
    """A git command line. Configuration that would run programs is switched off."""
    safe = ("-c", "core.fsmonitor=false", "-c", f"core.hooksPath={os.devnull}", "-c", "core.untrackedCache=false")
    return ["git", *safe, "-C", str(root), *arguments]


def work_tree(folder: Path) -> Path | None:
    """The top of the git work tree that holds the folder, if any."""
    if os.path.isfile(f"{folder}/.git/HEAD"):  # noqa: PTH113 - the usual case, without asking git
        return folder
    if not any(os.path.lexists(f"{one}/.git") for one in (folder, *folder.resolve().parents)):
        return None
    top = git(folder, "rev-parse", "--show-toplevel")
    return Path(os.fsdecode(top.rstrip(b"\n"))) if top and top.strip() else None


class Listing:
    """The files git would show whose names fit, asked for when it is made and waited for when they are needed."""

    def __init__(self, root: Path, fits: Callable[[str], bool] = is_python) -> None:
        self._fits = fits
        self._process: subprocess.Popen[bytes] | None = None
        top = work_tree(root)
        # An ignored folder somebody names is meant to be read.
        if top is None or (top != root and git(root, "check-ignore", "-q", "--", ".") is not None):
            return
        asked = ["ls-files", "-z", "--cached", "--others", "--exclude-standard", "--"]
        asked += [f"*{one}" for one in SUFFIXES] if fits is is_python else []
        with contextlib.suppress(OSError):
            self._process = subprocess.Popen(
                _command(root, *asked),
                env=git_environment(),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
            )

    def paths(self, unreadable: list[tuple[str, str]]) -> list[str] | None:
        """The files; None where there is no git, no repository or an error. Folders git could not open are added to
        `unreadable`."""
        if self._process is None:
            return None
        out, told = self._process.communicate()
        if self._process.returncode:
            return None
        unreadable += [(os.fsdecode(folder), reason.decode()) for folder, reason in _UNOPENED.findall(told)]
        paths = [os.fsdecode(one) for one in out.split(b"\0") if one]
        return paths if self._fits is is_python else [one for one in paths if self._fits(one.rpartition("/")[2])]


class _Walk:
    """Every file below a folder whose name fits and that no .gitignore names, without recursion and without following
    links."""

    def __init__(self, root: Path, unreadable: list[tuple[str, str]], fits: Callable[[str], bool]) -> None:
        self.root, self.unreadable, self.fits = os.fspath(root), unreadable, fits
        self.skipped: Counter[str] = Counter()
        self.found: list[str] = []
        self.visited: list[str] = []  # folders, and the files in them that say what is left out
        self.signatures: array[int] = array("q")  # three numbers for each
        self.pending: list[tuple[str, tuple[tuple[str, Globs], ...]]] = [("", ())]

    def paths(self) -> list[str]:
        while self.pending:
            self._folder(*self.pending.pop())
        return self.found

    def _folder(self, folder: str, ignores: tuple[tuple[str, Globs], ...]) -> None:
        try:
            seen = os.lstat(f"{self.root}/{folder}")  # before it is listed: what comes later shows
            entries = {entry.name: entry for entry in os.scandir(f"{self.root}/{folder}")}
        except OSError as error:
            self.unreadable.append((folder or ".", error.strerror or type(error).__name__))
            return
        self._visit(folder, seen)
        if folder and VIRTUAL_ENVIRONMENT in entries:
            self.skipped[SKIPPED_FOLDER] += 1
            return
        own = entries.get(".gitignore")
        if own is not None and own.is_file(follow_symlinks=False):
            self._visit(f"{folder}/.gitignore" if folder else ".gitignore", own.stat(follow_symlinks=False))
            ignores = (*ignores, (folder, _gitignore(f"{self.root}/{folder}/.gitignore")))
        before = f"{folder}/" if folder else ""
        for name, entry in entries.items():
            if entry.is_dir(follow_symlinks=False):
                path = before + name
                if name not in NEVER and not (ignores and _ignored(f"{path}/", ignores)):
                    self.pending.append((path, ignores))
            elif self.fits(name):
                path = before + name
                if ignores and _ignored(path, ignores):
                    self.skipped["ignored"] += 1
                else:
                    self.found.append(path)

    def _visit(self, path: str, status: os.stat_result) -> None:
        self.visited.append(path)
        self.signatures.extend((status.st_ino, status.st_mtime_ns, status.st_ctime_ns))


def _gitignore(path: str) -> Globs:
    try:
        return Globs(Path(path).read_text("utf-8", "surrogateescape").splitlines())
    except (OSError, ValueError):
        return Globs(())


def _ignored(path: str, ignores: Sequence[tuple[str, Globs]]) -> bool:
    """The word of the nearest .gitignore that has one on this path."""
    for folder, spec in reversed(ignores):
        verdict = spec.verdict(path.removeprefix(f"{folder}/") if folder else path)
        if verdict is not None:
            return verdict
    return False
