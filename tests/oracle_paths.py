"""An independent oracle on the standard library's ast: the import paths of a name, their use and where each leads."""

from __future__ import annotations

import ast
import builtins
import warnings
from collections import defaultdict
from collections.abc import Callable, Collection, Generator, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

Place = tuple[str, int, str]
T = TypeVar("T")

OPEN, BOUND, DELETED = "open", "bound", "deleted"  # how a search through a block ended
NO, MAYBE, YES = "no", "maybe", "yes"  # whether a star import brings a name
LATE = 10**9  # the order of bindings made by functions: after all of the module's own


@dataclass(frozen=True)
class OraclePath:
    """One import path of a name."""

    path: str
    names: int
    files: int
    origin: Place | None


def oracle_paths(root: Path, files: Sequence[str], names: Collection[str]) -> dict[str, dict[str, OraclePath]]:
    """Name -> path -> its use in the files and its origin; every asked name has an entry, maybe an empty one."""
    tree = _Tree(root, files)
    counts: dict[tuple[str, str], dict[str, int]] = {}
    for file, parsed in tree.parsed.items():
        for node in ast.walk(parsed):
            if isinstance(node, ast.ImportFrom):
                module = tree.absolute(file, node.level, node.module)
                for alias in node.names:
                    if module is not None and alias.name in names:
                        per_file = counts.setdefault((module, alias.name), {})
                        per_file[file] = per_file.get(file, 0) + 1
    found: dict[str, dict[str, OraclePath]] = {name: {} for name in sorted(set(names))}
    for (module, name), per_file in sorted(counts.items()):
        path = f"{module}.{name}"
        found[name][path] = OraclePath(path, sum(per_file.values()), len(per_file), tree.origin(module, name))
    return found


# What a module binds


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
    for scope in ast.walk(tree):
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


# Where modules are


@dataclass(frozen=True)
class _Module:
    """A module: its file (none for a namespace package) and the folders of its submodules."""

    file: str | None
    folders: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Found:
    """What a name leads to: a place, and the module if it is one."""

    place: Place | None
    module: _Module | None = None


def _folder(file: str) -> str:
    return file.rpartition("/")[0]


def _join(folder: str, name: str) -> str:
    return f"{folder}/{name}" if folder else name


def _parts(path: str) -> list[str]:
    return path.split("/") if path else []


