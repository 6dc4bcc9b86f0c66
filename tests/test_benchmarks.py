"""The benchmark runs, and what it writes is what it measured."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from running import FIXTURES, ROOT, clean_environment


def test_the_short_benchmark_measures_the_program_and_writes_a_dated_result(tmp_path: Path) -> None:
    arguments = ("--quick", "--out", str(tmp_path / "out"), "--work", str(tmp_path / "work"))
    done = subprocess.run(
        [sys.executable, str(ROOT / "benchmarks" / "speed.py"), *arguments],
        env=clean_environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    (written,) = (tmp_path / "out").glob("*-speed.json")
    result = json.loads(written.read_text("utf-8"))
    assert written.with_suffix(".md").is_file()
    measured = {row["run"]: row for row in result["rows"] if row["not_measured"] is None}
    assert {"cold, no cache", "warm, nothing changed", "one file changed", "pre-commit, one file"} <= set(measured)
    (tree,) = result["inputs"].values()
    assert tree["files"]["ssot-audit"] == tree["files"]["ruff"] > 100
    assert tree["governed"] > 0 and result["failed"] == 0


def test_the_benchmark_of_import_paths_counts_a_platform_as_the_independent_count_does(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "benchmarks" / "paths.py"), str(FIXTURES / "platform"), "--out", str(tmp_path)],
        env=clean_environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    (written,) = tmp_path.glob("*-paths.json")
    result = json.loads(written.read_text("utf-8"))
    assert result["paths_compared"] > 10
    # The independent count looks for no module beside a script.
    assert [one.partition(":")[0] for one in result["differences"]] == ["reply.MessageRouter"]
