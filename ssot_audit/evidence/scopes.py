"""What is told of separately: the configured components, or the top folders of test files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import NamedTuple

from ssot_audit import names
from ssot_audit.config import Component
from ssot_audit.globs import Globs
from ssot_audit.links import GoldenPath
from ssot_audit.program.modules import Modules
from ssot_audit.source.cases import Case


class Scope(NamedTuple):
    """A component, or a folder of tests: the files of its code and of its tests. With a `journey`, only test cases that
    are tagged with it count."""

    name: str
    sources: tuple[str, ...]
    tests: frozenset[str]
    min_tests: int
    journey: str = ""
    anywhere: bool = False  # its test cases may be in any file

    @property
    def files(self) -> tuple[str, ...]:
        return tuple(sorted({*self.sources, *self.tests}))

    def holds(self, path: str, case: Case) -> bool:
        if self.journey and not _is_tagged(case, self.journey):
            return False
        return self.anywhere or path in self.tests


def _is_tagged(case: Case, journey: str) -> bool:
    """By a property of the report, or by a pattern over `classname.name`."""
    if journey in case.journeys:
        return True
    return "*" in journey and fnmatchcase(f"{case.classname}.{case.name}", journey)


def scopes_of(
    components: Sequence[Component], modules: Modules, path: GoldenPath | None, obstacles: list[str]
) -> list[Scope]:
    """One for each component; what a pattern does not match becomes an obstacle."""
    named = {one: modules.by_path[one].name for one in sorted(modules.by_path)} if components else {}
    return [_scope(one, named, path, obstacles) for one in components]


def _scope(one: Component, named: Mapping[str, str], path: GoldenPath | None, obstacles: list[str]) -> Scope:
    sources: set[str] = set()
    tests: set[str] = set()
    for pattern in one.modules:
        found = {file for file, name in named.items() if names.covers(pattern, name)}
        sources |= found
        if not found:
            obstacles.append(f"component {one.name!r}: its modules {pattern!r} match no file")
    for pattern in one.tests:
        globs = Globs((pattern,))
        found = {file for file in named if globs.match(file)}
        tests |= found
        if not found:
            obstacles.append(f"component {one.name!r}: its tests {pattern!r} match no file")
    if one.golden_path and not one.modules and path:
        sources |= {file for file in path.reached if file not in path.tests}
    anywhere = bool(one.journey) and not one.tests
    return Scope(one.name, tuple(sorted(sources - tests)), frozenset(tests), one.min_tests, one.journey, anywhere)


def folders_of(tests: Sequence[str], sources: Sequence[str], min_tests: int) -> Iterator[Scope]:
    """One for each top folder of some test files; each speaks of the whole code."""
    tops: dict[str, set[str]] = {}
    for path in tests:
        tops.setdefault(path.partition("/")[0] if "/" in path else ".", set()).add(path)
    for top in sorted(tops):
        yield Scope(top, tuple(sources), frozenset(tops[top]), min_tests)
