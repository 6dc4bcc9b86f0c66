"""The status of a component, and what it rests on."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from ssot_audit.model import Judgement


class State(StrEnum):
    VALIDATED = "VALIDATED"
    FAILING = "FAILING"
    UNVALIDATED = "UNVALIDATED"


class Proof(NamedTuple):
    """One piece of evidence: its word, whether it is good, failing or missing, and the figures that say so."""

    word: str
    status: State
    said: str
    required: bool = True


class ComponentStatus(NamedTuple):
    name: str
    modules: int
    tests: int  # executed
    proofs: tuple[Proof, ...]

    @property
    def status(self) -> State:
        """VALIDATED only where every required piece is there and good; what fails outranks what is missing."""
        found = {one.status for one in self.proofs if one.required}
        if State.FAILING in found:
            return State.FAILING
        return State.VALIDATED if found == {State.VALIDATED} else State.UNVALIDATED

    @property
    def reasons(self) -> tuple[str, ...]:
        """What keeps it from being validated."""
        return tuple(one.said for one in self.proofs if one.required and one.status is not State.VALIDATED)


class Statuses(NamedTuple):
    judgement: Judgement
    components: tuple[ComponentStatus, ...]
