"""Figures of what was held against the rules, the evidence they rest on, and the verdict: a report."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from functools import cache
from typing import NamedTuple

from ssot_audit import __version__, score
from ssot_audit.config import OTHER, TESTS, Config
from ssot_audit.facts import Channel
from ssot_audit.gate import Figures, Gate, judge
from ssot_audit.globs import Globs
from ssot_audit.links import GoldenPath
from ssot_audit.model import ABSENT, Evidence, Finding, Item, Kind, Outcome, Reference, Score, Standing, Unvalidated
from ssot_audit.reading import Reading, symbol_rules
from ssot_audit.repository import Options, Repository
from ssot_audit.results import Report, Scores
from ssot_audit.rules import VALUE, AnyRule
from ssot_audit.source.discover import SKIPPED_FOLDER
from ssot_audit.source.excerpts import SourceLines


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


class _Counted(NamedTuple):
    """What is counted: of the whole repository `known` references and `items`, of these the judged; and the scores."""

    known: list[Reference]
    items: list[Item]
    judged: list[Reference]
    judged_items: list[Item]
    findings: tuple[Finding, ...]
    unvalidated: tuple[Unvalidated, ...]
    kinds: Mapping[str, Kind]
    modules: Callable[[], Mapping[str, str]]
    packages: Scores
    whole: Score
    on_path: Score
    by_rule: tuple[Score, ...]


def _counted(reading: Reading, rules: Sequence[AnyRule], outcome: Outcome, path: GoldenPath | None) -> _Counted:
    """References in unvalidated files are in no figure."""
    repository, program, named = reading.repository, reading.program, reading.repository.named
    unread = {one.path: one for one in find_unvalidated(reading, outcome.references)}
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
    counted: list[Reference | Item] = [*judged, *judged_items]
    return _Counted(
        known,
        items,
        judged,
        judged_items,
        tuple(findings),
        tuple(sorted({**{one.path: one for one in outcome.unread}, **unread}.values())),
        kinds,
        modules,
        packages=cache(lambda: score.by_package(judged, modules(), kinds)),
        whole=score.score("repository", known, kinds),
        on_path=score.score("golden path", [one for one in known if path and one.path in path.reached], kinds),
        by_rule=score.by_rule(counted, [one.id for one in rules], kinds),
    )


def _figures(
    reading: Reading,
    rules: Sequence[AnyRule],
    counted: _Counted,
    path: GoldenPath | None,
    obstacles: Sequence[str],
) -> Figures:
    """What the gate judges."""
    named = reading.repository.named
    return Figures(
        whole=counted.whole.total,
        packages=counted.packages() if reading.repository.config.fail_under_package else (),
        rules=counted.by_rule,
        findings=counted.findings,
        unvalidated=tuple(one for one in counted.unvalidated if one.judged),
        obstacles=tuple(obstacles),
        partial=named is not None,
        symbols=frozenset(rule.id for rule in symbol_rules(rules)),
        others=sum(1 for one in counted.items if one.standing is not Standing.APART),
        golden_path=counted.on_path.total,
        unparsed_on_path=path.unparsed if path else (),
        failing=tuple(one for one in path.failing if named is None or one.path in named) if path else (),
    )


def report(
    reading: Reading,
    rules: Sequence[AnyRule],
    outcome: Outcome,
    gate: Gate,
    path: GoldenPath | None,
    obstacles: Sequence[str] = (),
) -> Report:
    """Measure and judge. `obstacles` are reasons why nothing can be judged that others have found."""
    repository, counted = reading.repository, _counted(reading, rules, outcome, path)
    judged, kinds, partial = counted.judged, counted.kinds, repository.named is not None
    matched = {one.rule for one in counted.known} | {one.rule for one in counted.items}
    idle = list(_idle_patterns(repository))
    reasons = (*obstacles, *_obstacles(repository, rules, outcome.findings, matched, idle))
    return Report(
        version=__version__,
        judgement=judge(gate, _figures(reading, rules, counted, path, reasons)),
        partial=partial,
        total=score.score("named files", judged, kinds) if partial else counted.whole,
        packages=counted.packages,
        modules=lambda: score.by_module(judged, counted.modules(), kinds),
        rules=counted.by_rule,
        symbols=lambda: score.by_symbol(judged, kinds),
        references=tuple(judged),
        items=tuple(counted.judged_items),
        findings=counted.findings,
        unvalidated=counted.unvalidated,
        warnings=tuple(_warnings(idle, rules)),
        evidence=_evidence(reading, counted.known, counted.items, rules)._replace(idle=outcome.idle),
        titles={rule.id: rule.title for rule in rules},
        kinds={rule.id: rule.kind for rule in rules},
        golden_path=path,
        on_golden_path=counted.on_path,
        line=SourceLines(repository.root).line,
        readers=reading.library.readers(),
        recalled=len(reading.library) - len(reading.library.fresh),
        cache_ignored=repository.cache.ignored if repository.cache else "",
    )


def gate(config: Config, options: Options, ratchet: bool) -> Gate:
    """What the command line asks for, else the configuration. With a `ratchet` no share excuses what is new."""
    return Gate(
        config.fail_under if options.fail_under is None else options.fail_under,
        config.fail_under_package,
        config.fail_under_rule,
        config.max_unvalidated if options.max_unvalidated is None else options.max_unvalidated,
        config.golden_path.fail_under,
        ratchet,
        bool(config.golden_path.entry_points),
    )


def _obstacles(
    repository: Repository,
    rules: Sequence[AnyRule],
    findings: Sequence[Finding],
    matched: Set[str],
    idle_patterns: Sequence[tuple[str, str]],
) -> tuple[str, ...]:
    if not repository.found.paths and not any(rule.kind == VALUE for rule in rules):
        return (f"no Python file found in {repository.root.name or 'the folder'}; name the repository to audit",)
    if not rules:
        return (
            "no rule is loaded: name a pack with --pack, a file with --rules, or `rules = [...]` in the configuration; "
            "`ssot-audit rules` lists the packs that come with the program",
        )
    absent = {one.rule: one for one in findings if one.klass == ABSENT and one.rule not in matched}
    told = [f"rule {one.rule!r}: {one.message} and nothing matched it; correct the rule" for one in absent.values()]
    idle = [one.id for one in rules if one.id not in matched and one.id not in absent and not one.may_be_idle]
    if idle and matched:  # where nothing at all matched, that is told
        told += [
            f"rule {one!r} matched nothing in the whole repository, so nothing is measured by it; correct it, leave it "
            'out, or write `expect = "none"` in it'
            for one in idle
        ]
    told += [f"`{key}` has {one!r}, which matches no file" for key, one in idle_patterns if key != "exclude"]
    return tuple(told)


def _idle_patterns(repository: Repository) -> Iterator[tuple[str, str]]:
    """(key, pattern) of the configuration's patterns that no file of the repository matches."""
    config, found = repository.config, repository.found
    listed = [("include", config.include, found.paths), ("exclude", config.exclude, found.excluded)]
    listed += [
        (key, own, found.paths)
        for key, own, usual in (
            ("tests", config.tests, TESTS),
            ("other", config.other, OTHER),
        )
        if own is not usual
    ]
    for key, patterns, paths in listed:
        for one in patterns:
            if not one.startswith("!") and not any(map(Globs((one,)).match, paths)):
                yield key, one


def _warnings(idle_patterns: Sequence[tuple[str, str]], rules: Sequence[AnyRule]) -> Iterator[str]:
    for key, one in idle_patterns:
        if key == "exclude":  # what it may be there for, git may leave out by itself; it hides nothing
            yield f"`exclude` has {one!r}, which matches no file"
    for rule in rules:
        if all(one.good for one in rule.examples):
            yield f"rule {rule.id!r} has no bad example, so nothing shows that this program finds one; add [[rule.bad]]"
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
        channels=tuple((channel.value, channels[channel]) for channel in Channel if channel is not Channel.DOCUMENT),
        matched_rules=tuple(rule.id for rule in rules if rule.id in matched),
        unmatched_rules=tuple(rule.id for rule in rules if rule.id not in matched),
    )
