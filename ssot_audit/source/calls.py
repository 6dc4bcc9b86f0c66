"""Calls that name an import path in a string: what they are called, and which argument holds the path.

Sources: the standard library's importlib, pkgutil and unittest.mock; pytest's MonkeyPatch; pytest-mock's MockerFixture.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import libcst as cst

from ssot_audit.source.syntax import string_value

_PATCHES = frozenset(("patch", "patch.object", "patch.dict", "patch.multiple"))
_IMPORTERS = frozenset(("importlib.import_module", "importlib.__import__", "pytest.importorskip"))
# hasattr, and getattr with a default, ask whether a name is there: they do not rely on it.
_ATTRIBUTE_CALLS = frozenset(("getattr", "setattr", "delattr"))
_MULTIPLE_OPTIONS = frozenset(("target", "spec", "create", "spec_set", "autospec", "new_callable"))


class Named(NamedTuple):
    """A path some call names. `base` is the expression an attribute is taken from, where there is one."""

    function: str
    path: str | None  # None: computed at run time
    node: cst.CSTNode
    base: cst.BaseExpression | None = None
    level: int = 0


def function_of(written: str, absolute: str | None) -> str:
    """The function's name as the tables here know it, or an empty string. `written` is the dotted text of the call,
    `absolute` the same through the import that binds its root (None: bound by no import)."""
    if absolute is not None:
        for prefix in ("unittest.mock.", "mock."):
            if absolute.startswith(prefix) and absolute.removeprefix(prefix) in _PATCHES:
                return absolute.removeprefix(prefix)
        return absolute if absolute in _IMPORTERS or absolute == "pkgutil.resolve_name" else ""
    root, _, rest = written.rpartition(".")
    if written in _PATCHES or written in _ATTRIBUTE_CALLS or written in ("__import__", "import_module"):
        return written
    owner, _, method = written.partition(".patch")
    if owner.rpartition(".")[2].endswith("mocker") and "patch" + method in _PATCHES and written != owner:
        return "patch" + method
    if root.rpartition(".")[2].endswith("mocker") and rest == "spy":
        return "patch.object"
    if root and rest in ("setattr", "delattr"):
        return "monkeypatch"
    return ""


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
    if function in ("patch.object", "monkeypatch", *_ATTRIBUTE_CALLS) and text is None:
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
    elif function in ("patch", "import_module", "__import__", *_IMPORTERS, "pkgutil.resolve_name"):
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
