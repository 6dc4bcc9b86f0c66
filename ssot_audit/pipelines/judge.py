"""What is wrong with a job: checks whose failure is lost, and paths that are not there."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ssot_audit.model import Severity
from ssot_audit.pipelines import fate, known
from ssot_audit.pipelines.grammar import mistake_in, spelled
from ssot_audit.pipelines.later import Check, Later, Part, whole
from ssot_audit.pipelines.model import Allowed, Job, Step
from ssot_audit.pipelines.paths import Sure, named
from ssot_audit.pipelines.shell import Command, Shell
from ssot_audit.pipelines.tree import Tree

ALLOWED, EXIT_ZERO, MISSING, NO_PYTHON, DISARMED = "allowed", "exit-zero", "missing", "no-python", "disarmed"
NOTHING = "nothing"
OWN = "ssot-audit"


class Found(NamedTuple):
    """A finding at file[start:end]. `about` is the step, `used` what stands there."""

    klass: str
    severity: Severity
    start: int
    end: int
    about: str
    used: str
    why: str


class Read(NamedTuple):
    """A job's findings, and what was looked at. `matched` are the configured globs that chose a command."""

    found: tuple[Found, ...]
    commands: int
    checks: int
    torn: int  # scripts in which something is not shell
    matched: frozenset[str]
    unread: tuple[tuple[int, str], ...]  # scripts that were not read, by their offset, with the reason


def judge(job: Job, tree: Tree, more: Sequence[str]) -> Read:
    """Everything that is wrong with a job. `more` are globs of further checks."""
    found: list[Found] = []
    unread: list[tuple[int, str]] = []
    parts: list[Part] = []
    sure, torn, matched = Sure(), 0, set[str]()
    for step in job.steps:
        own: list[Check] = []
        commands: list[Command] = []
        mistake = mistake_in(step.script.text.text) if step.script else ""
        if step.script and mistake:
            unread.append((step.script.text.at(0), mistake))
        elif step.script:
            shell = Shell(step.script)
            torn += shell.root.has_error
            commands += shell.all_commands()
            for command in commands:
                matched |= {glob for glob in more if known.chosen(command.words, (glob,))}
                name = known.check_in(command.words, more)
                if name:
                    own.append(Check(name, command, fate.loss(command)))
                found += _missing(step, command, sure, tree)
            found += _zeros(step, commands, own)
            found += _idle(step, commands)
        elif step.uses.startswith("./") and not tree.exists(posixpath.normpath(step.uses)):
            why = f"`{step.uses}` is not in the repository: this step cannot run"
            found.append(Found(MISSING, Severity.ERROR, step.start, step.end, step.name, step.uses, why))
        parts.append(Part(step, commands, own))
        found += _aimless(step, own, tree)
    later = Later(parts)
    every = [(part.step, check) for part in parts for check in part.checks]
    found += [one for count, (step, check) in enumerate(every) for one in _lost(step, check, later, count)]
    found += _allowances(job, parts, later)
    read = sum(len(part.commands) for part in parts)
    return Read(tuple(found), read, len(every), torn, frozenset(matched), tuple(unread))


def _place(command: Command, start: int = 0, end: int = 0) -> tuple[int, int]:
    """Where a command, or a part of its script, stands in the file."""
    text = command.shell.script.text
    if end <= start:
        start, end = command.node.start_byte, command.node.end_byte
    while start < end and text.text[start].isspace():
        start += 1
    return text.at(start), text.at(max(start, end - 1)) + 1


def _flag(command: Command, flag: str) -> tuple[int, int]:
    """Where a word of a command stands."""
    first = flag.partition(" ")[0]
    node = next((one for one in command.node.children if spelled(one) == first), command.node)
    return _place(command, node.start_byte, node.end_byte)


