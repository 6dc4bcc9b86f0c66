"""The day a document, a section or a line speaks of."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

SOME_DAY = "some day"  # a history: each entry speaks of its day, whichever that is

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = (
    r"(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)"
)
_DIGITS = re.compile(r"(?<!\d)(20\d\d)[-_./]?(0[1-9]|1[0-2])[-_./]?(0[1-9]|[12]\d|3[01])(?!\d)")
_MONTH_FIRST = re.compile(rf"(?<![a-z]){_MONTH}[ ._-]*(\d{{1,2}})(?!\d)(?:st|nd|rd|th)?(?:,?[ _-]*(20\d\d))?", re.I)
_DAY_FIRST = re.compile(rf"(?<!\d)(\d{{1,2}})[ ._-]{_MONTH}[ ._,-]+(20\d\d)", re.I)
_LABEL = re.compile(
    r"\b(?:date|generated|created|executed|timestamp|run|started|recorded|session|as of|reported|analyz?s?ed|completed"
    r"|period|time)\b",
    re.I,
)
_LIVING = re.compile(r"\b(?:last[ -](?:updated?|modified|reviewed|validated|changed?|refreshed)|updated)\b", re.I)
_HISTORY = re.compile(
    r"(?:^|[/_.-])(?:changelog|changes|history|news|release[_-]?notes|archived?|worklogs?)(?:[/_.-]|$)", re.IGNORECASE
)
_RECORD = re.compile(
    r"(?<![a-z])(?:reports?|audits?|analys[ei]s|sessions?|post-?mortems?|retrospectives?|minutes|results?|findings"
    r"|incidents?|summary|summaries|snapshots?)(?![a-z])",
    re.IGNORECASE,
)
_HEAD = 20  # lines


def day_in(text: str) -> str:
    """The first date in a text as YYYY-MM-DD (`0000` where no year is given); empty where there is none."""
    if found := _DIGITS.search(text):
        return "-".join(found.groups())
    if found := _DAY_FIRST.search(text):
        return f"{found[3]}-{_number(found[2])}-{int(found[1]):02}"
    if (found := _MONTH_FIRST.search(text)) and 0 < int(found[2]) < 32:
        return f"{found[3] or '0000'}-{_number(found[1])}-{int(found[2]):02}"
    return ""


def _number(month: str) -> str:
    return f"{_MONTHS.index(month[:3].lower()) + 1:02}"


def day_of(path: str, lines: Sequence[str]) -> str:
    """The day a document speaks of, told by its name or its head; empty where it speaks of now. A document that says
    when it was last updated is kept current."""
    day = day_in(path)
    if day or _HISTORY.search(path):
        return day or SOME_DAY
    for line in lines[:_HEAD]:
        if not _LIVING.search(line) and _LABEL.search(line) and (day := day_in(line)):
            return day
    return next((day for line in _titles(lines) if (day := day_in(line))), "")


def _titles(lines: Sequence[str]) -> list[str]:
    return [line for line in lines[:_HEAD] if line.startswith("# ")]


def is_record(path: str, lines: Sequence[str]) -> bool:
    """Whether the path or the title of a document with a day says that it is kept as it was: a history, a report."""
    said = "/".join(path.split("/")[-2:]), *_titles(lines)
    return bool(day_in(path) or _HISTORY.search(path) or any(day_in(one) or _RECORD.search(one) for one in said))


def as_of(day: str, today: date) -> str:
    """The day a claim speaks of, seen from another: one that is not over yet is now, and empty."""
    return "" if day != SOME_DAY and day >= today.isoformat() else day
