"""The kinds of rules: one row each."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, Generic, NamedTuple, TypeVar

from ssot_audit.checks.scene import Scene
from ssot_audit.model import Outcome
from ssot_audit.rules import SYMBOL, VALUE, AnyRule, Shape


class RuleKind(NamedTuple):
    """How rules of a kind are written, how the program is held against them, what its page in the documentation says,
    the stub tree its examples run in (files by path), and whether the facts of every file are read for it."""

    shape: Shape
    check: Callable[[Scene, Sequence[AnyRule]], Outcome]
    about: str
    stub: Callable[[Any], Mapping[str, str]] = lambda rule: {}
    whole: bool = False


def _symbol() -> RuleKind:
    from ssot_audit.checks import symbol, symbol_stub

    return RuleKind(symbol.SHAPE, symbol.check, symbol.ABOUT, symbol_stub.stub)


def _definition() -> RuleKind:
    from ssot_audit.checks import definition

    return RuleKind(definition.SHAPE, definition.check, definition.ABOUT)


def _construction() -> RuleKind:
    from ssot_audit.checks import construction, construction_stub

    return RuleKind(construction.SHAPE, construction.check, construction.ABOUT, construction_stub.stub)


def _emission() -> RuleKind:
    from ssot_audit.checks import emission

    return RuleKind(emission.SHAPE, emission.check, emission.ABOUT)


def _required() -> RuleKind:
    from ssot_audit.checks import required

    return RuleKind(required.SHAPE, required.check, required.ABOUT)


def _unresolved() -> RuleKind:
    from ssot_audit.checks import unresolved

    return RuleKind(unresolved.SHAPE, unresolved.check, unresolved.ABOUT, whole=True)


def _usage() -> RuleKind:
    from ssot_audit.checks import usage

    return RuleKind(usage.SHAPE, usage.check, usage.ABOUT)


def _value() -> RuleKind:
    from ssot_audit.checks import value

    return RuleKind(value.SHAPE, value.check, value.ABOUT)


Value = TypeVar("Value")


class _Loaded(Mapping[str, Value], Generic[Value]):
    """Values by name, each made when it is asked for: a run loads the kinds its rules are of."""

    def __init__(self, makers: Mapping[str, Callable[[], Value]]) -> None:
        self._makers, self._made = makers, dict[str, Value]()

    def __getitem__(self, name: str) -> Value:
        if name not in self._made:
            self._made[name] = self._makers[name]()
        return self._made[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._makers)

    def __len__(self) -> int:
        return len(self._makers)


CHECKS: Mapping[str, RuleKind] = _Loaded(
    {
        SYMBOL: _symbol,
        "definition": _definition,
        "construction": _construction,
        "emission": _emission,
        "required": _required,
        "unresolved": _unresolved,
        "usage": _usage,
        VALUE: _value,
    }
)


def _shape(name: str) -> Shape:
    return CHECKS[name].shape


SHAPES: Mapping[str, Shape] = _Loaded({name: partial(_shape, name) for name in CHECKS})
