"""References to figures: tallies per module, package, rule and symbol, each by kind of file."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence

from ssot_audit import names
from ssot_audit.model import Class, Kind, Reference, Score, Tally

_ORDER = {klass: number for number, klass in enumerate(Class)}
_NONE = Tally()


def _tally(counts: Mapping[Class, int]) -> Tally:
    return Tally(tuple(sorted(counts.items(), key=lambda one: _ORDER[one[0]]))) if counts else _NONE


def score(name: str, references: Sequence[Reference], kinds: Mapping[str, Kind], path: str = "") -> Score:
    """The tally of some references, in total and by the kind of the file each stands in."""
    total: dict[Class, int] = {}
    split: dict[Kind, dict[Class, int]] = {kind: {} for kind in Kind}
    for one in references:
        for counts in (total, split[kinds[one.path]]):
            counts[one.klass] = counts.get(one.klass, 0) + 1
    return Score(name, _tally(total), tuple((kind, _tally(split[kind])) for kind in Kind), path)


def by_rule(references: Sequence[Reference], ids: Sequence[str], kinds: Mapping[str, Kind]) -> tuple[Score, ...]:
    """One score for each rule, those that matched nothing included."""
    groups = _grouped(references, lambda one: (one.rule,))
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


def _grouped(
    references: Sequence[Reference], keys: Callable[[Reference], tuple[str, ...]]
) -> dict[str, list[Reference]]:
    groups: dict[str, list[Reference]] = defaultdict(list)
    for one in references:
        for key in keys(one):
            groups[key].append(one)
    return groups
