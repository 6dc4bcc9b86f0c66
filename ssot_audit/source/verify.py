"""Does a text parse, in any Python 3, and do its readers agree on the imports and the blocks around them?

A file is valid if either parser, the interpreter's or LibCST's, accepts it.
"""

from __future__ import annotations

import ast
import re
import symtable
import warnings
from collections.abc import Iterator

from ssot_audit.facts import Fault
from ssot_audit.source.lines import COMMENT, STRING, Ruler, bracket_depth, logical_lines
from ssot_audit.source.plain import without_plain_statements

MAX_SIZE = 1 << 20  # characters of a file that is parsed whole; of 65,884 real files none was larger
MAX_BRACKETS = 200  # CPython's own limits (MAXLEVEL and MAXINDENT in its tokenizer)
MAX_INDENTS = 100
_BYTES = re.compile(rb"(?<!\w)(?:[bB][rR]?|[rR][bB])[\"']")

# An import and the blocks around it: line, level, module, name, alias, keywords of the blocks.
Outline = tuple[tuple[int, int, str, str | None, str | None, tuple[str, ...]], ...]


def fault(text: str, outline: Outline) -> Fault | None:
    """Why the text does not parse, or None. `outline` is the scanner's, held against the interpreter's. LibCST may be
    asked, so this is run where a crash costs one file."""
    if len(text) > MAX_SIZE:
        return unfit_to_walk(text)
    try:
        tree = _parse(text)
    except SyntaxError as error:
        return _older_or_newer(text, Fault(error.lineno or 1, error.msg or "does not parse"))
    except (ValueError, RecursionError, MemoryError) as error:
        return _older_or_newer(text, Fault(1, f"the interpreter cannot parse it: {type(error).__name__}"))
    theirs = tuple(_outline(tree))
    if outline == theirs:
        return None
    differing = (min(one[0], other[0]) for one, other in zip(outline, theirs, strict=False) if one != other)
    return Fault(next(differing, 1), "parsers disagree on the imports or on the blocks around them")


def is_agreed(text: str, outline: Outline) -> bool:
    """Whether the interpreter parses the text, with the scanner's outline."""
    try:
        return len(text) <= MAX_SIZE and tuple(_outline(_parse(text))) == outline
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False


def unfit_to_walk(text: str) -> Fault | None:
    """Size, bracket depth and indentation beyond CPython's own limits, told before LibCST sees them: it overflows the
    stack, and its memory grows with the square of the depth."""
    if len(text) > MAX_SIZE:
        return Fault(1, f"has {len(text):,} characters; files over {MAX_SIZE:,} are not parsed")
    if bracket_depth(text) > MAX_BRACKETS:
        return Fault(1, f"nests more than {MAX_BRACKETS} brackets")
    indents = [0]
    for line in logical_lines(text):
        while line.column < indents[-1]:
            indents.pop()
        if line.column > indents[-1]:
            indents.append(line.column)
        if len(indents) > MAX_INDENTS:
            return Fault(Ruler(text).line(line.start), f"nests more than {MAX_INDENTS} blocks")
    return None


def compiles(text: str, mask: bytes) -> bool:
    """Whether the interpreter's compiler takes the text: its symbol table costs less than a tree of Python objects. No
    more is asked where the scanner is certain of blocks and imports."""
    if len(text) > MAX_SIZE:
        return False
    # A mask does not tell what a bytes literal may not hold.
    masked = text.isascii() or _BYTES.search(mask) is None
    return (masked and _has_symbols(without_plain_statements(mask).decode("ascii"))) or _has_symbols(text)


def _has_symbols(text: str) -> bool:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            symtable.symtable(text, "source", "exec")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def _parse(text: str) -> ast.Module:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(text)


def _older_or_newer(text: str, fault: Fault) -> Fault | None:
    """None where another Python 3 reads it: newer syntax by LibCST, `async` as a name as until 3.6."""
    if not unfit_to_walk(text):
        from ssot_audit.source import syntax

        if syntax.parses(text):
            return None
    for keywords in ("async", "async|await"):
        try:
            if (older := _renamed(text, keywords)) != text:
                _parse(older)
                return None
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            pass
    return fault


def _renamed(text: str, keywords: str) -> str:
    """The text with words that were names until Python 3.6 made names again, strings and comments left alone."""
    words = rf"{STRING}|{COMMENT}|\b(?P<name>{keywords})\b(?!\s+(?:def|for|with)\b)"
    return re.sub(words, lambda found: found.group() + "_" * bool(found["name"]), text, flags=re.DOTALL)


def _outline(tree: ast.Module) -> Iterator[tuple[int, int, str, str | None, str | None, tuple[str, ...]]]:
    pending: list[tuple[ast.stmt | ast.ExceptHandler | ast.match_case, tuple[str, ...]]] = [
        (node, ()) for node in reversed(tree.body)
    ]
    while pending:
        node, blocks = pending.pop()
        if isinstance(node, ast.Import | ast.ImportFrom):
            level, module = (node.level, node.module or "") if isinstance(node, ast.ImportFrom) else (0, None)
            for alias in node.names:
                name = alias.name if module is not None else None
                yield alias.lineno, level, module if module is not None else alias.name, name, alias.asname, blocks
            continue
        for field, inside in _branches(node, blocks):
            pending.extend((child, inside) for child in reversed(getattr(node, field, ())))


def _branches(node: ast.AST, blocks: tuple[str, ...]) -> Iterator[tuple[str, tuple[str, ...]]]:
    keyword = {
        ast.FunctionDef: "def",
        ast.AsyncFunctionDef: "def",
        ast.ClassDef: "class",
        ast.If: "if",
        ast.For: "for",
        ast.AsyncFor: "for",
        ast.While: "while",
        ast.With: "with",
        ast.AsyncWith: "with",
        ast.Try: "try",
        ast.TryStar: "try",
        ast.ExceptHandler: "except",
        ast.match_case: "case",
    }.get(type(node))
    yield "finalbody", blocks
    yield "orelse", blocks
    yield "handlers", blocks
    yield "cases", blocks
    if keyword:
        yield "body", (*blocks, keyword)
