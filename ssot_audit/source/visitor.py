"""A visitor that knows where it is: the blocks around the node it is at, and the scope names are looked up in."""

from __future__ import annotations

import libcst as cst

from ssot_audit.source import syntax
from ssot_audit.source.blocks import Block, Catches, Chain
from ssot_audit.source.scopes import Alias, Scope
from ssot_audit.source.uses import Uses


class PlacedVisitor(cst.CSTVisitor):
    """Visits statements in source order, keeping the stack and the scope of what is noted, and records every binding in
    its scope."""

    def __init__(self) -> None:
        super().__init__()
        self.noted = Uses()

    # Blocks

    def _inside(self, block: Block, *nodes: cst.CSTNode | None) -> None:
        self.noted.stack.append(block)
        self._visit(*nodes)
        self.noted.stack.pop()

    def _visit(self, *nodes: cst.CSTNode | None) -> None:
        for node in nodes:
            if node is not None:
                node.visit(self)

    def visit_If(self, node: cst.If) -> bool:
        self._if(node, "if", None)
        return False

    def _if(self, node: cst.If, keyword: str, chain: Chain | None) -> None:
        node.test.visit(self)
        only = syntax.typing_only(node.test)
        typing = only is True or (chain is not None and chain.later_arms_typing)
        block = self.noted.block(keyword, chain, typing=typing)
        block.chain.later_arms_typing |= only is False
        self._inside(block, node.body)
        if isinstance(node.orelse, cst.If):
            self._if(node.orelse, "elif", block.chain)
        elif node.orelse:
            self._inside(self.noted.block("else", block.chain, typing=block.chain.later_arms_typing), node.orelse)

    def visit_Try(self, node: cst.Try) -> bool:
        return self._try(node)

    def visit_TryStar(self, node: cst.TryStar) -> bool:
        return self._try(node)

    def _try(self, node: cst.Try | cst.TryStar) -> bool:
        block = self.noted.block("try")
        for handler in node.handlers:
            caught = syntax.catches(handler.type) if handler.type else Catches(everything=True)
            block.chain.caught(caught)
        self._inside(block, node.body)
        for handler in node.handlers:
            if handler.type:
                handler.type.visit(self)
            if handler.name:
                self._bind(handler.name.name)
            self._inside(self.noted.block("except", block.chain), handler.body)
        if node.orelse:
            self._inside(self.noted.block("else", block.chain), node.orelse)
        if node.finalbody:
            self._inside(self.noted.block("finally", block.chain), node.finalbody)
        return False

    def visit_With(self, node: cst.With) -> bool:
        for item in node.items:
            item.item.visit(self)
            if item.asname:
                self._bind(item.asname.name)
        raised, suppressed = syntax.with_roles(node)
        self._inside(self.noted.block("with", raised=raised, suppressed=suppressed), node.body)
        return False

    def visit_For(self, node: cst.For) -> bool:
        node.iter.visit(self)
        self._bind(node.target)
        self._inside(self.noted.block("for"), node.body)
        if node.orelse:
            self._inside(self.noted.block("else"), node.orelse)
        return False

    def visit_While(self, node: cst.While) -> bool:
        node.test.visit(self)
        self._inside(self.noted.block("while"), node.body)
        if node.orelse:
            self._inside(self.noted.block("else"), node.orelse)
        return False

    def visit_MatchCase(self, node: cst.MatchCase) -> bool:
        self._visit(node.pattern, node.guard)
        self._inside(self.noted.block("case"), node.body)
        return False

    # Scopes

    def _scoped(
        self, kind: str, params: cst.Parameters | None, *nodes: cst.CSTNode, target: cst.CSTNode | None = None
    ) -> None:
        outside, self.noted.scope = self.noted.scope, Scope(kind, self.noted.scope)
        if target is not None:
            self._bind(target)
        for one in _each_parameter(params):
            self.noted.scope.bind(one.name.value, None)
        for node in nodes:
            node.visit(self)
        self.noted.scope = outside

    def visit_FunctionDef(self, node: cst.FunctionDef) -> bool:
        self.noted.scope.bind(node.name.value, None)
        self._visit(*node.decorators, node.returns, node.type_parameters, *_outside(node.params))
        self.noted.stack.append(self.noted.block("def"))
        self._scoped("function", node.params, node.body)
        self.noted.stack.pop()
        return False

    def visit_Lambda(self, node: cst.Lambda) -> bool:
        self._visit(*_outside(node.params))
        self.noted.stack.append(self.noted.block("def"))
        self._scoped("function", node.params, node.body)
        self.noted.stack.pop()
        return False

    def visit_ClassDef(self, node: cst.ClassDef) -> bool:
        self.noted.scope.bind(node.name.value, None)
        self._visit(*node.decorators, node.type_parameters, *node.bases, *node.keywords)
        self.noted.stack.append(self.noted.block("class"))
        self._scoped("class", None, node.body)
        self.noted.stack.pop()
        return False

    def visit_ListComp(self, node: cst.ListComp) -> bool:
        return self._comprehension(node.for_in, node.elt)

    def visit_SetComp(self, node: cst.SetComp) -> bool:
        return self._comprehension(node.for_in, node.elt)

    def visit_GeneratorExp(self, node: cst.GeneratorExp) -> bool:
        return self._comprehension(node.for_in, node.elt)

    def visit_DictComp(self, node: cst.DictComp) -> bool:
        return self._comprehension(node.for_in, node.key, node.value)

    def _comprehension(self, clause: cst.CompFor, *results: cst.CSTNode) -> bool:
        clause.iter.visit(self)  # the first iterable is evaluated outside (Reference 6.2.4)
        self._scoped("function", None, *_clause_parts(clause, outermost=True), *results, target=clause.target)
        return False

    def visit_CompFor(self, node: cst.CompFor) -> bool:
        self._bind(node.target)
        self._visit(*_clause_parts(node, outermost=False))
        return False

    def visit_Global(self, node: cst.Global) -> None:
        for one in node.names:
            self.noted.scope.declare(one.name.value, everywhere=True)

    def visit_Nonlocal(self, node: cst.Nonlocal) -> None:
        for one in node.names:
            self.noted.scope.declare(one.name.value, everywhere=False)

    # Bindings

    def _bind(self, target: cst.CSTNode, value: cst.CSTNode | None = None) -> None:
        if isinstance(target, cst.Name):
            path = syntax.dotted(value)
            self.noted.scope.bind(target.value, Alias(self.noted.scope, tuple(path.split("."))) if path else None)
        elif isinstance(target, cst.Tuple | cst.List):
            values = value.elements if isinstance(value, cst.Tuple | cst.List) else ()
            paired = len(values) == len(target.elements)
            for number, element in enumerate(target.elements):
                self._bind(element.value, values[number].value if paired else None)
        elif isinstance(target, cst.StarredElement):
            self._bind(target.value)

    def visit_Assign(self, node: cst.Assign) -> None:
        for target in node.targets:
            self._bind(target.target, node.value)

    def visit_AnnAssign(self, node: cst.AnnAssign) -> None:
        if node.value is not None:
            self._bind(node.target, node.value)

    def visit_AugAssign(self, node: cst.AugAssign) -> None:
        self._bind(node.target)

    def visit_NamedExpr(self, node: cst.NamedExpr) -> None:
        self._bind(node.target, node.value)

    def visit_MatchAs(self, node: cst.MatchAs) -> None:
        if node.name is not None:
            self._bind(node.name)

    def visit_MatchStar(self, node: cst.MatchStar) -> None:
        if node.name is not None:
            self._bind(node.name)

    def visit_MatchMapping(self, node: cst.MatchMapping) -> None:
        if node.rest is not None:
            self._bind(node.rest)


def _each_parameter(params: cst.Parameters | None) -> list[cst.Param]:
    if params is None:
        return []
    stars = [one for one in (params.star_arg, params.star_kwarg) if isinstance(one, cst.Param)]
    return [*params.posonly_params, *params.params, *params.kwonly_params, *stars]


def _outside(params: cst.Parameters) -> list[cst.CSTNode | None]:
    """The parts of a parameter list that are evaluated outside the function."""
    return [part for one in _each_parameter(params) for part in (one.default, one.annotation)]


def _clause_parts(clause: cst.CompFor, outermost: bool) -> list[cst.CSTNode]:
    """What a comprehension's clause evaluates in its own scope."""
    inner = [clause.inner_for_in] if clause.inner_for_in else []
    return [*([] if outermost else [clause.iter]), *clause.ifs, *inner]
