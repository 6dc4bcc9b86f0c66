"""What small pieces of text mean: import statements, except clauses, conditions. Each text is read once.

LibCST says what they mean. What is plain enough to be read without it is, and what is usual is by the interpreter,
because importing LibCST takes longer than most runs; the tests hold the readings together.
"""

from __future__ import annotations

import re
import warnings
from functools import lru_cache
from keyword import kwlist
from typing import Any, NamedTuple

from ssot_audit.facts import Exports
from ssot_audit.source.blocks import NOTHING, Catches, named_errors
from ssot_audit.source.lines import JOIN
from ssot_audit.source.text import normal

MAX_PARTS = 100  # dotted parts of one name; LibCST overflows its stack at some thousands
MAX_EXPORTS = 40_000  # characters; an `__all__` of a thousand names still fits
ENDS = " \t\f\r\n\\"  # what may follow a statement: blanks, line ends and a backslash before an empty line

_WORD = re.compile(r"\#[^\r\n]*|(?P<word>[^\W\d]\w*|\*)")
_DEEP = re.compile(rf"\.(?:\s*\w+\s*\.){{{MAX_PARTS}}}")
_KEYWORDS = frozenset(kwlist)
_N = r"[A-Za-z_]\w*"
_ONE = rf"{_N}(?:[ \t]+as[ \t]+{_N})?"
_IN = rf"{_N}(?:\s+as\s+{_N})?"
_M = rf"{_N}(?:\.{_N})*(?:[ \t]+as[ \t]+{_N})?"
_PLAIN = re.compile(
    rf"(?:from[ \t]+(?:(?P<dots>\.*)[ \t]*(?P<module>{_N}(?:\.{_N})*)[ \t]+|(?P<only>\.+)[ \t]*)import"
    rf"(?:[ \t]*\((?P<inner>\s*{_IN}(?:\s*,\s*{_IN})*\s*,?\s*)\)|[ \t]+(?P<outer>\*|{_ONE}(?:[ \t]*,[ \t]*{_ONE})*))"
    rf"|import[ \t]+(?P<whole>{_M}(?:[ \t]*,[ \t]*{_M})*))"
    r"[ \t]*\Z",
    re.ASCII,
)
_PATH = re.compile(r"\s*[^\W\d]\w*(?:\.[^\W\d]\w*)*\s*\Z")
_NAMES = re.compile(r"\s*\[\s*(?:(?:\"\w+\"|'\w+')\s*(?:,\s*|(?=\])))*\]\s*\Z", re.ASCII)
_SPELLED = re.compile(r"\\|[\"']\s*(?:\#[^\n]*\s*)*[A-Za-z]{0,2}[\"']")  # a string with escapes, or in parts
_CHECKING = re.compile(r"\s*(not\s+)?(?:[^\W\d]\w*\.)*TYPE_CHECKING\s*\Z")


class ImportedName(NamedTuple):
    """One name of an import statement, and where its text stands: offsets into the statement."""

    level: int
    module: str
    name: str | None
    alias: str | None
    start: int
    end: int

    @property
    def bound(self) -> str:
        """The local name it binds."""
        return self.alias or self.name or self.module.partition(".")[0]

    @property
    def means(self) -> str:
        """The last name of what that stands for."""
        return self.name or (self.module.rpartition(".")[2] if self.alias else self.bound)


@lru_cache(maxsize=65536)
def import_statement(text: str) -> tuple[ImportedName, ...]:
    """The names an import statement imports, empty where the text is none. Offsets come from the statement's words, in
    the order in which the grammar has them."""
    words = [(found["word"], found.start(), found.end()) for found in _WORD.finditer(text) if found["word"]]
    parts = _plain_parts(text)
    if parts is None:
        parts = _parts(text)
    at = next((i for i, word in enumerate(words) if word[0] == "import"), 0) + 1
    names = []
    for level, module, name, alias in parts:
        count = (name or module).count(".") + 1
        spot = words[at][1], words[at + count - 1][2]
        names.append(ImportedName(level, normal(module), normal(name), normal(alias), *spot))
        at += count + (2 if alias else 0)
    return tuple(names)


@lru_cache(maxsize=65536)
def imported_count(text: str) -> int:
    """How many names an import statement imports."""
    parts = _plain_parts(text)
    return len(_parts(text) if parts is None else parts)


Part = tuple[int, str, str | None, str | None]  # level, module, name, alias of one imported name


