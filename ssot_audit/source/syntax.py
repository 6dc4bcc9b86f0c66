"""What LibCST's nodes mean: imports, except clauses, conditions, strings. Texts are in `statements.py`."""

from __future__ import annotations

import re
from collections.abc import Iterator

import libcst as cst

from ssot_audit.facts import Exports
from ssot_audit.source.blocks import EXPECTING, FAILS, Catches, named_errors
from ssot_audit.source.calls import Argument, Given

# Every node class that imports; a new one in LibCST must be named here, which a test asserts.
IMPORT_NODES: tuple[type[cst.CSTNode], ...] = (cst.Import, cst.ImportFrom, cst.LazyImport, cst.LazyImportFrom)
_WORD_SPLIT = re.compile(r"\w\0\w")


def statement(text: str) -> cst.BaseSmallStatement | cst.BaseCompoundStatement | None:
    """The one statement the text is, or None."""
    try:
        line = cst.parse_statement(text)
    except Exception:  # LibCST raises six types and more for text that is no statement
        return None
    if isinstance(line, cst.SimpleStatementLine):
        return line.body[0] if len(line.body) == 1 else None
    return line if isinstance(line, cst.BaseCompoundStatement) else None


def parses(text: str) -> bool:
    """Whether LibCST reads the text of a whole file."""
    try:
        cst.parse_module(text)
    except Exception:
        return False
    return True


def expression(text: str) -> cst.BaseExpression | None:
    """The expression the text is, also over several lines, or None."""
    try:
        return cst.parse_expression(f"({text}\n)")
    except Exception:
        return None


def dotted(node: cst.CSTNode | None) -> str | None:
    """`a.b.c` of a chain of attributes on a name, or None for any other expression."""
    parts: list[str] = []
    while isinstance(node, cst.Attribute):
        parts.append(node.attr.value)
        node = node.value
    if not isinstance(node, cst.Name):
        return None
    parts.append(node.value)
    return ".".join(reversed(parts))


def string_value(node: cst.CSTNode | None) -> str | None:
    """The text of a literal string, joined ones included; None for anything computed, and for one in which no search of
    the file would find the words: spelled with escapes, or a word in two parts."""
    if isinstance(node, cst.ConcatenatedString):
        left, right = string_value(node.left), string_value(node.right)
        if left is None or right is None or _WORD_SPLIT.search(f"{left[-1:]}\0{right[:1]}"):
            return None
        return left + right
    if not isinstance(node, cst.SimpleString) or "\\" in node.value:
        return None
    value = node.evaluated_value
    return value if isinstance(value, str) else None


def given(call: cst.CSTNode) -> Given:
    """The arguments of a call."""
    each = call.args if isinstance(call, cst.Call) else ()
    return Given(
        [_argument(one.value) for one in each if one.keyword is None and not one.star],
        {one.keyword.value: _argument(one.value) for one in each if one.keyword},
    )


def _argument(node: cst.BaseExpression) -> Argument:
    inside = [_argument(one.value) for one in node.elements] if isinstance(node, cst.List | cst.Tuple) else ()
    return Argument(node, string_value(node), dotted(node), tuple(inside))


def imported_names(node: cst.CSTNode) -> Iterator[tuple[cst.CSTNode, int, str, str | None, str | None]]:
    """(node, level, module, name, alias) of each name an import node imports."""
    if isinstance(node, cst.Import | cst.LazyImport):
        for alias in node.names:
            yield alias.name, 0, dotted(alias.name) or "", None, _asname(alias)
    elif isinstance(node, cst.ImportFrom | cst.LazyImportFrom):
        level, module = len(node.relative), dotted(node.module) or ""
        if isinstance(node.names, cst.ImportStar):
            yield node.names, level, module, "*", None
        else:
            for alias in node.names:
                yield alias.name, level, module, dotted(alias.name), _asname(alias)


def _asname(alias: cst.ImportAlias) -> str | None:
    return alias.asname.name.value if alias.asname and isinstance(alias.asname.name, cst.Name) else None


