"""Hooks of pre-commit: https://pre-commit.com/#adding-pre-commit-plugins-to-your-project"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ssot_audit.pipelines.github import body
from ssot_audit.pipelines.model import Job, Script, Step, Text, joined, placed, without_operators
from ssot_audit.source import yaml_tree
from ssot_audit.source.yaml_tree import Node

NAME = re.compile(r"\.pre-commit-config\.ya?ml\Z")
_PROGRAMS = {"ruff": "ruff check", "ruff-check": "ruff check"}  # what is run by hooks whose id is not a command
_NO_COMMAND = ("pygrep", "fail", "docker_image")


def read(path: str, text: str) -> Iterator[Job]:
    """Each hook as a job of one step. Raises Malformed."""
    for top in yaml_tree.read(text)[:1]:
        repos = top.get("repos")
        for repo in repos.items if repos else ():
            hooks = repo.get("hooks")
            for hook in hooks.items if hooks else ():
                if hook.text("language") not in _NO_COMMAND:
                    yield _job(hook, repo.text("repo") == "local", text)


def _job(hook: Node, local: bool, text: str) -> Job:
    """The command line of a hook; of somebody else's hook its entry is taken to be called as the hook is.
    No shell reads it."""
    name, arguments = hook.text("id"), hook.get("args")
    first = hook.get("entry") or hook.get("id")
    pieces = [_text(one, text) for one in arguments.items] if arguments else []
    if first:
        program = _text(first, text)
        pieces.insert(0, program._replace(text=_PROGRAMS.get(first.value, first.value)))
    script = Script(without_operators(joined(pieces, " ")), False, False, "" if local else None)
    return Job(name, (Step(f"hook {name}", script, text=text[hook.start : hook.end]),))


def _text(node: Node, text: str) -> Text:
    return placed(node.value, text, body(node, text), node.end)
