"""The commands of the program that is measured, and what it says of a tree."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from inputs import Input
from measure import Command, text_of

# The gate is not what is measured: a run that judged ends with 0, and anything else is a run that failed.
_ANY = ("--fail-under", "0", "--max-unvalidated", "1000000")
_TERSE = ("--output-format", "concise", "-q")


@dataclass(frozen=True, slots=True)
class Survey:
    """What one run found: how many files, the references by class, the rules in force as `rules list` has them, and
    the file that will be changed, which is the first with a reference."""

    files: int
    governed: int
    classes: Mapping[str, int]
    rules: tuple[Mapping[str, Any], ...]
    changed: str


@dataclass(frozen=True, slots=True)
class Program:
    path: str
    work: Path

    def cold(self, one: Input) -> Command:
        return self._check(one, one.tree, (*_TERSE, "--no-cache"))

    def warm(self, one: Input, copy: Path, cache: Path) -> Command:
        return self._check(one, copy, (*_TERSE, "--cache-dir", str(cache)))

    def hook(self, one: Input, copy: Path, cache: Path, name: str) -> Command:
        """As pre-commit calls it: in the repository, with the name of a file that changed."""
        options = (*one.rules, "--max-unvalidated", _ANY[-1], "--cache-dir", str(cache))
        argv = (self.path, "check", "--output-format", "concise", *options, "--", name)
        return Command(argv, copy, good=(0, 1))

    def survey(self, one: Input, folder: Path, *cache: str) -> Survey:
        report = json.loads(text_of(self._check(one, folder, ("--output-format", "json", *cache)))[0])
        listing = (self.path, "rules", "list", str(folder), *one.rules, "--output-format", "json")
        listed = json.loads(text_of(Command(listing, self.work))[0])
        in_force = {rule["name"] for rule in report["rules"]}
        return Survey(
            report["evidence"]["files"]["found"],
            report["summary"]["governed"],
            report["summary"]["classes"],
            tuple(rule for rule in listed if rule["id"] in in_force),
            next(seen["filename"] for seen in report["references"]),
        )

    def readers(self, one: Input) -> str:
        """What it tells of its readers: how many files each of them read."""
        return text_of(self._check(one, one.tree, ("--output-format", "concise", "--no-cache", "-v")))[1]

    def version(self) -> str:
        return text_of(Command((self.path, "--version"), self.work))[0].split()[-1]

    def _check(self, one: Input, folder: Path, more: tuple[str, ...]) -> Command:
        return Command((self.path, "check", str(folder), *one.rules, *_ANY, *more), self.work)


def import_libcst(folder: Path) -> Command:
    """The least a check with LibCST costs, before it has read anything."""
    return Command((sys.executable, "-c", "import libcst"), folder)
