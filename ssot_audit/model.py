"""The values that flow through an audit, all frozen: facts of a file, references, findings, tallies, the report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum


class Context(StrEnum):
    """When a reference takes effect; none of them means: at import or call time, unconditionally."""

    TYPING = "typing"  # under TYPE_CHECKING
    DEFERRED = "deferred"  # inside a function
    GUARDED = "guarded"  # in a try that catches ImportError
    BROAD_GUARDED = "broad-guarded"  # in a try that catches everything
    HANDLER = "handler"  # in an except block
    EXPECTED_FAILURE = "expected-failure"  # the code around it wants the import to fail


class Channel(StrEnum):
    """How a reference names a path."""

    IMPORT = "import"
    STAR = "star"
    ATTRIBUTE = "attribute"
    STRING = "string"


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
    def governed(self) -> bool:
        return self not in (Class.PLUMBING, Class.EXPECTED_MISSING)

    @property
    def breaks_rule(self) -> bool:
        return self.governed and self not in (Class.CANONICAL, Class.SHIM)


class Kind(StrEnum):
    """What a file is for."""

    PRODUCTION = "production"
    TESTS = "tests"
    OTHER = "other"


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class Depth(IntEnum):
    """How a file was read: statements only, or its whole tree."""

    SCAN = 1
    WALK = 2


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A span in a file: 1-based lines and columns, columns in characters, the end exclusive."""

    line: int
    column: int
    end_line: int
    end_column: int


@dataclass(frozen=True, slots=True)
class Import:
    """One imported name. `name` is None for `import a.b as c`, whose module is `a.b`, and `*` for a star import."""

    place: Place
    level: int
    module: str
    name: str | None
    alias: str | None
    contexts: tuple[Context, ...]

    @property
    def bound(self) -> str:
        """The local name the import binds."""
        return self.alias or self.name or self.module.partition(".")[0]


@dataclass(frozen=True, slots=True)
class Binding:
    """A name bound at module level. `chain` numbers the outermost if/try/for/with/match it stands in (0: none) and
    `arm` the branch of it in order of preference. `value` is the dotted path of an alias assignment."""

    name: str
    line: int
    kind: str  # class, function, assignment, none, import, star, delete, global
    value: str = ""
    imported: int = -1  # index into Facts.imports, for the kinds import and star
    chain: int = 0
    arm: int = 0
    typing: bool = False


@dataclass(frozen=True, slots=True)
class Exports:
    """`__all__`: literal names, modules whose `__all__` is added, and whether that is the whole of it."""

    names: tuple[str, ...]
    modules: tuple[str, ...]
    complete: bool


@dataclass(frozen=True, slots=True)
class Use:
    """Attributes taken from an imported binding: `x.A.b` after `import m as x`, or `patch.object(x, "A")`."""

    imported: int  # index into Facts.imports
    attributes: tuple[str, ...]
    place: Place
    contexts: tuple[Context, ...]
    channel: Channel


@dataclass(frozen=True, slots=True)
class Target:
    """A dotted path in a string that a call imports or patches. An empty `path` is computed at run time."""

    function: str
    path: str
    level: int
    place: Place
    contexts: tuple[Context, ...]


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a file does not parse."""

    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class Facts:
    """What the bytes of one file say, independent of its name and of any rule."""

    digest: str
    depth: Depth
    imports: tuple[Import, ...]
    bindings: tuple[Binding, ...]
    exports: Exports | None
    dynamic: bool  # the module makes names at run time: __getattr__, globals()
    uses: tuple[Use, ...] = ()
    targets: tuple[Target, ...] = ()
    fault: Fault | None = None


@dataclass(frozen=True, slots=True)
class Failure:
    """A file that gave no facts."""

    reason: str


@dataclass(frozen=True, slots=True)
class Origin:
    """Where an object is made: file, line and the name it has there. `kind` is that of the binding, or `module`."""

    path: str
    line: int
    name: str
    kind: str


@dataclass(frozen=True, slots=True)
class Resolution:
    """Where a dotted path leads. Without an origin, `reason` says why: external, missing-module, missing-name,
    unparsed, computed or cycle. `steps` are the bindings passed on the way, as (file, import index or -1)."""

    origin: Origin | None
    reason: str = ""
    steps: tuple[tuple[str, int], ...] = ()
    typing_only: bool = False


@dataclass(frozen=True, slots=True)
class Reference:
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
    use: str = ""  # the path to use instead


@dataclass(frozen=True, slots=True)
class Finding:
    """What breaks a rule, and where. `path` is the file; `dotted` the path used."""

    rule: str
    severity: Severity
    path: str
    place: Place
    subject: str
    dotted: str
    klass: str
    message: str
    help: str

    @property
    def fingerprint(self) -> str:
        """The identity of a finding: no line numbers and no counts, so that edits elsewhere do not change it."""
        return ":".join((self.rule, self.path, self.subject, self.dotted))


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts of references by class; compliance is two integers, compared as integers."""

    counts: tuple[tuple[Class, int], ...] = ()

    @property
    def canonical(self) -> int:
        return dict(self.counts).get(Class.CANONICAL, 0)

    @property
    def governed(self) -> int:
        return sum(number for klass, number in self.counts if klass.governed)

    @property
    def percent(self) -> str:
        """Floored to one decimal, so that only a full score reads 100.0 %; `n/a` where nothing is governed."""
        if not self.governed:
            return "n/a"
        tenths = 1000 * self.canonical // self.governed
        return f"{tenths // 10}.{tenths % 10} %"


@dataclass(frozen=True, slots=True)
class Score:
    """The tally of one scope, and the same by the kind of file."""

    name: str
    total: Tally
    kinds: tuple[tuple[Kind, Tally], ...]
    path: str = ""


@dataclass(frozen=True, slots=True)
class Unvalidated:
    """A file whose references are in neither integer."""

    path: str
    line: int
    reason: str
    judged: bool = True


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the figures rest on."""

    found: int = 0
    read: int = 0
    scanned: int = 0
    walked: int = 0
    unparsed: int = 0  # files that do not parse, whether or not they may hold governed names
    modules: int = 0
    edges: int = 0
    cycles: int = 0
    imports: int = 0
    computed: int = 0  # import_module, patch and the like with a path no reading can tell
    ungoverned_strings: int = 0
    skipped: tuple[tuple[str, int], ...] = ()
    channels: tuple[tuple[str, int], ...] = ()
    matched_rules: tuple[str, ...] = ()
    unmatched_rules: tuple[str, ...] = ()


class Verdict(StrEnum):
    MET = "met"
    MISSED = "missed"
    NOT_JUDGED = "not-judged"

    @property
    def exit_code(self) -> int:
        return {Verdict.MET: 0, Verdict.MISSED: 1, Verdict.NOT_JUDGED: 2}[self]


@dataclass(frozen=True, slots=True)
class Judgement:
    verdict: Verdict
    gate: str  # the condition, in words
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """Everything a format may print. `lines` holds the source line of each finding that can be shown."""

    version: str
    judgement: Judgement
    partial: bool
    total: Score
    packages: tuple[Score, ...] = ()
    modules: tuple[Score, ...] = ()
    rules: tuple[Score, ...] = ()
    symbols: tuple[Score, ...] = ()
    findings: tuple[Finding, ...] = ()
    unvalidated: tuple[Unvalidated, ...] = ()
    warnings: tuple[str, ...] = ()
    evidence: Evidence = Evidence()
    titles: Mapping[str, str] = field(default_factory=dict)
    lines: Mapping[tuple[str, int], str] = field(default_factory=dict)
