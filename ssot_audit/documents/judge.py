"""Claims held against what is measured, and against each other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal

from ssot_audit.documents import status
from ssot_audit.documents.claim import About, Claim, Judged, Standing
from ssot_audit.documents.dates import SOME_DAY
from ssot_audit.documents.measure import Measured
from ssot_audit.documents.prose import UNSAID, WHOLE
from ssot_audit.documents.reading import Contents
from ssot_audit.documents.tree import Tree
from ssot_audit.model import Class, Related, Tally

_IMPORTS = {
    "resolves": Standing.TRUE,
    Class.CANONICAL: Standing.TRUE,
    Class.SHIM: Standing.TRUE,
    Class.PLUMBING: Standing.TRUE,
    Class.DEPRECATED: Standing.STALE,
    Class.UNLISTED: Standing.STALE,
    Class.INTERNAL: Standing.STALE,
    Class.RIVAL: Standing.FALSE,
    Class.BROKEN: Standing.FALSE,
}
_SSOT = ("ssot", "consolidation", "consolidated", "canonical", "migration", "imports")


def judge(read: Mapping[str, Contents], tree: Tree, measured: Measured) -> Iterator[Judged]:
    """Every claim with its standing."""
    for path, one in read.items():
        against = status.contradictions(path, one.claims)
        for claim in one.claims:
            judged = _judge(path, claim, tree, measured)
            if judged:
                yield against[claim] if judged.standing is Standing.UNVERIFIABLE and claim in against else judged


def _judge(path: str, claim: Claim, tree: Tree, measured: Measured) -> Judged | None:
    if claim.about is About.FILE:
        found = tree.answer(path, claim)
        related = tuple(Related(*place, "is here") for place in found.places)
        return _spoken(Judged(path, claim, found.standing, found.measured, related=related))
    if claim.about is About.IMPORT:
        return imported(path, claim, measured)
    if claim.about is About.COMPLIANCE:
        return _spoken(_compliance(path, claim, measured))
    if claim.about is About.STATUS:
        return _spoken(_status(path, claim, measured))
    figure = _count(claim, measured)
    if figure is None:
        return Judged(path, claim, Standing.UNVERIFIABLE)
    same = int(claim.stated.partition("/")[0].replace(",", "")) == figure
    return _spoken(Judged(path, claim, Standing.TRUE if same else Standing.FALSE, str(figure)))


def _spoken(one: Judged) -> Judged:
    """What does not hold today is no mistake of a text that speaks of another day, or of what is made or removed."""
    if one.standing in (Standing.TRUE, Standing.UNVERIFIABLE):
        return one
    if one.claim.hedged:
        return one._replace(standing=Standing.UNVERIFIABLE)
    return one._replace(standing=Standing.DATED) if one.claim.day else one


def imported(path: str, claim: Claim, measured: Measured, channel: str = "document") -> Judged | None:
    """An import that an example shows; None for one of another library."""
    found = measured.imported(path, claim.subject, claim.symbol)
    if found.klass == "external":
        return None
    standing = _IMPORTS.get(found.klass, Standing.UNVERIFIABLE)
    instead = found.instead if standing is not Standing.TRUE else ""
    said = f"{found.klass}: {f'the canonical path is {instead}' if found.rule else instead}" if instead else found.klass
    return _spoken(Judged(path, claim, standing, said, found.klass, channel))


def _compliance(path: str, claim: Claim, measured: Measured) -> Judged:
    """A share of the whole, or of a rule that the subject names."""
    tally: Tally | None = None
    if claim.subject == WHOLE and not claim.scope:
        tally = measured.report.total.total
    else:
        words = [*claim.subject.split(), *claim.scope.split()]
        scores = [score for word in words if (score := measured.rule_of(word))] if len(words) < 3 else []
        tally = scores[0].total if len(scores) == 1 else None
    if tally is None or claim.subject == UNSAID or not tally.governed:
        return Judged(path, claim, Standing.UNVERIFIABLE)
    same = states(claim.stated, tally)
    figure = f"{tally.percent} ({tally.canonical:,} of {tally.governed:,})"
    return Judged(path, claim, Standing.TRUE if same else Standing.FALSE, figure)


def states(text: str, tally: Tally) -> bool:
    """Whether a share as written is that of a tally, rounded either way to as many digits."""
    exact = Decimal(100 * tally.canonical) / Decimal(tally.governed)
    unit = Decimal(1).scaleb(-len(text.partition(".")[2]))
    stated = Decimal(text)
    if stated == 100:
        return tally.canonical == tally.governed
    return stated in (exact.quantize(unit, ROUND_FLOOR), exact.quantize(unit, ROUND_HALF_UP))


def _status(path: str, claim: Claim, measured: Measured) -> Judged:
    """That the consolidation of a governed symbol is done is true where every reference is canonical."""
    words = claim.subject.split()
    about = [score for word in words if (score := measured.rule_of(word))]
    whole = not any(word.lower().startswith(("phase", "step", "stage")) for word in words)
    spoken = any(word.lower() in _SSOT for word in words)
    if claim.stated == status.OPEN or len(about) != 1 or not (whole and spoken) or not about[0].total.governed:
        return Judged(path, claim, Standing.UNVERIFIABLE)
    tally = about[0].total
    done = tally.canonical == tally.governed
    figure = f"{tally.percent} ({tally.canonical:,} of {tally.governed:,})"
    return Judged(path, claim, Standing.TRUE if done else Standing.FALSE, figure)


def _count(claim: Claim, measured: Measured) -> int | None:
    """What is measured of a count; None for nothing."""
    if claim.about is About.PATHS:
        return measured.paths_about(claim.subject)
    if claim.about is About.VIOLATIONS and not claim.scope:
        words = claim.subject.split()  # whoever counts other things than findings of a rule has another count
        rules = [word for word in words if word in measured.scores]
        return int(measured.figure(f"findings:{rules[0]}") or 0) if len(rules) == 1 and len(words) == 2 else None
    if claim.about is About.TESTS and claim.subject == "tests passing" and not claim.scope:
        return measured.tests.passed if measured.tests else None
    return None


def compare(judged: Sequence[Judged]) -> list[Judged]:
    """The same, with figures that other claims of the same subject and day contradict. Where something is measured,
    that decides, and the others are told beside it."""
    groups: dict[tuple[About, str, str], list[Judged]] = defaultdict(list)
    for one in judged:
        if key := _group(one):
            groups[key].append(one)
    return [_against(one, groups.get(key, ())) if (key := _group(one)) else one for one in judged]


def _group(one: Judged) -> tuple[About, str, str] | None:
    claim = one.claim
    figures = claim.about in (About.COMPLIANCE, About.PATHS)
    if not figures or one.standing is Standing.TRUE or claim.scope or claim.day == SOME_DAY:
        return None
    if claim.about is About.COMPLIANCE:
        # What has another name may be one thing in this document and another in that.
        of_all = claim.subject == WHOLE or (claim.subject == UNSAID and claim.day)
        return (claim.about, WHOLE, claim.day) if of_all else None
    return claim.about, claim.subject.lower(), claim.day


def _against(one: Judged, group: Sequence[Judged]) -> Judged:
    others: dict[str, Judged] = {}
    for other in group:
        if Decimal(other.claim.stated.replace(",", "")) != Decimal(one.claim.stated.replace(",", "")):
            others.setdefault(other.claim.stated, other)
    if not others:
        return one
    sign = " %" if one.claim.about is About.COMPLIANCE else ""
    related = tuple(
        Related(other.path, other.claim.line, f"states {value}{sign}") for value, other in sorted(others.items())[:6]
    )
    if one.standing is Standing.FALSE:
        return one._replace(related=related)
    number = len(others)
    values = ", ".join(f"{value}{sign}" for value in sorted(others)[:6])
    said = f"{number} other {'value' if number == 1 else 'values'}: {values}"
    day = f" on {one.claim.day}" if one.claim.day else ""
    return one._replace(standing=Standing.CONTRADICTING, measured=said + day, related=related)
