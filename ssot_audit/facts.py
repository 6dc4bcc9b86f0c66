"""What the bytes of one file say, independent of its name and of any rule. All values are frozen."""

from collections.abc import Collection
from datetime import date
from enum import StrEnum
from typing import NamedTuple


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
    DOCUMENT = "document"  # an example in a document or a docstring; of no figure of code


class Place(NamedTuple):
    """A span in a file: 1-based lines and columns, columns in characters, the end exclusive."""

    line: int
    column: int
    end_line: int
    end_column: int


class Import(NamedTuple):
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

    @property
    def means(self) -> str:
        """The last name of what that stands for."""
        return self.name or (self.module.rpartition(".")[2] if self.alias else self.bound)


class Binding(NamedTuple):
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


class Exports(NamedTuple):
    """`__all__`: literal names, modules whose `__all__` is added, and whether that is the whole of it."""

    names: tuple[str, ...]
    modules: tuple[str, ...]
    complete: bool


class Use(NamedTuple):
    """Attributes taken from an imported binding: `x.A.b` after `import m as x`, or `patch.object(x, "A")`."""

    imported: int  # index into Facts.imports
    attributes: tuple[str, ...]
    place: Place
    contexts: tuple[Context, ...]
    channel: Channel


class Target(NamedTuple):
    """A dotted path in a string that a call imports or patches. An empty `path` is computed at run time."""

    function: str
    path: str
    level: int
    place: Place
    contexts: tuple[Context, ...]


class Fault(NamedTuple):
    """Why a file does not parse."""

    line: int
    reason: str


class Facts(NamedTuple):
    """What the bytes of one file say, independent of its name and of any rule."""

    imports: tuple[Import, ...]
    bindings: tuple[Binding, ...]
    exports: Exports | None
    dynamic: bool  # the module makes names at run time: __getattr__, globals()
    uses: tuple[Use, ...] = ()
    targets: tuple[Target, ...] = ()
    fault: Fault | None = None


class Failure(NamedTuple):
    """A file that gave no facts."""

    reason: str


# How files make settings: in Python, then on the command line and in containers, then by the format of the file.
FORMS = (
    *("assignment", "argument-default", "environment", "environment-default", "item", "keyword"),
    *("arg", "env", "env-instruction", "expose", "flag", "port-mapping", "url"),
    *("ini", "json", "toml", "yaml"),
)


class Setting(NamedTuple):
    """A configuration value one file makes. Nested keys are joined by `.` and list items counted from 0:
    `services.auth.ports.0.host`. `place` is that of the value."""

    key: str
    value: str  # as written, without quotes: 8081, true, http://auth:8081/x; {} stands for what is computed
    place: Place
    form: str  # how it is made, one of FORMS
    secret: bool = False  # its lines hold something that must not be repeated


class Directive(NamedTuple):
    """A comment that accepts findings. `covers` are the first and last line it speaks of, none for the whole file;
    `wrong` says why it accepts nothing."""

    line: int
    column: int
    covers: tuple[int, int] | None
    rules: tuple[str, ...]
    reason: str
    until: date | None
    wrong: str = ""


def links_of(facts: Facts, names: Collection[str]) -> tuple[tuple[str, str], ...]:
    """(name, what it stands for) of each name of a module that an import or an assignment makes stand for one of
    these, where they differ."""
    found: dict[tuple[str, str], None] = {}
    for binding in facts.bindings if names else ():
        if binding.kind == "import":
            source = facts.imports[binding.imported].means
        else:
            source = binding.value.rpartition(".")[2] if binding.kind == "assignment" else ""
        if source in names and source != binding.name:
            found[binding.name, source] = None
    return tuple(found)
