"""What later parts of a job do about a failure that an earlier one lost. Each part is read once."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from ssot_audit.pipelines import effects, fate, known
from ssot_audit.pipelines.model import Loss, Step, words_of
from ssot_audit.pipelines.shell import Command

_FAILS = re.compile(r"\bexit\s+[\"']?[1-9$]|\bfalse\b|setFailed|sys\.exit\(|process\.exit\(|\bif:.*(?:outcome|failure)")
_COMMENT = re.compile(r"^[ \t]*#.*$|(?<=[ \t])#[^\n\"']*$", re.M)
_OUTCOME = re.compile(r"steps\.([\w-]+)\.(?:outcome|conclusion)")
_RUNS = re.compile(r"\bif:.*(?:always\(\)|!cancelled\(\))")
_REPORTS = tuple(f".{one}" for one in ("json", "xml", "txt", "log", "sarif", "csv", "out", "html", "md"))
# Commands that show, move or look for a file, whatever is in it.
_SHOWS = fate.SINKS | words_of("echo printf ls cp mv rm test touch zip gzip tar curl gh aws gsutil git codecov")
_MAX_SAME = 50  # runs of one tool in a job that are compared


class Check(NamedTuple):
    name: str
    command: Command
    loss: Loss | None


class Part(NamedTuple):
    """A step as it was read: its commands, and those of them that check."""

    step: Step
    commands: Sequence[Command]
    checks: Sequence[Check]


class Later:
    """What comes after in a job, by the number of a step or of a check among all checks."""

    def __init__(self, parts: Sequence[Part]) -> None:
        self._asked: dict[str, int] = {}  # ids of steps, with the last step that fails for their outcome
        self._judging = self._failing = -1
        self._read: dict[str, int] = {}  # names of reports, with the last check before a command that judges them
        self._strict: dict[str, list[tuple[int, frozenset[str]]]] = defaultdict(list)
        for number, part in enumerate(parts):
            self._read_step(number, part.step)
        count = 0
        for number, part in enumerate(parts):
            count = self._read_commands(number, part, count)

    def _read_step(self, number: int, step: Step) -> None:
        text = _COMMENT.sub("", step.text)
        if not _FAILS.search(text):
            return
        self._failing = number
        outcomes = _OUTCOME.findall(text)
        self._asked.update(dict.fromkeys(outcomes, number))
        if _RUNS.search(text) and not outcomes:
            self._judging = number

    def _read_commands(self, number: int, part: Part, count: int) -> int:
        checks = {one.command: one for one in part.checks}
        for command in part.commands:
            check = checks.get(command)
            if part.step.allowed is None:
                names = _reports(command)
                if names and self._may_judge(command, number):
                    self._read.update(dict.fromkeys(names, count))
                if check and check.loss is None and not known.disarming(known.unwrapped(command.words)):
                    self._strict[check.name] = [*self._strict[check.name][1 - _MAX_SAME :], (count, _plain(command))]
            count += check is not None
        return count

    def _may_judge(self, command: Command, number: int) -> bool:
        """Whether a command that reads a report may fail for what is in it."""
        if effects.is_kept(command.node):
            return number < self._failing or _FAILS.search(effects.after(command.node)) is not None
        return command.name not in _SHOWS and fate.loss(command) is None

    def asks(self, id: str, number: int) -> bool:
        """Whether a step after the numbered one fails for its outcome."""
        return bool(id) and self._asked.get(id, -1) > number

    def judges(self, number: int) -> bool:
        """Whether a step that always runs may fail for what an earlier one left, and not for the outcome of another."""
        return self._judging > number

    def is_strict(self, name: str) -> bool:
        """Whether the job runs a check so that it can fail."""
        return name in self._strict

    def doubt(self, check: Check, count: int) -> str:
        """Why a lost failure of a check may still be judged behind it; empty where nothing is seen to."""
        words = _plain(check.command)
        if any(number > count and one <= words for number, one in self._strict.get(check.name, ())):
            return f"; the job runs `{check.name}` again and lets it fail"
        read = [one for one in _reports(check.command) if self._read.get(one, -1) > count]
        return f"; a later command may judge `{read[0]}`" if read else ""


def _plain(command: Command) -> frozenset[str]:
    """The words of a check that are no flags; `.` is all there is."""
    return frozenset(one for one in known.unwrapped(command.words) if not one.startswith("-") and one != ".")


def _reports(command: Command) -> list[str]:
    """The names of files that a command may write its results to, or read those of another from."""
    return [one for one in re.findall(r"[\w.-]+", whole(command)) if one.endswith(_REPORTS)]


def whole(command: Command) -> str:
    """A command with its redirections."""
    node = command.node.parent if command.node.parent and command.node.parent.type == "redirected_statement" else None
    return ((node or command.node).text or b"").decode("ascii", "replace")
