"""The reports of a run: found, read, and their test cases counted once."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from ssot_audit.evidence.age import Ages, instant, mtime
from ssot_audit.evidence.locate import Located, Locator
from ssot_audit.facts import Failure
from ssot_audit.model import Unvalidated
from ssot_audit.source.cases import COLLECTED, Case, ReportSeen, worst
from ssot_audit.source.files import read_bytes
from ssot_audit.source.reports import read_report

MAX_BYTES = 256 << 20  # of one report; a larger one is mostly output


class Source(NamedTuple):
    """A report as it was found. `label` is its path from the repository's root, where it is below; `written` when, as
    the time of its file says, or that of the commit it is in."""

    label: str
    report: ReportSeen
    written: float
    is_committed: bool = False


class Ran(NamedTuple):
    """A test case that counts, the report it is of, and where it is."""

    case: Case
    source: Source
    located: Located

    @property
    def at(self) -> float:
        """When it ran: as the report says, but no later than the report was written."""
        return self.source.written if self.said is None else min(self.said, self.source.written)

    @property
    def said(self) -> float | None:
        return instant(self.case.when) if self.case.when else None

    @property
    def claimed(self) -> float:
        """When it says it ran, however late that is."""
        return self.source.written if self.said is None else self.said

    @property
    def dated_by(self) -> str:
        if self.said is not None and self.said <= self.source.written:
            return "by its timestamp"
        return "by the commit it is in" if self.source.is_committed else "by the time of its file"


class Read(NamedTuple):
    """What could be read. `copies` are (report, the one it is a copy of)."""

    sources: tuple[Source, ...]
    copies: tuple[tuple[str, str], ...]
    unread: tuple[Unvalidated, ...]


def find_reports(root: Path, given: Sequence[Path], globs: Sequence[str], obstacles: list[str]) -> list[Path]:
    """Those that were named, or else the configured ones; a pattern that matches nothing becomes an obstacle."""
    if given:
        return list(given)
    found: list[Path] = []
    for pattern in globs:
        try:
            matching = sorted(one for one in root.glob(pattern) if one.is_file())
        except (ValueError, NotImplementedError) as error:
            obstacles.append(f"[evidence] reports: {pattern!r} is no glob: {error}")
            continue
        found += matching
        if not matching:
            obstacles.append(f"[evidence] reports: {pattern!r} matches no file; run the tests first, or correct it")
    return list(dict.fromkeys(found))


def read_reports(root: Path, paths: Sequence[Path], ages: Ages) -> Read:
    sources: list[Source] = []
    copies: list[tuple[str, str]] = []
    unread: list[Unvalidated] = []
    seen: dict[bytes, str] = {}
    for path in paths:
        label = _label(root, path)
        data = _bytes(path)
        if isinstance(data, Failure):
            unread.append(Unvalidated(label, 1, data.reason))
            continue
        digest = sha256(data).digest()
        if digest in seen:
            copies.append((label, seen[digest]))
            continue
        seen[digest] = label
        report = read_report(data)
        if isinstance(report, Failure):
            unread.append(Unvalidated(label, 1, report.reason))
        else:
            sources.append(_source(label, path, report, ages))
    return Read(tuple(sources), tuple(copies), tuple(unread))


def _source(label: str, path: Path, report: ReportSeen, ages: Ages) -> Source:
    if str(path) == "-":
        return Source(label, report, time.time())
    committed = None if Path(label).is_absolute() or label.startswith("..") else ages.written_down(label)
    if committed is not None:
        return Source(label, report, committed, True)
    written = mtime(path)
    return Source(label, report, time.time() if written is None else written)


def _label(root: Path, path: Path) -> str:
    if str(path) == "-":
        return "<stdin>"
    full = path.parent.resolve() / path.name
    return full.relative_to(root).as_posix() if full.is_relative_to(root) else str(path)


def _bytes(path: Path) -> bytes | Failure:
    if str(path) != "-":
        return read_bytes(path, MAX_BYTES)
    data = sys.stdin.buffer.read(MAX_BYTES + 1)
    return Failure(f"has more than {MAX_BYTES:,} bytes") if len(data) > MAX_BYTES else data


Key = tuple[str, str, str]


def merge(sources: Sequence[Source], locator: Locator) -> tuple[list[Ran], dict[tuple[str, str], list[Case]]]:
    """Every test once, the worst of what is said of it; and by (report, other report) the cases they both have."""
    groups: dict[Key, list[Ran]] = {}
    for source in sources:
        for case in source.report.cases:
            one = Ran(case, source, locator.of(case))
            groups.setdefault(_key(one), []).append(one)
    twice: dict[tuple[str, str], list[Case]] = {}
    for source in sources:
        if source.report.doubled:
            twice[source.label, source.label] = list(source.report.doubled)
    for some in groups.values():
        told = [one for one in some if one.case.outcome != COLLECTED]
        for one in told[1:]:
            if one.source.label != told[0].source.label:
                twice.setdefault((one.source.label, told[0].source.label), []).append(one.case)
    return [_one_of(some) for some in groups.values()], twice


def _one_of(some: list[Ran]) -> Ran:
    chosen = worst([one.case for one in some])
    ran = next(one for one in some if one.case is chosen)
    journeys = tuple(dict.fromkeys(tag for one in some for tag in one.case.journeys))
    return ran._replace(case=chosen._replace(journeys=journeys))


def _key(one: Ran) -> Key:
    case, path = one.case, one.located.path
    if not path:
        return case.classname or case.file, "", case.name
    stem = path.rpartition("/")[2].partition(".")[0]
    _, found, classes = f".{case.classname}.".rpartition(f".{stem}.")
    return path, (classes if found else case.classname).strip("."), case.name


def unknown(ran: Sequence[Ran]) -> Iterator[tuple[str, list[Ran]]]:
    """By report, the cases that are nowhere in the tree."""
    by: dict[str, list[Ran]] = {}
    for one in ran:
        if not one.located.path:
            by.setdefault(one.source.label, []).append(one)
    yield from by.items()
