"""The lexical layer: logical lines and simple statements of Python text, strings and comments skipped.

It needs no valid program: an unclosed bracket or string costs one physical line. Sources: the Python Language
Reference, section 2 (lexical analysis), and PEP 701 for nested f-strings.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from ssot_audit.facts import Place

NEWLINE = r"(?:\r\n?|\n)"
COMMENT = r"\#[^\r\n]*+"
JOIN = rf"\\{NEWLINE}"
_FSTRING = r"(?:(?<=\b[fFtT])|(?<=\b[fFtT][rR])|(?<=\b[rR][fFtT]))"
_NOT_F = r"(?<!\b[fFtT])(?<!\b[fFtT][rR])(?<!\b[rR][fFtT])"
_TRIPLE = "|".join(rf"{q * 3}(?:[^{q}\\]++|\\.|{q}(?!{q}{q}))*+{q * 3}" for q in "\"'")
_SINGLE = "|".join(rf"{q}(?!{q}{q})(?:[^{q}\\\r\n]++|\\(?:\r\n|.))*+{q}" for q in "\"'")
# An f-string whose fields hold no quote of its own kind reads the same in every version; others take the slow way.
_FIELD = {"'": r"\{(?:[^{}'\"\\\r\n]++|\"[^\"\\\r\n]*+\")*+\}", '"': r"\{(?:[^{}'\"\\\r\n]++|'[^'\\\r\n]*+')*+\}"}
_PLAIN_F = "|".join(rf"{q}(?!{q}{q})(?:[^{q}\\{{\r\n]++|\\(?:\r\n|[^{{])|\{{\{{|{_FIELD[q]})*+{q}" for q in "\"'")
STRING = rf"(?:{_NOT_F}(?:{_TRIPLE}|{_SINGLE})|{_FSTRING}(?:{_PLAIN_F}))"
_PLAIN = r"[^\r\n#'\"()\[\]{}\\]"
_brackets = r"(?!)"
for _ in range(5):  # deeper nesting takes the slow way
    _brackets = rf"[(\[{{](?:(?:{_PLAIN}|[\r\n])++|{STRING}|{COMMENT}|{JOIN}|{_brackets})*+[)\]}}]"
BRACKETS = _brackets

_LINE = (
    rf"(?P<indent>[ \t\f]*+)(?P<word>[^\W\d]\w*+)?(?:{_PLAIN}++|{STRING}|{COMMENT}|{JOIN}|{BRACKETS})*+"
    rf"(?:{NEWLINE}|\Z)"
)
_JOIN = re.compile(JOIN)
_INDENT = re.compile(r"(?P<indent>[ \t\f]*+)(?P<word>[^\W\d]\w*+)?")
_TOKEN = re.compile(
    rf"{STRING}|{COMMENT}|{JOIN}|(?P<open>[(\[{{])|(?P<close>[)\]}}])|(?P<end>{NEWLINE})|(?P<quote>['\"])", re.DOTALL
)
_PHYSICAL = re.compile(rf"[^\r\n]*+(?:{NEWLINE}|\Z)")


class Line(NamedTuple):
    """A logical line: offsets into the text, its indentation in columns, and the word it starts with, if any."""

    start: int  # of the first character after the indentation
    end: int
    column: int
    word: str
    colon: int = -1  # of a header after which nothing follows, where that is known


def logical_lines(text: str, at: int = 0, size: int | None = None) -> Iterator[Line]:
    """Every logical line that starts with anything but a comment, of a text or of some whole lines of it. Offsets count
    characters."""
    size = len(text) if size is None else size
    match = re.compile(_LINE, re.DOTALL).match  # takes long to compile, and most runs read no file line by line
    while at < size:
        found = match(text, at)
        if found:
            end = found.end()
        else:
            end = end_of_line(text, at)
            found = _INDENT.match(text, at)
            assert found
        word = found["word"] or ""
        start = at + len(found["indent"])
        if word or (start < end and text[start] not in "#\r\n"):
            column = columns(found["indent"])
            # A line that is only a backslash joins the next one to it; the first indentation that is any is the line's.
            while not word and (join := _JOIN.match(text, start)):
                found = _INDENT.match(text, join.end())
                assert found
                start, word, column = found.end(), found["word"] or "", column or columns(found["indent"])
                start -= len(word)
            if word or (start < end and text[start] not in "#\r\n"):
                yield Line(start, end, column, word)
        at = max(end, at + 1)


def columns(indent: str) -> int:
    """The width of an indentation: tabs to multiples of eight, and a form feed starts again (Reference 2.1.8)."""
    return len(indent.rpartition("\f")[2].expandtabs(8))


def end_of_line(text: str, at: int) -> int:
    """Where the logical line at `at` ends, by counting brackets; the physical line where they never close."""
    depth, position = 0, at
    while found := _TOKEN.search(text, position):
        position = found.end()
        if found["open"]:
            depth += 1
        elif found["close"]:
            depth = max(0, depth - 1)
        elif found["end"] and depth == 0:
            return position
        elif found["quote"]:
            closed = skip_string(text, found.start())
            if closed is None:
                return _end_of_physical(text, position)
            position = closed
    return len(text) if depth == 0 else _end_of_physical(text, at)


def _end_of_physical(text: str, at: int) -> int:
    found = _PHYSICAL.match(text, at)
    assert found
    return found.end()


_NESTING = 100  # f-strings inside f-strings; CPython allows 150, no reader does


def skip_string(text: str, at: int, nesting: int = 0) -> int | None:
    """The offset after the string whose opening quote is at `at`, nested f-string fields included; None if unclosed."""
    quote = text[at] * 3 if text.startswith(text[at] * 3, at) else text[at]
    before = re.search(r"(?<!\w)[a-zA-Z]{0,2}\Z", text[max(0, at - 3) : at])
    fields = before is not None and any(letter in "fFtT" for letter in before.group())
    position, size = at + len(quote), len(text)
    while position < size:
        letter = text[position]
        if letter == "\\":
            crlf = text.startswith("\r\n", position + 1)
            position += 1 if fields and text.startswith("{", position + 1) else 3 if crlf else 2
        elif text.startswith(quote, position):
            return position + len(quote)
        elif letter in "\r\n" and len(quote) == 1:
            return None
        elif fields and text.startswith("{{", position):
            position += 2
        elif fields and letter == "{":
            inside = _skip_field(text, position + 1, nesting + 1)
            if inside is None:
                return None
            position = inside
        else:
            position += 1
    return None


def _skip_field(text: str, at: int, nesting: int) -> int | None:
    """The offset after the `}` that closes a replacement field whose content starts at `at`."""
    depth, position, in_format = 0, at, False
    if nesting > _NESTING:
        return None
    while position < len(text):
        letter = text[position]
        inside: int | None = position + 1
        if letter == "}" and depth == 0:
            return inside
        if in_format:
            if letter == "{":
                inside = _skip_field(text, position + 1, nesting + 1)
        elif letter in "'\"":
            inside = skip_string(text, position, nesting + 1)
        elif letter == "#":
            inside = _end_of_physical(text, position)
        elif letter == ":" and depth == 0:
            in_format = True
        else:
            depth += (letter in "([{") - (letter in ")]}")
        if inside is None:
            return None
        position = inside
    return None


def bracket_depth(text: str) -> int:
    """The deepest nesting of brackets outside strings and comments; also those inside strings that never close."""
    deepest = depth = position = 0
    while found := _TOKEN.search(text, position):
        position = found.end()
        if found["open"]:
            depth += 1
            deepest = max(deepest, depth)
        elif found["close"]:
            depth = max(0, depth - 1)
        elif found["quote"]:
            position = skip_string(text, found.start()) or position
    return deepest


_MARK = re.compile(
    rf"{STRING}|{COMMENT}|{JOIN}|(?P<open>[(\[{{])|(?P<close>[)\]}}])|(?P<quote>['\"])"
    r"|(?P<lambda>\blambda\b)|(?P<two>[-+*/%&|^@=!<>:]=|->|\*\*=|//=|>>=|<<=)|(?P<mark>[;:=])",
    re.DOTALL,
)


def marks(text: str, start: int, end: int) -> Iterator[tuple[int, str]]:
    """The `;`, `:` and `=` of a logical line outside brackets, strings, comments and lambdas, as (offset, mark)."""
    depth, lambdas, position = 0, 0, start
    while found := _MARK.search(text, position, end):
        position = found.end()
        if found["open"]:
            depth += 1
        elif found["close"]:
            depth = max(0, depth - 1)
        elif found["quote"]:
            position = skip_string(text, found.start()) or end
        elif depth:
            continue
        elif found["lambda"]:
            lambdas += 1
        elif found["mark"] == ":" and lambdas:
            lambdas -= 1
        elif found["mark"] and not (found["mark"] == "=" and lambdas):
            yield found.start(), found["mark"]


def physical_lines(text: str) -> list[str]:
    """The lines of a text as Python counts them."""
    return re.split(r"\r\n?|\n", text)


class Ruler:
    """Turns offsets into lines and columns, both from 1; lines end where Python ends them: LF, CR, CRLF. Made for
    offsets that mostly grow."""

    def __init__(self, text: str) -> None:
        self._text = text.replace("\r\n", " \n").replace("\r", "\n") if "\r" in text else text
        self._offset, self._line = 0, 1

    def line(self, offset: int) -> int:
        if offset < self._offset:
            self._offset, self._line = 0, 1
        self._line += self._text.count("\n", self._offset, offset)
        self._offset = offset
        return self._line

    def _column(self, offset: int) -> int:
        return offset - self._text.rfind("\n", 0, offset)

    def place(self, start: int, end: int) -> Place:
        return Place(self.line(start), self._column(start), self.line(end), self._column(end))
