"""Import statements that examples show: in fenced Python, in doctests, in indented code of a docstring."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator

from ssot_audit.documents.claim import About, Claim
from ssot_audit.documents.markdown import Code
from ssot_audit.documents.phrases import PLAN, WRONG, names

_PYTHON = re.compile(r"(?:\{?\.?)(?:python3?|py3?|pycon|python-console)\b")
_STATEMENT = re.compile(
    r"^[ \t]*(?:>>> |\.\.\. )?(?:from[ \t]+(?P<module>[A-Za-z_][\w.]*)[ \t]+import[ \t]+(?P<names>\([^)]*\)|[^\n#;(]+)"
    r"|import[ \t]+(?P<whole>[A-Za-z_][\w.]*)(?:[ \t]+as[ \t]+\w+)?[ \t]*(?=$|#))",
    re.MULTILINE,
)
_NAME = re.compile(r"\s*([A-Za-z_]\w*|\*)(?:\s+as\s+\w+)?\s*\Z")
_COMMENT = re.compile(r"^[ \t]*#(.*)$|#(.*)$")
_DOCSTRING_IMPORT = re.compile(rb"^[ \t]*(?:>>> )?(?:from[ \t]+[\w.]+[ \t]+import|import[ \t]+[\w.]+[ \t]*$)", re.M)
_TRIPLE = re.compile(rb"(\"\"\"|''')(.*?)\1", re.S)
_GUARD = re.compile(r"except\s+(?:\(?.*ImportError|ModuleNotFoundError|Exception)|pytest\.raises|assertRaises")


def imports_of(one: Code, day: str, path: str) -> Iterator[Claim]:
    """The imports of a fenced block of Python, each with whether it is shown as one to avoid or to come."""
    if _PYTHON.match(one.language):
        about = f"{one.above} {names(path)}"
        hedged = bool(one.labelled or WRONG.search(one.above) or PLAN.search(about) or _GUARD.search(one.text))
        yield from imports_in(one.text, one.line, day, hedged)


def imports_in(text: str, first: int, day: str, hedged: bool) -> Iterator[Claim]:
    """The imports of a piece of code whose first line has the number `first`."""
    lines = text.split("\n")
    said = _said_wrong(lines)
    for found in _STATEMENT.finditer(text):
        at = text.count("\n", 0, found.start())
        start = len(found[0]) - len(found[0].lstrip())
        at += found[0][:start].count("\n")
        column = found.start() + start - (text.rfind("\n", 0, found.start() + start) + 1) + 1
        wrong = hedged or said[at] if at < len(said) else hedged
        whole = found["whole"]
        if whole:
            yield Claim(About.IMPORT, whole, f"import {whole}", first + at, column, day, wrong)
            continue
        for name in _names(found["names"]):
            stated = f"from {found['module']} import {name}"
            subject = found["module"] if name == "*" else f"{found['module']}.{name}"
            yield Claim(About.IMPORT, subject, stated, first + at, column, day, wrong, symbol=name)


def _names(text: str) -> Iterator[str]:
    for part in re.sub(r"#[^\n]*", "", text).strip("() \t\n").replace("... ", "").split(","):
        if found := _NAME.match(part):
            yield found[1]


def _said_wrong(lines: list[str]) -> list[bool]:
    """Of each line, whether a comment on it, or the last comment line before it, says to avoid it. A blank line ends
    what a comment before it said."""
    found, state = [], False
    for line in lines:
        comment = _COMMENT.search(line)
        if comment and comment[1] is not None:
            state = bool(WRONG.search(comment[1]))
        elif not line.strip():
            state = False
        found.append(state or bool(comment and comment[2] and WRONG.search(comment[2])))
    return found


def in_docstrings(data: bytes) -> list[Claim]:
    """The imports that docstrings of a Python file show; none where it does not parse."""
    if not any(_DOCSTRING_IMPORT.search(found[2]) for found in _TRIPLE.finditer(data)):
        return []
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(data)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    found: list[Claim] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and node.body:
            first = node.body[0]
            value = first.value if isinstance(first, ast.Expr) else None
            if isinstance(value, ast.Constant) and isinstance(value.value, str):
                found += _in_docstring(value.value, value.lineno, value.col_offset)
    return found


def _in_docstring(text: str, line: int, margin: int) -> Iterator[Claim]:
    """Doctests, fences of Python, and what is indented below a line that ends with a colon."""
    code: list[str] = []
    fence, opened = "", False
    for one in text.split("\n"):
        bare = one.strip()
        if bare.startswith(("```", "~~~")):
            fence = "" if fence else bare[3:].strip().lower() or "text"
            code.append("")
            continue
        deep = len(one) - len(one.lstrip()) > margin
        shown = bare.startswith((">>> ", "... ")) or bool(_PYTHON.match(fence)) or (opened and deep and not fence)
        if bare and not shown:
            opened = bare.endswith(":")
        code.append(one if shown else f"# {bare}" if bare else "")
    yield from imports_in("\n".join(code), line, "", False)
