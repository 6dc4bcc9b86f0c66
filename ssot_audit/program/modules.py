"""Module names: which file a dotted name means, seen from the file that imports it.

Source roots are found by looking. A file in a regular package is named from the folder above its topmost package, any
other file from a `src` folder or the repository; every file also answers to its name from each other root above it,
and to its bare name in scripts of its own folder.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from ssot_audit.facts import Facts, Failure, Import
from ssot_audit.model import Kind

NAMESPACE = "namespace package"


@dataclass(frozen=True, slots=True)
class Module:
    """One file as a module. `package` is the package its relative imports start from."""

    path: str
    name: str
    root: str
    kind: Kind
    facts: Facts | Failure
    in_package: bool  # below a folder with `__init__`; other files are scripts, with their own folder on the path

    @property
    def is_package(self) -> bool:
        return PurePosixPath(self.path).stem == "__init__"

    @property
    def package(self) -> str:
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

    def __init__(
        self,
        facts: Mapping[str, Facts | Failure],
        kinds: Mapping[str, Kind],
        roots: Sequence[str] = (),
        inside: str = "",
    ) -> None:
        """`roots` are repository-relative folders; empty means: find them. `inside` is the package the whole tree is a
        part of, where somebody audits the folder of a package."""
        self._inside = inside
        packages = {_folder(path) for path in facts if PurePosixPath(path).stem == "__init__"} - {""}
        if inside:
            roots = ("",)
        plain, packaged = (tuple(roots), set(roots)) if roots else _find_roots(facts, packages)
        self.roots = tuple(sorted({*plain, *packaged}))
        self.by_path: dict[str, Module] = {}
        self._by_name: dict[str, list[Module]] = defaultdict(list)
        self._namespaces: set[str] = set()
        self._regular: set[str] = set()  # top-level names that no installed package can take over
        tops = {folder: _top_package(folder, packages) for folder in {_folder(path) for path in facts}}
        for path in sorted(facts, key=_preference):
            top = tops[_folder(path)]
            fitting = plain if top is None or roots else packaged
            root = _folder(top) if top is not None and not roots else _nearest(path, fitting)
            packaged_here = top is not None or bool(inside)
            module = Module(path, self._name(path, root), root, kinds[path], facts[path], packaged_here)
            self.by_path[path] = module
            self._register(module, packages)

    def _name(self, path: str, root: str) -> str:
        name = _dotted(path, root)
        if not self._inside:
            return name
        return self._inside if name == "__init__" else f"{self._inside}.{name}"

    def _register(self, module: Module, packages: set[str]) -> None:
        for root in {module.root, *(one for one in self.roots if _is_below(module.path, one))}:
            name = self._name(module.path, root)
            self._by_name[name].append(module)
            top, _, rest = name.partition(".")
            if not rest or self._inside or f"{root}/{top}".lstrip("/") in packages:
                self._regular.add(top)
            while "." in name:
                name = name.rpartition(".")[0]
                self._namespaces.add(name)

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
    return folder == "" or path.startswith(folder + "/")


def _preference(path: str) -> tuple[int, int, str]:
    """Packages before modules of one name, sources before stubs, then the shorter path."""
    pure = PurePosixPath(path)
    return (pure.suffix == ".pyi") + 2 * (pure.stem != "__init__"), len(path), path


def _dotted(path: str, root: str) -> str:
    inside = PurePosixPath(path[len(root) + 1 :] if root else path).with_suffix("")
    parts = inside.parts[:-1] if inside.name == "__init__" and len(inside.parts) > 1 else inside.parts
    return ".".join(parts)


def _top_package(folder: str, packages: set[str]) -> str | None:
    """The outermost regular package around a folder."""
    top, at = None, folder
    while at:
        if at in packages:
            top = at
        at = _folder(at)
    return top


def _find_roots(facts: Mapping[str, Facts | Failure], packages: set[str]) -> tuple[tuple[str, ...], set[str]]:
    """(folders that hold loose modules, folders that hold topmost packages)."""
    folders = {_folder(path) for path in facts}
    above = {str(parent) for folder in folders for parent in (PurePosixPath(folder), *PurePosixPath(folder).parents)}
    sources = {one for one in above if PurePosixPath(one).name == "src" and one not in packages}
    tops = {_top_package(package, packages) for package in packages}
    return ("", *sorted(sources)), {_folder(top) for top in tops if top is not None}


def _nearest(path: str, roots: Sequence[str] | set[str]) -> str:
    return max((root for root in roots if _is_below(path, root)), key=len, default="")
