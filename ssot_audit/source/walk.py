"""The whole-file reader: what LibCST's tree shows beyond import statements. Attribute uses of imported bindings, also
through aliases, and strings that name import paths.

Statements are visited in source order with the same block stack the scanner keeps; names are looked up once every
scope is known.
"""

from __future__ import annotations

from typing import NamedTuple

import libcst as cst
from libcst.metadata import CodeRange, MetadataWrapper, PositionProvider

from ssot_audit.model import Channel, Context, Place, Target, Use
from ssot_audit.source import syntax
from ssot_audit.source.blocks import Block, Chain, contexts
from ssot_audit.source.calls import Named, function_of, named_paths
from ssot_audit.source.scopes import Alias, Scope, is_bound, origins


class WalkedImport(NamedTuple):
    """An imported name as the tree has it; the sameness of both readers is held on these."""

    level: int
    module: str
    name: str | None
    alias: str | None
    contexts: tuple[Context, ...]


class Walked(NamedTuple):
    imports: tuple[WalkedImport, ...]
    uses: tuple[Use, ...]
    targets: tuple[Target, ...]


class _Seen(NamedTuple):
    """An expression of interest where it stands; its meaning is asked for at the end."""

    node: cst.CSTNode
    scope: Scope
    stack: tuple[Block, ...]
    order: int


def walk(text: str) -> Walked:
    """The tree's facts. Raises what LibCST raises for text it cannot read."""
    wrapper = MetadataWrapper(cst.parse_module(text), unsafe_skip_copy=True)
    walker = _Walker()
    wrapper.module.visit(walker)
    positions = wrapper.resolve(PositionProvider) if walker.expressions or walker.calls else {}
    return walker.result(positions)


