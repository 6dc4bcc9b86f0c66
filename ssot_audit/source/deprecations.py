"""What a file's own code declares deprecated: PEP 702's decorator, and warnings of a deprecation category given where a
module is imported, a name is asked of it (PEP 562), or a function or class is used.
"""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator
from typing import NamedTuple

from ssot_audit.source.tree import dotted

NAMES = (
    "DeprecationWarning",
    "PendingDeprecationWarning",
    "FutureWarning",
    "deprecated",
    "RemovedIn*",
    "*DeprecationWarning",
)
_CATEGORY = re.compile(r"(?:\w*Deprecat\w*|FutureWarning|RemovedIn\w*)\Z")


class Deprecation(NamedTuple):
    """`name` is the one deprecated, empty for the whole module. `how` tells by what: decorator, module, getattr, or
    body. `message` is what the code says, as far as it is literal."""

    name: str
    line: int
    message: str
    how: str


def deprecations(text: str) -> tuple[Deprecation, ...]:
    """In order of lines. Raises what the interpreter's parser does."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tree = ast.parse(text)
    return tuple(sorted(dict.fromkeys(_found(tree)), key=lambda one: (one.line, one.name)))


def _found(tree: ast.Module) -> Iterator[Deprecation]:
    for node in tree.body:
        message = _warned(node)
        if message is not None:
            yield Deprecation("", node.lineno, message, "module")
        if isinstance(node, ast.FunctionDef) and node.name == "__getattr__":
            yield from _asked(node, tree)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield from _declared(node)


def _declared(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> Iterator[Deprecation]:
    """A function or class that says so in front, or warns whenever it is used."""
    for decorator in node.decorator_list:
        call = decorator if isinstance(decorator, ast.Call) else None
        function = dotted(call.func if call else decorator)
        if function and function[-1] == "deprecated":
            yield Deprecation(node.name, node.lineno, _text(call.args[0]) if call and call.args else "", "decorator")
            return
    body = node.body
    if isinstance(node, ast.ClassDef):
        makers = [one for one in body if isinstance(one, ast.FunctionDef) and one.name in ("__init__", "__new__")]
        body = [statement for one in makers for statement in one.body]
    for statement in body:
        message = _warned(statement)
        if message is not None:
            yield Deprecation(node.name, node.lineno, message, "body")
            return


def _asked(node: ast.FunctionDef, tree: ast.Module) -> Iterator[Deprecation]:
    """The names a module's `__getattr__` compares what it is asked for with, where it warns."""
    message = next((found for one in ast.walk(node) if (found := _warned(one)) is not None), None)
    if message is None or not node.args.args:
        return
    asked = node.args.args[0].arg
    for one in ast.walk(node):
        if isinstance(one, ast.Compare) and isinstance(one.left, ast.Name) and one.left.id == asked:
            for name in _names_in(one.comparators[0], tree):
                if name.isidentifier() and not name.startswith("__"):
                    yield Deprecation(name, one.lineno, message, "getattr")


def _names_in(node: ast.expr, tree: ast.Module) -> Iterator[str]:
    """The texts of a literal, or of the literal a name of the module is given."""
    if isinstance(node, ast.Name):
        for statement in tree.body:
            targets = statement.targets if isinstance(statement, ast.Assign) else []
            if any(isinstance(one, ast.Name) and one.id == node.id for one in targets):
                assert isinstance(statement, ast.Assign)
                yield from _names_in(statement.value, tree)
        return
    parts: list[ast.expr] = [node]
    if isinstance(node, ast.Tuple | ast.List | ast.Set):
        parts = node.elts
    elif isinstance(node, ast.Dict):
        parts = [key for key in node.keys if key]
    for part in parts:
        if isinstance(part, ast.Constant) and isinstance(part.value, str):
            yield part.value


def _warned(node: ast.AST) -> str | None:
    """The message of a statement that warns of a deprecation; None for any other."""
    call = node.value if isinstance(node, ast.Expr) else None
    function = dotted(call.func) if isinstance(call, ast.Call) else None
    if not function or not isinstance(call, ast.Call) or function[-1] not in ("warn", "warn_deprecated"):
        return None
    given = [*call.args, *(one.value for one in call.keywords if one.arg in ("category", "message"))]
    categories = (path for one in given if (path := dotted(one.func if isinstance(one, ast.Call) else one)))
    if function[-1] == "warn" and not any(_CATEGORY.match(path[-1]) for path in categories):
        return None
    return next((text for one in given if (text := _text(one))), "")


def _text(node: ast.expr) -> str:
    """The literal parts of a message."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(_text(one) if isinstance(one, ast.Constant) else "…" for one in node.values)
    if isinstance(node, ast.BinOp):
        return _text(node.left) + _text(node.right)
    if isinstance(node, ast.Call):  # `"…".format(…)`, or the category made with its message
        if isinstance(node.func, ast.Attribute):
            return _text(node.func.value)
        return _text(node.args[0]) if node.args else ""
    return ""
