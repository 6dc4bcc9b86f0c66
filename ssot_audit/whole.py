"""What `check` judges: the rules, and the checks beside them that the configuration turns on, with one verdict."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from types import MappingProxyType

from ssot_audit.accept.findings import Known, Rules, accept, comments_in, read_baseline
from ssot_audit.model import BESIDE, Finding, Judgement, Verdict
from ssot_audit.pipeline import audited
from ssot_audit.repository import Options, Repository, open_repository
from ssot_audit.results import Account, Report, rejudged

_ORDER = (Verdict.NOT_JUDGED, Verdict.MISSED, Verdict.MET)


def _pipelines(options: Options) -> Account:
    from ssot_audit.pipelines.check import check

    return check(options)


def _documents(options: Options) -> Account:
    from ssot_audit.documents.check import check

    return check(options, every=False)


def _evidence(options: Options) -> Account:
    from ssot_audit.evidence.check import check

    return check(options, (), False)


_CHECKS: Mapping[str, Callable[[Options], Account]] = MappingProxyType(
    {"pipelines": _pipelines, "docs": _documents, "evidence": _evidence}
)


def whole(options: Options, known: Known | None = None, more: tuple[Finding, ...] = ()) -> Report:
    """The report of a run. Findings that are `known`, of whatever check, fail nothing; where none are given, those of
    the baseline in force. Raises AuditError where it cannot begin."""
    repository = open_repository(options, any_format=True)
    known = known or read_baseline(repository, options)
    report = audited(repository, options, known, more)
    wanted = repository.config.also if repository.named is None else ()
    accounts = tuple(_accepted(one, repository, options, known) for one in wanted)
    return report._replace(accounts=accounts, judgement=_together(report.judgement, accounts))


def _accepted(name: str, repository: Repository, options: Options, known: Known | None) -> Account:
    """The account of a check, with what comments and a baseline accept of it."""
    account, rule = _CHECKS[name](options), BESIDE[name]
    files = sorted({one.path for one in account.findings})
    written = comments_in(repository.root, files, [rule])
    today = options.today or date.today()
    return rejudged(
        account, accept(repository, account.findings, written, Rules((rule,), (rule,), beside=True), known, today)
    )


def _together(first: Judgement, accounts: Sequence[Account]) -> Judgement:
    """One verdict, the worst; each reason with what it is of."""
    judged = [one.judgement for one in accounts]
    verdict = min((first.verdict, *(one.verdict for one in judged)), key=_ORDER.index)
    reasons = [*first.reasons]
    for account in accounts:
        reasons += [f"{account.name}: {one}" for one in account.judgement.reasons]
    gate = ", ".join((first.gate, *(one.gate.removeprefix("no finding of severity error in ") for one in judged)))
    return Judgement(verdict, gate, tuple(reasons))
