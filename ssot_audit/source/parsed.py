"""The interpreter's own tree of a text: what it shows beyond import statements. It is there in a fraction of the time
LibCST's takes, and tells the same of what this interpreter parses.
"""

from __future__ import annotations

import ast
import re
import sys
import warnings
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any

from ssot_audit.facts import Place
from ssot_audit.source.blocks import Block, Catches, Chain
from ssot_audit.source.calls import Argument, Given
from ssot_audit.source.lines import COMMENT, STRING
from ssot_audit.source.nodes import bare, catches, dotted, fails_test, typing_only, with_roles
from ssot_audit.source.scopes import Alias, Scope
from ssot_audit.source.tree import Places
from ssot_audit.source.uses import Uses, Walked

_TRUE_PLACES = sys.version_info >= (3, 12)  # of what stands in f-strings
_LEAVES = frozenset((ast.Name, ast.Constant, ast.Load, ast.Store, ast.Del))
_PIECES = re.compile(rf"{COMMENT}|[rRuU]?(?P<string>{STRING})", re.DOTALL)
_SPLIT = re.compile(r"\w\0+\w")


def parsed(text: str) -> Walked | None:
    """The tree's facts; None where the interpreter has no tree of the text, or not the places in it."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
        reader = _Reader(text)
        reader.each(tree.body)
        return reader.noted.result(reader.place, reader.given)
    except (SyntaxError, ValueError, RecursionError, MemoryError, _Misplaced):
        return None


class _Misplaced(Exception):
    """The interpreter does not tell where this stands."""


class _Reader(Places):
    """Visits statements in source order, and records every binding in its scope."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.noted = Uses()
        self.misplaced = set[ast.AST]()

    def place(self, node: ast.expr | ast.stmt | ast.alias) -> Place:
        if node in self.misplaced:
            raise _Misplaced
        return super().place(node)

    def visit(self, node: ast.AST) -> None:
        kind = type(node)
        if kind in _LEAVES:
            return
        if isinstance(node, ast.stmt) and kind not in _COMPOUND:
            self.noted.order += 1
            if fails_test(node):
                self.noted.failed()
        handler = _HANDLERS.get(kind)
        if handler is None or handler(self, node):
            for name in node._fields:
                value = getattr(node, name, None)
                if isinstance(value, list):
                    self.each(value)
                elif isinstance(value, ast.AST):
                    self.visit(value)

    def each(self, *parts: Iterable[ast.AST | None]) -> None:
        for part in parts:
            for node in part:
                if isinstance(node, ast.AST):
                    self.visit(node)

    # What is noted

    def _attribute(self, node: ast.Attribute) -> bool:
        path = dotted(node)
        if path is not None:
            self.noted.expressions.append(self.noted.seen(node, path))
        return path is None

    def _call(self, node: ast.Call) -> bool:
        path = dotted(node.func) if node.args or node.keywords else None
        if path is not None:
            self.noted.calls.append(self.noted.seen(node, path))
        return True

    def _import(self, node: ast.Import | ast.ImportFrom) -> bool:
        for one in node.names:
            if isinstance(node, ast.Import):
                self.noted.imported(one, 0, one.name, None, one.asname)
            else:
                self.noted.imported(one, node.level, node.module or "", one.name, one.asname)
        return False

    def _joined(self, node: ast.AST) -> bool:
        if not _TRUE_PLACES:
            self.misplaced.update(ast.walk(node))
        return True

    def given(self, call: ast.Call) -> Given:
        positional = [self._argument(one) for one in call.args if not isinstance(one, ast.Starred)]
        return Given(positional, {one.arg: self._argument(one.value) for one in call.keywords if one.arg})

    def _argument(self, node: ast.expr) -> Argument:
        inside = [self._argument(bare(one)) for one in node.elts] if isinstance(node, ast.List | ast.Tuple) else ()
        return Argument(node, self._text(node), dotted(node), tuple(inside))

    def _text(self, node: ast.expr) -> str | None:
        """The text of a literal string; None for one in which no search of the file would find the words: spelled with
        escapes, or a word in two parts."""
        if not isinstance(node, ast.Constant) or not isinstance(node.value, str):
            return None
        at = self.place(node)
        lines = self.lines[at.line - 1 : at.end_line]
        lines[-1] = lines[-1][: at.end_column - 1]
        lines[0] = lines[0][at.column - 1 :]
        pieces = [one["string"] for one in _PIECES.finditer("\n".join(lines)) if one["string"]]
        held = "\0".join(one[3:-3] if one[:3] in ('"' * 3, "'" * 3) else one[1:-1] for one in pieces)
        return None if "\\" in held or _SPLIT.search(held) else node.value

    # Blocks

    def _inside(self, block: Block, body: Iterable[ast.AST]) -> None:
        self.noted.stack.append(block)
        self.each(body)
        self.noted.stack.pop()

    def _if(self, node: ast.If, keyword: str = "if", chain: Chain | None = None) -> None:
        self.visit(node.test)
        only = typing_only(node.test)
        typing = only is True or (chain is not None and chain.later_arms_typing)
        block = self.noted.block(keyword, chain, typing=typing)
        block.chain.later_arms_typing |= only is False
        self._inside(block, node.body)
        first = node.orelse[0] if node.orelse else None
        if isinstance(first, ast.If) and self._is_elif(first):
            self._if(first, "elif", block.chain)
        elif first:
            self._inside(self.noted.block("else", block.chain, typing=block.chain.later_arms_typing), node.orelse)

    def _is_elif(self, node: ast.If) -> bool:
        return self.lines[node.lineno - 1].encode()[node.col_offset :].startswith(b"elif")

    def _try(self, node: ast.Try | ast.TryStar) -> None:
        block = self.noted.block("try")
        for handler in node.handlers:
            block.chain.caught(catches(handler.type) if handler.type else Catches(everything=True))
        self._inside(block, node.body)
        for handler in node.handlers:
            self.each([handler.type])
            if handler.name:
                self.noted.scope.bind(handler.name, None)
            self._inside(self.noted.block("except", block.chain), handler.body)
        for keyword, body in (("else", node.orelse), ("finally", node.finalbody)):
            if body:
                self._inside(self.noted.block(keyword, block.chain), body)

    def _with(self, node: ast.With | ast.AsyncWith) -> None:
        for item in node.items:
            self.visit(item.context_expr)
            self._bind(item.optional_vars)
        raised, suppressed = with_roles(node)
        self._inside(self.noted.block("with", raised=raised, suppressed=suppressed), node.body)

    def _for(self, node: ast.For | ast.AsyncFor) -> None:
        self.visit(node.iter)
        self._bind(node.target)
        self._loop(node, "for")

    def _while(self, node: ast.While) -> None:
        self.visit(node.test)
        self._loop(node, "while")

    def _loop(self, node: ast.For | ast.AsyncFor | ast.While, keyword: str) -> None:
        self._inside(self.noted.block(keyword), node.body)
        if node.orelse:
            self._inside(self.noted.block("else"), node.orelse)

    def _case(self, node: ast.match_case) -> None:
        self.each([node.pattern, node.guard])
        self._inside(self.noted.block("case"), node.body)

    # Scopes

    def _scoped(self, keyword: str, kind: str, bound: Iterable[str], body: Iterable[ast.AST]) -> None:
        outside = self.noted.scope
        self.noted.scope = Scope(kind, outside)
        for name in bound:
            self.noted.scope.bind(name, None)
        self._inside(self.noted.block(keyword), body)
        self.noted.scope = outside

    def _function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        self.noted.scope.bind(node.name, None)
        self.each(node.decorator_list, [node.returns], getattr(node, "type_params", ()))
        self._called(node.args, node.body)

    def _lambda(self, node: ast.Lambda) -> None:
        self._called(node.args, [node.body])

    def _called(self, given: ast.arguments, body: Iterable[ast.AST]) -> None:
        every = (*given.posonlyargs, *given.args, *given.kwonlyargs, given.vararg, given.kwarg)
        each = [one for one in every if one is not None]
        self.each(given.defaults, given.kw_defaults, (one.annotation for one in each))
        self._scoped("def", "function", (one.arg for one in each), body)

    def _class(self, node: ast.ClassDef) -> None:
        self.noted.scope.bind(node.name, None)
        self.each(node.decorator_list, getattr(node, "type_params", ()), node.bases, node.keywords)
        self._scoped("class", "class", (), node.body)

    def _comprehension(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp) -> None:
        self.visit(node.generators[0].iter)  # the first iterable is evaluated outside (Reference 6.2.4)
        outside = self.noted.scope
        self.noted.scope = Scope("function", outside)
        for number, clause in enumerate(node.generators):
            self._bind(clause.target)
            self.each([clause.iter] if number else [], clause.ifs)
        self.each([node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt])
        self.noted.scope = outside

    def _outer(self, node: ast.Global | ast.Nonlocal) -> None:
        for name in node.names:
            self.noted.scope.declare(name, everywhere=isinstance(node, ast.Global))

    # Bindings

    def _bind(self, target: ast.AST | None, value: ast.AST | None = None) -> None:
        if isinstance(target, ast.Name):
            path = dotted(value)
            scope = self.noted.scope
            scope.bind(target.id, Alias(scope, tuple(path.split("."))) if path else None)
        elif isinstance(target, ast.Tuple | ast.List):
            values = value.elts if isinstance(value, ast.Tuple | ast.List) else []
            paired = len(values) == len(target.elts)
            for number, one in enumerate(target.elts):
                self._bind(bare(one), bare(values[number]) if paired else None)

    def _assign(self, node: ast.Assign | ast.AnnAssign | ast.AugAssign | ast.NamedExpr) -> bool:
        if isinstance(node, ast.Assign):
            for target in node.targets:
                self._bind(target, node.value)
        elif node.value is not None:
            self._bind(node.target, None if isinstance(node, ast.AugAssign) else node.value)
        return True

    def _pattern(self, node: ast.MatchAs | ast.MatchStar | ast.MatchMapping) -> bool:
        name = node.rest if isinstance(node, ast.MatchMapping) else node.name
        if name is not None:
            self.noted.scope.bind(name, None)
        return True


