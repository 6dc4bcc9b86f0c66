"""What a check sees: the program, outlines and settings of files, what files are for, and the day. It reads nothing
itself."""

from __future__ import annotations

from collections.abc import Container, Mapping
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from ssot_audit.model import Kind
from ssot_audit.program.candidates import Program

if TYPE_CHECKING:  # only some kinds need their readers
    from ssot_audit.source.outlines import Outlines
    from ssot_audit.source.setting_files import SettingFiles


class Scene(NamedTuple):
    """A repository, read as deep as its rules ask. `named` are the files that are judged, None for all."""

    program: Program
    outlines: Outlines
    settings: SettingFiles
    kinds: Mapping[str, Kind]
    today: date
    named: Container[str] | None = None

    def judges(self, path: str) -> bool:
        return self.named is None or path in self.named
