"""The files and folders a command names: those that are not in the repository, and folders a check finds nothing in.

What a job may have made or fetched before is not told."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ssot_audit.pipelines.grammar import is_static
from ssot_audit.pipelines.known import PYTHON_TOOLS, unwrapped
from ssot_audit.pipelines.shell import Command
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
    """Whether what is missing from the repository is missing from the job: nothing that ran before may have made it."""

    def __init__(self) -> None:
        self._before: list[Command] = []

    def told(self, command: Command, tree: Tree) -> Iterator[Named]:
        """The paths that a command names and that are not there; to be asked for each command in order."""
        for one in named(command):
            if not tree.exists(one.path) and not self._may_be_made(one, command, tree):
                yield one
        self._before.append(command)

    def _may_be_made(self, one: Named, command: Command, tree: Tree) -> bool:
        base, top = posixpath.basename(one.path), one.path.partition("/")[0]
        if one.folder and not re.search(r"/|\.py\Z", one.written):
            return True  # a word that may be something else
        for other in self._before:
            text = other.written
            if _FETCHES.search(text) or (not tree.exists(top) and "/" in one.path and _BUILDS.search(text)):
                return True
        source = command.shell.script.text.text[: command.node.start_byte]
        mentions = [base in other.written and base not in _runs(other) for other in self._before]
        tested = re.search(rf"(?:-[efdrsx]|>|tee|cp|mv|test)\s[^\n]*{re.escape(base)}", source)
        return any(mentions) or tested is not None


def _runs(command: Command) -> str:
    return " ".join(one.written for one in named(command))
