"""Claims about the status of things: check marks, and words such as COMPLETE, VALIDATED or UNVALIDATED."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence

from ssot_audit.documents.claim import About, Claim, Judged, Standing
from ssot_audit.documents.markdown import Prose
from ssot_audit.documents.phrases import PLAN, names
from ssot_audit.documents.prose import line_day
from ssot_audit.model import Related

GOOD, OPEN, WHOLE = "done", "open", "all done"

_OPEN_WORDS = (
    "UNVALIDATED|UNVERIFIED|INCOMPLETE"
    "|NOT (?:STARTED|COMPLETED?|VALIDATED|VERIFIED|READY|TESTED|WORKING|IMPLEMENTED)"
    "|FAILED|FAILING|BROKEN|PENDING|BLOCKED|IN[ -]PROGRESS|NEEDS AUDIT|NEEDS VALIDATION|TODO"
)
_GOOD_WORDS = (
    "COMPLETED?|VALIDATED|VERIFIED|RESOLVED|FIXED|PASSED|PASSING|OPERATIONAL|DONE|PRODUCTION[ -]READY|HEALTHY|ACHIEVED"
    "|DELIVERED|IMPLEMENTED|WORKING"
)
_WHOLE = re.compile(
    r"\bALL\s+(?:\w+\s+){0,3}(?:ARE\s+)?(?:COMPLETED?|VALIDATED|VERIFIED|OPERATIONAL|RESOLVED|PASSING)\b"
)
_OPEN = re.compile(rf"\b(?:{_OPEN_WORDS})\b|\u274c")
_GOOD = re.compile(rf"\b(?:{_GOOD_WORDS})\b|\u2705|\u2611|\u2714")
_ANY = re.compile(rf"\b(?:{_OPEN_WORDS}|{_GOOD_WORDS})\b|[\u274c\u2705\u2611\u2714]")
_STATUS_COLUMN = re.compile(r"^\W*(?:status|state|standing|verdict)\W*$", re.I)
_LINE = re.compile(r"^\W*(?P<subject>[^:|]{3,90}?)\s*(?::|\s[-\u2013\u2014]|\s(?=[\u2705\u274c]))\s*(?P<rest>.+)$")
_CHECKED = re.compile(r"^\[[xX]\]\s+")
_VAGUE = re.compile(
    r"^(?:status|result|results|phase.*|step.*|overall.*|note|notes|total|summary|conclusion|validation)$"
)


def status_of(one: Prose, day: str, path: str) -> Iterator[Claim]:
    """What one line of a document says of the status of the thing it names."""
    if not _ANY.search(one.text) or PLAN.search(names(path)):
        return
    day = line_day(one) or day
    subject, rest = _parts(one)
    if not subject:
        return
    if found := _WHOLE.search(one.text):
        yield Claim(About.STATUS, subject, WHOLE, one.line, found.start() + 1, day, scope=found[0])
        return
    head = rest[:40]
    bad, good = _OPEN.search(head), _GOOD.search(head)
    first = min((found for found in (bad, good) if found), key=lambda found: found.start(), default=None)
    if first and not re.search(r"\b(?:must|should|will|when|if|until|need)\b", rest[: first.start()], re.I):
        stated = OPEN if first is bad else GOOD
        yield Claim(About.STATUS, subject, stated, one.line, 1, day, scope=first[0])


def _parts(one: Prose) -> tuple[str, str]:
    """The thing a line names, and what it says of it."""
    if one.cells:
        named = [cell for name, cell in zip(one.columns, one.cells, strict=False) if _STATUS_COLUMN.match(name)]
        said = next((cell for cell in (*named, *one.cells[1:]) if _ANY.search(cell[:20])), "")
        return _subject(one.cells[0]), said
    text = _CHECKED.sub("", one.text)
    found = _LINE.match(text)
    if found:
        rest = found["rest"]
        mark = text[: found.start("subject")]
        return _subject(found["subject"]), f"{rest} " + ("\u2705" if "\u2705" in mark and len(rest) < 40 else "")
    return "", ""


def _subject(text: str) -> str:
    words = " ".join(re.findall(r"[\w#./-]+", text))
    return re.sub(rf"\s+(?:ALL PHASES |PHASE \w+ )?(?:{_GOOD_WORDS}|{_OPEN_WORDS})$", "", words).strip()


def contradictions(path: str, claims: Sequence[Claim]) -> dict[Claim, Judged]:
    """The claims of one document that another of it says otherwise of: of the same subject under the same day, or that
    all is done beside things that are open."""
    found: dict[Claim, Judged] = {}
    mine = [one for one in claims if one.about is About.STATUS]
    unproven = [one for one in mine if one.stated == OPEN and one.scope.startswith("UN")]
    still: dict[str, list[Claim]] = defaultdict(list)
    for one in mine:
        if one.stated == OPEN and one.scope.isupper() and not one.day:
            still[one.subject.lower()].append(one)
    for one in mine:
        others: Sequence[Claim] = ()
        if one.stated == WHOLE:
            others = unproven
        elif one.stated == GOOD and not one.day and one.scope.isupper() and not _VAGUE.match(one.subject.lower()):
            others = still[one.subject.lower()]
        if others:
            said = "; ".join(f"{other.subject} {other.scope}" for other in others[:3])
            more = f" and {len(others) - 3} more" if len(others) > 3 else ""
            related = tuple(Related(path, other.line, f"{other.subject}: {other.scope}") for other in others[:12])
            found[one] = Judged(path, one, Standing.CONTRADICTING, said + more, related=related)
    return found
