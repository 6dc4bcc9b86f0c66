"""Rules of the kind `definition`: which definition of a name is its home, and what is told of the others."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from running import ROOT, Done, audit, write

from ssot_audit.source.defining import may_define

HEAD = '[[rule]]\nkind = "definition"\nid = "one"\ntitle = "t"\nwhy = "w"\n'


def held(folder: Path, rule: str, files: Mapping[str, str], *arguments: str) -> Done:
    write(folder, {"ssot-audit.toml": 'rules = ["rules.toml"]', "rules.toml": HEAD + rule, **files})
    return audit("check", folder, "--output-format", "json", *arguments)


def found(done: Done) -> list[tuple[str, int, str]]:
    return [(one["filename"], one["location"]["row"], one["class"]) for one in done.json["violations"]]


def counts(done: Done) -> tuple[int, int, dict[str, int]]:
    (rule,) = done.json["rules"]
    return rule["canonical"], rule["governed"], rule["classes"]


def test_a_finding_names_the_home_and_every_other_definition(tmp_path: Path) -> None:
    files = {"a.py": "class A: ...\n", "b.py": "\nclass A: ...\n", "c.py": "class A: ...\n"}
    done = held(tmp_path, 'names = ["A"]\nhomes = { A = "a" }\n', files)
    assert found(done) == [("b.py", 2, "rival"), ("c.py", 1, "rival")]
    first = done.json["violations"][0]
    assert first["help"] == "from a import A"
    assert first["fingerprint"] == "one:b.py:A:b.A"
    assert [(one["filename"], one["row"], one["note"]) for one in first["related"]] == [
        ("a.py", 1, "its home"),
        ("c.py", 1, "another object of the name"),
    ]


def test_where_no_home_is_said_every_object_of_the_name_is_a_rival(tmp_path: Path) -> None:
    done = held(tmp_path, 'names = ["A*"]\n', {"a.py": "class A: ...\nclass Ab: ...\n", "b.py": "class A: ...\n"})
    assert found(done) == [("a.py", 1, "rival"), ("b.py", 1, "rival")]
    assert counts(done) == (1, 2, {"home": 1, "rival": 1})


def test_a_subclass_of_the_same_name_is_a_rival_and_one_of_another_name_is_apart(tmp_path: Path) -> None:
    files = {"a.py": "class A: ...\n", "b.py": "from a import A as B\nclass A(B): ...\nclass LoudA(B): ...\n"}
    done = held(tmp_path, 'names = ["A", "*A"]\nhomes = { A = "a" }\n', files)
    assert found(done) == [("b.py", 2, "rival")]
    assert counts(done) == (0, 1, {"rival": 1, "subclass": 1})


def test_what_an_import_under_another_name_gives_back_is_no_definition(tmp_path: Path) -> None:
    files = {"a.py": "class A: ...\n", "b.py": "from a import A as Old\nA = Old\n", "c.py": "import a\nA = a.A\n"}
    assert counts(held(tmp_path, 'names = ["A"]\n', files)) == (1, 1, {"home": 1})


def test_a_home_that_takes_the_object_from_elsewhere_leads_to_its_definition(tmp_path: Path) -> None:
    files = {"p/__init__.py": "from p._a import A\n", "p/_a.py": "class A: ...\n", "q.py": "class A: ...\n"}
    done = held(tmp_path, 'names = ["A"]\nhomes = { A = "p" }\n', files)
    assert found(done) == [("q.py", 1, "rival")]


def test_a_home_that_does_not_define_its_name_is_told(tmp_path: Path) -> None:
    done = held(tmp_path, 'names = ["A"]\nhomes = { A = "gone" }\n', {"a.py": "class A: ...\n"})
    assert found(done) == [("a.py", 1, "rival"), ("rules.toml", 1, "absent-canonical")]
    assert counts(done)[:2] == (0, 1)


def test_nothing_governed_is_no_success(tmp_path: Path) -> None:
    done = held(tmp_path, 'names = ["A"]\n', {"a.py": "class B: ...\n"})
    assert done.code == 2
    assert done.json["rules"][0]["percent"] is None


@pytest.mark.parametrize(
    "text",
    [
        "try:\n    from fast import A\nexcept ImportError:\n    class A: ...\n",
        "try:\n    from fast import A\nexcept ImportError:\n    A = None\n",
        "if x:\n    class A: ...\nelse:\n    class A: ...\n",
        "try:\n    from fast import A\nexcept ImportError:\n    OK = False\nif not OK:\n    class A: ...\n",
        "A = None\nclass A: ...\n",
        "class A: ...\nA = wrapped(A)\n",
        "from typing import overload\n@overload\ndef A(x): ...\n@overload\ndef A(y): ...\ndef A(z): ...\n",
        "class A: ...\ndef f():\n    class A: ...\n",
        "class A: ...\ndef f():\n    A = 1\n",
        "from typing import TYPE_CHECKING\nclass A: ...\nif TYPE_CHECKING:\n    from other import A\n",
    ],
)
def test_alternatives_wrappers_and_placeholders_are_no_second_definition(tmp_path: Path, text: str) -> None:
    assert found(held(tmp_path, 'names = ["A"]\n', {"a.py": text, "b.py": "class AA: ...\n"})) == []


@pytest.mark.parametrize(
    ("text", "klass"),
    [
        ("class A: ...\nclass A: ...\n", "duplicate"),
        ("A = 1\nclass A: ...\n", "duplicate"),
        ("class A: ...\nA = 1\n", "rebound"),
        ("class A: ...\nfrom elsewhere import A\n", "rebound"),
        ("class A: ...\nclass B: ...\nA = B\n", "rebound"),
    ],
)
def test_a_second_object_further_down_hides_the_first(tmp_path: Path, text: str, klass: str) -> None:
    done = held(tmp_path, 'names = ["A"]\n', {"a.py": text})
    assert [one["class"] for one in done.json["violations"]] == [klass]


def test_the_stub_beside_a_file_is_no_second_definition(tmp_path: Path) -> None:
    assert found(held(tmp_path, 'names = ["A"]\n', {"a.py": "class A: ...\n", "a.pyi": "class A: ...\n"})) == []


def test_a_file_that_may_define_the_name_and_does_not_parse_is_unvalidated(tmp_path: Path) -> None:
    done = held(tmp_path, 'names = ["A"]\n', {"a.py": "class A: ...\n", "b.py": "class A: (\n"})
    assert done.code == 2
    assert [one["filename"] for one in done.json["errors"]] == ["b.py"]


def test_one_named_file_is_judged_with_what_is_known_of_the_others(tmp_path: Path) -> None:
    files = {"a.py": "class A: ...\n", "b.py": "class A: ...\n"}
    held(tmp_path, 'names = ["A"]\n', files)
    assert found(audit("check", tmp_path / "b.py", "--output-format", "json")) == [("b.py", 1, "rival")]


def test_all_mistakes_of_a_rule_are_told_at_once(tmp_path: Path) -> None:
    done = held(tmp_path, 'names = ["a.B"]\nhomes = { A = 1, B = "x..y" }\nallow = ["1x"]\nother = 1\n', {})
    told = "\n".join(one["message"] for one in done.json["errors"])
    assert done.code == 2
    for word in ("`names`", "`homes`", "`allow`", "`other`"):
        assert word in told


@pytest.mark.parametrize("files", [{"a/b.py": "", "a/b/__init__.py": ""}])
def test_a_file_beside_a_package_of_its_name_is_dead(tmp_path: Path, files: dict[str, str]) -> None:
    done = held(tmp_path, 'modules = ["a.**"]\n', {"a/__init__.py": "", **files})
    assert found(done) == [("a/b.py", 1, "dead-module")]
    assert counts(done)[:2] == (2, 3)


def test_a_folder_without_init_does_not_hide_the_file_beside_it(tmp_path: Path) -> None:
    # The import system takes a module before a portion of a namespace package (PEP 420).
    done = held(tmp_path, 'modules = ["a.**"]\n', {"a/__init__.py": "", "a/b.py": "", "a/b/c.py": ""})
    assert found(done) == []


def test_a_package_that_imports_its_submodule_does_not_hide_it(tmp_path: Path) -> None:
    files = {"a/__init__.py": "try:\n    from . import b\nexcept ImportError:\n    b = None\n", "a/b.py": ""}
    assert found(held(tmp_path, 'modules = ["a.**"]\n', files)) == []


def test_the_shipped_pack_does_what_its_examples_say() -> None:
    assert audit("rules", "test", "--pack", "definitions", cwd=ROOT).code == 0


STATEMENTS = (
    "class A: pass", "class A(B): pass", "def A(): pass", "A = 1", "A: int = 1", "B = A = 1", "A, B = 1, 2",
    "x = 1; A = 2", "x = A; A = 2", "if x: A = 1", "class \\\n  A: pass", "B[A] = 1", "f(A=1)", "from b import A",
    "x = A == 1", "A == 1", "class B(A): pass", "print(A)", "async def A(): pass", "(A := 1)",
)  # fmt: skip


@given(st.lists(st.sampled_from(STATEMENTS), max_size=4), st.sampled_from(["\n", "\r\n", "\r"]))
def test_no_definition_is_missed_by_the_search(statements: list[str], end: str) -> None:
    text = "\n".join(statements)
    defines = any(
        (isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and node.name == "A")
        or (isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and node.id == "A")
        for node in ast.walk(ast.parse(text))
    )
    assert may_define(("A",), text.replace("\n", end)) >= defines


def test_an_entry_that_matches_nothing_is_told_beside_those_that_do(tmp_path: Path) -> None:
    rule = 'names = ["A", "Bee", "C*"]\nhomes = { "C*" = "a", A = "gone.*" }\nallow = ["old", "**.vendored"]\n'
    done = held(tmp_path, rule + 'modules = ["a", "z.**"]\n', {"a.py": "class A: ...\n"})
    stale = [one for one in done.json["violations"] if one["class"] == "matches-nothing"]
    assert sorted(one["message"] for one in stale) == [
        "`allow` has 'old', which matches nothing",
        "`homes` has 'C*', which matches nothing",
        "`homes` has 'gone.*', which matches nothing",
        "`modules` has 'z.**', which matches nothing",
        "`names` has 'Bee', which matches nothing",
        "`names` has 'C*', which matches nothing",
    ]
    assert {one["severity"] for one in stale} == {"warning"}


def test_a_home_of_a_name_the_rule_does_not_govern_is_a_mistake(tmp_path: Path) -> None:
    done = held(tmp_path, 'names = ["A"]\nhomes = { B = "a" }\n', {"a.py": "class A: ...\n"})
    assert "`homes` names 'B', which is not among `names`" in done.json["errors"][0]["message"]


def test_a_named_file_shows_the_figure_of_the_names_it_defines(tmp_path: Path) -> None:
    files = {"a.py": "class A: ...\nclass B: ...\n", "b.py": "class A: ...\n", "c.py": "x = 1\n"}
    held(tmp_path, 'names = ["A", "B"]\nhomes = { A = "a", B = "a" }\n', files)
    home, rival, other = (
        audit("check", tmp_path / name, "--output-format", "json") for name in ("a.py", "b.py", "c.py")
    )
    assert counts(home) == (1, 2, {"home": 1, "rival": 1})
    assert counts(rival) == (0, 1, {"rival": 1})
    assert counts(other) == (0, 0, {})
    both = audit("check", tmp_path / "a.py", tmp_path / "b.py", "--output-format", "json")
    assert counts(both) == (1, 2, {"home": 1, "rival": 1})


def test_a_package_that_hides_its_submodule_shows_the_figure_where_it_alone_is_named(tmp_path: Path) -> None:
    files = {"p/__init__.py": "q = None\n", "p/q.py": ""}
    held(tmp_path, 'modules = ["p.q"]\n', files)
    assert counts(audit(tmp_path / "p/__init__.py", "--output-format", "json")) == (0, 1, {"shadowed-submodule": 1})
