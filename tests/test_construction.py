"""Rules of the kind `construction`: what calls a class or a getter, whatever name it goes by there."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from running import ROOT, Done, audit, write

HEAD = '[[rule]]\nkind = "construction"\nid = "one"\ntitle = "t"\nwhy = "w"\n'
RULE = 'targets = ["m.A"]\nfactories = ["m.make"]\n'
M = "class A: ...\ndef make():\n    return A()\n"


def held(folder: Path, files: Mapping[str, str], rule: str = RULE) -> Done:
    write(folder, {"ssot-audit.toml": 'rules = ["rules.toml"]', "rules.toml": HEAD + rule, "m.py": M, **files})
    return audit("check", folder, "--output-format", "json")


def found(done: Done) -> list[tuple[str, int, str]]:
    return [(one["filename"], one["location"]["row"], one["class"]) for one in done.json["violations"]]


@pytest.mark.parametrize(
    "text",
    [
        "from m import A\nA()\n",
        "import m\nm.A()\n",
        "import m as x\ny = x\ny.A()\n",
        "from m import A as B\nC = B\nC()\n",
        "from m import *\nA()\n",
        "from functools import partial as p\nfrom m import A\np(A, 1)\n",
        "def f():\n    from m import A\n    return [A() for _ in 'ab']\n",
        "try:\n    from m import A\nexcept ImportError:\n    A = None\nA()\n",
    ],
)
def test_a_call_is_found_whatever_the_class_is_called(tmp_path: Path, text: str) -> None:
    assert [(one[0], one[2]) for one in found(held(tmp_path, {"u.py": text}))] == [("u.py", "bypass")]


def test_a_class_is_followed_through_re_exports_under_ever_new_names(tmp_path: Path) -> None:
    files = {"b.py": "from m import A as B\n", "c.py": "import b\nC = b.B\n", "d.py": "from c import C as D\n"}
    done = held(tmp_path, {**files, "u.py": "from d import D\nD()\n"})
    assert found(done) == [("u.py", 2, "bypass")]


@pytest.mark.parametrize(
    "text",
    [
        "from m import A\nclass B(A):\n    def __init__(self):\n        super().__init__()\nB()\n",
        "from m import A\nisinstance(1, A)\n",
        "from m import A\ndef f(a: A) -> A: ...\n",
        "class A: ...\nA()\n",
        "from m import A\ndef f(A):\n    A()\n",
        "from unittest.mock import Mock\nfrom m import A\nMock(spec=A)\n",
        "from m import A\nA.name()\n",
    ],
)
def test_what_does_not_call_the_class_is_no_finding(tmp_path: Path, text: str) -> None:
    done = held(tmp_path, {"u.py": text})
    assert found(done) == []
    assert done.json["rules"][0]["classes"] == {"allowed": 1}  # the factory's own


def test_the_figure_counts_calls_of_the_factory_and_allowed_ones_over_all(tmp_path: Path) -> None:
    text = "from m import A, make\nmake()\nmake()\nA()\nregister(A)\n"
    (rule,) = held(tmp_path, {"u.py": text, "tests/test_u.py": text}, RULE + "exempt-tests = true\n").json["rules"]
    assert (rule["canonical"], rule["governed"]) == (3, 4)
    assert rule["classes"] == {"allowed": 1, "bypass": 1, "factory": 2, "passed": 2, "tests": 3}


def test_an_alias_with_two_meanings_is_undecided(tmp_path: Path) -> None:
    text = "from m import A\nfrom n import B\nC = A\nif x:\n    C = B\nC()\n"
    assert found(held(tmp_path, {"n.py": "class B: ...\n", "u.py": text})) == [("u.py", 6, "undecided")]


def test_a_class_method_can_be_the_factory(tmp_path: Path) -> None:
    text = "class A:\n    @classmethod\n    def make(cls): ...\n"
    rule = 'targets = ["k.A"]\nfactories = ["k.A.make"]\n'
    done = held(tmp_path, {"k.py": text, "u.py": "from k import A\nA.make()\nA()\n"}, rule)
    assert found(done) == [("u.py", 3, "bypass")]
    assert done.json["rules"][0]["classes"] == {"bypass": 1, "factory": 1}


def test_a_target_or_factory_that_is_not_there_is_told(tmp_path: Path) -> None:
    rule = 'targets = ["m.Gone", "m.A"]\nfactories = ["m.lost"]\n'
    done = held(tmp_path, {"u.py": "from m import A\nA()\n"}, rule)
    assert [(one["path"], one["class"]) for one in done.json["violations"] if one["filename"] == "rules.toml"] == [
        ("m.Gone", "absent-canonical"),
        ("m.lost", "absent-canonical"),
    ]


def test_a_file_that_spells_the_class_and_does_not_parse_is_unvalidated(tmp_path: Path) -> None:
    done = held(tmp_path, {"u.py": "from m import A\nA(\n"})
    assert done.code == 2
    assert [one["filename"] for one in done.json["errors"]] == ["u.py"]


def test_a_finding_names_the_factory_and_where_the_class_is_made(tmp_path: Path) -> None:
    (one,) = held(tmp_path, {"u.py": "from m import A\nclass U:\n    def f(self): self.a = A()\n"}).json["violations"]
    assert one["help"] == "call m.make instead"
    assert one["fingerprint"] == "one:u.py:A:u.U.f().A"
    assert [(at["row"], at["note"]) for at in one["related"]] == [(2, "the factory: m.make"), (1, "made here: m.A")]


def test_all_mistakes_of_a_rule_are_told_at_once(tmp_path: Path) -> None:
    done = held(tmp_path, {}, 'targets = ["A"]\nallowed-in = ["1x"]\nfactory = "m.make"\n')
    told = "\n".join(one["message"] for one in done.json["errors"])
    for word in ("`targets`", "`allowed-in`", "`factory`"):
        assert word in told


def test_the_shipped_pack_does_what_its_examples_say() -> None:
    assert audit("rules", "test", "--pack", "factories", cwd=ROOT).code == 0


def test_a_class_is_found_under_the_name_it_is_made_with_too(tmp_path: Path) -> None:
    rule = (
        '[[rule]]\nid = "made"\nkind = "construction"\ntitle = "t"\nwhy = "w"\ntargets = ["lib.api.Client"]\n'
        'factories = ["lib.api.make"]\nallowed-in = ["lib.**"]\n'
    )
    write(
        tmp_path,
        {
            "ssot-audit.toml": 'rules = ["r.toml"]',
            "r.toml": rule,
            "lib/__init__.py": "",
            "lib/core.py": "class _Client: ...\n",
            "lib/api.py": "from lib.core import _Client\n\nClient = _Client\n\n\ndef make(): ...\n",
            "app.py": "from lib.core import _Client\n\n_Client()\n",
        },
    )
    found = audit("check", tmp_path, "--output-format", "json").json["violations"]
    assert [(one["filename"], one["location"]["row"], one["class"]) for one in found] == [("app.py", 3, "bypass")]


@pytest.mark.parametrize("severity", ["error", "warning", "info"])
def test_a_rule_whose_target_is_not_there_is_never_met(tmp_path: Path, severity: str) -> None:
    user = {"u.py": "from m import make\nmake()\n"}
    rule = f'severity = "{severity}"\nfactories = ["m.make"]\n'
    gone = held(tmp_path, user, rule + 'targets = ["m.Gone"]\n')
    assert (gone.code, gone.json["rules"][0]["percent"]) == (2, None)
    assert "the target m.Gone does not exist and nothing matched it" in gone.json["verdict"]["reasons"][0]
    assert held(tmp_path, user, rule + 'targets = ["m.Gone", "m.A"]\n').code == 1
    assert held(tmp_path, user, rule + 'targets = ["m.A"]\n').code == 0


def test_a_module_that_may_call_and_is_not_there_is_a_warning_of_whole_runs(tmp_path: Path) -> None:
    rule = RULE + 'allowed-in = ["m", "gone.**", "**.settings"]\n'
    done = held(tmp_path, {"u.py": "from m import make\nmake()\n"}, rule)
    assert [(one["path"], one["class"], one["severity"]) for one in done.json["violations"]] == [
        ("gone.**", "matches-nothing", "warning")
    ]
    assert done.code == 0
    assert audit(tmp_path / "u.py", "--output-format", "json").json["violations"] == []


def test_a_target_nothing_calls_is_told_with_the_evidence(tmp_path: Path) -> None:
    held(tmp_path, {"m.py": "class A: ...\ndef make(): ...\n", "u.py": "from m import make\nmake()\n"})
    assert "listed, and used nowhere: m.A (one)" in audit("check", tmp_path).out
