"""What becomes of a command's failure: whether it reaches the exit status of the script, or what takes it.

The way goes up the tree from the command. What cannot be decided is not told: it counts as reaching it.
Bash Reference Manual: 3.2.3 Pipelines, 3.2.4 Lists, 4.3.1 The Set Builtin (-e), 3.7.3 Command Execution Environment.
"""

from __future__ import annotations

import re
from enum import Enum
from typing import TYPE_CHECKING

from ssot_audit.model import Severity
from ssot_audit.pipelines import effects
from ssot_audit.pipelines.grammar import spelled, words
from ssot_audit.pipelines.model import Loss, words_of
from ssot_audit.pipelines.shell import SHELLS, Command, Shell, ancestors, shell_of

if TYPE_CHECKING:
    from ssot_audit.pipelines.grammar import Node

IGNORED, PIPED, UNCHECKED, ZERO = "ignored", "piped", "unchecked", "unknown-as-zero"
# What passes on what it reads, and exits with 0.
SINKS = words_of("tee cat tail head sort uniq wc sed tr cut ts column less more fold nl awk jq")
_BODIES = ("program", "compound_statement", "subshell", "do_group", "case_item", "else_clause", "command_substitution")
_CONDITIONS = ("if_statement", "elif_clause")
_THROUGH = (
    *("redirected_statement", "for_statement", "c_style_for_statement", "case_statement", "string", "concatenation"),
    *("while_statement", "variable_assignments"),
)


class Way(Enum):
    """How it goes on above a node."""

    ON = "the failure is the parent's"
    QUIET = "so it is, and -e does not exit for it"
    OUT = "the failure ends the shell it happens in"
    REACHES = "it counts, or it cannot be decided"


def loss(command: Command) -> Loss | None:
    """What takes a command's failure, None where it reaches the exit status, or may."""
    shell = command.shell
    found = as_zero(command) or _climb(command.node, shell)
    if found or shell.around is None:
        return found
    outer = loss(shell.around)  # a script in a string: its status is that of the command that runs it
    return outer._replace(start=0, end=0) if outer else None


def _climb(node: Node, shell: Shell) -> Loss | None:
    quiet = False
    parent = node.parent
    while parent is not None:
        way = _step(node, parent, shell, quiet)
        if isinstance(way, Loss):
            return way
        if way is Way.REACHES:
            return None
        if way is Way.OUT:
            node, quiet = _ended(node), False
            if node.type not in ("subshell", "command_substitution") and (
                node.parent is None or node.parent.type != "pipeline"
            ):
                return None
        else:
            node, quiet = parent, way is Way.QUIET or (quiet and parent.type != "subshell")
        parent = node.parent
    return None


def _ended(node: Node) -> Node:
    """The shell around a node that ends where the node fails; each part of a pipe is one."""
    for one in ancestors(node):
        if one.type in SHELLS or (one.parent is not None and one.parent.type == "pipeline"):
            return one
    return node


def _step(node: Node, parent: Node, shell: Shell, quiet: bool) -> Way | Loss:
    kind = parent.type
    if kind == "pipeline":
        return _pipe(node, parent, shell)
    if kind == "list":
        return _list(node, parent, shell)
    if kind in _CONDITIONS and effects.is_condition(node, parent):
        return _condition(node, parent)
    if kind in _BODIES or kind in _CONDITIONS:
        return _sequence(node, parent, shell, quiet)
    if kind == "negated_command":
        return _negated(parent)
    if kind in ("variable_assignment", "declaration_command", "command"):
        return _substituted(node, parent)
    return Way.ON if kind in _THROUGH and not (kind == "while_statement" and node.type != "do_group") else Way.REACHES


def _negated(parent: Node) -> Way | Loss:
    """`! check`. It may be wanted that the check fails."""
    above = parent.parent
    if above and above.type in _CONDITIONS and effects.is_condition(parent, above):
        return Way.ON
    if above is None or above.type not in (*_BODIES, *_CONDITIONS):
        return Way.REACHES
    why = "`!` makes it a success, and a success of the check the failure"
    return Loss(UNCHECKED, why, parent.start_byte, parent.end_byte, Severity.WARNING)


def _pipe(node: Node, parent: Node, shell: Shell) -> Way | Loss:
    end, inside = effects.split(parent)
    if node.end_byte >= end.end_byte:
        return Way.ON
    if shell.options(node).pipefail:
        return Way.ON if inside is None else _list(inside.named_children[0], inside, shell)
    last = effects.first_command(end)
    name = words(last)[0].rpartition("/")[2] if last and words(last) else ""
    if name not in SINKS or effects.is_kept(node) or "PIPESTATUS" in effects.after(parent):
        return Way.REACHES
    reads = "$?" in effects.following(parent)
    why = f"without pipefail a pipe exits with the status of `{name}`" + (
        "; `$?` after it is that one" if reads else ""
    )
    files = [one for one in (words(last)[1:] if last else ()) if not one.startswith("-")]
    later = effects.after(parent)
    judged = name == "tee" and any(one in later for one in files) and "exit" in later
    severity = Severity.WARNING if judged else Severity.ERROR
    return Loss(PIPED, why, node.end_byte, parent.end_byte, severity)


