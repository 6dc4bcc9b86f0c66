"""The lexical reader: imports with their contexts, and names bound at module level, without a syntax tree.

It reads every file, also one that does not parse. Statements are found by their first word on a logical line; LibCST
reads each distinct import statement, except clause and condition once.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from ssot_audit.facts import Facts, Import
from ssot_audit.source import statements
from ssot_audit.source.bindings import HANDLER_ARM, ModuleNames
from ssot_audit.source.blocks import Block, Chain, contexts, in_module
from ssot_audit.source.lines import Line, Ruler, logical_lines, marks
from ssot_audit.source.relevant import FAILING, HEADERS, IMPORTS
from ssot_audit.source.verify import Outline

_KEYWORDS = HEADERS | IMPORTS | FAILING | {"global"}
_CONTINUES = {"elif": ("if",), "else": ("if", "try", "for", "while"), "except": ("try",), "finally": ("try",)}
_FAIL = re.compile(
    r"(?:(?:pytest|self)[\s\\]*\.[\s\\]*)?fail\b|raise\b[\s\\(]*AssertionError\b|assert\b[\s\\(]*(?:False\b|0)"
)
_SOFT_OTHERWISE = re.compile(r"\w+[ \t]*(?:[=,:)\r\n;]|\.(?![\d.])|$)")
_FIRST = re.compile(r"\w*")
_ASYNC = re.compile(r"[\s\\]*(def|with|for)\b")
_INLINE_IMPORT = re.compile(r";(?:[ \t\f]|\\\r?\n?)*(?:import|from|lazy)\b")
# In a syntax tree `elif` is an `if` inside an `else`, and else, finally and match have no node of their own.
_OUTLINE = {"elif": "if"}
_UNNAMED = frozenset(("else", "finally", "match"))


class _Found(NamedTuple):
    """An import statement, with the blocks it stands in: its contexts are known at the end of the file."""

    start: int
    names: tuple[statements.ImportedName, ...]
    stack: tuple[Block, ...]


def scan(text: str, lines: Iterable[Line] | None = None) -> tuple[Facts, Outline]:
    """The facts of a text, whatever the text, and the outline the verifier holds against its own. `lines` are those
    that matter, where they are known; else all are read."""
    scanner = _Scanner(text, lines is None)
    return scanner.facts(logical_lines(text) if lines is None else lines), scanner.outline()


def stacks_at(text: str, lines: Iterable[Line], offsets: Sequence[int]) -> list[tuple[int, tuple[Block, ...]]]:
    """Of each offset, in order, where its line starts and the blocks it stands in; fewer where one is in none of the
    lines."""
    scanner = _Scanner(text, False, offsets)
    scanner.read(lines)
    return scanner.stacks


class _Scanner:
    def __init__(self, text: str, whole: bool, spots: Sequence[int] = ()) -> None:
        self.text = text
        self.spots = deque(spots)  # offsets whose blocks are asked for, in order
        self.stacks: list[tuple[int, tuple[Block, ...]]] = []  # where each one's line starts, and its blocks
        self.ruler = Ruler(text)
        self.names = ModuleNames(text, self.ruler)
        self.stack: list[Block] = []
        self.found: list[_Found] = []
        self.count = 0  # imported names so far
        self.inline_imports = whole and _INLINE_IMPORT.search(text) is not None  # the lines that matter have none
        self.inside = -1  # column of the outermost function or class we are in

    def facts(self, lines: Iterable[Line]) -> Facts:
        self.read(lines)
        found = self.names
        return Facts(self._imports(), tuple(found.bindings), found.exports, found.dynamic)

    def read(self, lines: Iterable[Line]) -> None:
        for line in lines:
            if line.word in _KEYWORDS:
                self._keyword(line)
            elif line.column > self.inside >= 0:
                if self.inline_imports or (self.spots and self.spots[0] < line.end):
                    self._simple(line.start, line.end, line.column)
            else:
                self._simple(line.start, line.end, line.column)

    def outline(self) -> Outline:
        return tuple(
            (
                self.ruler.line(found.start + one.start),
                *(one.level, one.module, one.name, one.alias),
                tuple(
                    _OUTLINE.get(block.keyword, block.keyword) for block in found.stack if block.keyword not in _UNNAMED
                ),
            )
            for found in self.found
            for one in found.names
        )

    def _imports(self) -> tuple[Import, ...]:
        return tuple(
            Import(
                self.ruler.place(found.start + one.start, found.start + one.end),
                one.level,
                one.module,
                one.name,
                one.alias,
                contexts(found.stack, found.start),
            )
            for found in self.found
            for one in found.names
        )

    # Blocks

    def _keyword(self, line: Line) -> None:
        if line.word in HEADERS and self._header(line):
            return
        self._simple(line.start, line.end, line.column)

    def _close(self, column: int) -> Block | None:
        """Leave the blocks that end before a line of this indentation; the last one left that started at it."""
        sibling = None
        while self.stack and self.stack[-1].column >= column:
            left = self.stack.pop()
            sibling = left if left.column == column else None
        if column <= self.inside:
            self.inside = -1
        return sibling

    def _header(self, line: Line) -> bool:
        """Open the block a compound statement starts; False where the word was only a name."""
        word, start = line.word, line.start + len(line.word)
        if word == "async":
            second = _ASYNC.match(self.text, start)
            if not second:
                return False
            word, start = second[1], second.end()
        if word in ("match", "case") and _SOFT_OTHERWISE.match(self.text, line.start):
            return False
        colon, mark = (line.colon, ":") if line.colon >= 0 else next(marks(self.text, start, line.end), (0, ""))
        if mark != ":":
            return False
        sibling = self._close(line.column)
        block = self._block(word, line.start, line.column, self.text[start:colon], sibling)
        if in_module(self.stack):
            self.names.bind_header(block, start, colon, self.stack)
            self.names.walrus(start, colon, (*self.stack, block), word)
            if word in ("def", "class"):
                self.inside = line.column
        self._note_spots(line.start, colon)
        self.stack.append(block)
        if self.text[colon + 1 : line.end].strip():
            self._note_spots(line.start, line.end)
            self._statements(colon + 1, line.end)
        return True

    def _block(self, word: str, start: int, column: int, head: str, sibling: Block | None) -> Block:
        chain = sibling.chain if sibling and sibling.chain.keyword in _CONTINUES.get(word, ()) else None
        if chain is None:
            chain = Chain(start + 1, word)
        arm, chain.arms = chain.arms, chain.arms + 1
        typing = chain.later_arms_typing
        if word in ("if", "elif") and "TYPE_CHECKING" in head:
            only = statements.condition(head)
            typing = typing or only is True
            chain.later_arms_typing |= only is False
        elif word == "except":
            chain.caught(statements.except_clause(head))
            return Block(word, column, chain, arm + HANDLER_ARM)
        elif word == "with" and ("aises" in head or "suppress" in head):
            raised, suppressed = statements.with_items(head)
            return Block(word, column, chain, arm, typing, raised, suppressed)
        return Block(word, column, chain, arm, typing)

    # Simple statements

    def _simple(self, start: int, end: int, column: int) -> None:
        self._close(column)
        self._note_spots(start, end)
        self._statements(start, end)

    def _note_spots(self, start: int, end: int) -> None:
        while self.spots and start <= self.spots[0] < end:
            self.spots.popleft()
            self.stacks.append((start, tuple(self.stack)))

    def _statements(self, start: int, end: int) -> None:
        """The simple statements of a line or of the rest of a header's line."""
        if ";" in self.text[start:end]:
            for at, mark in marks(self.text, start, end):
                if mark == ";":
                    self._statement(start, at)
                    start = at + 1
        self._statement(start, end)

    def _statement(self, start: int, end: int) -> None:
        start += _blank(self.text, start, end)
        word = _FIRST.match(self.text, start, end)
        first = word.group() if word else ""
        if first in IMPORTS:
            names = statements.import_statement(self.text[start:end].rstrip(statements.ENDS))
            if names:
                self._import(start, names)
                return
        if first in FAILING and self.stack and _FAIL.match(self.text, start, end):
            block = self.stack[-1]
            direct = block.keyword == "try" or (block.keyword == "else" and block.chain.keyword == "try")
            if direct and statements.failing_statement(self.text[start:end].rstrip(statements.ENDS)):
                block.chain.fails.append(start)
        if first == "global":
            for name in re.findall(r"\w+", self.text[start + 6 : end].partition("#")[0]):
                self.names.bind(name, start, "global", self.stack)
        elif in_module(self.stack):
            self.names.walrus(start, end, self.stack)
            self.names.assignment(start, end, first, self.stack)

    def _import(self, start: int, names: tuple[statements.ImportedName, ...]) -> None:
        self.found.append(_Found(start, names, tuple(self.stack)))
        if in_module(self.stack):
            for number, one in enumerate(names, self.count):
                kind = "star" if one.name == "*" else "import"
                self.names.bind(one.bound, start + one.start, kind, self.stack, imported=number)
        self.count += len(names)


_BLANK = re.compile(r"(?:[ \t\f]|\\(?:\r\n?|\n))*")


def _blank(text: str, start: int, end: int) -> int:
    found = _BLANK.match(text, start, end)
    return len(found.group()) if found else 0
