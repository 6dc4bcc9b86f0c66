"""What a check sees: the program, outlines and settings of files, what files are for, and the day. It reads nothing
itself."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

from ssot_audit.model import Kind
from ssot_audit.program.candidates import Program

if TYPE_CHECKING:  # only some kinds need their readers
    from ssot_audit.source.outlines import Outlines
    from ssot_audit.source.setting_files import SettingFiles


class Scene:
    """A repository, read as deep as its rules ask. `named` are the files that are judged, None for all."""

    def __init__(
        self,
        program: Program,
        outlines: Callable[[], Outlines],
        settings: Callable[[], SettingFiles],
        kinds: Mapping[str, Kind],
        today: date,
        named: Container[str] | None = None,
    ) -> None:
        self.program, self.kinds, self.today, self.named = program, kinds, today, named
        self._outlines, self._settings = outlines, settings

    @cached_property
    def outlines(self) -> Outlines:
        return self._outlines()

    @cached_property
    def settings(self) -> SettingFiles:
        return self._settings()

    def judges(self, path: str) -> bool:
        return self.named is None or path in self.named