def _plain_parts(text: str) -> list[Part] | None:
    """What a plain statement imports; None for one that only LibCST can tell."""
    if "#" in text:
        text = re.sub(r"#[^\r\n]*", "", text)
    if "\\" in text:
        text = re.sub(JOIN, " ", text)
    found = _PLAIN.match(text)
    if found is None:
        return None
    dots, module, only, inner, outer, whole = found.groups()
    names = [one.split() for one in (inner or outer or whole).split(",") if one.strip()]
    path = "".join(module.split()) if module else ""
    if any(len(one) not in (1, 3) or (len(one) == 3 and one[1] != "as") for one in names):
        return None
    if not _KEYWORDS.isdisjoint((*(part for one in names for part in ".".join(one[::2]).split(".")), *path.split("."))):
        return None
    if whole:
        return [(0, one[0], None, one[2] if len(one) == 3 else None) for one in names]
    return [(len(dots or only or ""), path, one[0], one[2] if len(one) == 3 else None) for one in names]


def _parts(text: str) -> list[Part]:
    from ssot_audit.source import nodes

    if _DEEP.search(text) or not (text.startswith("lazy") or nodes.statement(text)):
        return []  # but for `lazy` no import is newer than the interpreter
    from ssot_audit.source import syntax

    node = syntax.statement(text)
    return [one[1:] for one in syntax.imported_names(node)] if isinstance(node, syntax.IMPORT_NODES) else []


@lru_cache(maxsize=4096)
def failing_statement(text: str) -> bool:
    """Whether the text is a statement that fails the test."""
    if _DEEP.search(text):
        return False
    from ssot_audit.source import nodes

    if (node := nodes.statement(text)) is not None:
        return nodes.fails_test(node)
    from ssot_audit.source import syntax

    newer = syntax.statement(text)
    return newer is not None and syntax.fails_test(newer)


def _expression(text: str, longest: int = 2000, *, spelled: bool = False) -> tuple[Any, Any]:
    """What knows the interpreter's nodes, and the expression; or what knows LibCST's, which show how a string is
    `spelled`, and the expression in its tree. None for the expression where the text is none, or longer than any real
    one: LibCST's memory grows with the square of the depth."""
    from ssot_audit.source import nodes

    absurd = len(text) > longest or text.count("(") > MAX_PARTS or _DEEP.search(text) is not None
    node = None if absurd or spelled else nodes.expression(text)
    if node is not None:
        return nodes, node
    from ssot_audit.source import syntax

    return syntax, None if absurd else syntax.expression(text)


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
    known, node = _expression(text)
    found: Catches = known.catches(node)
    return found


@lru_cache(maxsize=4096)
def condition(text: str) -> bool | None:
    """Whether `if TEXT:` holds for type checkers only (True), at run time only (False), or does not say (None)."""
    found = _CHECKING.match(text)
    if found:
        return found[1] is None
    known, node = _expression(text)
    only: bool | None = known.typing_only(node)
    return only


@lru_cache(maxsize=4096)
def with_items(text: str) -> tuple[Catches, Catches]:
    """What `with TEXT:` expects to be raised and what it suppresses."""
    from ssot_audit.source import nodes

    text = text.strip().rstrip(ENDS)
    sources = f"with {text}: pass", f"with ({text}): pass"
    found = next(filter(None, map(nodes.with_statement, sources)), None)
    if found is None:  # it may be in newer syntax than the interpreter's
        from ssot_audit.source import syntax

        found = next(filter(None, map(syntax.with_statement, sources)), None)
    return found or (NOTHING, NOTHING)


@lru_cache(maxsize=4096)
def export_list(text: str) -> Exports:
    """The value of `__all__`, read from the text of an expression."""
    if _NAMES.match(plain := re.sub(r"#[^\r\n]*", "", text)):
        return Exports(tuple(re.findall(r"\w+", plain)), (), True)
    known, node = _expression(text, MAX_EXPORTS, spelled=_SPELLED.search(text) is not None)
    found: Exports = known.exported(node)
    return found


@lru_cache(maxsize=4096)
def walrus_names(text: str) -> tuple[tuple[str, str], ...]:
    """The names that `:=` binds in a statement, or in a header with a body, outside of the lambdas, functions and
    classes in it; each with the dotted expression it stands for, empty for any other."""
    import ast

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            pending: list[ast.AST] = [*ast.parse(text).body]
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ()
    found = []
    while pending:
        node = pending.pop(0)
        if isinstance(node, ast.NamedExpr):
            value = ast.unparse(node.value) if isinstance(node.value, ast.Name | ast.Attribute) else ""
            found.append((normal(node.target.id), value if _PATH.match(value) else ""))
        if isinstance(node, ast.Lambda):
            pending += [node.args]
        else:
            pending += ast.iter_child_nodes(node)
    return tuple(found)


@lru_cache(maxsize=65536)
def target_names(text: str) -> tuple[str, ...]:
    """The names an assignment, `for` or `del` target binds; attributes and items of other objects bind none."""
    if _PATH.match(text) and text.isascii():
        name = text.strip()
        return (name,) if name.isidentifier() and name not in kwlist else ()
    known, node = _expression(text)
    bound: tuple[str, ...] = known.target_names(node)
    return bound
