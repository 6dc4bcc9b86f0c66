"""What a run answers: the report of the rules, and the accounts of checks beside them, each with its verdict."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from ssot_audit.facts import Directive
from ssot_audit.links import GoldenPath
from ssot_audit.model import (
    SYMBOL,
    Evidence,
    Finding,
    Item,
    Judgement,
    Reference,
    Score,
    Severity,
    Status,
    Unvalidated,
    Verdict,
)


class Table(NamedTuple):
    """Figures in rows, for people and for JSON; a whole number is a count. Column names are lower-case words."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str | int, ...], ...]


class Account(NamedTuple):
    """One check's findings with the evidence they rest on. `line` gives a source line where it can be shown."""

    name: str
    judgement: Judgement
    findings: tuple[Finding, ...] = ()
    unvalidated: tuple[Unvalidated, ...] = ()
    evidence: tuple[tuple[str, int], ...] = ()  # what was read and counted, each with its number
    tables: tuple[Table, ...] = ()
    line: Callable[[str, int], str | None] = lambda path, number: None


def account(
    name: str,
    findings: Sequence[Finding],
    unvalidated: Sequence[Unvalidated],
    evidence: Sequence[tuple[str, int]],
    obstacles: Sequence[str] = (),
    tables: Sequence[Table] = (),
    line: Callable[[str, int], str | None] = lambda path, number: None,
) -> Account:
    """The account with its judgement: missed by a finding of severity error, not judged where there are obstacles or
    something could not be read. Not judged outranks missed."""
    ranked = tuple(sorted(findings, key=lambda one: (one.path, one.place, one.rule, one.klass, one.dotted)))
    torn = [f"{one.path}:{one.line}: {one.reason}" for one in unvalidated if one.judged]
    judgement = _judge(name, ranked, [*obstacles, *torn])
    return Account(name, judgement, ranked, tuple(unvalidated), tuple(evidence), tuple(tables), line)


def rejudged(account: Account, findings: Sequence[Finding]) -> Account:
    """The account with other findings, or with what of them is accepted; what was not judged stays so."""
    judged = account.judgement
    if judged.verdict is not Verdict.NOT_JUDGED:
        judged = _judge(account.name, findings, ())
    return account._replace(findings=tuple(findings), judgement=judged)


def _judge(name: str, findings: Sequence[Finding], obstacles: Sequence[str]) -> Judgement:
    gate = f"no finding of severity error in the {name}"
    if obstacles:
        return Judgement(Verdict.NOT_JUDGED, gate, tuple(obstacles))
    errors = sum(1 for one in findings if one.severity is Severity.ERROR and one.status is Status.OPEN)
    if not errors:
        return Judgement(Verdict.MET, gate)
    return Judgement(Verdict.MISSED, gate, (f"{errors} {'finding' if errors == 1 else 'findings'} of severity error",))


Scores = Callable[[], tuple[Score, ...]]


def no_scores() -> tuple[Score, ...]:
    return ()


class Report(NamedTuple):
    """Everything a format may print. `line` gives a source line of a file, by its number, where it can be shown; the
    scores of the many packages, modules and symbols are worked out for who asks."""

    version: str
    judgement: Judgement
    partial: bool
    total: Score
    packages: Scores = no_scores
    modules: Scores = no_scores
    symbols: Scores = no_scores
    rules: tuple[Score, ...] = ()
    references: tuple[Reference, ...] = ()
    items: tuple[Item, ...] = ()
    findings: tuple[Finding, ...] = ()
    unvalidated: tuple[Unvalidated, ...] = ()
    warnings: tuple[str, ...] = ()
    evidence: Evidence = Evidence()
    titles: Mapping[str, str] = MappingProxyType({})  # of rules, by id
    kinds: Mapping[str, str] = MappingProxyType({})  # of rules, by id
    golden_path: GoldenPath | None = None
    on_golden_path: Score | None = None  # of the whole repository's files on it
    line: Callable[[str, int], str | None] = lambda path, number: None
    comments: Mapping[str, tuple[Directive, ...]] = MappingProxyType({})  # those that accept findings, by file
    accounts: tuple[Account, ...] = ()  # of the checks beside the rules that the configuration turns on
    # How it came about; the report's formats do not depend on it.
    readers: tuple[tuple[str, str, int], ...] = ()  # reader, why it and no quicker one, files
    recalled: int = 0  # files known from an earlier run
    cache_ignored: str = ""  # why what an earlier run left was not used

    @property
    def all_findings(self) -> tuple[Finding, ...]:
        """Those of the rules and of the checks beside them."""
        return (*self.findings, *(finding for account in self.accounts for finding in account.findings))

    @property
    def others(self) -> list[Score]:
        """The scores of rules that govern other things than references."""
        return [one for one in self.rules if self.kinds.get(one.name) != SYMBOL]
