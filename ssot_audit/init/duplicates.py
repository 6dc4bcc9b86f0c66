"""Classes of a repository that are written more than once: the same name, in several modules, with much the same
members. Two classes that share no more than a name are homonyms, and nobody's mistake."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations
from typing import NamedTuple

from ssot_audit.facts import Facts, Failure
from ssot_audit.init.imports import Imported
from ssot_audit.model import Kind, Origin
from ssot_audit.outline import Outline, Wanted
from ssot_audit.program.candidates import Program
from ssot_audit.program.modules import Module, path_of
from ssot_audit.source.outlines import Outlines

COMMON = 3  # members that two classes have in common at least
ALIKE = 0.5  # of the members of both, how many are in common at least
_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z][a-z0-9]+")
_DOUBLE = re.compile(r"_*(?:Mock|Fake|Stub|Dummy|Test)")


class Copy(NamedTuple):
    """One of several definitions, with the files that import it."""

    module: str
    path: str
    line: int
    users: tuple[str, ...]


class Duplicate(NamedTuple):
    """A class and its copies, the most used first. `homonyms` are modules that give the name to something else."""

    name: str
    copies: tuple[Copy, ...]
    common: tuple[str, ...]  # members that the first shares with another
    homonyms: tuple[str, ...]

    @property
    def spread(self) -> int:
        """How many files have or use another copy than the first."""
        return sum(1 + len(one.users) for one in self.copies[1:])


def duplicates(
    program: Program, imports: Iterable[Imported], outlines: Outlines, kinds: Mapping[str, Kind]
) -> list[Duplicate]:
    """The widest spread first."""
    defined = _defined(program, kinds)
    files = sorted({module.path for places in defined.values() for module, _ in places})
    known = outlines.of(files, Wanted(definitions=("*",)))
    users = _users(imports)
    found = []
    for name, places in defined.items():
        members = {module.path: _members(known[module.path], name) for module, _ in places}
        bases = {module.path: _bases(program, module, known[module.path], name) for module, _ in places}
        alike = _alike(members, bases)
        copies = [
            Copy(module.name, module.path, line, tuple(sorted(users[module.path, name] - {module.path})))
            for module, line in places
            if module.path in alike
        ]
        if any(one.users for one in copies):
            copies.sort(key=lambda one: (-len(one.users), one.module))
            common = members[copies[0].path] & frozenset().union(*(members[one.path] for one in copies[1:]))
            homonyms = tuple(sorted(module.name for module, _ in places if module.path not in alike))
            found.append(Duplicate(name, tuple(copies), tuple(sorted(common)), homonyms))
    return sorted(found, key=lambda one: (-one.spread, one.name))


def _defined(program: Program, kinds: Mapping[str, Kind]) -> dict[str, list[tuple[Module, int]]]:
    """The classes of production code that several modules define, with their lines; of names long enough to be one
    thing's."""
    found: dict[str, list[tuple[Module, int]]] = defaultdict(list)
    for path in sorted(program.modules.by_path):
        module = program.modules.by_path[path]
        if kinds[path] is not Kind.PRODUCTION or path.endswith(".pyi") or not isinstance(module.facts, Facts):
            continue
        lines = {one.name: one.line for one in module.facts.bindings if one.kind == "class" and not one.chain}
        for name, line in lines.items():
            if len(_WORDS.findall(name)) > 1 and not _DOUBLE.match(name):
                found[name].append((module, line))
    return {name: places for name, places in found.items() if len(places) > 1}


def _users(imports: Iterable[Imported]) -> Mapping[tuple[str, str], set[str]]:
    """The files that import an object, by the file and name it is made under."""
    users: dict[tuple[str, str], set[str]] = defaultdict(set)
    for one in imports:
        if one.found.origin:
            users[one.found.origin.path, one.found.origin.name].add(one.module.path)
    return users


def _members(outline: Outline | Failure, name: str) -> frozenset[str]:
    """What the body of a class defines; nothing special to Python, and nothing every class may have."""
    if isinstance(outline, Failure):
        return frozenset()
    inside = (one.name for one in outline.definitions if one.scope == (name,))
    return frozenset(one for one in inside if not one.startswith("__"))


def _bases(program: Program, module: Module, outline: Outline | Failure, name: str) -> frozenset[Origin]:
    """What a class is made of, and itself, as far as that is of this repository."""
    if isinstance(outline, Failure):
        return frozenset()
    written = [f"{module.name}.{name}"]
    for one in outline.definitions:
        if one.name == name and not one.scope:
            for base in one.bases:
                head = path_of(module, outline.imports[base.root]) if base.root >= 0 else module.name
                written.append(".".join((head or "", *base.parts)))
    origins = (program.resolver.path(one, module)[1].origin for one in written)
    return frozenset(one for one in origins if one and one.path)


def _alike(members: Mapping[str, frozenset[str]], bases: Mapping[str, frozenset[Origin]]) -> set[str]:
    """The files whose class is like that of another. Where one is made of the other, or both of a third, they are meant
    to be alike."""
    return {
        path
        for pair in combinations(members, 2)
        if _are_alike([members[one] for one in pair]) and bases[pair[0]].isdisjoint(bases[pair[1]])
        for path in pair
    }


def _are_alike(both: Sequence[frozenset[str]]) -> bool:
    first, second = both
    return len(first & second) >= max(COMMON, ALIKE * len(first | second))
