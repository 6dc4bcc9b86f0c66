"""What checks of several kinds say alike: which files a rule applies to, what could not be read, what is absent."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ssot_audit import names
from ssot_audit.checks.scene import Scene
from ssot_audit.facts import Failure, Place
from ssot_audit.globs import Globs
from ssot_audit.model import ABSENT, Finding, Kind, Unvalidated
from ssot_audit.outline import Outline
from ssot_audit.rules import Rule


def applies(rule: Rule[Any]) -> Callable[[str], bool]:
    """Tells of a path whether the rule applies to it."""
    inside, outside = Globs(rule.paths), Globs(rule.exclude_paths)
    return lambda path: (not inside or inside.match(path)) and not outside.match(path)


def matches_any(patterns: Iterable[str], text: str) -> bool:
    return any(names.matches(pattern, text) for pattern in patterns)


def split(
    rule: Rule[Any], found: Mapping[str, Outline | Failure], scene: Scene
) -> tuple[dict[str, Outline], tuple[Unvalidated, ...]]:
    """Of the files a rule applies to the outlines, and those that cannot be read."""
    mine = applies(rule)
    outlines = {path: one for path, one in found.items() if isinstance(one, Outline) and mine(path)}
    failed = (unvalidated(path, one, scene) for path, one in found.items() if isinstance(one, Failure) and mine(path))
    return outlines, tuple(failed)


def unvalidated(path: str, failure: Failure, scene: Scene) -> Unvalidated:
    """A file that could not be read, at the line its reason begins with, where it does."""
    line, _, rest = failure.reason.removeprefix("line ").partition(": ")
    known = failure.reason.startswith("line ") and line.isdecimal()
    return Unvalidated(path, int(line) if known else 1, rest if known else failure.reason, scene.judges(path))


def absent(rule: Rule[Any], path: str, message: str, advice: str = "correct the rule", subject: str = "") -> Finding:
    """The finding that what a rule declares is not in the tree: it stands at the rule."""
    return Finding(
        rule=rule.id,
        severity=rule.severity,
        path=rule.source,
        place=Place(1, 1, 1, 1),
        subject=subject or names.last_part(path),
        dotted=path,
        klass=ABSENT,
        message=message,
        help=advice,
        kind=Kind.OTHER,
    )
