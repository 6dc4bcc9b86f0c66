"""Texts that are all but one of some names: other case, other separators, or one slip of the keyboard."""

from __future__ import annotations

from collections.abc import Iterable, Iterator


def variants(name: str) -> Iterator[str]:
    """Patterns for what may be a slip of the name, `*` standing for any letters; they match more than slips."""
    words = name.replace("-", "_").split("_")
    for start in range(len(name) - 1):
        yield f"{name[:start]}*{name[start + 2 :]}"
    yield from (name.upper(), name.title(), "".join(word.title() for word in words), "-".join(words), ".".join(words))
    yield words[0] + "".join(word.title() for word in words[1:])


def slip_of(text: str, names: Iterable[str]) -> str | None:
    """The name that a text is a slip of; None where it is one of the names, or none of their slips."""
    names = tuple(names)
    return None if text in names else next((name for name in names if _is_slip(text, name)), None)


def _is_slip(text: str, name: str) -> bool:
    if _letters(text) == _letters(name):
        return True
    if abs(len(text) - len(name)) > 1:
        return False
    start = next((at for at, (a, b) in enumerate(zip(text, name, strict=False)) if a != b), min(len(text), len(name)))
    ours, theirs = text[start:], name[start:]
    swapped = len(ours) > 1 and len(theirs) > 1 and (ours[1], ours[0], ours[2:]) == (theirs[0], theirs[1], theirs[2:])
    return swapped or ours[1:] == theirs[1:] or ours[1:] == theirs or ours == theirs[1:]


def _letters(text: str) -> str:
    return "".join(one for one in text.lower() if one.isalnum())