class _Walker(cst.CSTVisitor):
    def __init__(self) -> None:
        super().__init__()
        self.scope = Scope("module", None)
        self.stack: list[Block] = []
        self.chains = 0
        self.order = 0
        self.imports: list[tuple[cst.CSTNode, tuple[int, str, str | None, str | None], _Seen]] = []
        self.expressions: list[_Seen] = []
        self.calls: list[_Seen] = []

    # Results

    def result(self, positions: object) -> Walked:
        places: dict[cst.CSTNode, CodeRange] = positions  # type: ignore[assignment]
        uses: list[Use] = []
        targets: list[Target] = []
        for seen in self.expressions:
            path = tuple((syntax.dotted(seen.node) or "").split("."))
            uses.extend(self._uses(seen, path, places[seen.node], Channel.ATTRIBUTE))
        for seen in self.calls:
            for named in self._named(seen):
                place = places[named.node]
                if named.base is None:
                    when = contexts(seen.stack, seen.order)
                    targets.append(Target(named.function, named.path or "", named.level, _place(place), when))
                elif (base := syntax.dotted(named.base)) and named.path:
                    path = (*base.split("."), named.path)
                    uses.extend(self._uses(seen, path, place, Channel.STRING))
        uses.sort(key=lambda use: (use.place, use.imported))
        imports = tuple(WalkedImport(*what, contexts(seen.stack, seen.order)) for _, what, seen in self.imports)
        return Walked(imports, tuple(uses), tuple(sorted(targets, key=lambda one: one.place)))

    def _uses(self, seen: _Seen, path: tuple[str, ...], place: CodeRange, channel: Channel) -> list[Use]:
        path = tuple(syntax.normal(part) for part in path)
        starts = [(number, rest) for number, rest in origins(seen.scope, path) if self._fits(number, rest)]
        # `import a.b` and `import a.c` both bind `a`: the use belongs to the longest module that fits.
        deepest = max((self._extra(number) for number, _ in starts), default=0)
        when = contexts(seen.stack, seen.order)
        return [
            Use(number, rest, _place(place), when, channel)
            for number, rest in dict.fromkeys(starts)
            if rest and self._extra(number) == deepest
        ]

    def _extra(self, number: int) -> int:
        """How many parts `import a.b.c` has beyond the name it binds."""
        _, module, name, alias = self.imports[number][1]
        return module.count(".") if name is None and alias is None else 0

    def _fits(self, number: int, rest: tuple[str, ...]) -> bool:
        _, module, name, alias = self.imports[number][1]
        if name is not None or alias is not None:
            return name != "*"
        below = tuple(module.split(".")[1:])
        return rest[: len(below)] == below[: len(rest)]

    def _named(self, seen: _Seen) -> list[Named]:
        call = seen.node
        assert isinstance(call, cst.Call)
        written = syntax.dotted(call.func) or ""
        path = tuple(written.split("."))
        absolute: str | None = None
        for number, rest in origins(seen.scope, path):
            level, module, name, alias = self.imports[number][1]
            start = ".".join(filter(None, (module, name))) if name or alias else module.partition(".")[0]
            absolute = "." * level + ".".join((start, *rest))
            function = function_of(written, absolute)
            if function:
                return list(named_paths(function, call))
        if absolute is not None or (is_bound(seen.scope, path[0]) and len(path) == 1):
            return []
        return list(named_paths(function_of(written, None), call))

    # Statements and blocks

    def _block(self, keyword: str, chain: Chain | None = None, **roles: object) -> Block:
        if chain is None:
            self.chains += 1
            chain = Chain(self.chains, keyword)
        return Block(keyword, 0, chain, 0, **roles)  # type: ignore[arg-type]

    def _inside(self, block: Block, *nodes: cst.CSTNode | None) -> None:
        self.stack.append(block)
        self._visit(*nodes)
        self.stack.pop()

    def _visit(self, *nodes: cst.CSTNode | None) -> None:
        for node in nodes:
            if node is not None:
                node.visit(self)

    def _seen(self, node: cst.CSTNode) -> _Seen:
        return _Seen(node, self.scope, tuple(self.stack), self.order)

    def on_visit(self, node: cst.CSTNode) -> bool:
        if isinstance(node, cst.BaseSmallStatement):
            self.order += 1
            self._note_failure(node)
            if isinstance(node, syntax.IMPORT_NODES):
                self._import(node)
                return False
        return super().on_visit(node)

    def _note_failure(self, node: cst.BaseSmallStatement) -> None:
        block = self.stack[-1] if self.stack else None
        if block and block.chain.keyword == "try" and block.keyword in ("try", "else") and syntax.fails_test(node):
            block.chain.fails.append(self.order)

    def _import(self, node: cst.CSTNode) -> None:
        for at, level, module, name, alias in syntax.imported_names(node):
            what = level, syntax.normal(module), syntax.normal(name), syntax.normal(alias)
            if name != "*":
                self.scope.bind(what[3] or what[2] or what[1].partition(".")[0], len(self.imports))
            self.imports.append((at, what, self._seen(at)))

    def visit_If(self, node: cst.If) -> bool:
        self._if(node, "if", None)
        return False

    def _if(self, node: cst.If, keyword: str, chain: Chain | None) -> None:
        node.test.visit(self)
        only = syntax.typing_only(node.test)
        typing = only is True or (chain is not None and chain.later_arms_typing)
        block = self._block(keyword, chain, typing=typing)
        block.chain.later_arms_typing |= only is False
        self._inside(block, node.body)
        if isinstance(node.orelse, cst.If):
            self._if(node.orelse, "elif", block.chain)
        elif node.orelse:
            self._inside(self._block("else", block.chain, typing=block.chain.later_arms_typing), node.orelse)

    def visit_Try(self, node: cst.Try) -> bool:
        return self._try(node)

    def visit_TryStar(self, node: cst.TryStar) -> bool:
        return self._try(node)

    def _try(self, node: cst.Try | cst.TryStar) -> bool:
        block = self._block("try")
        for handler in node.handlers:
            caught = syntax.catches(handler.type) if handler.type else syntax.Catches(everything=True)
            block.chain.caught(caught)
        self._inside(block, node.body)
        for handler in node.handlers:
            if handler.type:
                handler.type.visit(self)
            if handler.name:
                self._bind(handler.name.name)
            self._inside(self._block("except", block.chain), handler.body)
        if node.orelse:
            self._inside(self._block("else", block.chain), node.orelse)
        if node.finalbody:
            self._inside(self._block("finally", block.chain), node.finalbody)
        return False

    def visit_With(self, node: cst.With) -> bool:
        for item in node.items:
            item.item.visit(self)
            if item.asname:
                self._bind(item.asname.name)
        raised, suppressed = syntax.with_roles(node)
        self._inside(self._block("with", raised=raised, suppressed=suppressed), node.body)
        return False

    def visit_For(self, node: cst.For) -> bool:
        node.iter.visit(self)
        self._bind(node.target)
        self._inside(self._block("for"), node.body)
        if node.orelse:
            self._inside(self._block("else"), node.orelse)
        return False

    def visit_While(self, node: cst.While) -> bool:
        node.test.visit(self)
        self._inside(self._block("while"), node.body)
        if node.orelse:
            self._inside(self._block("else"), node.orelse)
        return False

    # Scopes

    def _scoped(self, kind: str, params: cst.Parameters | None, *nodes: cst.CSTNode) -> None:
        outside, self.scope = self.scope, Scope(kind, self.scope)
        for one in _each_parameter(params):
            self.scope.bind(one.name.value, None)
        for node in nodes:
            node.visit(self)
        self.scope = outside

    def visit_FunctionDef(self, node: cst.FunctionDef) -> bool:
        self.scope.bind(node.name.value, None)
        self._visit(*node.decorators, node.returns, *_outside(node.params))
        self.stack.append(self._block("def"))
        self._scoped("function", node.params, node.body)
        self.stack.pop()
        return False

    def visit_Lambda(self, node: cst.Lambda) -> bool:
        self._visit(*_outside(node.params))
        self._scoped("function", node.params, node.body)
        return False

    def visit_ClassDef(self, node: cst.ClassDef) -> bool:
        self.scope.bind(node.name.value, None)
        self._visit(*node.decorators, *node.bases, *node.keywords)
        self.stack.append(self._block("class"))
        self._scoped("class", None, node.body)
        self.stack.pop()
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
        self._scoped("function", None, clause, *results)
        return False

    def visit_CompFor(self, node: cst.CompFor) -> None:
        self._bind(node.target)

    def visit_Global(self, node: cst.Global) -> None:
        self.scope.outer.update(one.name.value for one in node.names)

    def visit_Nonlocal(self, node: cst.Nonlocal) -> None:
        self.scope.outer.update(one.name.value for one in node.names)

    # Bindings

    def _bind(self, target: cst.CSTNode, value: cst.CSTNode | None = None) -> None:
        if isinstance(target, cst.Name):
            path = syntax.dotted(value)
            self.scope.bind(target.value, Alias(self.scope, tuple(path.split("."))) if path else None)
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

    # Expressions of interest

    def visit_Attribute(self, node: cst.Attribute) -> bool:
        if syntax.dotted(node) is None:
            return True
        self.expressions.append(self._seen(node))
        return False

    def visit_Call(self, node: cst.Call) -> None:
        if node.args and syntax.dotted(node.func):
            self.calls.append(self._seen(node))


def _place(found: CodeRange) -> Place:
    return Place(found.start.line, found.start.column + 1, found.end.line, found.end.column + 1)


def _each_parameter(params: cst.Parameters | None) -> list[cst.Param]:
    if params is None:
        return []
    stars = [one for one in (params.star_arg, params.star_kwarg) if isinstance(one, cst.Param)]
    return [*params.posonly_params, *params.params, *params.kwonly_params, *stars]


def _outside(params: cst.Parameters) -> list[cst.CSTNode | None]:
    """The parts of a parameter list that are evaluated outside the function."""
    return [part for one in _each_parameter(params) for part in (one.default, one.annotation)]
