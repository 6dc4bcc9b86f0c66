"""A progress bar on standard error, where that is a terminal and the work is long."""

from __future__ import annotations

import time
from types import TracebackType
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from rich.progress import Progress as Bar
    from rich.progress import TaskID

PATIENCE = 1.0  # seconds of work before a bar appears


class Progress:
    """A context whose `watch` is told how far the work has come."""

    def __init__(self, stream: TextIO | None, quiet: bool) -> None:
        self._stream = stream if stream is not None and stream.isatty() and not quiet else None
        self._began = time.monotonic()
        self._bar: Bar | None = None
        self._task: TaskID | None = None
        self._what = ""

    def __enter__(self) -> Progress:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar:
            self._bar.stop()

    def watch(self, what: str, done: int, total: int) -> None:
        if self._stream is None:
            return
        if self._bar is None and time.monotonic() - self._began > PATIENCE:
            self._open(self._stream)
        if self._bar:
            if self._task is None or what != self._what:
                self._what, self._task = what, self._bar.add_task(what, total=total)
            self._bar.update(self._task, completed=done)

    def _open(self, stream: TextIO) -> None:
        from rich.console import Console
        from rich.progress import Progress as Bar

        self._bar = Bar(console=Console(file=stream), transient=True)
        self._bar.start()
