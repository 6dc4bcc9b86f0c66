"""The rule kind `unresolved`: what the installed command says of names that are not there, held to running Python."""

from __future__ import annotations

import ast
import contextlib
import importlib
import inspect
import json
import keyword
import pkgutil
import shutil
from collections import Counter
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from running import FIXTURES, Done, audit, facts_below, write
from test_fixtures import wanted

from ssot_audit.checks.scene import Scene
from ssot_audit.checks.unresolved.check import imported_of
from ssot_audit.checks.unresolved.reach import Reach, Seen
from ssot_audit.checks.unresolved.targets import targets_of
from ssot_audit.model import Kind
from ssot_audit.program.candidates import Program
from ssot_audit.program.modules import Modules
from ssot_audit.program.resolve import Resolver
from ssot_audit.source.outlines import Outlines
from ssot_audit.source.setting_files import SettingFiles

SHOP = {
    "shop/__init__.py": "",
    "shop/cart.py": "class Cart: ...\n\n\ndef total(): ...\n",
}
ABSENT = ("module-absent", "member-absent", "typing")


def run(folder: Path, *more: str) -> Done:
    chosen = ("--pack", "unresolved", "--select", "unresolved-import,unresolved-patch")
    return audit("check", folder, *(more or chosen), "--output-format", "json", "--no-cache")


def found(done: Done) -> list[tuple[str, int, str, str]]:
    return [(one["filename"], one["location"]["row"], one["code"], one["class"]) for one in done.json["violations"]]


def counts(done: Done, rule: str) -> dict[str, int]:
    classes: dict[str, int] = next(one["classes"] for one in done.json["rules"] if one["name"] == rule)
    return classes


def one_rule(**keys: Any) -> str:
    lines = "\n".join(f"{key.replace('_', '-')} = {json.dumps(value)}" for key, value in keys.items())
    return f'[[rule]]\nkind = "unresolved"\nid = "gone"\ntitle = "Names are there"\nwhy = "Or imports fail."\n{lines}\n'


def with_rule(folder: Path, files: dict[str, str], **keys: Any) -> Path:
    return write(folder, {**SHOP, **files, "rules.toml": one_rule(**keys), "ssot-audit.toml": 'rules = ["rules.toml"]'})


# The fixture


def test_every_finding_of_the_fixture_is_wanted_and_every_wanted_one_is_found() -> None:
    folder = FIXTURES / "unresolved"
    seen = Counter(found(run(folder, "--select", "unresolved-import,unresolved-patch")))
    assert seen == Counter((path, line, rule, klass) for path, line, rule, klass, _ in wanted(folder).elements())


def test_what_is_apart_is_in_no_figure() -> None:
    done = run(FIXTURES / "unresolved", "--select", "unresolved-import,unresolved-patch")
    for rule in done.json["rules"]:
        apart = sum(rule["classes"].get(one, 0) for one in ("guarded", "expected", "lenient", "undecided"))
        assert rule["governed"] == sum(rule["classes"].values()) - apart
        assert rule["canonical"] == rule["classes"]["resolved"]
    imports = counts(done, "unresolved-import")
    assert {one: imports[one] for one in ("guarded", "expected", "undecided")} == {
        "guarded": 1,  # speedups
        "expected": 1,  # Basket, in the test that wants the error
        "undecided": 1,  # of the module that makes its names
    }
    patches = counts(done, "unresolved-patch")
    assert {one: patches[one] for one in ("lenient", "expected", "undecided")} == {
        "lenient": 4,  # create=True, raising=False, importorskip, and a builtin, which mock makes itself
        "expected": 1,
        "undecided": 7,  # json.loads, shared.thing, currency, save, made, Item.name, colour
    }


# Held to independent witnesses


def scene_of(root: Path, files: list[str]) -> tuple[Scene, Reach]:
    facts = facts_below(root, files)
    facts.deepen(files)
    modules = Modules(facts)
    program = Program(modules, Resolver(modules))
    readers = partial(Outlines, facts), partial(SettingFiles, facts, (), ())
    scene = Scene(program, *readers, dict.fromkeys(files, Kind.PRODUCTION), date(2026, 1, 1))
    return scene, Reach(program)


