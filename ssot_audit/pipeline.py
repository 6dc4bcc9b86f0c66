"""The whole order of the work: from options to a report. Everything that reads, checks and judges is called here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from ssot_audit import __version__, score
from ssot_audit.checks import symbol
from ssot_audit.checks.governance import Governance
from ssot_audit.config import Config
from ssot_audit.facts import Channel, Depth, Facts, Failure
from ssot_audit.gate import Figures, Gate, judge
from ssot_audit.model import Evidence, Finding, Reference, Report, Unvalidated
from ssot_audit.program.candidates import Program
from ssot_audit.program.graph import import_graph, size
from ssot_audit.program.modules import Modules
from ssot_audit.program.resolve import Resolver
from ssot_audit.repository import Options, Repository, choose_rules, load_packs, open_repository, package_around
from ssot_audit.rules import Rule
from ssot_audit.source.discover import SKIPPED_FOLDER
from ssot_audit.source.lines import physical_lines
from ssot_audit.source.pool import cores
from ssot_audit.source.read import read_bytes
from ssot_audit.source.stages import look_all, scan_all
from ssot_audit.source.text import decode


@dataclass(frozen=True, slots=True)
class Reading:
    """A repository read: the program, and which files mention a governed name."""

    repository: Repository
    program: Program
    mentioning: frozenset[str]


def audit(options: Options) -> Report:
    """Read the repository, hold it against its rules, measure and judge. Raises AuditError where it cannot begin."""
    repository = open_repository(options)
    packs = load_packs(repository, options)
    shallow = scan(repository, options)
    rules = choose_rules(packs, shallow, repository.config, options)
    shallow = declare(shallow, rules)
    reading = look(repository, shallow, Governance(rules, shallow), options) if rules else None
    program = reading.program if reading else shallow
    outcome = symbol.check(program, rules, options.today or date.today())
    governing = {one.path for one in outcome.references}
    unvalidated = find_unvalidated(repository, program, governing | (reading.mentioning if reading else set()))
    return report(repository, program, rules, outcome, unvalidated, options)


def scan(repository: Repository, options: Options) -> Program:
    facts = scan_all(repository.root, repository.found.paths, _jobs(options), options.watch)
    return make_program(repository, facts)


def make_program(repository: Repository, facts: Mapping[str, Facts | Failure]) -> Program:
    modules = Modules(facts, repository.kinds, repository.config.roots, package_around(repository.root))
    return Program(modules, Resolver(modules))


def declare(program: Program, rules: Sequence[Rule]) -> Program:
    """The same program, told which top-level packages the rules hold to be of this repository: what is absent from
    them is missing, whatever may be installed."""
    ours = {path.partition(".")[0] for rule in rules for path in rule.listed if not rule.external}
    theirs = {path.partition(".")[0] for rule in rules for path in rule.listed if rule.external}
    return Program(program.modules, Resolver(program.modules, frozenset(ours), frozenset(theirs)))


def look(repository: Repository, shallow: Program, governance: Governance, options: Options) -> Reading:
    """Walk the files whose attributes or strings may name something governed."""
    return look_for(repository, shallow, governance.searched_names(shallow), options)


def look_for(repository: Repository, shallow: Program, names: Iterable[str], options: Options) -> Reading:
    by_path = shallow.modules.by_path
    binding = frozenset(path for path, module in by_path.items() if shallow.binds_module(module))
    known = {path: module.facts for path, module in by_path.items()}
    facts, mentioning = look_all(repository.root, known, names, binding, _jobs(options), options.watch)
    deep = make_program(repository, facts)
    resolver = Resolver(deep.modules, shallow.resolver.ours, shallow.resolver.theirs)
    return Reading(repository, Program(deep.modules, resolver), mentioning)


def _jobs(options: Options) -> int:
    return cores() if options.jobs is None else options.jobs


def find_unvalidated(repository: Repository, program: Program, mentioning: set[str]) -> tuple[Unvalidated, ...]:
    """The files whose references cannot be counted: unreadable, or not parsing and mentioning a governed name."""
    found = [Unvalidated(path, 1, f"folder {reason}") for path, reason in repository.found.unreadable]
    for path, module in program.modules.by_path.items():
        facts = module.facts
        judged = repository.named is None or path in repository.named
        if isinstance(facts, Failure):
            found.append(Unvalidated(path, 1, facts.reason, judged))
        elif facts.fault and path in mentioning:
            found.append(Unvalidated(path, facts.fault.line, facts.fault.reason, judged))
    return tuple(sorted(found, key=lambda one: one.path))


def report(
    repository: Repository,
    program: Program,
    rules: Sequence[Rule],
    outcome: symbol.Outcome,
    unvalidated: Sequence[Unvalidated],
    options: Options,
) -> Report:
    """Measure and judge. References in unvalidated files are in no figure."""
    config, named, kinds = repository.config, repository.named, repository.kinds
    unread = {one.path for one in unvalidated}
    known = [one for one in outcome.references if one.path not in unread]
    judged = [one for one in known if named is None or one.path in named]
    modules = {path: module.name for path, module in program.modules.by_path.items()}
    matched = {one.rule for one in known}
    findings = sorted(
        (*(symbol.absent_finding(rule) for rule in outcome.absent), *symbol.findings(judged, rules, kinds)),
        key=lambda one: (one.path, one.place, one.rule, one.dotted),
    )
    whole = score.score("repository", known, kinds)
    packages, by_rule = (
        score.by_package(judged, modules, kinds),
        score.by_rule(judged, [one.id for one in rules], kinds),
    )
    figures = Figures(
        whole=whole.total,
        packages=packages,
        rules=by_rule,
        findings=tuple(findings),
        unvalidated=tuple(one for one in unvalidated if one.judged),
        obstacles=_obstacles(repository, rules, [rule for rule in outcome.absent if rule.id not in matched]),
        partial=named is not None,
    )
    return Report(
        version=__version__,
        judgement=judge(_gate(config, options), figures),
        partial=named is not None,
        total=whole if named is None else score.score("named files", judged, kinds),
        packages=packages,
        modules=score.by_module(judged, modules, kinds),
        rules=by_rule,
        symbols=score.by_symbol(judged, kinds),
        references=tuple(judged),
        findings=tuple(findings),
        unvalidated=tuple(unvalidated),
        warnings=tuple(_warnings(rules)),
        evidence=_evidence(repository, program, known, rules),
        titles={rule.id: rule.title for rule in rules},
        lines=source_lines(repository.root, findings),
    )


def _gate(config: Config, options: Options) -> Gate:
    return Gate(
        config.fail_under if options.fail_under is None else options.fail_under,
        config.fail_under_package,
        config.fail_under_rule,
        config.max_unvalidated if options.max_unvalidated is None else options.max_unvalidated,
    )


def _obstacles(repository: Repository, rules: Sequence[Rule], idle: Sequence[Rule]) -> tuple[str, ...]:
    if not repository.found.paths:
        return (f"no Python file found in {repository.root.name or 'the folder'}; name the repository to audit",)
    if not rules:
        return (
            "no rule is loaded: name a pack with --pack, a file with --rules, or `rules = [...]` in the configuration; "
            "`ssot-audit rules` lists the packs that come with the program",
        )
    return tuple(
        f"rule {one.id!r}: its canonical path {one.canonical} does not exist and nothing matched it; correct the rule"
        for one in idle
    )


def _warnings(rules: Sequence[Rule]) -> Iterable[str]:
    for rule in rules:
        for shim in rule.shims:
            if shim.until is None:
                yield f"rule {rule.id!r}: the shim {shim.path} has no `until` date"


def _evidence(
    repository: Repository, program: Program, references: Sequence[Reference], rules: Sequence[Rule]
) -> Evidence:
    facts = [module.facts for module in program.modules.by_path.values()]
    read = [one for one in facts if isinstance(one, Facts)]
    graph = size(import_graph(program.modules))
    channels = Counter(one.channel for one in references)
    matched = {one.rule for one in references}
    return Evidence(
        found=len(facts) + sum(count for reason, count in repository.found.skipped if reason != SKIPPED_FOLDER),
        read=len(read),
        scanned=len(read),
        walked=sum(1 for one in read if one.depth is Depth.WALK),
        unparsed=sum(1 for one in read if one.fault),
        modules=graph.modules,
        edges=graph.edges,
        cycles=graph.cycles,
        imports=sum(len(one.imports) for one in read),
        computed=sum(1 for one in read for target in one.targets if not target.path),
        skipped=repository.found.skipped,
        channels=tuple((channel.value, channels[channel]) for channel in Channel),
        matched_rules=tuple(rule.id for rule in rules if rule.id in matched),
        unmatched_rules=tuple(rule.id for rule in rules if rule.id not in matched),
    )


def source_lines(root: Path, findings: Sequence[Finding]) -> dict[tuple[str, int], str]:
    """The line each finding stands on, for those in files that can still be read."""
    wanted: dict[str, set[int]] = {}
    for one in findings:
        wanted.setdefault(one.path, set()).add(one.place.line)
    shown = {}
    for path, numbers in wanted.items():
        data = read_bytes(root / path)
        text = data if isinstance(data, Failure) else decode(data)
        lines = [] if isinstance(text, Failure) else physical_lines(text)
        shown.update({(path, number): lines[number - 1] for number in numbers if number <= len(lines)})
    return shown
