"""A text without the lines that cannot bear on what is looked for, so that its tree costs less.

What a name stands for is told by the lines that spell it (Reference 4.2), and by those that give it another name. So
only these stay: where an attribute or a string spells a name of the question, where the names before it, or those the
call is made with, are spelled, and what else a tree is asked about. Line numbers stay.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property
from keyword import iskeyword

from ssot_audit import engine
from ssot_audit.facts import Facts
from ssot_audit.source import search
from ssot_audit.source.aliases import Aliases, Piece
from ssot_audit.source.bound import bound_modules
from ssot_audit.source.entry import Question
from ssot_audit.source.functions import WORDS
from ssot_audit.source.relevant import HEADERS
from ssot_audit.source.spots import ATTRIBUTES, KEYWORDS, STRINGS
from ssot_audit.source.tokens import Tokens, Unsure, letter_before, path_before

_ALWAYS = r"\b(?:import|from|lazy|global|nonlocal|fail|AssertionError)\b|\bassert[\s\\(]*(?:False\b|0)"
_ENDS_BLANK = re.compile(r":[ \t\r]*\Z")
_ALONE = re.compile(r"def\b|class\b|with\b|async[ \t]+def\b")  # no other block goes with one of these


def without_idle_lines(text: str, mask: bytes, facts: Facts, question: Question) -> str:
    """The text, without what cannot bear on the names of the question. It is valid if the text is."""
    if not engine.IS_COMPILED:
        return text
    try:
        interest = _Interest(text, mask, facts, question)
        return _left(text, interest.code, interest.pieces, interest.alive())
    except Unsure:
        return text


class _Interest:
    """Which logical lines bear on the names of a question. Raises Unsure where strings cannot be told apart."""

    def __init__(self, text: str, mask: bytes, facts: Facts, question: Question) -> None:
        self.text, self.facts, self.question = text, facts, question
        self.tokens = Tokens(text, mask)
        self.aliases = Aliases(text, self.tokens, (one.bound for one in facts.imports))
        self.pieces, self.code = self.aliases.pieces, self.tokens.code

    def alive(self) -> set[int]:
        """The numbers of the lines that do."""
        names = search.spelled(self.question.names)
        found = {at: self._before(at) for at in self.tokens.hits(ATTRIBUTES.format(names)) if self.code[at] == "."}
        found |= {
            at: self._around(at) for at in self.tokens.hits(STRINGS.format(names)) if self.tokens.may_start_string(at)
        }
        if re.search(r"\bmultiple\b", self.code):
            found |= {at: self._around(at) for at in self.tokens.hits(KEYWORDS.format(names)) if self.code[at].strip()}
        roots = {root for some in found.values() for root in some} | bound_modules(self.facts.imports, self.question)
        words = self.aliases.related(roots)
        spelled = rf"{_ALWAYS}|(?<!\w)(?:{'|'.join(sorted(map(re.escape, words)))})(?!\w)" if words else _ALWAYS
        places = (one.start() for one in re.finditer(spelled, self.code))
        return {*map(self.tokens.line_of, places)} | {self.tokens.line_of(at) for at, some in found.items() if some}

    def _before(self, dot: int) -> set[str]:
        """The names that what an attribute is taken of may start with."""
        path = path_before(self.text, dot)
        if path and letter_before(self.text, path.start) not in (".", "\\"):
            return {path.parts[0]} - self.aliases.ignored
        return self._roots_of_line(dot)

    def _around(self, offset: int) -> set[str]:
        """The first names of the call around an offset, and of its arguments; none where no path is named by it."""
        opened = self.tokens.enclosing(offset) if self.code[offset].isspace() else None
        in_doubt = opened is None and not self.code[offset].isspace()  # in an f-string
        while opened is not None and not in_doubt:
            before = self.tokens.before_bracket(opened)
            named = before == "_" or before.isalnum()
            callee = path_before(self.text, opened) if named else None
            if self.text[opened] == "{" or (self.text[opened] == "[" and (named or before in tuple(")]"))):
                return set()
            in_doubt = before in tuple(")]\\") or (
                named and (not callee or letter_before(self.text, callee.start) in (".", "\\"))
            )
            if callee and not in_doubt and not iskeyword(callee.parts[-1]):
                closed = self.tokens.closing(opened)
                called = not self.functions.isdisjoint((callee.parts[0], callee.parts[-1]))
                return self.aliases.roots(callee.start, closed) if called else set()
            opened = self.tokens.enclosing(opened)
        line = self.pieces[self.tokens.line_of(offset)]
        words = re.findall(r"\w+", self.code[line.start : line.end])
        return self._roots_of_line(offset) if in_doubt and not self.functions.isdisjoint(words) else set()

    def _roots_of_line(self, offset: int) -> set[str]:
        line = self.pieces[self.tokens.line_of(offset)]
        return self.aliases.roots(line.start, line.end)

    @cached_property
    def functions(self) -> set[str]:
        """The names by which a function may be called that takes a path in a string."""
        aliases = {one.alias for one in self.facts.imports if one.alias and one.name in WORDS}
        return self.aliases.standing_for({*WORDS, *aliases, "object", "dict"})


def _left(text: str, code: str, lines: Sequence[Piece], alive: set[int]) -> str:
    """The text, with lines that are not alive left out; a block that is to stay and holds none is one word."""
    pieces: list[str] = []
    done = at = 0

    def leave_out(start: int, stop: int, instead: str = "") -> None:
        nonlocal done
        pieces.extend((text[done:start], instead, "\n" * text.count("\n", start, stop)))
        done = stop

    decorated = False
    while at < len(lines):
        line, after = lines[at], at + 1
        while after < len(lines) and line.word in HEADERS and lines[after].column > line.column:
            after += 1
        colon = _ENDS_BLANK.search(code[line.start : line.end]) if after > at + 1 else None
        if colon is None:  # one line, or a block that cannot be told apart
            stays = at in alive or line.word in HEADERS
            if not stays:
                leave_out(line.start, line.end)
            decorated, at = line.word == "@" and (stays or decorated), after
        elif not alive.isdisjoint(range(at + 1, after)):
            decorated, at = False, at + 1
        else:
            alone = at not in alive and not decorated and _ALONE.match(text, line.start + len(line.indent))
            start, instead = (line.start, "") if alone else (line.start + colon.start(), ": pass")
            leave_out(start, lines[after - 1].end, instead)
            decorated, at = False, after
    return "".join((*pieces, text[done:]))
