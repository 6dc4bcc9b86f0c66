"""Which file of the repository a test case is in: by its `file`, or by its `classname` as Python's runners make it."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

from ssot_audit.facts import Failure
from ssot_audit.source.cases import Case
from ssot_audit.source.collectable import FileSeen
from ssot_audit.source.discover import is_python

Files = Mapping[str, FileSeen | Failure]


class Located(NamedTuple):
    """The file of a test case, or why there is none."""

    path: str = ""
    why: str = ""


class Locator:
    def __init__(
        self, root: Path, paths: tuple[str, ...], files: Files, known: Callable[[str], FileSeen | None]
    ) -> None:
        """`files` are the test files; `known` gives what any Python file holds."""
        self._root, self._paths, self._known = root, frozenset(paths), known
        self._named: dict[str, list[str]] = defaultdict(list)  # files by their last name
        for path in paths:
            self._named[_stem(path).rpartition("/")[2]].append(path)
        self._classes: dict[str, list[str]] = defaultdict(list)
        for path, one in files.items():
            for klass in one.classes if isinstance(one, FileSeen) else ():
                if not klass.scope:
                    self._classes[klass.name].append(path)
        self._found: dict[tuple[str, str], Located] = {}

    def of(self, case: Case) -> Located:
        asked = case.file, case.classname or case.name
        found = self._found.get(asked)
        if found is None:
            found = self._found[asked] = (self._by_file(case.file) if case.file else None) or self._by_class(asked[1])
        return found

    def _by_file(self, written: str) -> Located | None:
        given = written.replace("\\", "/")
        path = os.path.normpath(given)
        if os.path.isabs(path) and names_below(path, str(self._root)):  # noqa: PTH117 - text, not a file
            path = path[len(str(self._root)) + 1 :]
        if path in self._paths:
            return Located(path)
        if not is_python(path) and not path.startswith(("/", "..")) and (self._root / path).is_file():
            return Located(path)
        near = [one for one in self._named.get(_stem(path).rpartition("/")[2], ()) if one.endswith(f"/{path}")]
        return Located(near[0]) if len(near) == 1 else None

    def _by_class(self, dotted: str) -> Located:
        parts = dotted.split(".")
        for depth in range(len(parts), 0, -1):
            inside, rest = "/".join(parts[:depth]), parts[depth:]
            near = [
                path
                for path in self._named.get(parts[depth - 1], ())
                if _stem(path) == inside or _stem(path).endswith(f"/{inside}")
            ]
            exact = [path for path in near if _stem(path) == inside]
            found = exact or near
            if len(found) > 1:
                return Located(why=f"{dotted} may be any of {', '.join(found[:3])}")
            if found:
                return self._with_class(found[0], rest)
        unique = self._classes.get(parts[-1], ())
        if len(parts) == 1 and len(unique) == 1:  # older writers give no more than the class
            return Located(unique[0])
        return Located(why=f"no file of the tree is {dotted}")

    def _with_class(self, path: str, rest: list[str]) -> Located:
        file = self._known(path)
        if rest and file and file.bound is not None and rest[0] not in file.bound:
            return Located(why=f"{path} has no class {rest[0]}")
        return Located(path)


def names_below(path: str, folder: str) -> bool:
    return path.startswith(f"{folder.rstrip('/')}/")


def _stem(path: str) -> str:
    """A Python file's path without its suffix, that of a package's `__init__` being the folder."""
    return path.removesuffix(".pyi").removesuffix(".py").removesuffix("/__init__")
