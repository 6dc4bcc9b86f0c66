"""The golden path: what runs once the entry points do, what is wrong with it, and its own gate."""

from __future__ import annotations

import ast
import json
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from running import ROOT, audit, clean_environment, library, write

ENTRY = '[golden-path]\nentry-points = ["app.main"]\n'


def report(folder: Path, files: Mapping[str, str | bytes], config: str = ENTRY) -> Any:
    """The JSON report of a small repository with these files and this golden path."""
    done = audit("check", library(folder, files, config), "--no-cache", "--output-format", "json")
    assert done.code in (0, 1), done.err
    Draft202012Validator(json.loads((ROOT / "docs" / "report.schema.json").read_text())).validate(done.json)
    return done.json


def reached(folder: Path, files: Mapping[str, str | bytes], config: str = ENTRY) -> list[str]:
    found: list[str] = report(folder, {"app/__init__.py": "", **files}, config)["golden_path"]["reached"]
    return sorted({*found} - {"app/__init__.py", "app/main.py"})


def test_packages_above_and_submodules_run_and_type_checkers_imports_do_not(tmp_path: Path) -> None:
    files = {
        "app/main.py": (
            "from typing import TYPE_CHECKING\nimport a.b.c\nfrom d import e, name\nfrom .near import *\n"
            "if TYPE_CHECKING:\n    import unused\ntry:\n    import maybe\nexcept ImportError:\n    import fallback\n"
            "def later():\n    import late\n"
        ),
        **dict.fromkeys(("a/__init__.py", "a/b/__init__.py", "a/b/c.py", "a/other.py"), ""),
        **dict.fromkeys(("d/e.py", "app/near.py", "unused.py", "maybe.py", "fallback.py", "late.py"), ""),
        "d/__init__.py": "name = 1\n",
        "d/name.py": "",
    }
    early = ["a/__init__.py", "a/b/__init__.py", "a/b/c.py", "app/near.py", "d/__init__.py", "d/e.py"]
    early += ["fallback.py", "maybe.py"]
    assert reached(tmp_path, files) == early
    assert reached(tmp_path, files, ENTRY + "deferred = true\n") == sorted([*early, "late.py"])


def test_a_missing_module_still_runs_the_packages_above_it(tmp_path: Path) -> None:
    files = {"app/main.py": "import a.gone.further\n", "a/__init__.py": "import b\n", "b.py": ""}
    assert reached(tmp_path, files) == ["a/__init__.py", "b.py"]


def test_strings_that_import_count_by_where_they_stand(tmp_path: Path) -> None:
    text = "from importlib import import_module\none = import_module('app.one')\n"
    files = {
        "app/main.py": text + "def later(name):\n    import_module('app.two')\n    import_module(name)\n",
        "app/one.py": "",
        "app/two.py": "",
    }
    assert reached(tmp_path, files) == ["app/one.py"]
    assert reached(tmp_path, files, ENTRY + "deferred = true\n") == ["app/one.py", "app/two.py"]


def test_what_runs_in_a_script_alone_is_not_on_the_path(tmp_path: Path) -> None:
    text = (
        'if __name__ == "__main__":\n    import app.shown\n\n    # a note\n    import app.gone\n'
        "else:\n    import app.used\n"
    )
    files = {"app/main.py": text, "app/shown.py": "", "app/used.py": ""}
    assert reached(tmp_path, files) == ["app/used.py"]
    assert audit("check", tmp_path, "--output-format", "json").json["golden_path"]["broken"] == []


CHAINED = {
    "app/__init__.py": "",
    "app/main.py": "import app.first\nimport app.second\n",
    "app/first.py": "import app.third\n",
    "app/second.py": "\nimport app.fourth\n",
    "app/third.py": "import app.fourth\n",
    "app/fourth.py": "from library import Thing\n",
    "aside.py": "from library import Thing\n",
}


def test_a_finding_on_the_path_shows_the_shortest_way_to_it(tmp_path: Path) -> None:
    found = report(tmp_path, CHAINED)["violations"]
    ways = {one["filename"]: one["golden_path"] for one in found}
    assert ways == {"app/fourth.py": ["app.main", "app.second", "app.fourth"], "aside.py": None}
    lines = [line.strip() for line in audit("check", tmp_path).out.splitlines() if line.startswith("    golden path: ")]
    assert lines == ["golden path: app.main:2 → app.second:2 → app.fourth"]


