"""A text without the bodies of functions that cannot bear on what is looked for, so that its tree costs less.

A function's names are its own (Reference 4.2): one that spells nothing of interest, imports nothing and declares no
name of another scope changes nothing outside itself. Line numbers stay.
"""

from __future__ import annotations

import re

from ssot_audit import engine
from ssot_audit.source.jit import DEFINITIONS, LOGICAL_LINE
from ssot_audit.source.lines import columns

_EACH_LINE = rf"{DEFINITIONS}\n\K[ \t\f]*+(?=[^\s\#]){LOGICAL_LINE}"
_FUNCTION = re.compile(rb"[ \t\f]*+(?:async[ \t]++)?def\b")
_ENDS_BLANK = re.compile(rb":[ \t]*+(?:#[^\n]*+)?\Z")


def without_idle_functions(text: str, mask: bytes, words: str) -> str:
    """The text, each function in which none of the words is spelled put as `pass`. `words` is a pattern over text."""
    wanted = re.compile(rf"\b(?:import|global|nonlocal)\b|{words}")
    lines = [one.span() for one in engine.compiled(_EACH_LINE).finditer(mask)] if engine.IS_COMPILED else []
    pieces: list[str] = []
    done = at = 0
    while at < len(lines):
        start, end = lines[at]
        at += 1
        if not _FUNCTION.match(mask, start) or not _ENDS_BLANK.search(mask, start, end):
            continue
        column, after = _column(text, mask, start), at
        while after < len(lines) and _column(text, mask, lines[after][0]) > column:
            after += 1
        stop = lines[after][0] if after < len(lines) else len(mask)
        if after > at and b"#" not in mask[start:end] and wanted.search(text, start - 1, stop - 1) is None:
            colon = mask.rindex(b":", start, end)
            pieces += [text[done:colon], " pass", "\n" * text.count("\n", colon, stop - 1)]
            done, at = stop - 1, after
    return "".join((*pieces, text[done:]))


def _column(text: str, mask: bytes, start: int) -> int:
    """The indentation of a line that starts at an offset of the mask."""
    end = start
    while mask[end] in b" \t\f":
        end += 1
    return columns(text[start - 1 : end - 1])
