"""Lines that run only where a file is run as a script: those below `if __name__ == "__main__":` at module level."""

from __future__ import annotations

import re

from ssot_audit.facts import Failure
from ssot_audit.source.files import read_bytes
from ssot_audit.source.lines import physical_lines
from ssot_audit.source.text import decode

_MAIN = re.compile(r"if[ \t]*\(?[ \t]*__name__[ \t]*==[ \t]*([\"'])__main__\1[ \t]*\)?[ \t]*:")


def script_lines(path: str) -> frozenset[int]:
    """The numbers of such lines of a file, from 1; none where it cannot be read. Text at the margin ends them, in a
    string too: what follows then counts as run."""
    data = read_bytes(path)
    if isinstance(data, Failure) or b"__main__" not in data:
        return frozenset()
    text = decode(data)
    inside, found = False, []
    for number, line in enumerate([] if isinstance(text, Failure) else physical_lines(text), 1):
        if line.strip() and line[0] not in " \t\f#":
            inside = _MAIN.match(line) is not None
        if inside:
            found.append(number)
    return frozenset(found)
