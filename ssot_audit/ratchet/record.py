"""`ssot-audit baseline`: record what is found today, or take out of the record what is mended."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import NamedTuple

from ssot_audit.accept import baseline
from ssot_audit.accept.baseline import Identity
from ssot_audit.accept.findings import may_be_known
from ssot_audit.errors import ConfigError, UsageError
from ssot_audit.model import Severity
from ssot_audit.repository import Options, open_repository
from ssot_audit.source.history import last_commit, renamed
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
    Raises AuditError where something could not be read, since what it holds would be missing, where there is nothing
    to prune, and where an existing baseline would grow."""
    repository = open_repository(options, any_format=True)
    if repository.named is not None:
        raise UsageError("a baseline is of a whole repository; name its top, and no files of it")
    path = repository.root / (repository.config.baseline or baseline.FILE)
    report = whole(options._replace(no_baseline=True))
    if report.unvalidated or not report.evidence.read or not report.rules:
        raise UsageError("; ".join(("no baseline was written", *report.judgement.reasons)))
    beside = [finding for account in report.accounts for finding in account.findings]
    found = Counter(baseline.identity(one) for one in (*report.findings, *beside) if may_be_known(one))
    before = _entries(path, prune)
    kept = found & _moved(before, repository.root, path) if prune else found
    added = kept - before
    if added and not force and path.exists():
        raise UsageError(
            f"{path.name}: would take in {added.total()} more, first {min(added).rule} in {min(added).path}; "
            "a baseline only shrinks: mend them, or use --force where they are to be accepted too"
        )
    path.write_text(baseline.written(kept.elements()), "utf-8", "surrogateescape", newline="\n")
    harmless = sum(1 for one in report.findings if one.severity is not Severity.ERROR)
    return Recorded(path, kept.total(), added.total(), (before - kept).total(), harmless)


def _moved(entries: Counter[Identity], root: Path, path: Path) -> Counter[Identity]:
    """The entries with the new paths of files that were renamed since the baseline was committed."""
    since = last_commit(root, path.name)
    moved = renamed(root, since) if since else {}
    return Counter(one._replace(path=moved.get(one.path, one.path)) for one in entries.elements())


def _entries(path: Path, needed: bool) -> Counter[Identity]:
    if not path.exists():
        if needed:
            raise ConfigError((f"{path.name}: is not there; write a baseline with `ssot-audit baseline`",))
        return Counter()
    text = path.read_bytes().decode("utf-8", "surrogateescape")
    return Counter(one for one, _ in baseline.read(text, path.name))
