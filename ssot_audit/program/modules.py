"""Module names: which file a dotted name means, seen from the file that imports it.

Source roots are found by looking. A file in a regular package is named from the folder above its topmost package, any
other file from a `src` folder or the repository; every file also answers to its name from each other root above it,
and to its bare name in scripts of its own folder.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from ssot_audit.facts import Facts, Failure, Import

NAMESPACE = "namespace package"
_INITS = ("__init__.py", "__init__.pyi")


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
    """All modules of a repository, by file and by every name they answer to."""

    def __init__(self, facts: Mapping[str, Facts | Failure], roots: Sequence[str] = (), inside: str = "") -> None:
        """`facts` may read a file only when it is asked for. `roots` are repository-relative folders; empty means: find
        them. `inside` is the package the whole tree is a part of, where somebody audits the folder of a package."""
        self.inside = inside
        folders: dict[str, list[str]] = defaultdict(list)
        for path in facts:
            folder, _, name = path.rpartition("/")
            folders[folder].append(name)
        packages = {folder for folder, names in folders.items() if _has_init(names)} - {""}
        if inside:
            roots = ("",)
        plain, packaged = (tuple(roots), set(roots)) if roots else _find_roots(folders, packages)
        self.roots = tuple(sorted({*plain, *packaged}))
        self.by_path: dict[str, Module] = {}
        self._by_name: dict[str, list[Module]] = defaultdict(list)
        self._namespaces: set[str] = set()
        self._regular: set[str] = set()  # top-level names that no installed package can take over
        for folder, names in folders.items():
            top = _top_package(folder, packages)
            fitting = plain if top is None or roots else packaged
            root = _folder(top) if top is not None and not roots else _nearest(folder, fitting)
            others = [one for one in self.roots if one != root and _is_below(folder, one)]
            in_package = top is not None or bool(inside)
            for one in (root, *others):
                for path, dotted in self._named(folder, names, one):
                    if one is root:
                        self.by_path[path] = Module(path, dotted, root, in_package, facts)
                    self._by_name[dotted].append(self.by_path[path])
                self._register(one, folder, names, packages)
        for same in self._by_name.values():
            if len(same) > 1:
                same.sort(key=lambda module: _preference(module.path))

    def _named(self, folder: str, names: Iterable[str], root: str) -> Iterator[tuple[str, str]]:
        """The path and the dotted name below a root of each file of a folder."""
        before = f"{folder}/" if folder else ""
        above = (folder[len(root) + 1 :] if root else folder).replace("/", ".")
        for name in names:
            stem = _stem(name)
            dotted = above if stem == "__init__" and above else f"{above}.{stem}" if above else stem
            yield before + name, self._within(dotted) if self.inside else dotted

    def _name(self, path: str, root: str) -> str:
        return self._within(_dotted(path, root))

    def _within(self, name: str) -> str:
        """The name in the package the whole tree is a part of, if any."""
        if not self.inside:
            return name
        return self.inside if name == "__init__" else f"{self.inside}.{name}"

    def _register(self, root: str, folder: str, names: Sequence[str], packages: set[str]) -> None:
        """Note the packages above the files of a folder, and the top-level names that are this repository's."""
        for name in [f"{folder}/x.py" if folder else "x.py", *(one for one in names if "." in _stem(one))]:
            dotted = self._name(f"{folder}/{name}" if folder and "/" not in name else name, root)
            top, _, rest = dotted.partition(".")
            if rest and (self.inside or f"{root}/{top}".lstrip("/") in packages):
                self._regular.add(top)
            while "." in dotted:
                dotted = dotted.rpartition(".")[0]
                self._namespaces.add(dotted)
        if folder == root and not self.inside:
            self._regular.update(_stem(name) for name in names)

    def find(self, name: str, importer: Module | None = None) -> Module | str | None:
        """The module a dotted name means, NAMESPACE for a folder without `__init__`, None for neither."""
        if importer and not importer.in_package:
            sibling = self._sibling(name, importer)
            if sibling:
                return sibling
        found = self._by_name.get(name)
        if not found:
            return NAMESPACE if name in self._namespaces else None
        if importer:
            near = [one for one in found if one.root == importer.root]
            return (near or found)[0]
        return found[0]

    def _sibling(self, name: str, importer: Module) -> Module | None:
        base = "/".join(filter(None, (importer.folder, *name.split("."))))
        for path in (f"{base}/__init__.py", f"{base}.py", f"{base}.pyi"):
            if path in self.by_path:
                return self.by_path[path]
        return None

    def is_first_party(self, name: str, importer: Module | None = None) -> bool:
        """Whether an absent module of this name is missing here, rather than somebody else's: its top-level package
        is in the tree, and is not only a folder an installed package of that name would hide."""
        top = name.partition(".")[0]
        return top in self._regular or bool(importer and not importer.in_package and self._sibling(top, importer))

    def has_top_level(self, name: str) -> bool:
        return name in self._by_name or name in self._namespaces


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


def _top_package(folder: str, packages: set[str]) -> str | None:
    """The outermost regular package around a folder."""
    top, at = None, folder
    while at:
        if at in packages:
            top = at
        at = _folder(at)
    return top


def _find_roots(folders: Iterable[str], packages: set[str]) -> tuple[tuple[str, ...], set[str]]:
    """(folders that hold loose modules, folders that hold topmost packages)."""
    above: set[str] = set()
    for folder in folders:
        while folder and folder not in above:
            above.add(folder)
            folder = _folder(folder)
    sources = {one for one in above if one.rpartition("/")[2] == "src" and one not in packages}
    tops = {_top_package(package, packages) for package in packages}
    return ("", *sorted(sources)), {_folder(top) for top in tops if top is not None}


def _nearest(path: str, roots: Iterable[str]) -> str:
    return max((root for root in roots if _is_below(path, root)), key=len, default="")


def _has_init(names: Sequence[str]) -> bool:
    return _INITS[0] in names or _INITS[1] in names