# A handler whose answer is true has the node's children visited.
_HANDLERS: Mapping[type[ast.AST], Callable[[Any, Any], bool | None]] = MappingProxyType(
    {
        ast.Attribute: _Reader._attribute,
        ast.Call: _Reader._call,
        ast.If: _Reader._if,
        ast.While: _Reader._while,
        ast.match_case: _Reader._case,
        ast.ClassDef: _Reader._class,
        ast.Lambda: _Reader._lambda,
        **dict.fromkeys((ast.Import, ast.ImportFrom), _Reader._import),
        **dict.fromkeys((ast.Try, ast.TryStar), _Reader._try),
        **dict.fromkeys((ast.With, ast.AsyncWith), _Reader._with),
        **dict.fromkeys((ast.For, ast.AsyncFor), _Reader._for),
        **dict.fromkeys((ast.FunctionDef, ast.AsyncFunctionDef), _Reader._function),
        **dict.fromkeys((ast.ListComp, ast.SetComp, ast.GeneratorExp, ast.DictComp), _Reader._comprehension),
        **dict.fromkeys((ast.Global, ast.Nonlocal), _Reader._outer),
        **dict.fromkeys((ast.Assign, ast.AnnAssign, ast.AugAssign, ast.NamedExpr), _Reader._assign),
        **dict.fromkeys((ast.MatchAs, ast.MatchStar, ast.MatchMapping), _Reader._pattern),
        ast.JoinedStr: _Reader._joined,
    }
)
_COMPOUND = frozenset(
    (
        *(ast.If, ast.While, ast.Match, ast.ClassDef, ast.Try, ast.TryStar, ast.With, ast.AsyncWith, ast.For),
        *(ast.AsyncFor, ast.FunctionDef, ast.AsyncFunctionDef),
    )
)