def test_compliance_along_the_path_is_its_own_figure_with_its_own_gate(tmp_path: Path) -> None:
    good = "from library.things import Thing\n"
    files = {**CHAINED, "app/first.py": good, "app/third.py": "", "other.py": good, "another.py": good}
    config = ENTRY.replace("[golden", "fail-under = 60\n[golden")
    found = report(tmp_path, files, config + "fail-under = 66.66\n")
    score = found["golden_path"]["compliance"]  # app.first and the package library, against app.fourth
    assert (score["canonical"], score["governed"]) == (2, 3)
    assert found["verdict"]["result"] == "met"
    assert (
        found["verdict"]["gate"]
        == "compliance at least 60 %, golden path at least 66.66 %, no import fails the golden path"
    )
    missed = report(tmp_path, files, config + "fail-under = 66.67\n")["verdict"]
    assert missed["reasons"] == ["golden path is 2/3 = 66.6 %, below 66.67 %"]


def test_a_threshold_where_nothing_on_the_path_is_governed_cannot_be_judged(tmp_path: Path) -> None:
    files = {"app/__init__.py": "", "app/main.py": "", "user.py": "from library.things import Thing\n"}
    done = audit("check", library(tmp_path, files, ENTRY + "fail-under = 0\n"))
    assert done.code == 2
    assert "nothing is governed on the golden path" in done.err
    assert "compliance: n/a, nothing governed" in done.out


def test_a_threshold_on_a_path_that_does_not_parse_cannot_be_judged(tmp_path: Path) -> None:
    files = {
        "app/__init__.py": "",
        "app/main.py": "import app.torn\nfrom library.things import Thing\n",
        "app/torn.py": "def (:\n",
    }
    done = audit("check", library(tmp_path, files, ENTRY + "fail-under = 0\n"))
    assert done.code == 2
    assert "app/torn.py is on the golden path and does not parse" in done.err


def test_named_files_are_not_held_against_the_path_s_threshold(tmp_path: Path) -> None:
    library(tmp_path, CHAINED, ENTRY + "fail-under = 100\n")
    done = audit("check", "library/things.py", cwd=tmp_path)
    assert (done.code, "thresholds are judged on whole runs only" in done.out) == (0, True)


def test_what_does_not_parse_or_resolve_and_test_code_are_told(tmp_path: Path) -> None:
    files = {
        "app/__init__.py": "",
        "app/main.py": (
            "import app.torn, tests.helper\nfrom app import gone\n"
            "try:\n    from app.missing import x\nexcept ImportError:\n    x = None\n"
            "def later():\n    from app.torn_too import y\n"
        ),
        "app/torn.py": "import app.behind\ndef (:\n",
        "app/behind.py": "",
        "tests/__init__.py": "",
        "tests/helper.py": "",
    }
    library(tmp_path, files, ENTRY + "deferred = true\n")
    done = audit("check", tmp_path, "--output-format", "json")
    assert (done.code, done.json["verdict"]["reasons"][0].partition(" and ")[0]) == (
        2,
        "app/torn.py is on the golden path",
    )
    late = done.json["golden_path"]["broken"]
    assert [one["how"] for one in late] == ["unguarded", "guarded", "deferred"]
    library(tmp_path, files, ENTRY)
    found = audit("check", tmp_path, "--output-format", "json").json["golden_path"]
    assert found["unparsed"] == ["app/torn.py"]
    assert "app/behind.py" in found["reached"]
    assert found["tests"] == ["tests/__init__.py", "tests/helper.py"]
    assert [(one["row"], one["path"], one["how"]) for one in found["broken"]] == [
        (2, "app.gone", "unguarded"),
        (4, "app.missing.x", "guarded"),
    ]
    out = audit("check", tmp_path).out
    assert "  parse: 5 of 6; every import resolves: 4 of 6\n" in out
    assert "  leads nowhere: app/main.py:2: app.gone (unguarded) by app.main:2\n" in out


MIDDLE = {"app/__init__.py": "", "app/main.py": "\nimport app.first\n", "app/first.py": "\n\nfrom app import second\n"}
GONE = "import app.gone\n"


