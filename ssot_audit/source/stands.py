"""What a dotted expression may stand for where it is written: imports and names, aliases followed."""

from __future__ import annotations

from ssot_audit.outline import HERE, UNBOUND, UNKNOWN, Path
from ssot_audit.source.scopes import MAX_STEPS, Alias, Scope
from ssot_audit.source.tree import binding

MAX_PATHS = 8  # what one expression may stand for through aliases


def stands_for(names: tuple[str, ...], at: Scope, module: Scope) -> tuple[Path, ...]:
    """The paths a dotted expression in a scope may mean; `module` is the outermost scope."""
    found: dict[Path, None] = {}
    own: list[Path] = []
    pending, seen = [(at, names)], set()
    for _ in range(MAX_STEPS):
        if not pending or len(found) >= MAX_PATHS:
            break
        scope, parts = pending.pop()
        home, bound = binding(scope, parts[0])
        for what in bound:
            if isinstance(what, int):
                found[Path(what, parts[1:])] = None
            elif what is None:
                found[Path(HERE if home is module else UNKNOWN, parts)] = None
            elif id(what) not in seen:
                seen.add(id(what))
                pending.append((what.scope, what.path + parts[1:]))
        if home is module and any(isinstance(what, Alias) for what in bound):
            own.append(Path(HERE, parts))  # an alias is a name of its own too
        if not bound:
            found[Path(UNKNOWN if parts[0] == "()" else UNBOUND, parts)] = None
    return tuple(dict.fromkeys((*found, *own))) or (Path(UNKNOWN, names),)