def copied(package: str, folder: Path) -> list[Any]:
    """The modules of an installed package, which is copied into a folder."""
    top = importlib.import_module(package)
    shutil.copytree(Path(str(top.__file__)).parent, folder / package, ignore=shutil.ignore_patterns("*.pyc"))
    modules = [top]
    for one in pkgutil.walk_packages(top.__path__, f"{package}."):
        with contextlib.suppress(ImportError):  # of another platform, or of what is not installed
            plain = all(map(is_name, one.name.split("."))) and "__main__" not in one.name
            modules += [importlib.import_module(one.name)] if plain else []
    return modules


def paths_into(modules: list[Any]) -> list[str]:
    """Dotted paths to every name of some modules and of their classes; after each, one that is not there."""
    paths: dict[str, None] = {}
    for module in modules:
        for name, thing in sorted(vars(module).items()):
            paths |= dict.fromkeys((f"{module.__name__}.{name}", f"{module.__name__}.{name}_gone"))
            if inspect.isclass(thing) and thing.__module__ == module.__name__:
                inner = [f"{module.__name__}.{name}.{each}" for each in dir(thing)]
                paths |= dict.fromkeys((*inner, *(f"{one}_gone" for one in inner)))
    return [path for path in paths if all(map(is_name, path.split(".")))]


def is_name(text: str) -> bool:
    return text.isidentifier() and not keyword.iskeyword(text)


def exists(path: str) -> bool:
    """As unittest.mock looks for what it patches: in the namespace of the target and of what it derives from, too."""
    head, _, last = path.rpartition(".")
    try:
        target = pkgutil.resolve_name(head)
    except (ImportError, AttributeError):
        return False
    return hasattr(target, last) or any(last in vars(one) for one in getattr(target, "__mro__", ()))


def test_what_is_said_of_patched_paths_is_what_python_finds(tmp_path: Path) -> None:
    paths = paths_into(copied("rich", tmp_path))[::3]
    calls = "".join(f"patch({path!r})\n" for path in paths)
    write(tmp_path, {"test_all.py": f"from unittest.mock import patch\n{calls}"})
    files = sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.py"))
    answers = {one.dotted: one for one in targets_of(*scene_of(tmp_path, files))[0] if one.module.path == "test_all.py"}
    assert answers.keys() == set(paths)
    wrong = [(one.dotted, one.answer) for one in answers.values() if _is_wrong(one)]
    assert wrong == []
    decided = sum(1 for one in answers.values() if one.answer.klass != "undecided")
    assert decided > 0.8 * len(paths) > 1000  # what goes on in classes of other packages cannot be told


def test_what_is_said_of_imported_names_is_what_python_finds(tmp_path: Path) -> None:
    modules = copied("rich", tmp_path)
    names = [(one.__name__, name) for one in modules for name in sorted(vars(one)) if is_name(name)]
    lines = "".join(f"from {module} import {name}\nfrom {module} import {name}_gone\n" for module, name in names)
    write(tmp_path, {"main.py": lines})
    files = sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.py"))
    scene, reach = scene_of(tmp_path, files)
    answers = [one for one in imported_of(scene.program, reach) if one.module.path == "main.py"]
    assert len(answers) == 2 * len(names) > 1000
    assert [(one.dotted, one.answer) for one in answers if _is_wrong(one)] == []
    assert sum(1 for one in answers if one.answer.klass == "undecided") < 0.02 * len(answers)


def _is_wrong(one: Seen) -> bool:
    there = exists(one.dotted)
    return (one.answer.klass == "resolved" and not there) or (one.answer.klass in ABSENT and there)


