"""Which object an expression of a file is: followed from instances to their classes, over any number of files."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from ssot_audit.checks.scene import Scene
from ssot_audit.outline import UNKNOWN, Path, Wanted
from ssot_audit.program.meaning import Meanings
from ssot_audit.program.modules import Module
from ssot_audit.source.sent import CALLED, Key, Sheet, sheet

MAX_DEPTH = 10  # files and names on the way to one object
_ENUM = ("value", "name")

Name = tuple[str, ...]  # as in a Meaning: the place of an object made here or the path of another, and what is taken


class Objects:
    """Answers for expressions of files; what a class of the repository has is looked for in it and in its bases."""

    def __init__(self, scene: Scene, meanings: Meanings) -> None:
        self.scene, self.meanings = scene, meanings
        self.sheets: dict[str, Sheet | None] = {}
        self._known: dict[tuple[Path, str], set[Name]] = {}

    def of(self, path: Path, file: str) -> set[Name]:
        """All that a path in a file may be, instances by their class; nothing where that is unknown."""
        if (path, file) not in self._known:
            self._known[path, file] = set(self._of(path, file, MAX_DEPTH))
        return self._known[path, file]

    def text_of(self, path: Path, file: str) -> str | None:
        """The text that a constant is set to, or a member of an enumeration."""
        parts = path.parts[:-1] if path.parts[-1:] and path.parts[-1] in _ENUM else path.parts
        for name in self.of(path._replace(parts=parts), file):
            home, _, first = name[0].partition(":")
            found = self._sheet(home) if first else None
            if found and (first, *name[1:]) in found.texts:
                return found.texts[first, *name[1:]]
        return None

    def _sheet(self, file: str) -> Sheet | None:
        if file not in self.sheets:
            known = file in self.scene.program.modules.by_path
            read = self.scene.outlines.parsed_of([file], partial(sheet, Wanted())) if known else {}
            found = read.get(file)
            self.sheets[file] = found if isinstance(found, Sheet) else None
        return self.sheets[file]

    def _of(self, path: Path, file: str, depth: int) -> Iterator[Name]:
        found = self._sheet(file)
        if path.root == UNKNOWN or not depth or not found:
            return
        cut = path.parts.index(CALLED) if CALLED in path.parts else len(path.parts)
        module: Module = self.scene.program.modules.by_path[file]
        for way in self.meanings.of_path(path._replace(parts=path.parts[:cut]), module, found.outline.imports):
            home, made_here, first = way.names[0].partition(":")
            if way.is_untold:
                continue
            if made_here and first and not way.reason:
                yield from self._in(home, (first,), (*way.names[1:], *path.parts[cut:]), depth)
            elif cut == len(path.parts) or (_is_class(way.names[-1]) and path.parts[cut + 1 :].count(CALLED) == 0):
                yield (*way.names, *(one for one in path.parts[cut:] if one != CALLED))

    def _in(self, file: str, key: Key, rest: Key, depth: int) -> Iterator[Name]:
        """What `rest` is, taken from what a key of a file stands for."""
        found = self._sheet(file)
        if not found:
            return
        if key in found.bases:
            yield from self._of_class(file, found, key, rest, depth)
        elif key in found.texts and not rest:
            yield (f"{file}:{key[0]}", *key[1:])
        elif key in found.types:
            for path in found.types[key]:
                yield from self._of(path._replace(parts=(*path.parts, *rest)), file, depth - 1)
        elif rest[:1] == (CALLED,):
            for path in found.types.get((*key, CALLED), ()):
                yield from self._of(path._replace(parts=(*path.parts, *rest[1:])), file, depth - 1)
        elif not rest:
            yield (f"{file}:{key[0]}", *key[1:])

    def _of_class(self, file: str, found: Sheet, key: Key, rest: Key, depth: int) -> Iterator[Name]:
        """The same of a class, or of an instance of it."""
        taken = rest[1:] if rest[:1] == (CALLED,) else rest
        if not taken:
            yield (f"{file}:{key[0]}", *key[1:])
            return
        inner = (*key, taken[0])
        if inner in found.types or len(taken) > 1 or inner in found.bases:
            yield from self._in(file, inner, taken[1:], depth)
        else:
            yield (f"{file}:{inner[0]}", *inner[1:])
        for base in found.bases[key]:
            yield from self._of(base._replace(parts=(*base.parts, *rest)), file, depth - 1)


def _is_class(name: str) -> bool:
    """Whether something installed is a class, by its name; what else returns when it is called is not known."""
    return name[:1].isupper()
