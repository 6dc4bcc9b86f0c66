"""The kinds of rules: one row each."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

from ssot_audit.checks import symbol, symbol_stub, unresolved
from ssot_audit.checks.scene import Scene
from ssot_audit.model import Outcome
from ssot_audit.rules import SYMBOL, AnyRule, Shape


class RuleKind(NamedTuple):
    """How rules of a kind are written, how the program is held against them, what its page in the documentation says,
    the stub tree its examples run in (files by path), and whether the facts of every file are read for it."""

    shape: Shape
    check: Callable[[Scene, Sequence[AnyRule]], Outcome]
    about: str
    stub: Callable[[Any], Mapping[str, str]] = lambda rule: {}
    whole: bool = False


CHECKS: Mapping[str, RuleKind] = MappingProxyType(
    {
        SYMBOL: RuleKind(symbol.SHAPE, symbol.check, symbol.ABOUT, symbol_stub.stub),
        "unresolved": RuleKind(unresolved.SHAPE, unresolved.check, unresolved.ABOUT, whole=True),
    }
)
SHAPES: Mapping[str, Shape] = MappingProxyType({name: kind.shape for name, kind in CHECKS.items()})
