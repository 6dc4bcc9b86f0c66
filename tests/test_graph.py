"""The command `graph`: the import graph with its cycles, and the fan of paths to one symbol."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pydot
import pytest
from running import FIXTURES, audit, library, write

PLATFORM = FIXTURES / "platform"

TREE = {
    "pkg/__init__.py": "",
    "pkg/a.py": "from typing import TYPE_CHECKING\nfrom pkg import b\nif TYPE_CHECKING:\n    import pkg.types\n",
    "pkg/b.py": "from .c import *\ntry:\n    import pkg.extra\nexcept ImportError:\n    pass\n",
    "pkg/c.py": "import pkg.a\ndef late():\n    import pkg.d\n",
    "pkg/d.py": "import importlib\nm = importlib.import_module('pkg.e')\n",
    "pkg/e.py": "def late():\n    from pkg import d\n",
    "pkg/extra.py": "",
    "pkg/types.py": "",
    "tests/test_a.py": "from unittest.mock import patch\n@patch('pkg.d.m')\ndef test(m): ...\n",
}


def graph(folder: Path, *arguments: str) -> Any:
    done = audit("graph", folder, "--output-format", "json", *arguments)
    assert done.code == 0, done.err
    return done.json


def edges(found: Any) -> Mapping[tuple[str, str], tuple[str, str, int]]:
    return {
        (one["importer"], one["imported"]): (one["class"], one["channel"], one["line"])
        for one in found["graph"]["edges"]
    }


def test_each_edge_tells_when_and_how_its_earliest_import_runs(tmp_path: Path) -> None:
    assert edges(graph(write(tmp_path, TREE))) == {
        ("pkg/a.py", "pkg/__init__.py"): ("import-time", "import", 2),
        ("pkg/a.py", "pkg/b.py"): ("import-time", "import", 2),
        ("pkg/a.py", "pkg/types.py"): ("typing", "import", 4),
        ("pkg/b.py", "pkg/c.py"): ("import-time", "star", 1),
        ("pkg/b.py", "pkg/extra.py"): ("guarded", "import", 3),
        ("pkg/c.py", "pkg/a.py"): ("import-time", "import", 1),
        ("pkg/c.py", "pkg/d.py"): ("deferred", "import", 3),
        ("pkg/d.py", "pkg/e.py"): ("import-time", "string", 2),
        ("pkg/e.py", "pkg/__init__.py"): ("deferred", "import", 2),
        ("pkg/e.py", "pkg/d.py"): ("deferred", "import", 2),
        ("tests/test_a.py", "pkg/d.py"): ("deferred", "string", 2),
    }


def test_import_time_cycles_are_named_by_their_shortest_walk_and_others_counted_apart(tmp_path: Path) -> None:
    write(tmp_path, TREE)
    found = graph(tmp_path)
    assert (found["cycles"], found["deferred_cycles"]) == (1, 1)
    ring = ["pkg/a.py", "pkg/b.py", "pkg/c.py"]
    pair = ["pkg/d.py", "pkg/e.py"]
    assert found["graph"]["cycles"] == [
        {"import_time": True, "modules": ring, "shortest": ring},
        {"import_time": False, "modules": pair, "shortest": pair},
    ]
    assert audit("graph", tmp_path).out.splitlines() == [
        "9 modules, 11 edges, 1 import-time cycle",
        "edges: 5 import-time, 1 guarded, 4 deferred, 1 typing, 1 by star, 2 by string",
        "1 further cycle closed by imports inside functions",
        "cycle of 3 modules: pkg.a → pkg.b → pkg.c → pkg.a",
    ]


def test_a_long_ring_with_a_short_cut_is_named_by_the_short_cut(tmp_path: Path) -> None:
    ring = {f"m{at:02}.py": f"import m{(at + 1) % 40:02}\n" for at in range(40)}
    ring["m20.py"] += "import m13\n"
    found = graph(write(tmp_path, ring))
    assert found["graph"]["cycles"][0]["shortest"] == [f"m{at}.py" for at in range(13, 21)]
    assert len(found["graph"]["cycles"][0]["modules"]) == 40


def test_a_package_that_binds_a_name_itself_does_not_run_the_submodule_of_that_name(tmp_path: Path) -> None:
    files = {"pkg/__init__.py": "tool = None\n", "pkg/tool.py": "", "user.py": "from pkg import tool\n"}
    assert edges(graph(write(tmp_path, files))) == {("user.py", "pkg/__init__.py"): ("import-time", "import", 1)}


def test_a_missing_module_makes_no_edge_to_the_package_it_is_missing_from(tmp_path: Path) -> None:
    files = {"pkg/__init__.py": "import pkg.a\n", "pkg/a.py": "import pkg.gone\nfrom pkg.lost import x\n"}
    assert list(edges(graph(write(tmp_path, files)))) == [("pkg/__init__.py", "pkg/a.py")]


def test_package_draws_the_modules_it_matches_and_the_imports_among_them(tmp_path: Path) -> None:
    write(tmp_path, {**TREE, "other/__init__.py": "import pkg.a\n"})
    found = graph(tmp_path, "--package", "other", "--package", "pkg.a")
    assert [one["module"] for one in found["graph"]["nodes"]] == ["other", "pkg.a"]
    assert list(edges(found)) == [("other/__init__.py", "pkg/a.py")]
    assert graph(tmp_path, "--package", "p*.**")["modules"] == 8


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--package", "nowhere"), "no module is in 'nowhere'"),
        (("--package", "a..b"), "--package 'a..b' is not a dotted path"),
        (("--symbol", "Nothing"), "no import path leads to 'Nothing'"),
        (("--symbol", "a-b"), "'a-b' is not a dotted path"),
        (("--symbol", "A", "--package", "a"), "--symbol and --package do not go together"),
    ],
)
def test_what_is_not_there_exits_2_by_its_name(tmp_path: Path, arguments: tuple[str, ...], said: str) -> None:
    done = audit("graph", library(tmp_path), *arguments)
    assert (done.code, done.out) == (2, "")
    assert said in done.err


# The fan of one symbol


def fan(folder: Path, name: str) -> tuple[dict[str, str], set[tuple[str, str]]]:
    """(the kind of each node, by label; edges from label to label)."""
    found = audit("graph", folder, "--symbol", name, "--output-format", "json").json
    labels = {one["id"]: one["label"] for one in found["nodes"]}
    kinds = {one["label"]: one["kind"] for one in found["nodes"]}
    return kinds, {(labels[one["from"]], labels[one["to"]]) for one in found["edges"]}


CHAIN = {
    "library/__init__.py": "from library.middle import Thing\n",
    "library/middle.py": "from library.things import *\n",
    "app.py": "from library import Thing\n",
    "renamed.py": "from library.things import Thing as Other\n",
    "through.py": "import renamed\nrenamed.Other()\n",
}


def test_a_fan_has_definition_re_exports_other_names_and_users_without_rules(tmp_path: Path) -> None:
    write(tmp_path, {**CHAIN, "library/things.py": "class Thing: ...\n"})
    kinds, arrows = fan(tmp_path, "library.things.Thing")
    assert kinds == {
        "library.things.Thing": "definition",
        "library.middle.Thing": "re-export",
        "library.Thing": "re-export",
        "renamed.Other": "re-export",
        "app": "module",
        "through": "module",
    }
    assert arrows == {
        ("library.middle.Thing", "library.things.Thing"),
        ("library.Thing", "library.middle.Thing"),
        ("renamed.Other", "library.things.Thing"),
        ("app", "library.Thing"),
        ("through", "renamed.Other"),
    }


def test_rules_mark_canonical_deprecated_and_shim_paths(tmp_path: Path) -> None:
    rules = (library(tmp_path) / "rules.toml").read_text()
    shim = rules.replace("deprecated =", 'shims = [{ path = "library.middle.Thing" }]\ndeprecated =')
    write(tmp_path, {**CHAIN, "rules.toml": shim, "user.py": "from library.middle import Thing\n"})
    kinds, _ = fan(tmp_path, "Thing")
    assert kinds["library.things.Thing"] == "definition, canonical"
    assert kinds["library.Thing"] == "re-export, deprecated"
    assert kinds["library.middle.Thing"] == "re-export, shim"


def test_each_homonym_is_drawn_and_what_leads_nowhere_says_why(tmp_path: Path) -> None:
    files = {
        "a.py": "class A: ...\n",
        "b.py": "class A: ...\n",
        "c.py": "",
        "use.py": "from a import A\nfrom b import A\n",
    }
    write(tmp_path, {**files, "gone.py": "from c import A\n"})
    kinds, arrows = fan(tmp_path, "A")
    assert kinds == {
        "a.A": "definition", "b.A": "definition", "c.A": "nothing, missing-name", "use": "module", "gone": "module"
    }  # fmt: skip
    assert arrows == {("use", "a.A"), ("use", "b.A"), ("gone", "c.A")}
    assert set(fan(tmp_path, "a.A")[0]) == {"a.A", "use"}


def test_over_twenty_users_of_a_path_are_one_node_with_their_number(tmp_path: Path) -> None:
    many = {f"tests/test_{at}.py" if at % 2 else f"m{at}.py": "from a import A\n" for at in range(21)}
    kinds, arrows = fan(write(tmp_path, {"a.py": "class A: ...\n", **many}), "A")
    assert kinds == {"a.A": "definition", "21 modules, 10 of them tests": "users"}
    assert len(arrows) == 1


# DOT and Mermaid


def drawn(folder: Path, wanted: str, *arguments: str) -> str:
    done = audit("graph", folder, "--output-format", wanted, *arguments)
    assert done.code == 0, done.err
    return done.out


HOSTILE = {
    'a"b\\/x.py': "",
    'quote\\".py': "",
    "a]b|c{d}/;y.py": "",
    "new\nline.py": "",
    "end.py": "",
    "subgraph.py": "",
}
CASES = [("fixture", ()), ("fixture", ("--symbol", "MessageRouter")), ("hostile", ()), ("cycles", ())]


@pytest.fixture
def trees(tmp_path: Path) -> dict[str, Path]:
    hostile = write(tmp_path / "h", {**HOSTILE, "use.py": "import end, subgraph\n"})
    return {"fixture": PLATFORM, "hostile": hostile, "cycles": write(tmp_path / "c", TREE)}


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # pydot calls pyparsing by older names
@pytest.mark.parametrize(("tree", "arguments"), CASES)
def test_dot_is_read_by_graphviz_s_grammar(trees: dict[str, Path], tree: str, arguments: tuple[str, ...]) -> None:
    parsed = pydot.graph_from_dot_data(drawn(trees[tree], "dot", *arguments))
    assert parsed is not None and len(parsed) == 1
    nodes, arrows = numbers(trees[tree], arguments)
    assert len(parsed[0].get_nodes()) == nodes + 1  # and the defaults of all
    assert len(parsed[0].get_edges()) == arrows


def numbers(folder: Path, arguments: tuple[str, ...]) -> tuple[int, int]:
    found = audit("graph", folder, "--output-format", "json", *arguments).json
    whole = found.get("graph", found)
    return len(whole["nodes"]), len(whole["edges"])


LABEL = r'"(?:[\w .\-/:(),→]|#\d+;|<br/>)*"'
NODE = re.compile(rf"  (n\d+)(?:\({LABEL}\)|\[{LABEL}\]|\(\[{LABEL}\]\)|\{{\{{{LABEL}\}}\}})")
ARROW = re.compile(rf"  (n\d+) (?:-->|-\.->)(?:\|{LABEL}\|)? (n\d+)")


@pytest.mark.parametrize(("tree", "arguments"), CASES)
def test_mermaid_has_nothing_but_nodes_and_arrows_between_them(
    trees: dict[str, Path], tree: str, arguments: tuple[str, ...]
) -> None:
    first, *lines = drawn(trees[tree], "mermaid", *arguments).splitlines()
    assert first == "flowchart LR"
    styles = [line for line in lines if re.fullmatch(r"  linkStyle \d+(?:,\d+)* stroke:red", line)]
    nodes = [one[1] for line in lines if (one := NODE.fullmatch(line))]
    arrows = [one for line in lines if (one := ARROW.fullmatch(line))]
    assert len(nodes) + len(arrows) + len(styles) == len(lines)
    assert (len(nodes), len(arrows)) == numbers(trees[tree], arguments)
    assert {end for one in arrows for end in one.groups()} <= {*nodes}
    assert len(styles) == (tree == "cycles")


def test_mermaid_says_where_a_drawing_is_larger_than_is_drawn(tmp_path: Path) -> None:
    users = "".join(f"import m{at}\n" for at in range(26))
    many = {f"m{at}.py": users for at in range(26)}
    done = audit("graph", write(tmp_path, many), "--output-format", "mermaid")
    assert (done.code, "650 edges: Mermaid draws 500" in done.err) == (0, True)


@pytest.mark.parametrize("wanted", ["full", "json", "dot", "mermaid"])
def test_the_same_tree_gives_the_same_bytes(wanted: str) -> None:
    for arguments in ((), ("--symbol", "Emitter")):
        assert drawn(PLATFORM, wanted, *arguments) == drawn(PLATFORM, wanted, *arguments, "-j", "2")


def test_quiet_prints_the_figures_alone() -> None:
    assert audit("graph", PLATFORM, "-q").out.count("\n") == 1
    assert json.loads(drawn(PLATFORM, "json"))["modules"] == len(list(PLATFORM.rglob("*.py")))
