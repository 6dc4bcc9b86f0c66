"""Symbols of a repository that are imported through more than one path."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from ssot_audit import names
from ssot_audit.facts import Facts
from ssot_audit.init.imports import Imported
from ssot_audit.model import Kind, Origin, Resolution
from ssot_audit.program.candidates import Program
from ssot_audit.program.modules import Module

_MODULES = ("module", "namespace")
Users = dict[str, tuple[str, ...]]  # files by the path they import


class Fragment(NamedTuple):
    """One object and the paths it is imported through, each with the files that do so: the one to keep, and the
    others, the most used first. Files of the package that makes the object are not counted, nor are those that only
    pass it on: `inside` are globs of them."""

    origin: Origin
    canonical: str
    keeping: tuple[str, ...]
    others: tuple[tuple[str, tuple[str, ...]], ...]
    inside: tuple[str, ...]

    @property
    def spread(self) -> int:
        """How many imports would have to change."""
        return sum(len(files) for _, files in self.others)


def fragments(program: Program, imports: Iterable[Imported], kinds: Mapping[str, Kind]) -> list[Fragment]:
    """What is reached through several paths, the widest spread first."""
    users: dict[Origin, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for origin, dotted, module in _counted(imports):
        users[origin][dotted].add(module.path)
    counted = {
        origin: paths
        for origin, each in users.items()
        if len(each) > 1 and kinds[origin.path] is Kind.PRODUCTION
        if len(paths := _outside(program, origin, each)) > 1
    }
    # A module that most things are imported from is where the next one is looked for.
    votes: Counter[str] = Counter()
    for paths in counted.values():
        votes.update({names.split(path)[0]: len(files) for path, files in paths.items()})
    found = [_fragment(program, origin, paths, votes) for origin, paths in counted.items()]
    return sorted(found, key=lambda one: (-one.spread, -len(one.others), one.canonical))


def _counted(imports: Iterable[Imported]) -> Iterator[tuple[Origin, str, Module]]:
    """The imports of files that parse, of what is made at run time and goes by the name it was meant to have."""
    for one in imports:
        facts, origin = one.module.facts, one.found.origin
        parsed = isinstance(facts, Facts) and not facts.fault
        made = origin and not one.found.typing_only and origin.kind not in _MODULES
        if parsed and origin and made and one.dotted and not _renamed(one.found, one.name):
            yield origin, one.dotted, one.module


def _renamed(found: Resolution, name: str) -> bool:
    """Whether the object is private, or an assignment on the way gives it a name of its own, which somebody meant it
    to have."""
    return names.is_private(name) or sum(1 for _, imported in found.steps if imported < 0) > 1


def _outside(program: Program, origin: Origin, paths: Mapping[str, set[str]]) -> Users:
    """The paths with the files that use them from outside."""
    inside, heads = _home(program, origin, paths), {names.split(path)[0] for path in paths}
    counted: Users = {}
    for path, files in paths.items():
        modules = {file: program.modules.by_path[file].name for file in files}
        users = [file for file in files if not names.is_within(modules[file], inside) and modules[file] not in heads]
        if users:
            counted[path] = tuple(sorted(users))
    return counted


def _home(program: Program, origin: Origin, paths: Iterable[str]) -> str:
    """The package that makes an object, or the outermost around it that passes it on: its own files could not import
    from there, it imports them. The module alone, where that package would be the top of all."""
    maker = program.modules.by_path[origin.path]
    heads = {names.split(path)[0] for path in paths}
    around = [maker.package, *(head for head in heads if names.is_within(maker.package, head))]
    return min((one for one in around if "." in one), key=len, default=maker.name)


def _fragment(program: Program, origin: Origin, paths: Users, votes: Mapping[str, int]) -> Fragment:
    public = [path for path in paths if not any(map(names.is_private, path.split(".")))] or list(paths)
    canonical = max(public, key=lambda path: (votes[names.split(path)[0]], len(paths[path]), -path.count("."), path))
    others = sorted((one for one in paths.items() if one[0] != canonical), key=lambda one: (-len(one[1]), one[0]))
    home = program.modules.find(_home(program, origin, paths))
    inside = f"/{home.folder}/" if isinstance(home, Module) and home.is_package else f"/{origin.path}"
    passing = (program.modules.find(names.split(path)[0]) for path in paths)
    files = {f"/{one.path}" for one in passing if isinstance(one, Module)}
    beside = tuple(sorted(file for file in files if not file.startswith(inside)))
    return Fragment(origin, canonical, paths[canonical], tuple(others), (inside, *beside))
