"""What checks of several kinds say alike: which files a rule applies to, what could not be read, what is not there."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ssot_audit import names
from ssot_audit.checks.scene import Scene
from ssot_audit.facts import Failure, Place
from ssot_audit.globs import Globs
from ssot_audit.model import ABSENT, STALE, Finding, Kind, Outcome, Severity, Unvalidated
from ssot_audit.rules import Rule

if TYPE_CHECKING:
    from ssot_audit.outline import Outline


def joined(outcomes: Sequence[Outcome]) -> Outcome:
    """What several kinds found, as one."""
    return Outcome(
        tuple(one for outcome in outcomes for one in outcome.references),
        tuple(one for outcome in outcomes for one in outcome.items),
        tuple(one for outcome in outcomes for one in outcome.findings),
        tuple(one for outcome in outcomes for one in outcome.unread),
        tuple(one for outcome in outcomes for one in outcome.idle),
    )


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
    outlines = {path: one for path, one in found.items() if not isinstance(one, Failure) and mine(path)}
    failed = (unvalidated(path, one, scene) for path, one in found.items() if isinstance(one, Failure) and mine(path))
    return outlines, tuple(failed)


def unvalidated(path: str, failure: Failure, scene: Scene) -> Unvalidated:
    """A file that could not be read, at the line its reason begins with, where it does."""
    line, _, rest = failure.reason.removeprefix("line ").partition(": ")
    known = failure.reason.startswith("line ") and line.isdecimal()
    return Unvalidated(path, int(line) if known else 1, rest if known else failure.reason, scene.judges(path))


def absent(rule: Rule[Any], path: str, message: str, advice: str = "correct the rule", subject: str = "") -> Finding:
    """The finding that what a rule declares is not in the tree: it stands at the rule. It is an error whatever the
    severity of what the rule finds, since what was held against nothing was not measured."""
    found = _at_rule(rule, ABSENT, Severity.ERROR, path, message, advice)
    return found._replace(subject=subject) if subject else found


def stale(
    rule: Rule[Any], key: str, entries: Iterable[str], known: Iterable[str], speaks: Callable[[str, str], bool]
) -> Iterator[Finding]:
    """A finding for each entry of a rule's list that speaks of nothing known; each is a warning, since what the other
    entries say is measured."""
    known = list(known)
    return _stale(rule, key, (one for one in entries if not any(speaks(one, each) for each in known)))


def _stale(rule: Rule[Any], key: str, entries: Iterable[str]) -> Iterator[Finding]:
    for entry in entries:
        message = f"`{key}` has {entry!r}, which matches nothing"
        yield _at_rule(rule, STALE, Severity.WARNING, entry, message, "remove it, or mend it")


def stale_modules(
    rule: Rule[Any], key: str, patterns: Iterable[str], scene: Scene, speaks: Callable[[str, str], bool] = names.matches
) -> Iterator[Finding]:
    """The same for the modules in which a rule allows something. One that begins with a wildcard is for whatever there
    may be."""
    placed = [one for one in patterns if not one.startswith("*")]
    modules = (one.name for one in scene.program.modules.by_path.values()) if placed else ()
    return stale(rule, key, placed, modules, speaks)


def stale_files(rules: Iterable[Rule[Any]], paths: Collection[str]) -> Iterator[Finding]:
    """The same for the files that rules apply to, which are patterns of gitignore; a `!` only takes from others."""
    for rule in rules:
        for key, patterns in (("paths", rule.paths), ("exclude-paths", rule.exclude_paths)):
            globs = {one: Globs((one,)) for one in patterns if not one.startswith("!")}
            yield from _stale(rule, key, (one for one in globs if not any(map(globs[one].match, paths))))


def _at_rule(rule: Rule[Any], klass: str, severity: Severity, dotted: str, message: str, advice: str) -> Finding:
    """A finding about a rule itself."""
    return Finding(
        rule=rule.id,
        severity=severity,
        path=rule.source,
        place=Place(rule.line, 1, rule.line, 1),
        subject=names.last_part(dotted),
        dotted=dotted,
        klass=klass,
        message=message,
        help=advice,
        kind=Kind.OTHER,
    )
