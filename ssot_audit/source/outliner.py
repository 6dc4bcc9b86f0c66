"""The outline of one text, off the interpreter's own tree: definitions, calls, reads and texts of chosen names.

Statements are visited in source order; a name is looked up once every scope is known.
"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from ssot_audit.facts import Context
from ssot_audit.outline import UNKNOWN, Definition, Mention, Outline, Path, Text, Wanted
from ssot_audit.source.assigned import kind_of
from ssot_audit.source.named import NamingCall, calls_that_name, may_name
from ssot_audit.source.pending import Seen, Use
from ssot_audit.source.scopes import Alias, Scope
from ssot_audit.source.search import matcher
from ssot_audit.source.stands import stands_for
from ssot_audit.source.text import normal
from ssot_audit.source.tree import TreeVisitor, dotted, literal


def outline(text: str, wanted: Wanted) -> Outline:
    """The outline of a text. Raises SyntaxError, ValueError, RecursionError or MemoryError where the interpreter cannot
    parse it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tree = ast.parse(text)
    outliner = Outliner(text, wanted)
    outliner.visit_all(tree.body)
    return outliner.result()


class Outliner(TreeVisitor):
    def __init__(self, text: str, wanted: Wanted) -> None:
        super().__init__(text)
        self.defines, self.mentions, self.texts = map(matcher, wanted[:3])
        self.defined: list[tuple[Definition, Sequence[ast.expr], ast.expr | None, Sequence[ast.expr], Seen]] = []
        self.named: list[Use] = []
        self.aliases: list[tuple[Definition, tuple[str, ...], Seen]] = []
        self.handed: dict[ast.expr, tuple[ast.expr, str]] = {}  # arguments: what they are handed to, and under what
        self.storing = "assignment"  # what kind of definition a name is that is set with no value of its own
        self.bound: list[Definition] = []
        self.spelled: list[Text] = []
        self.calls: list[NamingCall] | None = [] if wanted.calls else None

    # Results

    def result(self) -> Outline:
        defined = (
            one._replace(
                bases=tuple(self._base(base, seen.at) for base in bases),
                value=None if value is None else self._path(value, seen.at),
                decorators=tuple(self._path(each, seen.at) for each in decorators),
            )
            for one, bases, value, decorators, seen in self.defined
        )
        known = tuple(self.imports), tuple(defined), tuple(self._mentioned()), tuple(self.spelled)
        named = calls_that_name(self.calls or (), self.imports, self._paths, self.place)
        return Outline(*known, named=tuple(named), aliases=tuple(self._aliased()), bound=tuple(self.bound))

    def _mentioned(self) -> Iterator[Mention]:
        for node, names, called, key, seen in self.named:
            paths = self._paths(names, seen.at)
            if any(map(self._is_wanted, paths)):
                call, under = self.handed.get(node, (None, ""))
                receiver = self._path(call, seen.at) if call else None
                yield Mention(paths, called, self.place(node), seen.scope, seen.contexts, key, receiver, under)

    def _aliased(self) -> Iterator[Definition]:
        for one, names, seen in self.aliases:
            wanted = [path for path in self._paths(names, seen.at) if self._is_wanted(path)]
            yield from (one._replace(value=path) for path in wanted[:1])

    def _is_wanted(self, path: Path) -> bool:
        if path.root >= 0:
            one = self.imports[path.root]
            return self.mentions(one.means) or any(map(self.mentions, (*path.parts, *one.module.split("."))))
        return any(map(self.mentions, path.parts))

    def _path(self, node: ast.expr, at: Scope) -> Path:
        while isinstance(node, ast.Call | ast.Subscript):  # Generic[T] is Generic; a decorator's call is the decorator
            node = node.func if isinstance(node, ast.Call) else node.value
        names = dotted(node)
        return self._paths(names, at)[0] if names else Path(UNKNOWN, ())

    def _base(self, node: ast.expr, at: Scope) -> Path:
        return Path(UNKNOWN, ()) if isinstance(node, ast.Call) else self._path(node, at)  # a call may return any class

    def _paths(self, names: tuple[str, ...], at: Scope) -> tuple[Path, ...]:
        return stands_for(names, at, self.module)

    def _seen(self) -> Seen:
        return Seen(self.at, self.scope, self.contexts, self.branches)

    # Definitions

    def _define(
        self,
        name: str,
        kind: str,
        node: ast.expr | ast.stmt,
        bases: Sequence[ast.expr] = (),
        value: ast.expr | None = None,
        decorators: Sequence[ast.expr] = (),
        keywords: tuple[str, ...] = (),
    ) -> None:
        if self.defines(name):
            seen = self._seen()
            at, branches = self.place(node), seen.branches
            one = Definition(name, kind, at, seen.scope, seen.contexts, branches=branches, keywords=keywords)
            self.defined.append((one, bases, value, decorators, seen))

    def _import(self, node: ast.Import | ast.ImportFrom) -> None:
        first, seen = len(self.imports), self._seen()
        super()._import(node)
        for number, one in enumerate(self.imports[first:], first):
            if one.name != "*" and self.defines(one.bound):
                value, around = Path(number, ()), (seen.scope, seen.contexts)
                found = Definition(one.bound, "import", one.place, *around, value=value, branches=seen.branches)
                self.bound.append(found)

    def _class(self, node: ast.ClassDef) -> None:
        name = normal(node.name)
        self.visit_all([*node.decorator_list, *node.bases, *node.keywords, *getattr(node, "type_params", ())])
        keywords = tuple(one.arg or "" for one in node.keywords)
        at = self.named_place(node, node.name)
        metaclass = next((one.value for one in node.keywords if one.arg == "metaclass"), None)
        self._define(name, "class", at, node.bases, metaclass, node.decorator_list, keywords)
        self.at.bind(name, None)
        self.scoped("class", name, node.body)

    def _function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        name = normal(node.name)
        parameters = getattr(node, "type_params", ())  # from Python 3.12 on
        self.visit_all([*node.decorator_list, node.args, *([node.returns] if node.returns else []), *parameters])
        self._define(name, "function", self.named_place(node, node.name), decorators=node.decorator_list)
        self.at.bind(name, None)
        before = self.contexts
        self.contexts = (*((Context.TYPING,) if Context.TYPING in before else ()), Context.DEFERRED)
        self.scoped("function", f"{name}()", node.body, node.args)
        self.contexts = before

    def _assign(self, node: ast.Assign) -> None:
        if isinstance(node.value, ast.Constant):
            keys = [literal(one.slice) for one in node.targets if isinstance(one, ast.Subscript)]
            self._constant(node.value, keys[0] if keys else "", keyed=bool(keys))
        else:
            self.visit(node.value)
        for target in node.targets:
            self._bind(target, node.value)

    def _annotated(self, node: ast.AnnAssign) -> None:
        self.visit(node.annotation)
        if node.value:
            self.visit(node.value)
            self._bind(node.target, node.value)

    def _walrus(self, node: ast.NamedExpr) -> None:
        self.visit(node.value)
        self._bind(node.target, node.value)

    def _alias(self, node: Any) -> None:
        self.visit(node.value)
        self._bind(node.name, node.value)

    def _bind(self, target: ast.expr, value: ast.expr) -> None:
        """An assignment: an alias, the call that makes an object, or any other."""
        if not isinstance(target, ast.Name):
            self.visit(target)
            return
        name, path = normal(target.id), dotted(value)
        self.at.bind(name, Alias(self.at, path) if path and path[0] != "()" and path != (name,) else None)
        if self.defines(name):
            kind = kind_of(name, value)
            self._define(name, kind, target, value=value if path or isinstance(value, ast.Call) else None)
        if path and self.at is self.module and path[0] != "()":
            seen = self._seen()
            one = Definition(name, "alias", self.place(target), (), seen.contexts, branches=seen.branches)
            self.aliases.append((one, path, seen))

    def _stored(self, node: ast.For | ast.AsyncFor | ast.comprehension | ast.AugAssign) -> None:
        self.storing = "derived" if isinstance(node, ast.AugAssign) else "loop"
        self.visit(node.target)
        self.storing = "assignment"
        self.visit_all([one for one in ast.iter_child_nodes(node) if one is not node.target])

    # Expressions

    def _name(self, node: ast.Name) -> None:
        name = normal(node.id)
        if isinstance(node.ctx, ast.Store):
            self.at.bind(name, None)
            self._define(name, self.storing, node)
        elif isinstance(node.ctx, ast.Load):
            self._mention(node, (name,))

    def _mention(self, node: ast.expr, names: tuple[str, ...], called: bool = False, key: str = "") -> None:
        self.named.append(Use(node, names, called, key, self._seen()))

    def _attribute(self, node: ast.Attribute) -> None:
        if not isinstance(node.ctx, ast.Load):  # what is set or deleted is not read, what it is an attribute of is
            self.visit(node.value)
        elif names := dotted(node):
            if names[0] == "()":
                self._root(node)
            self._mention(node, names)

    def _subscript(self, node: ast.Subscript) -> None:
        self._keyed(node.value, literal(node.slice))
        self.visit(node.slice)

    def _compare(self, node: ast.Compare) -> None:
        """`"KEY" in names` reads the key."""
        left: ast.expr = node.left
        self.visit(left)
        for operator, right in zip(node.ops, node.comparators, strict=True):
            self._keyed(right, literal(left) if isinstance(operator, ast.In | ast.NotIn) else "")
            left = right

    def _keyed(self, node: ast.expr, key: str) -> None:
        before = len(self.named)
        self.visit(node)
        if key and isinstance(node, ast.Name | ast.Attribute) and len(self.named) > before:
            self.named[-1] = self.named[-1]._replace(key=key)

    def _root(self, node: ast.expr) -> None:
        while isinstance(node, ast.Attribute):
            node = node.value
        self.visit(node)

    def _call(self, node: ast.Call) -> None:
        names = dotted(node.func)
        if names:
            self._mention(node.func, names, True, literal(node.args[0]) if node.args else "")
            if names[0] == "()":
                self._root(node.func)
        else:
            self.visit(node.func)
        if self.calls is not None and names and may_name(node):
            self.calls.append(NamingCall(node, names, self.at, self.contexts))
        if names == ("getattr",) and len(node.args) > 1 and literal(node.args[1]).isidentifier():
            self._mention(node, (*(dotted(node.args[0]) or ("()",)), literal(node.args[1])))
        arguments = ((str(number), one) for number, one in enumerate(node.args))
        for under, argument in (*arguments, *((one.arg or "", one.value) for one in node.keywords)):
            self.handed[argument] = node.func, under
        for number, argument in enumerate(node.args):
            self._value(argument, str(number), ".".join(names or ()))
        for keyword in node.keywords:
            self._value(keyword.value, keyword.arg or "", ".".join(names or ()))

    def _value(self, node: ast.expr, under: str, call: str, keyed: bool = False) -> None:
        if isinstance(node, ast.Constant):
            self._constant(node, under, call, keyed)
        elif isinstance(node, ast.Dict):
            self._dict(node, call)
        elif isinstance(node, ast.IfExp):
            self.visit(node.test)
            self._value(node.body, under, call, keyed)
            self._value(node.orelse, under, call, keyed)
        elif isinstance(node, ast.JoinedStr) and len(node.values) == 1:
            self._value(node.values[0], under, call, keyed)
        else:
            self.visit(node)

    def _dict(self, node: ast.Dict, call: str = "") -> None:
        for key, value in zip(node.keys, node.values, strict=True):
            if key:
                self.visit(key)
            self._value(value, literal(key), call, keyed=True)

    def _constant(self, node: ast.Constant, under: str = "", call: str = "", keyed: bool = False) -> None:
        if isinstance(node.value, str) and self.texts(node.value):
            self.spelled.append(Text(node.value, self.place(node), under, call, self.scope, self.contexts, keyed))

    handlers: Mapping[type[ast.AST], Callable[[Any, Any], None]] = MappingProxyType(
        {
            **TreeVisitor.handlers,
            ast.Import: _import,
            ast.ImportFrom: _import,
            ast.ClassDef: _class,
            ast.FunctionDef: _function,
            ast.AsyncFunctionDef: _function,
            ast.Assign: _assign,
            ast.AnnAssign: _annotated,
            ast.NamedExpr: _walrus,
            **dict.fromkeys((ast.For, ast.AsyncFor, ast.comprehension, ast.AugAssign), _stored),
            **({ast.TypeAlias: _alias} if hasattr(ast, "TypeAlias") else {}),
            ast.Name: _name,
            ast.Attribute: _attribute,
            ast.Call: _call,
            ast.Subscript: _subscript,
            ast.Compare: _compare,
            ast.Dict: _dict,
            ast.Constant: _constant,
        }
    )
