"""A rule as JSON has it."""

from __future__ import annotations

from typing import Any

from ssot_audit.rules import AnyRule, Pack


def rule_document(pack: Pack, rule: AnyRule) -> dict[str, object]:
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
