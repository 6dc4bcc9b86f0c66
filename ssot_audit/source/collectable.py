"""What one Python file holds for a test runner: functions and classes named as tests, and where they stand."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from typing import NamedTuple

from ssot_audit.source.text import normal
from ssot_audit.source.tree import dotted

Function = ast.FunctionDef | ast.AsyncFunctionDef

_MAKERS = ("__init__", "__new__")
_ATTRIBUTE = re.compile(r"\.\s*(\w+)")


class FunctionSeen(NamedTuple):
    """A function named as a test. `nested`: in a function. `used`: the function around it speaks of it, or hands it to
    a decorator of its own; it may run as a part of that."""

    name: str
    line: int
    scope: tuple[str, ...]
    nested: bool
    used: bool


class Shadowed(NamedTuple):
    """A test whose name the same block gives to another one further down, before anybody uses it. `tests`: how many
    test functions are lost by that."""

    name: str
    line: int
    scope: tuple[str, ...]
    later: int
    tests: int


class ClassSeen(NamedTuple):
    """A class of a file. `bases` are dotted names as written, empty for an expression. `maker`: the constructor it
    has. `opted_out`: it says `__test__ = False`."""

    name: str
    line: int
    scope: tuple[str, ...]
    bases: tuple[str, ...]
    maker: str
    opted_out: bool
    nested: bool
    tests: tuple[tuple[str, int], ...]


class FileSeen(NamedTuple):
    """`imports` are (bound name, level, module, name or empty) at any depth; `bound` all names of the module, None
    where a star import may bring more. `called`: names of its test methods that stand after a dot in it; `handed`: its
    classes with tests that it speaks of other than by calling them or inheriting: others may be made of those."""

    functions: tuple[FunctionSeen, ...] = ()
    classes: tuple[ClassSeen, ...] = ()
    shadowed: tuple[Shadowed, ...] = ()
    imports: tuple[tuple[str, int, str, str], ...] = ()
    bound: frozenset[str] | None = frozenset()
    called: frozenset[str] = frozenset()
    handed: frozenset[str] = frozenset()


def fits(name: str, patterns: Sequence[str]) -> bool:
    """Whether a name is a prefix's, or a glob's, as pytest has its `python_functions` and `python_classes`."""
    return any(
        name.startswith(one) or (any(sign in one for sign in "*?[") and fnmatchcase(name, one)) for one in patterns
    )


def read_tests(patterns: tuple[str, ...], text: str) -> FileSeen:
    """The tests of a text, functions of these names. Raises what the interpreter's parser does."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tree = ast.parse(text)
    reader = _Reader(patterns)
    reader.block(tree.body, (), ())
    star = any(name == "*" for _, _, _, name in reader.imports)
    methods = {name for one in reader.classes for name, _ in one.tests}
    called = methods & set(_ATTRIBUTE.findall(text))
    repeated = {one.name for one in reader.classes if one.tests and text.count(one.name) > 1}
    return FileSeen(
        tuple(reader.functions),
        tuple(reader.classes),
        tuple(reader.shadowed),
        tuple(one for one in reader.imports if one[3] != "*"),
        None if star else frozenset(_bound(tree.body)),
        frozenset(called),
        frozenset(_handed(tree) & repeated if repeated else ()),
    )


class _Reader:
    def __init__(self, patterns: tuple[str, ...]) -> None:
        self.patterns = patterns
        self.functions: list[FunctionSeen] = []
        self.classes: list[ClassSeen] = []
        self.shadowed: list[Shadowed] = []
        self.imports: list[tuple[str, int, str, str]] = []

    def block(self, body: Sequence[ast.stmt], scope: tuple[str, ...], around: tuple[Function, ...]) -> None:
        """The statements of one block; `around` are the functions it is in."""
        self._find_shadowed(body, scope)
        for node in body:
            if isinstance(node, Function):
                self._function(node, scope, around)
            elif isinstance(node, ast.ClassDef):
                self._class(node, scope, around)
            elif isinstance(node, ast.Import | ast.ImportFrom):
                self.imports += _imported(node)
            else:
                for inner in _blocks(node):
                    self.block(inner, scope, around)

    def _function(self, node: Function, scope: tuple[str, ...], around: tuple[Function, ...]) -> None:
        name = normal(node.name)
        if self._is_test(node):
            spoken = name if not scope or scope[-1].endswith("()") else scope[-1]  # a method by its class
            used = bool(around) and (_is_handed(node, around[-1]) or _speaks_of(around[0].body, spoken))
            self.functions.append(FunctionSeen(name, node.lineno, scope, bool(around), used))
        self.block(node.body, (*scope, f"{name}()"), (*around, node))

    def _is_test(self, node: ast.stmt) -> bool:
        if not isinstance(node, Function) or not fits(normal(node.name), self.patterns):
            return False
        return not any((_decorator(one) or ("",))[-1] in ("fixture", "overload") for one in node.decorator_list)

    def _class(self, node: ast.ClassDef, scope: tuple[str, ...], around: tuple[Function, ...]) -> None:
        name, body = normal(node.name), list(_flat(node.body))
        functions = [one for one in body if isinstance(one, Function)]
        tests = tuple((normal(one.name), one.lineno) for one in functions if self._is_test(one))
        self.classes.append(
            ClassSeen(
                name=name,
                line=node.lineno,
                scope=scope,
                bases=tuple(".".join(_decorator(one) or ()) for one in node.bases),
                maker=next((one.name for one in functions if one.name in _MAKERS), ""),
                opted_out=any(map(_opts_out, body)),
                nested=bool(around),
                tests=tests,
            )
        )
        self.block(node.body, (*scope, name), around)

    def _find_shadowed(self, body: Sequence[ast.stmt], scope: tuple[str, ...]) -> None:
        last: dict[str, tuple[int, ast.stmt]] = {}
        for number, node in enumerate(body):
            if not isinstance(node, Function | ast.ClassDef):
                continue
            name = normal(node.name)
            tests = self._tests_in(node)
            if name in last and tests is not None:
                at, before = last[name]
                lost = self._tests_in(before)
                if lost and not _speaks_of([*body[at + 1 : number], *_heads(before), *_heads(node)], name):
                    self.shadowed.append(Shadowed(name, before.lineno, scope, node.lineno, lost))
            last[name] = number, node

    def _tests_in(self, node: ast.stmt) -> int | None:
        """How many tests a definition holds; None for what is neither a test nor a class."""
        if isinstance(node, ast.ClassDef):
            return sum(map(self._is_test, _flat(node.body)))
        return 1 if self._is_test(node) else None


