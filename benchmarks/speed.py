"""Takes the time and the memory of the program on public code, beside ruff and others that look at the same files.

    python benchmarks/speed.py [FOLDER] [--runs 7] [--scaling] [--quick] [--out benchmarks/results]

The input is a wheel of homeassistant, which is fetched once, the standard library of the interpreter that runs this,
and the folder given; the first two bring rules of their own (benchmarks/rules). The peers are banned the older paths
of the same rules: `pip install ruff import-linter flake8 flake8-tidy-imports`; one that is missing is told as missing.

Each time is the wall time of a whole process, its start included, with the files in the page cache. The two of a row
run in turn, in as many rounds as asked after one that is not counted. Cold and memory runs read the tree as it is;
runs with a cache, and the hook, a copy of it in a git repository, as a checkout would be. Nothing is written to the
folder given. The result is a dated JSON file, and a Markdown page of the same.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shlex
import shutil
import sys
import tempfile
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import inputs
from chart import drawn
from inputs import Input
from measure import Failed, memory_is_known, peak_memory, wall_time
from ours import Program, Survey, import_libcst
from peers import Peers, exact_paths, installed, version_of_ruff
from rows import Row, Session, page
from scaling import SIZES, measure_scaling, points

_CHECKOUT = Path(__file__).resolve().parents[1]
_FEW = 3  # rounds of what varies little or takes long


def main() -> int:
    arguments = _arguments()
    work: Path = arguments.work
    work.mkdir(parents=True, exist_ok=True)
    program = Program(arguments.program, work)
    short = {str(work): "WORK", f"{_CHECKOUT}{os.sep}": ""}
    if arguments.folder:
        short[str(arguments.folder)] = arguments.folder.name
    session = Session(arguments.runs, short, _say)
    try:
        result = measure(session, program, arguments)
    except Failed as error:
        _say(session.shorten(str(error)))
        return 2
    if arguments.scaling and result["scaling"]["sizes"]:
        title = "A cold run: seconds for a tree of so many files"
        arguments.chart.write_text(drawn(points(result["scaling"]), title), "utf-8")
    arguments.out.mkdir(parents=True, exist_ok=True)
    target = arguments.out / f"{date.today()}-speed.json"
    target.write_text(json.dumps(result, indent=1) + "\n", "utf-8")
    target.with_suffix(".md").write_text(page(result), "utf-8")
    print(target)  # noqa: T201
    return 1 if result["failed"] else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--rules", type=Path, metavar="FILE", help="rules for FOLDER, beside those it finds by itself")
    parser.add_argument("--runs", type=int, default=7, metavar="N", help="rounds that count; default 7")
    parser.add_argument("--scaling", action="store_true", help="also trees of 1,000 to 100,000 files, and a chart")
    parser.add_argument("--sizes", type=_sizes, default=SIZES, metavar="N,N", help="other sizes for --scaling")
    parser.add_argument("--quick", action="store_true", help="two rounds of the standard library without its tests")
    parser.add_argument("--cap", type=float, metavar="S", help="seconds after which a slow peer is ended; default 900")
    parser.add_argument("--program", default=str(Path(sys.executable).with_name("ssot-audit")), metavar="PATH")
    parser.add_argument("--work", type=Path, default=Path(tempfile.gettempdir(), "ssot-audit-speed"), metavar="DIR")
    parser.add_argument("--chart", type=Path, default=_CHECKOUT / "docs" / "scaling.svg", metavar="FILE")
    parser.add_argument("--out", type=Path, default=_CHECKOUT / "benchmarks" / "results", metavar="DIR")
    arguments = parser.parse_args()
    arguments.work = arguments.work.resolve()
    if arguments.work.is_relative_to(_CHECKOUT):
        parser.error("--work must be outside the checkout: what is laid out there is not part of it")
    if arguments.folder:
        arguments.folder = arguments.folder.resolve(strict=True)
    arguments.cap = arguments.cap or (10.0 if arguments.quick else 900.0)
    arguments.runs = 2 if arguments.quick else arguments.runs
    return arguments


def measure(session: Session, program: Program, arguments: argparse.Namespace) -> dict[str, Any]:
    """The whole result. Every input is surveyed before the first is measured: what cannot be judged is told at once."""
    result: dict[str, Any] = {
        "date": str(date.today()),
        "command": _command(),
        "machine": _machine(),
        "versions": _versions(program),
        "rounds": session.count,
    }
    chosen = _chosen(arguments)
    surveys = [program.survey(one, one.tree, "--no-cache") for one in chosen]
    peers = [_peers(one, survey, program.work) for one, survey in zip(chosen, surveys, strict=True)]
    known = zip(chosen, surveys, peers, strict=True)
    result["inputs"] = {one.name: described(program, one, survey, bans) for one, survey, bans in known}
    rows: list[Row] = []
    for one, survey, bans in zip(chosen, surveys, peers, strict=True):
        rows += measure_input(session, program, one, survey.changed, bans, arguments.cap)
    result["scaling"] = None
    if arguments.scaling:
        few = replace(session, count=min(session.count, _FEW))
        base = inputs.homeassistant(program.work)
        bans = _peers(base, program.survey(base, base.tree, "--no-cache"), program.work)
        more, result["scaling"] = measure_scaling(few, program, base, bans, arguments.sizes)
        rows += more
    result["rows"] = [row.as_json() for row in rows]
    result["failed"] = sum(row.failed for row in rows)
    return result


def measure_input(session: Session, program: Program, one: Input, changed: str, peers: Peers, cap: float) -> list[Row]:
    few = replace(session, count=min(session.count, _FEW))
    name, cold = one.name, program.cold(one)
    ruff = peers.ruff(one.tree, "--no-cache")
    first = session.row("cold, no cache", name, "ruff", cold, ruff, wall_time)
    rows = [first]
    if memory_is_known():
        rows.append(few.row("cold, peak memory", name, "ruff", cold, ruff, peak_memory, "MiB"))
    else:
        why = "no /proc to read the memory of all processes from"
        rows.append(session.told(Row("cold, peak memory", name, "ruff", "MiB", (), (), (), why)))
    rows += _with_cache(session, program, one, changed, peers)
    rows.append(session.peer(first, "import-linter", peers.import_linter(cap), cap))
    rows.append(session.peer(first, "flake8-tidy-imports", peers.flake8(cap), cap))
    return rows


def _with_cache(session: Session, program: Program, one: Input, changed: str, peers: Peers) -> list[Row]:
    """In a copy, with caches of its own: nothing changed, one file changed, and the hook on one changed file."""
    copy, caches = _copy(program, one), program.work / "caches" / one.name
    shutil.rmtree(caches, ignore_errors=True)
    change = inputs.changing(copy / changed)
    warm = program.warm(one, copy, caches / "ssot-audit")
    hook = program.hook(one, copy, caches / "ssot-audit", changed).after(change)
    ruff = peers.ruff(copy, "--cache-dir", str(caches / "ruff"))
    rows = [
        session.row("warm, nothing changed", one.name, "ruff", warm, ruff, wall_time),
        session.row("one file changed", one.name, "itself, nothing changed", warm.after(change), warm, wall_time),
        session.row("pre-commit, one file", one.name, "import libcst", hook, import_libcst(copy), wall_time),
    ]
    shutil.rmtree(copy)
    return rows


def described(program: Program, one: Input, survey: Survey, peers: Peers) -> dict[str, Any]:
    """What was measured, for a reader to judge whether all looked at the same. Lays out the copy as well."""
    copy = _copy(program, one)
    inputs.copied(one.tree, copy)
    copied = program.survey(one, copy, "--no-cache")
    return {
        "about": one.about,
        "files": {"ssot-audit": survey.files, "ruff": peers.files_of_ruff(), "ssot-audit in the copy": copied.files},
        "megabytes": inputs.megabytes(one.tree),
        "governed": survey.governed,
        "classes": dict(survey.classes),
        "rules": [rule["id"] for rule in survey.rules],
        "banned": list(peers.banned),
        "patterns_left_out": exact_paths(survey.rules)[1],
        "findings_of_ruff": peers.findings_of_ruff(),
        "readers": program.readers(one),
    }


def _chosen(arguments: argparse.Namespace) -> list[Input]:
    library = inputs.standard_library(arguments.work, arguments.quick)
    if arguments.quick:
        return [library]
    more = [inputs.given(arguments.folder, arguments.rules)] if arguments.folder else []
    return [inputs.homeassistant(arguments.work), library, *more]


def _copy(program: Program, one: Input) -> Path:
    return program.work / "copies" / one.name


def _peers(one: Input, survey: Survey, work: Path) -> Peers:
    peers = Peers(one.tree, work / "config" / one.name, exact_paths(survey.rules)[0])
    peers.write()
    return peers


def _versions(program: Program) -> dict[str, str]:
    others = ("libcst", "pcre2", "import-linter", "flake8", "flake8-tidy-imports")
    return {
        "ssot-audit": program.version(),
        "python": platform.python_version(),
        "ruff": version_of_ruff(program.work),
        **{one: installed(one) for one in others},
    }


def _machine() -> dict[str, Any]:
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text("utf-8").splitlines() if cpuinfo.exists() else []
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return {
        "system": f"{platform.system()} {platform.machine()}",
        "cpus": os.cpu_count(),
        "cpu": models[0] if models else platform.processor() or "unknown",
        "load": round(os.getloadavg()[0], 2),
    }


def _command() -> str:
    """What was typed, with the names of files and folders in place of where they are on this machine."""
    typed = [Path(one).name if Path(one).is_absolute() else one for one in sys.argv[1:]]
    return shlex.join(["python", "benchmarks/speed.py", *typed])


def _sizes(text: str) -> tuple[int, ...]:
    return tuple(int(one) for one in text.split(","))


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)  # noqa: T201


if __name__ == "__main__":
    sys.exit(main())
