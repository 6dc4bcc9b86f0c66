"""What one file binds at its top level, read from the interpreter's own tree: a part of the oracle of import paths."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar

Place = tuple[str, int, str]
T = TypeVar("T")

OPEN, BOUND, DELETED = "open", "bound", "deleted"  # how a search through a block ended
NO, MAYBE, YES = "no", "maybe", "yes"  # whether a star import brings a name
LATE = 10**9  # the order of bindings made by functions: after all of the module's own


@dataclass(frozen=True)
class _Bind:
    """One binding; `name` is "*" for a star import."""

    order: int
    name: str
    line: int
    kind: str  # class, def, value, alias, import, from, star, del
    dotted: tuple[str, ...] = ()  # alias: the dotted name; from: the imported name
    module: str = ""  # import, from, star
    level: int = 0


@dataclass(frozen=True)
class _Choice:
    """A statement whose arms may or may not run; every arm with the order of its first binding."""

    start: int
    end: int
    arms: tuple[tuple[int, _Block], ...]
    exclusive: bool = False  # no two arms run
    typing: bool = False  # for type checkers only


_Block = list[_Bind | _Choice]


def _truth(test: ast.expr) -> bool | None:
    """The value of a condition on TYPE_CHECKING at run time, or None where it depends on anything else."""
    match test:
        case ast.Name(id="TYPE_CHECKING") | ast.Attribute(attr="TYPE_CHECKING"):
            return False
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            inner = _truth(operand)
            return None if inner is None else not inner
        case ast.BoolOp(op=op, values=values):
            known = [_truth(value) for value in values]
            decisive = isinstance(op, ast.Or)
            if decisive in known:
                return decisive
            return None if None in known else not decisive
    return None


def _dotted(node: ast.expr) -> tuple[str, ...]:
    """The parts of a plain dotted name, or nothing."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return (node.id, *reversed(parts)) if isinstance(node, ast.Name) else ()


def _targets(node: ast.expr) -> Iterator[ast.Name]:
    """The names an assignment target binds."""
    if isinstance(node, ast.Name):
        yield node
    elif isinstance(node, ast.Starred):
        yield from _targets(node.value)
    elif isinstance(node, ast.Tuple | ast.List):
        for element in node.elts:
            yield from _targets(element)


