"""What a text's imports bind, and which of it may be a module the question names."""

from __future__ import annotations

from collections.abc import Mapping, Set
from functools import lru_cache
from typing import NamedTuple

from ssot_audit.facts import Import
from ssot_audit.source.statements import ImportedName

# What may stand before the last name of a module, by that name.
Modules = Mapping[str, Set[str]]


Imported = Import | ImportedName


class Bound(NamedTuple):
    """An imported name, its index among a text's facts (-1: they leave it out), and whether the module binds it."""

    what: Imported
    number: int
    outermost: bool


def may_be_module(one: Imported, modules: Modules) -> bool:
    """Whether what is imported may be such a module itself."""
    heads = modules.get((one.name or one.module).rpartition(".")[2])
    if heads is None:
        return False
    above = one.module if one.name else one.module.rpartition(".")[0]
    if not one.level:
        return "" in heads or above in heads
    last = above.rpartition(".")[2]
    return not last or any(not head or head.rpartition(".")[2] == last for head in heads)


def absolute(one: Imported, rest: str) -> str:
    """The dotted path of an imported name, or of attributes of it, with a dot for each level."""
    start = ".".join(filter(None, (one.module, one.name))) if one.name or one.alias else one.module.partition(".")[0]
    return "." * one.level + ".".join(filter(None, (start, rest)))


@lru_cache(maxsize=8)
def by_last_part(modules: tuple[str, ...]) -> dict[str, set[str]]:
    """What may stand before the last name of a module; empty for anything."""
    found: dict[str, set[str]] = {}
    for one in modules:
        above, _, last = one.rpartition(".")
        found.setdefault(last, set()).add(above)
    return found
