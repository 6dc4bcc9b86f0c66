"""What `check` judges: the rules, and the checks beside them that the configuration turns on, with one verdict."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from types import MappingProxyType

from ssot_audit.accept.findings import Known, Rules, accept, comments, read_baseline
from ssot_audit.model import BESIDE, Finding, Judgement, Verdict
from ssot_audit.pipeline import audited
from ssot_audit.repository import Options, Repository, open_repository
from ssot_audit.results import Account, Report, rejudged
from ssot_audit.source.discover import discover

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
    return held(open_repository(options, any_format=True), options, known, more)


def held(
    repository: Repository, options: Options, known: Known | None = None, more: tuple[Finding, ...] = ()
) -> Report:
    """The same of a repository that is open."""
    known = known or read_baseline(repository, options)
    wanted = repository.config.also if repository.named is None else ()
    report = audited(repository, options, known, more, _documents_and_settings(repository) if wanted else ())
    accounts = tuple(_accepted(one, repository, options, known, report) for one in wanted)
    return report._replace(accounts=accounts, judgement=_together(report.judgement, accounts))


def _documents_and_settings(repository: Repository) -> tuple[str, ...]:
    """The files that the checks beside the rules read and that have comments."""
    from ssot_audit.source.setting_files import is_configuration

    def fits(name: str) -> bool:
        return is_configuration(name) or name.endswith((".md", ".mk")) or "." not in name

    return discover(repository.root, repository.include, repository.exclude, fits=fits).paths


def _accepted(name: str, repository: Repository, options: Options, known: Known | None, report: Report) -> Account:
    """The account of a check, with what comments and a baseline accept of it."""
    account, rule = _CHECKS[name](options), BESIDE[name]
    unread = sorted({one.path for one in account.findings} - report.comments.keys())
    written = {**report.comments, **comments(repository.root, unread)}
    mine, today = Rules((rule,), (rule, *report.titles), beside=True), options.today or date.today()
    return rejudged(account, accept(repository, account.findings, written, mine, known, today))


def _together(first: Judgement, accounts: Sequence[Account]) -> Judgement:
    """One verdict, the worst; each reason with what it is of."""
    judged = [one.judgement for one in accounts]
    verdict = min((first.verdict, *(one.verdict for one in judged)), key=_ORDER.index)
    reasons = [*first.reasons]
    for account in accounts:
        reasons += [f"{account.name}: {one}" for one in account.judgement.reasons]
    gate = ", ".join((first.gate, *(one.gate.removeprefix("no finding of severity error in ") for one in judged)))
    return Judgement(verdict, gate, tuple(reasons))
