"""Claims that prose makes in words: shares of compliance, counts, and the status of things.

Strict in what is a claim: goals, thresholds, comparisons with the past, examples and open check boxes are none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ssot_audit.documents.claim import About, Claim
from ssot_audit.documents.dates import day_in
from ssot_audit.documents.markdown import Prose

_N = r"(?P<n>\d{1,3}(?:\.\d+)?)\s*%(?![+\d])"
_LINKING = (
    r"(?:\s+(?:score|rate|level|percentage|status|is|at|of|now|currently|stands|remains|maintained|achieved|measured"
    r"|confirmed|verified|reached|improved|restored|to|result|results|overall|architecture|architectural|compliance)){0,5}"
)
_AFTER = re.compile(rf"(?P<before>(?:[\w./-]+[ ]){{0,4}})compliance{_LINKING}\W{{0,5}}{_N}", re.I)
_BEFORE = re.compile(rf"(?<![\d.])(?<![<>=≥≤~≈+-]){_N}\s+(?P<before>(?:[\w./-]+[ ]){{0,3}})complian(?:ce|t)\b", re.I)
_SCOPED = re.compile(r"\s*[(]?\s*(?:for|in|of|across|by|among|within|on)\s+(?P<scope>[^.;,()|]{1,60})", re.I)
_ARROW = re.compile(r"(?:→|->|=>|\bto\b)\s*(?P<n>\d{1,3}(?:\.\d+)?)\s*%")
_PERCENT = re.compile(r"^\W*(?P<n>\d{1,3}(?:\.\d+)?)\s*%(?!\+)")
_BOUND = re.compile(r"(?:[<>≥≤~≈]|[<>]=|\bover|\babove|\bbelow|\bunder|\bat least|\bup to|\baround|\babout)\s*$", re.I)
_GOAL = re.compile(
    r"\b(?:target(?:s|ed|ing)?|goals?|thresholds?|should|must|will|would|could|needs?|needed|require[sd]?|requirements?"
    r"|expect(?:ed|s)?|aim(?:s|ing)?|minimum|objective|ensure|criteria|if|until|unless|e\.g|example|before|previous(?:ly)?|was"
    r"|were|from|claim(?:s|ed)?|versus|vs|gap|baseline|estimated?|projected|potential|todo|plan(?:ned)?|confirm|achieve"
    r"|reach|verify|check|measure|or (?:higher|better|more|above)|initial(?:ly)?|original(?:ly)?)\b|->|→|≥|≤|>=|<=|>|<|\?",
    re.I,
)
_GOAL_COLUMN = re.compile(r"target|goal|threshold|before|previous|baseline|required|expected|minimum|old|initial", re.I)
_PLAIN = frozenset(
    [
        "ssot",
        "overall",
        "total",
        "current",
        "system-wide",
        "systemwide",
        "global",
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
        "repository",
        "codebase",
        "measured",
        "project",
    ]
)
_COUNT = r"(?<![\w.#/,-])(?P<n>\d{1,3}(?:,\d{3})+|\d{1,7})\+?"
_VIOLATIONS = re.compile(rf"{_COUNT}\s+(?P<before>(?:[A-Za-z]+ ){{0,3}}?)violations?\b(?P<after>[^.|;]{{0,40}})", re.I)
_PATHS = re.compile(
    rf"{_COUNT}\s+(?P<before>(?:[\w`]+ ){{0,4}}?)import (?:paths?|patterns?)\b(?P<after>[^.|;]{{0,60}})", re.I
)
_REDUCED = re.compile(r"\b(?:to|into)\b\D{0,12}(?P<n>\d+)|(?:→|->)\s*(?P<m>\d+)")
_TESTS = re.compile(
    r"(?<![\w./#-])(?P<n>\d{1,6}(?:/\d{1,6})?)\s+(?P<before>(?:[A-Za-z-]+ ){0,3}?)tests?\s+(?:are\s+)?(?:passing|passed|pass)\b",
    re.I,
)
_DONE = re.compile(
    r"\b(?:fix(?:ed|es)?|resolv\w+|remov\w+|eliminat\w+|reduc\w+|address\w+|remediat\w+|migrat\w+|prevent\w*|new|down|detect\w*)\b",
    re.I,
)


def claims_of(one: Prose, day: str) -> Iterator[Claim]:
    """What one line claims in figures. `day` is the one its document speaks of."""
    if one.text.startswith("[ ]"):
        return
    day = line_day(one) or day
    yield from _compliance(one, day)
    for found in _VIOLATIONS.finditer(one.text):
        around = one.text[: found.start()] + found["before"] + found["after"]
        if not (_DONE.search(around) or _GOAL.search(around)):
            subject = _words(f"{found['before']}violations")
            yield _claim(About.VIOLATIONS, one, found, subject, found["n"], day, _scope(found["after"]))
    yield from _import_paths(one, day)
    for found in _TESTS.finditer(one.text):
        if not _GOAL.search(one.text[: found.start()]):
            yield _claim(About.TESTS, one, found, _words(f"{found['before']}tests passing"), found["n"], day)


def line_day(one: Prose) -> str:
    """The day a line or the section it stands in speaks of, where it gives one with its year."""
    days = (day_in(text) for text in (one.text, *reversed(one.headings)))
    return next((day for day in days if day and not day.startswith("0000")), "")


def _claim(
    about: About, one: Prose, found: re.Match[str], subject: str, stated: str, day: str, scope: str = ""
) -> Claim:
    return Claim(about, subject, stated, one.line, found.start("n") + 1, day, scope=scope)


def _words(text: str) -> str:
    return " ".join(re.findall(r"[a-z0-9_#./-]+", text.lower()))


def _scope(after: str) -> str:
    found = _SCOPED.match(after)
    return _words(found["scope"]) if found else ""


def _compliance(one: Prose, day: str) -> Iterator[Claim]:
    if one.cells:
        yield from _compliance_row(one, day)
        return
    seen: set[int] = set()
    for pattern in (_AFTER, _BEFORE):
        for found in pattern.finditer(one.text):
            before, after = one.text[: found.start("n")], one.text[found.end() :]
            if found.start("n") in seen or _GOAL.search(before) or _BOUND.search(before):
                continue
            seen.add(found.start("n"))
            last = _ARROW.match(after.lstrip())
            stated = (last or found)["n"]
            if (
                re.match(r"\s*(?:or|target|goal|threshold|required|needed|minimum|\+|to\b|-|–)", after, re.I)
                and not last
            ):
                continue
            words = _words(found["before"]).split()
            subject = " ".join(word for word in words if word not in _PLAIN)
            if not words and not one.is_heading and "ssot" not in before.lower():
                subject = "of what the section is about"  # `Compliance: 100 %` alone says not of what
            yield _claim(About.COMPLIANCE, one, found, subject, stated, day, _scope(after))


def _compliance_row(one: Prose, day: str) -> Iterator[Claim]:
    """A row of a table whose first cell names the compliance: its first cell with a share that is no goal."""
    name = re.fullmatch(
        r"\W*(?P<before>(?:[\w./-]+ ){0,4})compliance(?: (?:score|rate|level|percentage))?\W*", one.cells[0], re.I
    )
    if not name:
        return
    for column, cell in list(zip(one.columns, one.cells, strict=False))[1:]:
        found = _PERCENT.match(cell)
        if found and not _GOAL_COLUMN.search(column) and not _GOAL.search(cell[: found.start("n")]):
            words = _words(name["before"]).split()
            subject = " ".join(word for word in words if word not in _PLAIN)
            subject = subject if words else "of what the section is about"
            yield Claim(About.COMPLIANCE, subject, found["n"], one.line, 1, day)
            return


def _import_paths(one: Prose, day: str) -> Iterator[Claim]:
    """`N import paths`, or the number they were reduced to; of the name that stands before."""
    for found in _PATHS.finditer(one.text):
        before = one.text[: found.start()]
        reduced = _REDUCED.search(found["after"])
        if (_GOAL.search(before) and not reduced) or re.search(
            r"\b(?:target|goal|should|must|will|would|plan)\b", before, re.I
        ):
            continue
        stated = (reduced["n"] or reduced["m"]) if reduced else found["n"]
        names = re.findall(r"[A-Za-z_]\w*", found["before"])
        ignored = (
            "different",
            "working",
            "fragmented",
            "canonical",
            "unique",
            "legacy",
            "deprecated",
            "distinct",
            "the",
        )
        named = [word for word in names if word.lower() not in ignored]
        narrower = len(named) != len(
            [word for word in names if word.lower() in ("different", "unique", "distinct", "the")]
        ) and len(names) > len(named)
        wide = all(word.lower() in ("different", "unique", "distinct", "the") for word in names if word not in named)
        if not named and (of := re.match(r"\s*(?:for|of|to)\s+(?:the\s+)?(?P<name>[A-Za-z_]\w*)", found["after"])):
            named = [of["name"]]
        if narrower and not wide and not reduced:
            continue  # of some kind of path only, which is not what is counted
        if len(named) == 1:
            yield _claim(About.PATHS, one, found, named[0], stated, day)