def _list(node: Node, parent: Node, shell: Shell) -> Way | Loss:
    right = parent.named_children[-1]
    if node == right:
        return Way.ON
    if any(one.type == "&&" for one in parent.children):
        return Way.QUIET
    effect = effects.of(right)
    if effect is effects.Effect.PASSES:
        if effects.is_kept(node):
            return Way.REACHES
        return Loss(IGNORED, f"`|| {_short(right)}` exits with 0", node.end_byte, parent.end_byte)
    if effect is effects.Effect.SETS:
        if effects.is_used_later(right, parent):
            return Way.REACHES
        why = f"`{_short(right)}` keeps the status in a variable that nothing reads"
        return Loss(UNCHECKED, why, node.end_byte, parent.end_byte)
    left, again = effects.first_command(node), effects.first_command(right)
    same = left and again and words(left)[:1] == words(again)[:1]
    return Way.ON if same and effect is effects.Effect.UNKNOWN else Way.REACHES  # tried again


def _condition(node: Node, parent: Node) -> Way | Loss:
    whole = parent if parent.type == "if_statement" else parent.parent or parent
    if not effects.only_prints(whole, node):
        return Way.REACHES
    return Loss(
        UNCHECKED,
        "the `if` around it only prints or sets what nothing reads, and goes on either way",
        whole.start_byte,
        node.end_byte,
    )


def _sequence(node: Node, parent: Node, shell: Shell, quiet: bool) -> Way | Loss:
    after = node.next_sibling
    if after is not None and after.type == "&":
        if re.search(r"\bwait\b[^\n;&|]*[$%\d-]", effects.after(node)):
            return Way.REACHES
        return Loss(UNCHECKED, "`&` starts it, and no `wait` asks how it ended", node.end_byte, after.end_byte)
    errexit = shell.options(node).errexit and not quiet and not effects.is_tested(node)
    if errexit:
        return Way.OUT
    following = effects.statement_after(node)
    if following is None:
        if parent.type == "do_group" and parent.parent and parent.parent.type == "for_statement":
            why = "only the last round of the loop sets its status, and nothing exits before"
            return Loss(UNCHECKED, why, node.start_byte, node.end_byte, Severity.WARNING)
        return Way.ON
    return _unread(node, following, shell, quiet)


def _unread(node: Node, next_one: Node, shell: Shell, quiet: bool) -> Way | Loss:
    """A failure after which the script goes on."""
    text = spelled(next_one)
    if "$?" in text or "PIPESTATUS" in text:
        if next_one.type == "if_statement" and effects.only_prints(next_one, next_one):
            return Loss(UNCHECKED, "its status is only printed", node.start_byte, node.end_byte)
        if next_one.type == "variable_assignment" and not effects.is_used_later(next_one, next_one):
            return Loss(
                UNCHECKED, "its status is kept in a variable that nothing reads", node.start_byte, node.end_byte
            )
        return Way.REACHES
    if text.strip() == "exit" or shell.traps_failures:
        return Way.REACHES
    if quiet:
        why = "the shell does not exit where a command before `&&` fails, and other commands follow"
    elif effects.is_tested(node):
        why = "before `||` or `&&` and in a condition the shell does not exit at it, and other commands follow"
    elif shell.script.errexit and not shell.options(node).errexit and shell_of(node).type != "command_substitution":
        why = "after `set +e` nothing reads its status"
    else:
        last = effects.last_statement(node)
        why = f"the shell runs on without `-e`: the last status is that of {f'`{_short(last)}`' if last else 'another'}"
    return Loss(UNCHECKED, why, node.start_byte, node.end_byte)


def _substituted(node: Node, parent: Node) -> Way | Loss:
    """A command's output in an assignment or among the words of another command."""
    if parent.type == "variable_assignment":
        return Way.ON
    name = words(parent)[0] if parent.type == "command" and words(parent) else spelled(parent).split(None, 1)[0]
    if parent.type == "declaration_command":
        if effects.is_kept(node):
            return Way.REACHES
        return Loss(UNCHECKED, f"`{name}` exits with 0 whatever it is given", parent.start_byte, parent.end_byte)
    if name in ("echo", "printf") and not effects.writes(parent):
        return Loss(UNCHECKED, f"`{name}` exits with 0 whatever it is given", parent.start_byte, parent.end_byte)
    return Way.REACHES


def as_zero(command: Command) -> Loss | None:
    """`N=$(check ... || echo 0)`: a check that could not run has found nothing."""
    for one in ancestors(command.node):
        whole = effects.split(one)[1] if one.type == "pipeline" else one if one.type == "list" else None
        if whole is None or one.parent is None or one.parent.type != "command_substitution":
            continue
        last = whole.named_children[-1]
        is_left = command.node.end_byte <= last.start_byte
        if is_left and any(part.type == "||" for part in whole.children) and effects.prints_zero(last):
            why = f"`|| {_short(last)}` makes a result that is not known a 0"
            return Loss(ZERO, why, one.parent.start_byte, one.parent.end_byte)
    return None


def _short(node: Node) -> str:
    text = " ".join(spelled(node).split())
    return text if len(text) <= 40 else f"{text[:37]}..."
