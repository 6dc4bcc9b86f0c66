"""TOML. tomli says whether a text is TOML; in one that is, the tokens tell where each value stands.
https://toml.io/en/v1.0.0"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ssot_audit.source.settings.marks import Malformed, Mark, join, line_at
from ssot_audit.source.settings.nested import MAX_DEPTH, TooDeep, Trail

_SPACE = re.compile(r"(?:[ \t\r\n]+|#[^\n]*)*")
_BLANKS = re.compile(r"[ \t]*")
_TEXT = re.compile(
    r'''"""(?:[^"\\]|\\.|"{1,2}(?!"))*"{3,5}'''
    r"""|'''(?:[^']|'{1,2}(?!'))*'{3,5}"""
    r"""|"[^"\\]*(?:\\.[^"\\]*)*"|'[^']*\'""",
    re.S,
)
_BARE_KEY = re.compile(r"[A-Za-z0-9_\-]+")
_BARE_VALUE = re.compile(r"[^\s,\[\]{}#]+(?: [0-9]{2}:[^\s,\[\]{}#]+)?")  # a date and its time may stand apart


def read(text: str) -> Iterator[Mark]:
    """Every value of a key or in an array, `table.key`."""
    import tomli

    try:
        tomli.loads(text, parse_float=str)
    except tomli.TOMLDecodeError as error:
        raise Malformed(error.lineno, f"is not valid TOML: {error.msg.partition(':')[0]}") from None
    except ValueError:
        raise Malformed(1, "is not valid TOML: holds a number or a date that is none") from None
    return _Cursor(text).marks()


class _Cursor:
    """Walks over a text known to be TOML."""

    def __init__(self, text: str) -> None:
        self._text, self._at = text, 0
        self._table = ""
        self._lengths: dict[str, int] = {}  # of arrays of tables, by full key

    def marks(self) -> Iterator[Mark]:
        while self._skip() < len(self._text):
            if self._text[self._at] == "[":
                self._header()
            else:
                key = join(self._table, *self._key())
                self._at += 1  # =
                yield from self._value(key)

    def _skip(self) -> int:
        found = _SPACE.match(self._text, self._at)
        self._at = found.end() if found else self._at
        return self._at

    def _header(self) -> None:
        is_array = self._text.startswith("[[", self._at)
        self._at += 2 if is_array else 1
        parts, path = self._key(), ""
        self._at += 2 if is_array else 1
        for number, part in enumerate(parts, start=1):
            path = join(path, part)
            if is_array and number == len(parts):
                self._lengths[path] = self._lengths.get(path, 0) + 1
            if path in self._lengths:
                path = join(path, str(self._lengths[path] - 1))
        self._table = path

    def _key(self) -> list[str]:
        """The parts of a key, up to its `=` or `]`."""
        parts = []
        while True:
            self._blanks()
            quoted = self._text[self._at] in "\"'"
            found = (_TEXT if quoted else _BARE_KEY).match(self._text, self._at)
            assert found, "tomli took a key that is none"
            parts.append(_plain(found[0]) if quoted else found[0])
            if len(parts) > MAX_DEPTH:
                raise self._too_deep()
            self._at = found.end()
            self._blanks()
            if self._text[self._at] != ".":
                return parts
            self._at += 1

    def _blanks(self) -> None:
        found = _BLANKS.match(self._text, self._at)
        self._at = found.end() if found else self._at

    def _value(self, key: str) -> Iterator[Mark]:
        """The value of a key with all that is nested in it."""
        trail = Trail(key)
        while True:
            self._skip()
            sign = self._text[self._at]
            if sign in "]}":
                trail.leave()
                self._at += 1
            elif sign == ",":
                self._at += 1
            elif trail.wants_key() and trail.top:
                trail.top.key = ".".join(self._key())
                self._at += 1
            elif sign in "[{":
                self._enter(trail, sign == "[")
            else:
                yield self._scalar(trail.take())
            if trail.top is None:
                return

    def _enter(self, trail: Trail, is_list: bool) -> None:
        try:
            trail.enter(is_list)
        except TooDeep:
            raise self._too_deep() from None
        self._at += 1

    def _too_deep(self) -> Malformed:
        return Malformed(line_at(self._text, self._at), f"nests more than {MAX_DEPTH} levels")

    def _scalar(self, key: str) -> Mark:
        quoted = self._text[self._at] in "\"'"
        found = (_TEXT if quoted else _BARE_VALUE).match(self._text, self._at)
        assert found, "tomli took a value that is none"
        self._at = found.end()
        return Mark(key, _plain(found[0]) if quoted else found[0], found.start(), found.end(), "toml")


def _plain(quoted: str) -> str:
    """The text of a quoted one; escapes are left to tomli."""
    if (quoted[1:3] == quoted[0] * 2 and len(quoted) > 2) or (quoted[0] == '"' and "\\" in quoted):
        import tomli

        return str(tomli.loads(f"x = {quoted}")["x"])
    return quoted[1:-1]
