"""Every place of a program that names a dotted path, and where it leads. Rules pick their references from these."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from typing import NamedTuple

from ssot_audit.facts import Channel, Context, Facts, Import, Place
from ssot_audit.model import Resolution
from ssot_audit.program.modules import Module, Modules, absolute, path_of
from ssot_audit.program.resolve import MISSING_MODULE, Resolver


class Candidate(NamedTuple):
    """One (binding, dotted path) of a file. `imported` is the binding's index among the facts it was read from, -1 for
    a string of its own; `named` tells a statement that names the path, rather than a module above it."""

    module: Module
    dotted: str
    imported: int
    channel: Channel
    contexts: tuple[Context, ...]
    places: tuple[Place, ...]
    resolution: Resolution
    patches: bool = False  # a string that replaces what it names, rather than importing it
    named: bool = False

    @property
    def name(self) -> str:
        return self.dotted.rpartition(".")[2]

    @property
    def head(self) -> str:
        return self.dotted.rpartition(".")[0]


def wanting(spells: Callable[[str], bool]) -> Callable[[str, str | None], bool]:
    """Whether an import may name what is asked for: it spells it, or is a star."""

    @cache
    def wanted(module: str, name: str | None) -> bool:
        return name == "*" or any(map(spells, (*module.split("."), name or "")))

    return wanted


Asked = tuple[Facts, list[tuple[int, Import]]]  # the facts of a file, and of its imports those that are wanted


class Program(NamedTuple):
    """The modules of a repository and the answers about their names. `paths` are the files that can hold a candidate
    anybody asks for, and `spells` tells a name one of them must have; None: all files, all names."""

    modules: Modules
    resolver: Resolver
    paths: Sequence[str] | None = None
    spells: Callable[[str], bool] | None = None
    wanted: Callable[[str, str | None], bool] = lambda module, name: True
    asked: dict[str, Asked] = {}  # noqa: RUF012 - the wanted imports of files, once known

    def candidates(self) -> Iterator[Candidate]:
        for path in sorted(self.modules.by_path) if self.paths is None else self.paths:
            module = self.modules.by_path[path]
            if isinstance(facts := module.references, Facts):
                yield from self._candidates_of(module, facts)

    def _candidates_of(self, module: Module, facts: Facts) -> Iterator[Candidate]:
        for number, one in self._wanted(module, facts):
            yield from self._imported(module, number, one)
        yield from self._used(module, facts)
        yield from self._targeted(module, facts)

    def sources(self, paths: Iterable[str]) -> set[str]:
        """The files that some files take what is asked for from: by imports, by attributes and by strings."""
        found: set[str] = set()
        for path in {*paths}.intersection(self.paths or ()):
            module = self.modules.by_path[path]
            if isinstance(facts := module.references, Facts):
                sources = (self._nearest(dotted, module) for dotted in self._taken(module, facts))
                found.update(source.path for source in sources if source)
        return found

    def _taken(self, module: Module, facts: Facts) -> Iterator[str | None]:
        """The dotted paths of which a file may take something."""
        for _, one in self._wanted(module, facts):
            dotted = absolute(module, one.level, one.module)
            yield None if one.name == "*" and self._brings_nothing(dotted, module) else dotted
        for use in facts.uses:
            base = path_of(module, facts.imports[use.imported])
            yield base and ".".join((base, *use.attributes))
        for target in facts.targets:
            yield absolute(module, target.level, target.path) if target.path else None

    def _brings_nothing(self, dotted: str | None, importer: Module) -> bool:
        """Whether a star import of a module is sure to bring nothing that is asked for."""
        if not dotted or not self.spells or self.wanted(dotted, None):
            return False
        source = self.modules.find(dotted, importer)
        return isinstance(source, Module) and source.is_silent

    def _nearest(self, dotted: str | None, importer: Module) -> Module | None:
        """The module that a dotted path is, or is in."""
        while dotted:
            found = self.modules.find(dotted, importer)
            if isinstance(found, Module):
                return found
            dotted = dotted.rpartition(".")[0]
        return None

    def _wanted(self, module: Module, facts: Facts) -> list[tuple[int, Import]]:
        known = self.asked.get(module.path)
        if known is None or known[0] is not facts:
            known = facts, [pair for pair in enumerate(facts.imports) if self._is_wanted(module, pair[1])]
            self.asked[module.path] = known
        return known[1]

    def _is_wanted(self, module: Module, one: Import) -> bool:
        """Whether an import may name what is asked for, as it is written or by where the file is."""
        return self.wanted(one.module, one.name) or bool(one.level and self.wanted(path_of(module, one) or "", None))

    def _imported(self, module: Module, number: int, one: Import) -> Iterator[Candidate]:
        dotted = path_of(module, one) or "." * one.level + ".".join(filter(None, (one.module, one.name)))
        places = (one.place,)
        if one.name != "*":
            found = self.resolver.imported(module, one)
            named = one.name is not None
            yield Candidate(module, dotted, number, Channel.IMPORT, one.contexts, places, found, named=named)
            return
        source = self.modules.find(dotted, module)
        if not isinstance(source, Module):
            found = self.resolver.module(dotted, module)
            yield Candidate(module, f"{dotted}.*", number, Channel.STAR, one.contexts, places, found)
            return
        if self._brings_nothing(dotted, module):
            return
        for name in sorted(self.resolver.star_names(source)):
            if self.wanted(dotted, name):
                found = self.resolver.name_in(source, name)
                yield Candidate(module, f"{dotted}.{name}", number, Channel.STAR, one.contexts, places, found)

    def _used(self, module: Module, facts: Facts) -> Iterator[Candidate]:
        """Attribute uses of modules bound whole: one candidate for each binding and path, with all its places."""
        places: dict[tuple[int, str, Channel], list[Place]] = defaultdict(list)
        contexts: dict[tuple[int, str, Channel], set[Context]] = {}
        answers: dict[tuple[int, str, Channel], Resolution] = {}
        bases: dict[int, tuple[str, str] | None] = {}
        for use in facts.uses:
            if use.imported not in bases:
                bases[use.imported] = self._base(module, facts.imports[use.imported])
            base = bases[use.imported]
            if base is None:
                continue
            written, means = base
            path, found = self.resolver.attributes(means, use.attributes, module)
            key = use.imported, written + path.removeprefix(means), use.channel
            places[key].append(use.place)
            contexts[key] = contexts.get(key, set(use.contexts)) & set(use.contexts)
            answers[key] = found
        for key, where in places.items():
            when = tuple(context for context in Context if context in contexts[key])
            patches = key[2] is Channel.STRING
            yield Candidate(module, key[1], key[0], key[2], when, tuple(sorted(where)), answers[key], patches)

    def _base(self, module: Module, one: Import) -> tuple[str, str] | None:
        """The module an import binds whole: as written, and as it is called where it lives."""
        means = self.resolver.base_of(module, one)
        if means is None:
            return None
        path = path_of(module, one) or means
        return (path if one.alias or one.name else path.partition(".")[0]), means

    def _targeted(self, module: Module, facts: Facts) -> Iterator[Candidate]:
        for target in facts.targets:
            if not target.path:
                continue
            path = absolute(module, target.level, target.path)
            written, found = self.resolver.path(path, module) if path else (target.path, MISSING_MODULE)
            patches = target.function.startswith(("patch", "monkeypatch"))
            places = (target.place,)
            yield Candidate(module, written, -1, Channel.STRING, target.contexts, places, found, patches)
