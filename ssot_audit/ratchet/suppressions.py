"""`ssot-audit suppressions`: the comments that accept findings, with what each accepts, its age and its author."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from ssot_audit.accept.suppression import suppress
from ssot_audit.facts import Directive
from ssot_audit.repository import Options, open_repository
from ssot_audit.source.history import Written, blame
from ssot_audit.whole import held


class Suppression(NamedTuple):
    """A comment, the number of findings it accepts, and who wrote it when."""

    path: str
    comment: Directive
    accepts: int
    written: Written

    def state(self, today: date) -> str:
        if self.comment.wrong:
            return "invalid"
        if self.comment.until and today > self.comment.until:
            return "expired"
        return "in use" if self.accepts else "unused"


def suppressions(options: Options) -> Iterator[Suppression]:
    """Every such comment of a repository, in order. Raises AuditError."""
    repository = open_repository(options, any_format=True)
    report = held(repository, options)
    uses = suppress(report.all_findings, report.comments, options.today or date.today()).uses
    for path, some in sorted(report.comments.items()):
        authors = blame(repository.root, path, sorted({one.line for one in some}))
        for one in some:
            yield Suppression(path, one, uses.get((path, one.line), 0), authors.get(one.line, Written()))
