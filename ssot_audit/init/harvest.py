"""What the code of a repository already declares deprecated, with what it says to use instead."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from ssot_audit.facts import Facts, Failure
from ssot_audit.model import Kind, Origin
from ssot_audit.program.candidates import Program
from ssot_audit.program.modules import Module, path_of
from ssot_audit.source.deprecations import NAMES, Deprecation, deprecations
from ssot_audit.source.outlines import Outlines

_INSTEAD = re.compile(
    r"\b(?:[Uu]se|[Uu]sing|[Ii]mport(?: it)? from|replaced (?:by|with)|in favou?r of|moved to|renamed (?:to)?)\b"
)
_DOTTED = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*")


class Harvested(NamedTuple):
    """A path of the repository that its code declares deprecated. `instead` is the path to use, empty where the code
    names none that leads anywhere. `users` are the files that import it all the same."""

    path: str
    declared: Deprecation
    file: str
    instead: str
    users: tuple[str, ...]


def harvest(program: Program, outlines: Outlines, kinds: Mapping[str, Kind]) -> list[Harvested]:
    """The most used first."""
    declared: list[tuple[Module, Deprecation]] = []
    for file, found in outlines.parsed(NAMES, deprecations).items():
        if not isinstance(found, Failure) and kinds[file] is Kind.PRODUCTION:
            declared += [(program.modules.by_path[file], one) for one in found]
    users = _users(program)
    harvested = []
    for module, one in declared:
        path = f"{module.name}.{one.name}" if one.name else module.name
        files = tuple(sorted(users.get(path, set()) - {module.path}))
        harvested.append(Harvested(path, one, module.path, _instead(program, module, one, path), files))
    return sorted(dict.fromkeys(harvested), key=lambda one: (-len(one.users), one.path))


def _users(program: Program) -> Mapping[str, set[str]]:
    """The files that import a path, by path: what they name, and the modules above it."""
    users: dict[str, set[str]] = defaultdict(set)
    for file in sorted(program.modules.by_path):
        module = program.modules.by_path[file]
        if not isinstance(module.facts, Facts):
            continue
        for one in module.facts.imports:
            path = path_of(module, one)
            if path:
                users[path].add(file)
                if one.name:
                    users[path.rpartition(".")[0]].add(file)
    return users


def _instead(program: Program, module: Module, one: Deprecation, path: str) -> str:
    """The path a message tells to use, if it leads to something here."""
    told = _INSTEAD.search(one.message)
    if not told:
        return ""
    for word in _candidates(one.message[told.end() :]):
        for dotted in (word, f"{module.name}.{word}", f"{module.package}.{word}"):
            if "." not in dotted or dotted == path:
                continue
            written, found = program.resolver.path(dotted)
            if found.origin and written == dotted:
                return word if "." in word else _made_at(program, found.origin, dotted)
    return ""


def _made_at(program: Program, origin: Origin, dotted: str) -> str:
    """The path of an object in the module that makes it, rather than in one that only imports it."""
    maker = program.modules.by_path.get(origin.path)
    return f"{maker.name}.{origin.name}" if maker and origin.kind != "module" else dotted


def _candidates(text: str) -> Iterator[str]:
    """Dotted words before plain ones: those name more. A plain word in small letters is a name where it comes first."""
    words = [one.group() for one in _DOTTED.finditer(text)]
    yield from (one for one in words if "." in one)
    yield from (one for number, one in enumerate(words) if not number or not one.islower() or "_" in one)
