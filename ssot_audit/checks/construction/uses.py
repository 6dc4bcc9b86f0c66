"""Every use of some objects that calls them, or hands them on to what may call them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ssot_audit.checks.scene import Scene
from ssot_audit.checks.uses import Target, Uses, find_uses
from ssot_audit.outline import Mention, Outline, Path
from ssot_audit.program.meaning import Meanings
from ssot_audit.program.modules import Module

_WRAPPERS = frozenset(("partial", "partialmethod"))
_INSPECT = frozenset(("isinstance", "issubclass", "hasattr", "getattr", "setattr", "delattr", "super", "cast"))
_SHOW = frozenset(("id", "type", "repr", "str"))
_SPECS = frozenset(("spec", "spec_set", "wraps"))


class Use(NamedTuple):
    """A mention of one of the objects that is called, or passed to something that may call it; `how` says which. `sure`
    is False where an alias may stand for something else too."""

    target: Target
    module: Module
    mention: Mention
    how: str
    sure: bool


def uses(asked: Sequence[Target], scene: Scene, meanings: Meanings) -> tuple[list[Use], Uses]:
    """The uses of the objects in the repository, and all that was found on the way."""
    found = find_uses(scene, asked, meanings)
    return list(_called(found, asked)), found


def _called(found: Uses, asked: Sequence[Target]) -> Iterator[Use]:
    for one in found.found:
        meant = [target for target in asked if one.may_be(target)]
        how = _how(one.mention, found.outlines[one.path]) if meant else ""
        if how:
            others = [
                each for each in one.meanings if not each.reason and all(each.after(t.meaning) != () for t in meant)
            ]
            yield Use(meant[0], one.module, one.mention, how, not others and len(meant) == 1)


def _how(mention: Mention, outline: Outline) -> str:
    """How something is used that is mentioned; empty for a mention that leads to no call."""
    if mention.called:
        return "called"
    if not mention.receiver:
        return ""
    last = _last(mention.receiver, outline)
    if last in _WRAPPERS and mention.under == "0":
        return "called"
    inspected = last in _INSPECT or last in _SHOW or last.startswith("patch") or mention.under in _SPECS
    return "" if inspected else "passed"


def _last(path: Path, outline: Outline) -> str:
    if path.parts:
        return path.parts[-1]
    return outline.imports[path.root].means if path.root >= 0 else ""
