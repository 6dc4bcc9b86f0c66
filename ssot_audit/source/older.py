"""Text in newer syntax than the running interpreter's, put so that it parses it: LibCST finds what is new, which is
blanked out in its place; all else keeps its position. What is blanked out is given too: nobody has read it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import libcst as cst
from libcst.metadata import CodeRange, MetadataWrapper, PositionProvider

from ssot_audit.source.verify import unfit_to_walk

# What an interpreter of 3.11 does not read, by the names LibCST has for it; a release may lack the last ones.
_STRINGS = tuple(getattr(cst, name) for name in ("FormattedString", "TemplatedString") if hasattr(cst, name))
_BLANK = re.compile(r"[^\n]")


def older(text: str) -> tuple[str, str] | None:
    """The text as an older interpreter can parse it, and all that is blanked out in it; None where nothing is. To be
    run where a crash costs one file. Raises what LibCST raises for text it cannot read."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if unfit_to_walk(text):
        return None
    wrapper = MetadataWrapper(cst.parse_module(text), unsafe_skip_copy=True)
    places = wrapper.resolve(PositionProvider)
    starts = [0]
    for line in text.split("\n"):
        starts.append(starts[-1] + len(line) + 1)
    pieces, lost, at = list[str](), list[str](), 0
    for node in _new(wrapper.module):
        start, end = _span(places[node], starts)
        if start < at:
            continue  # inside one that is blanked out already
        if isinstance(node, cst.TypeAlias):  # without its first word an assignment; indentation must not change
            pieces += [text[at:start], "0;  "]
            at = start + len("type")
            continue
        kept = text[start:end]
        lost.append(kept)
        pieces += [text[at:start], _string(kept) if isinstance(node, _STRINGS) else _BLANK.sub(" ", kept)]
        at = end
    return ("".join((*pieces, text[at:])), " ".join(lost)) if pieces else None


def _span(place: CodeRange, starts: list[int]) -> tuple[int, int]:
    return starts[place.start.line - 1] + place.start.column, starts[place.end.line - 1] + place.end.column


def _new(module: cst.Module) -> Iterator[cst.CSTNode]:
    """In order of their places, the outer before the inner."""
    pending: list[cst.CSTNode] = [module]
    while pending:
        node = pending.pop()
        if isinstance(node, (*_STRINGS, cst.TypeParameters, cst.TypeAlias)):
            yield node
            if not isinstance(node, cst.TypeAlias):
                continue
        pending.extend(reversed(node.children))


def _string(kept: str) -> str:
    """An empty string that ends where the other did."""
    if "\n" not in kept:
        return '""' + " " * (len(kept) - 2)
    blank = _BLANK.sub(" ", kept)
    return '"""' + blank[3:-3] + '"""' if not kept.endswith("\n") and len(kept) > 6 else blank
