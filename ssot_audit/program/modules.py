"""Module names: which file a dotted name means, seen from the file that imports it.

Source roots are found by looking. A file in a regular package is named from the folder above its topmost package, any
other file from a `src` folder or the repository; every file also answers to its name from each other root above it,
and to its bare name in scripts of its own folder.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence, Set

from ssot_audit.facts import Facts, Failure, Import

NAMESPACE = "namespace package"
_INITS = ("__init__.py", "__init__.pyi")
_BELOW_INITS = tuple(f"/{one}" for one in _INITS)
_ENDS = (*_BELOW_INITS, ".py", ".pyi")


class Module:
    """One file as a module, read when its facts are asked for."""

    __slots__ = ("_facts", "in_package", "name", "path", "root")

    def __init__(self, path: str, name: str, root: str, in_package: bool, facts: Mapping[str, Facts | Failure]) -> None:
        """`in_package`: below a folder with `__init__`; other files are scripts, with their own folder on the path."""
        self.path, self.name, self.root, self.in_package, self._facts = path, name, root, in_package, facts

    @property
    def facts(self) -> Facts | Failure:
        return self._facts[self.path]

    @property
    def references(self) -> Facts | Failure:
        """The facts as far as they bear on what was asked for; all of them, where nothing was."""
        return getattr(self._facts, "references", self._facts.__getitem__)(self.path)

    @property
    def is_silent(self) -> bool:
        """Whether its file is known to spell nothing that was asked for, and to hold no star import."""
        return bool(getattr(self._facts, "is_silent", lambda path: False)(self.path))

    @property
    def is_package(self) -> bool:
        return self.path.rpartition("/")[2] in _INITS

    @property
    def package(self) -> str:
        """The package its relative imports start from."""
        if self.is_package:
            return (
                "" if self.name == "__init__" else self.name
            )  # an `__init__` of the repository itself makes no package
        return self.name.rpartition(".")[0]

    @property
    def folder(self) -> str:
        return _folder(self.path)


class Modules:
    """All modules of a repository, by file and by every name they answer to. Each is worked out when it is asked for:
    most runs ask for few."""

    def __init__(self, facts: Mapping[str, Facts | Failure], roots: Sequence[str] = (), inside: str = "") -> None:
        """`facts` may read a file only when it is asked for. `roots` are repository-relative folders; empty means: find
        them. `inside` is the package the whole tree is a part of, where somebody audits the folder of a package."""
        self.inside = inside
        self._facts, self._paths = facts, frozenset(facts)
        folders = {path.rpartition("/")[0] for path in self._paths}
        self._packages = {_folder(path) for path in self._paths if path.endswith(_BELOW_INITS)}
        self._folders = {above for folder in folders for above in _upwards(folder)}
        self._configured = bool(roots) or bool(inside)
        given = ("",) if inside else tuple(roots)
        self._plain, packaged = (given, {*given}) if given else self._find_roots()
        self.roots = tuple(sorted({*self._plain, *packaged}))
        self.by_path = _ByPath(self._paths, self._module)
        self._homes = [(root, self._paths, self._folders) for root in self.roots]
        if "" not in self.roots:  # what is below none of the roots somebody named is named from the repository
            loose = [one for one in folders if not any(_is_below(one, root) for root in self.roots)]
            paths = frozenset(path for path in self._paths if _folder(path) in loose)
            self._homes.append(("", paths, {above for folder in loose for above in _upwards(folder)}))
        self._inside_of: dict[str, tuple[str, bool]] = {}  # of folders: their root, and whether they are in a package
        self._found: dict[str, list[Module]] = {}
        self._known: dict[tuple[str, str | None], Module | str | None] = {}
        self._dotted: dict[str, list[str]] = defaultdict(list)  # files with more dots in their path than a suffix has
        for path in self._paths:
            if path.count(".") > 1:
                for root in self._roots_of(_folder(path)):
                    self._dotted[self._name(path, root)].append(path)
        self._above_dotted = {above for name in self._dotted for above in _parents(name)}

    def _find_roots(self) -> tuple[tuple[str, ...], set[str]]:
        """(folders that hold loose modules, folders that hold topmost packages)."""
        sources = {one for one in self._folders if one.rpartition("/")[2] == "src" and one not in self._packages}
        tops = {self._top_package(package) for package in self._packages}
        return ("", *sorted(sources)), {_folder(top) for top in tops if top is not None}

    def _top_package(self, folder: str) -> str | None:
        """The outermost regular package around a folder."""
        return next((one for one in reversed(_upwards(folder)) if one in self._packages), None)

    def _roots_of(self, folder: str) -> list[str]:
        """The roots that files of a folder are named from, the nearest first."""
        top = None if self._configured else self._top_package(folder)
        nearest = max((one for one in self._plain if _is_below(folder, one)), key=len, default="")
        root = nearest if top is None else _folder(top)
        return [root, *(one for one in self.roots if one != root and _is_below(folder, one))]

    def _module(self, path: str) -> Module:
        folder = _folder(path)
        if folder not in self._inside_of:
            in_package = bool(self.inside) or self._top_package(folder) is not None
            self._inside_of[folder] = self._roots_of(folder)[0], in_package
        root, in_package = self._inside_of[folder]
        return Module(path, self._name(path, root), root, in_package, self._facts)

    def _name(self, path: str, root: str) -> str:
        name = _dotted(path, root)
        if not self.inside:
            return name
        return self.inside if name == "__init__" else f"{self.inside}.{name}"

    def _places(self, name: str) -> Iterator[tuple[str, Set[str], Set[str]]]:
        """Below each root the path, without a suffix, that a dotted name stands for; and the files and folders it may
        be one of."""
        inside = name.replace(".", "/")
        if self.inside:
            if name != self.inside and not name.startswith(f"{self.inside}."):
                return
            inside = name[len(self.inside) + 1 :].replace(".", "/") or "__init__"
        yield from ((f"{root}/{inside}" if root else inside, paths, folders) for root, paths, folders in self._homes)

    def _named(self, name: str) -> list[Module]:
        """The modules of a name, the one that is meant by it first."""
        found = self._found.get(name)
        if found is None:
            known = {*self._dotted.get(name, ())}
            for place, paths, _ in self._places(name):
                alone = name in ("__init__", self.inside) or place.rpartition("/")[2] != "__init__"
                known.update(path for end in (_ENDS if alone else _BELOW_INITS) if (path := place + end) in paths)
            found = self._found[name] = [self.by_path[path] for path in sorted(known, key=_preference)]
        return found

    def find(self, name: str, importer: Module | None = None) -> Module | str | None:
        """The module a dotted name means, NAMESPACE for a folder without `__init__`, None for neither."""
        if importer and not importer.in_package:
            sibling = self._sibling(name, importer)
            if sibling:
                return sibling
        key = name, importer.root if importer else None
        if key not in self._known:
            self._known[key] = self._find(*key)
        return self._known[key]

    def _find(self, name: str, root: str | None) -> Module | str | None:
        """The same, seen from a root, or from none of them."""
        found = self._named(name)
        if not found:
            return NAMESPACE if self._is_namespace(name) else None
        return next((one for one in found if one.root == root), found[0])

    def _is_namespace(self, name: str) -> bool:
        if self.inside and self._paths and (name == self.inside or self.inside.startswith(f"{name}.")):
            return True
        return name in self._above_dotted or any(place in folders for place, _, folders in self._places(name))

    def _sibling(self, name: str, importer: Module) -> Module | None:
        base = "/".join(filter(None, (importer.folder, *name.split("."))))
        for path in (f"{base}/__init__.py", f"{base}.py", f"{base}.pyi"):
            if path in self._paths:
                return self.by_path[path]
        return None

    def is_first_party(self, name: str, importer: Module | None = None) -> bool:
        """Whether an absent module of this name is missing here, rather than somebody else's: its top-level package
        is in the tree, and is not only a folder an installed package of that name would hide."""
        top = name.partition(".")[0]
        return self._is_regular(top) or bool(importer and not importer.in_package and self._sibling(top, importer))

    def _is_regular(self, top: str) -> bool:
        """Whether no installed package can take over a top-level name."""
        if self.inside:
            return bool(self._paths) and top == self.inside.partition(".")[0]
        return any(
            (place in self._packages and place in folders) or f"{place}.py" in paths or f"{place}.pyi" in paths
            for place, paths, folders in self._places(top)
        )

    def is_in_reach(self, module: Module, importer: Module) -> bool:
        """Whether a module is below a root the importer surely has on its path: one somebody named, the repository, a
        `src` folder, or one the importer is below too. Else an installed package of its name may be what is meant."""
        return module.root in self._plain or _is_below(importer.folder, module.root)

    def top_level(self) -> tuple[str, ...]:
        """The first names of all that is below a regular package."""
        return tuple(sorted({one.name.partition(".")[0] for one in self.by_path.values() if one.in_package}))

    def has_top_level(self, name: str) -> bool:
        return bool(self._named(name)) or self._is_namespace(name)


class _ByPath(Mapping[str, Module]):
    """Modules by their files, made when they are asked for."""

    def __init__(self, paths: frozenset[str], make: Callable[[str], Module]) -> None:
        self._paths, self._make = paths, make
        self._made: dict[str, Module] = {}

    def __getitem__(self, path: str) -> Module:
        found = self._made.get(path)
        if found is None:
            if path not in self._paths:
                raise KeyError(path)
            found = self._made[path] = self._make(path)
        return found

    def __contains__(self, path: object) -> bool:
        return path in self._paths

    def __iter__(self) -> Iterator[str]:
        return iter(self._paths)

    def __len__(self) -> int:
        return len(self._paths)


def absolute(importer: Module, level: int, module: str) -> str | None:
    """The absolute name of the module an import names; None where it climbs beyond the top-level package."""
    if level == 0:
        return module
    parts = importer.package.split(".") if importer.package else []
    if level > len(parts):
        return None
    return ".".join(filter(None, (*parts[: len(parts) - level + 1], module)))


def path_of(importer: Module, one: Import) -> str | None:
    """The absolute dotted path of an imported name; of a star import, that of the module."""
    module = absolute(importer, one.level, one.module)
    if module is None or one.name in (None, "*"):
        return module
    return f"{module}.{one.name}"


def _folder(path: str) -> str:
    return path.rpartition("/")[0]


def _is_below(path: str, folder: str) -> bool:
    return folder == "" or path == folder or path.startswith(folder + "/")


def _preference(path: str) -> tuple[int, int, str]:
    """Packages before modules of one name, sources before stubs, then the shorter path."""
    name = path.rpartition("/")[2]
    return name.endswith(".pyi") + 2 * (name not in _INITS), len(path), path


def _stem(name: str) -> str:
    """A file's name without its last suffix."""
    return name.rpartition(".")[0] or name


def _dotted(path: str, root: str) -> str:
    inside = path[len(root) + 1 :] if root else path
    folder, _, name = inside.rpartition("/")
    stem = _stem(name)
    return (folder if stem == "__init__" and folder else f"{folder}/{stem}" if folder else stem).replace("/", ".")


def _upwards(folder: str) -> list[str]:
    """A folder and those above it, but for the repository's own."""
    found = []
    while folder:
        found.append(folder)
        folder = _folder(folder)
    return found


def _parents(name: str) -> Iterator[str]:
    while "." in name:
        name = name.rpartition(".")[0]
        yield name
