"""`ssot-audit baseline`: record what is found today, or take out of the record what is mended."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path
from typing import NamedTuple

from ssot_audit.accept import baseline
from ssot_audit.accept.baseline import Identity
from ssot_audit.accept.findings import may_be_known
from ssot_audit.errors import UsageError
from ssot_audit.model import Severity, Verdict
from ssot_audit.repository import Options, open_repository
from ssot_audit.source.files import replace
from ssot_audit.source.history import moved_since
from ssot_audit.whole import held


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
    there = os.path.lexists(path)
    before = Counter(one for one, _ in baseline.load(repository.root, name)) if there or prune else Counter[Identity]()
    report = held(repository, options._replace(no_baseline=True))
    if report.judgement.verdict is Verdict.NOT_JUDGED:
        raise UsageError("; ".join(("no baseline was written", *report.judgement.reasons)))
    found = Counter(baseline.identity(one) for one in report.all_findings if may_be_known(one))
    kept = found & baseline.renamed(before.elements(), moved_since(repository.root, name)) if prune else found
    added, removed = kept - before, before - kept
    if added and not (force or prune) and there:
        raise UsageError(
            f"{name}: would take in {added.total()} more, first {min(added).rule} in {min(added).path}; a baseline "
            "only shrinks: mend them, or use --force where they are to be accepted too"
        )
    replace(path, baseline.written(kept.elements()).encode("utf-8", "surrogateescape"))
    harmless = sum(1 for one in report.all_findings if one.severity is not Severity.ERROR)
    return Recorded(path, kept.total(), added.total(), removed.total(), harmless)
