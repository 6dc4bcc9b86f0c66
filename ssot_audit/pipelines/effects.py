"""What parts of a script do: only print, set a variable, exit; and who reads what a node leaves."""

from __future__ import annotations

import re
from enum import Enum
from typing import TYPE_CHECKING

from ssot_audit.pipelines.grammar import spelled, walk, words
from ssot_audit.pipelines.model import words_of
from ssot_audit.pipelines.shell import ancestors

if TYPE_CHECKING:
    from ssot_audit.pipelines.grammar import Node

# Commands that show something, or nothing, and change nothing that a later command would ask for.
_PRINTS = words_of("echo printf true : cat tail head ls date pwd env sleep")
_ASSIGNMENTS = ("variable_assignment", "declaration_command", "unset_command")
_DECIDES = words_of("exit return break continue false exec kill")
_SHOWN = re.compile(r"&?\d|/dev/\w+|[\"']?\$\{?GITHUB_STEP_SUMMARY\}?[\"']?")
_NAME = re.compile(r"[A-Za-z_]\w*")


class Effect(Enum):
    PASSES = "exits with 0 and leaves nothing"
    SETS = "sets a variable"
    FAILS = "exits"
    UNKNOWN = "cannot be told"


def of(node: Node) -> Effect:
    """What the right side of `||` does."""
    commands = [words(one) for one in walk(node) if one.type == "command"]
    if any(one[:1] in (("exit",), ("return",)) and one[1:] != ("0",) for one in commands):
        return Effect.FAILS
    if any(one.type in _ASSIGNMENTS for one in walk(node)) or re.match(r"\(\(|let\b", spelled(node)):
        return Effect.SETS
    if commands and not writes(node) and all(_is_passing(one) for one in commands):
        return Effect.PASSES
    return Effect.UNKNOWN


def _is_passing(one: tuple[str, ...]) -> bool:
    return bool(one) and (
        one[0].removeprefix("/usr").removeprefix("/bin/") in _PRINTS or one == ("exit", "0") or one == ("return", "0")
    )


def only_prints(whole: Node, condition: Node) -> bool:
    """Whether an `if` does nothing but print, or set what nothing reads, whatever its condition says."""
    if writes(whole):
        return False
    for one in walk(whole):
        inside = condition != whole and condition.start_byte <= one.start_byte and one.end_byte <= condition.end_byte
        if inside:
            continue
        if one.type == "variable_assignment" and not _is_read(one, whole):
            continue
        if one.type in (*_ASSIGNMENTS, "subshell", "function_definition", "ERROR"):
            return False
        if one.type == "command" and not _is_passing(words(one)):
            return False
    return True


def writes(node: Node) -> bool:
    """Whether a node, or what is directly around it, writes where somebody may read: not the console, nor a summary."""
    # The redirection of the last command of a list stands around the list.
    whole = node
    while whole.parent is not None and whole.parent.type == "list" and whole == whole.parent.named_children[-1]:
        whole = whole.parent
    outer = whole.parent if whole.parent is not None and whole.parent.type == "redirected_statement" else None
    redirects = [one for one in outer.children if one.type.endswith("_redirect")] if outer else []
    for one in (*walk(node), *redirects):
        if one.type in ("file_redirect", "herestring_redirect"):
            target = one.named_children[-1] if one.named_children else None
            if target is not None and not spelled(one).startswith("<") and not _SHOWN.fullmatch(spelled(target)):
                return True
        if one.type == "command" and words(one)[:1] == ("tee",):
            return True
    return False


def split(pipeline: Node) -> tuple[Node, Node | None]:
    """The last part of a pipeline, and the list it is the left side of where the tree has that list inside of it:
    `a | b | c || d` is read as `a | (b | c || d)`."""
    last, above = pipeline.named_children[-1], None
    while last.type == "list":
        last, above = last.named_children[0], last
    while last.type == "pipeline":
        last = last.named_children[-1]
    return last, above


def prints_zero(node: Node) -> bool:
    return node.type == "command" and words(node) in (("echo", "0"), ("printf", "0"), ("echo", "-n", "0"))


def first_command(node: Node) -> Node | None:
    return next((one for one in walk(node) if one.type == "command"), None)


def is_condition(node: Node, parent: Node) -> bool:
    """Whether a node stands before the `then` of its parent."""
    then = next((one for one in parent.children if one.type == "then"), None)
    return then is None or node.end_byte <= then.start_byte


def is_tested(node: Node) -> bool:
    """Whether a node is part of what `||`, `&&`, `!`, `if` or `while` asks, where -e is ignored."""
    child = node
    for one in ancestors(node):
        if one.type == "list" and child != one.named_children[-1]:
            return True
        if one.type == "negated_command" or (one.type in ("if_statement", "elif_clause") and is_condition(child, one)):
            return True
        if one.type == "while_statement" and child.type != "do_group":
            return True
        if one.type == "function_definition":
            return False
        child = one
    return False


_NO_STATEMENTS = ("comment", "heredoc_body")
_BRANCHES = ("elif_clause", "else_clause")


def statement_after(node: Node) -> Node | None:
    """The next statement of the same body."""
    one = node.next_named_sibling
    while one is not None and one.type in _NO_STATEMENTS:
        one = one.next_named_sibling
    return None if one is None or one.type in _BRANCHES else one


def last_statement(node: Node) -> Node | None:
    """The last statement of the body a node is in; None in an `if`, which has several bodies."""
    body = node.parent
    one = body.named_child(body.named_child_count - 1) if body else None
    while one is not None and one.type in _NO_STATEMENTS:
        one = one.prev_named_sibling
    return None if body is None or body.type in ("if_statement", "elif_clause") else one


def following(node: Node) -> str:
    """The text of the statement after the one a node is part of."""
    child = node
    while child.parent is not None and child.next_named_sibling is None:
        child = child.parent
    return spelled(child.next_named_sibling) if child.next_named_sibling else ""


def after(node: Node) -> str:
    """All that stands behind a node in its script."""
    top = node
    for one in ancestors(node):
        top = one
    return (top.text or b"")[node.end_byte - top.start_byte :].decode("ascii", "replace")


def is_kept(node: Node) -> bool:
    """Whether a node's output goes into a variable that is read later."""
    for one in ancestors(node):
        if one.type == "variable_assignment":
            return is_used_later(one, one)
        if one.type in ("program", "subshell", "function_definition"):
            return False
    return False


def _is_read(setting: Node, whole: Node) -> bool:
    """Whether anything in the script reads what a node sets, a function before it included."""
    top = whole
    for one in ancestors(whole):
        top = one
    name = re.escape(spelled(setting).partition("=")[0].rstrip("+"))
    return is_used_later(setting, whole) or re.search(rf"\$\{{?{name}\b", spelled(top)) is not None


def is_used_later(setting: Node, whole: Node) -> bool:
    """Whether a variable that is set in a node is named behind it."""
    rest = after(whole)
    names = {spelled(one) for one in walk(setting) if one.type == "variable_name"}
    names |= set(_NAME.findall(spelled(setting))) if not names else set()
    return any(re.search(rf"(?<!\w){re.escape(one)}(?!\w)", rest) for one in names)
