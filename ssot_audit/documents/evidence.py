"""What the reports of a test run show, for the claims that documents make of it."""

from __future__ import annotations

from typing import NamedTuple

from ssot_audit.model import Verdict
from ssot_audit.repository import Options

_UNRELIABLE = frozenset(["outdated", "nothing-executed", "unknown-test"])  # classes of findings: of another day or code


class Tests(NamedTuple):
    """Numbers of tests that ran."""

    executed: int
    passed: int


def run_of(options: Options) -> Tests | None:
    """The tests that the configured reports show; None where those are not judged, or not of this repository today."""
    from ssot_audit.evidence.check import check  # reads every test file, which few documents ask for

    account = check(options, (), False)
    if account.judgement.verdict is Verdict.NOT_JUDGED or any(one.klass in _UNRELIABLE for one in account.findings):
        return None
    table = next((one for one in account.tables if one.title == "tests"), None)
    if table is None or not table.rows:
        return None
    executed, passed = (
        sum(int(row[table.columns.index(column)]) for row in table.rows) for column in ("executed", "passed")
    )
    return Tests(executed, passed)
