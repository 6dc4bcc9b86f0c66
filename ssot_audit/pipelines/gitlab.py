"""GitLab CI. The runner starts its shell with `-e`, and with pipefail where the shell has it.

https://docs.gitlab.com/ci/yaml/, https://docs.gitlab.com/runner/shells/
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ssot_audit.model import Severity
from ssot_audit.pipelines.github import allowed, body
from ssot_audit.pipelines.model import Allowed, Job, Script, Step, Text, joined, placed, words_of
from ssot_audit.source import yaml_tree
from ssot_audit.source.settings.marks import Malformed, line_at
from ssot_audit.source.yaml_events import SCALAR
from ssot_audit.source.yaml_tree import Node

NAME = re.compile(r"\.gitlab-ci\.ya?ml\Z")
_NO_JOBS = words_of(
    "default include stages variables workflow image services cache before_script after_script pages:deploy"
)
_MAX_EXTENDS = 11  # as GitLab has it
_MAX_TEXT = 4_000_000  # characters of commands in a file, those that aliases and templates repeat too


def read(path: str, text: str) -> Iterator[Job]:
    """The jobs of a file. Raises Malformed."""
    lines = _Lines(text)
    for top in yaml_tree.read(text):
        for name, node in top.pairs():
            if name not in _NO_JOBS:
                yield _job(top, name, node, lines)


def includes(text: str) -> Iterator[tuple[str, int, int]]:
    """The files of the repository that a file includes, or globs of them, each with its place. Raises Malformed."""
    for top in yaml_tree.read(text):
        found = top.get("include")
        for one in [] if found is None else found.items or [found]:
            local = one if one.kind == SCALAR else one.get("local")
            for node in [] if local is None else local.items or [local]:
                if node.value and "://" not in node.value:
                    yield node.value.lstrip("/"), node.start, node.end


def _job(top: Node, name: str, node: Node, lines: _Lines) -> Job:
    chain = list(_chain(top, node))
    before = _own(chain, "before_script") or top.get("default", "before_script") or top.get("before_script")
    script = _own(chain, "script")
    steps = []
    if script:
        pieces = [*lines.of(before), *lines.of(script)]
        steps.append(Step(name, Script(joined(pieces), True, True), text=lines.text[node.start : node.end]))
    late = _own(chain, "after_script")
    if late:
        start = next((one.keys["after_script"][0].start for one in chain if "after_script" in one.keys), late.start)
        said = Allowed(start, start, "after_script: its status is not the job's")
        steps.append(Step(f"{name} / after_script", Script(joined(lines.of(late)), True, True), allowed=said))
    allowances = (_allowed(one) for one in chain)
    return Job(name, tuple(steps), next((one for one in allowances if one), None))


def _chain(top: Node, node: Node) -> Iterator[Node]:
    """A job and what it extends, the nearest first; of several bases the last."""
    for _ in range(_MAX_EXTENDS):
        yield node
        base = node.get("extends")
        name = (base.items[-1] if base.items else base).value if base else ""
        found = top.get(name)
        if not name or found is None:
            return
        node = found


def _own(chain: Sequence[Node], key: str) -> Node | None:
    return next((found for one in chain for other, found in one.pairs() if other == key), None)


class _Lines:
    """The commands of a file's lists, no more of them than somebody may have written."""

    def __init__(self, text: str) -> None:
        self.text, self._left = text, _MAX_TEXT

    def of(self, node: Node | None, depth: int = 0) -> list[Text]:
        """The commands of a list, in which lists may stand; a `!reference` is left out. Raises Malformed."""
        if node is None or self.text.startswith("!reference", node.start) or depth > 9:
            return []
        self._left -= len(node.value) + 100
        if self._left < 0:
            raise Malformed(line_at(self.text, node.start), f"repeats more than {_MAX_TEXT:,} characters of commands")
        if node.kind == SCALAR:
            return [placed(node.value, self.text, body(node, self.text), node.end)]
        return [line for one in node.items for line in self.of(one, depth + 1)]


def _allowed(node: Node) -> Allowed | None:
    """`allow_failure: true` of a job; of one of its rules, or for some exit codes, it is doubtful."""
    found = allowed(node, "allow_failure")
    if found:
        return found
    codes = node.get("allow_failure", "exit_codes")
    if codes:
        return Allowed(codes.start, codes.end, "allow_failure: exit_codes", Severity.WARNING)
    rules = node.get("rules")
    for rule in rules.items if rules else ():
        one = allowed(rule, "allow_failure")
        if one:
            return one._replace(severity=Severity.WARNING)
    return None
