"""Every place of a program that uses one of some objects, by whatever name, for the checks that ask."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from ssot_audit import names
from ssot_audit.checks.common import unvalidated
from ssot_audit.checks.scene import Scene
from ssot_audit.facts import Context, Failure
from ssot_audit.model import Unvalidated
from ssot_audit.outline import Mention, Outline, Wanted
from ssot_audit.program.meaning import BUILTINS, Meaning, Meanings
from ssot_audit.program.modules import Module

ROUNDS = 60  # of looking for names that re-exports give; each may lead to more


class Target(NamedTuple):
    """An object that a rule speaks of: its path as the rule has it, and what that means. `home` is the file it is made
    in, where that is of this repository."""

    path: str
    meaning: Meaning

    @property
    def home(self) -> str:
        return self.meaning.names[0].partition(":")[0] if self.meaning.is_here else ""

    @property
    def inside(self) -> tuple[str, ...]:
        """The names of the object, and of what it is taken from, where it is made."""
        return (self.meaning.names[0].partition(":")[2], *self.meaning.names[1:])

    @property
    def words(self) -> frozenset[str]:
        """The names it may be mentioned by: the last of its path, and the one it is made under."""
        return frozenset(filter(None, (names.last_part(self.path), self.inside[-1] if self.home else "")))

    @property
    def is_absent(self) -> bool:
        return self.meaning.reason in ("missing-module", "missing-name")


class Use(NamedTuple):
    """A place that may use an object: what the expression may mean, in a file."""

    path: str
    module: Module
    mention: Mention
    meanings: tuple[Meaning, ...]

    def may_be(self, target: Target) -> bool:
        return any(one.after(target.meaning) == () for one in self.meanings)


def target(path: str, meanings: Meanings) -> Target:
    if path.startswith(f"{BUILTINS}."):
        return Target(path, Meaning(tuple(path.split("."))))
    return Target(path, next(iter(meanings.of(path)), Meaning((path,), "missing-name")))


class Uses(NamedTuple):
    """All uses, the outlines they were found in, and the files that could not be read."""

    found: tuple[Use, ...]
    outlines: Mapping[str, Outline]
    unread: tuple[Unvalidated, ...]


def find_uses(scene: Scene, targets: Iterable[Target], meanings: Meanings) -> Uses:
    """The uses of the targets in all files. A name that a module gives one of them, and that others may import from it,
    is looked for like the target's own name, in files that spell the module's too."""
    targets = list(targets)
    words = {word for one in targets for word in one.words}
    outlines = dict(scene.outlines.spelling(Wanted(mentions=tuple(sorted(words)))))
    found = {(use.path, use.mention.place): use for use in _uses(scene, outlines, meanings)}
    seen, fresh = set(words), outlines
    for _ in range(ROUNDS):
        given = dict(_given(scene, fresh, targets, meanings, seen))
        if not given:
            break
        seen |= set(given)
        fresh = dict(scene.outlines.beside(Wanted(mentions=tuple(sorted(given))), tuple(sorted({*given.values()}))))
        for use in _uses(scene, fresh, meanings):
            found.setdefault((use.path, use.mention.place), use)
        outlines = {**fresh, **outlines}
    unread = tuple(unvalidated(path, one, scene) for path, one in outlines.items() if isinstance(one, Failure))
    readable = {path: one for path, one in outlines.items() if isinstance(one, Outline)}
    return Uses(tuple(found[key] for key in sorted(found)), readable, unread)


def _uses(scene: Scene, outlines: Mapping[str, Outline | Failure], meanings: Meanings) -> Iterator[Use]:
    for path, outline in outlines.items():
        if isinstance(outline, Outline):
            module = scene.program.modules.by_path[path]
            for one in outline.mentions:
                means = (each for way in one.paths for each in meanings.of_path(way, module, outline.imports))
                yield Use(path, module, one, tuple(dict.fromkeys(means)))


def _given(
    scene: Scene, outlines: Mapping[str, Outline | Failure], targets: list[Target], meanings: Meanings, seen: set[str]
) -> Iterator[tuple[str, str]]:
    """(name, last name of its module) of other names that modules give the targets."""
    for path, outline in outlines.items():
        if isinstance(outline, Failure):
            continue
        module = scene.program.modules.by_path[path]
        ways = [
            (one.name, meanings.of_path(one.value, module, outline.imports)) for one in outline.aliases if one.value
        ]
        for one in outline.imports:
            dotted = meanings.imported(module, one)
            if one.alias and dotted and Context.DEFERRED not in one.contexts and names.last_part(dotted) in seen:
                ways.append((one.alias, meanings.of(dotted, module)))
        for name, found in ways:
            if name not in seen and any(each.after(one.meaning) == () for each in found for one in targets):
                yield name, names.last_part(module.name)
