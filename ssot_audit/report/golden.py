"""The golden path in the report: the section of `full`, and the part of the JSON document."""

from __future__ import annotations

from ssot_audit.links import UNGUARDED, BrokenImport, GoldenPath, Reached, stops
from ssot_audit.model import Tally
from ssot_audit.report.style import Style, plural, visible

SHOWN = 5  # of each list; all of them are in the JSON report
ENTRIES = 8
_WORST = (UNGUARDED, "deferred", "guarded")
LONG = 7  # modules of a chain; of a longer one the middle is left out


def chain_line(chain: tuple[Reached, ...], style: Style, line: int = 0) -> str:
    """`a:3 → b:12 → c`: each module with the line that imports the next, the last with this one, if any."""
    words = stops(chain, line)
    if len(words) > LONG:
        words = [*words[: LONG // 2], "…" if style.unicode else "...", *words[-(LONG // 2) :]]
    return visible((" → " if style.unicode else " -> ").join(words))


def section(path: GoldenPath, tally: Tally, style: Style) -> list[str]:
    """What is known of the path, in lines."""
    entries = ", ".join(path.entries[:ENTRIES]) + (", …" if len(path.entries) > ENTRIES else "")
    counted = "imports inside functions counted" if path.deferred else "import time only"
    files, total = {one.path for one in path.broken}, len(path.reached)
    lines = [
        f"golden path from {entries}",
        f"  {plural(path.at_import, 'module')} at import time, {path.with_deferred:,} with imports inside functions; "
        f"below: {counted}",
        f"  parse: {total - len(path.unparsed):,} of {total:,}; "
        f"every import resolves: {total - len(files | {*path.unparsed}):,} of {total:,}",
        f"  compliance: {tally.percent}"
        + (f" ({tally.canonical:,}/{tally.governed:,})" if tally.governed else ", nothing governed"),
    ]
    lines += _some("does not parse", path.unparsed)
    worst_first = sorted(path.broken, key=lambda one: _WORST.index(one.how))
    lines += _some("leads nowhere", [_broken(one, style) for one in worst_first])
    lines += _some("test code", path.tests)
    return [visible(line) for line in lines]


def _broken(one: BrokenImport, style: Style) -> str:
    way = f" by {chain_line(one.way, style, one.line)}" if one.way else ""
    return f"{one.path}:{one.line}: {one.dotted} ({one.how}){way}"


def _some(what: str, found: tuple[str, ...] | list[str]) -> list[str]:
    lines = [f"  {what}: {one}" for one in found[:SHOWN]]
    rest = len(found) - SHOWN
    return [*lines, f"  {what}: and {rest:,} more"] if rest > 0 else lines


def document(path: GoldenPath) -> dict[str, object]:
    """The path without its compliance."""
    return {
        "entry_points": list(path.entries),
        "deferred": path.deferred,
        "modules": {"import_time": path.at_import, "with_deferred": path.with_deferred},
        "reached": [visible(one) for one in path.reached],
        "unparsed": [visible(one) for one in path.unparsed],
        "tests": [visible(one) for one in path.tests],
        "broken": [
            {"filename": visible(one.path), "row": one.line, "path": one.dotted, "how": one.how} for one in path.broken
        ],
    }
