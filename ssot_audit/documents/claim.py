"""What documents claim, and how a claim stands."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from ssot_audit.model import Related


class About(StrEnum):
    """What a claim is about."""

    FIGURE = "figure"  # between markers
    COMPLIANCE = "compliance"
    VIOLATIONS = "violations"
    PATHS = "import-paths"
    TESTS = "tests"
    STATUS = "status"
    FILE = "file"  # a file of the repository, or a line or symbol of one
    IMPORT = "import"  # an import statement in an example


class Standing(StrEnum):
    """How a claim stands against what is measured."""

    TRUE = "true"
    FALSE = "false"
    STALE = "stale"  # was so once: a file moved, a line that no longer holds the symbol, a deprecated path
    CONTRADICTING = "contradicting"  # another claim says otherwise, and nothing measured decides
    DATED = "dated"  # not so today; its document speaks of its day
    UNVERIFIABLE = "unverifiable"  # nothing measured speaks of it


class Claim(NamedTuple):
    """One claim. `stated` is the value as written; `day` the day it speaks of, `undated` text empty where it speaks of
    now. `hedged`: its line speaks of making, removing or replacing what it names. `symbol` is the one name that a
    reference to a file goes with; `scope` what a status or a count is about, beyond its subject."""

    about: About
    subject: str
    stated: str
    line: int
    column: int = 1
    day: str = ""
    hedged: bool = False
    symbol: str = ""
    scope: str = ""


class Judged(NamedTuple):
    """A claim of a file with its standing, what is measured in its place, and the places that bear on it."""

    path: str
    claim: Claim
    standing: Standing
    measured: str = ""
    klass: str = ""  # of an import: as a reference of a rule, or `resolves`, `broken`
    channel: str = "document"
    related: tuple[Related, ...] = ()
