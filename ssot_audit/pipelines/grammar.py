"""Shell texts as trees. Only importer of tree-sitter.

A character outside ASCII is read as one that is in it, so an offset in the tree is one in the text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tree_sitter import Node as Node
    from tree_sitter import Parser

MAX_TEXT = 40_000  # characters of a script; nobody writes more into a workflow
MAX_DEPTH = 200  # nodes in one another
_NOT_ASCII = re.compile(r"[^\x01-\x7f]")
_QUOTES = re.compile(r'"((?:[^"\\]|\\.)*)"|\'([^\']*)\'|\\(.)', re.S)


@lru_cache(maxsize=1)
def _parser() -> Parser:
    import tree_sitter
    import tree_sitter_bash

    return tree_sitter.Parser(tree_sitter.Language(tree_sitter_bash.language()))


def parse(text: str) -> Node:
    """The tree of a script; what is not shell makes nodes of type ERROR."""
    return _parser().parse(_NOT_ASCII.sub("x", text).encode("ascii")).root_node


def mistake_in(text: str) -> str:
    """Why a script is not read; empty where it is."""
    if len(text) > MAX_TEXT:
        return f"holds a script of more than {MAX_TEXT:,} characters"
    stack = [(parse(text), 0)]
    while stack:
        node, depth = stack.pop()
        if depth > MAX_DEPTH:
            return f"holds a script that nests more than {MAX_DEPTH} levels"
        stack += [(one, depth + 1) for one in node.children]
    return ""


def walk(node: Node) -> Iterator[Node]:
    """A node and all below it, in the order of the text, without recursion."""
    stack = [node]
    while stack:
        one = stack.pop()
        yield one
        stack += reversed(one.children)


def spelled(node: Node) -> str:
    """A node as it is written."""
    return (node.text or b"").decode("ascii", "replace")


def words(command: Node) -> tuple[str, ...]:
    """The words of a command, without quotes; one with a `$` or backtick in it is known only when it runs."""
    found = []
    for one in command.children:
        if one.type not in ("variable_assignment", "comment") and not one.type.endswith("_redirect"):
            text = spelled(one)
            inner = _QUOTES.sub(lambda quoted: quoted[1] or quoted[2] or quoted[3] or "", text)
            found.append(inner)
    return tuple(found)


def is_static(word: str) -> bool:
    """Whether a word is the same at every run."""
    return bool(word) and not re.search(r"[$`*?\[\]{}~]", word)
