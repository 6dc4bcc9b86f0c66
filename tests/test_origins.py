"""Where names lead, held against Python itself: real packages are imported, and their objects asked where they live."""

from __future__ import annotations

import importlib
import inspect
import warnings
from pathlib import Path
from types import FunctionType
from typing import Any

import pytest
from running import audit, facts_below, write

from ssot_audit.facts import Failure, Import
from ssot_audit.model import Origin
from ssot_audit.program.modules import Module, Modules, absolute
from ssot_audit.program.resolve import Resolver


def read(root: Path, folder: str) -> tuple[Modules, Resolver]:
    paths = sorted(path.relative_to(root).as_posix() for path in (root / folder).rglob("*.py"))
    modules = Modules(facts_below(root, paths))
    return modules, Resolver(modules)


def real(module: str, name: str, root: Path) -> tuple[str, int] | None:
    """The file and line of the class or function `from module import name` gives; None for any other object."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            found: Any = getattr(importlib.import_module(module), name)
            found = inspect.unwrap(found) if not inspect.isclass(found) else found
            if not isinstance(found, type | FunctionType):
                return None
            lines, first = inspect.getsourcelines(found)
            file = Path(inspect.getsourcefile(found) or "")
        except Exception:
            return None
    offset = next(
        (at for at, line in enumerate(lines) if line.lstrip().startswith(("class ", "def ", "async def "))), None
    )
    if offset is None or not file.is_relative_to(root) or lines[offset].split()[-1] == "...":
        return None
    return file.relative_to(root).as_posix(), first + offset


@pytest.mark.parametrize("package", ["rich", "networkx", "libcst", "pathspec"])
def test_origins_are_those_of_the_imported_objects(package: str) -> None:
    top = importlib.import_module(package)
    root = Path(str(top.__file__)).parents[1]
    modules, resolver = read(root, package)
    compared, wrong = 0, []
    seen: set[tuple[str, str]] = set()
    for module in modules.by_path.values():
        if isinstance(module.facts, Failure) or "/tests/" in module.path or module.path.endswith("__main__.py"):
            continue
        for one in module.facts.imports:
            home = absolute(module, one.level, one.module)
            if not _ours(one, home, package) or (str(home), str(one.name)) in seen:
                continue
            seen.add((str(home), str(one.name)))
            there = real(str(home), str(one.name), root)
            origin = resolver.imported(module, one).origin
            if there is None or origin is None or origin.kind not in ("class", "function"):
                continue
            if _bound_in_several_ways(modules, resolver, module, one):
                continue
            compared += 1
            if (origin.path, origin.line) != there:
                wrong.append((home, one.name, origin, there))
    assert wrong == []
    assert compared > {"pathspec": 20}.get(package, 50)


def _bound_in_several_ways(modules: Modules, resolver: Resolver, module: Module, one: Import) -> bool:
    """Whether some module on the way rebinds the name: which binding holds can depend on platform or environment."""
    for path, number in resolver.imported(module, one).steps:
        facts = modules.by_path[path].facts
        assert not isinstance(facts, Failure)
        bindings = facts.bindings
        name = next((bound.name for bound in bindings if number >= 0 and bound.imported == number), one.name)
        if sum(1 for bound in bindings if bound.name == name) > 1:
            return True
    return False


def _ours(one: Import, home: str | None, package: str) -> bool:
    return home is not None and home.partition(".")[0] == package and one.name not in (None, "*")


def resolve(tmp_path: Path, files: dict[str, str], path: str) -> tuple[Origin | None, str]:
    write(tmp_path, files)
    resolver = Resolver(Modules(facts_below(tmp_path, list(files))))
    _, found = resolver.path(path)
    return found.origin, found.reason


MAKES = {"p/__init__.py": "", "p/a.py": "class A: ...\n", "p/b.py": "class A: ...\n"}


@pytest.mark.parametrize(
    ("text", "origin"),
    [
        ("from p.a import A", "p/a.py:1"),
        ("from p.a import A as B\nA = B", "p/a.py:1"),
        ("import p.a\nA = p.a.A", "p/a.py:1"),
        ("from p import a\nA = a.A", "p/a.py:1"),
        ("from p.a import *", "p/a.py:1"),
        ("from p.a import *\nfrom p.b import *", "p/b.py:1"),
        ("from p.a import A\nclass A: ...", "p/m.py:2"),
        ("try:\n    from p.a import A\nexcept ImportError:\n    from p.b import A", "p/a.py:1"),
        ("try:\n    from p.gone import A\nexcept ImportError:\n    from p.b import A", "p/b.py:1"),
        ("try:\n    from p.gone import A\nexcept ImportError:\n    A = None", "p/m.py:4"),
        ("A = None\ntry:\n    from p.a import A\nexcept ImportError:\n    pass", "p/a.py:1"),
        ("if x:\n    from p.a import A\nelse:\n    from p.b import A", "p/a.py:1"),
        ("if not x: from p.a import A\nelif y: pass\nelse: from p.b import A", "p/a.py:1"),
        ("A, B = make(), 2", "p/m.py:1"),
        ("from p.a import A\ndel A", "missing-name"),
        ("from p.gone import A", "missing-module"),
        ("from p.a import B as A", "missing-name"),
        ("from json import loads as A", "external"),
        ("A = str", "p/m.py:1"),
        ("from p.a import A as K\nA = K.method", "p/m.py:2"),
        ("def __getattr__(name): ...", "computed"),
        ("globals()['A'] = 1", "computed"),
        ("import sys\nsetattr(sys.modules[__name__], 'A', 1)", "computed"),
        ("import sys\nhere = sys.modules[__name__]\nget = getattr(here, 'B')", "missing-name"),
        ("def f():\n    global A\n    A = 1", "p/m.py:2"),
        ("with x as A: ...", "p/m.py:1"),
        ("for A in x: ...", "p/m.py:1"),
        ("type A = int", "p/m.py:1"),
        ("A: type = str", "p/m.py:1"),
        ("A: type", "missing-name"),
        ("from p.m import A", "cycle"),
        ("def f(): from p.a import A", "missing-name"),
        ("class C:\n    A = 1", "missing-name"),
        ("__all__ = ['B']\nclass A: ...", "p/m.py:2"),
    ],
)
def test_a_name_leads_where_python_would_find_it(tmp_path: Path, text: str, origin: str) -> None:
    found, reason = resolve(tmp_path, {**MAKES, "p/m.py": text + "\n"}, "p.m.A")
    assert (f"{found.path}:{found.line}" if found else reason) == origin


@pytest.mark.parametrize(
    ("exports", "brought"),
    [
        ("", {"A", "b"}),
        ("__all__ = ['A']", {"A"}),
        ("__all__ = ['A'] + ['_c']", {"A", "_c"}),
        ("__all__ = ('b',)\n__all__ += ['_c']", {"b", "_c"}),
        ("__all__ = ['A']\n__all__.append('b')\n__all__.extend(['_c'])", {"A", "b", "_c"}),
        ("from p.a import *\nfrom p import a\n__all__ = a.__all__ + ['b']", {"Z", "b"}),
    ],
)
def test_a_star_brings_what_all_says_or_every_public_name(tmp_path: Path, exports: str, brought: set[str]) -> None:
    text = f"class A: ...\nb = 1\n_c = 2\n{exports}\n"
    files = {"p/__init__.py": "", "p/a.py": "Z = 1\n__all__ = ['Z']\n", "p/m.py": text}
    write(tmp_path, files)
    modules, resolver = read(tmp_path, "p")
    assert resolver.star_names(modules.by_path["p/m.py"]) == brought


@pytest.mark.parametrize(
    ("files", "name", "path"),
    [
        (("src/pkg/__init__.py", "src/pkg/m.py"), "pkg.m", "src/pkg/m.py"),
        (("src/single.py",), "single", "src/single.py"),
        (("one/a/__init__.py", "two/b/__init__.py"), "b", "two/b/__init__.py"),
        (("space/part/m.py",), "space.part.m", "space/part/m.py"),
        (("pkg/__init__.py", "pkg/gap/m.py"), "pkg.gap.m", "pkg/gap/m.py"),
        (("x.py", "x/__init__.py"), "x", "x/__init__.py"),
        (("x.pyi", "x.py"), "x", "x.py"),
        (("only.pyi",), "only", "only.pyi"),
        (("back/app/__init__.py", "back/app/m.py"), "back.app.m", "back/app/m.py"),
    ],
)
def test_modules_are_found_under_the_names_python_would_use(files: tuple[str, ...], name: str, path: str) -> None:
    found = Modules({one: Failure("is not read") for one in files}).find(name)
    assert isinstance(found, Module)
    assert found.path == path


def test_a_script_sees_the_modules_of_its_own_folder_first(tmp_path: Path) -> None:
    write(tmp_path, {"bin/run.py": "from helper import A\n", "bin/helper.py": "A = 1\n", "helper.py": "A = 2\n"})
    found = audit("paths", "A", tmp_path, "--output-format", "json").json["paths"][0]
    assert found["origin"]["file"] == "bin/helper.py"


def test_two_packages_of_one_name_are_told_apart_by_the_root_of_the_importer(tmp_path: Path) -> None:
    files = {
        f"{one}/app/{name}": text
        for one in ("a", "b")
        for name, text in {"__init__.py": "", "m.py": "class A: ...\n", "user.py": "from app.m import A\n"}.items()
    }
    write(tmp_path, files)
    modules, resolver = read(tmp_path, ".")
    for one in ("a", "b"):
        user = modules.by_path[f"{one}/app/user.py"]
        assert not isinstance(user.facts, Failure)
        origin = resolver.imported(user, user.facts.imports[0]).origin
        assert origin and origin.path == f"{one}/app/m.py"


def test_a_long_chain_of_re_exports_is_followed_and_an_endless_one_ends(tmp_path: Path) -> None:
    chain = {f"m{number}.py": f"from m{number + 1} import A\n" for number in range(40)}
    assert resolve(tmp_path / "x", {**chain, "m40.py": "class A: ...\n"}, "m0.A")[0] == Origin(
        "m40.py", 1, "A", "class"
    )
    assert resolve(tmp_path / "y", {**chain, "m40.py": "from m0 import A\n"}, "m0.A") == (None, "cycle")


def test_a_name_taken_in_a_circle_of_stars_has_its_earlier_meaning(tmp_path: Path) -> None:
    files = {
        "p/__init__.py": "from p.a import *\nfrom p.b import *\n",
        "p/a.py": "class A: ...\n",
        "p/b.py": "from p import A\n",
    }
    assert resolve(tmp_path, files, "p.A")[0] == Origin("p/a.py", 1, "A", "class")


def test_a_folder_without_init_named_like_an_installed_package_does_not_make_its_imports_broken(tmp_path: Path) -> None:
    files = {"alembic/env.py": "from alembic import op\n"}
    write(tmp_path, files)
    found = audit("paths", "op", tmp_path, "--output-format", "json").json["paths"][0]
    assert found["reason"] == "external"


TYPED = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from a.made import A\n"


@pytest.mark.parametrize(
    ("more", "typing_only"),
    [
        ("", True),
        ("def __getattr__(name): ...\n", False),  # PEP 562: made when it is asked for
        ("__all__ = ['A']\nlazy(__name__)\n", False),  # a star import would fail on it otherwise
        ("__all__ = ['B']\n", True),
    ],
)
def test_a_name_made_lazily_is_what_type_checkers_are_told_it_is(tmp_path: Path, more: str, typing_only: bool) -> None:
    write(tmp_path, {"a/__init__.py": TYPED + more, "a/made.py": "class A: ...\n"})
    files = ["a/__init__.py", "a/made.py"]
    found = Resolver(Modules(facts_below(tmp_path, files))).path("a.A")[1]
    assert (found.origin and found.origin.path, found.typing_only) == ("a/made.py", typing_only)
