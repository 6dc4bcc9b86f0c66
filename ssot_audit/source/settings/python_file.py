"""Python, by the interpreter's own parser. Keys are joined from the classes, functions, names, calls and literal keys a
value stands in: `Settings.PORT`, `SERVICES.auth.port`, `main.uvicorn.run.port`. A variable of the environment has its
own name for a key."""

from __future__ import annotations

import ast
import re
import sys
import warnings
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cached_property

from ssot_audit.source.settings import commands
from ssot_audit.source.settings.literals import Source, dotted
from ssot_audit.source.settings.marks import COMPUTED, Malformed, Mark, join
from ssot_audit.source.settings.stated import ENVIRON, LOOKUPS, is_test, stated

_INVALID = "does not parse under Python {}.{}".format(*sys.version_info)
_VARIABLE = re.compile(r"[A-Z][A-Z0-9_]*\Z")
_OPTIONS = frozenset({"add_argument", "option"})

# Most nodes are names and their like, which hold nothing; then those that only pass on what stands below them.
_IDLE = frozenset({ast.Name, ast.Load, ast.Store, ast.Del, ast.alias, ast.Pass, ast.Import, ast.ImportFrom})
_MAKERS = frozenset({ast.Constant, ast.List, ast.Tuple, ast.Call, ast.BoolOp, ast.AugAssign})
_SCOPES = frozenset(
    {
        ast.FunctionDef,
        ast.AsyncFunctionDef,
        ast.ClassDef,
        ast.Lambda,
        ast.Assign,
        ast.AnnAssign,
        ast.NamedExpr,
        ast.Dict,
    }
    | {ast.List, ast.Tuple, ast.Set, ast.Call, ast.JoinedStr}
)
# A node, the key it stands under, and the form of the setting it makes if it states a value; no form, no setting.
Slot = tuple[ast.AST, str, str]


def read(text: str, original: str = "") -> Iterator[Mark]:
    """Every value that is assigned, passed by keyword, a default, or an item of a dict or list that is: literals, and
    what is computed. An expression that only reads a name, an attribute or an item states none. `original` is the text
    as it stands, where this one was put so that the interpreter parses it."""
    tree = _parse(text)
    reader = _Reader(Source(text, original), tree)
    waiting: list[Slot] = [(tree, "", "")]
    while waiting:
        node, key, form = waiting.pop()
        kind = type(node)
        if form or kind in _MAKERS:
            yield from reader.marks(node, key, form)
        if kind in _SCOPES:
            waiting += reversed(list(reader.below(node, key, form)))
        else:
            waiting += [(one, key, "") for one in reversed(list(ast.iter_child_nodes(node))) if type(one) not in _IDLE]


def _parse(text: str) -> ast.Module:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text)
    except SyntaxError as error:
        raise Malformed(error.lineno or 1, _INVALID) from None
    except ValueError:
        raise Malformed(1, _INVALID) from None


