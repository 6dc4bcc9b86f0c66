"""Other programs that look at imports, told to ban what the rules of an input govern.

They are looked up beside the running interpreter, then on the path: `pip install ruff import-linter flake8
flake8-tidy-imports`. None of them does the whole of what is measured here: ruff and flake8 look for names in each file
by itself, and import-linter follows modules, not names. The figures say what looking at the same files costs.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from measure import Command, Failed, text_of

NOT_INSTALLED = "not installed"
_FOUND = (0, 1)  # nothing found, something found
_NEVER = (".git", ".hg", ".svn", ".venv", "node_modules", "__pycache__", ".tox", ".nox", ".eggs")


@dataclass(frozen=True, slots=True)
class Peers:
    """The peers as configured for one tree; `banned` are exact dotted paths. A peer is a command, or the reason why
    there is none."""

    tree: Path
    config: Path
    banned: tuple[str, ...]

    def write(self) -> None:
        self.config.mkdir(parents=True, exist_ok=True)
        self._ruff_toml.write_text(_ruff_toml(self.banned), "utf-8")
        self._flake8_cfg.write_text(_flake8_cfg(self.banned), "utf-8")

    @property
    def _ruff_toml(self) -> Path:
        return self.config / "ruff.toml"

    @property
    def _flake8_cfg(self) -> Path:
        return self.config / "flake8.cfg"

    def ruff(self, folder: Path, *more: str) -> Command | str:
        program = find("ruff")
        if program is None:
            return NOT_INSTALLED
        argv = (program, "check", "-q", "--config", str(self._ruff_toml), *more, str(folder))
        return Command(argv, self.config, _FOUND)

    def files_of_ruff(self) -> int | str:
        command = self.ruff(self.tree, "--show-files")
        return command if isinstance(command, str) else len(text_of(command)[0].splitlines())

    def findings_of_ruff(self) -> int | str:
        command = self.ruff(self.tree, "--no-cache", "--output-format", "concise")
        return command if isinstance(command, str) else text_of(command)[0].count(" TID251 ")

    def flake8(self, cap: float) -> Command | str:
        program = find("flake8")
        if program is None or installed("flake8-tidy-imports") == NOT_INSTALLED:
            return NOT_INSTALLED
        options = (program, "--config", str(self._flake8_cfg))
        command = Command((*options, str(self.tree)), self.config, _FOUND)
        # A finding and a mistake in its configuration give one exit code; its own folder holds nothing to find.
        return _proven(command, Command((*options, str(self.config)), self.config), "", cap)

    def import_linter(self, cap: float) -> Command | str:
        program = find("lint-imports")
        if program is None:
            return NOT_INSTALLED
        forbidden = sorted({module for path in self.banned if (module := _module_of(self.tree, path))})
        if not forbidden:
            return "no deprecated path is in a package at the top of the tree, and it reads nothing else"
        contract = self.config / "importlinter.ini"
        contract.write_text(_contract(self.tree, forbidden), "utf-8")
        argv = (program, "--no-logo", "--no-cache", "--config", str(contract))
        command = Command(argv, self.config, _FOUND, more=(("PYTHONPATH", str(self.tree)),))
        # A broken contract and one that cannot be judged give one exit code; only the first is counted in its output.
        return _proven(command, command, "Contracts:", cap)


def exact_paths(rules: Iterable[Mapping[str, Any]]) -> tuple[tuple[str, ...], int]:
    """The older paths of rules that a list can ban, and how many are patterns, which no list can."""
    listed = [path for rule in rules for path in (*rule["deprecated"], *(one["path"] for one in rule["shims"]))]
    exact = tuple(dict.fromkeys(path for path in listed if "*" not in path))
    return exact, sum("*" in path for path in listed)


def find(name: str) -> str | None:
    beside = Path(sys.executable).parent
    return shutil.which(name, path=beside) or shutil.which(name)


def installed(distribution: str) -> str:
    try:
        return version(distribution)
    except PackageNotFoundError:
        return NOT_INSTALLED


def version_of_ruff(folder: Path) -> str:
    program = find("ruff")
    return text_of(Command((program, "--version"), folder))[0].split()[-1] if program else NOT_INSTALLED


def _proven(command: Command, proof: Command, wanted: str, cap: float) -> Command | str:
    """The command, if a run that proves it able says what is wanted; otherwise what that run says."""
    try:
        said = text_of(proof, cap)[0]
    except Failed as error:
        return str(error)
    return command if wanted in said else " ".join(said.split())[-300:]


def _ruff_toml(banned: Sequence[str]) -> str:
    lines = [
        'include = ["*.py", "*.pyi"]',  # by default also notebooks and pyproject.toml
        f"exclude = {json.dumps(_NEVER)}",  # by default also folders such as build and dist
        'target-version = "py314"',
        "[lint]",
        'select = ["TID251"]',
        "[lint.flake8-tidy-imports.banned-api]",
        *(f'{json.dumps(path)}.msg = "governed"' for path in banned),
    ]
    return "\n".join(lines) + "\n"


def _flake8_cfg(banned: Sequence[str]) -> str:
    lines = [
        "[flake8]",
        "select = I251",
        f"exclude = {','.join(_NEVER)}",
        "banned-modules =",
        *(f"    {path} = governed" for path in banned),
    ]
    return "\n".join(lines) + "\n"


def _module_of(tree: Path, path: str) -> str:
    """The module of the tree that holds the path, below a package at its top; empty where there is none."""
    parts = path.split(".")
    if not (tree / parts[0] / "__init__.py").is_file():
        return ""
    for length in range(len(parts), 1, -1):
        place = tree.joinpath(*parts[:length])
        if place.with_suffix(".py").is_file() or (place / "__init__.py").is_file():
            return ".".join(parts[:length])
    return ""


def _contract(tree: Path, forbidden: Sequence[str]) -> str:
    """Everything in the packages of the forbidden modules, but these themselves, must not import them directly."""
    holders = {".".join(parts[:length]) for parts in _split(forbidden) for length in range(1, len(parts))}
    sources = sorted({name for holder in holders for name in _children(tree, holder)} - {*forbidden, *holders})
    lines = [
        "[importlinter]",
        "root_packages =",
        *(f"    {name}" for name in sorted({parts[0] for parts in _split(forbidden)})),
        "[importlinter:contract:governed]",
        "name = governed",
        "type = forbidden",
        "allow_indirect_imports = True",
        "source_modules =",
        *(f"    {name}" for name in sources),
        "forbidden_modules =",
        *(f"    {name}" for name in forbidden),
    ]
    return "\n".join(lines) + "\n"


def _split(paths: Sequence[str]) -> list[list[str]]:
    return [path.split(".") for path in paths]


def _children(tree: Path, package: str) -> Iterable[str]:
    for entry in os.scandir(tree.joinpath(*package.split("."))):
        name = entry.name.removesuffix(".py")
        module = entry.name.endswith(".py") and name != "__init__"
        if name.isidentifier() and (module or Path(entry.path, "__init__.py").is_file()):
            yield f"{package}.{name}"
