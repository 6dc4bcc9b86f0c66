"""The whole order of the work: from options to a report. Everything that reads, checks and judges is called here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence, Set
from datetime import date
from functools import cache
from typing import NamedTuple

from ssot_audit import __version__, score
from ssot_audit.checks.common import joined, stale_files
from ssot_audit.checks.kinds import CHECKS
from ssot_audit.checks.scene import Scene
from ssot_audit.checks.symbol.governance import Governance, question, spelled
from ssot_audit.checks.symbol.rule import SymbolRule
from ssot_audit.config import Config
from ssot_audit.facts import Channel
from ssot_audit.gate import Figures, Gate, judge
from ssot_audit.links import GoldenPath
from ssot_audit.model import (
    ABSENT,
    SYMBOL,
    Evidence,
    Finding,
    Item,
    Outcome,
    Reference,
    Report,
    Standing,
    Unvalidated,
)
from ssot_audit.program.candidates import Asked, Program, wanting
from ssot_audit.program.modules import Modules
from ssot_audit.program.resolve import Resolver
from ssot_audit.repository import Options, Repository, choose_rules, open_repository, package_around, refuse_unread
from ssot_audit.rules import VALUE, AnyRule
from ssot_audit.source.discover import SKIPPED_FOLDER
from ssot_audit.source.entry import Question
from ssot_audit.source.excerpts import SourceLines
from ssot_audit.source.library import Library
from ssot_audit.source.outlines import Outlines

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


def audit(options: Options) -> Report:
    """Read the repository, hold it against its rules, measure and judge. Raises AuditError where it cannot begin."""
    repository = open_repository(options, any_format=True)
    reading = open_library(repository, options)
    rules = choose_rules(repository, reading.program, options)
    reading = look(reading, symbol_rules(rules))
    outcome = hold(reading, rules, options)
    if repository.cache:
        reading.library.keep(repository.cache)
    return report(reading, rules, outcome, options, _golden_path(reading, options))


def _golden_path(reading: Reading, options: Options) -> GoldenPath | None:
    """What runs once the configured entry points do; None where none are configured."""
    if not reading.repository.config.golden_path.entry_points:
        return None
    from ssot_audit.golden import golden_path  # most repositories have none

    return golden_path(reading.repository, reading.program.resolver, options)


def symbol_rules(rules: Sequence[AnyRule]) -> list[SymbolRule]:
    """Those that say what is read of every file; a rule of another kind asks for outlines of its own."""
    return [rule for rule in rules if rule.kind == SYMBOL]


def hold(reading: Reading, rules: Sequence[AnyRule], options: Options) -> Outcome:
    """What was read, held against its rules, kind by kind."""
    from ssot_audit.source.setting_files import SettingFiles  # it lists nothing unless a rule asks for settings

    repository, today = reading.repository, options.today or date.today()
    library = reading.library
    settings = SettingFiles(library, repository.include, repository.exclude)
    refuse_unread(repository, settings, rules)
    scene = Scene(reading.program, Outlines(library), settings, repository.kinds, today, repository.named)
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


def open_library(repository: Repository, options: Options) -> Reading:
    """The repository with its modules named and none of them read."""
    library = Library(repository.root, repository.found, options.jobs, options.watch, options.whole, repository.kept)
    modules = Modules(library, repository.config.roots, package_around(repository.root))
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
    asked = asked.plus(question(rules, reading.program.modules))
    while True:
        reading = look_for(reading, rules, asked)
        program = reading.program
        more = Governance(rules, program).more_names(program, reading.library.links(), spelled(asked.names))
        if not more:
            reading.library.settle()
            return reading
        asked = asked.plus(Question(tuple(sorted(more))))


def look_for(reading: Reading, rules: Sequence[SymbolRule], asked: Question) -> Reading:
    """Read the files that spell what is asked, and those they take it from."""
    repository, library, before = reading
    library.ask(asked)
    spells = spelled(asked.names)
    resolver, wanted = declared(before.modules, rules), wanting(spells)
    imports: dict[str, Asked] = {}
    while True:
        program = Program(before.modules, resolver, library.referring(), spells, wanted, imports)
        # What a file takes a name from may take it from another. Where nothing was read, each is read when it is met.
        if not library.fresh or not library.deepen(program.sources()):
            return Reading(repository, library, program)


def declared(modules: Modules, rules: Sequence[SymbolRule]) -> Resolver:
    """A resolver told which top-level packages the rules hold to be of this repository: what is absent from them is
    missing, whatever may be installed."""
    ours = {path.partition(".")[0] for rule in rules for path in rule.spec.listed if not rule.spec.external}
    theirs = {path.partition(".")[0] for rule in rules for path in rule.spec.listed if rule.spec.external}
    return Resolver(modules, frozenset(ours), frozenset(theirs))


def find_unvalidated(reading: Reading, references: Sequence[Reference]) -> Iterator[Unvalidated]:
    """The files whose references cannot be counted: unreadable, or not parsing and mentioning a governed name."""
    repository, named = reading.repository, reading.repository.named
    bearing = {one.path for one in references} | reading.mentioning()
    for path, reason in repository.found.unreadable:
        yield Unvalidated(path, 1, f"folder {reason}")
    for path, entry in reading.library.entries.items():
        judged = named is None or path in named
        if entry.failure:
            yield Unvalidated(path, 1, entry.failure, judged)
        elif entry.fault and path in bearing:
            yield Unvalidated(path, entry.fault.line, entry.fault.reason, judged)


def report(
    reading: Reading, rules: Sequence[AnyRule], outcome: Outcome, options: Options, path: GoldenPath | None
) -> Report:
    """Measure and judge. References in unvalidated files are in no figure."""
    repository, program = reading.repository, reading.program
    config, named, ids = repository.config, repository.named, [one.id for one in rules]
    unread = {one.path: one for one in find_unvalidated(reading, outcome.references)}
    unvalidated = sorted({**{one.path: one for one in outcome.unread}, **unread}.values())
    known = [one for one in outcome.references if one.path not in unread]
    items = [one for one in outcome.items if one.path not in unread]
    kinds = {path: repository.kinds[path] for path in {one.path for one in known} | {one.path for one in items}}
    judged = [one for one in known if named is None or one.path in named]
    judged_items = [one for one in items if named is None or one.path in named]
    modules = cache(lambda: {one.path: program.modules.by_path[one.path].name for one in judged})
    findings = sorted(
        (one for one in outcome.findings if one.path not in unread),
        key=lambda one: (one.path, one.place, one.rule, one.dotted),
    )
    whole = score.score("repository", known, kinds)
    packages = cache(lambda: score.by_package(judged, modules(), kinds))
    counted: list[Reference | Item] = [*judged, *judged_items]
    matched = {one.rule for one in known} | {one.rule for one in items}
    by_rule = score.by_rule(counted, ids, kinds)
    on_path = score.score("golden path", [one for one in known if path and one.path in path.reached], kinds)
    figures = Figures(
        whole=whole.total,
        packages=packages() if config.fail_under_package else (),
        rules=by_rule,
        findings=tuple(findings),
        unvalidated=tuple(one for one in unvalidated if one.judged),
        obstacles=_obstacles(repository, rules, outcome.findings, matched),
        partial=named is not None,
        symbols=frozenset(rule.id for rule in symbol_rules(rules)),
        others=sum(1 for one in items if one.standing is not Standing.APART),
        golden_path=on_path.total,
        unparsed_on_path=path.unparsed if path else (),
        failing=tuple(one for one in path.failing if named is None or one.path in named) if path else (),
    )
    return Report(
        version=__version__,
        judgement=judge(_gate(config, options), figures),
        partial=named is not None,
        total=whole if named is None else score.score("named files", judged, kinds),
        packages=packages,
        modules=lambda: score.by_module(judged, modules(), kinds),
        rules=by_rule,
        symbols=lambda: score.by_symbol(judged, kinds),
        references=tuple(judged),
        findings=tuple(findings),
        unvalidated=tuple(unvalidated),
        warnings=tuple(_warnings(rules)),
        evidence=_evidence(reading, known, items, rules)._replace(idle=outcome.idle),
        titles={rule.id: rule.title for rule in rules},
        kinds={rule.id: rule.kind for rule in rules},
        golden_path=path,
        on_golden_path=on_path,
        line=SourceLines(repository.root).line,
        readers=reading.library.readers(),
        recalled=len(reading.library) - len(reading.library.fresh),
        cache_ignored=repository.cache.ignored if repository.cache else "",
    )


def _gate(config: Config, options: Options) -> Gate:
    return Gate(
        config.fail_under if options.fail_under is None else options.fail_under,
        config.fail_under_package,
        config.fail_under_rule,
        config.max_unvalidated if options.max_unvalidated is None else options.max_unvalidated,
        config.golden_path.fail_under,
        bool(config.golden_path.entry_points),
    )


def _obstacles(
    repository: Repository, rules: Sequence[AnyRule], findings: Sequence[Finding], matched: Set[str]
) -> tuple[str, ...]:
    if not repository.found.paths and not any(rule.kind == VALUE for rule in rules):
        return (f"no Python file found in {repository.root.name or 'the folder'}; name the repository to audit",)
    if not rules:
        return (
            "no rule is loaded: name a pack with --pack, a file with --rules, or `rules = [...]` in the configuration; "
            "`ssot-audit rules` lists the packs that come with the program",
        )
    return tuple(
        f"rule {one.rule!r}: {one.message} and nothing matched it; correct the rule"
        for one in findings
        if one.klass == ABSENT and one.rule not in matched
    )


def _warnings(rules: Sequence[AnyRule]) -> Iterator[str]:
    for rule in symbol_rules(rules):
        for shim in rule.spec.shims:
            if shim.until is None:
                yield f"rule {rule.id!r}: the shim {shim.path} has no `until` date"


def _evidence(
    reading: Reading, references: Sequence[Reference], items: Sequence[Item], rules: Sequence[AnyRule]
) -> Evidence:
    found, entries = reading.repository.found, reading.library.entries
    mentioning = reading.mentioning()
    read = [one for one in entries.values() if not one.failure]
    channels = Counter(one.channel for one in references)
    matched = {one.rule for one in references} | {one.rule for one in items}
    return Evidence(
        found=len(found.paths) + sum(count for reason, count in found.skipped if reason != SKIPPED_FOLDER),
        read=len(read),
        mentioning=len(mentioning),
        unparsed=sum(1 for path in mentioning if entries[path].fault),
        imports=sum(one.imports for one in read),
        computed=sum(one.computed for one in read),
        skipped=found.skipped,
        channels=tuple((channel.value, channels[channel]) for channel in Channel),
        matched_rules=tuple(rule.id for rule in rules if rule.id in matched),
        unmatched_rules=tuple(rule.id for rule in rules if rule.id not in matched),
    )
