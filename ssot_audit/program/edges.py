"""Which modules the imports of a module run, how, and when: what the graph and the golden path are made of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from ssot_audit.facts import Channel, Context, Facts, Import
from ssot_audit.links import Edge, When
from ssot_audit.program.modules import Module, absolute, path_of
from ssot_audit.program.resolve import Resolver

_GUARDS = frozenset((Context.GUARDED, Context.BROAD_GUARDED, Context.HANDLER, Context.EXPECTED_FAILURE))
_ORDER = {when: number for number, when in enumerate(When)}
# A patch imports what it replaces when it starts, not where it is written.
_PATCHES = ("patch", "monkeypatch")


class Run(NamedTuple):
    """A module that an import runs, under the name the import calls it by. `whole`: it is what is imported, rather than
    a package that runs before what is below it turns out to be missing."""

    name: str
    module: Module
    when: When
    channel: Channel
    line: int
    whole: bool = True


def when(contexts: Iterable[Context]) -> When:
    """When an import with these contexts runs."""
    found = {*contexts}
    if Context.TYPING in found:
        return When.TYPING
    if Context.DEFERRED in found:
        return When.DEFERRED
    return When.GUARDED if found & _GUARDS else When.IMPORT


def runs(module: Module, resolver: Resolver) -> Iterator[Run]:
    """What the imports of a module run, in the order they are written: imported modules, and submodules that
    `from package import name` names; then modules that a literal string names. The packages above are left out."""
    facts = module.facts
    if not isinstance(facts, Facts):
        return
    for one in facts.imports:
        channel = Channel.STAR if one.name == "*" else Channel.IMPORT
        for name, found in _imported(module, one, resolver):
            whole = name in (path_of(module, one), absolute(module, one.level, one.module))
            yield Run(name, found, when(one.contexts), channel, one.place.line, whole)
    for target in facts.targets:
        later = target.function.startswith(_PATCHES) and Context.TYPING not in target.contexts
        at = When.DEFERRED if later else when(target.contexts)
        path = absolute(module, target.level, target.path) if target.path else None
        for name, found in _nearest(path, module, resolver):
            yield Run(name, found, at, Channel.STRING, target.place.line)


def _imported(module: Module, one: Import, resolver: Resolver) -> Iterator[tuple[str, Module]]:
    base = absolute(module, one.level, one.module)
    if not base:
        return
    yield from _nearest(base, module, resolver)
    if one.name is None or one.name == "*":
        return
    name = f"{base}.{one.name}"
    found, below = resolver.modules.find(base, module), resolver.modules.find(name, module)
    if isinstance(below, Module) and (not isinstance(found, Module) or _is_module(found, one.name, below, resolver)):
        yield name, below


def _is_module(package: Module, name: str, below: Module, resolver: Resolver) -> bool:
    """Whether the attribute `name` of a package is the module below it, rather than what the package binds to it."""
    origin = resolver.name_in(package, name).origin
    return origin is None or origin.path == below.path


def _nearest(dotted: str | None, module: Module, resolver: Resolver) -> Iterator[tuple[str, Module]]:
    """The module that a path is, else the one it is in: that runs before the rest of the path is looked for."""
    while dotted:
        found = resolver.modules.find(dotted, module)
        if isinstance(found, Module):
            yield dotted, found
            return
        dotted = dotted.rpartition(".")[0]


def edges(module: Module, resolver: Resolver) -> list[Edge]:
    """One edge to each other module that the imports of a module run: the first of those that run earliest."""
    found: dict[str, Edge] = {}
    for run in runs(module, resolver):
        path = run.module.path
        known = found.get(path)
        if run.whole and path != module.path and (known is None or _ORDER[run.when] < _ORDER[known.when]):
            found[path] = Edge(module.path, path, run.when, run.channel, run.line)
    return [found[path] for path in sorted(found)]
