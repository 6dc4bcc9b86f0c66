"""LibCST's tree of a text, which it reads in the syntax of any Python 3: what it shows beyond import statements.

Statements are visited in source order with the same block stack the scanner keeps.
"""

from __future__ import annotations

import libcst as cst
from libcst.metadata import MetadataWrapper, PositionProvider

from ssot_audit.facts import Place
from ssot_audit.source import syntax
from ssot_audit.source.uses import Walked
from ssot_audit.source.visitor import PlacedVisitor


def walk(text: str) -> Walked:
    """The tree's facts. Raises what LibCST raises for text it cannot read."""
    wrapper = MetadataWrapper(cst.parse_module(text), unsafe_skip_copy=True)
    walker = _Walker()
    wrapper.module.visit(walker)
    noted = walker.noted
    places = wrapper.resolve(PositionProvider) if noted.expressions or noted.calls else {}

    def place(node: cst.CSTNode) -> Place:
        found = places[node]
        return Place(found.start.line, found.start.column + 1, found.end.line, found.end.column + 1)

    return noted.result(place, syntax.given)


class _Walker(PlacedVisitor):
    def on_visit(self, node: cst.CSTNode) -> bool:
        if isinstance(node, cst.BaseSmallStatement):
            self.noted.order += 1
            if syntax.fails_test(node):
                self.noted.failed()
            if isinstance(node, syntax.IMPORT_NODES):
                for one in syntax.imported_names(node):
                    self.noted.imported(*one)
                return False
        return super().on_visit(node)

    def visit_Attribute(self, node: cst.Attribute) -> bool:
        path = syntax.dotted(node)
        if path is None:
            return True
        self.noted.expressions.append(self.noted.seen(node, path))
        return False

    def visit_Call(self, node: cst.Call) -> None:
        path = syntax.dotted(node.func) if node.args else None
        if path:
            self.noted.calls.append(self.noted.seen(node, path))
