"""References and items to figures: tallies per module, package, rule and symbol, each by kind of file."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from ssot_audit import names
from ssot_audit.model import Class, Item, Kind, Reference, Score, Standing, Tally

Counted = TypeVar("Counted", bound=Reference | Item)

_ORDER = {klass.value: number for number, klass in enumerate(Class)}
_NONE = Tally()


def tally(counts: Mapping[str, int], standings: Mapping[str, Standing]) -> Tally:
    """Classes in their order; those of other kinds of rules after them, by name."""
    if not counts:
        return _NONE
    canonical = sum(number for klass, number in counts.items() if standings[klass] is Standing.COMPLIANT)
    governed = sum(number for klass, number in counts.items() if standings[klass] is not Standing.APART)
    ordered = sorted(counts.items(), key=lambda one: (_ORDER.get(one[0], len(_ORDER)), one[0]))
    return Tally(tuple(ordered), canonical, governed)


def score(name: str, counted: Sequence[Counted], kinds: Mapping[str, Kind], path: str = "") -> Score:
    """The tally of some references or items, in total and by the kind of the file each stands in."""
    total: dict[str, int] = {}
    split: dict[Kind, dict[str, int]] = {kind: {} for kind in Kind}
    standings: dict[str, Standing] = {}
    for one in counted:
        if one.klass not in standings:
            standings[one.klass] = one.standing
        for counts in (total, split[kinds[one.path]]):
            counts[one.klass] = counts.get(one.klass, 0) + 1
    by_kind = tuple((kind, tally(split[kind], standings)) for kind in Kind)
    return Score(name, tally(total, standings), by_kind, path)


def by_rule(counted: Sequence[Counted], ids: Sequence[str], kinds: Mapping[str, Kind]) -> tuple[Score, ...]:
    """One score for each rule, those that matched nothing included."""
    groups = _grouped(counted, lambda one: (one.rule,))
    return tuple(score(name, groups.get(name, []), kinds) for name in ids)


def by_symbol(references: Sequence[Reference], kinds: Mapping[str, Kind]) -> tuple[Score, ...]:
    groups = _grouped(references, lambda one: (names.last_part(one.dotted),))
    return tuple(score(name, groups[name], kinds) for name in sorted(groups))


def by_module(
    references: Sequence[Reference], modules: Mapping[str, str], kinds: Mapping[str, Kind]
) -> tuple[Score, ...]:
    """One score for each file with references; `modules` gives the dotted name of a file."""
    groups = _grouped(references, lambda one: (one.path,))
    return tuple(score(modules[path], groups[path], kinds, path) for path in sorted(groups))


def by_package(
    references: Sequence[Reference], modules: Mapping[str, str], kinds: Mapping[str, Kind]
) -> tuple[Score, ...]:
    """One score for each package, with all below it."""
    packages = {path: _packages(modules[path], path) for path in {one.path for one in references}}
    groups = _grouped(references, lambda one: packages[one.path])
    return tuple(score(name, groups[name], kinds) for name in sorted(groups))


def _packages(module: str, path: str) -> tuple[str, ...]:
    """The packages a module is in, outermost first; a package's `__init__` is in the package itself."""
    parts = module.split(".")
    if not path.endswith(("__init__.py", "__init__.pyi")):
        parts.pop()
    return tuple(".".join(parts[: depth + 1]) for depth in range(len(parts)))


def _grouped(counted: Sequence[Counted], keys: Callable[[Counted], tuple[str, ...]]) -> dict[str, list[Counted]]:
    groups: dict[str, list[Counted]] = defaultdict(list)
    for one in counted:
        for key in keys(one):
            groups[key].append(one)
    return groups
