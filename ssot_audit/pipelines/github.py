"""GitHub workflows and composite actions.

https://docs.github.com/actions/reference/workflow-syntax-for-github-actions: `run` without a `shell` is run by
`bash -e {0}`, `shell: bash` by `bash --noprofile --norc -eo pipefail {0}`, and on Windows by PowerShell, which is not
read here.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from ssot_audit.pipelines.model import Allowed, Job, Script, Step, filled, placed
from ssot_audit.source import yaml_tree
from ssot_audit.source.yaml_tree import Node

WORKFLOW = re.compile(r"\.github/workflows/(?:.+/)?[^/]+\.ya?ml\Z")
ACTION = re.compile(r"(?:.*/)?action\.ya?ml\Z")
# Actions that bring files along which the repository has not.
_BRINGS = re.compile(r"actions/(?:download-artifact|cache)\b|checkout")


def read(path: str, text: str) -> Iterator[Job]:
    """The jobs of a workflow, or the one that a composite action is. Raises Malformed behind those that come before
    what is wrong: they do not run, and are the next to be looked at."""
    tops, fault = yaml_tree.begun(text)
    for top in tops[:1]:
        jobs = top.get("jobs")
        for name, job in jobs.pairs() if jobs else ():
            yield _Reader(text, top, job, name).job()
        if top.get("runs", "steps"):
            action = _Reader(text, top, top.get("runs") or top, top.text("name") or path)
            yield action.job()._replace(paths=False)  # it runs in the repository of whoever uses it
    if fault:
        raise fault


class _Reader:
    """One job. `known` tells whether files there are those of the repository."""

    def __init__(self, text: str, top: Node, job: Node, name: str) -> None:
        self._text, self._top, self._job, self._name = text, top, job, name
        self._known = False

    def job(self) -> Job:
        listed = self._job.get("steps")
        steps = [self._step(one, number) for number, one in enumerate(listed.items if listed else [], 1)]
        called = self._job.get("uses")
        if called:
            steps.append(Step(self._name, None, called.value, called.start, called.end))
        return Job(self._name, tuple(steps), allowed(self._job, "continue-on-error"))

    def _step(self, node: Node, number: int) -> Step:
        uses = node.get("uses")
        if uses:
            self._bring(node, uses.value)
        run = node.get("run")
        title = node.text("name") or node.text("id") or (uses.value if uses else f"step {number}")
        start, end = (uses.start, uses.end) if uses else (node.start, node.end)
        script = self._script(node, run) if run else None
        whole = self._text[node.start : node.end]
        name = f"{self._name} / {title}"
        used = uses.value if uses else ""
        return Step(name, script, used, start, end, node.text("id"), whole, allowed(node, "continue-on-error"))

    def _bring(self, node: Node, uses: str) -> None:
        """What an action does to the files that are there."""
        if _BRINGS.search(uses):
            elsewhere = any(node.text("with", key) for key in ("repository", "path", "ref"))
            self._known = "checkout" in uses and not elsewhere

    def _script(self, node: Node, run: Node) -> Script | None:
        shell = node.text("shell") or self._default("shell")
        options = _options(shell, self._job.text("runs-on"))
        if options is None:
            return None
        folder = node.text("working-directory") or self._default("working-directory")
        where = None if "$" in folder or folder.startswith("/") or not self._known else _plain(folder)
        text = filled(placed(run.value, self._text, body(run, self._text), run.end))
        return Script(text, *options, where)

    def _default(self, key: str) -> str:
        return self._job.text("defaults", "run", key) or self._top.text("defaults", "run", key)


def _plain(folder: str) -> str:
    found = posixpath.normpath(folder) if folder else ""
    return "" if found == "." else found


def body(node: Node, text: str) -> int:
    """Where the text of a scalar begins: behind its quote, or on the line below `|` and `>`."""
    if node.style in ("|", ">"):
        end = text.find("\n", node.start)
        return node.end if end < 0 else end + 1
    return node.start + (1 if node.style else 0)


def _options(shell: str, runs_on: str) -> tuple[bool, bool] | None:
    """Whether a shell exits at a failing command, and whether its pipes fail; None for what is no such shell."""
    if not shell:
        return None if "windows" in runs_on.lower() else (True, False)
    words = shell.split()
    if not re.match(r"(?:.*/)?(?:bash|sh)\Z", words[0]):
        return None
    if len(words) == 1:
        return True, words[0] == "bash"
    flags = "".join(one[1:] for one in words if re.match(r"-[a-z]+\Z", one))
    return "e" in flags, "pipefail" in words


def allowed(node: Node, key: str) -> Allowed | None:
    """`key: true` of a mapping; what an expression decides is not told."""
    if key not in node.keys:
        return None
    name, value = node.keys[key]
    return Allowed(name.start, value.end, f"{key}: {value.value}") if value.value.lower() in ("true", "yes") else None
