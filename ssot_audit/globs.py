"""File globs as gitignore writes them. Only importer of pathspec."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

_NAME = re.compile(r"[\w.?*-]*\w[\w.?*-]*/?\Z")
_ANYWHERE = "^(?:.+/)?"  # how pathspec begins the pattern of a name that may stand at any depth


class Globs:
    """Patterns over repository-relative POSIX paths; no patterns match nothing."""

    def __init__(self, patterns: Sequence[str]) -> None:
        self._patterns = tuple(patterns)

    def __bool__(self) -> bool:
        return bool(self._patterns)

    @cached_property
    def _spec(self) -> GitIgnoreSpec:
        from pathspec import GitIgnoreSpec  # a run that has all it needs in its cache asks for none

        return GitIgnoreSpec.from_lines(self._patterns)

    @cached_property
    def _plain(self) -> Any:
        """One pattern for all where each is a name, or a folder's, with wildcards in it, as the defaults are: it
        needs no importing. None otherwise."""
        if not all(_NAME.match(one) for one in self._patterns):
            return None
        translated = (
            re.escape(one.rstrip("/")).replace(r"\*", "[^/]*").replace(r"\?", "[^/]") for one in self._patterns
        )
        ends = ("/" if one.endswith("/") else "(?:/|$)" for one in self._patterns)
        # It begins with a letter of its own, `/`, so that a search looks at no other place.
        return re.compile(f"/(?:{'|'.join(map(''.join, zip(translated, ends, strict=True)))})")

    @cached_property
    def _any(self) -> Any:
        """One pattern for all: most paths match none of them, and one search tells so."""
        from ssot_audit.engine import compiled  # nor for an engine

        texts = [one.regex.pattern for one in self._spec.patterns if one.regex is not None]
        texts = [re.sub(r"\(\?P<\w+>", "(?:", text if isinstance(text, str) else text.decode()) for text in texts]
        deep = [text.removeprefix(_ANYWHERE) for text in texts if text.startswith(_ANYWHERE)]
        rest = [text for text in texts if not text.startswith(_ANYWHERE)]
        return compiled("|".join((f"{_ANYWHERE}(?:{'|'.join(deep)})", *rest)) if deep else "|".join(rest) or "(?!)")

    def match(self, path: str) -> bool:
        return self.verdict(path) is True

    def verdict(self, path: str) -> bool | None:
        """True or False where a pattern decides, None where none does."""
        if self._patterns and self._plain is not None:
            return True if self._plain.search(f"/{path}") else None
        if not self._patterns or self._any.search(os.fsencode(path)) is None:
            return None
        return self._spec.check_file(path).include