class _Tree:
    """The files of a source tree and the names in them."""

    def __init__(self, root: Path, files: Sequence[str]) -> None:
        self.files = dict.fromkeys(files)
        self.dirs = {"/".join(_parts(file)[:depth]) for file in self.files for depth in range(len(_parts(file)))}
        self.parsed: dict[str, ast.Module] = {}
        self.sources: dict[str, _Source] = {}
        self.memo: dict[object, tuple[Any, frozenset[int]]] = {}
        self.passing: set[object] = set()
        self.cyclic: list[object] = []
        self.active: dict[object, int] = {}
        self.needs: frozenset[int] = frozenset()
        for file in self.files:
            parsed = _parse(root / file)
            if parsed is not None:
                self.parsed[file] = parsed
        self.name = {file: self.primary(file) for file in self.files}
        self.modules = self.index()

    def primary(self, file: str) -> tuple[str, ...]:
        """The parts of a file's own module name."""
        folders = _parts(_folder(file))
        above = len(folders)
        for depth in range(1, len(folders) + 1):
            if "/".join([*folders[:depth], "__init__.py"]) in self.files:
                above = depth - 1
                break
        else:
            above = max((at for at, name in enumerate(folders, 1) if name == "src"), default=0)
        return self.named(file, above)

    @staticmethod
    def named(file: str, above: int) -> tuple[str, ...]:
        """A file's module name, without some leading folders."""
        *folders, last = _parts(file)
        stem = last.removesuffix(".py")
        return tuple(folders[above:]) if stem == "__init__" and folders else (*folders[above:], stem)

    def index(self) -> dict[str, _Module]:
        """Every dotted name of the tree."""
        ranked: dict[str, list[tuple[bool, bool, str]]] = defaultdict(list)
        spaces: dict[str, set[str]] = defaultdict(set)
        for file in self.files:
            for alias, parts in enumerate((self.name[file], self.named(file, 0))):
                if not parts or any("." in part for part in parts):
                    continue
                package = file.endswith("/__init__.py")
                ranked[".".join(parts)].append((not package, bool(alias), file))
                folders = _parts(_folder(file) if not package else _folder(_folder(file)))
                for up in range(1, len(parts)):
                    spaces[".".join(parts[:-up])].add("/".join(folders[: len(folders) + 1 - up]))
        modules = {name: _Module(None, tuple(sorted(folders))) for name, folders in spaces.items()}
        for name, entries in ranked.items():
            modules[name] = self.of_file(min(entries)[2])
        return modules

    @staticmethod
    def of_file(file: str) -> _Module:
        """The module of a file."""
        return _Module(file, (_folder(file),) if file.endswith("/__init__.py") else ())

    def find(self, dotted: str) -> _Module | None:
        """The module of an absolute dotted name; a plain module has no submodules."""
        parts = dotted.split(".")
        for depth in range(1, len(parts)):
            above = self.modules.get(".".join(parts[:depth]))
            if above is not None and not above.folders:
                return None
        return self.modules.get(dotted)

    def submodule(self, module: _Module, name: str) -> _Module | None:
        """A module directly below a package."""
        for folder in module.folders:
            for file in (_join(folder, f"{name}/__init__.py"), _join(folder, f"{name}.py")):
                if file in self.files:
                    return self.of_file(file)
        spaces = tuple(_join(folder, name) for folder in module.folders if _join(folder, name) in self.dirs)
        return _Module(None, spaces) if spaces else None

    def package(self, file: str) -> tuple[str, ...]:
        """The package a file's relative imports start from."""
        return self.name[file] if file.endswith("/__init__.py") else self.name[file][:-1]

    def absolute(self, file: str, level: int, module: str | None) -> str | None:
        """The absolute name of the module of a from-import; None beyond the top level."""
        if not level:
            return module
        package = self.package(file)
        if level > len(package):
            return None
        return ".".join([*package[: len(package) - level + 1], *([module] if module else [])])

    def target(self, file: str, level: int, module: str) -> _Module | None:
        """The module a from-import reads, relative imports by their folder."""
        if not level:
            return self.find(module)
        name = self.absolute(file, level, None)
        if name is None:
            return None
        folder = "/".join(_parts(_folder(file))[: len(_parts(_folder(file))) + 1 - level])
        found: _Module | None = self.modules.get(name)
        if _join(folder, "__init__.py") in self.files:
            found = self.of_file(_join(folder, "__init__.py"))
        elif found is None or found.file is not None or folder not in found.folders:
            found = _Module(None, (folder,))
        for part in module.split(".") if module else []:
            found = found and self.submodule(found, part)
        return found

    # Where names lead

    def origin(self, module: str, name: str) -> Place | None:
        """Where a name imported from a module was made; no answer about a cycle is carried on to the next question."""
        for key in self.cyclic:
            self.memo.pop(key, None)
        self.cyclic.clear()
        found = self.member(self.find(module), name)
        return found.place if found else None

    def member(self, module: _Module | None, name: str) -> _Found | None:
        """A name of a module, or its submodule."""
        if module is None:
            return None
        if module.file is None:
            return self.as_found(self.submodule(module, name))
        return self.lookup(module.file, name)[1]

    def as_found(self, module: _Module | None) -> _Found | None:
        """A module as the end of a path; nothing if it is absent or does not parse."""
        if module is None or (module.file is not None and module.file not in self.parsed):
            return None
        place = None if module.file is None else (module.file, 1, ".".join(self.name[module.file]))
        return _Found(place, module)

    def once(self, key: object, on_cycle: T, compute: Callable[[], T]) -> T:
        """The result for a key; what met a key still being computed holds if that one then ends as it was assumed."""
        kept: T
        if key in self.memo:
            kept, needs = self.memo[key]
            self.needs |= needs
            return kept
        if key in self.active:
            self.needs |= {self.active[key]}
            return on_cycle
        depth = self.active[key] = len(self.active)
        outer, self.needs = self.needs, frozenset()
        result = compute()
        del self.active[key]
        own = self.needs - {depth}
        for other in [other for other in self.passing if depth in self.memo[other][1]]:
            value, needs = self.memo.pop(other)
            self.passing.remove(other)
            if result == on_cycle:
                self.keep(other, value, (needs - {depth}) | own)
        self.keep(key, result, own)
        if self.needs:
            self.cyclic.append(key)
        self.needs = outer | own
        return result

    def keep(self, key: object, result: object, needs: frozenset[int]) -> None:
        """Remember a result and the depths of the keys it rests on."""
        self.memo[key] = result, needs
        if needs:
            self.passing.add(key)

    def source(self, file: str) -> _Source:
        """What a file binds; nothing if it does not parse."""
        if file not in self.sources:
            self.sources[file] = _source(self.parsed.get(file, ast.Module(body=[], type_ignores=[])))
        return self.sources[file]

    def lookup(self, file: str, name: str, before: int | None = None) -> tuple[bool, _Found | None]:
        """Whether a file binds a name (before one of its bindings, if given), and where that leads."""
        below = self.as_found(self.submodule(self.of_file(file), name))
        inside = before is not None and hasattr(builtins, name)  # a builtin, not a submodule not yet imported
        return self.once(
            (file, name, before),
            (True, below),
            lambda: self.compute(file, name, before, None if inside else below),
        )

    def compute(self, file: str, name: str, before: int | None, below: _Found | None) -> tuple[bool, _Found | None]:
        """The first binding that leads somewhere; then those for type checkers, submodules, globals of functions."""
        source = self.source(file)
        bound = False
        for typing in (False, True):
            search = self.scan(file, source.block, name, before, typing)
            while True:
                try:
                    bind = next(search)
                except StopIteration as end:
                    state = end.value
                    break
                bound = True
                found = self.follow(file, bind, name)
                if found is not None:
                    return True, found
            if state == BOUND:
                return True, None
            if bound or state == DELETED:
                break
        if below is not None:
            return True, below
        for outer, local, block in source.scopes:
            for bind in self.scan(file, block, name, None, True) if name in outer else ():
                bound = True
                if bind.kind == "alias" and bind.dotted[0] in local:
                    return True, _Found((file, bind.line, name))
                found = self.follow(file, bind, name)
                if found is not None:
                    return True, found
        return bound, None

    def scan(
        self, file: str, block: _Block, name: str, before: int | None, typing: bool
    ) -> Generator[_Bind, None, str]:
        """The bindings of a name by preference; returns whether one of them surely happened."""
        for item in reversed(block):
            if isinstance(item, _Bind):
                if before is not None and item.order >= before:
                    continue
                brings = self.brings(file, item, name) if item.kind == "star" else YES if item.name == name else NO
                if brings == YES and item.kind == "del":
                    return DELETED
                if brings != NO:
                    yield item
                if brings == YES:
                    return BOUND
            elif before is None or before >= item.end:
                for _, arm in item.arms if typing or not item.typing else ():
                    yield from self.scan(file, arm, name, None, typing)
            elif before >= item.start:
                own = max(at for at, (start, _) in enumerate(item.arms) if start <= before)
                state = yield from self.scan(file, item.arms[own][1], name, before, typing)
                if state != OPEN:
                    return state
                for _, arm in () if item.exclusive else item.arms[:own]:
                    yield from self.scan(file, arm, name, None, typing)
        return OPEN

    def brings(self, file: str, star: _Bind, name: str) -> str:
        """Whether a star import brings a name."""
        module = self.target(file, star.level, star.module)
        if module is None or module.file is None or module.file == file:
            return NO
        return self.exports(module.file, name)

    def exports(self, file: str, name: str) -> str:
        """Whether a file gives a name to star imports."""
        exported = self.source(file).exported
        if exported is not None and (exported[1] or name in exported[0]):
            return YES if name in exported[0] else NO
        if name.startswith("_"):
            return NO
        return self.once((file, name, "export"), NO, lambda: self.public(file, name))

    def public(self, file: str, name: str) -> str:
        """Whether a file binds a name at run time."""
        search = self.scan(file, self.source(file).block, name, None, False)
        some = False
        while True:
            try:
                next(search)
                some = True
            except StopIteration as end:
                return YES if end.value == BOUND else MAYBE if some else NO

    def follow(self, file: str, bind: _Bind, name: str) -> _Found | None:
        """Where one binding leads."""
        match bind.kind:
            case "import":
                return self.as_found(self.find(bind.module))
            case "from" | "star":
                module = self.target(file, bind.level, bind.module)
                wanted = name if bind.kind == "star" else bind.dotted[0]
                if module is not None and module.file == file:
                    return self.lookup(file, wanted, bind.order)[1]
                return self.member(module, wanted)
            case "alias":
                return self.alias(file, bind)
        return _Found((file, bind.line, bind.name))

    def alias(self, file: str, bind: _Bind) -> _Found | None:
        """Where `A = B` or `A = mod.B` leads."""
        here = _Found((file, bind.line, bind.name))
        bound, found = self.lookup(file, bind.dotted[0], bind.order)
        if not bound:
            return here
        for part in bind.dotted[1:]:
            if found is None:
                return None
            if found.module is None:
                return here
            found = self.member(found.module, part)
        return found


def _parse(path: Path) -> ast.Module | None:
    """A file's syntax tree, or None if it cannot be had."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(path.read_bytes())
    except (OSError, SyntaxError, ValueError, RecursionError, MemoryError):
        return None
