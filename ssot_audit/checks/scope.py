"""The files a rule applies to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ssot_audit.checks.scene import Scene
from ssot_audit.facts import Failure
from ssot_audit.globs import Globs
from ssot_audit.model import Unvalidated
from ssot_audit.outline import Outline
from ssot_audit.rules import Rule


def applies(rule: Rule[Any]) -> Callable[[str], bool]:
    """Tells of a path whether the rule applies to it."""
    scope, outside = Globs(rule.paths), Globs(rule.exclude_paths)
    return lambda path: (not scope or scope.match(path)) and not outside.match(path)


def split(
    rule: Rule[Any], found: Mapping[str, Outline | Failure], scene: Scene
) -> tuple[dict[str, Outline], tuple[Unvalidated, ...]]:
    """Of the files a rule applies to the outlines, and those that cannot be read."""
    mine = {path: one for path, one in found.items() if applies(rule)(path)}
    return (
        {path: one for path, one in mine.items() if isinstance(one, Outline)},
        tuple(
            Unvalidated(path, 1, one.reason, scene.judges(path))
            for path, one in mine.items()
            if isinstance(one, Failure)
        ),
    )
