"""What an outliner has met, and looks up once every scope is known."""

from __future__ import annotations

import ast
from typing import NamedTuple

from ssot_audit.facts import Context
from ssot_audit.source.scopes import Scope


class Seen(NamedTuple):
    """Where something stands; what its names mean is asked for at the end."""

    at: Scope
    scope: tuple[str, ...]
    contexts: tuple[Context, ...]
    branches: tuple[tuple[int, int], ...]


class Use(NamedTuple):
    """A dotted expression, still to be looked up."""

    node: ast.expr
    names: tuple[str, ...]
    called: bool
    key: str
    seen: Seen
