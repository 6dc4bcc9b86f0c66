"""A repository read as deep as its rules ask, and what was read held against them."""

from collections.abc import Sequence
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from ssot_audit.checks.common import joined, stale_files
from ssot_audit.checks.kinds import CHECKS
from ssot_audit.checks.scene import Scene
from ssot_audit.checks.symbol.governance import Governance, homes, question, spelled
from ssot_audit.checks.symbol.rule import SymbolRule
from ssot_audit.model import SYMBOL, Outcome
from ssot_audit.program.candidates import Asked, Program, wanting
from ssot_audit.program.modules import Modules
from ssot_audit.program.resolve import Resolver
from ssot_audit.repository import Options, Repository, package_around, refuse_unread
from ssot_audit.rules import VALUE, AnyRule
from ssot_audit.source.entry import Question
from ssot_audit.source.library import FEW, Library

if TYPE_CHECKING:  # only some kinds need their readers
    from ssot_audit.source.outlines import Outlines
    from ssot_audit.source.setting_files import SettingFiles

_NOTHING = Question()


class Reading(NamedTuple):
    """A repository read as deep as its rules ask: the program, and the names that were looked for."""

    repository: Repository
    library: Library
    program: Program

    def mentioning(self) -> frozenset[str]:
        """The files that spell a governed name."""
        spells = self.program.spells
        return frozenset(self.library.mentioning(spells)) if spells else frozenset()


def symbol_rules(rules: Sequence[AnyRule]) -> list[SymbolRule]:
    """Those that say what is read of every file; a rule of another kind asks for outlines of its own."""
    return [rule for rule in rules if rule.kind == SYMBOL]


def hold(reading: Reading, rules: Sequence[AnyRule], options: Options) -> Outcome:
    """What was read, held against its rules, kind by kind."""
    repository, library, program = reading
    scene = Scene(
        program,
        partial(_outlines, library),
        partial(_settings, reading),
        repository.kinds,
        options.today or date.today(),
        repository.named,
    )
    refuse_unread(repository, lambda: scene.settings, rules)
    mine = {kind: [rule for rule in rules if rule.kind == kind] for kind in CHECKS}
    found = []
    for name, some in mine.items():  # symbol rules first: what is read for others changes no answer of theirs
        if some:
            if CHECKS[name].whole:
                reading.library.deepen(repository.found.paths)
                reading.library.settle()
            found.append(CHECKS[name].check(scene, some))
    if scene.named is None:
        python = [rule for rule in rules if rule.kind != VALUE]
        found.append(Outcome(findings=tuple(stale_files(python, repository.found.paths))))
    return joined(found)


def _outlines(library: Library) -> "Outlines":
    from ssot_audit.source.outlines import Outlines

    return Outlines(library)


def _settings(reading: Reading) -> "SettingFiles":
    from ssot_audit.source.setting_files import SettingFiles

    return SettingFiles(reading.library, reading.repository.include, reading.repository.exclude)


def open_library(repository: Repository, options: Options) -> Reading:
    """The repository with its modules named and none of them read."""
    inside = package_around(repository.root)
    library = Library(
        repository.root,
        repository.found,
        options.jobs,
        options.watch,
        options.whole,
        repository.kept,
        keeps=repository.cache is not None,
        inside=inside,
    )
    modules = Modules(library, repository.config.roots, inside)
    return Reading(repository, library, Program(modules, Resolver(modules)))


def read_all(repository: Repository, options: Options, strings: bool = False) -> Reading:
    """The repository with the facts of every file; with those strings, too, that a call takes for a module of it."""
    reading = open_library(repository, options)
    if strings:
        reading.library.question = Question(reading.program.modules.top_level())  # before anything is read
    reading.library.deepen(repository.found.paths)
    if strings:
        reading.library.settle()
    return reading


def look(reading: Reading, rules: Sequence[SymbolRule], asked: Question = _NOTHING) -> Reading:
    """Read what the rules govern, under every name it goes by, and what is asked besides."""
    library, modules = reading.library, reading.program.modules
    asked = asked.plus(question(rules, modules))
    if not library.entries and len(library) > FEW:  # most names are given at home: searching all files once is enough
        _, asked = _look_until_known(reading, rules, asked, homes(rules, modules))
    reading, asked = _look_until_known(reading, rules, asked)
    # What was taken to be read may turn out not to parse.
    return look_for(reading, rules, asked) if library.settle() else reading


def _look_until_known(
    reading: Reading, rules: Sequence[SymbolRule], asked: Question, among: Sequence[str] | None = None
) -> tuple[Reading, Question]:
    """Look until every name that the governed go by is asked for; in every file, or among some."""
    while True:
        reading = look_for(reading, rules, asked, among)
        program = reading.program
        more = Governance(rules, program).more_names(program, reading.library.links(), spelled(asked.names))
        if not more.names:
            return reading, asked
        asked = asked.plus(more)


def look_for(
    reading: Reading, rules: Sequence[SymbolRule], asked: Question, among: Sequence[str] | None = None
) -> Reading:
    """Read the files, every one or among some, that spell what is asked, and those they take it from."""
    repository, library, before = reading
    read = library.ask(asked, among)
    spells = spelled(asked.names)
    resolver, wanted = declared(before.modules, rules), wanting(spells)
    imports: dict[str, Asked] = {}
    while True:
        program = Program(before.modules, resolver, library.referring(), spells, wanted, imports)
        # What a file takes a name from may take it from another.
        read = library.deepen(program.sources(read))
        if not read:
            return Reading(repository, library, program)


def declared(modules: Modules, rules: Sequence[SymbolRule]) -> Resolver:
    """A resolver told which top-level packages the rules hold to be of this repository: what is absent from them is
    missing, whatever may be installed."""
    ours = {path.partition(".")[0] for rule in rules for path in rule.spec.listed if not rule.spec.external}
    theirs = {path.partition(".")[0] for rule in rules for path in rule.spec.listed if rule.spec.external}
    return Resolver(modules, frozenset(ours), frozenset(theirs))
