"""What the interpreter's nodes mean: paths, except clauses, conditions, with statements. `syntax.py` says the same of
LibCST's.
"""

from __future__ import annotations

import ast
import warnings

from ssot_audit.facts import Exports
from ssot_audit.source.blocks import EXPECTING, FAILS, Catches, named_errors


def statement(text: str) -> ast.stmt | None:
    """The one statement the text is, or None."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            body = ast.parse(text).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    return body[0] if len(body) == 1 else None


def expression(text: str) -> ast.expr | None:
    """The expression the text is, also over several lines, or None."""
    node = statement(f"({text}\n)")
    return node.value if isinstance(node, ast.Expr) else None


def dotted(node: ast.AST | None) -> str | None:
    """`a.b.c` of a chain of attributes on a name, or None for any other expression."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        return None
    parts.append(node.id)
    return ".".join(reversed(parts))


def _last(node: ast.AST | None) -> str:
    return (dotted(node) or "").rpartition(".")[2]


def bare(node: ast.expr) -> ast.expr:
    """An element without its star."""
    return node.value if isinstance(node, ast.Starred) else node


def catches(*types: ast.expr) -> Catches:
    """What except clauses with these types, or tuples of types, take."""
    paths, pending = list[str](), [*types]
    while pending:
        one = bare(pending.pop())
        if isinstance(one, ast.Tuple | ast.List):
            pending.extend(one.elts)
        else:
            paths.append(dotted(one) or "")
    return named_errors(paths)


def exported(node: ast.expr) -> Exports:
    """The names an expression adds to `__all__`: literal lists, sums, and other modules' `__all__`."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        left, right = exported(node.left), exported(node.right)
        return Exports(left.names + right.names, left.modules + right.modules, left.complete and right.complete)
    if isinstance(node, ast.Call) and dotted(node.func) in ("list", "tuple", "sorted", "set"):
        given = [*node.args, *(one.value for one in node.keywords)]
        if len(given) == 1:
            return exported(bare(given[0]))
    if isinstance(node, ast.Tuple | ast.List | ast.Set):
        names = [one.value for one in node.elts if isinstance(one, ast.Constant) and isinstance(one.value, str)]
        parts = [exported(one.value) for one in node.elts if isinstance(one, ast.Starred)]
        complete = len(names) + len(parts) == len(node.elts) and all(part.complete for part in parts)
        every = (*names, *(name for part in parts for name in part.names))
        return Exports(every, tuple(module for part in parts for module in part.modules), complete)
    path = dotted(node) or ""
    return Exports((), (path.removesuffix(".__all__"),), True) if path.endswith(".__all__") else Exports((), (), False)


def typing_only(node: ast.AST) -> bool | None:
    """Whether what stands under a condition is for type checkers alone, or for all others alone; None: neither."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        inner = typing_only(node.operand)
        return None if inner is None else not inner
    if isinstance(node, ast.BoolOp):
        sides = {typing_only(one) for one in node.values}
        decisive = isinstance(node.op, ast.And)
        return decisive if decisive in sides else not decisive if sides == {not decisive} else None
    return True if _last(node) == "TYPE_CHECKING" else None


def with_statement(text: str) -> tuple[Catches, Catches] | None:
    """The roles of the with statement the text is, or None."""
    node = statement(text)
    return with_roles(node) if isinstance(node, ast.With) else None


def target_names(node: ast.expr) -> tuple[str, ...]:
    """The names a target binds."""
    if isinstance(node, ast.Tuple | ast.List):
        return tuple(name for one in node.elts for name in target_names(bare(one)))
    return (node.id,) if isinstance(node, ast.Name) else ()


def with_roles(node: ast.With | ast.AsyncWith) -> tuple[Catches, Catches]:
    """What a with statement expects to be raised (pytest.raises, assertRaises) and what it suppresses."""
    raised, suppressed = list[ast.expr](), list[ast.expr]()
    for call in (item.context_expr for item in node.items):
        if isinstance(call, ast.Call):
            named = [one.value for one in call.keywords if one.arg == "expected_exception"]
            types = sorted((*call.args, *named), key=lambda one: (one.lineno, one.col_offset))
            if _last(call.func) in EXPECTING:
                raised += types[:1]
            elif _last(call.func) == "suppress":
                suppressed += types
    return catches(*raised), catches(*suppressed)


def fails_test(node: ast.AST) -> bool:
    """`pytest.fail(…)`, `self.fail(…)`, `fail(…)`, `raise AssertionError`, `assert False`: reached only by mistake."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        return dotted(node.value.func) in FAILS
    if isinstance(node, ast.Raise):
        return dotted(node.exc.func if isinstance(node.exc, ast.Call) else node.exc) == "AssertionError"
    if isinstance(node, ast.Assert) and isinstance(node.test, ast.Constant):
        return node.test.value is False or (type(node.test.value) is int and node.test.value == 0)
    return False
