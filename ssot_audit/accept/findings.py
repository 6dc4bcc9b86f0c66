"""What is accepted for now: findings that comments in the code suppress, and those a baseline knows. They keep their
place in every figure; comments and entries that accept nothing are findings themselves."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import NamedTuple

from ssot_audit.accept import baseline, suppression
from ssot_audit.accept.baseline import Identity
from ssot_audit.facts import Directive, Failure, Place
from ssot_audit.model import ABSENT, BASELINE, BESIDE, STALE, Finding, Kind, Severity, Status
from ssot_audit.repository import Options, Repository
from ssot_audit.source.files import read_bytes


class Known(NamedTuple):
    """Findings that were there before. `lines` gives the line of each entry in `source`, the file they were read from;
    where there is none they are what an audit of another revision, `since`, found, and may go unremarked."""

    entries: tuple[Identity, ...] = ()
    lines: Mapping[Identity, int] | None = None
    source: str = ""
    since: str = ""


class Rules(NamedTuple):
    """Ids of rules: `held` by this run, `loaded` but perhaps not selected, and `skipped` by its command line alone.
    `beside` is true of a check beside the rules."""

    held: Collection[str]
    loaded: Collection[str]
    skipped: Collection[str] = ()
    beside: bool = False


def read_baseline(repository: Repository, options: Options) -> Known | None:
    """The baseline in force; None where none is. Raises ConfigError where it is not there or cannot be read."""
    name = repository.config.baseline
    if options.no_baseline or not (name or options.baseline):
        return None
    name = name or baseline.FILE
    entries = baseline.load(repository.root, name)
    return Known(tuple(one for one, _ in entries), dict(entries), name)


Comments = Mapping[str, tuple[Directive, ...]]


def comments(root: Path, paths: Iterable[str]) -> Comments:
    """The comments in some files that accept findings, by file."""
    found = ((path, _comments(root / path, path)) for path in paths)
    return {path: mine for path, mine in found if mine}


def _comments(file: Path, path: str) -> tuple[Directive, ...]:
    from ssot_audit.source.directives import directives  # few files have any

    data = read_bytes(file)
    return () if isinstance(data, Failure) else directives(path, data)


def _answers(one: Directive, rules: Rules) -> bool:
    """Whether these rules answer for a comment: a check beside the rules for one that names it first and no other kind
    of rule, the loaded rules for the rest."""
    beside = bool(one.rules) and all(rule in BESIDE.values() for rule in one.rules)
    return one.rules[0] in rules.held if beside and rules.beside else not (beside or rules.beside)


def accept(
    repository: Repository,
    findings: Sequence[Finding],
    written: Comments,
    rules: Rules,
    known: Known | None,
    today: date,
) -> tuple[Finding, ...]:
    """The findings with their status, and those about what accepts nothing."""
    suppressed = suppression.suppress(findings, written, today)
    named = repository.named
    judged = {
        path: [one for one in some if _answers(one, rules)]
        for path, some in written.items()
        if named is None or path in named
    }
    kinds = {path: repository.kinds[path] for path in judged if path in repository.kinds}
    about = suppression.about(judged, suppressed.uses, {*rules.loaded, *BESIDE.values()}, rules.held, kinds, today)
    marked = [
        one._replace(status=Status.SUPPRESSED) if silent else one
        for one, silent in zip(findings, suppressed.suppressed, strict=True)
    ]
    if known is None:
        return (*marked, *about)
    held, gone = _held(marked, known, repository, rules)
    return (*held, *about, *_gone(gone, known, {baseline.identity(one) for one in findings}, rules))


def _held(
    findings: Sequence[Finding], known: Known, repository: Repository, rules: Rules
) -> tuple[list[Finding], Counter[Identity]]:
    """The findings, those that were known marked; and the entries that are no finding any more."""
    entries = [one for one in known.entries if _concerns(one, repository, rules)]
    at = [number for number, one in enumerate(findings) if may_be_known(one)]
    asked = [findings[number] for number in at]
    found, gone = baseline.accepted(asked, entries, {})
    if gone and not all(found):  # git is asked only where something is both new and gone
        found, gone = baseline.accepted(asked, entries, _renamed(repository.root, known))
    mine = {number for number, one in zip(at, found, strict=True) if one}
    marked = [one._replace(status=Status.BASELINED) if number in mine else one for number, one in enumerate(findings)]
    return marked, gone


def may_be_known(finding: Finding) -> bool:
    """Whether a baseline may hold it: what could fail the gate, but nothing that is said of a rule itself."""
    fails = finding.severity is Severity.ERROR and finding.status is Status.OPEN
    return fails and finding.klass not in (ABSENT, STALE)


def _concerns(entry: Identity, repository: Repository, rules: Rules) -> bool:
    """Whether this run can say that an entry is a finding no more: its file is judged, and its rule was not left out
    on the command line. One whose rule or check nobody runs is no finding, and that is told."""
    judged = repository.named is None or entry.path in repository.named
    if entry.rule not in BESIDE.values():
        return judged and not rules.beside and entry.rule not in rules.skipped
    run = any(BESIDE[one] == entry.rule for one in repository.config.also)
    return judged and (entry.rule in rules.held if run else not rules.beside)


def _renamed(root: Path, known: Known) -> dict[str, str]:
    from ssot_audit.source.history import moved_since, renamed

    return renamed(root, known.since) if known.since else moved_since(root, known.source)


def _gone(entries: Counter[Identity], known: Known, found: Collection[Identity], rules: Rules) -> Iterator[Finding]:
    """A finding for each entry that is none any more; `found` is all that was found, whatever its severity."""
    lines = known.lines
    for one, number in sorted(entries.items()) if lines is not None else ():
        line = lines[one] if lines else 1
        if one.rule not in rules.held:
            why = f"is of {one.rule!r}, which is not checked any more"
        else:
            why = "is still found, and cannot fail the gate any more" if one in found else "is no longer found"
        times = f" ({number} times)" if number > 1 else ""
        yield Finding(
            rule=BASELINE,
            severity=Severity.ERROR,
            path=known.source,
            place=Place(line, 1, line, 1),
            subject=f"{one.rule} in {one.path}",
            dotted=one.dotted,
            klass="gone",
            message=f"the entry {one.rule}, {one.path}, {one.klass}, {one.subject}, {one.dotted} {why}{times}",
            help="`ssot-audit baseline --prune` takes it out, so that it cannot come back unseen",
            kind=Kind.OTHER,
        )
