"""The status of components: a table for people, JSON, and a table of Markdown for a document."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from types import MappingProxyType

from ssot_audit.component import ComponentStatus, Statuses
from ssot_audit.report.style import Style, inert, visible

COLUMNS = ("component", "status", "modules", "tests", "because")


def _row(one: ComponentStatus) -> tuple[str, str, int, int, str]:
    """What keeps it from being validated, or else what it is validated by."""
    because = one.reasons or tuple(proof.said for proof in one.proofs if proof.required)
    return one.name, one.status, one.modules, one.tests, "; ".join(because)


def _full(statuses: Statuses, style: Style) -> str:
    from rich.console import RenderableType
    from rich.text import Text

    from ssot_audit.report import findings, tables

    known = [one.status for one in statuses.components]
    figure = ", ".join(f"{known.count(word)} {word}" for word in dict.fromkeys(known))
    shown: list[RenderableType] = [findings.headline(statuses.judgement, Text(figure, "bold"))]
    if not style.quiet:
        shown += [Text(), tables.rows_table(COLUMNS, [_row(one) for one in statuses.components], "components")]
    return tables.draw(shown, style)


def _json(statuses: Statuses, style: Style) -> str:
    from ssot_audit.report import items

    found = {
        **items.head(statuses.judgement, False),
        "components": [
            {
                "name": visible(one.name),
                "status": one.status.value,
                "modules": one.modules,
                "tests_executed": one.tests,
                "reasons": [visible(reason) for reason in one.reasons],
                "evidence": {
                    proof.word: {"status": proof.status.value, "required": proof.required, "said": visible(proof.said)}
                    for proof in one.proofs
                },
            }
            for one in statuses.components
        ],
    }
    return json.dumps(found, indent=2, ensure_ascii=True) + "\n"


def _markdown(statuses: Statuses, style: Style) -> str:
    lines = [_line(tuple(one.capitalize() for one in COLUMNS)), _line(("---", "---", "---:", "---:", "---"))]
    lines += [_line(tuple(_cell(str(one)) for one in _row(each))) for each in statuses.components]
    return inert("".join(f"{line}\n" for line in lines))


def _line(cells: tuple[str, ...]) -> str:
    return f"| {' | '.join(cells)} |"


def _cell(text: str) -> str:
    """Nothing in it is markup."""
    for sign in "\\|*_`<[":
        text = text.replace(sign, f"\\{sign}")
    return visible(text)


FORMATS: Mapping[str, Callable[[Statuses, Style], str]] = MappingProxyType(
    {"full": _full, "json": _json, "markdown": _markdown}
)
