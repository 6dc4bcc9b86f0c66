"""Where governed names are defined: every definition of one, with its class as far as its own file tells it."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from ssot_audit.checks.common import matches_any
from ssot_audit.checks.definition.follow import follow
from ssot_audit.checks.definition.rule import DefinitionRule
from ssot_audit.checks.scene import Scene
from ssot_audit.facts import Context
from ssot_audit.model import Kind, Origin
from ssot_audit.outline import Definition, Outline, Path
from ssot_audit.program.modules import Module

APART = ("double", "tests", "nested", "allowed", "alternative", "alias", "protocol", "subclass")
_TYPES = ("class", "made")
_OBJECTS = ("class", "function", "made", "assignment", "alias")
_FRAMES = ("overload", "register", "setter", "getter", "deleter")
_ABSTRACT = ("Protocol", "ABC", "ABCMeta")

Made = tuple[str, str]  # the file and the name of an object, where it is made


class Site(NamedTuple):
    """A definition in a file. `klass` is empty for one that stands for the name in its file, and for those of the rest
    of the file `duplicate` and `rebound`. `made` is the object the name is given."""

    name: str
    module: Module
    definition: Definition
    klass: str
    made: Made
    bases: tuple[Made, ...] = ()
    abstract: bool = False

    @property
    def line(self) -> int:
        return self.definition.place.line


def sites(rule: DefinitionRule, outline: Outline, module: Module, scene: Scene) -> Iterator[Site]:
    """The definitions in a file of the names a rule governs, in order of the names."""
    governed = sorted(
        (one for one in (*outline.definitions, *outline.bound) if rule.spec.governs(one.name)),
        key=lambda one: (one.name, one.place),
    )
    for name, group in groupby(governed, key=lambda one: one.name):
        yield from _File(rule, outline, module, scene).sites(name, list(group))


class _File(NamedTuple):
    rule: DefinitionRule
    outline: Outline
    module: Module
    scene: Scene

    def sites(self, name: str, group: Sequence[Definition]) -> Iterator[Site]:
        bound = [one for one in group if not one.scope]
        yield from (self._site(name, one, "nested") for one in group if one.scope and one.kind in _TYPES)
        first: Site | None = None
        for one in bound:
            if first and one.kind == "import":
                if self._rebinds(first, one):
                    yield self._site(name, one, "rebound")
            elif one.kind in _OBJECTS and not self._repeats(name, one):
                klass = "alternative" if self._is_alternative(one, bound) else ""
                if not klass and first:
                    klass = "duplicate" if one.kind in ("class", "function") else "rebound"
                    if one.kind == "alias" and one.value and self._origin(one.value) and self._made(one) == first.made:
                        continue
                site = self._site(name, one, klass)
                if not site.klass:
                    first = site
                yield site

    def _site(self, name: str, one: Definition, klass: str) -> Site:
        if matches_any(self.rule.spec.doubles, name):
            klass = "double"
        elif self.scene.kinds[self.module.path] is Kind.TESTS:
            klass = "tests"
        elif matches_any(self.rule.spec.allow, self.module.name) and klass != "nested":
            klass = "allowed"
        bases = [(base, self._origin(base)) for base in one.bases] if not klass else []
        metaclass = [one.value] if one.kind == "class" and one.value else []
        abstract = any(self._last(path) in _ABSTRACT for path in (*one.bases, *metaclass)) and not klass
        made = tuple((origin.path, origin.name) for _, origin in bases if origin)
        return Site(name, self.module, one, klass, self._made(one), made, abstract)

    def _origin(self, path: Path) -> Origin | None:
        found = follow(path, self.outline, self.module, self.scene.program)
        return found.resolution.origin if not found.rest else None

    def _made(self, one: Definition) -> Made:
        """The object a definition gives its name: one made here, or what the name is an alias of."""
        origin = self._origin(one.value) if one.value and one.kind in ("alias", "import") else None
        return (origin.path, origin.name) if origin else (self.module.path, one.name)

    def _repeats(self, name: str, one: Definition) -> bool:
        """Whether an alias only brings an object of the same name here, as an import would."""
        if one.kind != "alias" or not one.value:
            return False
        return self._last(one.value) == name or self._made(one)[1] == name

    def _rebinds(self, first: Site, one: Definition) -> bool:
        """Whether an import further down gives the name another object."""
        if Context.TYPING in one.contexts or _arms(first.definition, one, operator.ne) or not one.value:
            return False
        found = follow(one.value, self.outline, self.module, self.scene.program).resolution
        if not found.origin:
            return found.reason == "external"
        return (found.origin.path, found.origin.name) != first.made

    def _is_alternative(self, one: Definition, bound: Sequence[Definition]) -> bool:
        """Whether another definition, or an import, of the name is taken rather than this one."""
        if Context.TYPING in one.contexts or any(self._last(path) in _FRAMES for path in one.decorators):
            return True
        if self.module.path.endswith(".pyi") and self.module.path[:-1] in self.scene.program.modules.by_path:
            return True
        guarded = (Context.GUARDED, Context.BROAD_GUARDED)
        for other in bound:
            if other is one or other.kind not in (*_OBJECTS, "import"):
                continue
            if _arms(other, one, operator.lt):
                return True
            fallback = other.kind == "import" and any(context in other.contexts for context in guarded)
            if fallback and one.branches and other.place < one.place:
                return True
        return False

    def _last(self, path: Path) -> str:
        return path.parts[-1] if path.parts else self.outline.imports[path.root].means if path.root >= 0 else ""


def _arms(one: Definition, other: Definition, hold: Callable[[int, int], bool]) -> bool:
    """Whether two definitions stand in arms of one statement that compare so."""
    arms = dict(one.branches)
    return any(number in arms and hold(arms[number], arm) for number, arm in other.branches)
