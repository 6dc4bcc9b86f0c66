"""Uses of governed names that no import statement shows, found without a syntax tree: strings that a call imports or
patches, and whether anything else is there that only the whole tree can tell.

The walker is the definition: what is found here is what it finds, and where that is not certain there is a reason to
walk. A use matters only where it spells one of the names, so a search finds every place that can be one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property, lru_cache
from typing import NamedTuple

from ssot_audit.engine import compiled
from ssot_audit.facts import Facts, Import
from ssot_audit.source import search
from ssot_audit.source.entry import Question
from ssot_audit.source.functions import LAST_WORDS, SIMPLE, function_of
from ssot_audit.source.tokens import Path, Tokens, Unsure, letter_before, path_before

_PATH = r"[^\W\d]\w*(?:\s*\.\s*[^\W\d]\w*)*"
_LITERAL = re.compile(r"(?P<quote>[\"'])(?P<path>[\w.:]+)(?P=quote)(?=\s*(?P<after>[,)]?))")
_BASE = re.compile(r"\s*(?P<root>[^\W\d]\w*)(?:\s*\.\s*[^\W\d]\w*)*\s*,\s*[rRuU]?\Z")
_CHAIN = re.compile(r"[^\W\d]\w*(?:\s*\.\s*[^\W\d]\w*)+")
_GROUPED = re.compile(rf"\(\s*{_PATH}\s*\)\s*\Z")
_RENAMED = (
    r"=[\s(]*+(?:[\w?]++\s*+\.\s*+)*?"
    r"(?:patch(?:\s*+\.\s*+\w++)?+|import_module|__import__|importorskip|resolve_name|[gsd]e[tl]attr)\s*+(?:[;#)\n,=]|\Z)"
)
_ALIAS = (
    r"(?<![\w?.])([\w?]++)[ \t]*+(?::[^=\n]{1,200}+)?+:?+=(?!=)[ \t(]*+([A-Za-z_?][\w?]*+)"
    r"(?:[ \t]*+\.[ \t]*+[\w?]++)*+[ \t)]*+(?=[;#)\n,=]|\Z)"
)
_ATTRIBUTES = r"\.\s*+(?={})"
_STRINGS = r"[\"'](?=(?:\.*+(?:[\w?]++[.:])*?){})"
_MULTIPLE = r"(?<![\w?])multiple\s*+\("  # patch.multiple has names as keywords
_KEYWORDS = r"(?<![\w?.]){}\s*+=(?!=)"
_ONE = r"[*(\[]*+[\w?][\w?.\[\]]*+\)*+[ \t]*+"
_SHARED = rf"(?<=[\n;:])[ \t]*+{_ONE}(?:,[ \t]*+(?:{_ONE})?+)++=(?!=)"
_NEAR = 300  # characters in which the start of a dotted path, or of a call, is looked for first


class Spot(NamedTuple):
    """Where a use stands, and what it names: `path` in a string that a call of `function` imports or patches; or, where
    there is no function, the attributes of an import, by its index."""

    start: int
    end: int
    function: str
    path: str
    imported: int = -1


def may_hold(question: Question, mask: bytes) -> bool:
    """Whether a text has anything that could be a spot, or that only its tree could tell."""
    names = search.spelled(question.names)
    patterns = _STRINGS.format(names), _ATTRIBUTES.format(names), _KEYWORDS.format(names)
    return any(compiled(one).search(mask) is not None for one in patterns)


def spots(text: str, mask: bytes | None, facts: Facts, question: Question) -> list[Spot]:
    """The strings that import or patch a path with one of the names in it, and attributes of imports that spell one, in
    order. Raises Unsure where only the whole tree can tell."""
    return list(_Search(text, mask, facts, question).found())


def words_of_interest(facts: Facts, question: Question) -> str:
    """A pattern for every word without which nothing in a function can be a use of one of the names."""
    modules = _by_last_part(question.modules)
    bound = {one.bound for one in facts.imports if (one.name or one.module).rpartition(".")[2] in modules}
    return search.str_word((*question.names, "multiple", *sorted(bound - {"*"})))


class _Search:
    def __init__(self, text: str, mask: bytes | None, facts: Facts, question: Question) -> None:
        if mask is None:
            raise Unsure("lines that end in more than one way")
        self.text, self.mask, self.facts, self.question = text, mask, facts, question
        self.tokens = Tokens(text, mask)
        if any(self.tokens.is_code(offset) for offset in search.other_letters(question, text)):
            raise Unsure("names that may be spelled in other letters")
        self.modules = _by_last_part(question.modules)
        self.known: dict[tuple[str, ...], str] = {}
        self.bound: dict[str, list[int]] = {}
        for number, one in enumerate(facts.imports):
            self.bound.setdefault(one.bound, []).append(number)
        self.module_level = {one.imported for one in facts.bindings if one.kind == "import"}
        self.functions = {*LAST_WORDS, *(one.alias for one in facts.imports if one.alias and one.name in LAST_WORDS)}

    @cached_property
    def first(self) -> int | None:
        """Where the first call of a function that takes a path in a string may be."""
        return min(self._hits(rf"(?<![\w?])(?:{'|'.join(sorted(self.functions))})\s*+\("), default=None)

    @cached_property
    def is_renamed(self) -> bool:
        """Whether an assignment may give such a function another name."""
        return bool(self._hits(_RENAMED))

    def found(self) -> Iterator[Spot]:
        if self._hits(_MULTIPLE) and self._hits(_KEYWORDS.format(search.spelled(self.question.names))):
            raise Unsure("patch.multiple")
        self._module_bindings()
        names = search.spelled(self.question.names)
        found = {one.start: one for dot in self._hits(_ATTRIBUTES.format(names)) for one in self._attribute(dot)}
        found |= {one.start: one for quote in self._hits(_STRINGS.format(names)) for one in self._string(quote)}
        yield from (found[start] for start in sorted(found))

    def _hits(self, pattern: str) -> list[int]:
        """Where a pattern matches in the text, whatever stands there."""
        return [one.start() - 1 for one in compiled(pattern).finditer(self.mask)]

    # What only the tree can tell

    def _module_bindings(self) -> None:
        for one in self.facts.imports:
            if one.name == "*" or not (one.name or one.alias) or not self._may_be_module(one):
                continue
            if any(self.tokens.is_code(hit.start()) for hit in self._words(one.bound, r"\s*\.")):
                raise Unsure("attributes of a governed module")

    def _may_be_module(self, one: Import) -> bool:
        beside = self.modules.get((one.name or one.module).rpartition(".")[2])
        if beside is None:
            return False
        above = (one.module if one.name else one.module.rpartition(".")[0]).rpartition(".")[2]
        return not above or "" in beside or above in beside

    def _words(self, name: str, following: str = "") -> Iterator[re.Match[str]]:
        return re.finditer(rf"(?<![\w.]){re.escape(name)}(?!\w){following}", self.text)

    def _attribute(self, dot: int) -> Iterator[Spot]:
        path = path_before(self.text, dot)
        if path is None:
            suspect = _GROUPED.search(self.text[max(0, dot - _NEAR) : dot]) is not None
        else:
            suspect = letter_before(self.text, path.start) != "." and self._may_be_import(path.parts[0])
        if not suspect or not self.tokens.is_code(dot):
            return
        if path is None or not self._is_the_one(path.parts[0]):
            raise Unsure("a governed name as an attribute")
        start = path.start + self.text[path.start : dot].index(path.parts[0])
        chain = _CHAIN.match(self.text, start)
        if chain is None or self.text[chain.end() : chain.end() + _NEAR].lstrip()[:1] in ("#", "\\"):
            raise Unsure("a governed name as an attribute")
        attributes = "".join(chain.group().split()).partition(".")[2]
        yield Spot(start, chain.end(), "", attributes, self.bound[path.parts[0]][0])

    def _is_the_one(self, name: str) -> bool:
        """Whether a name is, wherever it is used, what one import at module level binds."""
        imports = self.bound.get(name, [])
        if len(imports) != 1 or imports[0] not in self.module_level:
            return False
        one = self.facts.imports[imports[0]]
        known = bool(one.name or one.alias or "." not in one.module)
        return known and name not in self.aliases and name not in self.shared and not self._is_bound(name)

    def _may_be_import(self, name: str) -> bool:
        """Whether a name may stand for an import: one binds it, or it is another name for what may."""
        pending, seen = [name], {name}
        while pending:
            name = pending.pop()
            if name in self.bound or name in self.shared:
                return True
            more = self.aliases.get(name, set()) - seen
            pending += more
            seen |= more
        return False

    @cached_property
    def aliases(self) -> dict[str, set[str]]:
        """The names at the start of what each name is assigned, where that is a dotted path."""
        found: dict[str, set[str]] = {}
        for one in compiled(_ALIAS).finditer(self.mask):
            left, right = (self.text[start - 1 : end - 1] for start, end in (one.span(1), one.span(2)))
            found.setdefault(left, set()).add(right)
        return found

    @cached_property
    def shared(self) -> set[str]:
        """The names that are assigned together with others."""
        found: set[str] = set()
        for one in compiled(_SHARED).finditer(self.mask):
            start, end = one.span()
            found.update(re.findall(r"\w+", self.text[start - 1 : end - 1]))
        return found

    # Strings

    def _string(self, quote: int) -> Iterator[Spot]:
        if self.is_renamed:
            raise Unsure("a function that may go by another name")
        if self.first is None or self.first > quote:
            return
        start = quote - (self.text[quote - 1] in "rRuU")
        callee = self._called_first(start)
        literal = _LITERAL.match(self.text, quote)
        if callee is None or literal is None:
            self._other_string(quote)
            return
        if not self._is_known(callee) or not self.tokens.starts_string(quote):
            return
        function, path = self._function(callee.parts), literal["path"]
        if not function:
            return
        if not literal["after"] or function not in SIMPLE or path.startswith(".") or ":" in path:
            raise Unsure("a call whose other arguments matter")
        if all(part.isidentifier() for part in path.split(".")):
            yield Spot(start, literal.end(), function, path)

    def _called_first(self, start: int) -> Path | None:
        """What is called with what starts here as its first argument."""
        before = self.text[max(0, start - _NEAR) : start].rstrip()
        if before.endswith("="):
            before = before[:-1].rstrip()
            before = before[: -len("target")].rstrip() if before.endswith("target") else ""
        if not before.endswith("("):
            return None
        return path_before(self.text, max(0, start - _NEAR) + len(before) - 1)

    def _is_known(self, callee: Path) -> bool:
        """Whether a call may be of one of the functions, and not of what another call returned."""
        return callee.parts[-1] in self.functions and letter_before(self.text, callee.start) != "."

    def _function(self, parts: tuple[str, ...]) -> str:
        """What the text of a call calls, wherever it stands; empty for what names no path."""
        if parts not in self.known:
            self.known[parts] = self._called(parts[0], ".".join(parts[1:]))
        return self.known[parts]

    def _called(self, root: str, rest: str) -> str:
        written = f"{root}.{rest}" if rest else root
        unbound = function_of(written, None)
        imports = self.bound.get(root)
        if imports is None:
            if self._may_be_import(root) or (unbound and not rest and self._is_bound(root)):
                raise Unsure("a function that may go by another name")
            return unbound
        answers = {function_of(written, _absolute(self.facts.imports[number], rest)) for number in imports}
        if answers == {unbound} == {""}:
            return ""
        certain = len(answers) == 1 and not self._is_bound(root)
        if certain and (answers == {unbound} or self.module_level.issuperset(imports)):
            return answers.pop()
        raise Unsure("a function that may be bound in several ways")

    def _is_bound(self, name: str) -> bool:
        """Whether anything but an import may bind the name: it stands in code other than before `(` or `.`."""
        for hit in self._words(name):
            following = self.text[hit.end() : hit.end() + _NEAR].lstrip()[:1]
            defined = re.search(r"\b(?:def|class)\s+\Z", self.text[max(0, hit.start() - 20) : hit.start()])
            if following in ("(", ".") and not defined:
                continue
            if self.tokens.is_code(hit.start()) and not self.tokens.in_import(hit.start()):
                return True
        return False

    def _other_string(self, quote: int) -> None:
        """A string that is not the first thing in a call: an argument beside what it is an attribute of, one of several
        joined ones, a keyword's value; or nothing to us."""
        if not any(self.tokens.starts_string(at) for at in (quote, quote - 2)):
            return
        at = self.tokens.enclosing(quote)
        while at is not None and self.text[at] != "(" and "__import__" in self.text:
            at = self.tokens.enclosing(at)
        if at is None or self.text[at] != "(":
            return
        callee = path_before(self.text, at)
        if callee is None:
            if _GROUPED.search(self.text[max(0, at - _NEAR) : at]):
                raise Unsure("a function in parentheses")
        elif self._is_known(callee) and self._function(callee.parts):
            base = _BASE.match(self.text[at + 1 : quote])
            if base is None or self._may_be_import(base["root"]):
                raise Unsure("a string beside what it is an attribute of")


def _absolute(one: Import, rest: str) -> str:
    start = ".".join(filter(None, (one.module, one.name))) if one.name or one.alias else one.module.partition(".")[0]
    return "." * one.level + ".".join(filter(None, (start, rest)))


@lru_cache(maxsize=8)
def _by_last_part(modules: tuple[str, ...]) -> dict[str, set[str]]:
    """What may stand before the last name of a module; empty for anything."""
    found: dict[str, set[str]] = {}
    for one in modules:
        above, _, last = one.rpartition(".")
        found.setdefault(last, set()).add(above)
    return found
