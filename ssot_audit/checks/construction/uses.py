"""Every use of some objects, by whatever name, alias or re-export it goes: what is called, handed on, and where."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from ssot_audit.checks.definition.follow import Reached, follow, named
from ssot_audit.checks.scene import Scene
from ssot_audit.facts import Context, Failure, Place
from ssot_audit.names import last_part
from ssot_audit.outline import Mention, Outline, Path, Wanted
from ssot_audit.program.modules import Module

MAX_ROUNDS = 20  # an object that goes by more names in a row than this is not looked for further
_MISSING = ("missing-module", "missing-name")
_WRAPPERS = ("partial", "partialmethod")
_INSPECT = frozenset(
    (
        "isinstance",
        "issubclass",
        "hasattr",
        "getattr",
        "setattr",
        "delattr",
        "super",
        "cast",
        "id",
        "type",
        "repr",
        "str",
    )
)
_SPECS = frozenset(("spec", "spec_set", "wraps"))


class Object(NamedTuple):
    """An object a rule names. `reached` tells where its path leads."""

    dotted: str
    reached: Reached

    @property
    def is_absent(self) -> bool:
        return self.reached.resolution.reason in _MISSING

    @property
    def names(self) -> frozenset[str]:
        """The names it may be mentioned by: the last of its path, and the one it has where it is made."""
        origin, rest = self.reached.resolution.origin, self.reached.rest
        return frozenset((last_part(self.dotted), *(() if rest or not origin else (last_part(origin.name),))))


class Use(NamedTuple):
    """A mention of one of the objects that is called, or passed to something that may call it; `how` says which. `sure`
    is False where an alias may stand for something else too."""

    object: Object
    module: Module
    mention: Mention
    how: str
    sure: bool


class Uses(NamedTuple):
    found: tuple[Use, ...]
    unread: Mapping[str, Failure]


def objects(paths: Sequence[str], scene: Scene) -> list[Object]:
    return [Object(path, named(path, scene.program)) for path in paths]


def uses(asked: Sequence[Object], scene: Scene) -> Uses:
    """Every use of the objects in the repository, under the names they have and are given elsewhere."""
    found: dict[tuple[str, Place], Use] = {}
    unread: dict[str, Failure] = {}
    known: set[str] = set()
    fresh = {name for one in asked for name in one.names}
    by_object = {_key(one.reached): one for one in asked if one.reached.resolution.origin}
    for _ in range(MAX_ROUNDS):
        if not fresh:
            break
        known |= fresh
        more: set[str] = set()
        for path, outline in scene.outlines.spelling(Wanted(mentions=tuple(sorted(fresh)))).items():
            if isinstance(outline, Failure):
                unread[path] = outline
                continue
            file = _File(outline, scene.program.modules.by_path[path], scene, by_object, {})
            found.update({(path, use.mention.place): use for use in file.uses()})
            more |= file.given()
        fresh = more - known
    return Uses(tuple(found[key] for key in sorted(found)), unread)


def _key(reached: Reached) -> tuple[object, ...]:
    return reached.resolution.origin, reached.rest


class _File(NamedTuple):
    outline: Outline
    module: Module
    scene: Scene
    objects: Mapping[tuple[object, ...], Object]
    reached: dict[Path, Reached]

    def uses(self) -> Iterator[Use]:
        for mention in self.outline.mentions:
            how = self._how(mention)
            if not how:
                continue
            meanings = [self._reach(path) for path in mention.paths]
            meant = [one for one in map(self._object, meanings) if one]
            if meant:
                others = [one for one in meanings if not self._object(one) and self._is_something(one)]
                sure = not others and len(set(meant)) == 1
                yield Use(meant[0], self.module, mention, how, sure)

    def given(self) -> set[str]:
        """The other names that the module gives one of the objects, for others to take."""
        aliases = [(one.name, one.value) for one in self.outline.aliases if one.value]
        imports = enumerate(self.outline.imports)
        aliases += [
            (one.bound, Path(number, ()))
            for number, one in imports
            if one.alias and one.name and Context.DEFERRED not in one.contexts
        ]
        return {name for name, path in aliases if self._object(self._reach(path))}

    def _reach(self, path: Path) -> Reached:
        found = self.reached.get(path)
        if found is None:
            found = self.reached[path] = follow(path, self.outline, self.module, self.scene.program)
        return found

    def _object(self, reached: Reached) -> Object | None:
        return self.objects.get(_key(reached))

    def _is_something(self, reached: Reached) -> bool:
        """Whether it is another object: a name that leads nowhere, or to None, is none."""
        found = reached.resolution
        return found.origin.kind != "none" if found.origin else found.reason not in _MISSING

    def _how(self, mention: Mention) -> str:
        """How something is used that is mentioned; empty for a mention that leads to no call."""
        if mention.called:
            return "called"
        if not mention.receiver:
            return ""
        last = _last(mention.receiver, self.outline)
        if last in _WRAPPERS and mention.under == "0":
            return "called"
        return "" if last in _INSPECT or mention.under in _SPECS or last.startswith("patch") else "passed"


def _last(path: Path, outline: Outline) -> str:
    if path.parts:
        return path.parts[-1]
    return outline.imports[path.root].means if path.root >= 0 else ""
