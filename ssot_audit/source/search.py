"""A byte search for names: which of them a text spells anywhere, in code, strings or comments."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Iterator
from functools import lru_cache

from ssot_audit.engine import compiled
from ssot_audit.source.entry import Question

_ASCII = bytes(range(128))
_COMPUTED = r"(?<!def )(?<![\w?])(?:import_module|__import__)\s*+\((?!\s*+[rRuU]?[\"'])"
_ASCII_LETTER = re.compile(r"\w", re.ASCII)


def mentions(question: Question, text: str, mask: bytes | None, path: str) -> tuple[str, ...]:
    """The words of a text that are any of the names, in order of their spelling. A name that only modules have counts
    where the package it is in is spelled too, in the text or in the file's own path."""
    if not question.names:
        return ()
    plain = mask if mask is not None and is_plain(question, text) else None
    normal = text if plain is not None else unicodedata.normalize("NFKC", text)
    found = _spelled_in(plain, normal, question.names)
    if found:
        parts = {*path.replace(".", "/").split("/")}
        for name, above in question.below:
            here = name not in found or not parts.isdisjoint(above) or _spelled_in(plain, normal, above)
            if not here:
                found.discard(name)
    return tuple(sorted(found))


def is_absent(question: Question, data: bytes) -> bool:
    """Whether the bytes of a file are sure to spell none of the names: for most files nothing slower need be asked."""
    if compiled(_words(question.names)).search(data) is not None:
        return False
    if data.isascii():
        return True
    if any(b"coding" in line for line in data.split(b"\n", 2)[:2]):  # only UTF-8 is known to be read right here
        return False
    try:
        others = data.translate(None, _ASCII).decode()
    except UnicodeDecodeError:
        return False
    return not _letters(frozenset(others), _is_foreign(question))


def _spelled_in(mask: bytes | None, text: str, names: tuple[str, ...]) -> set[str]:
    """The words that are any of the names: of a mask, where there is one, else of a text in normal form."""
    if mask is not None:
        return {one.group().decode("ascii") for one in compiled(_words(names)).finditer(mask)}
    return {one.group() for one in re.finditer(str_word(names), text)}


def computed_imports(mask: bytes) -> int:
    """How many calls import a path that is computed at run time, as far as their text tells."""
    if not is_in("import_", mask):
        return 0
    return sum(1 for _ in compiled(_COMPUTED).finditer(mask))


def is_in(word: str, mask: bytes) -> bool:
    """Whether a text has these letters: a few times as fast as `in`."""
    return compiled(word).search(mask) is not None


def in_path(question: Question, path: str) -> bool:
    """Whether a folder or file on the path has one of the names: what is imported in there from beside it may be
    governed though no text spells it."""
    return words(question).search(path) is not None


@lru_cache(maxsize=8)
def words(question: Question) -> re.Pattern[str]:
    """Any of the names as a whole word."""
    return re.compile(str_word(question.names))


def is_plain(question: Question, text: str) -> bool:
    """Whether the names are ASCII, and no letter of the text could be another form of an ASCII one."""
    return next(other_letters(question, text), None) is None


def other_letters(question: Question, text: str) -> Iterator[int]:
    """Where letters stand that could spell one of the names as Python compares them, but are no ASCII."""
    if text.isascii():
        return
    rest = frozenset(text.encode("utf-8", "replace").translate(None, _ASCII).decode("utf-8", "replace"))
    if found := _letters(rest, _is_foreign(question)):
        yield from (one.start() for one in re.finditer(f"[{re.escape(''.join(sorted(found)))}]", text))


def _is_foreign(question: Question) -> bool:
    """Whether a name may have letters that are no ASCII."""
    return any("*" in name or not name.isascii() for name in question.names)


@lru_cache(maxsize=1024)
def _letters(others: frozenset[str], foreign: bool) -> frozenset[str]:
    """Those of the characters, none of them ASCII, that may be letters of a name: any letter of a foreign one, else the
    forms of ASCII letters that Python takes for them."""
    return frozenset(
        one
        for one in others
        if (foreign and f"x{one}".isidentifier()) or _ASCII_LETTER.search(unicodedata.normalize("NFKC", one))
    )


def alternatives(names: Collection[str]) -> str:
    """A pattern for any of the names, the longer before the shorter."""
    words = sorted(names, key=lambda name: (-len(name), name))
    return "(?:" + "|".join(re.escape(word).replace(r"\*", r"\w*") for word in words) + ")"


def given_names(question: Question, mask: bytes) -> list[int]:
    """Where a path that ends with one of the names may be given another name, by an assignment or to an argument."""
    return places(_given(question.names), mask)


def places(pattern: str, mask: bytes) -> list[int]:
    """Where a pattern matches in the text, whatever stands there."""
    return [one.start() - 1 for one in compiled(pattern).finditer(mask)]


@lru_cache(maxsize=8)
def _given(names: tuple[str, ...]) -> str:
    gap = r"[\s\\]"
    return rf"={gap}*+\(*+{gap}*+(?:[\w?]++{gap}*+\.{gap}*+)*?{spelled(names)}"


@lru_cache(maxsize=8)
def _words(names: tuple[str, ...]) -> str:
    return rf"(?<![\w?]){spelled(names)}"


@lru_cache(maxsize=8)
def spelled(names: tuple[str, ...]) -> str:
    """A pattern for any of the names where a word begins."""
    return rf"{alternatives(names)}(?![\w?])"


@lru_cache(maxsize=8)
def str_word(names: tuple[str, ...]) -> str:
    """A pattern over text for a whole word that is any of the names; one that never matches for none."""
    return rf"(?<!\w){alternatives(names)}(?!\w)" if names else r"(?!)"


def matcher(names: Collection[str]) -> Callable[[str], bool]:
    """Whether a whole text is any of the names."""
    if not any("*" in name for name in names):
        return frozenset(names).__contains__
    if "*" in names:
        return lambda text: True
    pattern = re.compile(rf"{str_word(tuple(names))}\Z")
    return lambda text: pattern.match(text) is not None