def test_an_import_that_fails_the_entry_point_fails_the_gate_and_shows_the_way(tmp_path: Path) -> None:
    library(tmp_path, {**MIDDLE, "app/second.py": GONE + "from app import lost\n"}, ENTRY)
    done = audit("check", tmp_path)
    assert done.code == 1
    way = "app.main:2 -> app.first:3 -> app.second:1"
    reason = (
        f"2 imports on the golden path lead nowhere, unguarded; first app/second.py:1: app.gone, by {way}; repair it"
    )
    assert reason in " ".join(done.out.split())
    assert "leads nowhere: app/second.py:2: app.lost (unguarded) by app.main:2 → app.first:3 → app.second:2" in done.out


GUARD = "try:\n    import app.first\nexcept ImportError:\n    pass\n"
LATE = "def later():\n    import app.first\n"


@pytest.mark.parametrize(
    ("files", "table", "how"),
    [
        ({"app/main.py": GUARD, "app/first.py": GONE}, "", ["guarded"]),  # the failure is caught on the only way there
        ({"app/main.py": "import app.second\n" + GUARD, "app/first.py": GONE}, "", ["guarded"]),
        ({"app/main.py": LATE, "app/first.py": GONE}, "deferred = true\n", ["deferred"]),
        ({"app/main.py": "def later():\n    " + GONE}, "deferred = true\n", ["deferred"]),
        ({"app/main.py": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    " + GONE}, "", []),
        ({"app/main.py": "import app.second, app._made.x\n"}, 'generated = ["app._made"]\n', []),
    ],
)
def test_what_fails_no_entry_point_fails_no_gate(
    tmp_path: Path, files: dict[str, str], table: str, how: list[str]
) -> None:
    library(tmp_path, {"app/__init__.py": "", "app/second.py": "", **files}, ENTRY + table)
    done = audit("check", tmp_path, "--output-format", "json")
    assert (done.code, [one["how"] for one in done.json["golden_path"]["broken"]]) == (0, how), done.err


def test_a_way_that_nothing_guards_beside_one_that_is_guarded_fails_the_gate(tmp_path: Path) -> None:
    files = {"app/__init__.py": "", "app/main.py": GUARD + "import app.second\n", "app/second.py": "import app.first\n"}
    library(tmp_path, {**files, "app/first.py": GONE}, ENTRY)
    done = audit("check", tmp_path)
    assert (done.code, "by app.main:5 -> app.second:1 -> app.first:1" in " ".join(done.out.split())) == (1, True)


def test_named_files_answer_for_their_own_imports_on_the_path_alone(tmp_path: Path) -> None:
    library(tmp_path, {**MIDDLE, "app/second.py": GONE}, ENTRY)
    assert [audit("check", f"app/{one}.py", cwd=tmp_path).code for one in ("first", "second")] == [0, 1]


def test_entry_points_may_be_patterns(tmp_path: Path) -> None:
    files = {"app/__init__.py": "", "app/a.py": "import x\n", "app/b.py": "", "x.py": ""}
    found = report(tmp_path, files, '[golden-path]\nentry-points = ["app.*", "app.b"]\n')["golden_path"]
    assert found["entry_points"] == ["app.a", "app.b"]
    assert found["reached"] == ["app/__init__.py", "app/a.py", "app/b.py", "x.py"]


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ('entry-points = ["app.gone", "no.*"]', "the golden path's entry point 'app.gone' is not in the tree"),
        ('entry-points = ["app.main", "no.*"]', "the golden path's entry point 'no.*' is not in the tree"),
        ("deferred = true", "[golden-path]: `entry-points` is missing"),
        ('entry-points = ["a-b"]', "`entry-points` 'a-b' is not a dotted path"),
        ('entry-points = ["app.main"]\nfail-under = 101', "`fail-under` must be a number from 0 to 100, not 101"),
        ('entry-points = ["app.main"]\nsurprise = 1', "`surprise` is not a known key"),
    ],
)
def test_mistakes_exit_2_by_their_name(tmp_path: Path, table: str, said: str) -> None:
    library(tmp_path, {"app/__init__.py": "", "app/main.py": ""}, f"[golden-path]\n{table}\n")
    done = audit("check", tmp_path)
    assert done.code == 2
    assert said in done.err


