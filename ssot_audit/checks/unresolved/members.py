"""Whether a class of this repository has an attribute: its own body, and those of its bases as far as they can be read.

What only instances have (`self.x = …`) the class does not. Wherever something may add attributes that no statement of
the body names, the answer is a doubt with its reason.
"""

from __future__ import annotations

import abc
import builtins
import typing
from collections.abc import Iterable, Iterator, Sequence, Set
from typing import NamedTuple

from ssot_audit.checks.scene import Scene
from ssot_audit.checks.unresolved.reach import Reach
from ssot_audit.facts import Failure
from ssot_audit.model import Origin
from ssot_audit.names import is_dunder
from ssot_audit.outline import HERE, Definition, Path
from ssot_audit.program.modules import path_of
from ssot_audit.source.bodies import ANY, Body, body

_OF_EVERY_CLASS = frozenset((*dir(type), *dir(object)))
# Classes of the standard library whose attributes are known, and that add none to what derives from them.
_PLAIN = {
    "abc.ABC": frozenset((*dir(abc.ABC), "register")),
    **dict.fromkeys(
        ("typing.Generic", "typing.Protocol", "typing_extensions.Protocol"), frozenset(dir(typing.Protocol))
    ),
}
_HARMLESS = frozenset(("dataclasses.dataclass", "typing.final", "typing.runtime_checkable", "functools.total_ordering"))
_MAKERS = frozenset(("__getattr__", "__init_subclass__"))


class Home(NamedTuple):
    """A class: its file, and the names of the classes it is in, with its own last."""

    path: str
    names: tuple[str, ...]


