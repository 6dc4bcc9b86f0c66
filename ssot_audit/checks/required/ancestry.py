"""Whether classes descend from one class, through bases in the repository."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from enum import Enum, auto
from typing import NamedTuple

from ssot_audit.checks.scene import Scene
from ssot_audit.checks.uses import Target
from ssot_audit.facts import Place
from ssot_audit.outline import UNKNOWN, Definition, Outline, Path, Wanted
from ssot_audit.program.meaning import Meanings

MAX_DEPTH = 50  # bases of bases; a longer chain is nobody's

Made = tuple[str, str]  # a class as (file, name)
Found = tuple[str, Place]  # a class as (file, where its name stands)


class Descent(Enum):
    DESCENDS = auto()
    UNRELATED = auto()
    UNTOLD = auto()  # a base is computed, or in a file that cannot be read


class Bases(NamedTuple):
    """What a class inherits from directly: the class that is asked for, classes made here, and what cannot be told."""

    descends: bool
    made: tuple[Made, ...]
    untold: bool


class Ancestry:
    """Descent from one class."""

    def __init__(self, scene: Scene, ancestor: Target, meanings: Meanings) -> None:
        self.scene, self.ancestor, self.meanings = scene, ancestor, meanings
        self._known: dict[Made, Bases] = {}

    def of(self, defined: Mapping[Found, Definition], outlines: Mapping[str, Outline]) -> dict[Found, Descent]:
        """The descent of each class, with the outlines of the classes' files."""
        direct = {key: self._bases(key[0], [one], outlines[key[0]]) for key, one in defined.items()}
        pending = {made for bases in direct.values() for made in bases.made}
        for _ in range(MAX_DEPTH):
            pending -= self._known.keys()
            if not pending:
                break
            self._read(pending)
            pending = {made for one in pending for made in self._known[one].made}
        return {key: self._descent(bases) for key, bases in direct.items()}

    def _read(self, classes: set[Made]) -> None:
        wanted = Wanted(definitions=tuple(sorted({name for _, name in classes})))
        outlines = self.scene.outlines.of(sorted({path for path, _ in classes}), wanted)
        for path, name in classes:
            outline = outlines[path]
            self._known[path, name] = Bases(False, (), True)
            if isinstance(outline, Outline):
                made = [one for one in outline.definitions if one.name == name and one.kind == "class"]
                made = [one for one in made if not one.scope] or made  # a class of the module before one inside another
                if made:
                    self._known[path, name] = self._bases(path, made, outline)

    def _bases(self, path: str, definitions: list[Definition], outline: Outline) -> Bases:
        """The bases of a class; where a name is defined several times, of all its definitions."""
        module, made = self.scene.program.modules.by_path[path], dict[Made, None]()
        descends = untold = False
        for base in [base for one in definitions for base in one.bases]:
            ways = self.meanings.of_path(base, module, outline.imports)
            descends = descends or any(way.after(self.ancestor.meaning) == () for way in ways)
            untold = untold or base == Path(UNKNOWN, ()) or any(way.is_untold for way in ways)
            made |= dict.fromkeys(self._made(way.names for way in ways))
            if base.root == UNKNOWN and len(base.parts) == 1:
                made[path, base.parts[0]] = None  # a class of the same function
        return Bases(descends, tuple(made), untold)

    def _made(self, ways: Iterable[tuple[str, ...]]) -> Iterator[Made]:
        for first, *rest in ways:
            if ":" in first:
                path, _, name = first.rpartition(":")
                yield path, rest[-1] if rest else name

    def _descent(self, bases: Bases) -> Descent:
        seen, pending, untold = set[Made](), [bases], False
        while pending:
            one = pending.pop()
            if one.descends:
                return Descent.DESCENDS
            untold = untold or one.untold
            for made in one.made:
                untold = untold or made not in self._known  # of a chain too long to be followed
                if made not in seen and made in self._known:
                    seen.add(made)
                    pending.append(self._known[made])
        return Descent.UNTOLD if untold else Descent.UNRELATED
