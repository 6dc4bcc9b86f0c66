"""The whole order of the work: from options to a report. Everything that reads, checks and judges is called here."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from ssot_audit.accept import Known, Rules, accept, comments, read_baseline
from ssot_audit.links import GoldenPath
from ssot_audit.measure import gate, report
from ssot_audit.model import Outcome
from ssot_audit.reading import Reading, hold, look, open_library, symbol_rules
from ssot_audit.repository import Options, Repository, choose_rules, open_repository
from ssot_audit.results import Report
from ssot_audit.rules import AnyRule


def audit(options: Options, known: Known | None = None) -> Report:
    """Read the repository, hold it against its rules, measure and judge. Findings that are `known` do not fail the
    gate; where none are given, those of the baseline in force. Raises AuditError where it cannot begin."""
    repository = open_repository(options, any_format=True)
    known = known or read_baseline(repository, options)
    reading = open_library(repository, options)
    loaded, rules = choose_rules(repository, reading.program, options)
    obstacles, proof = _canary(repository, rules, options)
    reading = look(reading, symbol_rules(rules))
    outcome = hold(reading, rules, options)
    if repository.cache:
        reading.library.keep(repository.cache, "" if obstacles else proof)
    outcome = _accepted(reading, outcome, loaded, rules, options, known)
    asked = gate(repository.config, options, known is not None)
    return report(reading, rules, outcome, asked, _golden_path(reading, options), obstacles)


def _canary(repository: Repository, rules: Sequence[AnyRule], options: Options) -> tuple[list[str], str]:
    """Why this engine cannot be believed, and the proof it has given if it can: it must find what the rules hold to be
    bad, unless an earlier run of it has found that today."""
    from ssot_audit import examples

    proof = examples.proof(rules, options.today or date.today())
    if repository.kept and repository.kept.proof == proof:
        return [], proof
    return examples.canary(rules, options.today), proof


def _accepted(
    reading: Reading,
    outcome: Outcome,
    loaded: Sequence[AnyRule],
    rules: Sequence[AnyRule],
    options: Options,
    known: Known | None,
) -> Outcome:
    """What was found, with what comments and a baseline accept of it."""
    held = {rule.id for rule in rules}
    skipped = {rule.id for rule in loaded} - held if options.select or options.ignore else ()
    ids = Rules(held, {rule.id for rule in loaded}, skipped)
    written = comments(reading.library, outcome.findings)
    today = options.today or date.today()
    return outcome._replace(findings=accept(reading.repository, outcome.findings, written, ids, known, today))


def _golden_path(reading: Reading, options: Options) -> GoldenPath | None:
    """What runs once the configured entry points do; None where none are configured."""
    if not reading.repository.config.golden_path.entry_points:
        return None
    from ssot_audit.golden import golden_path  # most repositories have none

    return golden_path(reading.repository, reading.program.resolver, options)
