"""Figures between markers, held against the audit they name, and written anew."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ssot_audit.documents import markers
from ssot_audit.documents.claim import About, Claim, Judged, Standing
from ssot_audit.documents.markers import Marked
from ssot_audit.documents.measure import NAMES, NOT_MEASURED, Measured, words_asked
from ssot_audit.documents.reading import Contents, text_of
from ssot_audit.errors import AuditError, ConfigError
from ssot_audit.facts import Failure
from ssot_audit.repository import Options, open_repository
from ssot_audit.source.files import replace


class Audits:
    """The audits that markers take figures of: this repository's, and those of folders in it."""

    def __init__(self, root: Path, own: Measured, options: Options, read: Mapping[str, Contents]) -> None:
        self._root, self._own, self._options = root, own, options
        self._asked = [one.name for contents in read.values() for one in contents.marked]
        self._targets: dict[str, Measured | str] = {}

    def figure(self, one: Marked) -> tuple[str, str]:
        """(figure, why there is none); one of them is empty."""
        if one.mistake:
            return "", one.mistake
        audit = self._of(one.target) if one.target else self._own
        if isinstance(audit, str):
            return "", audit
        value = audit.figure(one.name)
        if value is None:
            return "", f"names the figure {one.name!r}, which this audit does not have; figures: {NAMES}"
        if value == NOT_MEASURED:
            return "", f"takes the figure {one.name!r}, which cannot be measured here"
        return value, ""

    def _of(self, target: str) -> Measured | str:
        if target not in self._targets:
            self._targets[target] = self._audit(target)
        return self._targets[target]

    def _audit(self, target: str) -> Measured | str:
        folder = (self._root / target).resolve()
        if not folder.is_dir() or not folder.is_relative_to(self._root.resolve()):
            return f"takes the figure of {target!r}, which is no folder of the repository"
        options = Options(
            paths=(folder,), today=self._options.today, jobs=self._options.jobs, watch=self._options.watch
        )
        try:
            repository = open_repository(options)
            if repository.root != folder:
                return f"takes the figure of {target!r}, which has no configuration of its own"
            return Measured(repository, options, words_asked(self._asked, ()))
        except AuditError as error:
            reasons = error.mistakes if isinstance(error, ConfigError) else (str(error),)
            return f"takes the figure of {target!r}, which could not be audited: {reasons[0]}"

    def judge(self, path: str, one: Marked) -> Judged:
        """A figure is true or false; one that cannot be measured is false, whatever is written."""
        value, why = self.figure(one)
        claim = Claim(
            About.FIGURE, f"{one.name} in={one.target}" if one.target else one.name, one.stated, one.line, one.column
        )
        if why:
            return Judged(path, claim, Standing.FALSE, why, "marker")
        return Judged(path, claim, Standing.TRUE if markers.same(one.stated, value) else Standing.FALSE, value)


def write(root: Path, read: Mapping[str, Contents], audits: Audits) -> list[str]:
    """Write the figures that are not as measured; the documents that were changed. Raises UsageError."""
    changed = []
    for path, contents in read.items():
        if not contents.marked:
            continue
        before = text_of(f"{root}/{path}")
        if isinstance(before, Failure):
            continue
        after = markers.written(before, list(contents.marked), lambda one: audits.figure(one)[0] or None)
        if after != before:
            replace(root / path, after.encode("utf-8"))
            changed.append(path)
    return changed
