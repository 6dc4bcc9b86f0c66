"""Tests that no runner collects: found without a report, and held against what pytest itself collects."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from evidencing import blocks, evidence, lost, run_pytest
from running import ROOT, write

BASE = "class Base:\n    def __init__(self): pass\n\nclass Plain: pass\n"


def static(folder: Path, files: dict[str, str], config: str = "") -> dict[str, int]:
    """The tests that are lost, by reason."""
    write(folder, {"ssot-audit.toml": config, **files})
    return lost(evidence(folder, "--static"))


@pytest.mark.parametrize(
    ("text", "reasons"),
    [
        ("def outer():\n    def test_in(): pass\n", {"nested": 1}),
        ("def outer():\n    if True:\n        async def test_in(): pass\n", {"nested": 1}),
        ("def outer():\n    class TestIn:\n        def test_in(self): pass\n", {"nested": 1}),
        ("def outer():\n    def test_in(): pass\n    test_in()\n", {"called inside": 1}),
        ("def outer():\n    def test_in(): pass\n    return test_in\n", {"called inside": 1}),
        ("def outer(app):\n    @app.get('/')\n    def test_in(): pass\n", {"called inside": 1}),
        ("def outer():\n    class Inner:\n        def test_in(self): pass\n    run(Inner)\n", {"called inside": 1}),
        ("import pytest\ndef outer():\n    @pytest.mark.slow\n    def test_in(): pass\n", {"nested": 1}),
        ("import pytest\ndef outer():\n    @pytest.fixture\n    def test_in(): pass\n", {}),
        ("def outer():\n    def helper(): pass\n", {}),
        ("def test_a(): pass\ndef test_a(): pass\n", {"shadowed": 1}),
        ("class TestA:\n    def test_a(self): pass\n    def test_a(self): pass\n", {"shadowed": 1}),
        ("class TestA:\n    def test_a(self): pass\n    def test_b(self): pass\nclass TestA: pass\n", {"shadowed": 2}),
        ("class TestA:\n    def test_a(self): pass\nclass TestA(TestA): pass\n", {}),
        ("if 1:\n    def test_a(): pass\nelse:\n    def test_a(): pass\n", {}),
        ("def test_a(): pass\nkept = test_a\ndef test_a(): pass\n", {}),
        ("class TestA:\n    def __init__(self): pass\n    def test_a(self): pass\n", {"constructor": 1}),
        ("class TestA:\n    def __new__(cls): pass\n    def test_a(self): pass\n", {"constructor": 1}),
        ("from base import Base\nclass TestA(Base):\n    def test_a(self): pass\n", {"constructor": 1}),
        ("from base import Plain\nclass TestA(Plain):\n    def test_a(self): pass\n", {}),
        ("class TestClient:\n    def __init__(self): pass\n    def get(self): pass\n", {}),
        ("class TestA:\n    __test__ = False\n    def __init__(self): pass\n    def test_a(self): pass\n", {}),
        (
            "from unittest import *\nclass TestA(TestCase):\n    def __init__(self): pass\n    def test_a(self): ...\n",
            {},
        ),
        (
            "from far import Thing\nclass TestA(Thing):\n    def __init__(self): pass\n    def test_a(self): ...\n",
            {},
        ),
        ("class Checks:\n    def test_a(self): pass\n    def test_b(self): pass\n", {"class name": 2}),
        ("from base import Plain\nclass Checks(Plain):\n    def test_a(self): pass\n", {"class name": 1}),
        ("from unittest import TestCase\nclass Checks(TestCase):\n    def test_a(self): pass\n", {}),
        ("import django.test\nclass Checks(django.test.SimpleTestCase):\n    def test_a(self): pass\n", {}),
        ("class Mixin:\n    def test_a(self): pass\nclass TestA(Mixin): pass\n", {}),
        ("class Many:\n    def test_a(self): pass\nTestA = type('TestA', (Many,), {})\n", {}),
        ("class Probe:\n    def test_a(self): pass\nProbe().test_a()\n", {}),
    ],
)
def test_what_is_never_collected_is_found_by_its_reason(tmp_path: Path, text: str, reasons: dict[str, int]) -> None:
    assert static(tmp_path, {"tests/test_a.py": text, "base.py": BASE}) == reasons
    done = evidence(tmp_path, "--static")
    certain = {"nested", "shadowed", "constructor"}
    assert done.code == (1 if certain & reasons.keys() else 0)


def test_a_test_case_is_found_through_the_modules_that_hand_it_on(tmp_path: Path) -> None:
    files = {
        "framework/__init__.py": "from .cases import BaseCase as Case\n",
        "framework/cases.py": "import unittest\nclass BaseCase(unittest.IsolatedAsyncioTestCase): pass\n",
        "tests/test_a.py": "from framework import Case\nclass Checks(Case):\n    def test_a(self): pass\n",
    }
    assert static(tmp_path, files) == {}


def test_bases_that_run_in_a_circle_end(tmp_path: Path) -> None:
    files = {
        "tests/test_a.py": "from tests.test_b import B\nclass A(B):\n    def test_a(self): pass\n",
        "tests/test_b.py": "from tests.test_a import A\nclass B(A):\n    def test_b(self): pass\n",
        "tests/test_c.py": "from tests.test_c import C\nclass D(C):\n    def test_c(self): pass\n",
    }
    assert static(tmp_path, files) == {}


def test_a_file_whose_name_no_runner_collects_is_found(tmp_path: Path) -> None:
    files = {
        "tests/checks.py": "def test_a(): pass\ndef test_b(): pass\n",
        "tests/conftest.py": "",
        "tests/helpers.py": "def helper(): pass\n",
        "tests/shared.py": "class TestShared:\n    def test_x(self): pass\n",
        "tests/test_uses.py": "from tests.shared import TestShared\n",
        "tests/tests.py": "import unittest\nclass A(unittest.TestCase):\n    def test_x(self): pass\n",  # unittest's
    }
    assert static(tmp_path, files) == {"file name": 2}


INI = """[pytest]
python_files = check_*.py
python_classes = Check *Suite
python_functions = check_*
testpaths = checks
"""


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("pytest.ini", INI),
        ("tox.ini", INI),
        ("setup.cfg", INI.replace("[pytest]", "[tool:pytest]")),
        (
            "pyproject.toml",
            "[tool.pytest.ini_options]\npython_files = ['check_*.py']\npython_classes = ['Check', '*Suite']\n"
            "python_functions = 'check_*'\ntestpaths = ['checks']\n",
        ),
    ],
)
def test_what_is_collected_is_as_pytest_is_configured(tmp_path: Path, name: str, text: str) -> None:
    files = {
        name: text,
        "checks/check_a.py": "class ASuite:\n    def __init__(self): pass\n    def check_x(self): pass\n",
        "other/check_b.py": "def check_y(): pass\n",
        "tests/test_c.py": "def check_z(): pass\n",
    }
    assert static(tmp_path, files) == {"constructor": 1, "testpaths": 1, "file name": 1}


def test_settings_of_pytest_that_cannot_be_read_are_told(tmp_path: Path) -> None:
    write(
        tmp_path, {"ssot-audit.toml": "", "pytest.ini": "nothing of the kind", "tests/test_a.py": "def test_a(): ...\n"}
    )
    done = evidence(tmp_path, "--static")
    assert (done.code, "pytest.ini" in done.err) == (2, True)


def test_a_test_file_that_does_not_parse_is_unvalidated_up_to_the_allowance(tmp_path: Path) -> None:
    write(
        tmp_path, {"ssot-audit.toml": "", "tests/test_a.py": "def test_a(:\n", "tests/test_b.py": "def test_b(): ...\n"}
    )
    done = evidence(tmp_path, "--static")
    assert done.code == 2
    assert "tests/test_a.py:1" in done.err
    allowed = evidence(tmp_path, "--static", "--max-unvalidated", "1")
    assert (allowed.code, [one["filename"] for one in allowed.json["errors"]]) == (0, ["tests/test_a.py"])


def test_static_findings_can_be_switched_off(tmp_path: Path) -> None:
    write(tmp_path, {"tests/test_a.py": "def test_a(): pass\ndef test_a(): pass\n"})
    write(tmp_path, {"ssot-audit.toml": "[evidence]\nstatic = false\n"})
    run_pytest(tmp_path, "--junitxml=junit.xml")
    done = evidence(tmp_path, "junit.xml")
    assert (done.code, done.json["violations"]) == (0, [])


def test_the_pages_example_is_found_and_pytest_collects_none_of_it(tmp_path: Path) -> None:
    (example,) = [one for one in blocks(ROOT / "docs" / "evidence.md", "python") if "check_all" in one]
    write(tmp_path, {"ssot-audit.toml": "", "tests/test_example.py": example})
    assert lost(evidence(tmp_path, "--static")) == {"nested": 1, "shadowed": 1, "constructor": 1}
    collected = re.findall(r"::(\w+)$", run_pytest(tmp_path, "--collect-only"), re.MULTILINE)
    assert collected == ["test_same"]  # the second one


def test_nested_tests_are_as_many_as_the_interpreters_tree_has(tmp_path: Path) -> None:
    """Over this project's own fixtures and a deep file, counted by hand off `ast`."""
    deep = "".join(f"{'    ' * depth}def test_{depth}():\n" for depth in range(40)) + "    " * 40 + "pass\n"
    files = {"tests/test_deep.py": deep, "tests/test_flat.py": "def test_a():\n    def test_b(): pass\n    test_b()\n"}
    found = static(tmp_path, files)
    assert found["nested"] + found["called inside"] == sum(_nested(ast.parse(one), 0) for one in files.values()) == 40


def _nested(node: ast.AST, functions: int) -> int:
    total = 0
    for child in ast.iter_child_nodes(node):
        is_function = isinstance(child, ast.FunctionDef)
        total += bool(is_function and functions) + _nested(child, functions + is_function)
    return total
