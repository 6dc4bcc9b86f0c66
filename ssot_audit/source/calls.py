"""Calls that name an import path in a string: which argument holds the path."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from ssot_audit.source.functions import BASED, IMPORTERS

_MULTIPLE_OPTIONS = frozenset(("target", "spec", "create", "spec_set", "autospec", "new_callable"))


class Argument(NamedTuple):
    """What an argument says: the text of a literal, or None; the dotted path it is, or None; what is in a list."""

    node: Any
    text: str | None
    path: str | None
    elements: tuple[Argument, ...] = ()


class Given(NamedTuple):
    """The arguments of a call, starred ones left out."""

    positional: Sequence[Argument]
    keywords: Mapping[str, Argument]


class Named(NamedTuple):
    """A path some call names. `base` is the path of what an attribute is taken from, empty if that is no path; None
    where it is taken from nothing."""

    function: str
    path: str | None  # None: computed at run time
    node: Any
    base: str | None = None
    level: int = 0


def named_paths(function: str, given: Given) -> Iterator[Named]:
    """The paths a call of `function` names."""
    positional, keywords = given
    first = positional[0] if positional else keywords.get("target") or keywords.get("name") or keywords.get("in_dict")
    second = positional[1] if len(positional) > 1 else keywords.get("attribute") or keywords.get("name")
    if first is None or (function == "getattr" and len(positional) != 2):
        return
    if function in BASED and first.text is None:
        if second is not None and second.text is not None and second.text.isidentifier():
            yield Named(function, second.text, second.node, first.path or "")
    elif function == "patch.multiple":
        for name in (one for one in keywords if one not in _MULTIPLE_OPTIONS):
            if first.text is None:
                yield Named(function, name, first.node, first.path or "")
            else:
                yield Named(function, f"{first.text}.{name}", first.node)
    elif first.text is not None:
        fourth = positional[3] if len(positional) > 3 else None
        yield from _literal(
            function, first.text, first, keywords.get("package") or second, keywords.get("fromlist") or fourth
        )
    elif function in ("patch", "import_module", "__import__", *IMPORTERS, "pkgutil.resolve_name"):
        yield Named(function, None, first.node)


def _literal(
    function: str, text: str, first: Argument, package: Argument | None, names: Argument | None
) -> Iterator[Named]:
    bare = text.lstrip(".")
    level = len(text) - len(bare)
    path = bare.replace(":", ".") if function == "pkgutil.resolve_name" else bare
    if not path or not all(part.isidentifier() for part in path.split(".")):
        return
    if level:
        above = package.text.split(".") if package and package.text else []
        if len(above) >= level:
            path, level = ".".join((*above[: len(above) - level + 1], path)), 0
        elif above or not (package and package.path == "__package__"):
            yield Named(function, None, first.node)
            return
    yield Named(function, path, first.node, None, level)
    if function.endswith("__import__"):
        for one in names.elements if names else ():
            if one.text and one.text.isidentifier():
                yield Named(function, f"{path}.{one.text}", one.node, None, level)
