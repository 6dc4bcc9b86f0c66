"""Dotted names and patterns over them.

A pattern is a dotted name in which `*` stands for any characters inside one part and `**` for any number of parts,
none included. There are no regular expressions, so no pattern can be made to take exponential time.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

Same = Callable[[str, str], bool]

MAX_PATTERN = 500  # characters; long enough for any real path, short enough to stay cheap


def is_dotted(text: str) -> bool:
    """True for `a`, `a.b`, …: identifiers joined by single dots."""
    return all(part.isidentifier() for part in text.split("."))


def is_pattern(text: str) -> bool:
    return "*" in text


def mistake_in(pattern: str) -> str | None:
    """What is wrong with a dotted pattern, or None."""
    if len(pattern) > MAX_PATTERN:
        return f"is longer than {MAX_PATTERN} characters"
    for part in pattern.split("."):
        if part == "**":
            continue
        if "**" in part:
            return "has `**` inside a part; `**` stands alone between dots"
        if not part or not part.replace("*", "x").isidentifier():
            return f"is not a dotted path: {part!r} is not an identifier"
    return None


def split(path: str) -> tuple[str, str]:
    """`a.b.C` -> (`a.b`, `C`); `C` -> (``, `C`)."""
    head, _, last = path.rpartition(".")
    return head, last


def last_part(path: str) -> str:
    return path.rpartition(".")[2]


def is_within(path: str, package: str) -> bool:
    """True where `path` is `package` or below it."""
    return path == package or path.startswith(package + ".")


def is_below(path: str, folder: str) -> bool:
    """True where a POSIX path is `folder`, or a file in it or below."""
    return path == folder or path.startswith(folder + "/")


def without_wildcards(path: str) -> str:
    """A listed path without the wildcards it ends with: `a.b.*` speaks of `a.b`."""
    while path.endswith((".*", ".**")):
        path = path.rpartition(".")[0]
    return path


def is_dunder(name: str) -> bool:
    return name.startswith("__") and name.endswith("__")


def is_private(name: str) -> bool:
    return name.startswith("_") and not is_dunder(name)


def covers(listed: str, path: str) -> bool:
    """Whether a listed path or pattern speaks of `path`: it is the same, a module above it, or matches."""
    return is_within(path, listed) or (is_pattern(listed) and matches(listed, path))


@lru_cache(maxsize=65536)
def closest(listed: tuple[str, ...], path: str) -> str | None:
    """The listed path that says most of `path`: the one with the most parts that are no wildcards."""
    covering = [one for one in listed if covers(one, path)]
    return max(covering, key=lambda one: (_literal_parts(one), not is_pattern(one)), default=None)


def _literal_parts(pattern: str) -> int:
    return sum(1 for part in pattern.split(".") if "*" not in part)


@lru_cache(maxsize=65536)
def matches(pattern: str, path: str) -> bool:
    """Whether the whole of `path` matches `pattern`; linear in their product."""
    return _sequence(tuple(pattern.split(".")), tuple(path.split(".")), "**", _part)


def _part(pattern: str, text: str) -> bool:
    if "*" not in pattern:
        return pattern == text
    return _sequence(tuple(pattern), tuple(text), "*", str.__eq__)


def _sequence(pattern: tuple[str, ...], items: tuple[str, ...], wild: str, same: Same) -> bool:
    """Match items against a pattern with a wildcard for any run of them, by dynamic programming over positions."""
    reachable = {0}
    for unit in pattern:
        if unit == wild:
            reachable = set(range(min(reachable), len(items) + 1))
        else:
            reachable = {at + 1 for at in reachable if at < len(items) and same(unit, items[at])}
        if not reachable:
            return False
    return len(items) in reachable
