"""An independent oracle on the standard library's ast: the import paths of a name, their use and where each leads."""

from __future__ import annotations

import ast
import builtins
import warnings
from collections import defaultdict
from collections.abc import Callable, Collection, Generator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from oracle_bindings import BOUND, DELETED, LATE, MAYBE, NO, OPEN, YES, Place, T, _Bind, _Block, _Source, _source


@dataclass(frozen=True)
class OraclePath:
    """One import path of a name."""

    path: str
    names: int
    files: int
    origin: Place | None


def oracle_paths(root: Path, files: Sequence[str], names: Collection[str]) -> dict[str, dict[str, OraclePath]]:
    """Name -> path -> its use in the files and its origin; every asked name has an entry, maybe an empty one."""
    tree = _Tree(root, files)
    counts: dict[tuple[str, str], dict[str, int]] = {}
    for file, parsed in tree.parsed.items():
        for node in ast.walk(parsed):
            if isinstance(node, ast.ImportFrom):
                module = tree.absolute(file, node.level, node.module)
                for alias in node.names:
                    if module is not None and alias.name in names:
                        per_file = counts.setdefault((module, alias.name), {})
                        per_file[file] = per_file.get(file, 0) + 1
    found: dict[str, dict[str, OraclePath]] = {name: {} for name in sorted(set(names))}
    for (module, name), per_file in sorted(counts.items()):
        path = f"{module}.{name}"
        found[name][path] = OraclePath(path, sum(per_file.values()), len(per_file), tree.origin(module, name))
    return found


# Where modules are


@dataclass(frozen=True)
class _Module:
    """A module: its file (none for a namespace package) and the folders of its submodules."""

    file: str | None
    folders: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Found:
    """What a name leads to: a place, and the module if it is one."""

    place: Place | None
    module: _Module | None = None


def _folder(file: str) -> str:
    return file.rpartition("/")[0]


def _join(folder: str, name: str) -> str:
    return f"{folder}/{name}" if folder else name


def _parts(path: str) -> list[str]:
    return path.split("/") if path else []


