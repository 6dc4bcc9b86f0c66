"""Whether a test of some name can be in a file: what the file defines, and whether more may be made at run time."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

from ssot_audit.facts import Failure
from ssot_audit.source.text import normal
from ssot_audit.source.tree import dotted

_MAKERS = frozenset(("setattr", "globals", "locals", "vars", "exec", "eval"))
_MAKING = re.compile(r"\b(?:parameterized\w*|ddt|genty|scenarios?|load_tests|testscenarios|__dict__)\b")
_CLOSED = frozenset(("object", "unittest.TestCase", "unittest.IsolatedAsyncioTestCase"))
_HARMLESS = ("pytest", "unittest", "skip", "skipIf", "skipUnless", "dataclass", "final")  # decorators of classes
_HOOKS = frozenset(("pytest_pycollect_makeitem", "pytest_pycollect_makemodule", "pytest_collect_file"))
_RUNNERS = frozenset(("setUpClass", "tearDownClass", "setUpModule", "tearDownModule", "setUp", "tearDown", "runTest"))
_PLUGINS = frozenset(  # that add an item to a file, of their own name
    (
        "ruff",
        "mypy",
        "flake8",
        "black",
        "isort",
        "pylint",
        "pycodestyle",
        "codestyle",
        "pydocstyle",
        "pyright",
        "bandit",
    )
)
_MADE = re.compile(r"_?\d+(?:_\w*)?\Z")  # what is added to the name of a test that was made for each of some values


class Defined(NamedTuple):
    """The names a file defines or binds. `open_`: classes that inherit from elsewhere. `closed`: nothing makes more."""

    names: frozenset[str] = frozenset()
    open_: frozenset[str] = frozenset()
    closed: bool = True


class Names:
    """Answers for the files of a repository."""

    def __init__(self, paths: frozenset[str], read: Callable[[Iterable[str]], Mapping[str, Defined | Failure]]) -> None:
        self._paths, self._read = paths, read
        self._known: dict[str, Defined | None] = {}

    def has(self, path: str, classes: Iterable[str], name: str) -> bool | None:
        """Whether a file has a test of this name; None where it may."""
        base = re.split(r"[\[\s(]", name, maxsplit=1)[0]
        stem = path.removesuffix(".py").removesuffix("/__init__").rpartition("/")[2]
        file = self._of(path)
        if base == stem or (file and base in file.names):
            return True
        if file is None or not base.isidentifier() or base in _PLUGINS | _RUNNERS:
            return None
        if not file.closed or file.open_.intersection(classes) or self._is_hooked(path):
            return None
        made = any(base.startswith(one) and _MADE.match(base[len(one) :]) for one in file.names)
        return None if made else False

    def _is_hooked(self, path: str) -> bool:
        """Whether a `conftest.py` above makes items of its own."""
        parts = path.split("/")[:-1]
        above = ("/".join((*parts[:depth], "conftest.py")) for depth in range(len(parts) + 1))
        found = [self._of(one) for one in above if one in self._paths]
        return any(one is None or one.names & _HOOKS for one in found)

    def _of(self, path: str) -> Defined | None:
        if path not in self._known:
            found = self._read([path]).get(path)
            self._known[path] = found if isinstance(found, Defined) else None
        return self._known[path]


def read_defined(text: str) -> Defined:
    """What a text defines. Raises what the interpreter's parser does."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tree = ast.parse(text)
    nodes = list(ast.walk(tree))
    names = {normal(name) for node in nodes for name in _bound(node)}
    return Defined(frozenset(names), _open(nodes), not (_MAKING.search(text) or any(map(_makes, nodes))))


def _bound(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        yield node.name
        for one in node.body if isinstance(node, ast.ClassDef) else ():
            yield from _assigned(one)
    elif isinstance(node, ast.Module):
        for one in node.body:
            yield from _assigned(one)
    elif isinstance(node, ast.alias):
        yield (node.asname or node.name).partition(".")[0]
    elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
        yield node.attr


def _assigned(statement: ast.stmt) -> Iterator[str]:
    """Names that a statement, or one in its blocks, assigns."""
    if not isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        yield from (
            one.id for one in ast.walk(statement) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store)
        )


def _makes(node: ast.AST) -> bool:
    """Whether it may bring names that are not written down."""
    if isinstance(node, ast.alias):
        return node.name == "*"
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        return node.func.id in _MAKERS or (node.func.id == "type" and len(node.args) > 1)
    if isinstance(node, ast.ClassDef):
        decorators = [one.func if isinstance(one, ast.Call) else one for one in node.decorator_list]
        return bool(node.keywords) or any((dotted(one) or ("",))[0] not in _HARMLESS for one in decorators)
    return False


def _open(nodes: Iterable[ast.AST]) -> frozenset[str]:
    """Classes with a base that is neither of this file nor known to have no test, or that inherit from one."""
    imported = {}
    classes: list[ast.ClassDef] = []
    for node in nodes:
        if isinstance(node, ast.ImportFrom) and node.level == 0:
            imported.update({one.asname or one.name: f"{node.module}.{one.name}" for one in node.names})
        elif isinstance(node, ast.ClassDef):
            classes.append(node)
    bases = {normal(one.name): [".".join(dotted(base) or ("",)) for base in one.bases] for one in classes}
    found = {
        name
        for name, above in bases.items()
        if any(one not in bases and imported.get(one, one) not in _CLOSED for one in above)
    }
    while more := {name for name, above in bases.items() if name not in found and found.intersection(above)}:
        found |= more
    return frozenset(found)
