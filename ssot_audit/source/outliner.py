"""The outline of one text, off the interpreter's own tree: definitions, calls, reads and texts of chosen names.

Statements are visited in source order; a name is looked up once every scope is known.
"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

from ssot_audit.facts import Context
from ssot_audit.outline import UNKNOWN, Definition, Mention, Outline, Path, Text, Wanted
from ssot_audit.source.named import NamingCall, calls_that_name, may_name
from ssot_audit.source.scopes import Alias, Scope
from ssot_audit.source.search import matcher
from ssot_audit.source.stands import stands_for
from ssot_audit.source.text import normal
from ssot_audit.source.tree import TreeVisitor, dotted, literal

MAKERS = frozenset(
    ("type", "NewType", "NamedTuple", "namedtuple", "TypedDict", "Enum", "IntEnum", "StrEnum", "new_class")
)

_DEFS = (ast.FunctionDef, ast.AsyncFunctionDef)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


def outline(text: str, wanted: Wanted) -> Outline:
    """The outline of a text. Raises SyntaxError, ValueError, RecursionError or MemoryError where the interpreter cannot
    parse it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tree = ast.parse(text)
    outliner = _Outliner(text, wanted)
    outliner.visit_all(tree.body)
    return outliner.result()


class _Seen(NamedTuple):
    """Where something stands; what its names mean is asked for at the end."""

    at: Scope
    scope: tuple[str, ...]
    contexts: tuple[Context, ...]
    branches: tuple[tuple[int, int], ...]


class _Use(NamedTuple):
    """A dotted expression, still to be looked up."""

    node: ast.expr
    names: tuple[str, ...]
    called: bool
    key: str
    seen: _Seen


class _Outliner(TreeVisitor):
    def __init__(self, text: str, wanted: Wanted) -> None:
        super().__init__(text)
        self.defines, self.mentions, self.texts = map(matcher, wanted[:3])
        self.defined: list[tuple[Definition, Sequence[ast.expr], ast.expr | None, Sequence[ast.expr], _Seen]] = []
        self.named: list[_Use] = []
        self.aliases: list[tuple[Definition, tuple[str, ...], _Seen]] = []
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
        return Outline(*known, named=tuple(named), aliases=tuple(self._aliased()))

    def _mentioned(self) -> Iterator[Mention]:
        for node, names, called, key, seen in self.named:
            paths = self._paths(names, seen.at)
            if any(map(self._is_wanted, paths)):
                yield Mention(paths, called, self.place(node), seen.scope, seen.contexts, key)

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

    def _seen(self) -> _Seen:
        return _Seen(self.at, self.scope, self.contexts, self.branches)

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

    def _named_place(self, node: ast.stmt, name: str) -> ast.stmt:
        """A node that stands for the name in a class or def statement."""
        line = self.lines[node.lineno - 1] if node.lineno <= len(self.lines) else ""
        at = line.find(name, self.column(node.lineno, node.col_offset) - 1)
        start = len(line[:at].encode()) if at >= 0 else node.col_offset
        end = start + len(name.encode())
        return ast.Pass(lineno=node.lineno, col_offset=start, end_lineno=node.lineno, end_col_offset=end)

    def _class(self, node: ast.ClassDef) -> None:
        name = normal(node.name)
        self.visit_all([*node.decorator_list, *node.bases, *node.keywords])
        keywords = tuple(one.arg or "" for one in node.keywords)
        at = self._named_place(node, node.name)
        self._define(name, "class", at, node.bases, decorators=node.decorator_list, keywords=keywords)
        self.at.bind(name, None)
        self.scoped("class", name, node.body)

    def _function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        name = normal(node.name)
        self.visit_all([*node.decorator_list, node.args, *([node.returns] if node.returns else [])])
        self._define(name, "function", self._named_place(node, node.name), decorators=node.decorator_list)
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
        if path:
            self._define(name, "alias", target, value=value)
            if self.at is self.module and path[0] != "()":
                seen = self._seen()
                one = Definition(name, "alias", self.place(target), (), seen.contexts, branches=seen.branches)
                self.aliases.append((one, path, seen))
        elif isinstance(value, ast.Call):
            self._define(name, "made" if _makes(value, name) else "assignment", target, value=value)
        else:
            self._define(name, "assignment", target)

    # Expressions

    def _name(self, node: ast.Name) -> None:
        name = normal(node.id)
        if isinstance(node.ctx, ast.Store):
            self.at.bind(name, None)
            self._define(name, "assignment", node)
        elif isinstance(node.ctx, ast.Load):
            self._mention(node, (name,))

    def _mention(self, node: ast.expr, names: tuple[str, ...], called: bool = False, key: str = "") -> None:
        self.named.append(_Use(node, names, called, key, self._seen()))

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
        for number, argument in enumerate(node.args):
            self._value(argument, str(number), ".".join(names or ()))
        for keyword in node.keywords:
            self._value(keyword.value, keyword.arg or "", ".".join(names or ()))

    def _value(self, node: ast.expr, under: str, call: str, keyed: bool = False) -> None:
        if isinstance(node, ast.Constant):
            self._constant(node, under, call, keyed)
        elif isinstance(node, ast.Dict):
            self._dict(node, call)
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
            ast.ClassDef: _class,
            ast.FunctionDef: _function,
            ast.AsyncFunctionDef: _function,
            ast.Assign: _assign,
            ast.AnnAssign: _annotated,
            ast.NamedExpr: _walrus,
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


def _makes(call: ast.Call, name: str) -> bool:
    """Whether a call makes a type of the very name it is assigned to: `X = NewType("X", int)`."""
    function = dotted(call.func)
    first = call.args[0] if call.args else None
    literal = isinstance(first, ast.Constant) and first.value == name
    return bool(function and function[-1] in MAKERS and literal)
