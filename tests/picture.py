"""Draws the README's picture: the report of a real audit, as an SVG. Run it to write the picture anew."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console
from running import FIXTURES, ROOT

from ssot_audit.pipeline import audit
from ssot_audit.report.full import parts
from ssot_audit.report.style import Style
from ssot_audit.repository import Options

PICTURE = ROOT / "docs" / "report.svg"
WIDTH = 100
LINES = 46  # the picture ends where the first findings have been seen


def picture() -> str:
    """The SVG of the fixture platform's report."""
    report = audit(Options((Path(FIXTURES / "platform"),)))
    drawing = Console(width=WIDTH, color_system="standard", force_terminal=True, highlight=False, legacy_windows=False)
    with drawing.capture() as captured:
        for part in parts(report, Style(color=True, width=WIDTH)):
            drawing.print(part)
    with Path("/dev/null").open("w") as nowhere:
        shown = Console(file=nowhere, record=True, width=WIDTH, force_terminal=True, legacy_windows=False)
        from rich.text import Text

        for line in captured.get().splitlines()[:LINES]:
            shown.print(Text.from_ansi(line), no_wrap=True, crop=False)
        return shown.export_svg(title="ssot-audit fixtures/platform", unique_id="report")


if __name__ == "__main__":
    PICTURE.write_text(picture(), "utf-8")
