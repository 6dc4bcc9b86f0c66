"""What a test runner collects, by the configuration of pytest that is nearest, or further up."""

from __future__ import annotations

import configparser
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from pathlib import Path
from typing import NamedTuple

from ssot_audit import tables
from ssot_audit.errors import ConfigError
from ssot_audit.facts import Failure
from ssot_audit.model import Unvalidated
from ssot_audit.source.files import read_bytes


class Conventions(NamedTuple):
    """The names that are collected, by any configuration that may be the one in use: pytest takes that of the folder it
    is started in or for, so a test counts as collected where one on the way up collects it."""

    files: tuple[str, ...] = ("test_*.py", "*_test.py")
    classes: tuple[str, ...] = ("Test",)
    functions: tuple[str, ...] = ("test",)
    testpaths: tuple[str, ...] = ()  # folders or globs from the repository's root; empty: everywhere

    def collects_file(self, path: str) -> bool:
        name = path.rpartition("/")[2]
        return any(fnmatchcase(path if "/" in one else name, f"*/{one}" if "/" in one else one) for one in self.files)

    def is_reached(self, path: str) -> bool:
        """Whether a run that names no path comes by."""
        return not self.testpaths or any(fnmatchcase(at, one) for at in _upwards(path) for one in self.testpaths)


class Runner:
    """The conventions of each folder of a repository."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._own: dict[str, Conventions | None] = {}
        self._known: dict[str, Conventions] = {}
        self.unread: dict[str, Unvalidated] = {}

    def of(self, path: str) -> Conventions:
        folder = path.rpartition("/")[0]
        found = self._known.get(folder)
        if found is None:
            own = [one for at in _with_above(folder) if (one := self._of_folder(at))]
            found = self._known[folder] = _any_of(own if self._of_folder("") else [*own, Conventions()])
        return found

    def _of_folder(self, folder: str) -> Conventions | None:
        if folder not in self._own:
            self._own[folder] = next(self._read(folder), None)
        return self._own[folder]

    def _read(self, folder: str) -> Iterator[Conventions]:
        """In the order in which pytest looks for them."""
        at = f"{folder}/" if folder else ""
        for name, section in _FILES:
            if not (self._root / at / name).is_file():
                continue
            try:
                settings = (
                    _pyproject(self._root / at / name, at + name)
                    if name == _PYPROJECT
                    else self._ini(at + name, section)
                )
            except (ConfigError, configparser.Error) as error:
                self.unread[at + name] = Unvalidated(at + name, 1, f"pytest's settings cannot be read: {_first(error)}")
                continue
            if settings is not None:
                yield _conventions(settings, folder)

    def _ini(self, path: str, section: str) -> Mapping[str, object] | None:
        data = read_bytes(self._root / path)
        if isinstance(data, Failure):
            self.unread[path] = Unvalidated(path, 1, data.reason)
            return None
        parser = configparser.RawConfigParser(strict=False)
        parser.read_string(data.decode("utf-8-sig", "replace"))
        if not parser.has_section(section):
            return {} if path.rpartition("/")[2].endswith("pytest.ini") else None
        return dict(parser.items(section))


_PYPROJECT = "pyproject.toml"
_FILES = (
    ("pytest.ini", "pytest"),
    (".pytest.ini", "pytest"),
    (_PYPROJECT, ""),
    ("tox.ini", "pytest"),
    ("setup.cfg", "tool:pytest"),
)


def _pyproject(path: Path, label: str) -> Mapping[str, object] | None:
    table: object = tables.load(path, label)
    for key in ("tool", "pytest", "ini_options"):
        table = table.get(key) if isinstance(table, dict) else None
    return table if isinstance(table, dict) else None


def _first(error: Exception) -> str:
    return str(error).partition("\n")[0]


def _conventions(settings: Mapping[str, object], folder: str) -> Conventions:
    default = Conventions()
    at = f"{folder}/" if folder else ""
    return Conventions(
        _words(settings.get("python_files")) or default.files,
        _words(settings.get("python_classes")) or default.classes,
        _words(settings.get("python_functions")) or default.functions,
        tuple(f"{at}{one.strip('/')}" if one.strip("./") else folder for one in _words(settings.get("testpaths"))),
    )


def _words(value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        return tuple(value.split())
    return tuple(one for one in value if isinstance(one, str)) if isinstance(value, list) else ()


def _any_of(some: list[Conventions]) -> Conventions:
    files, classes, functions = (tuple(dict.fromkeys(one for each in some for one in each[part])) for part in range(3))
    limited = all(one.testpaths for one in some)
    return Conventions(
        files, classes, functions, tuple(one for each in some for one in each.testpaths) if limited else ()
    )


def _with_above(folder: str) -> list[str]:
    parts = folder.split("/") if folder else []
    return ["/".join(parts[:depth]) for depth in range(len(parts), -1, -1)]


def _upwards(path: str) -> list[str]:
    parts = path.split("/")
    return ["/".join(parts[:depth]) for depth in range(len(parts) + 1)]
