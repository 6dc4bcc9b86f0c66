"""What is wrong with a job: checks whose failure is lost, and paths that are not there."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ssot_audit.model import Severity
from ssot_audit.pipelines import fate, known
from ssot_audit.pipelines.grammar import mistake_in, spelled
from ssot_audit.pipelines.model import Allowed, Job, Loss, Step
from ssot_audit.pipelines.paths import Sure, named
from ssot_audit.pipelines.shell import Command, Shell
from ssot_audit.pipelines.tree import Tree

ALLOWED, EXIT_ZERO, MISSING, NO_PYTHON, DISARMED = "allowed", "exit-zero", "missing", "no-python", "disarmed"
NOTHING = "nothing"
OWN = "ssot-audit"
_FAILS = re.compile(r"\bexit\s+[\"']?[1-9$]|\bfalse\b|setFailed|sys\.exit\(|process\.exit\(|\bif:.*(?:outcome|failure)")


class Found(NamedTuple):
    """A finding at file[start:end]. `about` is the step, `used` what stands there."""

    klass: str
    severity: Severity
    start: int
    end: int
    about: str
    used: str
    why: str


class Check(NamedTuple):
    name: str
    command: Command
    loss: Loss | None


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
    checks: list[tuple[Step, list[Check]]] = []
    sure, commands, torn, matched = Sure(), 0, 0, set[str]()
    for step in job.steps:
        own: list[Check] = []
        mistake = mistake_in(step.script.text.text) if step.script else ""
        if step.script and mistake:
            unread.append((step.script.text.at(0), mistake))
        elif step.script:
            shell = Shell(step.script)
            torn += shell.root.has_error
            for command in shell.all_commands():
                commands += 1
                matched |= {glob for glob in more if known.chosen(command.words, (glob,))}
                name = known.check_in(command.words, more)
                if name:
                    own.append(Check(name, command, fate.loss(command)))
                found += _missing(step, command, sure, tree)
            found += _zeros(step, shell, own)
            found += _idle(step, shell)
        elif step.uses.startswith("./") and not tree.exists(posixpath.normpath(step.uses)):
            why = f"`{step.uses}` is not in the repository: this step cannot run"
            found.append(Found(MISSING, Severity.ERROR, step.start, step.end, step.name, step.uses, why))
        checks.append((step, own))
        found += _aimless(step, own, tree)
    every = [one for _, own in checks for one in own]
    for step, own in checks:
        found += [one for check in own for one in _lost(step, check, every)]
    found += _allowances(job, checks)
    return Read(tuple(found), commands, len(every), torn, frozenset(matched), tuple(unread))


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


def _lost(step: Step, check: Check, every: Sequence[Check]) -> Iterator[Found]:
    loss, command = check.loss, check.command
    if loss:
        start, end = _place(command, loss.start, loss.end)
        klass = DISARMED if check.name == OWN else loss.klass
        why = f"a failure of `{check.name}` is lost: {loss.why}"
        yield Found(klass, loss.severity, start, end, step.name, command.written, why)
    flag = known.disarming(known.unwrapped(command.words))
    if flag:
        again = any(one.name == check.name and not known.disarming(known.unwrapped(one.command.words)) for one in every)
        severity = Severity.WARNING if again else Severity.ERROR
        why = f"`{flag}` has `{check.name}` exit with 0 whatever it finds"
        yield Found(DISARMED if check.name == OWN else EXIT_ZERO, severity, *_flag(command, flag), step.name, flag, why)


def _zeros(step: Step, shell: Shell, checks: Sequence[Check]) -> Iterator[Found]:
    """`N=$(jq ... report.json || echo 0)` where a check wrote the report."""
    own = {one.command.node for one in checks}
    for command in shell.all_commands():
        loss = fate.as_zero(command) if command.node not in own else None
        names = {posixpath.basename(one) for one in command.words[1:] if re.fullmatch(r"[\w./-]+\.\w+", one)}
        for check in checks:
            if loss and any(name in _whole(check.command) for name in names):
                why = f"the report of `{check.name}` that cannot be read counts as 0: {loss.why}"
                start, end = _place(command, loss.start, loss.end)
                yield Found(loss.klass, Severity.WARNING, start, end, step.name, command.written, why)
                break


def _idle(step: Step, shell: Shell) -> Iterator[Found]:
    """A step called a check that always runs, and runs nothing that can fail."""
    always = re.search(r"\bif:[^\n]*\balways\(\)", step.text)
    commands = list(shell.all_commands())
    title = step.name.rpartition(" / ")[2]
    asks = re.search(r"\b(?:job\.status|needs\.|steps\.)", step.text)
    quiet = not asks and all(one.words and known.only_tells(one.words) for one in commands)
    if always and commands and quiet and known.is_check_name(title):
        why = f"`{title}` always runs and only prints: it passes whatever came before it"
        yield Found(NOTHING, Severity.WARNING, *_place(commands[0]), step.name, always[0], why)


def _whole(command: Command) -> str:
    """A command with its redirections."""
    node = command.node.parent if command.node.parent and command.node.parent.type == "redirected_statement" else None
    return ((node or command.node).text or b"").decode("ascii", "replace")


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


def _allowances(job: Job, checks: Sequence[tuple[Step, Sequence[Check]]]) -> Iterator[Found]:
    """Steps and jobs that are allowed to fail although they check."""
    whole: list[str] = []
    for number, (step, own) in enumerate(checks):
        names = [one.name for one in own] or ([step.uses] if step.uses and known.is_check_action(step.uses) else [])
        whole += names
        if names and step.allowed:
            later = [one for one, _ in checks[number + 1 :]]
            yield from _allowed(step.allowed, step.name, names, step.id, later)
    if job.allowed and whole:
        yield from _allowed(job.allowed, job.name, whole, "", ())


def _judges(text: str) -> bool:
    """Whether a step that always runs may fail for what an earlier one left, and not for the outcome of another."""
    runs = re.search(r"\bif:.*(?:always\(\)|!cancelled\(\))", text)
    return runs is not None and _FAILS.search(text) is not None and not re.search(r"steps\.[\w-]+\.outcome", text)


def _allowed(said: Allowed, about: str, names: Sequence[str], id: str, later: Sequence[Step]) -> Iterator[Found]:
    asks = re.compile(rf"steps\.{re.escape(id)}\.(?:outcome|conclusion)" if id else "(?!)")
    if any(asks.search(one.text) and _FAILS.search(one.text) for one in later):
        return
    severity, klass = said.severity, DISARMED if OWN in names else ALLOWED
    doubt = ""
    if any(_judges(one.text) for one in later):
        severity, doubt = Severity.WARNING, "; a later step may judge what it left"
    several = ", ".join(f"`{one}`" for one in dict.fromkeys(names))
    why = f"a failure of {several} is lost: {said.said}{doubt}"
    yield Found(klass, severity, said.start, max(said.end, said.start + 1), about, said.said, why)
