"""The golden path: which modules run once some entry points do, by which imports, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

from ssot_audit import names
from ssot_audit.facts import Context, Facts, Import
from ssot_audit.links import BrokenImport, Reached, When
from ssot_audit.program.edges import Run, runs, when
from ssot_audit.program.modules import Module, Modules, path_of
from ssot_audit.program.resolve import Resolver

Entry = tuple[str, Module]
Read = Callable[[Sequence[str]], object]
Lines = Callable[[str], Collection[int]]


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


def reach(
    entries: Sequence[Entry],
    resolver: Resolver,
    deferred: bool,
    idle: Lines = lambda path: (),
    read: Read = lambda paths: None,
) -> dict[str, Reached]:
    """Every module that runs once the entry points do, breadth first, each by a shortest way; of several by the import
    that comes first. With `deferred` also what imports inside functions run; never what type checkers alone import.
    `idle` gives the lines of a file that do not run where it is imported. `read` is told the files of each distance
    before their facts are asked for, so that they can be read together."""
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
                if _counts(run, deferred) and run.line not in still:
                    arrive(run.name, run.module, importer, run.line)
    return found


def _counts(run: Run, deferred: bool) -> bool:
    return run.when.at_import or (deferred and run.when is When.DEFERRED)


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
    reached: Iterable[str], resolver: Resolver, deferred: bool, idle: Lines = lambda path: ()
) -> Iterator[BrokenImport]:
    """The imports, of those that count, that name nothing there is at run time."""
    for path in reached:
        module = resolver.modules.by_path[path]
        facts, still = module.facts, idle(path)
        for one in facts.imports if isinstance(facts, Facts) else ():
            at = when(one.contexts)
            counts = (at.at_import or (deferred and at is When.DEFERRED)) and one.place.line not in still
            if counts and _leads_nowhere(module, one, resolver):
                yield BrokenImport(path, one.place.line, path_of(module, one) or one.module, _how(one.contexts))


def _leads_nowhere(module: Module, one: Import, resolver: Resolver) -> bool:
    found = resolver.imported(module, one)
    return found.reason in ("missing-module", "missing-name") or found.typing_only


def _how(contexts: Sequence[Context]) -> str:
    if when([one for one in contexts if one is not Context.DEFERRED]) is When.GUARDED:
        return "guarded"
    return "deferred" if Context.DEFERRED in contexts else "unguarded"
