"""Where every dotted path leads: re-export chains through aliases, assignments, stars and try/except, to the origin.

Where a name can be bound in several ways the order is: later before earlier, a try before its except clauses, the
first branch of an if before the others; the first way that leads to an object, here or outside, is taken.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from types import ModuleType

from ssot_audit.facts import Binding, Facts, Failure, Import
from ssot_audit.model import Origin, Resolution
from ssot_audit.program.modules import NAMESPACE, Module, Modules, absolute, path_of

MAX_HOPS = 60  # re-exports in a row; a longer chain is no chain anybody follows

_OF_EVERY_MODULE = frozenset(
    (*dir(ModuleType), *dir(ModuleType("")), "__file__", "__cached__", "__builtins__")
)  # Reference 3.2.10

Bound = tuple[dict[str, list[Binding]], list[Binding]]  # what binds each name of a module, and its star imports

EXTERNAL = Resolution(None, "external")
MISSING_MODULE = Resolution(None, "missing-module")
MISSING_NAME = Resolution(None, "missing-name")
UNPARSED = Resolution(None, "unparsed")
COMPUTED = Resolution(None, "computed")
CYCLE = Resolution(None, "cycle")


class Resolver:
    """Answers are remembered; the modules do not change."""

    def __init__(
        self, modules: Modules, ours: frozenset[str] = frozenset(), theirs: frozenset[str] = frozenset()
    ) -> None:
        """`ours` and `theirs` are top-level names that rules declare to be of this repository, and of another."""
        self.modules, self.ours, self.theirs = modules, ours, theirs
        self._known: dict[tuple[str, str], Resolution] = {}
        self._active: set[tuple[str, str]] = set()
        self._bindings: dict[str, Bound] = {}
        self._stars: dict[str, frozenset[str]] = {}

    # Dotted paths

    def module(self, name: str, importer: Module | None = None) -> Resolution:
        """Where the absolute name of a module leads."""
        found = self.modules.find(name, importer)
        if found is None:
            return MISSING_MODULE if self._is_ours(name, importer) else EXTERNAL
        if isinstance(found, str):
            return Resolution(Origin("", 0, name, "namespace"))
        if isinstance(found.facts, Failure) or found.facts.fault:
            return UNPARSED
        return Resolution(_module_origin(found))

    def _is_ours(self, name: str, importer: Module | None) -> bool:
        """Whether what is absent here is missing, rather than of an installed package."""
        return name.partition(".")[0] in self.ours or self.modules.is_first_party(name, importer)

    def imported(self, importer: Module, one: Import) -> Resolution:
        """Where an imported name leads; a star import leads to its module."""
        name = absolute(importer, one.level, one.module)
        if name is None:
            return MISSING_MODULE
        if one.name is None or one.name == "*":
            return self.module(name, importer)
        return self.member(name, one.name, importer)

    def member(self, module: str, name: str, importer: Module | None = None) -> Resolution:
        """Where `from module import name` leads."""
        found = self.modules.find(module, importer)
        if isinstance(found, Module):
            return self.name_in(found, name)
        if found == NAMESPACE:
            below = self.module(f"{module}.{name}", importer)
            if below.origin or self._is_ours(module, importer):
                return below if below.reason != "missing-module" else MISSING_NAME
            return EXTERNAL
        return self.module(module, importer)

    def path(self, dotted: str, importer: Module | None = None) -> tuple[str, Resolution]:
        """Where an absolute dotted path leads, and how much of it was needed: up to the first name that is no
        module. A path to an attribute of a class is cut at the class."""
        parts = dotted.split(".")
        depth = len(parts)
        while depth > 1 and self.modules.find(".".join(parts[:depth]), importer) is None:
            depth -= 1
        return self.attributes(".".join(parts[:depth]), parts[depth:], importer)

    def attributes(self, module: str, names: Sequence[str], importer: Module | None = None) -> tuple[str, Resolution]:
        """Where attributes taken from a module lead, and the path as written up to the first that is no module."""
        written, at = module, module
        resolution = self.module(module, importer)
        if resolution.reason in ("external", "missing-module"):
            return ".".join((module, *names)), resolution
        for name in names:
            written = f"{written}.{name}"
            resolution = self.member(at, name, importer)
            if not resolution.origin or resolution.origin.kind not in ("module", "namespace"):
                break
            at = resolution.origin.name
        return written, resolution

    def base_of(self, importer: Module, one: Import) -> str | None:
        """The module an import binds whole, or would if it were there; None where it binds something else."""
        path = path_of(importer, one)
        if path is None or one.name == "*":
            return None
        if one.name is None:
            path = path if one.alias else path.partition(".")[0]
        resolution = self.imported(importer, one) if one.name else self.module(path, importer)
        if resolution.origin:
            whole = resolution.origin.kind in ("module", "namespace")
            return resolution.origin.name if whole else None
        if resolution.reason == "external":
            return path if path.partition(".")[0] in self.theirs else None
        return path if resolution.reason in ("missing-module", "missing-name", "unparsed") else None

    # Names in a module

    def name_in(self, module: Module, name: str) -> Resolution:
        """Where the attribute `name` of a module leads."""
        key = (module.path, name)
        if key in self._known:
            return self._known[key]
        if key in self._active or len(self._active) > MAX_HOPS:
            return CYCLE
        self._active.add(key)
        try:
            answer = self._name_in(module, name)
        finally:
            self._active.discard(key)
        if not self._active or answer.reason != "cycle":
            self._known[key] = answer
        return answer

    def _name_in(self, module: Module, name: str) -> Resolution:
        facts = module.facts
        if isinstance(facts, Failure) or facts.fault:
            return UNPARSED
        bound, stars = self._bound(module, facts)
        bindings = bound.get(name, [])
        starred = [one for one in stars if name in self._star_of(module, facts, one)]
        ways = sorted([*bindings, *starred], key=facts.bindings.index) if starred else bindings
        if not ways and (name in _OF_EVERY_MODULE or (name == "__path__" and module.is_package)):
            return Resolution(Origin(module.path, 1, name, "assignment"))
        running = [one for one in ways if not one.typing]
        first: Resolution | None = None
        for binding in _in_order(running):
            found = MISSING_NAME if binding.kind == "delete" else self._follow(module, facts, binding, name)
            if found.origin or found.reason in ("external", "unparsed", "computed"):
                return found
            first = first or found
            if not binding.chain and found.reason != "cycle":
                break  # in a circle of imports the name had its earlier meaning when it was taken
        if module.is_package and (first is None or first.reason in ("missing-name", "cycle")):
            below = self.modules.find(f"{module.name}.{name}", module)
            if isinstance(below, Module):
                unread = isinstance(below.facts, Failure) or below.facts.fault
                return UNPARSED if unread else Resolution(_module_origin(below))
            if below == NAMESPACE:
                return Resolution(Origin("", 0, f"{module.name}.{name}", "namespace"))
        if first:
            return first
        for binding in _in_order([one for one in ways if one.typing]):
            found = self._follow(module, facts, binding, name)
            # A name the module makes at run time, or lists to be exported, is what type checkers are told it is.
            made = facts.dynamic or (facts.exports is not None and name in facts.exports.names)
            return Resolution(found.origin, found.reason, found.steps, typing_only=not made)
        return COMPUTED if facts.dynamic else self._unseen_star(module, facts, stars)

    def _unseen_star(self, module: Module, facts: Facts, stars: Sequence[Binding]) -> Resolution:
        """Why a name nothing binds may be there all the same: a star import of what cannot be seen."""
        for binding in stars:
            source = self._source_of(module, facts, binding)
            found = self.imported(module, facts.imports[binding.imported])
            if source and isinstance(source.facts, Facts) and source.facts.dynamic:
                return COMPUTED
            if found.reason in ("external", "unparsed"):
                return found
        return MISSING_NAME

    def _bound(self, module: Module, facts: Facts) -> Bound:
        found = self._bindings.get(module.path)
        if found is None:
            table: dict[str, list[Binding]] = {}
            for binding in facts.bindings:
                table.setdefault(binding.name, []).append(binding)
            stars = [one for one in table.pop("*", ()) if one.kind == "star"]
            found = self._bindings[module.path] = table, stars
        return found

    def _follow(self, module: Module, facts: Facts, binding: Binding, name: str) -> Resolution:
        """Where one binding leads."""
        here = Resolution(
            Origin(module.path, binding.line, name, binding.kind), steps=((module.path, binding.imported),)
        )
        if binding.kind == "import":
            one = facts.imports[binding.imported]
            if one.name is None and not one.alias:
                found = self.module(one.module.partition(".")[0], module)
            else:
                found = self.imported(module, one)
        elif binding.kind == "star":
            source = self._source_of(module, facts, binding)
            found = self.name_in(source, name) if source else MISSING_NAME
        elif binding.kind == "assignment" and binding.value:
            aliased = self._alias(module, binding.value)
            if aliased is None:
                return here
            found = aliased
        else:
            return here
        return Resolution(found.origin, found.reason, (*here.steps, *found.steps), found.typing_only)

    def _alias(self, module: Module, value: str) -> Resolution | None:
        """Where `A = value` leads, or None where the value is an object made here: a builtin, a class's attribute."""
        first, *rest = value.split(".")
        found = self.name_in(module, first)
        if found.reason in ("missing-name", "cycle"):
            return None
        if not rest:
            return found
        if found.origin and found.origin.kind in ("module", "namespace"):
            written, below = self.attributes(found.origin.name, rest, module)
            if written != ".".join((found.origin.name, *rest)):
                return None
            return Resolution(below.origin, below.reason, (*found.steps, *below.steps))
        return found if found.reason == "external" else None

    # Stars

    def star_names(self, module: Module) -> frozenset[str]:
        """The names `from module import *` brings."""
        key = module.path
        if key not in self._stars:
            self._stars[key] = frozenset()  # a cycle of stars adds nothing
            self._stars[key] = frozenset(self._exported(module))
        return self._stars[key]

    def _exported(self, module: Module) -> Iterator[str]:
        facts = module.facts
        if isinstance(facts, Failure):
            return
        if facts.exports:
            yield from facts.exports.names
            for name in facts.exports.modules:
                found = self._alias(module, name)
                source = self.modules.by_path.get(found.origin.path) if found and found.origin else None
                if source:
                    yield from self.star_names(source)
            if facts.exports.complete:
                return
        for binding in facts.bindings:
            if binding.kind == "star":
                yield from self._star_of(module, facts, binding)
            elif not binding.name.startswith("_") and not binding.typing:
                yield binding.name

    def _star_of(self, module: Module, facts: Facts, binding: Binding) -> frozenset[str]:
        source = self._source_of(module, facts, binding)
        return self.star_names(source) if source else frozenset()

    def _source_of(self, module: Module, facts: Facts, binding: Binding) -> Module | None:
        one = facts.imports[binding.imported]
        name = absolute(module, one.level, one.module)
        found = self.modules.find(name, module) if name else None
        return found if isinstance(found, Module) else None


def _module_origin(module: Module) -> Origin:
    return Origin(module.path, 1, module.name, "module")


def _in_order(bindings: Sequence[Binding]) -> Iterator[Binding]:
    """The ways a name can be bound, the likeliest first. One without a chain leaves no other, unless it leads in a
    circle."""
    at = len(bindings)
    while at:
        last = bindings[at - 1]
        if not last.chain:
            yield last
            at -= 1
            continue
        start = at
        while start and bindings[start - 1].chain == last.chain:
            start -= 1
        latest = {one.arm: one for one in bindings[start:at] if one.kind != "delete"}
        yield from (latest[arm] for arm in sorted(latest))
        at = start
