"""File globs as gitignore writes them. Only importer of pathspec."""

from __future__ import annotations

from collections.abc import Sequence

from pathspec import GitIgnoreSpec


class Globs:
    """Patterns over repository-relative POSIX paths; no patterns match nothing."""

    def __init__(self, patterns: Sequence[str]) -> None:
        self._spec = GitIgnoreSpec.from_lines(patterns) if patterns else None

    def __bool__(self) -> bool:
        return self._spec is not None

    def match(self, path: str) -> bool:
        return self._spec is not None and self._spec.match_file(path)

    def verdict(self, path: str) -> bool | None:
        """True or False where a pattern decides, None where none does."""
        return self._spec.check_file(path).include if self._spec else None
