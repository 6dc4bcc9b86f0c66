"""Uses of governed names that no import statement shows, found without a syntax tree, where nothing is left in doubt:
strings that a call imports or patches, and attributes of an import that a module binds once.

The walker is the definition. A search finds every place where a name is spelled as an attribute or in a string; each
must be one of the few forms known here, to count or not to count. Any other raises Unsure, and the file is walked.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cached_property
from keyword import iskeyword
from typing import NamedTuple

from ssot_audit.source import search
from ssot_audit.source.aliases import Aliases
from ssot_audit.source.bound import Bound, absolute, by_last_part, may_be_module
from ssot_audit.source.entry import Question
from ssot_audit.source.functions import BASED, SIMPLE, WORDS, function_of
from ssot_audit.source.tokens import Path, Tokens, Unsure, letter_before, path_before, standing

_GAP = r"(?:[\s\\]|\#[^\n]*+\n)*+"  # what may stand between the tokens of an expression
ATTRIBUTES = rf"\.{_GAP}(?={{}})"
STRINGS = r"[\"'](?=(?:\.*+(?:[\w?]++[.:])*?){})"
KEYWORDS = rf"(?<![\w?.]){{}}{_GAP}=(?!=)"
_MULTIPLE = r"(?<![\w?])multiple(?![\w?])"  # patch.multiple has names as keywords
_CALLED = r"(?:\.\w+)?[ \t]*\("  # directly behind a function's name
_TAKEN = re.compile(rf"{_GAP}\.")  # directly behind a name an attribute is taken of
_DEFINES = re.compile(r"(?<!\w)(?:def|class)\Z")
_WORDS = "|".join(WORDS)
_LITERAL = re.compile(r"(?P<quote>[\"'])(?P<path>[\w.:]+)(?P=quote)(?P<after>[,)]?)")
_BASE = re.compile(r"\s*(?P<path>[^\W\d]\w*(?:\.[^\W\d]\w*)*)\s*,\s*")
_CHAIN = re.compile(r"\w+(?:\.\w+)+")


Literal = re.Match[str] | None


class Spot(NamedTuple):
    """Where a use stands, and what it names: `path` in a string that a call of `function` imports or patches; or the
    attributes of an import, by its index, in a string where there is a function."""

    start: int
    end: int
    function: str
    path: str
    imported: int = -1


class Hits(NamedTuple):
    """Where a text spells one of the names in a way that could be a spot, or that only its tree could tell, whatever
    stands there: dots, quotes, and names as keywords, where the text has any function that takes them."""

    attributes: Sequence[int] = ()
    strings: Sequence[int] = ()
    keywords: Sequence[int] = ()


def hits(question: Question, mask: bytes) -> Hits:
    if not question.names:
        return Hits()
    names = search.spelled(question.names)
    keywords = search.places(KEYWORDS.format(names), mask) if search.places(_MULTIPLE, mask) else ()
    return Hits(search.places(ATTRIBUTES.format(names), mask), search.places(STRINGS.format(names), mask), keywords)


def spots(text: str, tokens: Tokens, found: Hits, imports: Sequence[Bound], question: Question) -> list[Spot]:
    """The spots of a text that spells names as the question does, in order. Raises Unsure where only the whole tree can
    tell."""
    return list(_Search(text, tokens, imports, question).among(found))


class _Search:
    def __init__(self, text: str, tokens: Tokens, imports: Sequence[Bound], question: Question) -> None:
        self.text, self.tokens = text, tokens
        self.imports = [one.what for one in imports]
        self.aliases = Aliases(text, self.tokens, (one.bound for one in self.imports))
        self.modules = by_last_part(question.modules)
        self.bound: dict[str, list[Bound]] = {}
        for one in imports:
            self.bound.setdefault(one.what.bound, []).append(one)
        self.plain: dict[str, bool] = {}  # whether a name is only ever called, or has attributes taken

    def among(self, hits: Hits) -> Iterator[Spot]:
        if hits.keywords and any(map(self.tokens.is_code, self.tokens.hits(_MULTIPLE))):
            raise Unsure("patch.multiple")
        self._module_bindings()
        found = {one.start: one for dot in hits.attributes for one in self._attribute(dot)}
        found |= {one.start: one for quote in hits.strings for one in self._string(quote)}
        yield from (found[start] for start in sorted(found))

    def _elsewhere(self, name: str, following: str, behind: str = ".") -> bool:
        """Whether a name stands in code, but for imports, and not directly before what may follow it, nor directly
        behind one of some characters."""
        follows = re.compile(following)
        places = (at for at in standing(self.text, name, behind) if not follows.match(self.text, at + len(name)))
        return any(map(self.tokens.is_bare_code, places))

    # Attributes

    def _module_bindings(self) -> None:
        for one in self.imports:
            if one.name is None and one.alias is None:
                below = any("" in self.modules.get(part, ()) for part in one.module.split("."))
                if below and self._elsewhere(one.bound, r"\("):
                    raise Unsure("attributes of a governed module")
            if one.name == "*" or not (one.name or one.alias) or not may_be_module(one, self.modules):
                continue
            # What is known to be a module may be given another name; what only might be one has attributes taken.
            known = "" in self.modules[(one.name or one.module).rpartition(".")[2]]
            if known and self._elsewhere(one.bound, r"\("):
                raise Unsure("attributes of a governed module")
            taken = (at for at in standing(self.text, one.bound) if _TAKEN.match(self.text, at + len(one.bound)))
            if any(map(self.tokens.is_code, taken)):
                raise Unsure("attributes of a governed module")

    def _attribute(self, dot: int) -> Iterator[Spot]:
        if not self.tokens.is_code(dot) or self.tokens.in_import(dot) or self._follows_value(dot):
            return
        path = path_before(self.text, dot)
        if path is None or letter_before(self.text, path.start) in (".", "\\") or path.start + self._width(path) != dot:
            raise Unsure("a governed name as an attribute")
        root = path.parts[0]
        if self.aliases.is_ignored(root) or not self.aliases.may_be_imported(root):
            return
        chain = _CHAIN.match(self.text, path.start)
        if chain is None or chain.end() <= dot or not self._is_the_one(root):
            raise Unsure("a governed name as an attribute")
        if self.text[chain.end() : chain.end() + 200].lstrip()[:1] in (".", "#", "\\", "=", ":"):
            raise Unsure("a governed name as an attribute")
        if re.search(r"\b(?:for|as|del)[\s(]+\Z", self.text[max(0, chain.start() - 20) : chain.start()]):
            raise Unsure("a governed name as a target")
        if self.aliases.may_rename(chain.start(), chain.end()):
            raise Unsure("a governed name under another one")
        yield Spot(chain.start(), chain.end(), "", chain.group().partition(".")[2], self.bound[root][0].number)

    def _width(self, path: Path) -> int:
        return len(".".join(path.parts))

    def _follows_value(self, dot: int) -> bool:
        """Whether what the attribute is taken of is the result of a call or of a subscript, or a literal."""
        before = self.text[dot - 1 : dot]
        if before == ")":
            opened = self.tokens.enclosing(dot - 1)
            called = self.text[opened - 1 : opened] if opened else ""
            word = path_before(self.text, opened) if opened and (called == "_" or called.isalnum()) else None
            return word is not None and not iskeyword(word.parts[-1])
        return before != "" and before in "]}\"'"

    def _is_the_one(self, name: str) -> bool:
        """Whether a name is, wherever it is used, what one import at module level binds."""
        imports = self.bound.get(name, [])
        if len(imports) != 1 or not imports[0].outermost:
            return False
        one = imports[0].what
        return bool(one.name or one.alias or "." not in one.module) and self._is_plain(name)

    def _is_plain(self, name: str) -> bool:
        """Whether nothing but imports may bind the name: in other code it stands directly before `(` or `.` only, and
        defines nothing."""
        if name not in self.plain:
            defined = any(map(self._is_defined, standing(self.text, name)))
            self.plain[name] = not defined and not self._elsewhere(name, r"[.(]")
        return self.plain[name]

    def _is_defined(self, start: int) -> bool:
        """Whether the name at an offset is that of a function or class, however far behind its keyword."""
        end = start
        while end and (self.text[end - 1] == "\\" or self.text[end - 1].isspace()):
            end -= 1
        return end < start and _DEFINES.search(self.text, max(0, end - 6), end) is not None

    # Strings

    def _string(self, quote: int) -> Iterator[Spot]:
        if not self.functions or not self.tokens.starts_string(self._first_quote(quote)):
            return
        if self.is_renamed:
            raise Unsure("a function that may go by another name")
        start = quote - (self.text[quote - 1 : quote] in tuple("rRuU"))
        opened, literal = self.tokens.enclosing(start), _LITERAL.match(self.text, quote)
        function = self._call_around(opened)
        if not function or opened is None:
            return
        if function in BASED and (base := _BASE.match(self.text, opened + 1)):
            yield from self._named_of(base, function, start, literal)
            return
        if opened + 1 != start or literal is None or not literal["after"]:
            raise Unsure("a string among the arguments of such a call")
        path = literal["path"]
        if function not in SIMPLE or path.startswith(".") or ":" in path:
            raise Unsure("a call whose other arguments matter")
        if all(part.isidentifier() for part in path.split(".")):
            yield Spot(start, literal.end("path") + 1, function, path)

    def _named_of(
        self, base: re.Match[str], function: str, start: int, literal: re.Match[str] | None
    ) -> Iterator[Spot]:
        """The use where a call names, by a string that starts at `start`, an attribute of its first argument."""
        root, _, rest = base["path"].partition(".")
        if self.aliases.is_ignored(root) or not self.aliases.may_be_imported(root):
            return
        ends = literal["after"] if literal else ""
        if not literal or base.end() != start or not ends or not literal["path"].isidentifier():
            raise Unsure("a string among the arguments of such a call")
        if function == "getattr" and ends == ",":
            if self.text[literal.end() : literal.end() + 200].lstrip()[:1] in ("", ")", "*", "#", "\\"):
                raise Unsure("a string among the arguments of such a call")
            return  # with a default it does not rely on the name
        if not self._is_the_one(root):
            raise Unsure("a string among the arguments of such a call")
        path = ".".join(filter(None, (rest, literal["path"])))
        yield Spot(start, literal.end("path") + 1, function, path, self.bound[root][0].number)

    def _first_quote(self, quote: int) -> int:
        """The first of three quotes, where the string is in three."""
        return quote - 2 if quote > 1 and self.text[quote - 2 : quote] == 2 * self.text[quote] else quote

    def _call_around(self, opened: int | None) -> str:
        """The function of whose call the bracket is; brackets that only group, or list, are looked through."""
        while opened is not None:
            before = self.tokens.before_bracket(opened) if self.text[opened] == "(" else ""
            if before and before in ")]\\":
                raise Unsure("what is called cannot be told")
            if before == "_" or before.isalnum():
                callee = path_before(self.text, opened)
                word = callee.parts[-1] if callee else ""
                if callee and word in self.functions:
                    if letter_before(self.text, callee.start) in (".", "\\"):
                        raise Unsure("what is called cannot be told")
                    return self._function(callee.parts)
                if not iskeyword(word):
                    return ""
            opened = self.tokens.enclosing(opened)
        return ""

    @cached_property
    def functions(self) -> frozenset[str]:
        """The names by which such a function may be called here; none where the text spells none."""
        spelled = self.tokens.spelled(_WORDS)
        aliases = {one.alias for one in self.imports if one.alias and one.name in WORDS}
        return frozenset({*spelled, *aliases, "object", "dict"}) if spelled else frozenset()

    @cached_property
    def is_renamed(self) -> bool:
        """Whether such a function may have another name: somewhere it is not called, nor its method."""
        names = self.functions - {"object", "dict"}
        return any(self._elsewhere(name, _CALLED, behind="") for name in names)

    def _function(self, parts: tuple[str, ...]) -> str:
        """What the text of a call calls, wherever it stands; empty for what names no path."""
        written, (root, *rest) = ".".join(parts), parts
        unbound = function_of(written, None)
        imports = self.bound.get(root)
        if imports is None:
            if not unbound or not (rest or self._is_plain(root)):
                raise Unsure("a function that may go by another name")
            return unbound
        answers = {function_of(written, absolute(one.what, ".".join(rest))) for one in imports}
        certain = len(answers) == 1 and self._is_plain(root)
        if certain and (answers == {unbound} or all(one.outermost for one in imports)):
            return answers.pop()
        raise Unsure("a function that may be bound in several ways")
