"""Holds the import paths of many names, as the program counts and resolves them, against an independent count.

    python benchmarks/paths.py FOLDER [--name NAME]... [--out benchmarks/results]

The names are those the rules in force govern, and any given. The independent count is tests/oracle_paths.py, on the
standard library's `ast`, which shares no code with the program; run it with an interpreter at least as new as the
code it reads. The result is a dated JSON file: machine, versions, command, every path with its class, counts and
origin, and every difference; and a Markdown table of the same.
"""

from __future__ import annotations

import argparse
import json
import platform
import shlex
import sys
from collections import Counter
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from oracle_paths import OraclePath, oracle_paths

from ssot_audit import __version__
from ssot_audit.facts import Facts
from ssot_audit.model import Class, ImportPath, Standing
from ssot_audit.paths import paths_in
from ssot_audit.reading import hold, look, read_all, symbol_rules
from ssot_audit.repository import Options, choose_rules, open_repository
from ssot_audit.source.entry import Question

_UNLISTED = ("unlisted", "rival")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--name", action="append", default=[])
    parser.add_argument("--out", type=Path, default=Path("benchmarks/results"))
    arguments = parser.parse_args()
    result = measure(arguments.folder, arguments.name)
    result["command"] = shlex.join(["python", "benchmarks/paths.py", arguments.folder.name, *sys.argv[2:]])
    target = arguments.out / f"{date.today()}-paths.json"
    target.write_text(json.dumps(result, indent=1) + "\n", "utf-8")
    target.with_suffix(".md").write_text(table(result), "utf-8")
    print(f"{target}: {result['paths_compared']} paths, {len(result['differences'])} differences")  # noqa: T201


def measure(folder: Path, more: list[str]) -> dict[str, Any]:
    options = Options((folder,))
    repository = open_repository(options)
    reading = read_all(repository, options)
    rules = symbol_rules(choose_rules(repository, reading.program, options)[1])
    names = sorted({name for rule in rules for name in (rule.spec.symbol, *rule.spec.aliases)} | set(more))
    reading = look(reading, rules, Question(tuple(names)))
    program = reading.program
    facts = [one for one in reading.library.values() if isinstance(one, Facts)]
    theirs = oracle_paths(folder, repository.found.paths, names)
    ours = {name: paths_in(name, program, rules, date.today(), repository.kinds) for name in names}
    references = hold(reading, rules, options).references
    classes = {name: Counter(one.klass for one in references if one.dotted.endswith(f".{name}")) for name in names}
    compared = {(name, path) for name in names for path in theirs.get(name, {})}
    return {
        "date": str(date.today()),
        "machine": f"{platform.system()} {platform.machine()}",
        "versions": {
            "ssot-audit": __version__,
            "python": platform.python_version(),
            **{one: version(one) for one in ("libcst", "networkx")},
        },
        "files": len(facts),
        "imported_names": sum(len(one.imports) for one in facts),
        "paths_compared": len(compared),
        "differences": [line for name in names for line in differences(ours[name], theirs.get(name, {}))],
        "symbols": {name: described(ours[name], classes[name]) for name in names},
    }


def described(found: list[ImportPath], classes: Counter[Class]) -> dict[str, object]:
    return {
        "names": sum(one.names for one in found),
        "references": {klass.value: number for klass, number in sorted(classes.items())},
        "canonical": classes[Class.CANONICAL],
        "governed": sum(number for klass, number in classes.items() if klass.standing is not Standing.APART),
        "paths": {
            one.path: {
                "class": one.klass,
                "object": one.object,
                "names": one.names,
                "files": one.files,
                "strings": one.strings,
                "attributes": one.attributes,
                "origin": origin_of(one),
            }
            for one in found
        },
    }


def table(result: dict[str, Any]) -> str:
    """The result as a page: what was measured with what, then a row for each name."""
    rows = [
        f"| {name} | {len(one['paths'])} | {_counts(one['references'])} | {one['canonical']}/{one['governed']} |"
        for name, one in result["symbols"].items()
        if one["paths"]
    ]
    missed = {kind: sum(one["references"].get(kind, 0) for one in result["symbols"].values()) for kind in _UNLISTED}
    return "\n".join(
        (
            f"# Import paths, {result['date']}",
            "",
            f"`{result['command']}`, {result['machine']}, {_counts(result['versions'])}.",
            "",
            f"{result['files']:,} files, {result['imported_names']:,} imported names. {result['paths_compared']} "
            f"import paths counted and resolved independently: {len(result['differences'])} differences.",
            *(f"- {line}" for line in result["differences"]),
            "",
            f"A list of deprecated paths would have missed {missed['unlisted']:,} references of the class unlisted and "
            f"{missed['rival']:,} of the class rival.",
            "",
            "| name | paths | references | canonical/governed |",
            "|---|---|---|---|",
            *rows,
            "",
        )
    )


def _counts(counts: dict[str, Any]) -> str:
    return ", ".join(f"{key} {value}" for key, value in counts.items())


def origin_of(one: ImportPath) -> str | None:
    return f"{one.origin.path}:{one.origin.line}:{one.origin.name}" if one.origin else None


def differences(ours: list[ImportPath], theirs: dict[str, OraclePath]) -> list[str]:
    """Where the program and the oracle disagree. The interpreter's `ast` may be older than the code: the program may
    count more, never less."""
    by_path = {one.path: one for one in ours}
    found = []
    for path, other in sorted(theirs.items()):
        one = by_path.get(path)
        counted = one.names if one else 0
        if counted != other.names:
            found.append(f"{path}: {counted} names, independently {other.names}")
        origin = origin_of(one) if one else None
        expected = ":".join(map(str, other.origin)) if other.origin else None
        if origin != expected:
            found.append(f"{path}: leads to {origin}, independently to {expected}")
    return found


if __name__ == "__main__":
    main()
