"""The files and folders a command names: those that are not in the repository, and folders a check finds nothing in.

What a job may have made or fetched before is not told."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ssot_audit.pipelines.grammar import is_static
from ssot_audit.pipelines.known import PYTHON_TOOLS, unwrapped
from ssot_audit.pipelines.shell import Command, Shell
from ssot_audit.pipelines.tree import Tree

# A program without such a name is one that is built, more often than not.
_SCRIPT = re.compile(r"(?:\./)?[\w@+][\w./@+-]*\.(?:py|sh|bash|js|mjs|cjs|ts|pl|rb)\Z")
_RUNS = re.compile(r"(?:python[\d.]*|pypy[\d.]*|bash|sh|zsh|node|perl|ruby)\Z")
_SUBCOMMANDS = frozenset(("check", "format", "run", "cc", "mi", "raw", "hal"))
# Flags of checks that stand alone; after any other flag without `=` a word may be the flag's value.
_ALONE = re.compile(
    r"-{1,2}(?:[vqxslrRhcw]+|verbose|quiet|check|check-only|diff|strict|count|statistics|show-source|recursive|no-cov"
    r"|ignore-missing-imports|no-cache|fix|preview|exit-zero|show-error-codes|pretty|cov|lf|ff|sw|color)\Z"
)
_FETCHES = re.compile(
    r"\b(?:git\s+(?:clone|checkout|switch|submodule|worktree|pull|fetch|init|apply)|curl|wget|unzip|tar|rsync|scp|gsutil"
    r"|aws\s+s3|gh\s+\w+\s+download|docker\s+cp|cookiecutter|copier|django-admin|cruft)\b"
)
_TOUCHES = re.compile(r"(?:-[efdrsx]|>|tee|cp|mv|test)[ \t]")
_NAME = re.compile(r"[\w@+.-]+")
_BUILDS = re.compile(r"\b(?:make|cmake|npm|yarn|pnpm|pip|tox|nox|mkdir|setup\.py|build|poetry|uv|hatch|cargo|go)\b")


class Named(NamedTuple):
    """A path a command names, relative to the repository. `folder` tells that a check for Python is aimed at it."""

    path: str
    written: str
    folder: bool = False


def named(command: Command) -> Iterator[Named]:
    """The script a command runs and, for a check of Python, what it is aimed at."""
    where = command.shell.folder(command.node)
    if where is None or not command.words:
        return
    inner = unwrapped(command.words)
    script = _script(command.words, inner)
    if script:
        yield Named(_join(where, script), script)
    if inner and inner[0].rpartition("/")[2] in PYTHON_TOOLS:
        for one in _aims(inner):
            yield Named(_join(where, one), one, folder=True)


def _join(folder: str, path: str) -> str:
    found = posixpath.normpath(posixpath.join(folder, path))
    return "" if found == "." else found


def _script(words: Sequence[str], inner: Sequence[str]) -> str:
    first = inner[0] if inner else ""
    if "-m" in words[: len(words) - len(inner)] or "-c" in words[:3]:
        return ""
    if _RUNS.match(first):
        first = next((one for one in inner[1:] if not one.startswith("-")), "")
        return first if _SCRIPT.match(first) and is_static(first) else ""
    ran = len(inner) < len(words) and first.endswith(".py")
    direct = first.startswith("./") or ("/" in first and not first.startswith("/"))
    return first if (ran or direct) and _SCRIPT.match(first) and is_static(first) else ""


def _aims(inner: Sequence[str]) -> Iterator[str]:
    """The words of a check that are paths for certain."""
    before = ""
    for number, one in enumerate(inner[1:]):
        loose = before.startswith("-") and "=" not in before and not _ALONE.match(before)
        before = one
        if loose or one.startswith("-") or (number == 0 and one in _SUBCOMMANDS):
            continue
        path = one.partition("::")[0]
        if is_static(path) and re.match(r"[\w./][\w./@+-]*\Z", path) and not path.startswith("/"):
            yield path


class Sure:
    """Whether what is missing from the repository is missing from the job: nothing that ran before may have made it.
    Every command and every line is read once."""

    def __init__(self) -> None:
        self._fetched = self._built = False
        self._mentioned: set[str] = set()  # names that commands before had, and did not run
        self._touched: dict[Shell, dict[str, int]] = {}

    def told(self, command: Command, tree: Tree) -> Iterator[Named]:
        """The paths that a command names and that are not there; to be asked for each command in order."""
        found = list(named(command))
        for one in found:
            if not tree.exists(one.path) and not self._may_be_made(one, command, tree):
                yield one
        written = command.written
        self._fetched = self._fetched or _FETCHES.search(written) is not None
        self._built = self._built or _BUILDS.search(written) is not None
        for one in found:
            written = written.replace(one.written, " ")
        self._mentioned |= {name for name, _ in _names(written)}

    def _may_be_made(self, one: Named, command: Command, tree: Tree) -> bool:
        base, top = posixpath.basename(one.path), one.path.partition("/")[0]
        if one.folder and not re.search(r"/|\.py\Z", one.written):
            return True  # a word that may be something else
        if self._fetched or (self._built and "/" in one.path and not tree.exists(top)):
            return True
        shell, start = command.shell, command.node.start_byte
        if shell not in self._touched:
            self._touched[shell] = _touched(shell.script.text.text)
        return base in self._mentioned or self._touched[shell].get(base, start) < start


def _names(text: str, start: int = 0) -> Iterator[tuple[str, int]]:
    """What may be names of files, with their offsets; `-oname` is also `name`."""
    for found in _NAME.finditer(text, start):
        yield found[0], found.start()
        if found[0].startswith("-"):
            yield found[0][2:], found.start() + 2


def _touched(text: str) -> dict[str, int]:
    """The names that lines of a script write or ask for, each with its first offset."""
    found: dict[str, int] = {}
    start = 0
    for line in text.replace("\\\n", "  ").split("\n"):
        touch = _TOUCHES.search(line)
        for name, at in _names(line, touch.end()) if touch else ():
            found.setdefault(name, start + at)
        start += len(line) + 1
    return found
