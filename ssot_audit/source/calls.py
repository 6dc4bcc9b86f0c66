"""Calls that name an import path in a string: which argument holds the path."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import libcst as cst

from ssot_audit.source.functions import BASED, IMPORTERS
from ssot_audit.source.syntax import string_value

_MULTIPLE_OPTIONS = frozenset(("target", "spec", "create", "spec_set", "autospec", "new_callable"))


class Named(NamedTuple):
    """A path some call names. `base` is the expression an attribute is taken from, where there is one."""

    function: str
    path: str | None  # None: computed at run time
    node: cst.CSTNode
    base: cst.BaseExpression | None = None
    level: int = 0


def named_paths(function: str, call: cst.Call) -> Iterator[Named]:
    """The paths a call of `function` names."""
    if not function:
        return
    keywords = {one.keyword.value: one.value for one in call.args if one.keyword}
    positional = [one.value for one in call.args if one.keyword is None and not one.star]
    first = positional[0] if positional else keywords.get("target") or keywords.get("name") or keywords.get("in_dict")
    second = positional[1] if len(positional) > 1 else keywords.get("attribute") or keywords.get("name")
    if first is None or (function == "getattr" and len(positional) != 2):
        return
    text = string_value(first)
    if function in BASED and text is None:
        attribute = string_value(second)
        if attribute is not None and attribute.isidentifier() and second is not None:
            yield Named(function, attribute, second, first)
    elif function == "patch.multiple":
        for name in (one for one in keywords if one not in _MULTIPLE_OPTIONS):
            if text is None:
                yield Named(function, name, first, first)
            else:
                yield Named(function, f"{text}.{name}", first)
    elif text is not None:
        fourth = positional[3] if len(positional) > 3 else None
        yield from _literal(function, text, first, second, fourth, keywords)
    elif function in ("patch", "import_module", "__import__", *IMPORTERS, "pkgutil.resolve_name"):
        yield Named(function, None, first)


def _literal(
    function: str,
    text: str,
    first: cst.BaseExpression,
    second: cst.BaseExpression | None,
    fourth: cst.BaseExpression | None,
    keywords: dict[str, cst.BaseExpression],
) -> Iterator[Named]:
    bare = text.lstrip(".")
    level = len(text) - len(bare)
    path = bare.replace(":", ".") if function == "pkgutil.resolve_name" else bare
    if not path or not all(part.isidentifier() for part in path.split(".")):
        return
    if level:
        package = keywords.get("package") or second
        anchor = string_value(package)
        above = anchor.split(".") if anchor else []
        if len(above) >= level:
            path, level = ".".join((*above[: len(above) - level + 1], path)), 0
        elif above or not (isinstance(package, cst.Name) and package.value == "__package__"):
            yield Named(function, None, first)
            return
    yield Named(function, path, first, None, level)
    if function.endswith("__import__"):
        names = keywords.get("fromlist") or fourth
        for element in names.elements if isinstance(names, cst.List | cst.Tuple) else ():
            name = string_value(element.value)
            if name and name.isidentifier():
                yield Named(function, f"{path}.{name}", element.value, None, level)