class _Reader:
    """What one node makes, and what stands below it."""

    def __init__(self, source: Source, tree: ast.Module) -> None:
        self._source, self._tree = source, tree

    @cached_property
    def _constants(self) -> dict[str, str]:
        """Names that the module binds once at its top, to a literal."""
        bound = [one for one in self._tree.body if isinstance(one, ast.Assign) and len(one.targets) == 1]
        names = Counter(
            one.id for one in ast.walk(self._tree) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store)
        )
        found = ((dotted(one.targets[0]), self._source.literal(one.value)) for one in bound)
        return {name: value for name, value in found if value is not None and names[name] == 1}

    def _mark(self, key: str, node: ast.expr | None, form: str) -> Iterator[Mark]:
        if node is None or not form:
            return
        known = self._constants if form == "environment-default" and isinstance(node, ast.Name) else {}
        for one in stated(self._source, node, key, known):
            yield Mark(key, one.value, *self._source.span(one.node), form)

    def marks(self, node: ast.AST, key: str, form: str) -> Iterator[Mark]:
        if isinstance(node, ast.expr):
            yield from self._mark(key, node, form)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and "${" in node.value:
            yield from commands.defaults(self._source.text, *self._source.span(node))
        elif isinstance(node, ast.List | ast.Tuple) and _holds_flags(node):
            yield from commands.flags(self._source.text, *self._source.span(node), key)
        elif isinstance(node, ast.Call):
            yield from self._call(node, key, form)
        elif isinstance(node, ast.AugAssign):
            yield Mark(join(key, dotted(node.target)), COMPUTED, *self._source.span(node.value), "assignment")
        elif isinstance(node, ast.BoolOp) and isinstance(node.op, ast.Or) and not is_test(node.values[-1]):
            variable = _looked_up(node.values[0])
            yield from self._mark(variable, node.values[-1], "environment-default" if variable else "")

    def _call(self, node: ast.Call, key: str, form: str) -> Iterator[Mark]:
        name = dotted(node.func).rpartition(".")[2]
        default = next((one.value for one in node.keywords if one.arg == "default"), None)
        first = node.args[0] if node.args else None
        text = first.value if isinstance(first, ast.Constant) and isinstance(first.value, str) else ""
        if _VARIABLE.match(text) and (name in LOOKUPS or default is not None):
            found = node.args[1] if len(node.args) > 1 and name in LOOKUPS else default
            yield from self._mark(text, found, "environment-default")
        elif name in _OPTIONS and text.startswith("-"):
            flags = [one.value for one in node.args if isinstance(one, ast.Constant) and isinstance(one.value, str)]
            yield from self._mark(next((one for one in flags if one.startswith("--")), text), default, "flag")

    def below(self, node: ast.AST, key: str, form: str) -> Iterable[Slot]:
        """What stands below a node, in the order of the text."""
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            return _function(node, join(key, node.name))
        if isinstance(node, ast.ClassDef):
            return [(one, join(key, node.name), "") for one in ast.iter_child_nodes(node)]
        if isinstance(node, ast.Lambda):
            return [*_defaults(node.args, key), (node.body, key, "")]
        if isinstance(node, ast.Assign):
            return self._assigned(node, key)
        if isinstance(node, ast.AnnAssign | ast.NamedExpr) and node.value:
            return [*self._target(node.target, node.value, key)]
        if isinstance(node, ast.Dict):
            return list(_items(node, key, form))
        if isinstance(node, ast.List | ast.Tuple | ast.Set) and form:
            return [(one, f"{key}.{number}", "item") for number, one in enumerate(node.elts)]
        if isinstance(node, ast.Call):
            return _arguments(node, key)
        if isinstance(node, ast.JoinedStr):  # where the pieces of text stand, Python 3.11 does not know
            return [(one.value, key, "") for one in node.values if isinstance(one, ast.FormattedValue)]
        return [(one, key, "") for one in ast.iter_child_nodes(node)]

    def _assigned(self, node: ast.Assign, key: str) -> Iterator[Slot]:
        """A literal goes to every target, anything else to the first."""
        several = self._source.literal(node.value) is not None
        for target in node.targets if several else node.targets[:1]:
            yield from self._target(target, node.value, key)

    def _target(self, target: ast.expr, value: ast.expr, key: str) -> Iterator[Slot]:
        if isinstance(target, ast.Tuple | ast.List):
            pairs = value.elts if isinstance(value, ast.Tuple | ast.List) else []
            if len(pairs) == len(target.elts) and not any(isinstance(one, ast.Starred) for one in target.elts):
                for inner, item in zip(target.elts, pairs, strict=True):
                    yield from self._target(inner, item, key)
            else:
                yield value, key, ""
            return
        name = dotted(target)
        variable = name.rpartition(".")[2] if isinstance(target, ast.Subscript) else ""
        if variable and name.rpartition(".")[0] in ENVIRON:
            yield value, variable, "environment"
        else:
            yield value, join(key, name), ("item" if variable else "assignment") if name else ""


def _function(node: ast.FunctionDef | ast.AsyncFunctionDef, key: str) -> Iterator[Slot]:
    yield from ((one, key, "") for one in node.decorator_list)
    yield from _defaults(node.args, key)
    yield from ((one, key, "") for one in node.body)


def _defaults(arguments: ast.arguments, key: str) -> Iterator[Slot]:
    positional = [*arguments.posonlyargs, *arguments.args]
    with_default = positional[len(positional) - len(arguments.defaults) :]
    for name, value in (*zip(with_default, arguments.defaults, strict=True),):
        yield value, join(key, name.arg), "argument-default"
    for name, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        if default is not None:
            yield default, join(key, name.arg), "argument-default"


def _items(node: ast.Dict, key: str, form: str) -> Iterator[Slot]:
    for name, value in zip(node.keys, node.values, strict=True):
        if isinstance(name, ast.Constant) and isinstance(name.value, str):
            yield value, join(key, name.value), "item"
        else:
            if name is not None:
                yield name, key, ""
            yield value, key, ""


def _arguments(node: ast.Call, key: str) -> Iterator[Slot]:
    yield node.func, key, ""
    yield from ((one, key, "") for one in node.args)
    name = dotted(node.func)
    for one in node.keywords:
        yield one.value, join(key, name, one.arg or ""), "keyword" if one.arg else ""


def _looked_up(node: ast.expr) -> str:
    """The variable that `os.environ.get("PORT")`, also within `int(...)`, asks for."""
    while isinstance(node, ast.Call) and node.args:
        first = node.args[0]
        if isinstance(first, ast.Constant) and isinstance(first.value, str):
            is_lookup = dotted(node.func).rpartition(".")[2] in LOOKUPS and _VARIABLE.match(first.value)
            return first.value if is_lookup and len(node.args) == 1 else ""
        node = first
    return ""


def _holds_flags(node: ast.List | ast.Tuple) -> bool:
    return any(
        isinstance(one, ast.Constant) and isinstance(one.value, str) and one.value.startswith("--") for one in node.elts
    )
