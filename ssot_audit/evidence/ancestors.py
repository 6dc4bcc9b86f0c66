"""Whether a class is one that a runner collects: what it inherits from, through the classes of the repository."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping
from enum import Enum, auto
from typing import NamedTuple

from ssot_audit.facts import Failure
from ssot_audit.program.modules import Module, Modules, absolute
from ssot_audit.source.collectable import ClassSeen, FileSeen

MAX_STEPS = 50  # bases of bases, or modules that hand a name on

Read = Callable[[Iterable[str]], Mapping[str, FileSeen | Failure]]


class Descent(Enum):
    PLAIN = auto()
    TEST_CASE = auto()  # unittest's, or one that is called so
    UNTOLD = auto()  # an installed class may be anything


class Lineage(NamedTuple):
    descent: Descent
    maker: str  # the constructor it has or inherits


class Ancestors:
    def __init__(self, modules: Modules, files: dict[str, FileSeen | Failure], read: Read) -> None:
        """`files` are known already; `read` reads more of them."""
        self._modules, self._files, self._read = modules, files, read

    def of(self, path: str, one: ClassSeen) -> Lineage:
        """Any base that is a TestCase makes it one; any that cannot be told leaves it untold."""
        descent, maker = Descent.PLAIN, ""
        pending, seen = [(path, one)], {(path, one.name)}
        while pending:
            at, klass = pending.pop()
            maker = maker or klass.maker
            for base in klass.bases:
                found = self._base(at, base)
                if isinstance(found, tuple):
                    if (found[0], found[1].name) not in seen:
                        seen.add((found[0], found[1].name))
                        pending.append(found)
                elif found is Descent.TEST_CASE:
                    return Lineage(found, maker)
                elif found is Descent.UNTOLD or len(seen) > MAX_STEPS:
                    descent = Descent.UNTOLD
        return Lineage(descent, maker)

    def _base(self, path: str, name: str) -> tuple[str, ClassSeen] | Descent:
        for _ in range(MAX_STEPS):
            file = self._file(path)
            if not name or file is None:
                return Descent.UNTOLD
            own = [one for one in file.classes if one.name == name and not one.scope]
            if own:
                return path, own[-1]
            imported = next((one for one in reversed(file.imports) if one[0] == name.partition(".")[0]), None)
            if imported is None:
                return Descent.PLAIN if name in ("object", "Exception") else _by_name(name)
            module = self._modules.by_path[path]
            dotted = _dotted(imported, name, module)
            found = self._split(dotted, module) if dotted else None
            if found is None:
                return _external(dotted or name)
            if found[0] == path and found[1] == name:
                return Descent.UNTOLD
            path, name = found
        return Descent.UNTOLD

    def _split(self, dotted: str, importer: Module) -> tuple[str, str] | None:
        """The file of the module that a path begins with, and what it goes on with."""
        parts = dotted.split(".")
        for depth in range(len(parts) - 1, 0, -1):
            found = self._modules.find(".".join(parts[:depth]), importer)
            if isinstance(found, Module):
                return found.path, ".".join(parts[depth:])
        return None

    def _file(self, path: str) -> FileSeen | None:
        if path not in self._files:
            self._files.update(self._read([path]))
        found = self._files.get(path)
        return found if isinstance(found, FileSeen) else None


def _dotted(imported: tuple[str, int, str, str], name: str, module: Module) -> str | None:
    _, level, source, what = imported
    above = absolute(module, level, source)
    if above is None:
        return None
    return ".".join(filter(None, (above, what, name.partition(".")[2])))


def _by_name(name: str) -> Descent:
    return Descent.TEST_CASE if name.rpartition(".")[2].endswith("TestCase") else Descent.UNTOLD


def _external(dotted: str) -> Descent:
    top = dotted.partition(".")[0]
    if top in sys.stdlib_module_names and top != "unittest":
        return Descent.PLAIN
    return _by_name(dotted)
