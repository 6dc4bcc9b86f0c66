"""A claim that does not stand, told: what is wrong, where, what is true, what to do."""

from __future__ import annotations

from collections.abc import Mapping

from ssot_audit.documents.claim import About, Judged, Standing
from ssot_audit.facts import Place
from ssot_audit.model import BESIDE, Finding, Kind, Severity

RULE = BESIDE["docs"]
_SEVERITY = {
    Standing.FALSE: Severity.ERROR,
    Standing.STALE: Severity.WARNING,
    Standing.CONTRADICTING: Severity.WARNING,
}
_HELP = {
    About.FIGURE: "run `ssot-audit docs --write`, or correct the marker",
    About.COMPLIANCE: "state the measured figure between markers, date the document, or take the claim out",
    About.VIOLATIONS: "state the measured figure between markers, date the document, or take the claim out",
    About.PATHS: "state the measured figure between markers, date the document, or take the claim out",
    About.TESTS: "state what the last run shows, or date the document",
    About.STATUS: "say which of them holds, or date the document",
    About.FILE: "correct the reference, or take it out",
    About.IMPORT: "show the path that readers should use",
}
_WHAT = {
    About.COMPLIANCE: "{} compliance",
    About.VIOLATIONS: "the number of {}",
    About.PATHS: "the number of import paths of {}",
    About.TESTS: "the number of {}",
}


def finding(one: Judged, kinds: Mapping[str, Kind]) -> Finding | None:
    """The finding of a claim that does not stand; None of any other."""
    severity = _SEVERITY.get(one.standing)
    if severity is None:
        return None
    claim = one.claim
    return Finding(
        rule=RULE,
        # The modules of an example in a docstring need not be there.
        severity=Severity.WARNING if one.channel == "docstring" else severity,
        path=one.path,
        place=Place(claim.line, claim.column, claim.line, claim.column + 1),
        subject=claim.subject or claim.about,
        dotted=claim.stated,
        klass="wrong-marker" if one.klass == "marker" else one.standing,
        message=_message(one),
        help="correct the marker" if one.klass == "marker" else _HELP[claim.about],
        kind=kinds[one.path],
        related=one.related,
    )


def _message(one: Judged) -> str:
    claim, measured = one.claim, one.measured
    if one.klass == "marker":
        return f"a figure marker {measured}"
    if claim.about is About.FIGURE:
        return f"the figure {claim.subject} is {measured}, not {claim.stated or 'empty'}"
    if claim.about is About.FILE:
        return f"{claim.stated}: {measured}"
    if claim.about is About.IMPORT:
        return f"`{claim.stated}` is {measured}"
    what = _WHAT.get(claim.about, "{}").format(claim.subject).strip()
    sign = " %" if claim.about is About.COMPLIANCE else ""
    if one.standing is Standing.CONTRADICTING:
        return f"{what} is stated as {claim.stated}{sign}; elsewhere: {measured}"
    return f"{what} is stated as {claim.stated}{sign}; measured: {measured}"
