"""Makefiles: every line of a recipe is a script of its own, run by `sh -c`.

https://www.gnu.org/software/make/manual/: 5.3 Recipe Execution, 5.5 Errors in Recipes. Includes, conditionals and
functions are not followed; what they make is not known.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from typing import NamedTuple

from ssot_audit.pipelines.model import Allowed, Job, Script, Step, Text

NAME = re.compile(r"(?:.*/)?(?:(?:GNU)?[Mm]akefile|[^/]+\.mk)\Z")
_RULE = re.compile(r"(?![\t#])([^\n:=#]+?)\s*::?(?!=)[ \t]*([^\n=;]*)(;|\Z|(?=[\n#]))")
_SHELL_FLAGS = re.compile(r"^\s*\.SHELLFLAGS\s*[:+?]*=\s*(.*)$", re.M)
_IGNORES = re.compile(r"^\s*MAKEFLAGS\s*[:+?]*=.*(?:--ignore-errors|(?<!\S)-?[a-z]*i\b).*$", re.M)
_EXPANDED = re.compile(r"\$\$|\$\([^()\n]*(?:\([^()\n]*\)[^()\n]*)*\)|\$\{[^{}\n]*\}|\$[^\s$({]")


class _Makefile(NamedTuple):
    """What a file says of all its recipes."""

    folder: str
    flags: tuple[bool, bool]  # -e, pipefail
    ignored: dict[str, Allowed]  # by target; "" for all


def read(path: str, text: str) -> Iterator[Job]:
    """Each target with a recipe as a job."""
    lines = list(_logical(text))
    found = _SHELL_FLAGS.search(text)
    flags = found[1].split() if found else ["-c"]
    errexit = any(re.match(r"-[a-z]*e", one) for one in flags)
    make = _Makefile(posixpath.dirname(path), (errexit, "pipefail" in flags), dict(_ignored(text, lines)))
    target, steps = "", list[Step]()
    for start, line in lines:
        rule = _RULE.match(line)
        if line.startswith("\t") and target:
            steps.append(_step(target, line, start, make))
        elif rule or (line.strip() and re.match(r"\S[^:#]*=", line)):
            if steps:
                yield _job(target, steps, make)
            target, steps = (rule[1].strip() if rule else ""), []
            if rule and rule[3] == ";":
                steps.append(_step(target, f"\t{line[rule.end() :]}", start + rule.end() - 1, make))
    if steps:
        yield _job(target, steps, make)


def _job(target: str, steps: list[Step], make: _Makefile) -> Job:
    names = ("", *target.split())
    return Job(target, tuple(steps), next((make.ignored[one] for one in names if one in make.ignored), None))


def _ignored(text: str, lines: list[tuple[int, str]]) -> Iterator[tuple[str, Allowed]]:
    """`.IGNORE:` for all targets or for those it names, and `-i` among make's own flags."""
    for start, line in lines:
        rule = _RULE.match(line)
        if rule and rule[1].strip() == ".IGNORE":
            for name in rule[2].split() or [""]:
                yield name, Allowed(start, start + len(line), ".IGNORE")
    flags = _IGNORES.search(text)
    if flags:
        yield "", Allowed(flags.start(), flags.end(), "MAKEFLAGS with -i")


def _logical(text: str) -> Iterator[tuple[int, str]]:
    """Lines with those that a backslash joins to them, each with its offset; line ends stay in."""
    for found in re.finditer(r"(?:[^\n\\]|\\(?:\n|.)|\\\Z)*(?:\n|\Z)", text):
        if found[0]:
            yield found.start(), found[0].rstrip("\n")


def _step(target: str, line: str, start: int, make: _Makefile) -> Step:
    prefix = re.match(r"\t[\t @+-]*", line)
    begin = prefix.end() if prefix else 0
    minus = line.find("-", 0, begin)
    allowed = Allowed(start + minus, start + minus + 1, "a leading `-`") if minus >= 0 else None
    text = _expanded(line[begin:], start + begin)
    return Step(f"target {target}", Script(text, *make.flags, make.folder), text=line, allowed=allowed)


def _expanded(line: str, start: int) -> Text:
    """A line as the shell gets it, `$$` as `$`; what make fills in is a variable of the same length."""
    pieces, marks, length, position = list[str](), [(0, start)], 0, 0
    for found in _EXPANDED.finditer(line):
        pieces.append(line[position : found.start()])
        pieces.append("$" if found[0] == "$$" else _filled(found[0]))
        length += found.start() - position + len(pieces[-1])
        position = found.end()
        marks.append((length, start + position))
    return Text("".join((*pieces, line[position:])), tuple(marks))


_NAMED = {name.upper(): name for name in ("make", "python", "python3", "pytest", "ruff", "mypy", "flake8", "tox")}


def _filled(written: str) -> str:
    """The program that a variable is named after, or a variable that nobody knows."""
    return _NAMED.get(written.strip("$(){}"), "$" + "_" * (len(written) - 1))
