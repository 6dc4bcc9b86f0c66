"""What kind of definition an assignment makes of a name, by the expression it is given."""

from __future__ import annotations

import ast

from ssot_audit.source.text import normal
from ssot_audit.source.tree import dotted

MAKERS = frozenset(
    ("type", "NewType", "NamedTuple", "namedtuple", "TypedDict", "Enum", "IntEnum", "StrEnum", "new_class")
)


def kind_of(name: str, value: ast.expr) -> str:
    """`derived`, `alias`, `made`, `none` or `assignment`: a kind of `Definition`."""
    if _reads(value, name):
        return "derived"
    if isinstance(value, ast.Call):
        return "made" if _makes(value, name) else "assignment"
    if dotted(value):
        return "alias"
    return "none" if isinstance(value, ast.Constant) and value.value is None else "assignment"


def _reads(value: ast.expr, name: str) -> bool:
    """Whether an expression is made of what the name stood for before: `X = wrapped(X)`."""
    return any(isinstance(one, ast.Name) and normal(one.id) == name for one in ast.walk(value))


def _makes(call: ast.Call, name: str) -> bool:
    """Whether a call makes a type of the very name it is assigned to: `X = NewType("X", int)`."""
    function = dotted(call.func)
    first = call.args[0] if call.args else None
    literal = isinstance(first, ast.Constant) and first.value == name
    return bool(function and function[-1] in MAKERS and literal)
