"""What a dotted path means in the end: an object made here or a path of something installed, through re-exports."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from ssot_audit import names
from ssot_audit.facts import Binding, Facts, Import
from ssot_audit.model import Resolution
from ssot_audit.outline import HERE, UNBOUND, Path
from ssot_audit.program.modules import Module, absolute, path_of
from ssot_audit.program.resolve import MAX_HOPS, Resolver

BUILTINS = "builtins"
_UNTOLD = ("unparsed", "computed", "cycle")


class Meaning(NamedTuple):
    """`names` begin with the place of an object made here (`file:name`), or are the whole path of one that is not;
    what is taken from the object follows. `reason` says why a path has no such meaning."""

    names: tuple[str, ...]
    reason: str = ""

    @property
    def is_untold(self) -> bool:
        """Whether there may be a meaning that cannot be read off the source."""
        return self.reason in _UNTOLD

    @property
    def is_here(self) -> bool:
        """Whether the object is made in this repository."""
        return not self.reason and ":" in self.names[0]

    def after(self, other: Meaning) -> tuple[str, ...] | None:
        """What is taken from what the other means; None where this means something else."""
        depth = len(other.names)
        told = not (self.reason or other.reason) and self.names[:depth] == other.names
        return self.names[depth:] if told else None


class Meanings:
    """Answers are remembered; the modules do not change."""

    def __init__(self, resolver: Resolver) -> None:
        self.resolver, self.modules = resolver, resolver.modules
        self._known: dict[tuple[str, str], tuple[Meaning, ...]] = {}

    def of(self, dotted: str, importer: Module | None = None, hops: int = 0) -> tuple[Meaning, ...]:
        """All that an absolute dotted path may mean: more than one only where it comes through several star imports of
        what is not here."""
        seen_from = "" if importer is None else importer.root if importer.in_package else importer.path
        key = dotted, seen_from
        if key not in self._known:
            self._known[key] = tuple(self._of(dotted, importer, hops)) if hops < MAX_HOPS else ()
        return self._known[key]

    def of_path(self, path: Path, module: Module, imports: tuple[Import, ...]) -> tuple[Meaning, ...]:
        """What a dotted expression of a file may mean, nothing where it is a local name or an expression."""
        if path.root >= 0:
            dotted = self.imported(module, imports[path.root])
            return self.of(".".join((dotted, *path.parts)), module) if dotted else ()
        if path.root == HERE:
            return tuple(self._in_module(module, path.parts, 0))
        return tuple(self._unbound(path.parts, module, imports)) if path.root == UNBOUND else ()

    def imported(self, module: Module, one: Import) -> str | None:
        """The absolute dotted path that an import binds a name to."""
        dotted = path_of(module, one)
        return dotted.partition(".")[0] if dotted and one.name is None and not one.alias else dotted

    def _of(self, dotted: str, importer: Module | None, hops: int) -> Iterator[Meaning]:
        written, found = self.resolver.path(dotted, importer)
        rest = dotted[len(written) + 1 :].split(".") if len(dotted) > len(written) else []
        if found.origin:
            made = f"{found.origin.path or found.origin.name}:{'' if _is_whole(found) else found.origin.name}"
            yield Meaning((made, *rest))
        elif found.reason != "external":
            yield Meaning(tuple(dotted.split(".")), found.reason)
        else:
            yield from self._foreign(written, found, rest, importer, hops)

    def _foreign(
        self, written: str, found: Resolution, rest: list[str], importer: Module | None, hops: int
    ) -> Iterator[Meaning]:
        """What a path means that leads to something installed, at once or through names of this repository."""
        head, name = names.split(written)
        if found.steps:
            path, number = found.steps[0]
            yield from self._followed(self.modules.by_path[path], name, number, rest, hops)
            return
        home = self.modules.find(head, importer) if head else None
        if isinstance(home, Module) and isinstance(home.facts, Facts):
            for one in home.facts.imports:
                if one.name == "*":
                    yield from self._starred(home, one, [name, *rest], hops)
        else:
            yield Meaning(tuple(written.split(".") + rest))

    def _in_module(self, module: Module, parts: tuple[str, ...], hops: int) -> Iterator[Meaning]:
        name, *rest = parts
        found = self.resolver.name_in(module, name)
        if found.origin and not _is_whole(found):
            yield Meaning((f"{found.origin.path}:{found.origin.name}", *rest))
        elif found.origin:
            yield from self.of(".".join((found.origin.name, *rest)), module, hops + 1)
        elif found.reason == "external" and found.steps:
            yield from self._followed(module, name, found.steps[0][1], rest, hops + 1)

    def _followed(self, module: Module, name: str, number: int, rest: list[str], hops: int) -> Iterator[Meaning]:
        """Through the binding of a name that leads on: an import, by its number, or an alias."""
        facts = module.facts
        if not isinstance(facts, Facts) or hops >= MAX_HOPS:
            return
        for binding in reversed(facts.bindings):
            if binding.imported == number and (binding.name == name or binding.kind == "star"):
                yield from self._bound(module, facts, binding, name, rest, hops)
                return

    def _bound(
        self, module: Module, facts: Facts, binding: Binding, name: str, rest: list[str], hops: int
    ) -> Iterator[Meaning]:
        if binding.kind == "star":
            yield from self._starred(module, facts.imports[binding.imported], [name, *rest], hops)
        elif binding.kind == "import":
            dotted = self.imported(module, facts.imports[binding.imported])
            yield from self.of(".".join((dotted, *rest)), module, hops + 1) if dotted else ()
        elif binding.value:
            yield from self._in_module(module, (*binding.value.split("."), *rest), hops + 1)

    def _starred(self, module: Module, one: Import, parts: Iterable[str], hops: int) -> Iterator[Meaning]:
        """What a name means that a star import may bring."""
        source = absolute(module, one.level, one.module)
        if source is None:
            return
        name, *rest = parts
        home = self.modules.find(source, module)
        if not isinstance(home, Module):
            if not names.is_private(name):
                yield Meaning((*source.split("."), name, *rest))
        elif not isinstance(home.facts, Facts) or home.facts.fault:
            yield Meaning((source, name, *rest), "unparsed")
        elif name in self.resolver.star_names(home) or home.facts.dynamic:
            yield from self.of(".".join((source, name, *rest)), module, hops + 1)

    def _unbound(self, parts: tuple[str, ...], module: Module, imports: tuple[Import, ...]) -> Iterator[Meaning]:
        brought = [one for each in imports if each.name == "*" for one in self._starred(module, each, parts, 0)]
        yield from brought
        if not any(one.is_here for one in brought):
            yield Meaning((BUILTINS, *parts))


def _is_whole(found: Resolution) -> bool:
    """Whether a path leads to a module rather than to something in one."""
    return found.origin is not None and found.origin.kind in ("module", "namespace")
