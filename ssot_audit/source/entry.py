"""What a run asks of files, and what is known of one. Nothing here reads."""

from collections.abc import Collection
from typing import NamedTuple

from ssot_audit.facts import Fault

SCANNED = "import statements alone"
READ = "every line that matters"
LINE_BY_LINE = "every line, one by one"
WALKED = "the whole tree"
GIVEN_UP = "nothing to its end"


class Question(NamedTuple):
    """What a run asks of every file: the names it looks for, `*` standing for any characters; those of them that
    modules may have, alone or as the whole path of one (`pkg.old`); and for those that only modules
    have, by name, all that can stand before them."""

    names: tuple[str, ...] = ()
    modules: tuple[str, ...] = ()
    below: tuple[tuple[str, tuple[str, ...]], ...] = ()

    def less(self, other: "Question") -> "Question":
        """What this asks and the other does not: a name is asked for again where it counts in other places, or may be
        a module's now."""
        before, now = dict(other.below), dict(self.below)
        modules = {one.rpartition(".")[2] for one in {*self.modules} - {*other.modules}}
        asked = {name for name in other.names if name not in before or before[name] == now.get(name)}
        return self.only({*self.names} - (asked - modules))

    def counts_as(self, other: "Question") -> bool:
        """Whether a name that both ask for counts for the other where it counts for this."""
        before, now = dict(other.below), dict(self.below)
        return all(before.get(name) == now.get(name) for name in {*self.names} & {*other.names})

    def plus(self, other: "Question") -> "Question":
        anywhere = {name for one in (self, other) for name in {*one.names} - {name for name, _ in one.below}}
        above: dict[str, set[str]] = {}
        for name, parents in (*self.below, *other.below):
            above.setdefault(name, set()).update(parents)
        both = {*self.names, *other.names}
        below = tuple((name, tuple(sorted(above[name]))) for name in sorted(above) if name not in anywhere)
        return Question(tuple(sorted(both)), tuple(sorted({*self.modules, *other.modules})), below)

    def only(self, names: Collection[str]) -> "Question":
        """The same of some names."""
        modules = tuple(one for one in self.modules if one.rpartition(".")[2] in names)
        return Question(
            tuple(sorted({*self.names} & {*names})), modules, tuple(one for one in self.below if one[0] in names)
        )


class Entry(NamedTuple):
    """What is known of a file. `facts` is encoded, and empty where none were needed: nothing in the file spells a name
    that was asked for. `again` is the reason why it must be read again, by other means, before the entry is whole."""

    failure: str = ""
    imports: int = 0  # imported names
    computed: int = 0  # calls that import a path computed at run time
    mentions: tuple[str, ...] = ()
    links: tuple[tuple[str, str], ...] = ()  # names of the module that stand for one of those, each with that one
    refers: bool = False  # whether an import, an attribute or a string may name what was asked for
    facts: str = ""
    fault: Fault | None = None
    reader: str = ""
    again: str = ""
    partial: bool = False  # the facts are only what refers to a name that was asked for
    digest: bytes = b""  # of the bytes read
    marked: bool = False  # whether it may hold a comment that speaks to this program
    why: str = ""  # it was read by this reader, and by no quicker one


class Task(NamedTuple):
    """A file to read, to what end. `path` is as the repository knows it. `deep` asks for its whole facts in any
    case; `whole` for LibCST's tree wherever it can tell more than a statement. `inside` is the package that the whole
    tree is a part of, where somebody audits the folder of one."""

    root: str
    path: str
    question: Question
    deep: bool = False
    whole: bool = False
    digested: bool = False
    inside: str = ""