def _handed(tree: ast.Module) -> set[str]:
    """Names that are read, but for those that are only called, inherited from, or stand in annotations."""
    plain: set[int] = set()
    for node in ast.walk(tree):
        parts: list[ast.expr | None] = []
        if isinstance(node, ast.Call):
            parts = [node.func]
        elif isinstance(node, ast.ClassDef):
            parts = [*node.bases]
        elif isinstance(node, Function):
            parts = [node.returns]
        elif isinstance(node, ast.arg | ast.AnnAssign):
            parts = [node.annotation]
        plain |= {id(inner) for one in parts if one for inner in _names_of(one, isinstance(node, ast.Call))}
    return {
        normal(node.id)
        for node in ast.walk(tree)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and id(node) not in plain
    }


def _names_of(node: ast.expr, itself: bool) -> list[ast.AST]:
    return [node] if itself else list(ast.walk(node))


def _heads(node: ast.stmt) -> list[ast.stmt]:
    """Decorators and bases, as statements."""
    heads = [*getattr(node, "decorator_list", ()), *getattr(node, "bases", ())]
    return [ast.Expr(one) for one in heads]


def _speaks_of(body: Sequence[ast.stmt], name: str) -> bool:
    return any(
        isinstance(one, ast.Name) and isinstance(one.ctx, ast.Load) and normal(one.id) == name
        for node in body
        for one in ast.walk(node)
    )


def _is_handed(node: Function, around: Function) -> bool:
    """Whether a decorator is something the function around it has made, such as the route of an application."""
    roots = {names[0] for one in node.decorator_list if (names := _decorator(one))}
    if not roots:
        return False
    own = {one.arg for one in ast.walk(around.args) if isinstance(one, ast.arg)}
    own |= {one.id for one in ast.walk(around) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store)}
    own |= {one.name for one in ast.walk(around) if isinstance(one, Function | ast.ClassDef)}
    return bool(roots & own)


def _decorator(node: ast.expr) -> tuple[str, ...] | None:
    """The dotted name of an expression that may be called or subscripted."""
    while isinstance(node, ast.Call | ast.Subscript):
        node = node.func if isinstance(node, ast.Call) else node.value
    names = dotted(node)
    return names if names and names[0] != "()" else None


def _opts_out(node: ast.stmt) -> bool:
    return (
        isinstance(node, ast.Assign)
        and any(isinstance(one, ast.Name) and one.id == "__test__" for one in node.targets)
        and isinstance(node.value, ast.Constant)
        and not node.value.value
    )


def _imported(node: ast.Import | ast.ImportFrom) -> Iterator[tuple[str, int, str, str]]:
    for one in node.names:
        if isinstance(node, ast.ImportFrom):
            yield one.asname or one.name, node.level, node.module or "", one.name
        elif one.asname:
            yield one.asname, 0, one.name, ""
        else:
            top = one.name.partition(".")[0]
            yield top, 0, top, ""


def _blocks(node: ast.AST) -> Iterator[Sequence[ast.stmt]]:
    """The blocks of a statement that makes no scope: of an if, a try, a with, a loop, a match."""
    for field in ("body", "orelse", "finalbody"):
        if inner := getattr(node, field, None):
            yield inner
    for part in (*getattr(node, "handlers", ()), *getattr(node, "cases", ())):
        yield part.body


def _flat(body: Sequence[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements of one scope, in its blocks too."""
    for node in body:
        yield node
        if not isinstance(node, Function | ast.ClassDef):
            for inner in _blocks(node):
                yield from _flat(inner)


def _bound(body: Sequence[ast.stmt]) -> Iterator[str]:
    """Names that a module's own statements bind."""
    for node in _flat(body):
        if isinstance(node, Function | ast.ClassDef):
            yield normal(node.name)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            yield from (bound for bound, *_ in _imported(node))
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            yield from (one.id for target in targets for one in ast.walk(target) if isinstance(one, ast.Name))
