"""The lexical layer at machine speed: one PCRE2 pattern finds what matters in a text and skips all else inside the
matcher. It answers None where it is not certain, or where PCRE2 is not installed; `lines.py` then reads line by line.

Patterns run over a mask: the text's characters one byte each, so that offsets are the text's. What is not ASCII stands
as `?`, which no Python program has outside strings and comments, and counts as a letter of a word.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import accumulate

from ssot_audit import engine

Span = tuple[int, int]

_PREFIX = r"(?:(?<![\w?])[fFtT]|(?<![\w?])[fFtT][rR]|(?<![\w?])[rR][fFtT])"
_ESCAPE = r"\\(?:\x20?\n|.)"
_JOIN = r"\\\x20?\n"


def _plain(q: str) -> str:
    """A string in quotes `q`, tripled or not."""
    return rf"{q * 3}(?:[^{q}\\]++|\\.|{q}(?!{q}{q}))*+{q * 3}|{q}(?!{q}{q})(?:[^{q}\\\n]++|{_ESCAPE})*+{q}"


def _formatted(q: str, name: str) -> str:
    """An f-string whose fields hold no quote that could end it: it reads the same in every version of Python (PEP 701
    allows such quotes since 3.12)."""
    return (
        rf"{q * 3}(?:[^{q}\\{{]++|\\(?=\{{)|\\[^{{]|\{{\{{|(?&{name}3)|{q}(?!{q}{q}))*+{q * 3}"
        rf"|{q}(?!{q}{q})(?:[^{q}\\{{\n]++|\\(?=\{{)|\\(?:\x20?\n|[^{{])|\{{\{{|(?&{name}1))*+{q}"
    )


def _fields(q: str, other: str, name: str) -> str:
    """Subpatterns for the replacement fields of f-strings in quotes `q`: in single quotes, and in tripled ones."""
    ours = rf"{q}(?!{q}{q})(?:[^{q}{other}\\\n]|{other}(?!{other}{other}))*+{q}"
    theirs = rf"{other}(?!{other}{other})(?:[^{q}{other}\\\n]|{q}(?!{q}{q}))*+{other}"
    return (
        rf"(?<{name}1>\{{(?:[^{{}}\"'\\\n]++|{other}[^{q}{other}\\\n]*+{other}|(?&{name}1))*+\}})"
        rf"(?<{name}3>\{{(?:[^{{}}\"'\\]++|{ours}|{theirs}|(?&{name}3))*+\}})"
    )


_PLAIN = f"(?:{_plain(chr(34))}|{_plain(chr(39))})"
_FORMATTED = f"(?:{_formatted(chr(34), 'd')}|{_formatted(chr(39), 's')})"
# Most strings have no prefix that ends like an f-string's: one look at the letter before tells.
_STRING = rf"(?:(?<![fFtTrR]){_PLAIN}|(?<=[fFtTrR])(?&str))"
_INSIDE = rf"[^()\[\]{{}}\"'#\\]++|{_STRING}|\#[^\n]*+|{_JOIN}"
_GROUP = rf"[(\[{{](?:{_INSIDE}|(?&grp))*+[)\]}}]"
DEFINITIONS = (  # what the patterns here refer to
    rf"(?(DEFINE){_fields(chr(34), chr(39), 'd')}{_fields(chr(39), chr(34), 's')}"
    rf"(?<str>(?<={_PREFIX}){_FORMATTED}|(?<!{_PREFIX}){_PLAIN})(?<grp>{_GROUP}))"
)
_SKIPPED = rf"{_STRING}|\#[^\n]*+|{_GROUP}|{_JOIN}"
_REST = rf"(?:[^\n\\#\"'()\[\]{{}}]++|{_STRING}|{_GROUP}|{_JOIN})*+"  # of a logical line
LOGICAL_LINE = rf"(?:[^\n\\#\"'()\[\]{{}}]++|{_STRING}|\#[^\n]*+|(?&grp)|{_JOIN})*+"  # to its end, comment included
_IMPORT = r"(?:import|from|lazy)(?![\w?])"
_BLANK = rf"(?:[ \t\f]|{_JOIN})*+"
# An unclosed bracket or string; a line that is only a backslash.
_UNSURE = r"\n[ \t\f]*+\K\\|\K[\"'(\[{)\]}\\]"

# Every import statement, up to the next semicolon.
_STATEMENTS = (
    rf"{DEFINITIONS}\G(?:[^\n\\#\"'()\[\]{{}};:]++|\n(?![ \t\f]*+(?:{_IMPORT}|\\))|{_SKIPPED}"
    rf"|[;:](?!{_BLANK}{_IMPORT}))*+"
    rf"(?:(?:\n[ \t\f]*+|[;:]{_BLANK})\K{_IMPORT}(?:[^\n\\#\"'()\[\]{{}};]++|(?&grp)|{_JOIN})*+"
    rf"|(?<unsure>)(?:{_UNSURE}))"
)
_KEYWORD = r"(?:def|class|if|elif|else|try|except|finally|with|for|while|match|case|async)(?![\w?])"
_HEADER = rf"{_KEYWORD}(?:[^\n\\#\"'()\[\]{{}}:;]++|{_STRING}|{_GROUP}|{_JOIN}|:=)*+:(?!=)"
_SIMPLE = (
    r"(?:(?:import|from|lazy|global)(?![\w?])|(?:(?:pytest|self)[ \t]*+\.[ \t]*+)?fail(?![\w?])"
    r"|raise[\s\\(]*+AssertionError(?![\w?])|assert[\s\\(]*+(?:False(?![\w?])|0))"
)
_MARGIN = r"(?:[ \t\f]*\f)?+"  # a form feed starts a line anew
_SOFT = r"[ \t\f]++\K(?:match|case|async)(?![\w?])"  # a name after all, where no header could be read
_HEADED = re.compile(_KEYWORD.encode())
# Every header of a block, every simple statement a scanner asks about, and every line that is not indented.
_LINES = (
    rf"{DEFINITIONS}\G(?:[^\n\\#\"'()\[\]{{}};]++|{_SKIPPED}|;(?!{_BLANK}{_IMPORT})"
    rf"|\n(?![ \t\f]*+(?:{_KEYWORD}|{_SIMPLE}|\\)|{_MARGIN}[\w?(\[*]))*+"
    rf"(?:\n(?:[ \t\f]*+\K(?:{_HEADER}|{_SIMPLE}{_REST})|{_MARGIN}\K(?=[\w?(\[*]){_REST}|{_SOFT})"
    rf"|(?<unsure>)(?:\K;{_BLANK}{_IMPORT}|{_UNSURE}))"
)
LINE_END = ord("\n")
# Every string, from its first quote, and every comment.
_TOKENS = (
    rf"{DEFINITIONS}\G(?:[^\\#\"'()\[\]{{}}]++|[()\[\]{{}}]|{_JOIN})*+"
    rf"(?:\K(?:{_STRING}|\#[^\n]*+)|(?<unsure>)\K[\"'\\])"
)

# Of one kind of part, as many as are whole; and one. A part starts with the line end before it.
_PARTS = r"{}\G(?:{}(?=\n))*+", r"{}\G{}(?=\n|\z)"
_LINE = tuple(one.format(DEFINITIONS, rf"\n{LOGICAL_LINE}") for one in _PARTS)
# A statement that is not indented, with all that are below it.
_TOP_LINES = rf"\n(?:[^\n\\#\"'()\[\]{{}}]++|\n(?!\f*+[^\s\#])|{_SKIPPED})*+"
_TOP = tuple(one.format(DEFINITIONS, _TOP_LINES) for one in _PARTS)
# Every logical line that is more than a comment, its indentation included.
_EACH_LINE = rf"{DEFINITIONS}\n\K[ \t\f]*+(?=[^\s\#]){LOGICAL_LINE}(?:(?=\n|\z)|(?<unsure>))"


def masked(text: str) -> bytes | None:
    """The mask of a text, after one line end; None where a line ends in a way patterns do not know."""
    if "?" in text:  # which is no letter
        text = text.replace("?", "$")
    mask = b"\n" + text.encode("ascii", "replace")
    if b"\r" in mask:
        mask = mask.replace(b"\r\n", b" \n")
        if b"\r" in mask:
            return None
    return mask


def statements(mask: bytes) -> list[Span] | None:
    """Start and end, in the text, of every import statement."""
    last = mask.rfind(b"import")
    end = mask.find(b"\n", last) if last >= 0 else 0
    # What follows the line of the last such word holds none; it is read too where that line ends amid something.
    found = _spans(_STATEMENTS, mask[:end] if end >= 0 else mask)
    if found is None:
        found = _spans(_STATEMENTS, mask)
    if found is None or not all(_may_start(mask, start) for start, _ in found):
        return None
    return [(start - 1, end - 1) for start, end in found]


def _may_start(mask: bytes, start: int) -> bool:
    """Whether a statement may start here: behind a colon only if that ends the header of a block."""
    if mask[start - 1] == LINE_END:
        return True
    before = mask[mask.rfind(b"\n", 0, start) + 1 : start].strip()
    return not before.endswith(b":") or _HEADED.match(before) is not None


def marks(mask: bytes) -> list[Span] | None:
    """Start and end, in the mask, of every header up to its colon, of every simple statement a scanner asks about, and
    of every logical line that is not indented."""
    return _spans(_LINES, mask)


def tokens(mask: bytes) -> list[Span] | None:
    """Start and end, in the text, of every string, from its first quote, and of every comment."""
    found = _spans(_TOKENS, mask)
    return None if found is None else [(start - 1, end - 1) for start, end in found]


def logical_lines(mask: bytes) -> list[Span] | None:
    """Start and end, in the text, of every logical line of a mask in which brackets and strings can be told apart."""
    found = _spans(_EACH_LINE, mask)
    return None if found is None else [(start - 1, end - 1) for start, end in found]


def line_around(mask: bytes, offset: int, known: int = 0) -> Span | None:
    """Start and end, in the text, of the logical line that holds an offset, which is no line end. `known` is the start
    of any such line at or before it."""
    return _around(_LINE, mask, offset, known)


def top_around(mask: bytes, offset: int, known: int = 0) -> Span | None:
    """The same of the statement at the margin that holds an offset, with all that is below it."""
    return _around(_TOP, mask, offset, known)


def _around(parts: Sequence[str], mask: bytes, offset: int, known: int) -> Span | None:
    if not engine.IS_COMPILED:
        return None
    many, one = map(engine.compiled, parts)
    try:
        # Searches, as the matcher does not run compiled where it is told to match at one place.
        start: int = many.search(mask, known, offset + 2).end()
        found = one.search(mask, start)
    except engine.MatchError:  # deeper than the matcher's stack
        return None
    return (start, found.end() - 1) if found and offset < found.end() else None


# What is put on both sides of a match; neither is in any mask.
_EDGE, _DOUBT = b"\x80", b"\x81"
_MARKED = b"${unsure:+\x81:\x80}$0\x80"


def _spans(pattern: str, mask: bytes) -> list[Span] | None:
    """Where a pattern matches; None where any match is in doubt. One call of the matcher marks them all."""
    if not engine.IS_COMPILED:
        return None
    try:
        marked = engine.compiled(pattern).sub(_MARKED, mask)
    except engine.MatchError:  # deeper than the matcher's stack
        return None
    if _DOUBT in marked:
        return None
    edges = list(accumulate(map(len, marked.split(_EDGE))))[:-1]
    return list(zip(edges[::2], edges[1::2], strict=True))