def catches(node: cst.CSTNode | None) -> Catches:
    """What the type, or tuple of types, of an except clause takes. No type takes everything."""
    if isinstance(node, cst.Tuple | cst.List):
        found = [catches(element.value) for element in node.elements]
        return Catches(any(one.import_error for one in found), any(one.everything for one in found))
    return named_errors([dotted(node) or ""])


def typing_only(node: cst.CSTNode | None) -> bool | None:
    if isinstance(node, cst.UnaryOperation) and isinstance(node.operator, cst.Not):
        inner = typing_only(node.expression)
        return None if inner is None else not inner
    if isinstance(node, cst.BooleanOperation):
        sides = typing_only(node.left), typing_only(node.right)
        if isinstance(node.operator, cst.And):
            return True if True in sides else False if sides == (False, False) else None
        return True if sides == (True, True) else False if False in sides else None
    return True if (dotted(node) or "").rpartition(".")[2] == "TYPE_CHECKING" else None


def with_statement(text: str) -> tuple[Catches, Catches] | None:
    """The roles of the with statement the text is, or None."""
    node = statement(text)
    return with_roles(node) if isinstance(node, cst.With) else None


def target_names(node: cst.CSTNode | None) -> tuple[str, ...]:
    """The names a target binds."""
    names: list[str] = []
    pending = [node]
    while pending:
        node = pending.pop(0)
        if isinstance(node, cst.Name):
            names.append(node.value)
        elif isinstance(node, cst.Tuple | cst.List):
            pending[:0] = [element.value for element in node.elements]
    return tuple(names)


def with_roles(node: cst.With) -> tuple[Catches, Catches]:
    """What a with statement expects to be raised (pytest.raises, assertRaises) and what it suppresses."""
    raised, suppressed = Catches(), Catches()
    for item in node.items:
        if not isinstance(item.item, cst.Call):
            continue
        function = (dotted(item.item.func) or "").rpartition(".")[2]
        arguments = [
            one.value for one in item.item.args if one.keyword is None or one.keyword.value == "expected_exception"
        ]
        if function in EXPECTING and arguments:
            raised = _both(raised, catches(arguments[0]))
        elif function == "suppress":
            suppressed = _both(suppressed, *(catches(one) for one in arguments))
    return raised, suppressed


def _both(*found: Catches) -> Catches:
    return Catches(any(one.import_error for one in found), any(one.everything for one in found))


def fails_test(node: cst.CSTNode) -> bool:
    """`pytest.fail(…)`, `self.fail(…)`, `fail(…)`, `raise AssertionError`, `assert False`: reached only by mistake."""
    if isinstance(node, cst.Expr) and isinstance(node.value, cst.Call):
        return dotted(node.value.func) in FAILS
    if isinstance(node, cst.Raise):
        raised = node.exc.func if isinstance(node.exc, cst.Call) else node.exc
        return dotted(raised) == "AssertionError"
    if isinstance(node, cst.Assert):
        test = node.test
        return (isinstance(test, cst.Name) and test.value == "False") or (
            isinstance(test, cst.Integer) and test.evaluated_value == 0
        )
    return False


def exported(node: cst.CSTNode | None) -> Exports:
    """The names an expression adds to `__all__`: literal lists, sums, and other modules' `__all__`."""
    if isinstance(node, cst.BinaryOperation) and isinstance(node.operator, cst.Add):
        left, right = exported(node.left), exported(node.right)
        return Exports(left.names + right.names, left.modules + right.modules, left.complete and right.complete)
    if isinstance(node, cst.Call) and dotted(node.func) in ("list", "tuple", "sorted", "set") and len(node.args) == 1:
        return exported(node.args[0].value)
    if isinstance(node, cst.Tuple | cst.List | cst.Set):
        values = [string_value(element.value) for element in node.elements]
        parts = [exported(one.value) for one in node.elements if isinstance(one, cst.StarredElement)]
        names = tuple(value for value in values if value is not None)
        complete = len(names) + len(parts) == len(values) and all(part.complete for part in parts)
        names += tuple(name for part in parts for name in part.names)
        return Exports(names, tuple(module for part in parts for module in part.modules), complete)
    path = dotted(node) or ""
    if path.endswith(".__all__"):
        return Exports((), (path.removesuffix(".__all__"),), True)
    return Exports((), (), False)
