"""Git's list of the files of a work tree, and what it follows from: while none of that changes, it is not made again.

It follows from git's index, the folders of the tree, the files that say what is ignored, and git's configuration. Git
is asked for the last; of the others the times are compared, and what was written late is held to have changed. Where
more comes into it, as in a tree with another repository inside, git makes its list each time.
"""

import os
import re
from array import array
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from ssot_audit.source.git import asked, begin, git, hides_ignores, ignored, work_tree
from ssot_audit.source.kept import RACY, UNTOLD, Folders

if TYPE_CHECKING:
    import subprocess

# How git, under LC_ALL=C, tells of an untracked folder it leaves out of its list; it succeeds all the same.
_UNOPENED = re.compile(rb"^warning: could not open directory '(.*)/': (.*)$", re.MULTILINE)
# Never source of the repository, also where no .gitignore says so.
NEVER = frozenset((".git", ".hg", ".svn", ".venv", "node_modules", "__pycache__", ".tox", ".nox", ".eggs"))
VIRTUAL_ENVIRONMENT = "pyvenv.cfg"  # PEP 405: the file that makes a folder one, whatever its name

_INDEX, _EXCLUDE = ".git/index", ".git/info/exclude"
_ELSEWHERE = (b"%(", b":(")  # how a path begins that only git can tell
_UNUSUAL = frozenset((b"core.worktree", b"core.sparsecheckout"))  # the tree is elsewhere, or what it ignores is
_MOST = 10_000  # folders; to look at more takes about as long as git does


class Listing:
    """The files git would show whose names end as asked. Git begins when this is made or, where an earlier run may have
    kept its list, when that turns out to be another one; it is waited for when the list is needed."""

    def __init__(self, root: Path, suffixes: Sequence[str] = (), keep: bool = False) -> None:
        self._root, self._suffixes = root, suffixes
        self._process: subprocess.Popen[bytes] | None = None
        top = work_tree(root)
        # An ignored folder somebody names is meant to be read.
        self._is_there = top == root or (top is not None and git(root, "check-ignore", "-q", "--", ".") is None)
        self._configuration = _Configuration(root) if keep and _is_plain(root, top) else None
        if self._configuration is None:
            self._begin()

    def _begin(self) -> None:
        if self._is_there:
            command = ("ls-files", "-z", "--cached", "--others", "--exclude-standard", "--")
            self._process = begin(self._root, *command, *(f"*{one}" for one in self._suffixes))

    def is_still(self, known: Folders) -> bool:
        """Whether the list is one an earlier run kept. Git begins to make it where it is not."""
        now = self._configuration and self._configuration.told
        if now and known.told == now.digest:
            # Git's index comes last, and is looked at first: it changes most.
            index = signatures_of(self._root, known.paths[-1:]) == known.signatures[-3:]
            if index and signatures_of(self._root, known.paths) == known.signatures:
                return True
        if self._configuration:
            self._begin()
        return False

    def basis(self, known: Folders, looked: int) -> Folders | None:
        """What the list follows from that git began to make after the time `looked`; None where that is not certain."""
        now = self._configuration and self._configuration.told
        if not now or not self._process:
            return None
        before = signatures_of(self._root, known.paths) if known.told in (now.digest, UNTOLD) else array("q")
        if is_late(before, looked):
            return None
        if known.told == UNTOLD and before == known.signatures:
            return known
        # Where the index is all that has changed, the folders are the same.
        same = bool(before) and known.told == now.digest and before[:-3] == known.signatures[:-3]
        paths = known.paths if same else _paths(self._root, now.excludes)
        told, paths = (now.digest, paths) if paths and not hides_ignores(self._root) else (UNTOLD, (_INDEX,))
        signatures = signatures_of(self._root, paths)
        return None if not signatures or is_late(signatures, looked) else Folders(paths, signatures, told=told)

    def paths(self, unreadable: list[tuple[str, str]]) -> list[str] | None:
        """The files; None where there is no git, no repository or an error. Folders git could not open are added to
        `unreadable`."""
        if self._process is None:
            return None
        out, told = self._process.communicate()
        if self._process.returncode:
            return None
        unreadable += [(os.fsdecode(folder), reason.decode()) for folder, reason in _UNOPENED.findall(told)]
        return [os.fsdecode(one) for one in out.split(b"\0") if one]


