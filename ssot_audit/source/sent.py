"""What the calls of one text are handed, and on which objects: an expression is followed to the class it is known to be
an instance of by an annotation, a constructor or an assignment.

In the paths of a sheet `()` stands for what a call of the names before it returns, such as an instance of a class.
"""

from __future__ import annotations

import ast
import warnings
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from itertools import takewhile
from types import MappingProxyType
from typing import Any, NamedTuple

from ssot_audit.facts import Place
from ssot_audit.outline import Outline, Path, Wanted
from ssot_audit.source.outliner import Outliner
from ssot_audit.source.pending import Seen
from ssot_audit.source.scopes import Alias, Scope
from ssot_audit.source.text import normal
from ssot_audit.source.tree import dotted, literal

CALLED = "()"
_INNER = ("Optional", "Annotated", "Final", "ClassVar", "Required", "NotRequired")  # an annotation of what is inside
_PROPERTIES = ("property", "cached_property")

Key = tuple[str, ...]  # of a module: names of classes and of what they hold; a last `()` is what calling it returns


class Leaf(NamedTuple):
    """A value that a call is handed, or a dict or item is given. `call` are the paths of what is called, none outside
    calls, and `called` its last name; `text` is the value where it is a literal, `value` what an expression may stand
    for; neither where it is computed. `under` and `keyed` are those of a text of an outline."""

    call: tuple[Path, ...]
    called: str
    text: str | None
    value: tuple[Path, ...]
    place: Place
    under: str
    keyed: bool
    scope: tuple[str, ...]


class Sheet(NamedTuple):
    """An outline, the values handed on, and what is known of objects by their keys: what they are instances of, the
    bases of classes, and texts."""

    outline: Outline
    leaves: tuple[Leaf, ...]
    types: Mapping[Key, tuple[Path, ...]]
    bases: Mapping[Key, tuple[Path, ...]]
    texts: Mapping[Key, str]


