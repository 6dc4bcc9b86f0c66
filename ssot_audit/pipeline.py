"""The whole order of the work: from options to a report. Everything that reads, checks and judges is called here."""

from __future__ import annotations

from ssot_audit.links import GoldenPath
from ssot_audit.measure import report
from ssot_audit.reading import Reading, hold, look, open_library, symbol_rules
from ssot_audit.repository import Options, choose_rules, open_repository
from ssot_audit.results import Report


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
