"""What a rule of the kind `construction` says: what is made or fetched through a factory only."""

from __future__ import annotations

from typing import NamedTuple

from ssot_audit import tables
from ssot_audit.rules import Rule


class Construction(NamedTuple):
    """Classes and getters that are called in few places, and the factories that are called everywhere else.

    targets: dotted paths of the classes that are made, or the getters that are called, through the factory only
    factories: dotted paths of the functions, classes or class methods to call instead
    allowed-in: modules, or patterns, that may call a target; a target's own class and a factory's own body always may
    exempt-tests: true where test files may call a target; no call in them is in the figure then
    """

    targets: tuple[str, ...]
    factories: tuple[str, ...]
    allowed_in: tuple[str, ...]
    exempt_tests: bool

    @property
    def subject(self) -> str:
        return ", ".join(self.targets)


ConstructionRule = Rule[Construction]


def read(reader: tables.Reader) -> Construction:
    """The keys of such a rule."""
    spec = Construction(
        targets=reader.dotted("targets"),
        factories=reader.dotted("factories"),
        allowed_in=reader.patterns("allowed-in"),
        exempt_tests=reader.flag("exempt-tests"),
    )
    if not spec.targets:
        reader.wrong("targets", "is missing; it must be a list of dotted paths")
    if not spec.factories and not spec.allowed_in:
        reader.wrong("factories", "is missing; without it `allowed-in` says where a target may be called")
    for path in sorted({*spec.targets} & {*spec.factories}):
        reader.wrong("factories", f"{path!r} is a target too")
    return spec
