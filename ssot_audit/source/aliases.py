"""Which names may stand for one another in a text, as far as its lines tell: never too few.

A name that no import binds, and that is given no name that one does, cannot lead to what was imported (Reference 4.2).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cached_property
from keyword import kwlist

from ssot_audit.source.lines import marks
from ssot_audit.source.tokens import Tokens, letter_before

_ROOT = re.compile(r"(?<![\w.])[^\W\d]\w*")  # the first name of a path
_BARE = re.compile(r"(?<![\w.])[^\W\d]\w*+(?!\s*[.\[(])")  # a name of which nothing is taken
# A path may be given another name where it is a whole value, or one of several.
_PATHS = re.compile(r"(?:\w++(?![ \t]*+[(\[])|[\s.,()\[\]*\\=])*+\Z")
_WHOLE = re.compile(r"[ \t]*(?:[,)\]};#\\\r\n]|\Z)")
_ITSELF = re.compile(r"(?<![\w.])(?:self|cls)\b(?!\s*\.)")
_BINDS_NEXT = re.compile(
    r"\b(?:as|global|nonlocal|import|case|del)\b[\s\w,(*.\[\\]*+\Z|\bfor\b(?:(?!\bin\b).)*+\Z", re.DOTALL
)


class Aliases:
    """Answers about the names of a text. Each raises Unsure where strings cannot be told apart with certainty."""

    def __init__(self, text: str, tokens: Tokens, bound: Iterable[str]) -> None:
        """`bound` are the names that imports bind."""
        self._text, self._tokens = text, tokens
        self._bound = {*bound}

    @cached_property
    def rebinds_itself(self) -> bool:
        """Whether `self` or `cls` may be bound by anything but a parameter."""
        found = _ITSELF.finditer(self._tokens.code)
        return not self._bound.isdisjoint(("self", "cls")) or any(self._may_bind(*one.span()) for one in found)

    def _may_bind(self, start: int, end: int) -> bool:
        """Whether a name that stands somewhere in code may be bound there, but for a parameter."""
        number, code = self._tokens.line_of(start), self._tokens.code
        if code[end : end + 100].lstrip().startswith(":=") or number < 0:
            return True
        if self._tokens.is_argument(start):
            return False
        first, last = self._tokens.lines[number]
        if _BINDS_NEXT.search(code, first, start):
            return True
        return any(mark == "=" and at + first >= end for at, mark in marks(code[first:last], 0, last - first))

    @cached_property
    def ignored(self) -> frozenset[str]:
        """Words that stand for nothing imported."""
        return frozenset(kwlist) if self.rebinds_itself else frozenset((*kwlist, "self", "cls"))

    @cached_property
    def _renaming(self) -> list[set[str]]:
        """Of every line that may give a path another name: the names it gives and the first of the paths."""
        found = (self._renamed(*one) for one in self._tokens.lines)
        return [{*_ROOT.findall(text)} - self.ignored for text in found if text]

    def _renamed(self, start: int, end: int) -> str:
        """Of a line that may give a path another name what tells both; else nothing. What an object's attribute or
        item is set to gives no name."""
        text = self._tokens.code[start:end]
        if "=" not in text or ":=" in text or ";" in text:
            return text if "=" in text else ""
        equals = [at for at, mark in marks(text, 0, len(text)) if mark == "="]
        if not equals or not ("," in text[: equals[-1]] or _PATHS.match(text, equals[-1])):
            return ""
        given = _BARE.findall(text, 0, equals[-1])
        return " ".join((*given, text[equals[-1] :])) if given else ""

    def may_rename(self, start: int, end: int) -> bool:
        """Whether what stands at an offset may be given another name."""
        if letter_before(self._text, start) not in tuple("=,([{") or not _WHOLE.match(self._text, end):
            return False
        at = self._tokens.line_of(start)
        return at >= 0 and bool(self._renamed(*self._tokens.lines[at]))

    def related(self, words: Iterable[str]) -> set[str]:
        """The words, those that may stand for one of them, and those that one of them may stand for."""
        found = {*words} - self.ignored
        while found:
            more = found.union(*(roots for roots in self._renaming if not roots.isdisjoint(found)))
            if len(more) == len(found):
                break
            found = more
        return found

    def may_be_imported(self, root: str) -> bool:
        """Whether a name may stand for something an import binds."""
        return root in self._bound or not self._bound.isdisjoint(self.related((root,)))
