"""Test evidence of a repository: reports held against its files, and tests that no runner collects."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

from ssot_audit import pipeline
from ssot_audit.evidence import findings
from ssot_audit.evidence.age import Ages
from ssot_audit.evidence.ancestors import Ancestors
from ssot_audit.evidence.collected import REASONS, Uncollected, uncollected
from ssot_audit.evidence.conventions import Runner
from ssot_audit.evidence.defined import Names, read_defined
from ssot_audit.evidence.locate import Locator
from ssot_audit.evidence.reports import Ran, Read, Source, find_reports, merge, read_reports
from ssot_audit.evidence.rows import COLUMNS, Row, row
from ssot_audit.evidence.scopes import Scope, folders_of, scopes_of
from ssot_audit.facts import Failure
from ssot_audit.links import GoldenPath
from ssot_audit.model import Finding, Kind, Severity, Unvalidated
from ssot_audit.reading import Reading, open_library
from ssot_audit.repository import Options, open_repository
from ssot_audit.results import Account, Table, account
from ssot_audit.source.cases import Case
from ssot_audit.source.collectable import FileSeen, read_tests
from ssot_audit.source.excerpts import SourceLines
from ssot_audit.source.outlines import Outlines

_LINE = re.compile(r"line (\d+): ")


class Tests(NamedTuple):
    """The test files of a repository, and what no runner collects of them."""

    files: dict[str, FileSeen | Failure]
    runner: Runner
    read: Outlines
    is_test: Mapping[str, bool]
    patterns: tuple[str, ...]

    def known(self, path: str) -> FileSeen | None:
        if path not in self.files:
            self.files.update(self.more([path]))
        found = self.files.get(path)
        return found if isinstance(found, FileSeen) else None

    def line_of(self, one: Ran) -> int:
        """The line of a test case's function in its file; 1 where it cannot be told."""
        file, name = self.known(one.located.path), one.case.name.partition("[")[0]
        lines = [each.line for each in file.functions if each.name == name and not each.nested] if file else []
        return lines[-1] if lines else 1

    def more(self, paths: Iterable[str]) -> Mapping[str, FileSeen | Failure]:
        return self.read.parsed_of(paths, partial(read_tests, self.patterns))


class Shown(NamedTuple):
    """What reports show of each component or folder."""

    rows: tuple[Row, ...]
    read: Read
    ran: tuple[Ran, ...]
    twice: dict[tuple[str, str], list[Case]]


def check(options: Options, reports: Sequence[Path], static_only: bool) -> Account:
    """The account of a repository's tests. Without a report, named or configured, only test files can be judged, and
    only where that is asked for."""
    reading = open_library(open_repository(options), options)
    repository, config = reading.repository, reading.repository.config
    obstacles: list[str] = []
    tests = read_test_files(reading)
    found: list[Finding] = []
    tables: list[Table] = []
    lost = list(lost_tests(tests, reading)) if config.evidence.static or static_only else []
    found += findings.of_static(lost, repository.kinds.__getitem__)
    lines = SourceLines(repository.root).line
    shown = None
    if not static_only:
        scopes = scopes_of(config.components, reading.program.modules, _golden_path(reading, options), obstacles)
        shown = show(reading, tests, scopes, reports, obstacles)
        found += of_shown(shown, tests, repository.kinds.__getitem__)
        tables.append(_counts(shown.rows, "component" if scopes else "folder"))
    if config.evidence.static or static_only:
        tables.append(_reasons(lost))
    if not tests.is_test and not (shown and shown.ran):
        obstacles.append("no test file found; name the repository with --root")
    allowed = config.max_unvalidated if options.max_unvalidated is None else options.max_unvalidated
    unread = [*tests.runner.unread.values(), *_unparsed(tests)]
    unread = [one._replace(judged=len(unread) > allowed) for one in unread]
    return account(
        "test evidence",
        [findings.at_name(one, lines(one.path, one.place.line)) for one in found],
        [*unread, *(shown.read.unread if shown else ())],
        tuple(_evidence(tests, shown)),
        obstacles,
        tables,
        lines,
    )


def _golden_path(reading: Reading, options: Options) -> GoldenPath | None:
    if not any(one.golden_path for one in reading.repository.config.components):
        return None
    return pipeline.golden_path_of(reading, options)


