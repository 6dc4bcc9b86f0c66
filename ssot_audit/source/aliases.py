"""Which names may stand for one another in a text, as far as its lines tell: never too few.

A name that no import binds, and that is given no name that one does, cannot lead to what was imported (Reference 4.2).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cached_property
from keyword import iskeyword

from ssot_audit.source.lines import marks
from ssot_audit.source.tokens import Tokens, letter_before, standing

_ROOT = re.compile(r"(?<![\w.])[^\W\d]\w*")  # the first name of a path
_WORD = re.compile(r"\w+")
_BARE = re.compile(r"(?<![\w.])[^\W\d]\w*+(?!\s*[.\[(])")  # a name of which nothing is taken
# A path may be given another name where it is a whole value, or one of several.
_PATHS = re.compile(r"(?:\w++(?![ \t]*+[(\[])|[\s.,()\[\]*\\=])*+\Z")
_WHOLE = re.compile(r"[ \t]*(?:[,)\]};#\\\r\n]|\Z)")
# Not where an attribute is taken of it, nor where it is a first argument or parameter.
_ITSELF = r"(?<![\w?.])(?:(?<![\w?]\()|(?=\w++\s*+[^\s,)]))(?:self|cls)(?![\w?])(?!\s*\.)"
_BINDS_NEXT = re.compile(
    r"\b(?:as|global|nonlocal|import|case|del)\b[\s\w,(*.\[\\]*+\Z|\bfor\b(?:(?!\bin\b).)*+\Z", re.DOTALL
)


class Aliases:
    """Answers about the names of a text. Each raises Unsure where strings cannot be told apart with certainty."""

    def __init__(self, text: str, tokens: Tokens, bound: Iterable[str]) -> None:
        """`bound` are the names that imports bind."""
        self._text, self._tokens = text, tokens
        self._bound = {*bound}
        self._imported: dict[str, bool] = {}  # whether a name may stand for something an import binds

    @cached_property
    def rebinds_itself(self) -> bool:
        """Whether `self` or `cls` may be bound by anything but a parameter."""
        found = self._tokens.hits(_ITSELF)
        return not self._bound.isdisjoint(("self", "cls")) or any(map(self._may_bind, found))

    def _may_bind(self, start: int) -> bool:
        """Whether the name at an offset may be bound there, but for a parameter."""
        line = self._tokens.line(start)
        first = start - line.start
        if not (name := _WORD.match(line.code, first)):  # in a string or a comment
            return False
        if line.code[name.end() :].lstrip().startswith(":="):
            return True
        if self._tokens.is_argument(start):
            return False
        if _BINDS_NEXT.search(line.code, 0, first):
            return True
        return any(mark == "=" and at >= name.end() for at, mark in marks(line.code, 0, len(line.code)))

    def is_ignored(self, word: str) -> bool:
        """Whether a word stands for nothing imported."""
        return iskeyword(word) or (word in ("self", "cls") and not self.rebinds_itself)

    def may_rename(self, start: int, end: int) -> bool:
        """Whether what stands at an offset may be given another name."""
        if letter_before(self._text, start) not in tuple("=,([{") or not _WHOLE.match(self._text, end):
            return False
        return bool(_renamed(self._tokens.line(start).code))

    def may_be_imported(self, root: str) -> bool:
        """Whether a name may stand for something an import binds."""
        if root not in self._imported:
            self._imported[root] = self._leads_to_import(root)
        return self._imported[root]

    def _leads_to_import(self, root: str) -> bool:
        found, waiting = {root}, [root]
        while waiting:
            name = waiting.pop()
            if name in self._bound:
                return True
            more = {one for roots in self._renaming_with(name) if name in roots for one in roots} - found
            found |= more
            waiting += more
        return False

    def _renaming_with(self, name: str) -> Iterator[set[str]]:
        """Of every line that spells a name and may give a path another one: the names it gives and the first of the
        paths."""
        for line in {line.start: line for line in map(self._tokens.line, standing(self._text, name))}.values():
            yield {one for one in _ROOT.findall(_renamed(line.code)) if not self.is_ignored(one)}


def _renamed(code: str) -> str:
    """Of a line that may give a path another name what tells both; else nothing. What an object's attribute or item is
    set to gives no name."""
    if "=" not in code or ":=" in code or ";" in code:
        return code if "=" in code else ""
    equals = [at for at, mark in marks(code, 0, len(code)) if mark == "="]
    if not equals or not ("," in code[: equals[-1]] or _PATHS.match(code, equals[-1])):
        return ""
    given = _BARE.findall(code, 0, equals[-1])
    return " ".join((*given, code[equals[-1] :])) if given else ""