class _Tree:
    """The files of a source tree and the names in them."""

    def __init__(self, root: Path, files: Sequence[str]) -> None:
        self.files = dict.fromkeys(files)
        self.dirs = {"/".join(_parts(file)[:depth]) for file in self.files for depth in range(len(_parts(file)))}
        self.parsed: dict[str, ast.Module] = {}
        self.sources: dict[str, _Source] = {}
        self.memo: dict[object, tuple[Any, frozenset[int]]] = {}
        self.passing: set[object] = set()
        self.cyclic: list[object] = []
        self.active: dict[object, int] = {}
        self.needs: frozenset[int] = frozenset()
        for file in self.files:
            parsed = _parse(root / file)
            if parsed is not None:
                self.parsed[file] = parsed
        self.name = {file: self.primary(file) for file in self.files}
        self.modules = self.index()

    def primary(self, file: str) -> tuple[str, ...]:
        """The parts of a file's own module name."""
        folders = _parts(_folder(file))
        above = len(folders)
        for depth in range(1, len(folders) + 1):
            if "/".join([*folders[:depth], "__init__.py"]) in self.files:
                above = depth - 1
                break
        else:
            above = max((at for at, name in enumerate(folders, 1) if name == "src"), default=0)
        return self.named(file, above)

    @staticmethod
    def named(file: str, above: int) -> tuple[str, ...]:
        """A file's module name, without some leading folders."""
        *folders, last = _parts(file)
        stem = last.removesuffix(".py")
        return tuple(folders[above:]) if stem == "__init__" and folders else (*folders[above:], stem)

    def index(self) -> dict[str, _Module]:
        """Every dotted name of the tree."""
        ranked: dict[str, list[tuple[bool, bool, str]]] = defaultdict(list)
        spaces: dict[str, set[str]] = defaultdict(set)
        for file in self.files:
            for alias, parts in enumerate((self.name[file], self.named(file, 0))):
                if not parts or any("." in part for part in parts):
                    continue
                package = file.endswith("/__init__.py")
                ranked[".".join(parts)].append((not package, bool(alias), file))
                folders = _parts(_folder(file) if not package else _folder(_folder(file)))
                for up in range(1, len(parts)):
                    spaces[".".join(parts[:-up])].add("/".join(folders[: len(folders) + 1 - up]))
        modules = {name: _Module(None, tuple(sorted(folders))) for name, folders in spaces.items()}
        for name, entries in ranked.items():
            modules[name] = self.of_file(min(entries)[2])
        return modules

    @staticmethod
    def of_file(file: str) -> _Module:
        """The module of a file."""
        return _Module(file, (_folder(file),) if file.endswith("/__init__.py") else ())

    def find(self, dotted: str) -> _Module | None:
        """The module of an absolute dotted name; a plain module has no submodules."""
        parts = dotted.split(".")
        for depth in range(1, len(parts)):
            above = self.modules.get(".".join(parts[:depth]))
            if above is not None and not above.folders:
                return None
        return self.modules.get(dotted)

    def submodule(self, module: _Module, name: str) -> _Module | None:
        """A module directly below a package."""
        for folder in module.folders:
            for file in (_join(folder, f"{name}/__init__.py"), _join(folder, f"{name}.py")):
                if file in self.files:
                    return self.of_file(file)
        spaces = tuple(_join(folder, name) for folder in module.folders if _join(folder, name) in self.dirs)
        return _Module(None, spaces) if spaces else None

    def package(self, file: str) -> tuple[str, ...]:
        """The package a file's relative imports start from."""
        return self.name[file] if file.endswith("/__init__.py") else self.name[file][:-1]

    def absolute(self, file: str, level: int, module: str | None) -> str | None:
        """The absolute name of the module of a from-import; None beyond the top level."""
        if not level:
            return module
        package = self.package(file)
        if level > len(package):
            return None
        return ".".join([*package[: len(package) - level + 1], *([module] if module else [])])

    def target(self, file: str, level: int, module: str) -> _Module | None:
        """The module a from-import reads, relative imports by their folder."""
        if not level:
            return self.find(module)
        name = self.absolute(file, level, None)
        if name is None:
            return None
        folder = "/".join(_parts(_folder(file))[: len(_parts(_folder(file))) + 1 - level])
        found: _Module | None = self.modules.get(name)
        if _join(folder, "__init__.py") in self.files:
            found = self.of_file(_join(folder, "__init__.py"))
        elif found is None or found.file is not None or folder not in found.folders:
            found = _Module(None, (folder,))
        for part in module.split(".") if module else []:
            found = found and self.submodule(found, part)
        return found

    # Where names lead

    def origin(self, module: str, name: str) -> Place | None:
        """Where a name imported from a module was made; no answer about a cycle is carried on to the next question."""
        for key in self.cyclic:
            self.memo.pop(key, None)
        self.cyclic.clear()
        found = self.member(self.find(module), name)
        return found.place if found else None

    def member(self, module: _Module | None, name: str) -> _Found | None:
        """A name of a module, or its submodule."""
        if module is None:
            return None
        if module.file is None:
            return self.as_found(self.submodule(module, name))
        return self.lookup(module.file, name)[1]

    def as_found(self, module: _Module | None) -> _Found | None:
        """A module as the end of a path; nothing if it is absent or does not parse."""
        if module is None or (module.file is not None and module.file not in self.parsed):
            return None
        place = None if module.file is None else (module.file, 1, ".".join(self.name[module.file]))
        return _Found(place, module)

    def once(self, key: object, on_cycle: T, compute: Callable[[], T]) -> T:
        """The result for a key; what met a key still being computed holds if that one then ends as it was assumed."""
        kept: T
        if key in self.memo:
            kept, needs = self.memo[key]
            self.needs |= needs
            return kept
        if key in self.active:
            self.needs |= {self.active[key]}
            return on_cycle
        depth = self.active[key] = len(self.active)
        outer, self.needs = self.needs, frozenset()
        result = compute()
        del self.active[key]
        own = self.needs - {depth}
        for other in [other for other in self.passing if depth in self.memo[other][1]]:
            value, needs = self.memo.pop(other)
            self.passing.remove(other)
            if result == on_cycle:
                self.keep(other, value, (needs - {depth}) | own)
        self.keep(key, result, own)
        if self.needs:
            self.cyclic.append(key)
        self.needs = outer | own
        return result

    def keep(self, key: object, result: object, needs: frozenset[int]) -> None:
        """Remember a result and the depths of the keys it rests on."""
        self.memo[key] = result, needs
        if needs:
            self.passing.add(key)

    def source(self, file: str) -> _Source:
        """What a file binds; nothing if it does not parse."""
        if file not in self.sources:
            self.sources[file] = _source(self.parsed.get(file, ast.Module(body=[], type_ignores=[])))
        return self.sources[file]

    def lookup(self, file: str, name: str, before: int | None = None) -> tuple[bool, _Found | None]:
        """Whether a file binds a name (before one of its bindings, if given), and where that leads."""
        below = self.as_found(self.submodule(self.of_file(file), name))
        inside = before is not None and hasattr(builtins, name)  # a builtin, not a submodule not yet imported
        return self.once(
            (file, name, before),
            (True, below),
            lambda: self.compute(file, name, before, None if inside else below),
        )

    def compute(self, file: str, name: str, before: int | None, below: _Found | None) -> tuple[bool, _Found | None]:
        """The first binding that leads somewhere; then those for type checkers, submodules, globals of functions."""
        source = self.source(file)
        bound = cyclic = False
        last = LATE
        for typing in (False, True):
            search = self.scan(file, source.block, name, before, typing)
            while True:
                try:
                    bind = next(search)
                except StopIteration as end:
                    state = end.value
                    break
                bound, last = True, bind.order
                before_that, self.needs = self.needs, frozenset()
                found = self.follow(file, bind, name)
                cyclic = bool(self.needs)
                self.needs |= before_that
                if found is not None:
                    return True, found
            if state == BOUND and cyclic:  # a circular import is given what was bound before it
                return True, self.compute(file, name, last, below)[1]
            if state == BOUND:
                return True, None
            if bound or state == DELETED:
                break
        if below is not None:
            return True, below
        for outer, local, block in source.scopes:
            for bind in self.scan(file, block, name, None, True) if name in outer else ():
                bound = True
                if bind.kind == "alias" and bind.dotted[0] in local:
                    return True, _Found((file, bind.line, name))
                found = self.follow(file, bind, name)
                if found is not None:
                    return True, found
        return bound, None

    def scan(
        self, file: str, block: _Block, name: str, before: int | None, typing: bool
    ) -> Generator[_Bind, None, str]:
        """The bindings of a name by preference; returns whether one of them surely happened."""
        for item in reversed(block):
            if isinstance(item, _Bind):
                if before is not None and item.order >= before:
                    continue
                brings = self.brings(file, item, name) if item.kind == "star" else YES if item.name == name else NO
                if brings == YES and item.kind == "del":
                    return DELETED
                if brings != NO:
                    yield item
                if brings == YES:
                    return BOUND
            elif before is None or before >= item.end:
                for _, arm in item.arms if typing or not item.typing else ():
                    yield from self.scan(file, arm, name, None, typing)
            elif before >= item.start:
                own = max(at for at, (start, _) in enumerate(item.arms) if start <= before)
                state = yield from self.scan(file, item.arms[own][1], name, before, typing)
                if state != OPEN:
                    return state
                for _, arm in () if item.exclusive else item.arms[:own]:
                    yield from self.scan(file, arm, name, None, typing)
        return OPEN

    def brings(self, file: str, star: _Bind, name: str) -> str:
        """Whether a star import brings a name."""
        module = self.target(file, star.level, star.module)
        if module is None or module.file is None or module.file == file:
            return NO
        return self.exports(module.file, name)

    def exports(self, file: str, name: str) -> str:
        """Whether a file gives a name to star imports."""
        exported = self.source(file).exported
        if exported is not None and (exported[1] or name in exported[0]):
            return YES if name in exported[0] else NO
        if name.startswith("_"):
            return NO
        return self.once((file, name, "export"), NO, lambda: self.public(file, name))

    def public(self, file: str, name: str) -> str:
        """Whether a file binds a name at run time."""
        search = self.scan(file, self.source(file).block, name, None, False)
        some = False
        while True:
            try:
                next(search)
                some = True
            except StopIteration as end:
                return YES if end.value == BOUND else MAYBE if some else NO

    def follow(self, file: str, bind: _Bind, name: str) -> _Found | None:
        """Where one binding leads."""
        match bind.kind:
            case "import":
                return self.as_found(self.find(bind.module))
            case "from" | "star":
                module = self.target(file, bind.level, bind.module)
                wanted = name if bind.kind == "star" else bind.dotted[0]
                if module is not None and module.file == file:
                    return self.lookup(file, wanted, bind.order)[1]
                return self.member(module, wanted)
            case "alias":
                return self.alias(file, bind)
        return _Found((file, bind.line, bind.name))

    def alias(self, file: str, bind: _Bind) -> _Found | None:
        """Where `A = B` or `A = mod.B` leads."""
        here = _Found((file, bind.line, bind.name))
        bound, found = self.lookup(file, bind.dotted[0], bind.order)
        if not bound:
            return here
        for part in bind.dotted[1:]:
            if found is None:
                return None
            if found.module is None:
                return here
            found = self.member(found.module, part)
        return found


def _parse(path: Path) -> ast.Module | None:
    """A file's syntax tree, or None if it cannot be had."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(path.read_bytes())
    except (OSError, SyntaxError, ValueError, RecursionError, MemoryError):
        return None
