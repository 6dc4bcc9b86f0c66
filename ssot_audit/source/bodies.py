"""What gives classes their attributes: the definitions of one text, and the attributes that statements set."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from ssot_audit.outline import Outline, Wanted
from ssot_audit.source.outliner import outline
from ssot_audit.source.text import normal
from ssot_audit.source.tree import TreeVisitor, dotted

ANY = "*"  # the name of an attribute that is computed


class Setting(NamedTuple):
    """An attribute that an assignment or `setattr` gives to `owner`, as written (`self`, `Cart`), or one that a class
    body names in `__slots__`, which is its owner, or only annotates, where there is no owner. `scope` are the classes
    and functions (`name()`) around it."""

    owner: tuple[str, ...]
    name: str
    scope: tuple[str, ...]


class Body(NamedTuple):
    outline: Outline
    settings: tuple[Setting, ...]


def body(text: str) -> Body:
    """What one text says of attributes. Raises SyntaxError, ValueError, RecursionError or MemoryError where the
    interpreter cannot parse it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tree = ast.parse(text)
    settings = _Settings(text)
    settings.visit_all(tree.body)
    return Body(outline(text, Wanted(definitions=("*",))), tuple(settings.found))


class _Settings(TreeVisitor):
    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.found: list[Setting] = []

    def _class(self, node: ast.ClassDef) -> None:
        self.scoped("class", normal(node.name), node.body)

    def _function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        self.scoped("function", f"{normal(node.name)}()", node.body)

    def _attribute(self, node: ast.Attribute) -> None:
        names = dotted(node) or ()
        if isinstance(node.ctx, ast.Store):
            self.found.append(Setting(names[:-1], names[-1], self.scope))

    def _assign(self, node: ast.Assign) -> None:
        slots = any(isinstance(one, ast.Name) and one.id == "__slots__" for one in node.targets)
        if slots and self.at.kind == "class":
            names = getattr(node.value, "elts", [node.value])
            values = [one.value if isinstance(one, ast.Constant) else None for one in names]
            self.found += [Setting(("__slots__",), one if isinstance(one, str) else ANY, self.scope) for one in values]
        self.visit_all(list(ast.iter_child_nodes(node)))

    def _annotated(self, node: ast.AnnAssign) -> None:
        if isinstance(node.target, ast.Attribute):
            self.visit(node.target)
        elif isinstance(node.target, ast.Name) and node.value is None and self.at.kind == "class":
            self.found.append(Setting((), normal(node.target.id), self.scope))

    def _call(self, node: ast.Call) -> None:
        if isinstance(node.func, ast.Name) and node.func.id == "setattr" and len(node.args) == 3:
            owner, name, _ = node.args
            known = isinstance(name, ast.Constant) and isinstance(name.value, str)
            self.found.append(Setting(dotted(owner) or (), name.value if known else ANY, self.scope))  # type: ignore[attr-defined]
        self.visit_all(list(ast.iter_child_nodes(node)))

    handlers: Mapping[type[ast.AST], Callable[[Any, Any], None]] = MappingProxyType(
        {
            **TreeVisitor.handlers,
            ast.ClassDef: _class,
            ast.FunctionDef: _function,
            ast.AsyncFunctionDef: _function,
            ast.Attribute: _attribute,
            ast.Assign: _assign,
            ast.AnnAssign: _annotated,
            ast.Call: _call,
        }
    )
