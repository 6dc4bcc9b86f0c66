"""Python's scopes, as far as imports need them: which import a name refers to, wherever it is used.

Order of execution is ignored: a name that any import of its scope binds may be that import. The walker fills the
scopes while it visits and asks at the end, when every binding is known.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

MAX_STEPS = 50  # `y = x`, `z = y`, …: longer chains of aliases are not followed


class Alias(NamedTuple):
    """`y = x.a`: the scope the right side is looked up in, and its dotted path."""

    scope: Scope
    path: tuple[str, ...]


@dataclass(slots=True, eq=False)
class Scope:
    """One module, function (lambdas and comprehensions too) or class. `names` maps a name to what binds it: an
    import's number, an alias, or None for any other binding."""

    kind: str
    parent: Scope | None
    names: dict[str, list[int | Alias | None]] = field(default_factory=dict)
    outer: dict[str, Scope] = field(default_factory=dict)  # where a name declared global or nonlocal is looked for

    def declare(self, name: str, *, everywhere: bool) -> None:
        """The name is the module's (global) or an enclosing function's (nonlocal)."""
        home: Scope = self
        while home.parent and (everywhere or home is self or home.kind == "class"):
            home = home.parent
        if home is not self:
            self.outer[name] = home

    def bind(self, name: str, what: int | Alias | None) -> None:
        home: Scope = self
        while name in home.outer:
            home = home.outer[name]
        home.names.setdefault(name, []).append(what)

    def lookup(self, name: str) -> list[int | Alias | None]:
        """What binds the name where it is read: the innermost scope that does, classes only from their own body."""
        scope: Scope | None = self
        while scope:
            if name in scope.outer:
                return scope.outer[name].lookup(name)
            if name in scope.names and (scope is self or scope.kind != "class"):
                return scope.names[name]
            scope = scope.parent
        return []


def origins(scope: Scope, path: tuple[str, ...]) -> list[tuple[int, tuple[str, ...]]]:
    """The imports a dotted path may start from, each with the attributes taken from it."""
    found: list[tuple[int, tuple[str, ...]]] = []
    pending, seen = [(scope, path)], set()
    for _ in range(MAX_STEPS):
        if not pending:
            break
        at, names = pending.pop()
        for what in at.lookup(names[0]):
            if isinstance(what, int):
                found.append((what, names[1:]))
            elif isinstance(what, Alias) and id(what) not in seen:
                seen.add(id(what))
                pending.append((what.scope, what.path + names[1:]))
    return found


def is_bound(scope: Scope, name: str) -> bool:
    return bool(scope.lookup(name))
