"""Forms in which a governed path could go unseen or be called what it is not. The class is what a reader would say."""

from __future__ import annotations

from pathlib import Path

import pytest
from running import RULE, audit, library

MODULE_RULE = RULE.replace("library.things.Thing", "library.config").replace(
    '["library.Thing"]',
    '["library.old.Thing", "library.config.legacy", "library.gone.Thing", "library.legacy_a.old_*"]',
)
LISTED = RULE.replace(
    '["library.Thing"]', '["library.Thing", "library.old.Thing", "library.gone.Thing", "library.lost"]'
)
EXTERNAL = RULE.replace("library.things.Thing", "ext.new.Thing").replace("library.Thing", "ext.old.Thing")
EXTERNAL = EXTERNAL.replace('id = "thing"', 'id = "thing"\nexternal = true')


def classes_in(folder: Path, name: str = "user.py") -> list[str]:
    done = audit("check", folder, "--output-format", "json")
    return [one["class"] for one in done.json["references"] if one["filename"] == name]


ALIASED = (
    "from app import settings\n",
    "from app import *\n",
    "import app.settings\napp.settings.x\n",
    "import app.settings as s\ns.x\n",
)


@pytest.mark.parametrize("name", ["user.py", "conf/user.py", "lib/conf/user.py"])
@pytest.mark.parametrize("text", ALIASED)
def test_a_module_that_the_canonical_path_is_an_alias_of_is_found_by_its_own_name(
    tmp_path: Path, text: str, name: str
) -> None:
    rule = RULE.replace("library.things.Thing", "app.conf").replace('deprecated = ["library.Thing"]\n', "")
    rule = rule.partition("[[rule.good]]")[0]
    files = {
        "rules.toml": rule,
        "app/__init__.py": "from app import settings\nfrom app import settings as conf\n",
        "app/settings.py": "x = 1\n",
        name: text,
        **{f"filler{number}.py": "" for number in range(60)},
    }
    for folder in (tmp_path / "few", tmp_path / "many"):
        made = library(folder, {one: files[one] for one in files if folder.name == "many" or "filler" not in one})
        assert "unlisted" in classes_in(made, name)


@pytest.mark.parametrize(
    ("text", "dotted"),
    [
        ("from .helper import *\n", "pkg.settings.helper.foo"),
        ("from . import helper\nfrom .core import Thing\n", "pkg.settings.helper"),
    ],
)
@pytest.mark.parametrize("reader", ["auto", "tree"])
def test_the_names_of_the_package_around_an_audited_folder_count(
    tmp_path: Path, text: str, dotted: str, reader: str
) -> None:
    rule = RULE.replace("library.things.Thing", "pkg.settings.core.Thing").replace('"library.Thing"', '"pkg.settings"')
    files = {
        "rules.toml": rule.replace("from library import Thing", "from pkg import settings"),
        "pkg/__init__.py": "",
        "pkg/settings/__init__.py": "",
        "pkg/settings/user.py": text,
        "pkg/settings/helper.py": "foo = 1\n",
        "pkg/settings/core.py": "class Thing: ...\n",
    }
    root = library(tmp_path, files) / "pkg/settings"
    (tmp_path / "ssot-audit.toml").rename(tmp_path / "elsewhere.toml")
    arguments = ("--rules", tmp_path / "rules.toml", "--reader", reader)
    done = audit("check", root, "--output-format", "json", *arguments)
    assert (dotted, "deprecated") in [(one["path"], one["class"]) for one in done.json["references"]]


def test_a_star_brings_a_name_that_only_its_module_s_own_file_spells(tmp_path: Path) -> None:
    rule = RULE.replace('["library.Thing"]', '["legacy.factory"]').replace(
        "from library import Thing", "from legacy import factory"
    )
    files = {"rules.toml": rule, "legacy.py": "def factory(): ...\n", "user.py": "from legacy import *\n"}
    assert classes_in(library(tmp_path, files)) == ["deprecated"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("import library.things\nprint(library.Thing)\n", ["deprecated"]),
        ("import library.old as o\no.Thing()\n", ["broken"]),
        ("from library import old\nold.Thing()\n", ["broken"]),
        ("import importlib\nimportlib.import_module('library.lost')\n", ["broken"]),
        ("from library.gone import *\n", ["broken"]),
        ("from unittest.mock import patch\nwith patch.multiple('library', Thing=1): ...\n", ["deprecated"]),
        ("x = __import__('library', globals(), locals(), ['Thing'], 0)\n", ["deprecated"]),
        ("import library as m\nclass A[T: m.Thing]: ...\n", ["deprecated"]),
        ("import library as m\nf = [m for m in m.Thing]\n", ["deprecated"]),
        ("from library import *\n", ["deprecated"]),
        ("import facade\nfacade.Thing\n", ["unlisted"]),
        ("import pkgutil\npkgutil.resolve_name('facade:Thing')\n", ["unlisted"]),
        ("from wrapped import Thing\n", ["unlisted"]),
        ("from suppressed import Thing\n", ["unlisted"]),
        ("from starred import Thing\n", []),
        ("from lazily import Thing\n", ["undecided"]),
        ("from unittest.mock import patch\nwith patch('facade.Thing'): ...\n", []),
        ("import importlib\nimportlib.import_module('...things', 'library')\n", []),
    ],
)
def test_a_form_is_seen_and_called_by_its_name(tmp_path: Path, text: str, expected: list[str]) -> None:
    files = {
        "rules.toml": LISTED.replace("why =", 'family = ["lazily", "library", "facade"]\nwhy ='),
        "facade.py": "from library.things import Thing\n",
        "wrapped.py": "import library.things\nThing = (\n    library.things.Thing\n)\n",
        "suppressed.py": (
            "from contextlib import suppress\nfrom library.things import Thing\n"
            "with suppress(ImportError):\n    from library.fast import Thing\n"
        ),
        "starred.py": "from extern import *\n",
        "lazy.py": "def __getattr__(name): ...\n",
        "lazily.py": "try:\n    from lazy import Thing\nexcept ImportError:\n    Thing = None\n",
        "user.py": text,
    }
    assert classes_in(library(tmp_path, files)) == expected


