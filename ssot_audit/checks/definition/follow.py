"""Where the paths of an outline lead, by the same resolver that follows imports."""

from __future__ import annotations

from typing import NamedTuple

from ssot_audit.model import Resolution
from ssot_audit.outline import HERE, UNBOUND, UNKNOWN, Outline, Path
from ssot_audit.program.candidates import Program
from ssot_audit.program.modules import Module

NOWHERE = Resolution(None, "local")
_MODULES = ("module", "namespace")


class Reached(NamedTuple):
    """An object, and the attributes then taken from it."""

    resolution: Resolution
    rest: tuple[str, ...] = ()


def follow(path: Path, outline: Outline, module: Module, program: Program) -> Reached:
    """Where a path of a module's outline leads; reason `local` where only running the code would tell."""
    resolver = program.resolver
    if path.root == UNKNOWN:
        return Reached(NOWHERE)
    if path.root == UNBOUND:
        return _starred(path, outline, module, program)
    if path.root == HERE:
        return _attributes(resolver.name_in(module, path.parts[0]), path.parts[1:], module, program)
    one = outline.imports[path.root]
    if one.name is None and not one.alias:
        found = resolver.module(one.module.partition(".")[0], module)
    else:
        found = resolver.imported(module, one)
    return _attributes(found, path.parts, module, program)


def _starred(path: Path, outline: Outline, module: Module, program: Program) -> Reached:
    """A name nothing here binds may come of a star import."""
    if path.parts:
        for one in outline.imports:
            if one.name == "*":
                source = program.resolver.imported(module, one).origin
                home = program.modules.by_path.get(source.path) if source else None
                if home and path.parts[0] in program.resolver.star_names(home):
                    found = program.resolver.name_in(home, path.parts[0])
                    return _attributes(found, path.parts[1:], module, program)
    return Reached(NOWHERE)


def _attributes(found: Resolution, names: tuple[str, ...], module: Module, program: Program) -> Reached:
    origin = found.origin
    if not names or not origin or origin.kind not in _MODULES:
        return Reached(found, names)
    written, below = program.resolver.attributes(origin.name, names, module)
    return Reached(below, names[written.count(".") - origin.name.count(".") :])
