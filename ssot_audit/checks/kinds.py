"""The kinds of rules: one row each."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

from ssot_audit.checks import emission, required, symbol, symbol_stub, usage
from ssot_audit.checks.scene import Scene
from ssot_audit.model import Outcome
from ssot_audit.rules import SYMBOL, AnyRule, Shape


class RuleKind(NamedTuple):
    """How rules of a kind are written, how the program is held against them, what its page in the documentation says,
    and the stub tree its examples run in: files by path."""

    shape: Shape
    check: Callable[[Scene, Sequence[AnyRule]], Outcome]
    about: str
    stub: Callable[[Any], Mapping[str, str]] = lambda rule: {}


CHECKS: Mapping[str, RuleKind] = MappingProxyType(
    {
        SYMBOL: RuleKind(symbol.SHAPE, symbol.check, symbol.ABOUT, symbol_stub.stub),
        "emission": RuleKind(emission.SHAPE, emission.check, emission.ABOUT),
        "required": RuleKind(required.SHAPE, required.check, required.ABOUT),
        "usage": RuleKind(usage.SHAPE, usage.check, usage.ABOUT),
    }
)
SHAPES: Mapping[str, Shape] = MappingProxyType({name: kind.shape for name, kind in CHECKS.items()})
