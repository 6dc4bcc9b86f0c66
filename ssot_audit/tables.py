"""TOML tables read into typed values, with every mistake told at once. Only importer of tomli.

A `Reader` takes keys out of one table; what is left at the end is unknown. Contents of a file that does not parse are
never repeated in a message.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TypeVar

import tomli

from ssot_audit import names
from ssot_audit.errors import ConfigError

Value = TypeVar("Value")
MAX_BYTES = 1 << 20
MAX_DIGITS = 50  # before or after the point of a number
# Strings and comments, which may hold anything; up to two quotes more may stand before those that end a long string.
_PASSED = "|".join(
    (r'"""(?:[^\\]|\\[\s\S])*?"""+', r"'''[\s\S]*?'''+", r'"(?:[^"\\\n]|\\.)*"', r"'[^'\n]*'", r"#[^\n]*")
)


def load(path: Path, label: str) -> dict[str, object]:
    """The tables of a TOML file. Raises ConfigError."""
    return parse(text_of(path, label), label)


def text_of(path: Path, label: str) -> str:
    """The text of a TOML file. Raises ConfigError."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ConfigError((f"{label}: cannot be read: {error.strerror}",)) from None
    if len(data) > MAX_BYTES:
        raise ConfigError((f"{label}: is larger than {MAX_BYTES:,} bytes",))
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ConfigError((f"{label}: is not valid TOML: {type(error).__name__}",)) from None


def parse(text: str, label: str) -> dict[str, object]:
    """The tables of a TOML text; numbers with a point come as Decimal. Raises ConfigError."""
    try:
        return tomli.loads(text, parse_float=Decimal)
    except tomli.TOMLDecodeError as error:
        raise ConfigError((f"{label}:{error.lineno}: is not valid TOML: {error.msg}",)) from None
    except (RecursionError, ValueError, ArithmeticError) as error:
        raise ConfigError((f"{label}: is not valid TOML: {type(error).__name__}",)) from None


def lines_of(text: str, name: str, number: int) -> list[int]:
    """The lines of the `[[name]]` headers of a text that is valid TOML and has so many of these tables, whatever its
    strings and comments hold. Where they are not written so, as in `name = [{…}]`, each is told to be at line 1."""
    known = rf'{name}|"{name}"|\'{name}\''
    header = rf"^[ \t]*(?P<header>\[\[)[ \t]*(?:{known})[ \t]*\]\]"
    found = [one.start("header") for one in re.finditer(f"{header}|{_PASSED}", text, re.MULTILINE) if one["header"]]
    lines, at, line = list[int](), 0, 1
    for start in found:
        line, at = line + text.count("\n", at, start), start
        lines.append(line)
    return lines if len(lines) == number else [1] * number


class Reader:
    """One table of a file. `where` names it in messages; mistakes go to a list shared by the whole file."""

    def __init__(self, table: object, where: str, mistakes: list[str]) -> None:
        self.where, self.mistakes = where, mistakes
        self._left = dict(table) if isinstance(table, dict) else {}
        self._known: list[str] = []
        if not isinstance(table, dict):
            self.wrong("", "must be a table")

    def wrong(self, key: str, what: str) -> None:
        self.mistakes.append(f"{self.where}: {f'`{key}` ' if key else ''}{what}")

    def _take(self, key: str, fits: Callable[[object], bool], expected: str, required: bool) -> object:
        self._known.append(key)
        if key not in self._left:
            if required:
                self.wrong(key, f"is missing; it must be {expected}")
            return None
        value = self._left.pop(key)
        if not fits(value):
            self.wrong(key, f"must be {expected}, not {_kind(value)}")
            return None
        return value

    def text(self, key: str, required: bool = False) -> str:
        value = self._take(
            key, lambda one: isinstance(one, str) and bool(one.strip()), "a text that is not empty", required
        )
        return value if isinstance(value, str) else ""

    def choice(self, key: str, allowed: Sequence[str], default: str) -> str:
        value = self._take(key, lambda one: one in allowed, "one of " + ", ".join(f'"{one}"' for one in allowed), False)
        return value if isinstance(value, str) else default

    def flag(self, key: str, default: bool = False) -> bool:
        value = self._take(key, lambda one: isinstance(one, bool), "true or false", False)
        return value if isinstance(value, bool) else default

    def count(self, key: str) -> int | None:
        fits = "a whole number, 0 or more"
        value = self._take(key, lambda one: type(one) is int and one >= 0, fits, False)
        return value if isinstance(value, int) else None

    def percent(self, key: str) -> Decimal | None:
        value = self._take(key, is_percent, "a number from 0 to 100", False)
        return Decimal(str(value)) if value is not None else None

    def day(self, key: str) -> date | None:
        value = self._take(key, _is_day, "a date such as 2026-03-31", False)
        return value if isinstance(value, date) else date.fromisoformat(value) if isinstance(value, str) else None

    def texts(self, key: str) -> tuple[str, ...]:
        value = self._take(key, _is_texts, "a list of texts", False)
        return tuple(value) if isinstance(value, list) else ()

    def patterns(self, key: str) -> tuple[str, ...]:
        """Dotted patterns."""
        found = self.texts(key)
        for pattern in found:
            if mistake := names.mistake_in(pattern):
                self.wrong(key, f"{pattern!r} {mistake}")
        return found

    def dotted(self, key: str) -> tuple[str, ...]:
        """Dotted paths of objects in modules."""
        found = self.texts(key)
        self._check_dotted(key, found)
        return found

    def one_dotted(self, key: str) -> str:
        """One such path, which must be there."""
        found = self.text(key, required=True)
        self._check_dotted(key, (found,) if found else ())
        return found

    def _check_dotted(self, key: str, found: Sequence[str]) -> None:
        for path in found:
            if not names.is_dotted(path) or "." not in path:
                self.wrong(key, f"{path!r} is not a dotted path such as package.module.Name")

    def tables(self, key: str) -> list[object]:
        value = self._take(key, lambda one: isinstance(one, list), f"an array of tables, written [[{key}]]", False)
        return value if isinstance(value, list) else []

    def mapping(self, key: str) -> dict[str, object]:
        value = self._take(key, lambda one: isinstance(one, dict), "a table", False)
        return value if isinstance(value, dict) else {}

    def finish(self) -> None:
        """Whatever was not asked for is unknown."""
        for key in self._left:
            self.wrong(key, f"is not a known key; known here: {', '.join(sorted(self._known))}")


def is_percent(value: object) -> bool:
    return isinstance(value, int | Decimal) and not isinstance(value, bool) and _is_plain(value) and 0 <= value <= 100


def _is_plain(value: int | Decimal) -> bool:
    """Whether a number can be compared exactly without growing: `1e-99999999` has a denominator of that length."""
    return isinstance(value, int) or (value.is_finite() and abs(value.adjusted()) < MAX_DIGITS)


def _is_texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) and one for one in value)


def _is_day(value: object) -> bool:
    if isinstance(value, str):
        try:
            date.fromisoformat(value)
        except ValueError:
            return False
        return True
    return isinstance(value, date) and not isinstance(value, datetime)


def _kind(value: object) -> str:
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return str(value) if len(str(value)) < 60 else "that number"
    names = {bool: "true or false", list: "a list", dict: "a table"}
    if isinstance(value, str):
        return "an empty text" if not value.strip() else "that text" if len(value) > 60 else f'"{value}"'
    return names.get(type(value), type(value).__name__)
