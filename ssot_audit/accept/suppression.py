"""Comments in the code that accept a finding, held against the findings there are: each must accept one."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from ssot_audit.facts import Directive, Place
from ssot_audit.model import Finding, Kind, Severity

RULE = "suppression"  # of the findings about such comments

Written = Mapping[str, Sequence[Directive]]


class Suppressions(NamedTuple):
    """Which findings are suppressed, in their order, and how many each comment accepts, by file and line."""

    suppressed: tuple[bool, ...]
    uses: Mapping[tuple[str, int], int]


def suppress(findings: Sequence[Finding], written: Written, today: date) -> Suppressions:
    """Hold comments against findings. One that is wrong, or past its day, accepts nothing."""
    uses: dict[tuple[str, int], int] = {}
    suppressed = []
    for finding in findings:
        mine = [one for one in written.get(finding.path, ()) if _accepts(one, finding, today)]
        for one in mine:
            uses[finding.path, one.line] = uses.get((finding.path, one.line), 0) + 1
        suppressed.append(bool(mine))
    return Suppressions(tuple(suppressed), uses)


def _accepts(one: Directive, finding: Finding, today: date) -> bool:
    if one.wrong or finding.rule not in one.rules or (one.until and today > one.until):
        return False
    first, last = finding.place.line, max(finding.place.line, finding.place.end_line)
    return one.covers is None or (first <= one.covers[1] and one.covers[0] <= last)


def about(
    written: Written,
    uses: Mapping[tuple[str, int], int],
    known: Collection[str],
    held: Collection[str],
    kinds: Mapping[str, Kind],
    today: date,
) -> Iterator[Finding]:
    """A finding for each comment that accepts nothing. `known` are the ids of all rules; `held` those that this run
    has held: only of these can it be said that a comment has no use."""
    for path, comments in written.items():
        for one in comments:
            unknown = [rule for rule in one.rules if rule not in known]
            idle = (path, one.line) not in uses
            if one.wrong:
                klass, why = "invalid", one.wrong
            elif unknown:
                klass, why = "unknown-rule", f"no rule has the id {', '.join(map(repr, unknown))}"
            elif one.until and today > one.until:
                klass, why = "expired", f"it was to hold until {one.until}; mend what it hides, or decide again"
            elif idle and all(rule in held for rule in one.rules):
                klass, why = "unused", f"no finding of {', '.join(one.rules)} is there any more; take it out"
            else:
                continue
            yield Finding(
                rule=RULE,
                severity=Severity.ERROR,
                path=path,
                place=Place(one.line, one.column, one.line, one.column + 1),
                subject=", ".join(one.rules),
                dotted=one.reason,
                klass=klass,
                message=f"this comment suppresses nothing: {why}",
                help="`# ssot: ignore[RULE] reason`, with `until=2026-03-31` where it is to end",
                kind=kinds.get(path, Kind.OTHER),
            )
