"""The formats `json` and `json-lines`. The document is versioned; docs/report.schema.json describes it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from ssot_audit.model import ImportPath, Judgement, Reference, Score, Tally, Verdict
from ssot_audit.report import golden
from ssot_audit.report.account import document as account_document
from ssot_audit.report.items import errors, head, violation
from ssot_audit.report.style import Style, visible
from ssot_audit.results import Report
from ssot_audit.rules import AnyRule, Pack


def render(report: Report, style: Style) -> str:
    return json.dumps(document(report), indent=2, ensure_ascii=True) + "\n"


def render_lines(report: Report, style: Style) -> str:
    """One object a line: references, violations, errors, then the rest of the document as the summary."""
    whole = document(report)
    lines: list[dict[str, object]] = [{"type": "reference", **_reference(one)} for one in report.references]
    lines += [{"type": "violation", **violation(one, report)} for one in report.findings]
    lines += [{"type": "error", **one} for one in errors(report)]
    rest = {key: value for key, value in whole.items() if key not in ("references", "violations", "errors")}
    lines.append({"type": "summary", **rest})
    return "".join(json.dumps(line, ensure_ascii=True) + "\n" for line in lines)


def document(report: Report) -> dict[str, object]:
    """The whole report. The same input gives the same bytes: no time, no absolute path, one order."""
    evidence = report.evidence
    return {
        **head(report.judgement, report.partial),
        "summary": _score(report.total),
        "rules": [
            {**_score(one), "kind": report.kinds.get(one.name, ""), "title": report.titles.get(one.name, "")}
            for one in report.rules
        ],
        "symbols": [_score(one) for one in report.symbols()],
        "packages": [_score(one) for one in report.packages()],
        "modules": [{**_score(one), "filename": visible(one.path)} for one in report.modules()],
        "references": [_reference(one) for one in report.references],
        "violations": [violation(one, report) for one in report.findings],
        "golden_path": _golden_path(report),
        "checks": [account_document(one) for one in report.accounts],
        "errors": list(errors(report)),
        "warnings": [visible(one) for one in report.warnings],
        "evidence": {
            "files": {
                "found": evidence.found,
                "read": evidence.read,
                "mentioning": evidence.mentioning,
                "unparsed": evidence.unparsed,
                "unvalidated": len(report.unvalidated),
                "skipped": dict(evidence.skipped),
            },
            "imports": evidence.imports,
            "computed_imports": evidence.computed,
            "references": dict(evidence.channels),
            "rules": {"matched": list(evidence.matched_rules), "unmatched": list(evidence.unmatched_rules)},
        },
    }


def _golden_path(report: Report) -> dict[str, object] | None:
    """The golden path with its compliance; null where none is configured."""
    if report.golden_path is None or report.on_golden_path is None:
        return None
    return {**golden.document(report.golden_path), "compliance": _score(report.on_golden_path)}


def failure(reasons: Sequence[str]) -> dict[str, object]:
    """The document of a run that could not begin."""
    return {
        **head(Judgement(Verdict.NOT_JUDGED, "", tuple(reasons)), False),
        "summary": None,
        "violations": [],
        "errors": [{"filename": None, "location": None, "message": visible(one), "judged": True} for one in reasons],
    }


def _score(score: Score) -> dict[str, object]:
    kinds = {kind.value: _tally(tally) for kind, tally in score.kinds}
    return {"name": visible(score.name), **_tally(score.total), **kinds}


def _tally(tally: Tally) -> dict[str, object]:
    percent = None if not tally.governed else (1000 * tally.canonical // tally.governed) / 10
    classes = {str(klass): number for klass, number in tally.counts}
    return {"canonical": tally.canonical, "governed": tally.governed, "percent": percent, "classes": classes}


def _reference(one: Reference) -> dict[str, object]:
    made = one.origin
    return {
        "code": one.rule,
        "class": one.klass.value,
        "object": one.object,
        "path": one.dotted,
        "channel": one.channel.value,
        "contexts": [context.value for context in one.contexts],
        "filename": visible(one.path),
        "locations": [{"row": place.line, "column": place.column} for place in one.places],
        "origin": {"file": visible(made.path), "line": made.line, "name": made.name} if made else None,
        "reason": one.reason or None,
    }


def paths_document(name: str, found: Sequence[ImportPath]) -> dict[str, object]:
    """The documented shape of `ssot-audit paths --output-format json`."""
    return {
        "name": name,
        "paths": [
            {
                "path": one.path,
                "class": one.klass.value if one.klass else None,
                "object": one.object,
                "origin": {"file": one.origin.path, "line": one.origin.line, "name": one.origin.name}
                if one.origin
                else None,
                "reason": one.reason or None,
                "names": one.names,
                "files": one.files,
                "strings": one.strings,
                "attributes": one.attributes,
                "in_unvalidated_files": one.in_unvalidated_files,
                **{kind.value: number for kind, number in one.kinds},
            }
            for one in found
        ],
    }


def rule_document(pack: Pack, rule: AnyRule) -> dict[str, object]:
    """A rule as `rules --output-format json` lists it."""
    return {
        "id": rule.id,
        "pack": pack.name,
        "package": pack.package or None,
        "kind": rule.kind,
        "title": rule.title,
        "why": rule.why,
        "severity": rule.severity.value,
        **_plain(rule.spec),
        "source": rule.source,
    }


def _plain(value: object) -> Any:
    """A rule's own values as JSON has them."""
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        return {key.replace("_", "-"): _plain(one) for key, one in value._asdict().items()}
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    return value if value is None or isinstance(value, bool | int | str) else str(value)