class Members:
    """Answers for the attributes of classes that are asked for, whose files are read side by side."""

    def __init__(self, scene: Scene, reach: Reach, asked: Iterable[Origin]) -> None:
        self._scene, self._reach = scene, reach
        self._bodies: dict[str, Body | Failure] = {}
        self._load({origin.path for origin in asked})

    def doubt(self, origin: Origin, names: Sequence[str]) -> tuple[str, str] | None:
        """(class, reason) for a path into a class that leads to nothing, or to what cannot be told; None where it leads
        to an attribute."""
        found = self._found(origin, names)
        if found is True:
            return None
        if found:
            return "undecided", str(found)
        depth = next(at for at in range(len(names)) if self._found(origin, names[: at + 1]) is False)
        home = Home(origin.path, (origin.name, *names[:depth]))
        shown = f"class {'.'.join(home.names)} ({origin.path}:{origin.line})"
        if self._is_set(home, names[depth], {"self"}):
            return "member-absent", f"only instances of {shown} have it"
        return "member-absent", f"{shown} has no such attribute"

    def names(self, origin: Origin, inner: Sequence[str]) -> tuple[str, ...]:
        """The names in the body of a class, or of one in it."""
        read, home = self._bodies.get(origin.path), (origin.name, *inner)
        if not isinstance(read, Body):
            return ()
        return tuple(
            sorted({one.name for one in (*read.outline.definitions, *read.outline.bound) if one.scope == home})
        )

    def _found(self, origin: Origin, names: Sequence[str]) -> bool | str:
        """Whether a class has an attribute, and that the next one, …; a text says why that cannot be told."""
        home = Home(origin.path, (origin.name,))
        for number, name in enumerate(names):
            has = self._has(home, name, frozenset())
            if has is not True:
                return has
            inner = Home(home.path, (*home.names, name))
            if number + 1 < len(names) and not any(self._classes(inner)):
                return f"it goes on inside {'.'.join(inner.names)}, an object whose attributes cannot be known"
            home = inner
        return True

    def _has(self, home: Home, name: str, seen: frozenset[Home]) -> bool | str:
        read = self._bodies.get(home.path)
        if not isinstance(read, Body):
            return f"{home.path} does not parse"
        outline = read.outline
        own = {one.name for one in (*outline.definitions, *outline.bound) if one.scope == home.names}
        own |= {one.name for one in read.settings if one.owner == ("__slots__",) and one.scope == home.names}
        if name in own or _unmangled(name, home.names[-1]) in own or name in _OF_EVERY_CLASS:
            return True
        doubts = ["the interpreter and decorators make such names"] if is_dunder(name) else []
        doubts += [f"class {home.names[-1]} has {one}" for one in sorted(own & _MAKERS)]
        if ANY in own:
            doubts.append(f"class {home.names[-1]} has computed __slots__")
        if self._is_set(home, name, {"cls", home.names[-1]}):
            doubts.append(f"class {home.names[-1]} is given attributes by a statement outside its body")
        classes = list(self._classes(home))
        for one in classes:
            doubts += self._doubts(home, one, name)
            for base in one.bases:
                found = self._base_has(home, base, name, seen | {home})
                if found is True:
                    return True
                doubts += [found] if found else []
        return doubts[0] if doubts else False if classes else f"class {home.names[-1]} cannot be found in {home.path}"

    def _classes(self, home: Home) -> Iterator[Definition]:
        read = self._bodies.get(home.path)
        for one in read.outline.definitions if isinstance(read, Body) else ():
            if one.kind == "class" and (*one.scope, one.name) == home.names:
                yield one

    def _doubts(self, home: Home, one: Definition, name: str) -> Iterator[str]:
        """What may give a class attributes that its body does not name."""
        if one.keywords:
            yield f"class {one.name} is made with {', '.join(one.keywords)}"
        for decorator in one.decorators:
            if self._dotted(home.path, decorator) not in _HARMLESS:
                yield f"class {one.name} is decorated"
        if one.decorators and self._is_set(home, name, set()):
            yield f"class {one.name} annotates {name}, of which its decorator may make an attribute"

    def _is_set(self, home: Home, name: str, owners: Set[str]) -> bool:
        """Whether some statement of its file gives a class the attribute, by one of these names for the class or its
        instance; with no name, whether the body annotates it."""
        read = self._bodies.get(home.path)
        for one in read.settings if isinstance(read, Body) else ():
            inside = one.scope[: len(home.names)] == home.names
            if one.name != name and not (one.name == ANY and "self" not in owners):
                continue
            if not owners and not one.owner and one.scope == home.names:
                return True
            if one.owner[-1:] and one.owner[-1] in owners and (inside or one.owner[-1] not in ("self", "cls")):
                return True
        return False

    def _base_has(self, home: Home, base: Path, name: str, seen: frozenset[Home]) -> bool | str:
        dotted = self._dotted(home.path, base)
        if dotted in _PLAIN:
            return name in _PLAIN[dotted]
        if dotted is None and len(base.parts) == 1 and isinstance(getattr(builtins, base.parts[0], None), type):
            return name in dir(getattr(builtins, base.parts[0]))
        above = self._home(home, base)
        if above is None:
            return f"class {home.names[-1]} derives from {dotted or '.'.join(base.parts) or 'an expression'}"
        return False if above in seen else self._has(above, name, seen)

    def _dotted(self, path: str, one: Path) -> str | None:
        """The dotted path of an expression that starts at an import."""
        read = self._bodies[path]
        if one.root < 0 or not isinstance(read, Body):
            return None
        imported = read.outline.imports[one.root]
        start = path_of(self._reach.modules.by_path[path], imported)
        if start and imported.name is None and not imported.alias:
            start = start.partition(".")[0]
        return start and ".".join((start, *one.parts))

    def _home(self, home: Home, base: Path) -> Home | None:
        """The class of this repository a base is; None where it is another, or cannot be told."""
        module = self._reach.modules.by_path[home.path]
        dotted = self._dotted(home.path, base)
        if dotted:
            written, found = self._reach.resolver.path(dotted, module)
            whole = written == dotted or found.origin is None or found.origin.kind in ("module", "namespace")
            inner = () if whole else tuple(dotted.removeprefix(f"{written}.").split("."))
        elif base.root == HERE:
            found, inner = self._reach.resolver.name_in(module, base.parts[0]), base.parts[1:]
        else:
            return None
        origin = found.origin
        return Home(origin.path, (origin.name, *inner)) if origin and origin.kind == "class" else None

    # Reading

    def _load(self, paths: Iterable[str]) -> None:
        """Read files, and those of the bases of their classes."""
        pending = set(paths)
        while pending:
            read = self._scene.outlines.parsed_of(sorted(pending), body)
            self._bodies.update(read)
            above = {
                home.path
                for path, found in read.items()
                for one in (found.outline.definitions if isinstance(found, Body) else ())
                for base in one.bases
                if (home := self._home(Home(path, (*one.scope, one.name)), base))
            }
            pending = above - self._bodies.keys()


def _unmangled(name: str, cls: str) -> str:
    """A private name as the body of its class has it (Reference 6.2.1)."""
    start = f"_{cls.lstrip('_')}__"
    return f"__{name.removeprefix(start)}" if name.startswith(start) else name
