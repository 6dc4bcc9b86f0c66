"""The whole order of the work: from options to a report. Everything that reads, checks and judges is called here."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from hashlib import sha256

from ssot_audit.accept.findings import Known, Rules, accept, comments, read_baseline
from ssot_audit.links import GoldenPath
from ssot_audit.measure import gate, report
from ssot_audit.model import Finding
from ssot_audit.reading import Reading, hold, look, open_library, symbol_rules
from ssot_audit.repository import Options, Repository, choose_rules, open_repository
from ssot_audit.results import Report
from ssot_audit.rules import AnyRule
from ssot_audit.source.discover import is_python


def audit(options: Options) -> Report:
    """The report of the rules alone, against the baseline in force. Raises AuditError where it cannot begin."""
    repository = open_repository(options, any_format=True)
    return audited(repository, options, read_baseline(repository, options))


def audited(
    repository: Repository,
    options: Options,
    known: Known | None,
    more: tuple[Finding, ...] = (),
    others: Sequence[str] = (),
) -> Report:
    """Read the repository, hold it against its rules, measure and judge. Findings that are `known` fail no gate; `more`
    are findings of others to judge, `others` files beside Python that may hold comments."""
    reading = open_library(repository, options)
    loaded, rules = choose_rules(repository, reading.program, options)
    with _canary(reading, rules, options) as canary:
        reading = look(reading, symbol_rules(rules))
        found = hold(reading, rules, options)
        obstacles, proof = canary()
    if repository.cache:
        reading.library.keep(repository.cache, "" if obstacles else proof)
    places = {one.path for one in found.findings if not is_python(one.path)}
    written = comments(repository.root, (*reading.library.marked(), *sorted({*places, *others})))
    findings = accept(
        repository,
        found.findings,
        written,
        _ids(loaded, rules, options),
        known,
        options.today or date.today(),
    )
    outcome = found._replace(findings=(*findings, *more))
    asked = gate(repository.config, options, known is not None)
    made = report(reading, rules, outcome, asked, golden_path_of(reading, options), obstacles)
    return made._replace(comments=written)


@contextlib.contextmanager
def _canary(
    reading: Reading, rules: Sequence[AnyRule], options: Options
) -> Iterator[Callable[[], tuple[list[str], str]]]:
    """What tells, when it is asked, why this engine cannot be believed, and the proof it has given if it can: it must
    find what the rules hold to be bad, unless an earlier run of it has found that today. Where there is more than one
    worker one is sent ahead, while this process goes on."""
    if not options.canary:
        yield lambda: ([], "")
        return
    today = options.today or date.today()
    proof = sha256(repr((today.isoformat(), rules)).encode("utf-8", "surrogatepass")).hexdigest()[:32]
    kept = reading.repository.kept
    if kept and kept.proof == proof:
        yield lambda: ([], proof)
        return
    from tempfile import TemporaryDirectory

    with TemporaryDirectory() as folder:  # of this process: another one may be killed
        sent = rules, options.today, folder
        if reading.library.workers(len(reading.library)) < 2:
            found = _sent_ahead(sent)
            yield lambda: (found, proof)
            return
        from ssot_audit.source.pool import Work, begun

        ahead = begun(Work(_sent_ahead, _not_back, deep=False), [sent], 1)
        try:
            yield lambda: (next(ahead.results())[1], proof)
        finally:
            ahead.stop()


def _sent_ahead(item: tuple[Sequence[AnyRule], date | None, str]) -> list[str]:
    from ssot_audit.examples import canary

    return canary(*item)


def _not_back(item: object, reason: str) -> list[str]:
    return ["canary: the process that holds the bad examples against this engine was lost"]


def _ids(loaded: Sequence[AnyRule], rules: Sequence[AnyRule], options: Options) -> Rules:
    held, all_of_them = {rule.id for rule in rules}, {rule.id for rule in loaded}
    return Rules(held, all_of_them, all_of_them - held if options.select or options.ignore else ())


def golden_path_of(reading: Reading, options: Options) -> GoldenPath | None:
    """What runs once the configured entry points do; None where none are configured."""
    if not reading.repository.config.golden_path.entry_points:
        return None
    from ssot_audit.golden import golden_path  # most repositories have none

    return golden_path(reading.repository, reading.program.resolver, options)
