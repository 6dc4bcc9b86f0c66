"""The golden path: which modules run once some entry points do, by which imports, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Container, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from ssot_audit import names
from ssot_audit.facts import Context, Facts, Import
from ssot_audit.links import UNGUARDED, BrokenImport, Reached, When, chain
from ssot_audit.program.edges import runs, when
from ssot_audit.program.modules import Module, Modules, path_of
from ssot_audit.program.resolve import Resolver

Entry = tuple[str, Module]
Read = Callable[[Sequence[str]], object]
Lines = Callable[[str], Collection[int]]

_CERTAIN = (When.IMPORT,)
_AT_IMPORT = (*_CERTAIN, When.GUARDED)
_EVER = (*_AT_IMPORT, When.DEFERRED)


class Ways(NamedTuple):
    """What runs once the entry points do, by file: over imports that nothing guards, over all that run at import time,
    and over those inside functions too."""

    certain: Mapping[str, Reached]
    at_import: Mapping[str, Reached]
    ever: Mapping[str, Reached]


def entry_points(wanted: Iterable[str], modules: Modules) -> tuple[list[Entry], list[str]]:
    """The modules that dotted names and patterns mean, in the order given, and those that mean none."""
    found: dict[str, Entry] = {}
    absent = []
    for one in wanted:
        if names.is_pattern(one):
            matching = sorted((m.name, m) for m in modules.by_path.values() if names.matches(one, m.name))
        else:
            module = modules.find(one)
            matching = [(one, module)] if isinstance(module, Module) else []
        found.update((module.path, (name, module)) for name, module in matching if module.path not in found)
        absent += [] if matching else [one]
    return list(found.values()), absent


def ways(entries: Sequence[Entry], resolver: Resolver, idle: Lines, read: Read) -> Ways:
    """Every module that runs once the entry points do; never what type checkers alone import. `idle` gives the lines
    of a file that do not run where it is imported. `read` is told the files of each distance before their facts are
    asked for, so that they can be read together."""
    return Ways(*(_reach(entries, resolver, one, idle, read) for one in (_CERTAIN, _AT_IMPORT, _EVER)))


def _reach(
    entries: Sequence[Entry], resolver: Resolver, counting: Container[When], idle: Lines, read: Read
) -> dict[str, Reached]:
    """Breadth first, each module by a shortest way over imports that count; of several by the one that comes first."""
    modules = resolver.modules
    found: dict[str, Reached] = {}
    step: list[Module] = []

    def arrive(name: str, module: Module, importer: Module | None, line: int) -> None:
        for above, one in _with_packages(name, module, importer, modules):
            if one.path not in found:
                found[one.path] = Reached(one.path, above, importer.path if importer else "", line)
                step.append(one)

    for name, module in entries:
        arrive(name, module, None, 0)
    while step:
        reached = [*step]
        step.clear()
        read([module.path for module in reached])
        for importer in reached:
            still = idle(importer.path)
            for run in runs(importer, resolver):
                if run.when in counting and run.line not in still:
                    arrive(run.name, run.module, importer, run.line)
    return found


def _with_packages(name: str, module: Module, importer: Module | None, modules: Modules) -> Iterator[Entry]:
    """A module and the packages above it, outermost first: importing it runs them too."""
    parts = name.split(".")
    for depth in range(1, len(parts)):
        above = ".".join(parts[:depth])
        found = modules.find(above, importer)
        if isinstance(found, Module):
            yield above, found
    yield name, module


# What is wrong on the way


def unparsed(reached: Iterable[str], modules: Modules) -> Iterator[str]:
    """The files whose imports cannot be relied on: they do not parse, or were not read at all."""
    for path in reached:
        facts = modules.by_path[path].facts
        if not isinstance(facts, Facts) or facts.fault:
            yield path


def broken(
    found: Ways, resolver: Resolver, deferred: bool, idle: Lines, generated: Sequence[str]
) -> Iterator[BrokenImport]:
    """The imports, with `deferred` those inside functions too, that name nothing there is at run time; but for what is
    below a path that a build generates."""
    counting = _EVER if deferred else _AT_IMPORT
    for path in found.ever if deferred else found.at_import:
        module = resolver.modules.by_path[path]
        facts, still = module.facts, idle(path)
        for one in facts.imports if isinstance(facts, Facts) else ():
            counts = when(one.contexts) in counting and one.place.line not in still
            if not counts or not _leads_nowhere(module, one, resolver):
                continue
            dotted = path_of(module, one) or one.module
            if not any(names.covers(pattern, dotted) for pattern in generated):
                how = _how(path, one.contexts, found)
                way = chain(path, found.certain) if how == UNGUARDED else ()
                yield BrokenImport(path, one.place.line, dotted, how, way)


def _leads_nowhere(module: Module, one: Import, resolver: Resolver) -> bool:
    found = resolver.imported(module, one)
    return found.reason in ("missing-module", "missing-name") or found.typing_only


def _how(path: str, contexts: Sequence[Context], found: Ways) -> str:
    """What keeps an import of a file from failing the entry points: a try around it or on every way there, or that
    nothing runs it before a function is called."""
    if when([one for one in contexts if one is not Context.DEFERRED]) is When.GUARDED:
        return "guarded"
    if Context.DEFERRED in contexts or path not in found.at_import:
        return "deferred"
    return UNGUARDED if path in found.certain else "guarded"