def _lost(step: Step, check: Check, later: Later, count: int) -> Iterator[Found]:
    """How the failure of the job's check with this number is lost."""
    loss, command = check.loss, check.command
    if loss:
        start, end = _place(command, loss.start, loss.end)
        klass = DISARMED if check.name == OWN else loss.klass
        doubt = later.doubt(check, count) if loss.klass != fate.ZERO else ""
        why = f"a failure of `{check.name}` is lost: {loss.why}{doubt}"
        severity = Severity.WARNING if doubt else loss.severity
        yield Found(klass, severity, start, end, step.name, command.written, why)
    flag = known.disarming(known.unwrapped(command.words))
    if flag:
        doubt = later.doubt(check, count)
        severity = Severity.WARNING if doubt or later.is_strict(check.name) else Severity.ERROR
        why = f"`{flag}` has `{check.name}` exit with 0 whatever it finds{doubt}"
        yield Found(DISARMED if check.name == OWN else EXIT_ZERO, severity, *_flag(command, flag), step.name, flag, why)


def _zeros(step: Step, commands: Sequence[Command], checks: Sequence[Check]) -> Iterator[Found]:
    """`N=$(jq ... report.json || echo 0)` where a check wrote the report."""
    own = {one.command for one in checks}
    for command in commands:
        loss = fate.as_zero(command) if command not in own else None
        names = {posixpath.basename(one) for one in command.words[1:] if re.fullmatch(r"[\w./-]+\.\w+", one)}
        for check in checks:
            if loss and any(name in whole(check.command) for name in names):
                why = f"the report of `{check.name}` that cannot be read counts as 0: {loss.why}"
                start, end = _place(command, loss.start, loss.end)
                yield Found(loss.klass, Severity.WARNING, start, end, step.name, command.written, why)
                break


def _idle(step: Step, commands: Sequence[Command]) -> Iterator[Found]:
    """A step called a check that always runs, and runs nothing that can fail."""
    always = re.search(r"\bif:[^\n]*\balways\(\)", step.text)
    title = step.name.rpartition(" / ")[2]
    asks = re.search(r"\b(?:job\.status|needs\.|steps\.)", step.text)
    quiet = not asks and all(one.words and known.only_tells(one.words) for one in commands)
    if always and commands and quiet and known.is_check_name(title):
        why = f"`{title}` always runs and only prints: it passes whatever came before it"
        yield Found(NOTHING, Severity.WARNING, *_place(commands[0]), step.name, always[0], why)


def _missing(step: Step, command: Command, sure: Sure, tree: Tree) -> Iterator[Found]:
    for one in sure.told(command, tree):
        why = f"`{one.path}` is not in the repository, and nothing before makes it"
        yield Found(MISSING, Severity.ERROR, *_place(command), step.name, one.path, why)


def _aimless(step: Step, checks: Sequence[Check], tree: Tree) -> Iterator[Found]:
    for check in checks:
        for one in named(check.command):
            if one.folder and tree.is_folder_without_python(one.path):
                why = f"`{check.name}` is aimed at `{one.written}`, which holds no Python file: it finds nothing there"
                yield Found(NO_PYTHON, Severity.ERROR, *_place(check.command), step.name, one.path or ".", why)


def _allowances(job: Job, parts: Sequence[Part], later: Later) -> Iterator[Found]:
    """Steps and jobs that are allowed to fail although they check."""
    every: list[str] = []
    for number, (step, _, own) in enumerate(parts):
        names = [one.name for one in own] or ([step.uses] if step.uses and known.is_check_action(step.uses) else [])
        every += names
        if names and step.allowed and not later.asks(step.id, number):
            yield _allowed(step.allowed, step.name, names, later.judges(number))
    if job.allowed and every:
        yield _allowed(job.allowed, job.name, every, False)


def _allowed(said: Allowed, about: str, names: Sequence[str], is_judged: bool) -> Found:
    klass = DISARMED if OWN in names else ALLOWED
    severity = Severity.WARNING if is_judged else said.severity
    doubt = "; a later step may judge what it left" if is_judged else ""
    several = ", ".join(f"`{one}`" for one in dict.fromkeys(names))
    why = f"a failure of {several} is lost: {said.said}{doubt}"
    return Found(klass, severity, said.start, max(said.end, said.start + 1), about, said.said, why)
