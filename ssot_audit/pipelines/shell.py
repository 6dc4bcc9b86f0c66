"""A script read: its commands, and what the shell's options and folder are when each runs."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from ssot_audit.pipelines import grammar
from ssot_audit.pipelines.hidden import hidden
from ssot_audit.pipelines.model import Script, Text

if TYPE_CHECKING:
    from ssot_audit.pipelines.grammar import Node

SHELLS = ("subshell", "command_substitution", "process_substitution", "function_definition", "program")
MAX_INNER = 3  # scripts in one another, as `bash -c "bash -c ..."`
_OPTIONS = re.compile(r"[-+][a-zA-Z]*\Z")
_SHELL = re.compile(r"(?:.*/)?(?:bash|sh|zsh|dash)\Z")


class Options(NamedTuple):
    """What `set` sets: whether the shell exits at a failing command, and whether a pipe fails with any of its parts."""

    errexit: bool
    pipefail: bool


class Command(NamedTuple):
    """A simple command. `shell` is the script it stands in."""

    words: tuple[str, ...]
    node: Node
    shell: Shell

    @property
    def name(self) -> str:
        return self.words[0].rpartition("/")[2] if self.words else ""

    @property
    def written(self) -> str:
        """The command in one line, without what no reader needs and what must not be repeated."""
        return hidden(" ".join(grammar.spelled(self.node).replace("\\\n", " ").split()))[:120]


class Shell:
    """One script. `around` is the command that runs it, where another script holds it."""

    def __init__(self, script: Script, around: Command | None = None, depth: int = 0) -> None:
        self.script, self.around, self._depth = script, around, depth
        self.root = grammar.parse(script.text.text)

    @cached_property
    def commands(self) -> tuple[Command, ...]:
        """Every command, in the order of the text."""
        return tuple(
            Command(grammar.words(node), node, self) for node in grammar.walk(self.root) if node.type == "command"
        )

    def all_commands(self) -> Iterator[Command]:
        """Also those of scripts in strings: `bash -c "..."`."""
        for command in self.commands:
            yield command
            inner = self._inner(command) if self._depth < MAX_INNER else None
            if inner:
                yield from inner.all_commands()

    def _inner(self, command: Command) -> Shell | None:
        if command.name == "eval":
            return self._string(command, self.options(command.node))
        flag = next((number for number, one in enumerate(command.words) if re.match(r"-[a-z]*c\Z", one)), 0)
        if not flag or not any(_SHELL.match(one) for one in command.words[:flag]):
            return None
        return self._string(command, Options("e" in command.words[flag], "pipefail" in command.words[:flag]))

    def _string(self, command: Command, options: Options) -> Shell | None:
        """The first string among a command's words, as a script."""
        after = [one for one in command.node.children if one.type in ("string", "raw_string")]
        if not after:
            return None
        start, end = after[0].start_byte + 1, after[0].end_byte - 1
        text = self.script.text
        inner = Text(text.text[start:end], ((0, text.at(start)), *_moved(text, start, end)))
        return Shell(Script(inner, *options, self.folder(command.node)), command, self._depth + 1)

    @cached_property
    def _set(self) -> tuple[tuple[Command, Node], ...]:
        """Commands that set options, each with the shell it sets them of."""
        return tuple((one, shell_of(one.node)) for one in self.commands if one.name in ("set", "shopt"))

    @cached_property
    def _moves(self) -> tuple[tuple[Command, Node], ...]:
        return tuple((one, shell_of(one.node)) for one in self.commands if one.name in ("cd", "pushd", "popd"))

    @cached_property
    def traps_failures(self) -> bool:
        """Whether something is run at each failing command; a trap on EXIT changes no status."""
        return any(one.name == "trap" and not {"ERR", "DEBUG"}.isdisjoint(one.words) for one in self.commands)

    def options(self, node: Node) -> Options:
        """The shell's options where a node stands. Nothing in a command substitution exits for `-e`."""
        errexit, pipefail = self.script.errexit, self.script.pipefail
        for command, shell in self._set:
            if command.node.start_byte >= node.start_byte:
                break
            if holds(shell, node):
                errexit, pipefail = _after(command.words, errexit, pipefail)
        return Options(errexit and shell_of(node).type != "command_substitution", pipefail)

    def folder(self, node: Node) -> str | None:
        """The folder a node runs in, relative to the repository; None where that cannot be told."""
        folder = self.script.folder
        for command, shell in self._moves:
            if command.node.start_byte >= node.start_byte:
                break
            if not holds(shell, node):
                continue
            target = command.words[1] if len(command.words) == 2 else ""
            if folder is None or command.name != "cd" or not grammar.is_static(target) or target.startswith(("/", "-")):
                return None
            folder = posixpath.normpath(posixpath.join(folder, target)).removeprefix("./")
        return folder


def _moved(text: Text, start: int, end: int) -> tuple[tuple[int, int], ...]:
    return tuple((here - start, there) for here, there in text.marks if start < here < end)


def _after(words: tuple[str, ...], errexit: bool, pipefail: bool) -> Options:
    """The options after `set` or `shopt` with these words."""
    if words[0] == "shopt":
        if "pipefail" in words:
            pipefail = any(re.match(r"-\w*s", one) for one in words)
        return Options(errexit, pipefail)
    for number, one in enumerate(words[1:], 1):
        if not _OPTIONS.match(one):
            continue
        on = one.startswith("-")
        if "e" in one:
            errexit = on
        if "o" in one and words[number + 1 : number + 2] == ("pipefail",):
            pipefail = on
        if "o" in one and words[number + 1 : number + 2] == ("errexit",):
            errexit = on
    return Options(errexit, pipefail)


def ancestors(node: Node) -> Iterator[Node]:
    parent = node.parent
    while parent is not None:
        yield parent
        parent = parent.parent


def shell_of(node: Node) -> Node:
    """The nearest node that is a shell of its own, the function or the whole script."""
    top = node
    for one in ancestors(node):
        top = one
        if one.type in SHELLS:
            break
    return top


def holds(outer: Node, node: Node) -> bool:
    return outer.start_byte <= node.start_byte and node.end_byte <= outer.end_byte
