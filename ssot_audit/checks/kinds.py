"""The kinds of rules: one row each."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, Generic, NamedTuple, TypeVar

from ssot_audit.checks.scene import Scene
from ssot_audit.model import SYMBOL, Outcome
from ssot_audit.rules import VALUE, AnyRule, Shape


class RuleKind(NamedTuple):
    """How rules of a kind are written, how the program is held against them, what its page in the documentation says,
    the stub tree its examples run in (files by path), and whether the facts of every file are read for it."""

    shape: Shape
    check: Callable[[Scene, Sequence[AnyRule]], Outcome]
    about: str
    stub: Callable[[Any], Mapping[str, str]] = lambda rule: {}
    whole: bool = False


def _symbol() -> RuleKind:
    from ssot_audit.checks.symbol import check, stub

    return RuleKind(check.SHAPE, check.check, check.ABOUT, stub.stub)


def _definition() -> RuleKind:
    from ssot_audit.checks.definition import check

    return RuleKind(check.SHAPE, check.check, check.ABOUT)


def _construction() -> RuleKind:
    from ssot_audit.checks.construction import check, stub

    return RuleKind(check.SHAPE, check.check, check.ABOUT, stub.stub)


def _emission() -> RuleKind:
    from ssot_audit.checks.emission import check

    return RuleKind(check.SHAPE, check.check, check.ABOUT)


def _required() -> RuleKind:
    from ssot_audit.checks.required import check

    return RuleKind(check.SHAPE, check.check, check.ABOUT)


def _unresolved() -> RuleKind:
    from ssot_audit.checks.unresolved import check

    return RuleKind(check.SHAPE, check.check, check.ABOUT, whole=True)


def _usage() -> RuleKind:
    from ssot_audit.checks.usage import check

    return RuleKind(check.SHAPE, check.check, check.ABOUT)


def _value() -> RuleKind:
    from ssot_audit.checks.value import check

    return RuleKind(check.SHAPE, check.check, check.ABOUT)


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
