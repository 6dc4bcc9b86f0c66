"""What small pieces of syntax mean: import statements, except clauses, conditions. Each text is parsed once."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple, TypeVar

import libcst as cst

from ssot_audit.facts import Exports
from ssot_audit.source.lines import JOIN

Text = TypeVar("Text", str, str | None)

IMPORT_ERRORS = frozenset({"ImportError", "ModuleNotFoundError"})
BROAD_ERRORS = frozenset({"Exception", "BaseException"})
MAX_PARTS = 100  # dotted parts of one name; LibCST overflows its stack at some thousands
MAX_EXPORTS = 40_000  # characters; an `__all__` of a thousand names still fits
ENDS = " \t\f\r\n\\"  # what may follow a statement: blanks, line ends and a backslash before an empty line

# Every node class that imports; a new one in LibCST must be named here, which a test asserts.
IMPORT_NODES: tuple[type[cst.CSTNode], ...] = (cst.Import, cst.ImportFrom, cst.LazyImport, cst.LazyImportFrom)


class Catches(NamedTuple):
    """Which of the errors that a failed import raises an except clause or a `raises` block takes."""

    import_error: bool = False
    everything: bool = False

    @property
    def any(self) -> bool:
        return self.import_error or self.everything


class ImportedName(NamedTuple):
    """One name of an import statement, and where its text stands: offsets into the statement."""

    level: int
    module: str
    name: str | None
    alias: str | None
    start: int
    end: int


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
    """The text of a literal string, joined ones included; None for anything computed."""
    if not isinstance(node, cst.SimpleString | cst.ConcatenatedString):
        return None
    value = node.evaluated_value
    return value if isinstance(value, str) else None


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


_WORD = re.compile(r"\#[^\r\n]*|(?P<word>[^\W\d]\w*|\*)")
_DEEP = re.compile(rf"\.(?:\s*\w+\s*\.){{{MAX_PARTS}}}")


@lru_cache(maxsize=65536)
def import_statement(text: str) -> tuple[ImportedName, ...]:
    """The names an import statement imports, empty where the text is none. LibCST reads the statement; the offsets
    come from its words, in the order LibCST gives them."""
    node = _statement(text)
    if not isinstance(node, IMPORT_NODES):
        return ()
    words = [found for found in _WORD.finditer(text) if found["word"]]
    at = next(i for i, found in enumerate(words) if found["word"] == "import") + 1
    names = []
    for _, level, module, name, alias in imported_names(node):
        parts = (name or module).count(".") + 1
        start, end = words[at].start(), words[at + parts - 1].end()
        names.append(ImportedName(level, normal(module), normal(name), normal(alias), start, end))
        at += parts + (2 if alias else 0)
    return tuple(names)


@lru_cache(maxsize=4096)
def failing_statement(text: str) -> bool:
    """Whether the text is a statement that fails the test."""
    node = _statement(text)
    return node is not None and fails_test(node)


def _statement(text: str) -> cst.CSTNode | None:
    if _DEEP.search(text):
        return None
    try:
        line = cst.parse_statement(text)
    except Exception:  # LibCST raises six types and more for text that is no statement
        return None
    return line.body[0] if isinstance(line, cst.SimpleStatementLine) and len(line.body) == 1 else None


def normal(name: Text) -> Text:
    """An identifier as Python compares it: in Unicode normal form KC (Reference 2.3)."""
    return name if name is None or name.isascii() else unicodedata.normalize("NFKC", name)


def _expression(text: str, longest: int = 2000) -> cst.BaseExpression | None:
    """The expression, or None where the text is none, or longer than any real one: LibCST's memory grows with the
    square of the depth."""
    if len(text) > longest or text.count("(") > MAX_PARTS or _DEEP.search(text):
        return None
    try:
        return cst.parse_expression(f"({text}\n)")
    except Exception:
        return None


@lru_cache(maxsize=4096)
def except_clause(text: str) -> Catches:
    """What `except TEXT:` catches, where TEXT is what stands between the keyword and the colon."""
    text = re.sub(r"^\s*\*", "", re.sub(JOIN, " ", text))
    text = re.sub(r"\bas\s+\w+\s*$", "", text)
    return Catches(everything=True) if not text.strip() else catches(_expression(text))


@lru_cache(maxsize=4096)
def condition(text: str) -> bool | None:
    """Whether `if TEXT:` holds for type checkers only (True), at run time only (False), or does not say (None)."""
    return typing_only(_expression(text))


@lru_cache(maxsize=4096)
def with_items(text: str) -> tuple[Catches, Catches]:
    """What `with TEXT:` expects to be raised and what it suppresses."""
    text = text.strip().rstrip(ENDS)
    for source in (f"with {text}: pass", f"with ({text}): pass"):
        try:
            node = cst.parse_statement(source)
        except Exception:
            continue
        if isinstance(node, cst.With):
            return with_roles(node)
    return Catches(), Catches()


@lru_cache(maxsize=4096)
def export_list(text: str) -> Exports:
    """The value of `__all__`, read from the text of an expression."""
    return exported(_expression(text, MAX_EXPORTS))


@lru_cache(maxsize=65536)
def target_names(text: str) -> tuple[str, ...]:
    """The names an assignment, `for` or `del` target binds; attributes and items of other objects bind none."""
    names: list[str] = []
    pending: list[cst.CSTNode | None] = [_expression(text)]
    while pending:
        node = pending.pop(0)
        if isinstance(node, cst.Name):
            names.append(node.value)
        elif isinstance(node, cst.Tuple | cst.List):
            pending[:0] = [element.value for element in node.elements]
    return tuple(names)


def catches(node: cst.CSTNode | None) -> Catches:
    """What the type, or tuple of types, of an except clause takes. No type takes everything."""
    if isinstance(node, cst.Tuple | cst.List):
        found = [catches(element.value) for element in node.elements]
        return Catches(any(one.import_error for one in found), any(one.everything for one in found))
    name = (dotted(node) or "").rpartition(".")[2]
    return Catches(name in IMPORT_ERRORS, name in BROAD_ERRORS)


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
        if function in ("raises", "assertRaises", "assertRaisesRegex") and arguments:
            raised = _both(raised, catches(arguments[0]))
        elif function == "suppress":
            suppressed = _both(suppressed, *(catches(one) for one in arguments))
    return raised, suppressed


def _both(*found: Catches) -> Catches:
    return Catches(any(one.import_error for one in found), any(one.everything for one in found))


def fails_test(node: cst.CSTNode) -> bool:
    """`pytest.fail(…)`, `self.fail(…)`, `fail(…)`, `raise AssertionError`, `assert False`: reached only by mistake."""
    if isinstance(node, cst.Expr) and isinstance(node.value, cst.Call):
        return dotted(node.value.func) in ("pytest.fail", "self.fail", "fail")
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
