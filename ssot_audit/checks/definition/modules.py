"""Module names: two files of one name, and submodules hidden by what their package binds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from ssot_audit.checks.common import applies, matches_any
from ssot_audit.checks.definition.rule import DefinitionRule
from ssot_audit.checks.scene import Scene
from ssot_audit.facts import Facts, Place
from ssot_audit.model import Related
from ssot_audit.program.modules import Module, path_of

_TOP = Place(1, 1, 1, 1)


class Hidden(NamedTuple):
    """A module that cannot be reached by its name: why, where that is written, and what is meant instead."""

    module: Module
    klass: str  # dead-module, shadowed-submodule
    path: str
    place: Place
    message: str
    help: str
    related: tuple[Related, ...]


def governed_modules(rule: DefinitionRule, scene: Scene) -> list[Module]:
    """The modules whose names a rule governs; a stub has no name of its own."""
    by_path, mine = scene.program.modules.by_path, applies(rule)
    modules = (by_path[one] for one in sorted(by_path) if one.endswith(".py") and mine(one))
    return [one for one in modules if matches_any(rule.spec.modules, one.name)]


def hidden(module: Module, scene: Scene) -> Iterator[Hidden]:
    """Why a module cannot be reached by its name, if it cannot."""
    by_path = scene.program.modules.by_path
    if module.is_package:
        folder = module.folder
    else:
        package = f"{module.path.removesuffix('.py')}/__init__.py"
        if package in by_path:
            yield Hidden(
                module,
                "dead-module",
                module.path,
                _TOP,
                f"{module.path} is never imported: {module.name} is the package beside it",
                "delete the file, or move what it holds into the package",
                (Related(package, 1, "the package of that name"),),
            )
            return
        folder = module.path.removesuffix(".py")
    above, _, name = folder.rpartition("/")
    parent = by_path.get(f"{above}/__init__.py" if above else "__init__.py")
    if parent and isinstance(parent.facts, Facts):
        yield from _shadowed(module, name, parent, parent.facts, scene)


def _shadowed(module: Module, name: str, parent: Module, facts: Facts, scene: Scene) -> Iterator[Hidden]:
    bound = [one for one in facts.bindings if one.name == name and not one.typing]
    own = f"{parent.name}.{name}"  # `from . import name` binds the submodule itself
    if not bound or any(one.imported >= 0 and path_of(parent, facts.imports[one.imported]) == own for one in bound):
        return
    origin = scene.program.resolver.name_in(parent, name).origin
    if not origin or (origin.kind in ("module", "namespace") and origin.path in (module.path, "")):
        return
    line = bound[-1].line
    what = "None" if origin.kind == "none" else f"{origin.name}, made at {origin.path}:{origin.line}"
    yield Hidden(
        module,
        "shadowed-submodule",
        parent.path,
        Place(line, 1, line, 1),
        f"{parent.name}.{name} is {what}; the submodule of that name is hidden",
        "give one of the two another name",
        (Related(module.path, 1, "the submodule that is hidden"),),
    )