def read_test_files(reading: Reading) -> Tests:
    """Every file that is a test by its place or by its name."""
    repository, runner = reading.repository, Runner(reading.repository.root)
    paths = [one for one in repository.found.paths if one.endswith(".py")]
    is_test = {one: True for one in paths if repository.kinds[one] is Kind.TESTS or runner.of(one).collects_file(one)}
    patterns = tuple(sorted({"test_", *(name for one in is_test for name in runner.of(one).functions)}))
    tests = Tests({}, runner, Outlines(reading.library), is_test, patterns)
    tests.files.update(tests.more(is_test))
    return tests


def lost_tests(tests: Tests, reading: Reading) -> Iterator[Uncollected]:
    ancestors = Ancestors(reading.program.modules, tests.files, tests.more)
    return uncollected(dict(tests.files), tests.runner, ancestors, tests.is_test)


def show(reading: Reading, tests: Tests, scopes: Sequence[Scope], given: Sequence[Path], obstacles: list[str]) -> Shown:
    """The reports, held against the scopes, or against the top folders of tests where there are none."""
    repository = reading.repository
    settings, root, paths = repository.config.evidence, repository.root, repository.found.paths
    places = find_reports(root, given, settings.reports, obstacles)
    if not places and not obstacles:
        obstacles.append(
            "no test report: name JUnit XML files, or set `reports` under [evidence]; --static judges test files alone"
        )
    ages = Ages(root)
    read = read_reports(root, places, ages)
    names = Names(frozenset(paths), lambda some: tests.read.parsed_of(some, read_defined))
    ran, twice = merge(read.sources, Locator(root, paths, tests.files, tests.known, names))
    if not scopes:
        holding = {path for path in tests.is_test if _holds_tests(tests.files.get(path))}
        scopes = list(folders_of(sorted(holding | {one.located.path for one in ran} - {""}), paths, settings.min_tests))
    rows = tuple(row(one, ran, ages, settings.max_skipped) for one in scopes)
    return Shown(rows if read.sources else (), read, tuple(ran), twice)


def _holds_tests(file: FileSeen | Failure | None) -> bool:
    return isinstance(file, FileSeen) and (
        any(not one.scope for one in file.functions) or any(one.tests and not one.nested for one in file.classes)
    )


def of_shown(shown: Shown, tests: Tests, kind_of: findings.KindOf) -> Iterator[Finding]:
    yield from findings.of_reports(shown.read, shown.ran, shown.twice)
    yield from findings.of_cases(shown.ran, kind_of, tests.line_of)
    where = _first_label(shown.read.sources)
    for one in shown.rows:
        for klass, what, help_ in one.wrong:
            name = one.scope.name
            severity = Severity.ERROR
            yield findings.finding(klass, where, 1, name, name, f"{name}: {what}", help_, Kind.TESTS, severity)


def _first_label(sources: Sequence[Source]) -> str:
    return sources[0].label if sources else "."


def _unparsed(tests: Tests) -> Iterator[Unvalidated]:
    for path in tests.is_test:
        found = tests.files.get(path)
        if isinstance(found, Failure):
            at = _LINE.match(found.reason)
            yield Unvalidated(path, int(at[1]) if at else 1, found.reason[at.end() :] if at else found.reason)


def _counts(rows: Sequence[Row], first: str) -> Table:
    return Table("tests", (first, *COLUMNS), tuple((one.scope.name, *one.counts) for one in rows))


def _reasons(lost: Sequence[Uncollected]) -> Table:
    rows = []
    for reason in REASONS:
        some = [one for one in lost if one.reason == reason]
        rows.append((reason, sum(one.tests for one in some), len({one.path for one in some})))
    return Table("never collected", ("reason", "tests", "files"), tuple(rows))


def _evidence(tests: Tests, shown: Shown | None) -> Iterator[tuple[str, int]]:
    yield "test files", len(tests.is_test)
    if shown:
        yield "reports", len(shown.read.sources)
        yield "test cases", len(shown.ran)
        yield "test cases without a function that was seen", sum(1 for one in shown.ran if one.located.doubtful)
        yield "passed when run again", sum(1 for one in shown.ran if one.case.flaky)
