"""What a file imports, read off the interpreter's own syntax tree. Shares no code with the program."""

from __future__ import annotations

import ast
import io
import re
import tokenize
import warnings
from collections.abc import Iterator, Sequence
from typing import NamedTuple

CONTEXTS = ("typing", "deferred", "guarded", "broad-guarded", "handler", "expected-failure")
FAILED_IMPORT = {"ImportError", "ModuleNotFoundError"}
ANY_ERROR = {"Exception", "BaseException"}


class Imported(NamedTuple):
    """One imported name; `name` is None for `import a.b`, whose module is `a.b`. Columns count characters from 1."""

    line: int
    column: int
    level: int
    module: str
    name: str | None
    alias: str | None
    contexts: tuple[str, ...]


def tree_of(source: bytes | str) -> ast.Module | None:
    """The interpreter's tree, or None where it cannot parse the source."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return ast.parse(source)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None


def imports_of(data: bytes) -> list[Imported] | None:
    """Every imported name in source order, or None where the interpreter cannot parse the file."""
    tree = tree_of(data)
    if tree is None:
        return None
    lines = _lines(data)
    return sorted(_read(alias, node, lines, found) for node, alias, found in _aliases(tree))


def _lines(data: bytes) -> list[str]:
    one_ending = re.sub(rb"\r\n?", b"\n", data)
    encoding, _ = tokenize.detect_encoding(io.BytesIO(one_ending).readline)
    return one_ending.decode(encoding).split("\n")


def _read(alias: ast.alias, node: ast.Import | ast.ImportFrom, lines: list[str], found: frozenset[str]) -> Imported:
    before = lines[alias.lineno - 1].encode()[: alias.col_offset].decode()
    contexts = tuple(context for context in CONTEXTS if context in found)
    if isinstance(node, ast.Import):
        return Imported(alias.lineno, len(before) + 1, 0, alias.name, None, alias.asname, contexts)
    return Imported(alias.lineno, len(before) + 1, node.level, node.module or "", alias.name, alias.asname, contexts)


Found = tuple[ast.Import | ast.ImportFrom, ast.alias, frozenset[str]]
Block = tuple[Sequence[ast.stmt], frozenset[str]]


def _aliases(tree: ast.Module) -> Iterator[Found]:
    pending: list[Block] = [(tree.body, frozenset())]
    while pending:
        body, around = pending.pop()
        for node in body:
            if isinstance(node, ast.Import | ast.ImportFrom):
                for alias in node.names:
                    yield node, alias, around
            elif isinstance(node, ast.Try | ast.TryStar):
                pending.extend(_of_try(node, around))
            else:
                pending.extend(_of_other(node, around))


def _of_other(node: ast.stmt, around: frozenset[str]) -> Iterator[Block]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        yield node.body, around & {"typing"} | {"deferred"}
    elif isinstance(node, ast.ClassDef):
        yield node.body, around
    elif isinstance(node, ast.If):
        yield node.body, around | ({"typing"} if _checking_if_true(node.test) else set())
        yield node.orelse, around | ({"typing"} if _checking_if_false(node.test) else set())
    elif isinstance(node, ast.With | ast.AsyncWith):
        yield node.body, around.union(*(_of_item(item.context_expr) for item in node.items))
    elif isinstance(node, ast.For | ast.AsyncFor | ast.While):
        yield node.body, around
        yield node.orelse, around
    elif isinstance(node, ast.Match):
        for case in node.cases:
            yield case.body, around


def _of_try(node: ast.Try | ast.TryStar, around: frozenset[str]) -> Iterator[Block]:
    caught: frozenset[str] = frozenset()
    for handler in node.handlers:
        caught |= _guards(handler.type) if handler.type else {"broad-guarded"}
        yield handler.body, around | {"handler"}
    fails_later = any(_fails(one) for one in node.orelse)
    for one in reversed(node.body):
        yield [one], around | caught | ({"expected-failure"} if caught and fails_later else set())
        fails_later = fails_later or _fails(one)
    yield node.orelse, around
    yield node.finalbody, around


def _dotted(node: ast.AST | None) -> list[str]:
    """The parts of `a.b.c`; nothing for any other expression."""
    if isinstance(node, ast.Name):
        return [node.id]
    if isinstance(node, ast.Attribute):
        before = _dotted(node.value)
        return [*before, node.attr] if before else []
    return []


def _last(node: ast.AST | None) -> str:
    return "".join(_dotted(node)[-1:])


def _guards(node: ast.expr) -> frozenset[str]:
    """How an except clause of this type, or tuple of types, guards an import."""
    if isinstance(node, ast.Starred):
        return _guards(node.value)
    if isinstance(node, ast.Tuple):
        return frozenset[str]().union(*(_guards(one) for one in node.elts))
    last = _last(node)
    found = {"guarded"} if last in FAILED_IMPORT else {"broad-guarded"} if last in ANY_ERROR else set[str]()
    return frozenset(found)


def _of_item(node: ast.expr) -> frozenset[str]:
    """What an item of a with statement means for the imports below it."""
    if not isinstance(node, ast.Call):
        return frozenset()
    function = _last(node.func)
    if function == "suppress":
        return frozenset[str]().union(*(_guards(one) for one in node.args))
    if function in ("raises", "assertRaises", "assertRaisesRegex"):
        named = [one.value for one in node.keywords if one.arg == "expected_exception"]
        expected = [*node.args, *named][:1]
        if any(_guards(one) for one in expected):
            return frozenset({"expected-failure"})
    return frozenset()


def _checking_if_true(test: ast.expr) -> bool:
    """Whether the test can hold for type checkers only."""
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        return _checking_if_false(test.operand)
    if isinstance(test, ast.BoolOp):
        sides = [_checking_if_true(one) for one in test.values]
        return any(sides) if isinstance(test.op, ast.And) else all(sides)
    return _last(test) == "TYPE_CHECKING"


def _checking_if_false(test: ast.expr) -> bool:
    """Whether the test can be missed by type checkers only."""
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        return _checking_if_true(test.operand)
    if isinstance(test, ast.BoolOp):
        sides = [_checking_if_false(one) for one in test.values]
        return all(sides) if isinstance(test.op, ast.And) else any(sides)
    return False


def _fails(node: ast.stmt) -> bool:
    """Whether the statement fails the test that reaches it."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        return _dotted(node.value.func) in (["pytest", "fail"], ["self", "fail"], ["fail"])
    if isinstance(node, ast.Raise):
        raised = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
        return _dotted(raised) == ["AssertionError"]
    if isinstance(node, ast.Assert) and isinstance(node.test, ast.Constant):
        return node.test.value is False or (type(node.test.value) is int and node.test.value == 0)
    return False
