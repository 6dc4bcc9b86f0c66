"""Output formats: each a pure function of the report. A format never decides anything."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from ssot_audit.report.style import Style
from ssot_audit.results import Report

Render = Callable[[Report, Style], str]


def _full(report: Report, style: Style) -> str:
    from ssot_audit.report import full  # rich is imported only where something is drawn with it

    return full.render(report, style)


def _concise(report: Report, style: Style) -> str:
    from ssot_audit.report import concise

    return concise.render(report, style)


def _json(report: Report, style: Style) -> str:
    from ssot_audit.report import document

    return document.render(report, style)


def _json_lines(report: Report, style: Style) -> str:
    from ssot_audit.report import document

    return document.render_lines(report, style)


FORMATS: Mapping[str, Render] = MappingProxyType(
    {"full": _full, "concise": _concise, "json": _json, "json-lines": _json_lines}
)
