"""What small pieces of text mean: import statements, except clauses, conditions. Each is read once, by LibCST.

An import statement is read by its shape: its text with every identifier put as `n`, which is all that the grammar asks
of it. Thousands of statements have a few hundred shapes. What is plain enough to be read without LibCST is, because
importing LibCST takes longer than most runs; a property test holds the two readings together.
"""

from __future__ import annotations

import re
from functools import lru_cache
from keyword import kwlist
from typing import TYPE_CHECKING, NamedTuple

from ssot_audit.facts import Exports
from ssot_audit.source.blocks import NOTHING, Catches, named_errors
from ssot_audit.source.lines import JOIN
from ssot_audit.source.text import normal

if TYPE_CHECKING:
    import libcst as cst

MAX_PARTS = 100  # dotted parts of one name; LibCST overflows its stack at some thousands
MAX_EXPORTS = 40_000  # characters; an `__all__` of a thousand names still fits
ENDS = " \t\f\r\n\\"  # what may follow a statement: blanks, line ends and a backslash before an empty line

_WORD = re.compile(r"\#[^\r\n]*|(?P<word>[^\W\d]\w*|\*)")
_DEEP = re.compile(rf"\.(?:\s*\w+\s*\.){{{MAX_PARTS}}}")
_SHAPED = re.compile(r"\#[^\r\n]*|[A-Za-z_]\w*|[ \t\f]+", re.ASCII)
_SHAPE = re.compile(r"[a-z().,*;\\ \r\n]*\Z")
_KEPT = {word: word for word in (*kwlist, "lazy")}
_PATH = re.compile(r"\s*[^\W\d]\w*(?:\.[^\W\d]\w*)*\s*\Z")
_NAMES = re.compile(r"\s*\[\s*(?:(?:\"\w+\"|'\w+')\s*(?:,\s*|(?=\])))*\]\s*\Z", re.ASCII)
_CHECKING = re.compile(r"\s*(not\s+)?(?:[^\W\d]\w*\.)*TYPE_CHECKING\s*\Z")


class ImportedName(NamedTuple):
    """One name of an import statement, and where its text stands: offsets into the statement."""

    level: int
    module: str
    name: str | None
    alias: str | None
    start: int
    end: int


# (level, words of the module, words of the name: 0 where a module is imported, whether it is renamed) of each name.
Structure = tuple[tuple[int, int, int, bool], ...]


class Shapes:
    """The shapes of import statements that are known, and those learned since they were last asked for."""

    def __init__(self) -> None:
        self.known: dict[str, Structure] = {}
        self._learned: dict[str, Structure] = {}

    def structure(self, shape: str) -> Structure:
        found = self.known.get(shape)
        if found is None:
            found = self.known[shape] = _structure(shape)
            if _SHAPE.match(shape):  # of nothing but keywords and placeholders
                self._learned[shape] = found
        return found

    def learned(self) -> dict[str, Structure]:
        found, self._learned = self._learned, {}
        return found


SHAPES = Shapes()


def _structure(shape: str) -> Structure:
    from ssot_audit.source import syntax

    node = None if _DEEP.search(shape) else syntax.statement(shape)
    if not isinstance(node, syntax.IMPORT_NODES):
        return ()
    return tuple(
        (level, len(module.split(".")) if module else 0, 0 if name is None else 1, alias is not None)
        for _, level, module, name, alias in syntax.imported_names(node)
    )


