"""Which file of the repository a test case is in: by its `file`, or by its `classname` as Python's runners make it."""

from __future__ import annotations

import os
import re
from collections import defaultdict
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

from ssot_audit import names
from ssot_audit.evidence.defined import Names
from ssot_audit.facts import Failure
from ssot_audit.source.cases import Case
from ssot_audit.source.collectable import FileSeen
from ssot_audit.source.discover import is_python

DOCUMENTS = (".md", ".rst", ".txt")

Files = Mapping[str, FileSeen | Failure]


class Located(NamedTuple):
    """The file of a test case, or why there is none. `doubtful`: nothing of its name was seen in the file, and it may
    be made when the tests run, or inherited."""

    path: str = ""
    why: str = ""
    doubtful: bool = False


class Locator:
    def __init__(
        self, root: Path, paths: tuple[str, ...], files: Files, known: Callable[[str], FileSeen | None], names: Names
    ) -> None:
        """`files` are the test files; `known` gives what any Python file holds, `names` what it may."""
        self._names = names
        self._tests: dict[str, frozenset[str]] = {}  # of a file, by name
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
            by_file = self._by_file(case.file) if case.file else self._document(case)
            found = self._found[asked] = by_file or self._by_class(asked[1])
        return self._with_name(found, case) if found.path else found

    def _document(self, case: Case) -> Located | None:
        """The text a doctest of pytest is of: its `classname` is the path with dots, its `name` the last part."""
        if not case.name.endswith(DOCUMENTS) or not case.classname.endswith(case.name):
            return None
        path = case.classname.removesuffix(case.name).replace(".", "/") + case.name
        return Located(path) if (self._root / path).is_file() else None

    def _with_name(self, found: Located, case: Case) -> Located:
        """A file is that of a test only where it has, or may have, one of its name."""
        path, name = found.path, case.name
        last = path.rpartition("/")[2]
        if path.lower().endswith(DOCUMENTS):
            is_test = last in name or re.search(r"\bline\b", name)
            return found if is_test else Located(why=f"{path} is no test, and no doctest is called {name}")
        if not is_python(path) or not name or self._is_seen(path, name.partition("[")[0]):
            return found
        classes = case.classname.rpartition(f"{_stem(last)}.")[2].split(".")
        has = self._names.has(path, classes, name)
        if has is None:
            return found._replace(doubtful=True)
        return found if has else Located(why=f"{path} has no test {name}")

    def _is_seen(self, path: str, name: str) -> bool:
        if path not in self._tests:
            file = self._known(path)
            self._tests[path] = frozenset(one.name for one in file.functions) if file else frozenset()
        return name in self._tests[path]

    def _by_file(self, written: str) -> Located | None:
        given = written.replace("\\", "/")
        path = os.path.normpath(given)
        if os.path.isabs(path) and names.is_below(path, str(self._root).rstrip("/")):  # noqa: PTH117 - text, not a file
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


def _stem(path: str) -> str:
    """A Python file's path without its suffix, that of a package's `__init__` being the folder."""
    return path.removesuffix(".pyi").removesuffix(".py").removesuffix("/__init__")