def test_a_name_that_a_walrus_binds_in_a_module_is_there(tmp_path: Path) -> None:
    made = [
        "(plain := 1)",
        "print(handed := 2)",
        "if tested := 3:\n    pass",
        "if 0:\n    pass\nelif other := 4:\n    pass",
        "while (again := 0):\n    pass",
        "items = [last := one for one in range(3)]",
        "for one in (looped := []):\n    pass",
        "with open(file := __file__):\n    pass",
        "match (subject := 5):\n    case _ if (guard := 6):\n        pass",
        "class Given((base := object)): ...",
        "def given(value=(default := 7)): ...",
        "shown = f'{(field := 8)}'",
    ]
    names = "plain, handed, tested, other, again, last, looped, file, subject, guard, base, default, field"
    hidden = "inner = lambda: (local := 9)\ndef scope():\n    return (mine := 10)\ntext = f'{inner:=10} (none := 0)'\n"
    files = {"shop/made.py": "\n".join(made) + "\n" + hidden, "main.py": f"from shop.made import {names}\n"}
    assert found(run(write(tmp_path, {**SHOP, **files}))) == []
    write(tmp_path, {"main.py": "from shop.made import local, mine, none\n"})
    assert [klass for *_, klass in found(run(tmp_path))] == ["member-absent"] * 3


def test_what_every_module_has_is_there_also_by_way_of_another_module(tmp_path: Path) -> None:
    every = "__file__, __name__, __doc__, __spec__, __package__, __loader__, __dict__, __class__"
    files = {
        "shop/__init__.py": "from .cart import __file__ as where, __doc__\n",
        "shop/bound.py": "__version__ = '1'\n__all__ = ['__version__']\n",
        "main.py": f"from shop import where, __path__, __doc__\nfrom shop.cart import {every}\n"
        "from shop.bound import __version__, __all__\nfrom shop.cart import __version__, __all__, __path__\n",
    }
    seen = found(run(write(tmp_path, {**SHOP, **files})))
    assert seen == [("main.py", 4, "unresolved-import", "member-absent")] * 3


def test_what_a_class_imports_is_an_attribute_of_the_class_and_no_name_of_the_module(tmp_path: Path) -> None:
    imports = "from json import loads", "import os.path", "import json as format"
    body = "\n    ".join(("class Till:", *imports)) + "\nclass Open(Till): ...\n"
    names = ["Till.loads", "Till.os", "Till.format", "Open.loads", "Till.path", "loads"]
    files = {
        "shop/till.py": body,
        "test_till.py": "from unittest.mock import patch\n" + "".join(f'patch("shop.till.{one}")\n' for one in names),
        "main.py": "from shop.till import Till, loads\n",
    }
    seen = found(run(write(tmp_path, {**SHOP, **files})))
    assert [(path, line) for path, line, *_ in seen] == [("main.py", 1), ("test_till.py", 6), ("test_till.py", 7)]


def test_a_package_out_of_reach_is_not_held_to_be_the_installed_one_of_its_name(tmp_path: Path) -> None:
    files = {
        "examples/pricing/__init__.py": "from .tasks import total\n",
        "examples/pricing/tasks.py": "def total(): ...\nfrom pricing import gone\n",
        "shop/api.py": "from pricing import Model\nimport pricing.fields\n",
        "test_api.py": 'from unittest.mock import patch\n\npatch("pricing.Model")\n',
    }
    seen = found(run(write(tmp_path, {**SHOP, **files})))
    assert seen == [("examples/pricing/tasks.py", 2, "unresolved-import", "member-absent")]


def test_a_package_in_a_src_folder_is_what_the_tests_beside_it_import(tmp_path: Path) -> None:
    files = {"src/pricing/__init__.py": "", "tests/test_api.py": "from pricing import Model\n"}
    assert found(run(write(tmp_path, files))) == [("tests/test_api.py", 1, "unresolved-import", "member-absent")]


def test_every_call_that_patches_is_counted(tmp_path: Path) -> None:
    """The count of the standard library's tree: calls of `patch` in all its forms, with a text in front."""
    folder = FIXTURES / "unresolved"
    tree = ast.parse((folder / "tests/test_shop.py").read_bytes())
    texts = [
        node.args[0].value
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant)
    ]
    files = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.py"))
    ours = Counter(one.dotted for one in targets_of(*scene_of(folder, files))[0])
    others = {"shop.cart.Cart.total": 1, "shop.cart.rounding": 2, "shop.cart.tenths": 3}  # by `object` and `multiple`
    whole = Counter(one for one in texts if str(one).startswith("shop.") and one != "shop.cart")
    whole["shop.cart"] = 1  # importlib.import_module; `multiple` names what is in it
    assert ours == whole + Counter(others)


