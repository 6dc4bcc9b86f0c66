"""What JSON documents have in common: the head, findings, what could not be read."""

from __future__ import annotations

from collections.abc import Iterator

from ssot_audit import __version__
from ssot_audit.model import Finding, Judgement
from ssot_audit.report.style import visible
from ssot_audit.results import Report

SCHEMA_VERSION = 4


def head(judged: Judgement, partial: bool) -> dict[str, object]:
    """What every document begins with."""
    return {
        "schema_version": SCHEMA_VERSION,
        "tool": {"name": "ssot-audit", "version": __version__},
        "verdict": {
            "result": judged.verdict.value,
            "exit_code": judged.verdict.exit_code,
            "gate": judged.gate,
            "partial": partial,
            "reasons": [visible(one) for one in judged.reasons],
        },
    }


def violation(one: Finding, report: Report) -> dict[str, object]:
    chain = report.golden_path.chain(one.path) if report.golden_path else ()
    return {
        "code": one.rule,
        "class": one.klass,
        "severity": one.severity.value,
        "status": one.status.value,
        "message": visible(one.message),
        "help": visible(one.help),
        "subject": one.subject,
        "path": one.dotted,
        "filename": visible(one.path),
        "kind": one.kind.value,
        "location": {"row": one.place.line, "column": one.place.column},
        "end_location": {"row": one.place.end_line, "column": one.place.end_column},
        "related": [{"filename": visible(at.path), "row": at.line, "note": visible(at.note)} for at in one.related],
        "fingerprint": visible(one.fingerprint),
        "golden_path": [visible(step.name) for step in chain] or None,
    }


def errors(report: Report) -> Iterator[dict[str, object]]:
    for one in report.unvalidated:
        yield {
            "filename": visible(one.path),
            "location": {"row": one.line, "column": 1},
            "message": visible(one.reason),
            "judged": one.judged,
        }
