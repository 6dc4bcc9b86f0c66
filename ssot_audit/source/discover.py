"""Which files make the repository: what git would show, or a walk that honours .gitignore."""

import os
import stat
import time
from array import array
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from ssot_audit.globs import Globs
from ssot_audit.source.kept import NO_FOLDERS, UNSURE, Folders, Signature
from ssot_audit.source.listing import NEVER, VIRTUAL_ENVIRONMENT, Listing, is_late, signatures_of

SUFFIXES = (".py", ".pyi")
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
    listing = listing or Listing(root, SUFFIXES if fits is is_python else ())
    seen: dict[str, tuple[str, Signature]] = {}
    if listing.is_still(known):
        folders, listed = known, known.found
    else:
        seen = {path: look for path in expected if not (look := _look(above + path))[0]}
        basis = listing.basis(known, looked)
        shown = listing.paths(unreadable)
        if shown is None:
            folders = known if _is_walk_still(root, known) else _walk(root, unreadable, fits, looked)
            listed = folders.found
        else:
            listed = tuple(sorted({one for one in shown if fits is is_python or fits(one.rpartition("/")[2])}))
            # What an earlier run kept stays true of the folders as they were then.
            before = known if known.told else NO_FOLDERS
            folders = basis._replace(found=listed) if basis and not unreadable else before
    skipped = Counter(dict(folders.skipped))
    wanted, unwanted = Globs(include), Globs(exclude)
    kept: list[str] = []
    excluded: list[str] = []
    numbers = array("q")
    including, excluding = bool(wanted), bool(unwanted)
    for path in listed:
        if including and not wanted.match(path):
            skipped["not included"] += 1
            excluded.append(path)
        elif excluding and unwanted.match(path):
            skipped["excluded"] += 1
            excluded.append(path)
        else:
            reason, signature = seen.get(path) or _look(above + path)
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


def _is_walk_still(root: Path, known: Folders) -> bool:
    """Whether a walk would find what an earlier one did."""
    return not known.told and bool(known.signatures) and signatures_of(root, known.paths) == known.signatures


def _walk(root: Path, unreadable: list[tuple[str, str]], fits: Callable[[str], bool], looked: int) -> Folders:
    walk = _Walk(root, unreadable, fits)
    found = tuple(sorted(walk.paths()))
    signatures = array("q") if unreadable or is_late(walk.signatures, looked) else walk.signatures
    return Folders(tuple(walk.visited), signatures, found, tuple(sorted(walk.skipped.items())))


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