@lru_cache(maxsize=65536)
def import_statement(text: str) -> tuple[ImportedName, ...]:
    """The names an import statement imports, empty where the text is none. LibCST reads its shape; names and offsets
    come from its words, in the order LibCST gives them."""
    shape = _SHAPED.sub(_shaped, text) if text.isascii() else text
    structure = SHAPES.structure(shape)
    if not structure:
        return ()
    words = [(found["word"], found.start(), found.end()) for found in _WORD.finditer(text) if found["word"]]
    at = next(i for i, word in enumerate(words) if word[0] == "import") + 1
    shared = [word for word, *_ in words[:at]]
    names = []
    for level, module_words, name_words, renamed in structure:
        parts = name_words or module_words
        taken = [word for word, *_ in words[at : at + parts]]
        module = ".".join(shared[shared.index("from") + 1 :][:module_words] if name_words else taken)
        alias = words[at + parts + 1][0] if renamed else None
        name = taken[0] if name_words else None
        spot = words[at][1], words[at + parts - 1][2]
        names.append(ImportedName(level, normal(module), normal(name), normal(alias), *spot))
        at += parts + 2 * renamed
    return tuple(names)


@lru_cache(maxsize=65536)
def imported_count(text: str) -> int:
    """How many names an import statement imports."""
    return len(SHAPES.structure(_SHAPED.sub(_shaped, text) if text.isascii() else text))


def _shaped(found: re.Match[str]) -> str:
    word = found.group()
    return "" if word[0] == "#" else " " if word[0] in " \t\f" else _KEPT.get(word, "n")


@lru_cache(maxsize=4096)
def failing_statement(text: str) -> bool:
    """Whether the text is a statement that fails the test."""
    from ssot_audit.source import syntax

    node = None if _DEEP.search(text) else syntax.statement(text)
    return node is not None and syntax.fails_test(node)


def _expression(text: str, longest: int = 2000) -> cst.BaseExpression | None:
    """The expression, or None where the text is none, or longer than any real one: LibCST's memory grows with the
    square of the depth."""
    from ssot_audit.source import syntax

    if len(text) > longest or text.count("(") > MAX_PARTS or _DEEP.search(text):
        return None
    return syntax.expression(text)


@lru_cache(maxsize=4096)
def except_clause(text: str) -> Catches:
    """What `except TEXT:` catches, where TEXT is what stands between the keyword and the colon."""
    text = re.sub(r"^\s*\*", "", re.sub(JOIN, " ", text))
    text = re.sub(r"\bas\s+\w+\s*$", "", text)
    if not text.strip():
        return Catches(everything=True)
    inner = text.strip()
    parts = inner[1:-1].rstrip().removesuffix(",").split(",") if inner[0] == "(" and inner[-1] == ")" else [inner]
    if all(_PATH.match(part) for part in parts):
        return named_errors(parts)
    from ssot_audit.source import syntax

    return syntax.catches(_expression(text))


@lru_cache(maxsize=4096)
def condition(text: str) -> bool | None:
    """Whether `if TEXT:` holds for type checkers only (True), at run time only (False), or does not say (None)."""
    found = _CHECKING.match(text)
    if found:
        return found[1] is None
    from ssot_audit.source import syntax

    return syntax.typing_only(_expression(text))


@lru_cache(maxsize=4096)
def with_items(text: str) -> tuple[Catches, Catches]:
    """What `with TEXT:` expects to be raised and what it suppresses."""
    from ssot_audit.source import syntax

    text = text.strip().rstrip(ENDS)
    for source in (f"with {text}: pass", f"with ({text}): pass"):
        found = syntax.with_statement(source)
        if found:
            return found
    return NOTHING, NOTHING


@lru_cache(maxsize=4096)
def export_list(text: str) -> Exports:
    """The value of `__all__`, read from the text of an expression."""
    if _NAMES.match(plain := re.sub(r"#[^\r\n]*", "", text)):
        return Exports(tuple(re.findall(r"\w+", plain)), (), True)
    from ssot_audit.source import syntax

    return syntax.exported(_expression(text, MAX_EXPORTS))


@lru_cache(maxsize=65536)
def target_names(text: str) -> tuple[str, ...]:
    """The names an assignment, `for` or `del` target binds; attributes and items of other objects bind none."""
    if _PATH.match(text) and text.isascii():
        name = text.strip()
        return (name,) if name.isidentifier() and name not in _KEPT else ()
    from ssot_audit.source import syntax

    return syntax.target_names(_expression(text))