def signatures_of(root: Path, paths: Sequence[str]) -> "array[int]":
    """Three numbers of each folder or file: inode, modification and change time, zeros for one that is not there; empty
    where one cannot be looked at."""
    numbers, above = array("q"), f"{root}/"
    for path in paths:
        try:
            status = os.stat(above + path)  # noqa: PTH116
        except (FileNotFoundError, NotADirectoryError):
            numbers.extend((0, 0, 0))
        except OSError:
            return array("q")
        else:
            numbers.extend((status.st_ino, status.st_mtime_ns, status.st_ctime_ns))
    return numbers


def is_late(signatures: Sequence[int], looked: int) -> bool:
    """Whether one was written so late before the time `looked` that it may be written again with nothing to show."""
    return max((signatures[at] for at in range(len(signatures)) if at % 3), default=0) >= looked - RACY


class _Told(NamedTuple):
    """What tells one configuration from another, and the user's own file of what is ignored, seen from the root."""

    digest: str
    excludes: str


class _Configuration:
    """Git's configuration in a repository, asked for when this is made and waited for when it is needed."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._answer = asked(root, "config", "--list", "--show-origin", "-z")

    @cached_property
    def told(self) -> _Told | None:
        """None where git does not tell, or what its list follows from cannot be told by it."""
        from hashlib import sha256

        out = self._answer()
        if not out:
            return None
        # One field says where a setting is from, the next its key and, on lines of its own, its value.
        settings = {key: value for key, _, value in (one.partition(b"\n") for one in out.split(b"\0")[1::2])}
        excludes = _excludes(self._root, settings.get(b"core.excludesfile"))
        if excludes is None or not _UNUSUAL.isdisjoint(settings):
            return None
        return _Told(sha256(b"\0".join((os.fsencode(excludes), out))).hexdigest()[:32], excludes)


def _excludes(root: Path, given: bytes | None) -> str | None:
    """The file where a user says what is ignored in every repository; None where only git can tell."""
    if given is None:
        folder = os.environ.get("XDG_CONFIG_HOME") or "~/.config"
        path = f"{folder}/git/ignore"
    elif given.startswith(_ELSEWHERE):
        return None
    else:
        path = os.fsdecode(given)
    path = os.path.expanduser(path)  # noqa: PTH111
    return None if path.startswith("~") else os.path.relpath(os.path.join(root, path), root)  # noqa: PTH118


def _is_plain(root: Path, top: Path | None) -> bool:
    """Whether a folder is the top of a repository that has its index and its exclusions where they usually are. Only
    POSIX says that the time of a folder changes with the names in it."""
    above = f"{root}/.git"
    return os.name == "posix" and top == root and os.path.isdir(above) and not os.path.lexists(f"{above}/commondir")  # noqa: PTH112


def _paths(root: Path, excludes: str) -> tuple[str, ...] | None:
    """The folders git may look into, the files that say what it ignores, and its index; None where it may look
    elsewhere, or into too many."""
    found, left, pending = dict[str, bool](), list[str](), [""]
    while pending:
        folder = pending.pop()
        try:
            names = {entry.name: entry for entry in os.scandir(f"{root}/{folder}")}
        except OSError:
            return None
        if folder and (".git" in names or VIRTUAL_ENVIRONMENT in names):
            left.append(folder)
            continue
        found[folder] = ".gitignore" in names
        if len(found) > _MOST:
            return None
        before = f"{folder}/" if folder else ""
        for name, entry in names.items():
            if name != ".git" and entry.is_dir(follow_symlinks=False):
                (left if name in NEVER else pending).append(before + name)
    unseen = ignored(root, [*found, *left][1:])
    if unseen is None or not unseen.issuperset(left):
        return None
    seen = [one for one in found if one not in unseen]
    ignoring = (f"{one}/.gitignore" for one in seen if found[one])
    return (*seen, *ignoring, _EXCLUDE, excludes, _INDEX)
