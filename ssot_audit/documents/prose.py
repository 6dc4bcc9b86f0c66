"""Claims that prose makes in figures: shares of compliance, and counts.

Strict in what is a claim: goals, thresholds, comparisons with the past, examples and open check boxes are none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from ssot_audit.documents.claim import About, Claim
from ssot_audit.documents.dates import day_in
from ssot_audit.documents.markdown import Prose
from ssot_audit.documents.phrases import BOUND, DASH, GOAL, GOAL_COLUMN, any_of, is_of_all

WHOLE = ""  # the subject of a share that is of the whole repository
UNSAID = "SSOT"  # of a share that says not of what
LOCAL = "what the section is about"

_N = r"(?P<n>\d{1,3}(?:\.\d+)?)\s*%(?![+\d])"
_LINKING = (
    r"(?:\s+(?:score|rate|level|percentage|status|is|at|of|now|currently|stands|remains|maintained|achieved|measured"
    r"|confirmed|verified|reached|improved|restored|to|results?|overall|architecture|architectural|compliance)){0,5}"
)
_AFTER = re.compile(rf"(?P<before>(?:[\w./-]+[ ]){{0,4}})compliance{_LINKING}\W{{0,5}}{_N}", re.I)
_BEFORE = re.compile(rf"(?<![\d.])(?<![<>=~+-]){_N}\s+(?P<before>(?:[\w./-]+[ ]){{0,3}})complian(?:ce|t)\b", re.I)
_OF_ISSUE = re.compile(r"issue|pr[-_]?\d|cluster|\d{3,4}\.md", re.IGNORECASE)
_SCOPED = re.compile(
    r"\s*[(]?\s*(?:\w+\s+){0,2}?(?:for|in|of|across|by|among|within|on|throughout|with)\s+(?P<scope>[^.;,()|]{1,60})",
    re.IGNORECASE,
)
_ARROW = re.compile(r"(?:\u2192|->|=>|\bto\b)\s*(?P<n>\d{1,3}(?:\.\d+)?)\s*%")
_NO_STATE = re.compile(
    rf"\s*(?:[(]currently|pass|success|coverage|or|target|goal|threshold|required|needed|minimum|\+|to\b|-|{DASH})",
    re.I,
)
_PERCENT = re.compile(r"\W*(?P<n>\d{1,3}(?:\.\d+)?)\s*%(?!\+)")
_ROW = re.compile(
    r"\W*(?P<before>(?:[\w./-]+ ){0,4})compliance(?: (?:score|rate|level|percentage))?\W*\Z", re.IGNORECASE
)
_CLAUSE = re.compile(r"[.;|]\s|\s-\s|\u2014")
_WHOLE = frozenset(
    ["overall", "total", "global", "system-wide", "systemwide", "repository", "codebase", "project", "current"]
)
_PLAIN = _WHOLE | frozenset(
    [
        "ssot",
        "the",
        "our",
        "import",
        "imports",
        "canonical",
        "is",
        "with",
        "and",
        "has",
        "of",
        "full",
        "currently",
        "system",
        "achieved",
        "maintained",
        "final",
        "score",
        "real",
        "measured",
        "rate",
        "level",
        "percentage",
        "architecture",
        "architectural",
        "compliance",
        "compliant",
        "a",
        "an",
        "at",
    ]
)

_COUNT = r"(?<![\w.#/,-])(?P<n>\d{1,3}(?:,\d{3})+|\d{1,7}|no|zero)\+?"
_NUMBERED = any_of("cluster phase issue step priority level tier stage part section day week top version category")
_VIOLATIONS = re.compile(
    rf"{_COUNT}\s+(?P<before>(?:[\w-]+ ){{0,3}}?)violations?\b(?P<after>[^.|;]{{0,40}})", re.IGNORECASE
)
_PATHS = re.compile(
    rf"{_COUNT}\s+(?P<before>(?:[\w`]+ ){{0,4}}?)import (?:paths?|patterns?)\b(?P<after>[^.|;]{{0,60}})", re.IGNORECASE
)
_REDUCED = re.compile(r"\b(?:to|into)\b\D{0,12}(?P<n>\d+)|(?:\u2192|->)\s*(?P<m>\d+)")
_TESTS = re.compile(
    r"(?<![\w./#-])(?P<n>\d{1,6}(?:/\d{1,6})?)\s+(?P<before>(?:[A-Za-z-]+ ){0,3}?)"
    r"tests?\s+(?:are\s+)?pass(?:ing|ed)?\b",
    re.IGNORECASE,
)
_DONE = any_of(
    "fix fixed fixes resolv* remov* eliminat* reduc* address* remediat* migrat* prevent* new down detect* introduc*"
)
_WISHED = any_of("target goal should must will would plan")
_ANY_PATH = frozenset(["different", "unique", "distinct", "the", "working", "separate"])
_SOME_PATHS = frozenset(["fragmented", "canonical", "legacy", "deprecated", "old", "broken", "main", "primary"])


def claims_of(one: Prose, day: str, path: str) -> Iterator[Claim]:
    """What one line of a document claims in figures. `day` is the one its document speaks of."""
    text = one.text.lower()
    if "complian" in text and "%" in text:
        yield from _compliance(one, line_day(one) or day, path)
    if "violation" in text:
        yield from _violations(one, line_day(one) or day)
    if "import p" in text:
        yield from _import_paths(one, line_day(one) or day)
    if " test" in text and " pass" in text:
        for found in _TESTS.finditer(one.text):
            if not GOAL.search(one.text[: found.start()]):
                subject = _words(f"{found['before']}tests passing")
                of_all = is_of_all(path) and len(one.headings) < 2
                scope = _scope(one.text[found.end() :]) or ("" if of_all else LOCAL)
                yield _claim(About.TESTS, one, found, subject, found["n"], line_day(one) or day, scope)


def line_day(one: Prose) -> str:
    """The day a line or the section it stands in speaks of, where it gives one with its year."""
    days = (_day_in(text) for text in (one.text, *reversed(one.headings)))
    return next((day for day in days if day and not day.startswith("0000")), "")


_day_in = lru_cache(maxsize=4096)(day_in)


def _claim(
    about: About, one: Prose, found: re.Match[str], subject: str, stated: str, day: str, scope: str = ""
) -> Claim:
    return Claim(about, subject, stated, one.line, found.start("n") + 1, day, scope=scope)


def _words(text: str) -> str:
    return " ".join(re.findall(r"[a-z0-9_#./-]*[a-z0-9_#]", text.lower()))


def _scope(after: str) -> str:
    found = _SCOPED.match(after)
    return _words(found["scope"]) if found else ""


# Shares


def _compliance(one: Prose, day: str, path: str) -> Iterator[Claim]:
    if one.cells:
        yield from _compliance_row(one, day, path)
        return
    seen: set[int] = set()
    for pattern in (_AFTER, _BEFORE):
        for found in pattern.finditer(one.text):
            at, before, after = found.start("n"), one.text[: found.start("n")], one.text[found.end() :]
            if at in seen or GOAL.search(before) or BOUND.search(before):
                continue
            seen.add(at)
            last = _ARROW.match(after.lstrip())
            if _NO_STATE.match(after) and not last:
                continue
            said = _CLAUSE.split(before)[-1] + " " + (found["before"] if pattern is _BEFORE else "")
            stated = (last or found)["n"]
            subject = _of_what(said, one, path)
            if subject == UNSAID and (pattern is _BEFORE or stated == "100"):
                subject = LOCAL  # `100 % SSOT compliance` praises the work at hand
            yield _claim(About.COMPLIANCE, one, found, subject, stated, day, _scope(after))


def _compliance_row(one: Prose, day: str, path: str) -> Iterator[Claim]:
    """A row of a table whose first cell names the compliance: its first cell with a share that is no goal."""
    name = _ROW.match(one.cells[0])
    if not name:
        return
    for column, cell in list(zip(one.columns, one.cells, strict=False))[1:]:
        found = _PERCENT.match(cell)
        if found and not GOAL_COLUMN.search(column) and not GOAL.search(cell[: found.start("n")]):
            subject = _of_what(one.cells[0], one, path)
            subject = LOCAL if subject == UNSAID else subject  # rows of a table are of what its document is about
            yield Claim(About.COMPLIANCE, subject, found["n"], one.line, 1, day)
            return


def _of_what(said: str, one: Prose, path: str) -> str:
    """What a share is of: the words beside it; where there are none, of the whole if it says so or its document is
    about the whole."""
    words = _words(said).split()
    subject = [word for word in words if word not in _PLAIN]
    if subject:
        return " ".join(subject[:8])
    if is_of_all(path) and (len(one.headings) < 2 or any(word in _WHOLE for word in words) or "ssot" in words):
        return WHOLE
    said_ssot = "ssot" in words or "architecture" in words
    return UNSAID if said_ssot and not _OF_ISSUE.search(path) else LOCAL


# Counts


def _violations(one: Prose, day: str) -> Iterator[Claim]:
    for found in _VIOLATIONS.finditer(one.text):
        before = one.text[: found.start()]
        around = before + found["before"] + found["after"]
        if not (_DONE.search(around) or GOAL.search(around) or _numbers(before)):
            stated = "0" if found["n"].lower() in ("no", "zero") else found["n"]
            subject = _words(f"{found['before']}violations")
            yield _claim(About.VIOLATIONS, one, found, subject, stated, day, _scope(found["after"]))


def _numbers(before: str) -> bool:
    """Whether a number is the name of what stands before it: `cluster 2`."""
    words = before.split()
    return bool(words) and _NUMBERED.fullmatch(words[-1]) is not None


def _import_paths(one: Prose, day: str) -> Iterator[Claim]:
    """`N import paths`, or the number they were reduced to; of the name that stands before, or after `for`."""
    for found in _PATHS.finditer(one.text):
        before = one.text[: found.start()]
        reduced = _REDUCED.search(found["after"])
        if _WISHED.search(before) or _numbers(before) or (GOAL.search(before) and not reduced):
            continue
        said = re.findall(r"[A-Za-z_]\w*", found["before"])
        if any(word.lower() in _SOME_PATHS for word in said) and not reduced:
            continue  # of some kind of path only, which is not what is counted
        named = [word for word in said if word.lower() not in _ANY_PATH | _SOME_PATHS]
        if not named and (of := re.match(r"\s*(?:for|of|to)\s+(?:the\s+)?(?P<name>[A-Za-z_]\w*)", found["after"])):
            named = [of["name"]]
        stated = (reduced["n"] or reduced["m"]) if reduced else found["n"]
        if len(named) == 1 and stated.lower() not in ("no", "zero"):
            yield _claim(About.PATHS, one, found, named[0], stated, day)
