"""Lines of source files, for those who show them."""

from __future__ import annotations

from pathlib import Path

from ssot_audit.facts import Failure


class SourceLines:
    """The text of lines, read when they are shown."""

    def __init__(self, root: Path) -> None:
        self._root, self._files = root, dict[str, list[str]]()

    def line(self, path: str, number: int) -> str | None:
        """A line of a file, by its number from 1; None where the file can no longer be read, or has no such line."""
        from ssot_audit.source.files import read_bytes
        from ssot_audit.source.lines import physical_lines  # most formats show none
        from ssot_audit.source.text import decode

        if path not in self._files:
            data = read_bytes(self._root / path)
            text = data if isinstance(data, Failure) else decode(data)
            self._files[path] = [] if isinstance(text, Failure) else physical_lines(text)
        lines = self._files[path]
        return lines[number - 1] if number <= len(lines) else None
