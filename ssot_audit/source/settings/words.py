"""Words of a shell line, as Dockerfiles and shell scripts write values: quotes and backslashes, nothing expanded.

What may miss its end is bounded, for a line of a thousand openings would be searched a thousand times."""

from __future__ import annotations

import re

WORD = r"""(?:"(?:[^"\\]|\\.)*"|'[^']*'|\\.|\$\{[^}\n]{0,300}\}|\$\([^)\n]{0,300}\)|`[^`\n]{0,300}`|[^\s"'\\])"""
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"|\'([^\']*)\'|\\(.)', re.S)
_ESCAPE = re.compile(r'\\(["\\$`])|\\\n', re.S)


def unquote(word: str) -> str:
    """The word without its quotes and backslashes. https://pubs.opengroup.org/onlinepubs/9799919799/, 2.2 Quoting"""
    return _QUOTED.sub(_inside, word)


def _inside(found: re.Match[str]) -> str:
    if found[1] is not None:
        return _ESCAPE.sub(lambda escape: escape[1] or "", found[1])
    return found[2] if found[2] is not None else found[3].strip("\n")
