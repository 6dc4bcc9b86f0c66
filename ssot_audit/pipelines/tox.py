"""tox: tox.ini, setup.cfg, tox.toml and pyproject.toml. Commands run one by one, without a shell.

https://tox.wiki/en/latest/config.html: a leading `-` ignores a command's exit code, `ignore_outcome` that of all.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence

from ssot_audit.pipelines.model import Allowed, Job, Script, Step, Text, joined, placed, without_operators
from ssot_audit.source.settings import ini_file, toml_file
from ssot_audit.source.settings.marks import Mark

NAME = re.compile(r"(?:.*/)?(?:tox\.ini|setup\.cfg|tox\.toml|pyproject\.toml)\Z")
_COMMANDS = ("commands_pre", "commands", "commands_post")
_FACTOR = re.compile(r"[\w,{}!.\-]+:[ \t]+")
_FILLED = re.compile(r"\{[^{}\n]*(?:\{[^{}\n]*\}[^{}\n]*)*\}")
_NATIVE = re.compile(r"(?:tool\.tox\.)?(env_run_base|env\.(?:.+?))\.(commands(?:_pre|_post)?\.\d+)\.\d+\Z")
_OUTCOME = re.compile(r"(?:tool\.tox\.)?(env_run_base|env\.(?:.+?))\.ignore_outcome\Z")


def read(path: str, text: str) -> Iterator[Job]:
    """Each environment as a job. Raises Malformed."""
    if "commands" not in text:
        return
    if not path.endswith(".toml"):
        if not path.endswith("setup.cfg") or "[tox:tox]" in text:
            yield from _ini(text, list(ini_file.read(text)))
        return
    if path.endswith("pyproject.toml") and "tool.tox" not in text:
        return
    marks = list(toml_file.read(text))
    for mark in marks:
        if mark.key == "tool.tox.legacy_tox_ini":
            start = text.find(mark.value[:1], mark.start + 3) if mark.value else mark.start
            moved = [one._replace(start=one.start + start, end=one.end + start) for one in ini_file.read(mark.value)]
            yield from _ini(text, moved)
    yield from _native(text, marks)


def _ini(text: str, marks: Sequence[Mark]) -> Iterator[Job]:
    options = {mark.key: mark for mark in marks}
    for section in dict.fromkeys(mark.key.rpartition(".")[0] for mark in marks):
        if not section.startswith("testenv"):
            continue
        outcome = options.get(f"{section}.ignore_outcome")
        allowed = None
        if outcome and outcome.value.partition(" #")[0].strip().lower() in ("true", "1", "yes"):
            allowed = Allowed(outcome.start, outcome.end, "ignore_outcome = true")
        folder = options.get(f"{section}.changedir") or options.get(f"{section}.change_dir")
        where = "" if folder is None else None if "{" in folder.value else folder.value.strip()
        steps = [
            step
            for key in _COMMANDS
            if (mark := options.get(f"{section}.{key}"))
            for step in _steps(placed(mark.value, text, mark.start, len(text), comments=True), section, where)
        ]
        yield Job(section, tuple(steps), allowed)


def _steps(value: Text, section: str, folder: str | None) -> Iterator[Step]:
    """The commands of an option, one to a line; a backslash joins lines."""
    for found in re.finditer(r"(?:[^\n\\]|\\(?:\n|.)|\\\Z)+", value.text):
        line, start = found[0], found.start()
        blanks = len(line) - len(line.lstrip())
        factor = _FACTOR.match(line, blanks)
        begin = factor.end() if factor else blanks
        minus = re.compile(r"-[ \t]*").match(line, begin)
        allowed = None
        if minus:
            at = value.at(start + begin)
            allowed, begin = Allowed(at, at + 1, "a leading `-`"), minus.end()
        if line[begin : begin + 1] in ("", "!"):
            continue
        marks = [(here - start - begin, there) for here, there in value.marks if here >= start + begin]
        text = Text(_without_braces(line[begin:]), ((0, value.at(start + begin)), *marks))
        yield Step(f"tox {section}", Script(without_operators(text), False, False, folder), text=line, allowed=allowed)


def _without_braces(line: str) -> str:
    """What tox fills in is a variable of the same length; `{envpython}` is an interpreter."""

    def fill(found: re.Match[str]) -> str:
        if found[0] in ("{envpython}", "{env_python}"):
            return "python".ljust(len(found[0]))
        return "$" + "_" * (len(found[0]) - 1)

    return _FILLED.sub(fill, line)


def _native(text: str, marks: Sequence[Mark]) -> Iterator[Job]:
    """Commands as lists of words."""
    found: dict[str, dict[str, list[Mark]]] = defaultdict(lambda: defaultdict(list))
    outcomes: dict[str, Allowed] = {}
    for mark in marks:
        word, outcome = _NATIVE.match(mark.key), _OUTCOME.match(mark.key)
        if word:
            found[word[1]][word[2]].append(mark)
        elif outcome and mark.value == "true":
            outcomes[outcome[1]] = Allowed(mark.start, mark.end, "ignore_outcome = true")
    for name, commands in found.items():
        steps = [_command(name, words, text) for words in commands.values()]
        yield Job(name, tuple(steps), outcomes.get(name))


def _command(name: str, words: list[Mark], text: str) -> Step:
    allowed = None
    if words[0].value == "-":
        allowed, words = Allowed(words[0].start, words[0].end, "a leading `-`"), words[1:]
    pieces = [placed(_without_braces(one.value), text, one.start + 1, one.end) for one in words]
    return Step(f"tox {name}", Script(without_operators(joined(pieces, " ")), False, False), allowed=allowed)