class _Builder:
    """Turns statements into a block of bindings, numbered in source order."""

    def __init__(self, start: int = 0) -> None:
        self.next = start

    def bind(self, name: str, line: int, kind: str, **more: Any) -> _Bind:
        """The next binding."""
        self.next += 1
        return _Bind(self.next - 1, name, line, kind, **more)

    def choice(self, arms: Sequence[Callable[[], _Block]], exclusive: bool = False, typing: bool = False) -> _Choice:
        """A choice of arms, built one after the other."""
        start = self.next
        built = tuple((self.next, arm()) for arm in arms)
        return _Choice(start, self.next, built, exclusive, typing)

    def block(self, body: Sequence[ast.stmt]) -> _Block:
        """The bindings of a run of statements."""
        return [item for statement in body for item in self.statement(statement)]

    def stored(self, target: ast.expr) -> _Block:
        """The names of a target that gets an unknown value."""
        return [self.bind(node.id, node.lineno, "value") for node in _targets(target)]

    def assigned(self, target: ast.expr, value: ast.expr) -> _Block:
        """The names of a target, following a plain dotted value."""
        parts = _dotted(value)
        if isinstance(target, ast.Name) and parts:
            return [self.bind(target.id, target.lineno, "alias", dotted=parts)]
        return self.stored(target)

    def walrus(self, *expressions: ast.expr | None) -> _Block:
        """The names bound inside expressions."""
        found: _Block = []
        todo: list[ast.AST] = [node for node in expressions if node is not None]
        while todo:
            node = todo.pop()
            if isinstance(node, ast.NamedExpr):
                found += self.assigned(node.target, node.value)
            if not isinstance(node, ast.Lambda):
                todo += ast.iter_child_nodes(node)
        return found

    def case(self, case: ast.match_case) -> _Block:
        """One case: the names it captures and its body."""
        found: _Block = []
        for node in ast.walk(case.pattern):
            name = node.rest if isinstance(node, ast.MatchMapping) else getattr(node, "name", None)
            if isinstance(node, ast.MatchAs | ast.MatchStar | ast.MatchMapping) and name is not None:
                found.append(self.bind(name, node.lineno, "value"))
        return found + self.walrus(case.guard) + self.block(case.body)

    def arm(self, node: ast.If) -> _Block:
        """An elif: its condition and its body."""
        return self.walrus(node.test) + self.block(node.body)

    def loop(self, node: ast.For | ast.AsyncFor) -> _Block:
        """A for loop: its target and its body."""
        return self.stored(node.target) + self.block(node.body)

    def condition(self, node: ast.If) -> _Block:
        """An if with its elifs, or the two sides of TYPE_CHECKING."""
        truth = _truth(node.test)
        if truth is not None:
            hidden, shown = (node.orelse, node.body) if truth else (node.body, node.orelse)
            if truth:
                return [*self.block(shown), self.choice([partial(self.block, hidden)], typing=True)]
            return [self.choice([partial(self.block, hidden)], typing=True), *self.block(shown)]
        found = self.walrus(node.test)
        arms: list[Callable[[], _Block]] = [partial(self.block, node.body)]
        rest = node.orelse
        while len(rest) == 1 and isinstance(rest[0], ast.If) and _truth(rest[0].test) is None:
            arm = rest[0]
            arms.append(partial(self.arm, arm))
            rest = arm.orelse
        arms.append(partial(self.block, rest))
        return [*found, self.choice(arms, exclusive=True)]

    def statement(self, node: ast.stmt) -> _Block:
        """The bindings of one statement."""
        match node:
            case ast.ClassDef():
                return [self.bind(node.name, node.lineno, "class")]
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                return [self.bind(node.name, node.lineno, "def")]
            case ast.Assign():
                found = self.walrus(node.value)
                for target in node.targets:
                    found += self.assigned(target, node.value)
                return found
            case ast.AnnAssign(value=ast.expr() as value):
                return self.walrus(value) + self.assigned(node.target, value)
            case ast.Delete():
                return [self.bind(n.id, n.lineno, "del") for target in node.targets for n in _targets(target)]
            case ast.Import():
                return [
                    self.bind(
                        alias.asname or alias.name.partition(".")[0],
                        alias.lineno,
                        "import",
                        module=alias.name if alias.asname else alias.name.partition(".")[0],
                    )
                    for alias in node.names
                ]
            case ast.ImportFrom():
                source = {"module": node.module or "", "level": node.level}
                return [
                    self.bind("*", node.lineno, "star", **source)
                    if alias.name == "*"
                    else self.bind(alias.asname or alias.name, alias.lineno, "from", dotted=(alias.name,), **source)
                    for alias in node.names
                ]
            case ast.Expr() | ast.AugAssign() | ast.Assert():
                return self.walrus(*(child for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr)))
        return self.compound(node)

    def compound(self, node: ast.stmt) -> _Block:
        """The bindings of one compound statement."""
        match node:
            case ast.If():
                return self.condition(node)
            case ast.With() | ast.AsyncWith():
                found: _Block = []
                for item in node.items:
                    found += self.walrus(item.context_expr)
                    if item.optional_vars is not None:
                        found += self.stored(item.optional_vars)
                return found + self.block(node.body)
            case ast.For() | ast.AsyncFor():
                arms = [partial(self.loop, node), partial(self.block, node.orelse)]
                return [*self.walrus(node.iter), self.choice(arms)]
            case ast.While():
                arms = [partial(self.block, node.body), partial(self.block, node.orelse)]
                return [*self.walrus(node.test), self.choice(arms)]
            case ast.Try() | ast.TryStar():
                blocks = [[*node.body, *node.orelse], *(handler.body for handler in node.handlers)]
                tried = self.choice([partial(self.block, body) for body in blocks])
                return [tried, *self.block(node.finalbody)]
            case ast.Match():
                cases = [partial(self.case, case) for case in node.cases]
                return [*self.walrus(node.subject), self.choice(cases, exclusive=True)]
        return []


