"""A visitor of the interpreter's own tree that knows where it is: the scope names are looked up in, the classes and
functions around it, its contexts, and the branches it is in.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from ssot_audit.facts import Context, Import, Place
from ssot_audit.source.blocks import EXPECTING, named_errors
from ssot_audit.source.scopes import Alias, Scope
from ssot_audit.source.text import normal


def dotted(node: ast.expr) -> tuple[str, ...] | None:
    """The names of a dotted expression; another expression at its root, a call perhaps, is written `()`."""
    names: list[str] = []
    while isinstance(node, ast.Attribute):
        names.append(normal(node.attr))
        node = node.value
    if isinstance(node, ast.Name):
        names.append(normal(node.id))
    elif names:
        names.append("()")
    else:
        return None
    return tuple(reversed(names))


def literal(node: ast.expr | None) -> str:
    """The text of a literal, empty for anything else."""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def binding(scope: Scope, name: str) -> tuple[Scope | None, list[int | Alias | None]]:
    """The scope that binds a name where it is read, and what binds it there."""
    at: Scope | None = scope
    while at:
        if name in at.outer:
            return binding(at.outer[name], name)
        if name in at.names and (at is scope or at.kind != "class"):
            return at, at.names[name]
        at = at.parent
    return None, []


def _role(manager: ast.expr) -> set[Context]:
    """What it means to stand in a with statement: errors are wanted (pytest.raises, assertRaises), or suppressed."""
    names = dotted(manager.func) if isinstance(manager, ast.Call) else None
    if not names or not isinstance(manager, ast.Call):
        return set()
    given = [*manager.args, *(one.value for one in manager.keywords if one.arg == "expected_exception")]
    wanted = names[-1] in EXPECTING
    types = given[:1] if wanted else given if names[-1] == "suppress" else []
    each = [one for type_ in types for one in (type_.elts if isinstance(type_, ast.Tuple) else [type_])]
    paths = [".".join(dotted(one) or ()) for one in each]
    caught = named_errors(paths)
    if wanted:
        return {Context.EXPECTED_FAILURE} if caught.any or "AttributeError" in paths else set()
    guards = {Context.GUARDED: caught.import_error, Context.BROAD_GUARDED: caught.everything}
    return {context for context, holds in guards.items() if holds}


class Places:
    """Where nodes stand in a text."""

    def __init__(self, text: str) -> None:
        # The interpreter's tree counts lines as the interpreter does: a form feed ends none.
        self.lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")

    def place(self, node: ast.expr | ast.stmt | ast.alias) -> Place:
        end_line, end = node.end_lineno or node.lineno, node.end_col_offset or node.col_offset
        return Place(node.lineno, self.column(node.lineno, node.col_offset), end_line, self.column(end_line, end))

    def column(self, line: int, offset: int) -> int:
        """The column, from 1 and in characters, of an offset in bytes."""
        text = self.lines[line - 1] if line <= len(self.lines) else ""
        return offset + 1 if text.isascii() else len(text.encode()[:offset].decode("utf-8", "replace")) + 1


class TreeVisitor(Places):
    """Visits statements in source order. `handlers` are the methods for nodes that need more than their children
    visited; a class below this one adds its own."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.module = self.at = Scope("module", None)
        self.scope: tuple[str, ...] = ()
        self.contexts: tuple[Context, ...] = ()
        self.branches: tuple[tuple[int, int], ...] = ()
        self.chains = 0
        self.imports: list[Import] = []

    def named_place(self, node: ast.stmt, name: str) -> ast.stmt:
        """A node that stands for the name in a class or def statement."""
        line = self.lines[node.lineno - 1] if node.lineno <= len(self.lines) else ""
        at = line.find(name, self.column(node.lineno, node.col_offset) - 1)
        start = len(line[:at].encode()) if at >= 0 else node.col_offset
        end = start + len(name.encode())
        return ast.Pass(lineno=node.lineno, col_offset=start, end_lineno=node.lineno, end_col_offset=end)

    def visit_all(self, nodes: Sequence[ast.AST]) -> None:
        for node in nodes:
            self.visit(node)

    def visit(self, node: ast.AST) -> None:
        handler = self.handlers.get(type(node))
        if handler:
            handler(self, node)
        else:
            self.visit_all(list(ast.iter_child_nodes(node)))

    def _inside(self, nodes: Sequence[ast.AST], arm: tuple[int, int], *contexts: Context) -> None:
        before = self.contexts, self.branches
        self.branches = (*self.branches, arm)
        self.contexts = tuple(one for one in Context if one in contexts or one in self.contexts)
        self.visit_all(nodes)
        self.contexts, self.branches = before

    def _chain(self) -> int:
        self.chains += 1
        return self.chains

    def _if(self, node: ast.If) -> None:
        self.visit(node.test)
        chain, test = self._chain(), dotted(node.test)
        typing = test is not None and test[-1] == "TYPE_CHECKING"
        self._inside(node.body, (chain, 0), *((Context.TYPING,) if typing else ()))
        self._inside(node.orelse, (chain, 1))

    def _try(self, node: ast.Try | ast.TryStar) -> None:
        chain, contexts = self._chain(), set[Context]()
        for handler in node.handlers:
            types = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
            caught = named_errors(".".join(dotted(one) or ()) for one in types if one is not None)
            if caught.import_error:
                contexts.add(Context.GUARDED)
            if caught.everything or handler.type is None:
                contexts.add(Context.BROAD_GUARDED)
        self._inside(node.body, (chain, 0), *contexts)
        for arm, handler in enumerate(node.handlers, 1):
            if handler.type:
                self.visit(handler.type)
            if handler.name:
                self.at.bind(normal(handler.name), None)
            self._inside(handler.body, (chain, arm), Context.HANDLER)
        self._inside(node.orelse, (chain, 0))
        self.visit_all(node.finalbody)

    def _with(self, node: ast.With | ast.AsyncWith) -> None:
        before = self.contexts
        for item in node.items:
            self.visit(item)
            role = _role(item.context_expr)
            self.contexts = tuple(one for one in Context if one in role or one in self.contexts)
        self.visit_all(node.body)
        self.contexts = before

    def _match(self, node: ast.Match) -> None:
        self.visit(node.subject)
        chain = self._chain()
        for arm, case in enumerate(node.cases):
            self.visit(case.pattern)
            if case.guard:
                self.visit(case.guard)
            self._inside(case.body, (chain, arm))

    def _import(self, node: ast.Import | ast.ImportFrom) -> None:
        for alias in node.names:
            simple = isinstance(node, ast.Import)
            module = alias.name if simple else (node.module or "")  # type: ignore[union-attr]
            name, level = (None, 0) if isinstance(node, ast.Import) else (normal(alias.name), node.level)
            one = Import(self.place(alias), level, normal(module), name, normal(alias.asname), self.contexts)
            if name != "*":
                self.at.bind(one.bound, len(self.imports))
            self.imports.append(one)

    def scoped(self, kind: str, name: str, body: Sequence[ast.AST], arguments: ast.arguments | None = None) -> None:
        before = self.at, self.scope, self.branches
        self.at = Scope(kind, self.at)
        if name:
            self.scope, self.branches = (*self.scope, name), ()
        if arguments:
            each = (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg)
            for one in each:
                if one:
                    self.at.bind(normal(one.arg), None)
        self.visit_all(body)
        self.at, self.scope, self.branches = before

    def _lambda(self, node: ast.Lambda) -> None:
        self.visit(node.args)
        self.scoped("function", "", [node.body], node.args)

    def _comprehension(self, node: ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp) -> None:
        self.scoped("function", "", list(ast.iter_child_nodes(node)))

    def _outer(self, node: ast.Global | ast.Nonlocal) -> None:
        for name in node.names:
            self.at.declare(normal(name), everywhere=isinstance(node, ast.Global))

    handlers: Mapping[type[ast.AST], Callable[[Any, Any], None]] = MappingProxyType(
        {
            ast.If: _if,
            ast.Try: _try,
            ast.TryStar: _try,
            ast.With: _with,
            ast.AsyncWith: _with,
            ast.Match: _match,
            ast.Import: _import,
            ast.ImportFrom: _import,
            ast.Lambda: _lambda,
            ast.Global: _outer,
            ast.Nonlocal: _outer,
            **dict.fromkeys((ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp), _comprehension),
        }
    )
