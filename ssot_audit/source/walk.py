"""The whole-file reader: what LibCST's tree shows beyond import statements. Attribute uses of imported bindings, also
through aliases, and strings that name import paths.

Statements are visited in source order with the same block stack the scanner keeps; names are looked up once every
scope is known.
"""

from __future__ import annotations

from typing import NamedTuple

import libcst as cst
from libcst.metadata import CodeRange, MetadataWrapper, PositionProvider

from ssot_audit.facts import Channel, Context, Place, Target, Use
from ssot_audit.source import syntax
from ssot_audit.source.blocks import Block, contexts
from ssot_audit.source.calls import Named, named_paths
from ssot_audit.source.functions import function_of
from ssot_audit.source.scopes import Scope, is_bound, origins
from ssot_audit.source.text import normal
from ssot_audit.source.visitor import PlacedVisitor

MAX_STARTS = 20  # imports one name may come from


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


class _Walker(PlacedVisitor):
    def __init__(self) -> None:
        super().__init__()
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
                    channel = Channel.ATTRIBUTE if named.function == "getattr" else Channel.STRING
                    uses.extend(self._uses(seen, path, place, channel))
        uses.sort(key=lambda use: (use.place, use.imported))
        imports = tuple(WalkedImport(*what, contexts(seen.stack, seen.order)) for _, what, seen in self.imports)
        return Walked(imports, tuple(uses), tuple(sorted(targets, key=lambda one: one.place)))

    def _uses(self, seen: _Seen, path: tuple[str, ...], place: CodeRange, channel: Channel) -> list[Use]:
        path = tuple(normal(part) for part in path)
        starts = [one for one in dict.fromkeys(origins(seen.scope, path)) if self.imports[one[0]][1][2] != "*"]
        # `import a.b` and `import a.c` both bind `a`: the use belongs to the one that shares most with it.
        nearest = max((self._shared(number, rest) for number, rest in starts), default=0)
        when = contexts(seen.stack, seen.order)
        return [
            Use(number, rest, _place(place), when, channel)
            for number, rest in starts
            if rest and self._shared(number, rest) == nearest
        ][:MAX_STARTS]

    def _shared(self, number: int, rest: tuple[str, ...]) -> int:
        """How many parts of `import a.b.c`, beyond the name it binds, a use goes on with."""
        _, module, name, alias = self.imports[number][1]
        below = module.split(".")[1:] if name is None and alias is None else []
        shared = 0
        for ours, theirs in zip(below, rest, strict=False):
            if ours != theirs:
                break
            shared += 1
        return shared

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

    # What is noted on the way

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
            what = level, normal(module), normal(name), normal(alias)
            if name != "*":
                self.scope.bind(what[3] or what[2] or what[1].partition(".")[0], len(self.imports))
            self.imports.append((at, what, self._seen(at)))

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
