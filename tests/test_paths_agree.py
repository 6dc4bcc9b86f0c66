"""Import paths of real packages, counted and resolved, held against an oracle that shares no code with the program."""

from __future__ import annotations

import importlib
import json
from datetime import date
from pathlib import Path

import pytest
from oracle_paths import oracle_paths
from running import FIXTURES, audit, facts_below

from ssot_audit.facts import Facts
from ssot_audit.model import Kind
from ssot_audit.paths import paths_in
from ssot_audit.program.candidates import Program
from ssot_audit.program.modules import Modules
from ssot_audit.program.resolve import Resolver

Counted = dict[str, tuple[int, int, tuple[str, int, str] | None]]


@pytest.mark.parametrize("package", ["rich", "networkx", "hypothesis"])
def test_counts_and_origins_of_every_imported_name_agree(package: str) -> None:
    root = Path(str(importlib.import_module(package).__file__)).parents[1]
    files = sorted(path.relative_to(root).as_posix() for path in (root / package).rglob("*.py"))
    facts = facts_below(root, files)
    facts.deepen(files)
    kinds = dict.fromkeys(files, Kind.PRODUCTION)
    modules = Modules(facts)
    program = Program(modules, Resolver(modules))
    read = [one for one in facts.values() if isinstance(one, Facts)]
    names = sorted({one.name for facts in read for one in facts.imports if one.name not in (None, "*")})[::7]
    theirs = oracle_paths(root, files, names)
    compared, wrong = 0, []
    for name in names:
        ours: Counted = {}
        for one in paths_in(name, program, (), date(2026, 1, 1), kinds):
            origin = (one.origin.path, one.origin.line, one.origin.name) if one.origin else None
            ours[one.path] = one.names, one.files, origin
        for path, other in theirs[name].items():
            compared += 1
            if ours.get(path) != (other.names, other.files, other.origin):
                wrong.append((path, ours.get(path), other))
    assert wrong == []
    assert compared > 40


def test_the_installed_command_agrees_on_the_fixture() -> None:
    folder = FIXTURES / "platform"
    files = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.py"))
    for name, paths in oracle_paths(folder, files, ["Manager", "MessageRouter", "Emitter", "settings"]).items():
        told = json.loads(audit("paths", name, folder, "--output-format", "json").out)["paths"]
        found = {one["path"]: one for one in told}
        assert paths
        for path, other in paths.items():
            if path.startswith("reply."):
                continue  # a script that imports itself by its own folder, which the oracle knows nothing of
            origin = found[path]["origin"]
            ours = (origin["file"], origin["line"], origin["name"]) if origin else None
            assert (path, found[path]["names"], ours) == (path, other.names, other.origin)