def test_a_package_the_rules_declare_is_ours_also_without_init(tmp_path: Path) -> None:
    files = {"user.py": "from library.things import Thing\n", "library/__init__.py": ""}
    library(tmp_path, files)
    (tmp_path / "library" / "__init__.py").unlink()
    (tmp_path / "library" / "things.py").rename(tmp_path / "library" / "other.py")
    done = audit("check", tmp_path, "--output-format", "json")
    assert (done.code, [one["class"] for one in done.json["references"]]) == (1, ["broken"])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("from library.config.legacy import A\n", ["deprecated"]),
        ("from library import legacy_a\nlegacy_a.old_x()\n", ["deprecated"]),
        ("from library.config import DEBUG\n", ["canonical"]),
    ],
)
def test_the_listed_path_that_says_most_of_a_reference_decides(tmp_path: Path, text: str, expected: list[str]) -> None:
    files = {
        "rules.toml": MODULE_RULE,
        "library/__init__.py": "",
        "library/config/__init__.py": "DEBUG = 1\n",
        "library/config/legacy.py": "A = 1\n",
        "library/legacy_a.py": "def old_x(): ...\n",
        "user.py": text,
    }
    assert classes_in(library(tmp_path, files)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("import ext.old as o\no.Thing()\n", ["deprecated"]),
        ("from ext.old import Thing\n", ["deprecated"]),
        ("from ext.new import Thing\n", ["canonical"]),
        ("from ext.other import Thing\n", []),
    ],
)
def test_a_rule_of_somebody_else_s_package_governs_what_it_lists(
    tmp_path: Path, text: str, expected: list[str]
) -> None:
    assert classes_in(library(tmp_path, {"rules.toml": EXTERNAL, "user.py": text})) == expected


def test_a_name_is_found_in_every_encoding(tmp_path: Path) -> None:
    rule = RULE.replace("Thing", "Größe")
    text = "# coding: latin-1\nimport library as m\nm.Größe\n"
    files: dict[str, str | bytes] = {
        "rules.toml": rule,
        "library/__init__.py": "from library.things import Größe\n",
        "library/things.py": "class Größe: ...\n",
        "user.py": text.encode("latin-1"),
    }
    assert classes_in(library(tmp_path, files)) == ["deprecated"]


def test_a_named_file_that_was_never_read_is_no_file(tmp_path: Path) -> None:
    library(tmp_path, {"gen/bad.py": "from library import Thing\n", ".gitignore": "gen/\n", "old/x.py": ""})
    (tmp_path / "link.py").symlink_to("gen/bad.py")
    for name in ("gen/bad.py", "gen", "link.py"):
        done = audit(tmp_path / name)
        assert done.code == 2, name
        assert "holds no Python file of the repository" in done.err
    assert audit(tmp_path / "old" / "x.py", "--exclude", "old/").code == 0


def test_a_threshold_for_a_package_leaves_the_gate_on_findings_in_force(tmp_path: Path) -> None:
    library(tmp_path, {"user.py": "from library import Thing\n"}, config="[fail-under-package]\nlibrary = 1\n")
    assert audit("check", tmp_path).code == 1


def test_a_report_file_never_keeps_the_success_of_an_earlier_run(tmp_path: Path) -> None:
    library(tmp_path)
    target = tmp_path / "report.json"
    arguments = ("check", tmp_path, "--output-format", "json", "-o", target)
    assert (audit(*arguments).code, '"met"' in target.read_text()) == (0, True)
    (tmp_path / "rules.toml").write_text("[[rule]]\n")
    assert (audit(*arguments).code, '"not-judged"' in target.read_text()) == (2, True)


@pytest.mark.parametrize("value", ["nan", "inf", "1e-99999999"])
def test_a_threshold_that_is_no_plain_number_is_refused(tmp_path: Path, value: str) -> None:
    assert audit("check", library(tmp_path / "flag"), "--fail-under", value).code == 2
    done = audit("check", library(tmp_path / "key", config=f"fail-under = {value}\n"))
    assert done.code == 2
    assert "internal error" not in done.err


def test_the_configuration_does_not_depend_on_the_order_of_the_paths(tmp_path: Path) -> None:
    library(tmp_path, {"sub/a.py": "import json\n", "sub/pyproject.toml": "# see tool.ssot-audit\n", "b.py": ""})
    one, other = (audit(*paths, cwd=tmp_path).code for paths in (("sub/a.py", "b.py"), ("b.py", "sub/a.py")))
    assert (one, other) == (0, 0)
