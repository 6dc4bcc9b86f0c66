"""What a tree shows beyond import statements, whoever parsed it: attribute uses of imported bindings, also through
aliases, and strings that name import paths. Names are looked up once every scope is known.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from ssot_audit.facts import Channel, Context, Place, Target, Use
from ssot_audit.source.blocks import Block, Chain, contexts
from ssot_audit.source.calls import Given, Named, named_paths
from ssot_audit.source.functions import function_of
from ssot_audit.source.scopes import Scope, is_bound, origins
from ssot_audit.source.text import normal

MAX_STARTS = 20  # imports one name may come from


class WalkedImport(NamedTuple):
    """An imported name as the tree has it; the sameness of both readers is held on these."""

    level: int
    module: str
    name: str | None
    alias: str | None
    contexts: tuple[Context, ...]


class Walked(NamedTuple):
    imports: tuple[WalkedImport, ...]
    uses: tuple[Use, ...]
    targets: tuple[Target, ...]


class _Seen(NamedTuple):
    """A dotted path of interest where it stands; its meaning is asked for at the end."""

    node: Any
    path: tuple[str, ...]
    scope: Scope
    stack: tuple[Block, ...]
    order: int

    def contexts(self) -> tuple[Context, ...]:
        return contexts(self.stack, self.order)


class Uses:
    """Notes what a visitor meets, with the blocks and the scope it is in and the number of the statement."""

    def __init__(self) -> None:
        self.scope = Scope("module", None)
        self.stack: list[Block] = []
        self.order = self.chains = 0
        self.imports: list[tuple[tuple[int, str, str | None, str | None], _Seen]] = []
        self.expressions: list[_Seen] = []
        self.calls: list[_Seen] = []

    def block(self, keyword: str, chain: Chain | None = None, **roles: object) -> Block:
        """A branch of a chain, or of a new one."""
        if chain is None:
            self.chains += 1
            chain = Chain(self.chains, keyword)
        return Block(keyword, 0, chain, 0, **roles)  # type: ignore[arg-type]

    def failed(self) -> None:
        """A statement that fails the test stands here."""
        block = self.stack[-1] if self.stack else None
        if block and block.chain.keyword == "try" and block.keyword in ("try", "else"):
            block.chain.fails.append(self.order)

    def seen(self, node: object, path: str) -> _Seen:
        return _Seen(node, tuple(path.split(".")), self.scope, tuple(self.stack), self.order)

    def imported(self, node: object, level: int, module: str, name: str | None, alias: str | None) -> None:
        what = level, normal(module), normal(name), normal(alias)
        if name != "*":
            self.scope.bind(what[3] or what[2] or what[1].partition(".")[0], len(self.imports))
        self.imports.append((what, self.seen(node, "")))

    def result(self, place: Callable[[Any], Place], given: Callable[[Any], Given]) -> Walked:
        """All that was noted: `place` tells where a node stands, `given` the arguments of a call."""
        uses: list[Use] = []
        targets: list[Target] = []
        for seen in self.expressions:
            uses.extend(self._uses(seen, seen.path, seen.node, place, Channel.ATTRIBUTE))
        for seen in self.calls:
            for named in self._named(seen, given):
                if named.base is None:
                    at = place(named.node)
                    targets.append(Target(named.function, named.path or "", named.level, at, seen.contexts()))
                elif named.base and named.path:
                    path = (*named.base.split("."), named.path)
                    channel = Channel.ATTRIBUTE if named.function == "getattr" else Channel.STRING
                    uses.extend(self._uses(seen, path, named.node, place, channel))
        uses.sort(key=lambda use: (use.place, use.imported))
        imports = tuple(WalkedImport(*what, seen.contexts()) for what, seen in self.imports)
        return Walked(imports, tuple(uses), tuple(sorted(targets, key=lambda one: one.place)))

    def _uses(
        self, seen: _Seen, path: Sequence[str], node: object, place: Callable[[Any], Place], channel: Channel
    ) -> list[Use]:
        normed = tuple(normal(part) for part in path)
        starts = [one for one in dict.fromkeys(origins(seen.scope, normed)) if self.imports[one[0]][0][2] != "*"]
        if not starts:
            return []
        # `import a.b` and `import a.c` both bind `a`: the use belongs to the one that shares most with it.
        nearest = max(self._shared(number, rest) for number, rest in starts)
        at, when = place(node), seen.contexts()
        return [
            Use(number, rest, at, when, channel)
            for number, rest in starts
            if rest and self._shared(number, rest) == nearest
        ][:MAX_STARTS]

    def _shared(self, number: int, rest: tuple[str, ...]) -> int:
        """How many parts of `import a.b.c`, beyond the name it binds, a use goes on with."""
        _, module, name, alias = self.imports[number][0]
        below = module.split(".")[1:] if name is None and alias is None else []
        shared = 0
        for ours, theirs in zip(below, rest, strict=False):
            if ours != theirs:
                break
            shared += 1
        return shared

    def _named(self, seen: _Seen, given: Callable[[Any], Given]) -> list[Named]:
        written = ".".join(seen.path)
        absolute: str | None = None
        for number, rest in origins(seen.scope, seen.path):
            level, module, name, alias = self.imports[number][0]
            start = ".".join(filter(None, (module, name))) if name or alias else module.partition(".")[0]
            absolute = "." * level + ".".join((start, *rest))
            function = function_of(written, absolute)
            if function:
                return list(named_paths(function, given(seen.node)))
        if absolute is not None or (is_bound(seen.scope, seen.path[0]) and len(seen.path) == 1):
            return []
        function = function_of(written, None)
        return list(named_paths(function, given(seen.node))) if function else []