def sheet(wanted: Wanted, text: str) -> Sheet:
    """The sheet of a text. Raises what `outline` does."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tree = ast.parse(text)
    reader = _Reader(text, wanted)
    reader.visit_all(tree.body)
    return reader.sheet()


class _Leaf(NamedTuple):
    node: ast.expr
    under: str
    call: ast.Call | None
    keyed: bool
    seen: Seen


class _Bound(ast.AST):
    """An argument of a function, met where its body is; `names` are those of what it is annotated with."""

    def __init__(self, argument: ast.arg) -> None:
        super().__init__()
        self.name = normal(argument.arg)
        self.names = instance_of(argument.annotation) if argument.annotation else ()


class _Reader(Outliner):
    def __init__(self, text: str, wanted: Wanted) -> None:
        super().__init__(text, wanted)
        self.leaves: list[_Leaf] = []
        self.calling: list[ast.Call] = []
        self.typed: list[tuple[Key, Key, Scope]] = []
        self.bases: dict[Key, tuple[Sequence[ast.expr], Scope]] = {}
        self.constants: dict[Key, str] = {}

    def sheet(self) -> Sheet:
        types = defaultdict[Key, tuple[Path, ...]](tuple)
        for key, names, at in self.typed:
            types[key] += self._paths(names, at)
        bases = {key: tuple(self._base(one, at) for one in nodes) for key, (nodes, at) in self.bases.items()}
        return Sheet(self.result(), tuple(map(self._leaf, self.leaves)), dict(types), bases, self.constants)

    def _leaf(self, one: _Leaf) -> Leaf:
        at = one.seen.at
        names = spelled(one.call.func) if one.call else ()
        text = one.node.value if isinstance(one.node, ast.Constant) and isinstance(one.node.value, str) else None
        value = spelled(one.node) if isinstance(one.node, ast.Name | ast.Attribute) else ()
        call, means = (self._paths(each, at) if each else () for each in (names, value))
        return Leaf(
            call, names[-1] if names else "", text, means, self.place(one.node), one.under, one.keyed, one.seen.scope
        )

    @property
    def _owner(self) -> Key | None:
        """The key of the class, or of the module, around a statement; None inside functions."""
        return None if any(one.endswith(CALLED) for one in self.scope) else self.scope

    # What objects are

    def _type(self, key: Key, names: Key) -> None:
        if names:
            self.typed.append((key, names, self.at))

    def scoped(self, kind: str, name: str, body: Sequence[ast.AST], arguments: ast.arguments | None = None) -> None:
        if arguments:
            body = [*map(_Bound, _annotated(arguments)), *body]
        super().scoped(kind, name, body, arguments)

    def _bound_argument(self, node: _Bound) -> None:
        if node.names:
            self.at.bind(node.name, Alias(self.at.parent or self.at, node.names))
        elif node.name in ("self", "cls") and len(self.scope) > 1 and self.at.parent and self.at.parent.kind == "class":
            owner = self.scope[:-1]
            if not any(one.endswith(CALLED) for one in owner):
                instance = (*owner, CALLED) if node.name == "self" else owner
                self.at.bind(node.name, Alias(self.module, instance))

    def _class(self, node: ast.ClassDef) -> None:
        if self._owner is not None:
            self.bases[(*self._owner, normal(node.name))] = node.bases, self.at
        super()._class(node)

    def _function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        if self._owner is not None and node.returns:
            names = {(dotted(one) or ("",))[-1] for one in node.decorator_list}
            key = (*self._owner, normal(node.name))
            self._type(key if names.intersection(_PROPERTIES) else (*key, CALLED), instance_of(node.returns))
        super()._function(node)

    def _bind(self, target: ast.expr, value: ast.expr) -> None:
        super()._bind(target, value)
        self._give(target, spelled(value), value)

    def _annotated(self, node: ast.AnnAssign) -> None:
        super()._annotated(node)
        self._give(node.target, instance_of(node.annotation), node.value)

    def _give(self, target: ast.expr, names: Key, value: ast.expr | None) -> None:
        """A name, or an attribute of `self`, is given what the names stand for."""
        at, owner = self.at, self._owner
        if isinstance(target, ast.Name):
            name = normal(target.id)
            if names and CALLED in names and names[0] not in (name, CALLED):
                at.bind(name, Alias(at, names))
            if owner is not None:
                self._constant_of((*owner, name), value)
                self._type((*owner, name), names if names != (name,) else ())
        elif isinstance(target, ast.Attribute) and dotted(target.value) == ("self",):
            self._type((*takewhile(lambda one: not one.endswith(CALLED), self.scope), normal(target.attr)), names)

    def _constant_of(self, key: Key, value: ast.expr | None) -> None:
        """A literal, or one that a call such as `Event("begun")` wraps."""
        if isinstance(value, ast.Call) and len(value.args) == 1 and not value.keywords:
            value = value.args[0]
        if isinstance(value, ast.Constant) and isinstance(value.value, str):
            self.constants[key] = value.value

    # What calls are handed

    def _call(self, node: ast.Call) -> None:
        self.calling.append(node)
        super()._call(node)
        self.calling.pop()

    def _mention(self, node: ast.expr, names: tuple[str, ...], called: bool = False, key: str = "") -> None:
        through = names[0] == CALLED and isinstance(node, ast.Attribute)  # what a call returns
        super()._mention(node, spelled(node) if through else names, called, key)

    def _value(self, node: ast.expr, under: str, call: str, keyed: bool = False) -> None:
        if isinstance(node, ast.BoolOp):
            for one in node.values:
                self._value(one, under, call, keyed)
        elif isinstance(node, ast.Subscript) and isinstance(node.value, ast.Dict):
            for one in node.value.values:
                self._value(one, under, call, keyed)
            self.visit(node.slice)
        else:
            if not isinstance(node, ast.Constant | ast.IfExp | ast.Dict):
                self._hand(node, under, keyed)
            super()._value(node, under, call, keyed)

    def _constant(self, node: ast.Constant, under: str = "", call: str = "", keyed: bool = False) -> None:
        if isinstance(node.value, str) and under:
            self._hand(node, under, keyed)
        super()._constant(node, under, call, keyed)

    def _hand(self, node: ast.expr, under: str, keyed: bool) -> None:
        """Keep a wanted text, and what may be one: a constant, and whatever is handed to a wanted call."""
        called = spelled(self.calling[-1].func)[-1:] if self.calling else ()
        named = isinstance(node, ast.Name | ast.Attribute) and (keyed or called == ("dict",))
        wanted = self.texts(literal(node)) if literal(node) else named or any(map(self.mentions, called))
        if not wanted:
            return
        self.leaves.append(_Leaf(node, under, self.calling[-1] if self.calling else None, keyed, self._seen()))

    handlers: Mapping[type[ast.AST], Callable[[Any, Any], None]] = MappingProxyType(
        {
            **Outliner.handlers,
            ast.ClassDef: _class,
            ast.FunctionDef: _function,
            ast.AsyncFunctionDef: _function,
            ast.AnnAssign: _annotated,
            ast.Call: _call,
            _Bound: _bound_argument,
        }
    )


def _annotated(arguments: ast.arguments) -> list[ast.arg]:
    return [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]


def spelled(node: ast.expr) -> Key:
    """The names of an expression of names, attributes and calls; none for another."""
    if isinstance(node, ast.Name):
        return (normal(node.id),)
    if isinstance(node, ast.Await):
        return spelled(node.value)
    if isinstance(node, ast.Attribute):
        return (*(spelled(node.value) or (CALLED,)), normal(node.attr))
    return (*(spelled(node.func) or (CALLED,)), CALLED) if isinstance(node, ast.Call) else ()


def instance_of(annotation: ast.expr) -> Key:
    """The names of what an annotation says a value is: an instance of a class, or with `type[…]` the class."""
    if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
        try:
            return instance_of(ast.parse(annotation.value.strip(), mode="eval").body)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return ()
    if isinstance(annotation, ast.BinOp):
        return instance_of(annotation.left) or instance_of(annotation.right)
    if isinstance(annotation, ast.Subscript):
        names = dotted(annotation.value) or ("",)
        inner = annotation.slice.elts[0] if isinstance(annotation.slice, ast.Tuple) else annotation.slice
        if names[-1] in ("type", "Type"):
            return instance_of(inner)[:-1]
        return instance_of(inner if names[-1] in _INNER else annotation.value)
    found = dotted(annotation)
    return (*found, CALLED) if found and found[-1] not in (*_INNER, "Any") else ()
