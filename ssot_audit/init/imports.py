"""What the imported names of a repository lead to, for all that is looked for in it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from ssot_audit.facts import Facts
from ssot_audit.model import Resolution
from ssot_audit.program.candidates import Program
from ssot_audit.program.modules import Module, path_of


class Imported(NamedTuple):
    """A name that a module imports from another: from where (None: it climbs beyond the top), and where it leads."""

    module: Module
    name: str
    dotted: str | None
    found: Resolution


def imported(program: Program) -> Iterator[Imported]:
    """In order of files and statements; star imports and modules imported whole are none."""
    for path in sorted(program.modules.by_path):
        module = program.modules.by_path[path]
        for one in module.facts.imports if isinstance(module.facts, Facts) else ():
            if one.name not in (None, "*"):
                assert one.name is not None
                yield Imported(module, one.name, path_of(module, one), program.resolver.imported(module, one))