def test_pyproject_may_hold_the_table(tmp_path: Path) -> None:
    library(tmp_path, CHAINED)
    (tmp_path / "ssot-audit.toml").unlink()
    table = '[tool.ssot-audit]\nrules = ["rules.toml"]\n' + ENTRY.replace("[golden", "[tool.ssot-audit.golden")
    write(tmp_path, {"pyproject.toml": table})
    assert audit("check", tmp_path, "--output-format", "json").json["golden_path"]["entry_points"] == ["app.main"]


def test_without_a_golden_path_nothing_is_said_of_one(tmp_path: Path) -> None:
    library(tmp_path, {"user.py": "from library import Thing\n"})
    assert "golden" not in audit("check", tmp_path).out
    found = audit("check", tmp_path, "--output-format", "json").json
    assert (found["golden_path"], found["violations"][0]["golden_path"]) == (None, None)


def test_an_import_of_everything_by_everything_ends(tmp_path: Path) -> None:
    modules = [f"m{at}" for at in range(30)]
    everything = "".join(f"import {one}\n" for one in modules)
    files = {f"{one}.py": everything for one in modules}
    found = report(tmp_path, files, '[golden-path]\nentry-points = ["m7"]\n')["golden_path"]
    assert found["modules"] == {"import_time": 30, "with_deferred": 30}


# Held against a real run of installed packages: `sys.modules` after the entry points were imported.

# Why a module that was read as reached is not there after the run, by what stands around each import of it.
HANDLER = "imported in an except clause, for a try that went well"
BRANCH = "imported on another platform, or by another version of Python"
BEHIND = "imported by such a module alone"


@pytest.mark.parametrize(
    ("package", "entries", "reasons"),
    [
        ("networkx", ["networkx"], set()),
        ("libcst", ["libcst.metadata"], set()),
        ("rich", ["rich.console", "rich.progress"], set()),
        ("filelock", ["filelock"], {BRANCH, BEHIND}),
    ],
)
def test_what_is_read_as_reached_is_what_a_real_run_imports(
    tmp_path: Path, package: str, entries: list[str], reasons: set[str]
) -> None:
    folder, run = run_of(package, entries)
    shutil.copytree(folder, tmp_path / package, ignore=shutil.ignore_patterns("tests", "__pycache__"))
    found = report(tmp_path, {}, f"[golden-path]\nentry-points = {json.dumps(entries)}\n")["golden_path"]["reached"]
    read = {path.removesuffix(".py").removesuffix("/__init__").replace("/", "."): path for path in found}
    assert run - {*read} == set()
    only = {read[name] for name in {*read} - run}
    edges = audit("graph", tmp_path, "--output-format", "json").json["graph"]["edges"]
    at_import = [one for one in edges if one["importer"] in found and one["class"] in ("import-time", "guarded")]
    into = [one for one in at_import if one["imported"] in only]
    told = {reason_of(tmp_path / one["importer"], one["line"], one["importer"] in only) for one in into}
    assert told == reasons, into
    assert len(run) / len(read) > (0.6 if reasons else 0.95)


def run_of(package: str, entries: list[str]) -> tuple[Path, set[str]]:
    """The folder of a package, and those of its modules that are loaded from Python sources once the entries are."""
    code = (
        "import importlib, json, sys\n"
        f"for one in {entries!r}: importlib.import_module(one)\n"
        f"mine = [one for one in sys.modules if one.split('.')[0] == {package!r}]\n"
        "sources = [one for one in mine if (sys.modules[one].__file__ or '').endswith('.py')]\n"
        f"print(json.dumps([sys.modules[{package!r}].__path__[0], sources]))"
    )
    command = [sys.executable, "-W", "ignore", "-c", code]
    done = subprocess.run(command, env=clean_environment(), capture_output=True, text=True, check=True)
    folder, sources = json.loads(done.stdout)
    return Path(folder), set(sources)


def reason_of(importer: Path, line: int, behind: bool) -> str:
    """Why the import on a line did not run, by the blocks around it; empty where nothing tells."""
    if behind:
        return BEHIND
    for node in ast.walk(ast.parse(importer.read_text("utf-8"))):
        if isinstance(node, ast.If) and node.lineno <= line <= (node.end_lineno or 0):
            test = ast.unparse(node.test)
            if "sys." in test or "os." in test:
                return BRANCH
        if isinstance(node, ast.ExceptHandler) and node.lineno <= line <= (node.end_lineno or 0):
            return HANDLER
    return ""
