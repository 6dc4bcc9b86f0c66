"""`ssot-audit baseline`: record what is found today, or take out of the record what is mended."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path
from typing import NamedTuple

from ssot_audit.accept import baseline
from ssot_audit.accept.baseline import Identity
from ssot_audit.accept.findings import may_be_known, moved_since
from ssot_audit.errors import ConfigError, UsageError
from ssot_audit.facts import Failure
from ssot_audit.model import Severity, Verdict
from ssot_audit.repository import Options, open_repository
from ssot_audit.source.files import read_bytes
from ssot_audit.whole import whole


class Recorded(NamedTuple):
    """A baseline that was written, and how it differs from the one before."""

    path: Path
    entries: int
    added: int
    removed: int
    harmless: int  # findings that cannot fail the gate, and so are not recorded


def record(options: Options, prune: bool, force: bool) -> Recorded:
    """Write the baseline of a whole repository; with `prune` only less of the one there is, with `force` also more.
    Raises AuditError where the run could not be judged, since what it did not see would be missing; where there is
    nothing to prune, and where an existing baseline would grow."""
    repository = open_repository(options, any_format=True)
    if repository.named is not None:
        raise UsageError("a baseline is of a whole repository; name its top, and no files of it")
    name = repository.config.baseline or baseline.FILE
    path = repository.root / name
    before = _entries(path, name, prune)
    report = whole(options._replace(no_baseline=True))
    if report.judgement.verdict is Verdict.NOT_JUDGED:
        raise UsageError("; ".join(("no baseline was written", *report.judgement.reasons)))
    findings = [*report.findings, *(finding for account in report.accounts for finding in account.findings)]
    found = Counter(baseline.identity(one) for one in findings if may_be_known(one))
    kept = found & _moved(before, moved_since(repository.root, name)) if prune else found
    added, removed = kept - before, before - kept
    if added and not (force or prune) and os.path.lexists(path):
        raise UsageError(
            f"{name}: would take in {added.total()} more, first {min(added).rule} in {min(added).path}; a baseline "
            "only shrinks: mend them, or use --force where they are to be accepted too"
        )
    _write(path, baseline.written(kept.elements()))
    harmless = sum(1 for one in findings if one.severity is not Severity.ERROR)
    return Recorded(path, kept.total(), added.total(), removed.total(), harmless)


def _moved(entries: Counter[Identity], moved: dict[str, str]) -> Counter[Identity]:
    return Counter(one._replace(path=moved.get(one.path, one.path)) for one in entries.elements())


def _entries(path: Path, name: str, needed: bool) -> Counter[Identity]:
    """What a baseline holds; nothing where there is none and none is needed. Raises ConfigError."""
    if not os.path.lexists(path) and not needed:
        return Counter()
    data = read_bytes(path)
    if isinstance(data, Failure):
        raise ConfigError((f"{name}: {data.reason}; write a baseline with `ssot-audit baseline`",))
    return Counter(one for one, _ in baseline.read(data.decode("utf-8", "surrogateescape"), name))


def _write(path: Path, text: str) -> None:
    """Put the whole of it in place at once; a link is not followed. Raises UsageError."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with open(beside, "x", encoding="utf-8", errors="surrogateescape", newline="\n") as file:  # noqa: PTH123
            file.write(text)
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise UsageError(f"{path}: cannot be written: {error.strerror}") from None
