"""Tests that no runner ever collects, though they are written like tests."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from ssot_audit.evidence.ancestors import Ancestors, Descent
from ssot_audit.evidence.conventions import Conventions, Runner
from ssot_audit.facts import Failure
from ssot_audit.model import Severity
from ssot_audit.source.collectable import ClassSeen, FileSeen, fits


class Uncollected(NamedTuple):
    """Tests that are never collected: where, how many, and why."""

    path: str
    line: int
    name: str
    scope: tuple[str, ...]
    reason: str  # one of REASONS
    tests: int
    severity: Severity
    why: str
    help: str


REASONS = ("nested", "called inside", "shadowed", "constructor", "class name", "file name", "testpaths")


def uncollected(
    files: Mapping[str, FileSeen | Failure], runner: Runner, ancestors: Ancestors, is_test: Mapping[str, bool]
) -> Iterator[Uncollected]:
    """Of every test file; `is_test` has those that are tests by their place."""
    parsed = {path: one for path, one in files.items() if path in is_test and isinstance(one, FileSeen)}
    bases = {base.rpartition(".")[2] for one in parsed.values() for klass in one.classes for base in klass.bases}
    imported = {part for one in parsed.values() for _, _, *names in one.imports for part in ".".join(names).split(".")}
    for path, file in parsed.items():
        collected = runner.of(path)
        yield from _nested(path, file)
        yield from _shadowed(path, file)
        tests = list(_tests(path, file, collected, ancestors))
        if not _is_named(path, collected, tests):
            if (lost := len(tests)) and _module_name(path) not in imported:
                yield _of_file(path, lost, "file name", collected)
            continue
        if tests and not collected.is_reached(path):
            yield _of_file(path, len(tests), "testpaths", collected)
        for klass in file.classes:
            found = _of_class(path, file, klass, collected, ancestors)
            if found and not (found.reason == "class name" and klass.name in bases):
                yield found


def _nested(path: str, file: FileSeen) -> Iterator[Uncollected]:
    for one in file.functions:
        if one.nested and one.name.startswith("test_"):
            around = next((part for part in reversed(one.scope) if part.endswith("()")), "")
            if one.used:
                why = f"it is inside {around}, which calls it or hands it on; no runner counts it as a test"
                yield Uncollected(path, one.line, one.name, one.scope, "called inside", 1, Severity.INFO, why, _HELP)
            else:
                why = f"it is inside {around}, which never calls it: it never runs"
                yield Uncollected(path, one.line, one.name, one.scope, "nested", 1, Severity.ERROR, why, _HELP)


_HELP = "move it to the module or to a test class, or give it a name that is no test's"


def _shadowed(path: str, file: FileSeen) -> Iterator[Uncollected]:
    for one in file.shadowed:
        why = f"line {one.later} gives its name to another one: the first never runs"
        help_ = "give one of them another name"
        yield Uncollected(path, one.line, one.name, one.scope, "shadowed", one.tests, Severity.ERROR, why, help_)


def _tests(path: str, file: FileSeen, collected: Conventions, ancestors: Ancestors) -> Iterator[str]:
    """The tests of a file that a runner would collect, were it to come by: `unittest` where a TestCase has them."""
    for one in file.functions:
        if not one.scope and fits(one.name, collected.functions):
            yield "function"
    for klass in file.classes:
        if klass.tests and not klass.scope:
            if ancestors.of(path, klass).descent is Descent.TEST_CASE:
                yield from ["unittest"] * len(klass.tests)
            elif fits(klass.name, collected.classes):
                yield from ["class"] * len(klass.tests)


def _is_named(path: str, collected: Conventions, tests: list[str]) -> bool:
    if collected.collects_file(path):
        return True
    return "unittest" in tests and _module_name(path).startswith("test")


def _module_name(path: str) -> str:
    """The last name of a module: of a package's `__init__`, that of its folder."""
    return path.removesuffix(".py").removesuffix("/__init__").rpartition("/")[2]


def _of_file(path: str, tests: int, reason: str, collected: Conventions) -> Uncollected:
    if reason == "file name":
        why = f"no runner collects a file of this name; pytest takes {', '.join(collected.files)}"
        help_ = "rename the file, or add its name to `python_files`"
    else:
        paths = ", ".join(collected.testpaths)
        why = f"it is in none of pytest's `testpaths` ({paths}); a run that names no path does not collect it"
        help_ = "add its folder to `testpaths`, or see that another run names it"
    return Uncollected(path, 1, path.rpartition("/")[2], (), reason, tests, Severity.WARNING, why, help_)


def _of_class(
    path: str, file: FileSeen, klass: ClassSeen, collected: Conventions, ancestors: Ancestors
) -> Uncollected | None:
    if klass.scope or klass.opted_out or not klass.tests:
        return None
    lineage = ancestors.of(path, klass)
    if lineage.descent is not Descent.PLAIN:
        return None
    at, number = (path, klass.line, klass.name, klass.scope), len(klass.tests)
    by_hand = bool(file.called & {name for name, _ in klass.tests})
    if fits(klass.name, collected.classes):
        if not lineage.maker:
            return None
        why = f"the class has `{lineage.maker}`: pytest leaves it out, with a warning"
        help_ = f"make what `{lineage.maker}` makes in a fixture, or in `setup_method`"
        severity = Severity.WARNING if by_hand else Severity.ERROR
        return Uncollected(*at, "constructor", number, severity, why, help_)
    if by_hand or klass.name in file.handed:
        return None  # a helper, or what other classes are made of
    why = f"the class is no unittest.TestCase, and its name is none that is collected ({', '.join(collected.classes)})"
    return Uncollected(
        *at, "class name", number, Severity.WARNING, why, "give the class such a name, or the methods others"
    )
