"""The values an audit makes of facts, all frozen: origins, references, findings, tallies."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple

from ssot_audit.facts import Channel, Context, Place


class Standing(StrEnum):
    """What the class of a governed thing means for its rule's figure."""

    COMPLIANT = "compliant"
    TOLERATED = "tolerated"  # governed, no finding, and not compliant
    BREAKS = "breaks"
    APART = "apart"  # in neither integer


class Class(StrEnum):
    """What a reference is, held against its rule; a reference is of the first class that holds, in this order."""

    PLUMBING = "plumbing"
    EXPECTED_MISSING = "expected-missing"
    UNDECIDED = "undecided"
    BROKEN = "broken"
    CANONICAL = "canonical"
    SHIM = "shim"
    DEPRECATED = "deprecated"
    INTERNAL = "internal"
    UNLISTED = "unlisted"
    RIVAL = "rival"

    @property
    def standing(self) -> Standing:
        return _STANDINGS.get(self, Standing.BREAKS)


_STANDINGS = {
    Class.PLUMBING: Standing.APART,
    Class.EXPECTED_MISSING: Standing.APART,
    Class.CANONICAL: Standing.COMPLIANT,
    Class.SHIM: Standing.TOLERATED,
}


class Kind(StrEnum):
    """What a file is for."""

    PRODUCTION = "production"
    TESTS = "tests"
    OTHER = "other"


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class Origin(NamedTuple):
    """Where an object is made: file, line and the name it has there. `kind` is that of the binding, or `module`."""

    path: str
    line: int
    name: str
    kind: str


class Resolution(NamedTuple):
    """Where a dotted path leads. Without an origin, `reason` says why: external, missing-module, missing-name,
    unparsed, computed or cycle. `steps` are the bindings passed on the way, as (file, import index or -1)."""

    origin: Origin | None
    reason: str = ""
    steps: tuple[tuple[str, int], ...] = ()
    typing_only: bool = False


class Reference(NamedTuple):
    """One (binding, dotted path) of a file, held against its rule."""

    rule: str
    path: str
    dotted: str
    channel: Channel
    contexts: tuple[Context, ...]
    places: tuple[Place, ...]
    klass: Class
    object: str  # same, other, unknown
    origin: Origin | None
    reason: str  # why there is no origin

    @property
    def standing(self) -> Standing:
        return self.klass.standing


class Item(NamedTuple):
    """One thing that a rule of another kind governs, the unit of its figure: a name, a call, a key. `path` is the file
    it is counted for."""

    rule: str
    path: str
    klass: str
    standing: Standing


class Related(NamedTuple):
    """Another place that bears on a finding, and what it is to it."""

    path: str
    line: int
    note: str


class Status(StrEnum):
    """Whether a finding may fail the gate. It counts in every figure, whatever its status."""

    OPEN = "open"
    BASELINED = "baselined"
    SUPPRESSED = "suppressed"


class Finding(NamedTuple):
    """What breaks a rule, and where. `path` is the file; `dotted` the path used, or the value."""

    rule: str
    severity: Severity
    path: str
    place: Place
    subject: str
    dotted: str
    klass: str
    message: str
    help: str
    kind: Kind
    related: tuple[Related, ...] = ()
    secret: bool = False  # the line holds what must not be repeated
    status: Status = Status.OPEN

    @property
    def fingerprint(self) -> str:
        """The identity of a finding: no line numbers and no counts, so that edits elsewhere do not change it."""
        return ":".join((self.rule, self.path, self.subject, self.dotted))


# The checks beside the rules, by the names of their commands: the rule that their findings are of.
BESIDE: Mapping[str, str] = MappingProxyType(
    {"pipelines": "pipelines", "docs": "documents", "evidence": "test-evidence"}
)
BASELINE = "baseline"  # the rule of findings about a baseline
SYMBOL = "symbol"  # the kind of a rule that names none; it governs references
ABSENT = "absent-canonical"  # the class of the finding that a rule's canonical path is not in the tree
STALE = "matches-nothing"  # the class of the finding that an entry of a rule speaks of nothing in the tree


class Tally(NamedTuple):
    """Counts by class; compliance is two integers, compared as integers. `canonical` counts what is compliant."""

    counts: tuple[tuple[str, int], ...] = ()
    canonical: int = 0
    governed: int = 0

    @property
    def percent(self) -> str:
        """Floored to one decimal, so that only a full score reads 100.0 %; `n/a` where nothing is governed."""
        if not self.governed:
            return "n/a"
        tenths = 1000 * self.canonical // self.governed
        return f"{tenths // 10}.{tenths % 10} %"


class Score(NamedTuple):
    """The tally of one scope, and the same by the kind of file."""

    name: str
    total: Tally
    kinds: tuple[tuple[Kind, Tally], ...]
    path: str = ""


class Unvalidated(NamedTuple):
    """A file whose references are in neither integer."""

    path: str
    line: int
    reason: str
    judged: bool = True


class Outcome(NamedTuple):
    """What the rules of a kind found. A symbol rule governs references, a rule of any other kind items. `unread` are
    the files that this kind needed and that could not be read for it; `idle` the paths that rules forbid and nothing
    goes through, as (rule, path): the end of a migration, or a slip of the pen."""

    references: tuple[Reference, ...] = ()
    items: tuple[Item, ...] = ()
    findings: tuple[Finding, ...] = ()
    unread: tuple[Unvalidated, ...] = ()
    idle: tuple[tuple[str, str], ...] = ()


class Evidence(NamedTuple):
    """What the figures rest on."""

    found: int = 0
    read: int = 0
    mentioning: int = 0  # files that spell a governed name, in code, strings or comments
    unparsed: int = 0  # of those, files that do not parse
    imports: int = 0  # imported names
    computed: int = 0  # calls that import a path computed at run time, which no reading can tell
    skipped: tuple[tuple[str, int], ...] = ()
    channels: tuple[tuple[str, int], ...] = ()
    matched_rules: tuple[str, ...] = ()
    unmatched_rules: tuple[str, ...] = ()
    idle: tuple[tuple[str, str], ...] = ()  # (rule, path) of paths that rules forbid and nothing goes through


class ImportPath(NamedTuple):
    """One import path of a name. `names` counts imported names in import statements of files that parse; the class
    is that of the path itself, None where no rule governs it."""

    path: str
    klass: Class | None
    object: str | None
    origin: Origin | None
    reason: str
    names: int
    files: int
    strings: int
    attributes: int
    in_unvalidated_files: int
    kinds: tuple[tuple[Kind, int], ...]


class Verdict(StrEnum):
    MET = "met"
    MISSED = "missed"
    NOT_JUDGED = "not-judged"

    @property
    def exit_code(self) -> int:
        return {Verdict.MET: 0, Verdict.MISSED: 1, Verdict.NOT_JUDGED: 2}[self]


class Judgement(NamedTuple):
    verdict: Verdict
    gate: str  # the condition, in words
    reasons: tuple[str, ...] = ()
