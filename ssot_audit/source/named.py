"""Calls that name an import path in a string, off the interpreter's own tree: which argument holds the path."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from ssot_audit.facts import Context, Import, Place
from ssot_audit.names import MAX_PATTERN
from ssot_audit.outline import Named, Path
from ssot_audit.source.bound import absolute
from ssot_audit.source.functions import ATTRIBUTE_CALLS, BASED, function_of
from ssot_audit.source.scopes import Scope
from ssot_audit.source.tree import binding, dotted

PathsOf = Callable[[tuple[str, ...], Scope], Sequence[Path]]
_FIRST = ("target", "name", "in_dict")  # keywords by which the first argument may be given
_SECOND = ("attribute", "name")
_OPTIONS = frozenset(("target", "spec", "create", "spec_set", "autospec", "new_callable"))


class NamingCall(NamedTuple):
    """A call with what it calls, as written, and where it stands."""

    node: ast.Call
    names: tuple[str, ...]
    at: Scope
    contexts: tuple[Context, ...]


class _Argument(NamedTuple):
    """The argument that names something, and what it is an attribute of, where it is one."""

    node: ast.expr
    path: str
    base: ast.expr | None = None
    level: int = 0


def may_name(node: ast.Call) -> bool:
    """Whether a call has a text among its arguments, or names attributes by its keywords."""
    given = (*node.args[:2], *(one.value for one in node.keywords))
    return any(_text(one) is not None for one in given) or (
        isinstance(node.func, ast.Attribute) and node.func.attr == "multiple"
    )


def calls_that_name(
    calls: Sequence[NamingCall], imports: Sequence[Import], paths_of: PathsOf, place: Callable[[ast.expr], Place]
) -> Iterator[Named]:
    """What the calls name whose function takes a path in a string, once every scope is known."""
    for call in calls:
        function = _function(call, imports, paths_of)
        if not function or function in ATTRIBUTE_CALLS:
            continue
        for one in _arguments(function, call.node):
            names = dotted(one.base) if one.base is not None else ()
            if names is not None:
                base = tuple(paths_of(names, call.at)) if names else ()
                at, lenient = place(one.node), _is_lenient(function, call.node)
                yield Named(function, one.path, one.level, base, at, call.contexts, lenient)


def _function(call: NamingCall, imports: Sequence[Import], paths_of: PathsOf) -> str:
    written, imported = ".".join(call.names), False
    for path in paths_of(call.names, call.at):
        if path.root >= 0:
            function = function_of(written, absolute(imports[path.root], ".".join(path.parts)))
            if function:
                return function
            imported = True
    if imported or (len(call.names) == 1 and binding(call.at, call.names[0])[1]):
        return ""
    return function_of(written, None)


def _arguments(function: str, call: ast.Call) -> Iterator[_Argument]:
    keywords = {one.arg: one.value for one in call.keywords if one.arg}
    if any(isinstance(one, ast.Starred) for one in call.args[:2]):
        return
    first = call.args[0] if call.args else _either(keywords, _FIRST)
    second = call.args[1] if len(call.args) > 1 else _either(keywords, _SECOND)
    text = _text(first)
    if first is None:
        return
    if function == "patch.multiple":
        for name in (one for one in keywords if one not in _OPTIONS):
            yield _Argument(first, name, first) if text is None else _Argument(first, f"{text}.{name}")
    elif text is not None:
        yield from _literal(function, text, first, keywords.get("package", second))
    elif function in BASED and second is not None and (_text(second) or "").isidentifier():
        yield _Argument(second, _text(second) or "", first)


def _either(keywords: Mapping[str, ast.expr], names: Sequence[str]) -> ast.expr | None:
    return next((keywords[name] for name in names if name in keywords), None)


def _literal(function: str, text: str, node: ast.expr, package: ast.expr | None) -> Iterator[_Argument]:
    bare = text.lstrip(".")
    level = len(text) - len(bare)
    path = bare.replace(":", ".") if function == "pkgutil.resolve_name" else bare
    if not path or len(text) > MAX_PATTERN or not all(part.isidentifier() for part in path.split(".")):
        return
    if level:
        anchor = (_text(package) or "").split(".")
        if anchor != [""] and len(anchor) >= level:
            path, level = ".".join((*anchor[: len(anchor) - level + 1], path)), 0
        elif not (isinstance(package, ast.Name) and package.id == "__package__"):
            return
    yield _Argument(node, path, level=level)


def _is_lenient(function: str, call: ast.Call) -> bool:
    """Whether the call makes what is not there, or lets it be: create=True, raising=False, importorskip."""
    given = {one.arg: one.value.value for one in call.keywords if isinstance(one.value, ast.Constant)}
    return given.get("create") is True or given.get("raising") is False or function == "pytest.importorskip"


def _text(node: ast.expr | None) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None
