"""How the time of a cold run grows with the number of files.

The trees are copies of one package under other names. Copies repeat each other's statements, which favours a reader
that keeps what it made of a text; a tree of that size with as many different statements would take longer.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from statistics import median
from typing import Any

from chart import Point
from inputs import Input, grown, megabytes
from measure import wall_time
from ours import Program
from peers import Peers
from rows import Row, Session

SIZES = (1_000, 3_000, 10_000, 30_000, 100_000)
_BYTES_A_FILE = 12_000  # of disk, with room to spare


def measure_scaling(
    session: Session, program: Program, base: Input, peers: Peers, sizes: Sequence[int]
) -> tuple[list[Row], dict[str, Any]]:
    """Rows of cold runs over trees of the sizes, each removed before the next is laid out, and the figures of the
    chart."""
    rows: list[Row] = []
    figures: list[dict[str, Any]] = []
    tree = program.work / "scaling"
    for size in sizes:
        if shutil.disk_usage(program.work).free < 2 * size * _BYTES_A_FILE:
            session.say(f"{size:,} files: left out, the disk is too full")
            continue
        try:
            grown(base.tree / "homeassistant", tree, size)
            one = Input(f"{size:,} files", "", tree, base.rules)
            row = session.row(
                "scaling, cold", one.name, "ruff", program.cold(one), peers.ruff(tree, "--no-cache"), wall_time
            )
            figures += [_figures(size, megabytes(tree), row)] if row.ours else []
        finally:
            shutil.rmtree(tree, ignore_errors=True)
        rows.append(row)
    return rows, {"sizes": figures, "to_ten_times_10k": _growth(figures)}


def points(scaling: dict[str, Any]) -> list[Point]:
    return [Point(one["files"], one["ours"], one["ruff"]) for one in scaling["sizes"]]


def _figures(size: int, size_mb: float, row: Row) -> dict[str, Any]:
    theirs = round(median(row.theirs), 4) if row.theirs else None
    return {"files": size, "megabytes": size_mb, "ours": round(median(row.ours), 4), "ruff": theirs}


def _growth(figures: Sequence[dict[str, Any]]) -> float | None:
    """The time of 100,000 files to ten times that of 10,000: 1 where time grows as the files do."""
    ours = {one["files"]: one["ours"] for one in figures}
    return round(ours[100_000] / (10 * ours[10_000]), 4) if {10_000, 100_000} <= ours.keys() else None
