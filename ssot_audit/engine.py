"""The engine that matches patterns over bytes: PCRE2 with its compiler, or the standard library where there is none.

Only importer of pcre2. Every answer is the same without it, only slower.
"""

from __future__ import annotations

import os
import re
from functools import lru_cache
from typing import Any

try:
    if os.environ.get("SSOT_AUDIT_ENGINE") == "re":  # to compare the two
        raise ImportError
    import pcre2  # type: ignore[import-untyped]
except ImportError:
    pcre2 = None

IS_COMPILED = pcre2 is not None
MatchError: type[Exception] = pcre2.LibraryError if pcre2 else RuntimeError  # a match that needs too deep a stack


@lru_cache(maxsize=64)
def compiled(pattern: str) -> Any:
    """A pattern over bytes that both engines read alike, ready to be matched; `.` matches line ends."""
    return pcre2.compile(pattern.encode(), pcre2.DOTALL | pcre2.ASCII) if pcre2 else re.compile(pattern.encode(), re.S)
