"""What a Python expression states as a value: literals as written, and that something is computed at run time."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import NamedTuple

from ssot_audit.source.settings.literals import Source, dotted, template
from ssot_audit.source.settings.marks import COMPUTED, variable_of

LOOKUPS = frozenset({"get", "getenv", "setdefault"})
_FIELDS = frozenset({"Field", "field", "Query", "Option", "Argument", "ib", "attrib"})
ENVIRON = frozenset({"environ", "os.environ"})
_CONVERSIONS = frozenset({"int", "str", "float", "bool", "Path", "Decimal", "SecretStr"})
_TRIMMED = frozenset({"strip", "rstrip", "lstrip", "lower", "upper"})
# What only passes on what is stated elsewhere, or holds values that have keys of their own.
_SILENT = (ast.Name, ast.Attribute, ast.List, ast.Tuple, ast.Set, ast.Dict, ast.Lambda, ast.NamedExpr, ast.Starred)
_DEEPEST = 50  # operators in one another; the interpreter's parser allows thousands
_LARGEST = 10**30


class Stated(NamedTuple):
    """A value an expression may have, and the part of the expression that states it."""

    node: ast.expr
    value: str


def stated(source: Source, node: ast.expr, key: str, constants: Mapping[str, str], depth: int = 0) -> Iterator[Stated]:
    """Each value an expression for a key may have. None where it only reads a name, an attribute, an item, or the
    variable of the environment that the key names; `constants` are names whose values are known."""
    value = constants.get(node.id) if isinstance(node, ast.Name) else _literal(source, node)
    if value is not None:
        yield Stated(node, value)
        return
    if isinstance(node, (*_SILENT, ast.Constant)):  # None, ...
        return
    inner = _inner(node, key) if depth < _DEEPEST else None
    if inner is None:
        yield Stated(node, _folded(node))
        return
    for one in inner:
        yield from stated(source, one, key, constants, depth + 1)


def _literal(source: Source, node: ast.expr) -> str | None:
    """A literal, or a span of time that is made of numbers, in seconds: `timedelta(seconds=60)`, however it is made."""
    if isinstance(node, ast.Call) and dotted(node.func).rpartition(".")[2] == "timedelta":
        return _span_of_time(node)
    return source.literal(node)


def _span_of_time(node: ast.Call) -> str | None:
    try:
        named = {one.arg or "": _number(one.value) for one in node.keywords}
        seconds = timedelta(*map(_number, node.args), **named).total_seconds()
    except (TypeError, OverflowError, ValueError):
        return None
    return f"timedelta(seconds={seconds:g})" if seconds % 1 else f"timedelta(seconds={int(seconds)})"


def _number(node: ast.expr) -> float:
    """Raises ValueError where a node is no number."""
    value = _whole(node, 0)
    if value is None and isinstance(node, ast.Constant) and isinstance(node.value, float):
        return node.value
    if value is None:
        raise ValueError
    return value


def _inner(node: ast.expr, key: str) -> list[ast.expr] | None:
    """The expressions one of which is the value; None where it is none of them."""
    if isinstance(node, ast.IfExp):
        return [node.body, node.orelse]
    if isinstance(node, ast.BoolOp):
        return node.values if isinstance(node.op, ast.Or) else node.values[-1:]
    if isinstance(node, ast.JoinedStr) and len(node.values) == 1 and isinstance(node.values[0], ast.FormattedValue):
        return [node.values[0].value]
    if isinstance(node, ast.Subscript):
        above, _, name = dotted(node).rpartition(".")
        return [] if above not in ENVIRON or name == variable_of(key) else None
    return _of_call(node, key) if isinstance(node, ast.Call) else None


def _of_call(node: ast.Call, key: str) -> list[ast.expr] | None:
    name = dotted(node.func).rpartition(".")[2]
    default = next((one.value for one in node.keywords if one.arg == "default"), None)
    if isinstance(node.func, ast.Name) and name in _CONVERSIONS and len(node.args) == 1:
        return node.args
    if isinstance(node.func, ast.Attribute) and name in _TRIMMED:
        return [node.func.value]
    if name in ("getattr", "property"):
        return node.args[2:]
    if name in _FIELDS:
        made = any(one.arg in ("default_factory", "factory") for one in node.keywords)
        return None if made else [default] if default else node.args[:1]
    if default is not None:
        return [default]
    if name in LOOKUPS and len(node.args) == 2:
        return node.args[1:]
    if len(node.args) != 1 or node.keywords:
        return None
    asked = node.args[0]
    variable = asked.value if isinstance(asked, ast.Constant) and isinstance(asked.value, str) else ""
    if variable and variable_of(variable) == variable_of(key):
        return []
    return [] if name == "get" and not variable.isupper() else None


def is_test(node: ast.expr) -> bool:
    """Whether an expression tells a truth: `a or b == c` has no default."""
    return isinstance(node, ast.Compare) or (isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not))


def _folded(node: ast.expr) -> str:
    """`60 * 60` as `3600`, `"http://" + host + ":80"` as an f-string would have it, all else as computed."""
    number = _whole(node, 0) if isinstance(node, ast.BinOp) else None
    return _joined(node) if number is None else str(number)


def _whole(node: ast.expr, depth: int) -> int | None:
    if isinstance(node, ast.Constant):
        return node.value if type(node.value) is int and node.value < _LARGEST else None
    if not isinstance(node, ast.BinOp) or depth >= _DEEPEST:
        return None
    left, right = _whole(node.left, depth + 1), _whole(node.right, depth + 1)
    if left is None or right is None:
        return None
    if isinstance(node.op, ast.FloorDiv):
        return left // right if right else None
    operators = {ast.Add: int.__add__, ast.Sub: int.__sub__, ast.Mult: int.__mul__}
    made = operators[type(node.op)](left, right) if type(node.op) in operators else None
    return made if made is not None and abs(made) < _LARGEST else None


def _joined(node: ast.expr) -> str:
    """Texts joined by `+`."""
    parts = list[str]()
    while isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add) and len(parts) < _DEEPEST:
        parts.append(_piece(node.right))
        node = node.left
    parts.append(_piece(node))
    made = "".join(reversed(parts))
    return made if made.replace(COMPUTED, "") else COMPUTED


def _piece(node: ast.expr) -> str:
    if isinstance(node, ast.JoinedStr):
        return template(node) or COMPUTED
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else COMPUTED