# What a finding says


def test_a_finding_names_where_others_take_the_missing_name_from(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            **SHOP,
            "shop/attic/__init__.py": "",
            "shop/attic/cart.py": "class Cart: ...\n",
            "shop/one.py": "from shop.cart import Cart\n",
            "shop/two.py": "from shop.cart import Cart\n",
            "main.py": "from shop.basket import Cart\n",
        },
    )
    (one,) = run(tmp_path).json["violations"]
    assert one["help"] == "from shop.cart import Cart"
    assert [each["filename"] for each in one["related"]] == ["shop/cart.py", "shop/attic/cart.py"]
    assert "2 other names use that path" in one["related"][0]["note"]


def test_a_name_spelled_alike_is_advised_where_no_other_has_that_name(tmp_path: Path) -> None:
    write(tmp_path, {**SHOP, "main.py": "from shop.cart import totals\nfrom shop.carts import Cart\n"})
    assert [one["help"] for one in run(tmp_path).json["violations"]] == [
        "from shop.cart import total",
        "from shop.cart import Cart",
    ]


def test_an_attribute_of_a_class_spelled_alike_is_advised(tmp_path: Path) -> None:
    files = {"shop/cart.py": "class Cart:\n    def total(self): ...\n"}
    text = "from unittest.mock import patch\n\npatch('shop.cart.Cart.totals')\n"
    (one,) = run(write(tmp_path, {**SHOP, **files, "test_it.py": text})).json["violations"]
    assert one["help"] == 'name "shop.cart.Cart.total"'
    assert one["related"][0] == {"filename": "shop/cart.py", "row": 1, "note": "class Cart"}


def test_a_path_nobody_uses_comes_after_one_that_is_used(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            **SHOP,
            "shop/old/__init__.py": "",
            "shop/old/till.py": "from shop.cart import Cart\n",
            "shop/old/desk.py": "from shop.cart import total\nfrom shop.old.basket import Cart\n",
        },
    )
    (one,) = run(tmp_path).json["violations"]
    assert one["help"] == "from shop.cart import Cart"


def test_test_code_is_never_advised_to_other_code(tmp_path: Path) -> None:
    write(tmp_path, {**SHOP, "tests/test_it.py": "class Basket: ...\n", "main.py": "from shop.gone import Basket\n"})
    (one,) = run(tmp_path).json["violations"]
    assert (one["help"], one["related"]) == ("remove the import, or make shop.gone", [])


def test_a_file_that_does_not_parse_is_unvalidated_and_told(tmp_path: Path) -> None:
    write(tmp_path, {**SHOP, "broken.py": "from shop.cart import Cart\ndef (:\n", "main.py": "import shop\n"})
    done = run(tmp_path)
    assert done.code == 2
    assert [one["filename"] for one in done.json["errors"]] == ["broken.py"]
    assert counts(done, "unresolved-import") == {"resolved": 1}


def test_a_module_that_does_not_parse_decides_nothing(tmp_path: Path) -> None:
    write(tmp_path, {**SHOP, "shop/broken.py": "def (:\n", "main.py": "from shop.broken import thing\n"})
    assert counts(run(tmp_path), "unresolved-import") == {"undecided": 1}


# The keys of a rule


def test_modules_limit_what_is_governed(tmp_path: Path) -> None:
    text = "from shop.gone import a\nfrom shop.lost import b\n"
    done = run(with_rule(tmp_path, {"main.py": text}, modules=["shop.lost.**"]), "--select", "gone")
    assert found(done) == [("main.py", 2, "gone", "module-absent")]


def test_paths_limit_the_files_that_are_governed(tmp_path: Path) -> None:
    files = {"main.py": "from shop.gone import a\n", "old/main.py": "from shop.gone import a\n"}
    done = run(with_rule(tmp_path, files, exclude_paths=["old/"]), "--select", "gone")
    assert found(done) == [("main.py", 1, "gone", "module-absent")]