def _literal(node: ast.expr) -> tuple[list[str], bool]:
    """The strings of a list or tuple, and whether that is all of it."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        (left, whole_left), (right, whole_right) = _literal(node.left), _literal(node.right)
        return left + right, whole_left and whole_right
    if not isinstance(node, ast.List | ast.Tuple):
        return [], False
    strings = [e.value for e in node.elts if isinstance(e, ast.Constant) and isinstance(e.value, str)]
    return strings, len(strings) == len(node.elts)


def _flat(body: Sequence[ast.stmt], sure: bool = True) -> Iterator[tuple[ast.stmt, bool]]:
    """Every statement of a module outside functions and classes, and whether it surely runs."""
    for node in body:
        yield node, sure
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            continue
        truth = _truth(node.test) if isinstance(node, ast.If) else None
        for part in ("body", "handlers", "cases", "orelse", "finalbody"):
            if truth is not None and part == ("orelse" if truth else "body"):
                continue
            always = sure and (truth is not None or isinstance(node, ast.With) or part == "finalbody")
            inner: list[Any] = getattr(node, part, [])
            for child in inner:
                yield from _flat([child] if isinstance(child, ast.stmt) else child.body, always)


def _is_all(node: ast.AST) -> bool:
    return isinstance(node, ast.Name) and node.id == "__all__"


def _dunder_all(tree: ast.Module) -> tuple[set[str], bool] | None:
    """The strings known to be in __all__ and whether that is all of it; None where there is no __all__."""
    known: set[str] | None = None
    whole = True
    for node, sure in _flat(tree.body):
        added: tuple[list[str], bool] = ([], True)
        match node:
            case ast.Assign(targets=targets, value=value) if any(map(_is_all, targets)):
                added = _literal(value)
                known, whole = (set(), True) if sure else (known or set(), whole)
            case ast.AnnAssign(target=target, value=ast.expr() as value) if _is_all(target):
                added = _literal(value)
                known, whole = (set(), True) if sure else (known or set(), whole)
            case ast.AugAssign(target=target, value=value) if _is_all(target):
                added = _literal(value)
            case ast.Expr(value=ast.Call(func=ast.Attribute(value=owner, attr=attr), args=[arg])) if _is_all(owner):
                if attr == "extend":
                    added = _literal(arg)
                elif attr == "append":
                    added = _literal(ast.List(elts=[arg]))
                elif attr == "remove" and isinstance(arg, ast.Constant):
                    known = (known or set()) - {arg.value}
                else:
                    added = ([], False)
            case ast.ImportFrom(names=aliases) if any("__all__" in (a.asname or a.name,) for a in aliases):
                added = ([], False)
            case ast.Delete(targets=targets) if sure and any(map(_is_all, targets)):
                known, whole = None, True
        if added[0] or not added[1]:
            known = (known or set()) | set(added[0])
            whole = whole and added[1]
    return None if known is None else (known, whole)


def _own(scope: ast.AST) -> Iterator[ast.AST]:
    """The nodes of a function's or class's own scope; nested scopes only by their head."""
    todo: list[ast.AST] = list(getattr(scope, "body", []))
    while todo:
        node = todo.pop()
        yield node
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
            todo += ast.iter_child_nodes(node)


def _named(block: _Block) -> set[str]:
    """All names of a block."""
    found: set[str] = set()
    for item in block:
        if isinstance(item, _Bind):
            found.add(item.name)
        else:
            found.update(*(_named(arm) for _, arm in item.arms))
    return found


@dataclass
class _Source:
    """What a parsed file binds."""

    block: _Block
    exported: tuple[set[str], bool] | None
    scopes: list[tuple[set[str], set[str], _Block]] = field(default_factory=list)  # globals, locals, bindings


def _source(tree: ast.Module) -> _Source:
    source = _Source(_Builder().block(tree.body), _dunder_all(tree))
    nodes = list(ast.walk(tree))
    for scope in nodes if any(isinstance(node, ast.Global) for node in nodes) else ():
        if isinstance(scope, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            outer = {name for node in _own(scope) if isinstance(node, ast.Global) for name in node.names}
            if outer:
                block = _Builder(LATE).block(scope.body)
                local = _named(block)
                if not isinstance(scope, ast.ClassDef):
                    local |= {node.arg for node in ast.walk(scope.args) if isinstance(node, ast.arg)}
                source.scopes.append((outer, local - outer, block))
    source.scopes.sort(key=lambda entry: _first_line(entry[2]))
    return source


def _first_line(block: _Block) -> int:
    for item in block:
        lines = [item.line] if isinstance(item, _Bind) else [_first_line(arm) for _, arm in item.arms if arm]
        if lines:
            return lines[0]
    return 0
