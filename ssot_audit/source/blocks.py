"""The block structure around a statement, and the contexts that follow from it.

Both readers of a file, the scanner and the walker, keep a stack of `Block`s and ask `contexts` of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from ssot_audit.facts import Context

IMPORT_ERRORS = frozenset({"ImportError", "ModuleNotFoundError"})
BROAD_ERRORS = frozenset({"Exception", "BaseException"})
EXPECTING = frozenset({"raises", "assertRaises", "assertRaisesRegex"})  # what with statements want errors with
FAILS = frozenset({"pytest.fail", "self.fail", "fail"})  # what fails the test where it is called


class Catches(NamedTuple):
    """Which of the errors that a failed import raises an except clause or a `raises` block takes."""

    import_error: bool = False
    everything: bool = False

    @property
    def any(self) -> bool:
        return self.import_error or self.everything


NOTHING = Catches()


def named_errors(paths: Iterable[str]) -> Catches:
    """What exception classes with these dotted names take."""
    names = {path.strip().rpartition(".")[2] for path in paths}
    return Catches(not names.isdisjoint(IMPORT_ERRORS), not names.isdisjoint(BROAD_ERRORS))


class Chain:
    """One compound statement with its branches: if/elif/else, try/except/else/finally, with, for, match, ….

    `fails` holds the order numbers of statements that fail the test directly in its try or else branch; what its
    except clauses catch is known only after its body, so contexts are asked for at the end of the file.
    """

    __slots__ = ("arms", "everything", "fails", "import_error", "keyword", "later_arms_typing", "number")

    def __init__(self, number: int, keyword: str) -> None:
        self.number, self.keyword, self.arms = number, keyword, 0
        self.import_error = self.everything = self.later_arms_typing = False
        self.fails: list[int] = []

    def caught(self, clause: Catches) -> None:
        self.import_error |= clause.import_error
        self.everything |= clause.everything


class Block(NamedTuple):
    """One branch of a chain; `column` is the indentation of its header."""

    keyword: str  # def, class, if, elif, else, try, except, finally, with, for, while, match, case
    column: int
    chain: Chain
    arm: int
    typing: bool = False
    raised: Catches = NOTHING
    suppressed: Catches = NOTHING


def contexts(stack: Sequence[Block], order: int) -> tuple[Context, ...]:
    """The contexts of the statement numbered `order` inside these blocks, outermost first.

    A function starts anew: what surrounds its definition does not surround its calls, but for TYPE_CHECKING.
    """
    found: set[Context] = set()
    for block in stack:
        if block.keyword == "def":
            found = {Context.DEFERRED, *(found & {Context.TYPING})}
        elif block.keyword == "try":
            found |= _tried(block.chain, order)
        elif block.keyword == "except":
            found.add(Context.HANDLER)
        if block.typing:
            found.add(Context.TYPING)
        if block.raised.any:
            found.add(Context.EXPECTED_FAILURE)
        if block.suppressed.import_error:
            found.add(Context.GUARDED)
        if block.suppressed.everything:
            found.add(Context.BROAD_GUARDED)
    return tuple(context for context in Context if context in found)


def _tried(chain: Chain, order: int) -> set[Context]:
    found = set()
    if chain.import_error:
        found.add(Context.GUARDED)
    if chain.everything:
        found.add(Context.BROAD_GUARDED)
    if found and any(fail > order for fail in chain.fails):
        found.add(Context.EXPECTED_FAILURE)
    return found


def in_module(stack: Sequence[Block]) -> bool:
    """Whether a name bound here is a name of the module."""
    return not any(block.keyword in ("def", "class") for block in stack)