def test_what_a_build_makes_is_undecided(tmp_path: Path) -> None:
    folder = with_rule(tmp_path, {"main.py": "from shop._version import version\n"}, generated=["**._version"])
    assert counts(run(folder, "--select", "gone"), "gone") == {"undecided": 1}


def test_a_tolerated_context_is_no_finding_and_not_compliant(tmp_path: Path) -> None:
    text = "import shop\n\n\ndef late():\n    from shop.gone import a\n"
    done = run(with_rule(tmp_path, {"main.py": text}, tolerate=["deferred"]), "--select", "gone")
    (rule,) = done.json["rules"]
    assert (found(done), rule["canonical"], rule["governed"]) == ([], 1, 2)


def test_a_folder_is_first_party_where_the_rule_says_so(tmp_path: Path) -> None:
    files = {"helpers/one.py": "", "main.py": "from helpers.two import a\n"}
    assert found(run(with_rule(tmp_path / "a", files), "--select", "gone")) == []
    done = run(with_rule(tmp_path / "b", files, first_party=["helpers"]), "--select", "gone")
    assert found(done) == [("main.py", 1, "gone", "module-absent")]


def test_every_mistake_of_such_a_rule_is_told(tmp_path: Path) -> None:
    keys = {"what": "all", "modules": ["a..b"], "tolerate": ["guarded"], "first_party": ["a.b"]}
    done = audit("check", with_rule(tmp_path, {}, **keys))
    assert done.code == 2
    for word in ("`what`", "`modules`", "`tolerate`", "`first-party`"):
        assert word in done.err


# What it costs others


def test_symbol_rules_answer_the_same_beside_it() -> None:
    alone = audit("check", FIXTURES / "platform", "--output-format", "json", "--no-cache")
    beside = audit("check", FIXTURES / "platform", "--pack", "unresolved", "--output-format", "json", "--no-cache")
    for key in ("references", "symbols", "packages"):
        assert beside.json[key] == alone.json[key]
    ours = {one["name"] for one in alone.json["rules"]}
    assert [one for one in beside.json["rules"] if one["name"] in ours] == alone.json["rules"]
    assert [one for one in beside.json["violations"] if one["code"] in ours] == alone.json["violations"]


def test_what_it_has_read_changes_no_answer_of_a_later_run(tmp_path: Path) -> None:
    at = ("--cache-dir", tmp_path / "cache", "--output-format", "json")
    audit("check", FIXTURES / "platform", "--pack", "unresolved", *at)
    later = audit("check", FIXTURES / "platform", *at).json
    fresh = audit("check", FIXTURES / "platform", "--no-cache", "--output-format", "json").json
    assert [later[key] for key in ("references", "rules")] == [fresh[key] for key in ("references", "rules")]


def test_no_file_is_read_deeper_where_no_such_rule_is_loaded() -> None:
    folder = FIXTURES / "platform"
    alone = audit("check", folder, "--no-cache", "-v").err
    beside = audit("check", folder, "--no-cache", "-v", "--pack", "unresolved").err
    assert "import statements alone" in alone
    assert "import statements alone" not in beside


def test_very_long_paths_take_no_time_and_are_told(tmp_path: Path) -> None:
    name = "a" * 20_000
    text = f"from shop import {name}\nfrom unittest.mock import patch\npatch('shop{'.b' * 20_000}')\n"
    write(tmp_path, {**SHOP, "shop/cart.py": f"b{name[1:]} = 1\n", "main.py": text})
    done = run(tmp_path)
    assert [one["class"] for one in done.json["violations"]] == ["member-absent"]


@pytest.mark.parametrize("text", ["patch('')", "patch('.')", "patch(*x)", "patch(f'{a}.b')", "patch.object(1, 'a')"])
def test_calls_that_name_nothing_are_not_governed(tmp_path: Path, text: str) -> None:
    write(tmp_path, {**SHOP, "main.py": f"import shop\nfrom unittest.mock import patch\n{text}\n"})
    assert counts(run(tmp_path), "unresolved-patch") == {}
