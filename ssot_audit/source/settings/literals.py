"""Literal values in a Python tree: their text, and where they stand."""

from __future__ import annotations

import ast
import re

from ssot_audit.source.settings.marks import COMPUTED


class Source:
    """A text that was parsed, and the offsets of the nodes of its tree. `original` is the text in whose place it was,
    where strings of newer syntax stand for the empty ones."""

    def __init__(self, text: str, original: str = "") -> None:
        self.text, self._original = text, original or text
        self._starts = [0, *(found.end() for found in re.finditer(r"\r\n|\r|\n", text))]
        self._ascii = text.isascii()
        self._columns: dict[int, list[int]] = {}  # by line: which character each byte of UTF-8 belongs to

    def span(self, node: ast.expr) -> tuple[int, int]:
        """Start and end of a node; inside f-strings Python 3.11 is not always right, but never out of the text."""
        start = self._offset(node.lineno, node.col_offset)
        end = self._offset(node.end_lineno or node.lineno, node.end_col_offset or node.col_offset)
        return start, max(start, end)

    def _offset(self, line: int, column: int) -> int:
        """`column` counts bytes of UTF-8."""
        start = self._starts[min(line, len(self._starts)) - 1]
        if not self._ascii:
            if line not in self._columns:
                end = self._starts[line] if line < len(self._starts) else len(self.text)
                self._columns[line] = _columns(self.text[start:end])
            columns = self._columns[line]
            column = columns[min(column, len(columns) - 1)]
        return min(start + column, len(self.text))

    def literal(self, node: ast.expr | None) -> str | None:
        """The text of a literal: a string's content, an f-string's with `{}` for what is computed, a number or a truth
        value as written. None for all else, and for None."""
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.UAdd):
            inner = node.operand
            if isinstance(inner, ast.Constant) and isinstance(inner.value, int | float | complex):
                return slice_of(self, node)
        if isinstance(node, ast.JoinedStr):
            return template(node)
        if not isinstance(node, ast.Constant) or node.value is None or node.value is Ellipsis:
            return None
        if not isinstance(node.value, str):
            return slice_of(self, node)
        return COMPUTED if not node.value and self._is_newer(node) else node.value

    def _is_newer(self, node: ast.expr) -> bool:
        start, _ = self.span(node)
        return not self._original.startswith(self.text[start : start + 2], start)


def _columns(line: str) -> list[int]:
    """For each byte of a line, and for its end, the number of characters before."""
    found: list[int] = []
    for number, character in enumerate(line):
        found += [number] * len(character.encode("utf-8"))
    return [*found, len(line)]


def slice_of(source: Source, node: ast.expr) -> str:
    start, end = source.span(node)
    return source.text[start:end]


def template(node: ast.JoinedStr) -> str | None:
    """`http://{}:8081` of f"http://{host}:8081"; None where nothing is literal."""
    parts = [one.value if isinstance(one, ast.Constant) else None for one in node.values]
    if not any(parts):
        return None
    return "".join("{}" if part is None else str(part) for part in parts)


def dotted(node: ast.expr) -> str:
    """`a.b.c` of a name or attribute, `b.c` where what stands before is computed; literal items count as attributes."""
    names: list[str] = []
    while True:
        if isinstance(node, ast.Attribute):
            names.append(node.attr)
            node = node.value
        elif (
            isinstance(node, ast.Subscript)
            and isinstance(node.slice, ast.Constant)
            and isinstance(node.slice.value, str)
        ):
            names.append(node.slice.value)
            node = node.value
        else:
            break
    if isinstance(node, ast.Name):
        names.append(node.id)
    return ".".join(reversed(names))
