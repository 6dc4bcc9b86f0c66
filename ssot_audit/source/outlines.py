"""The outlines of a repository's files: of those that spell a name somebody asks for, read side by side."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from ssot_audit.facts import Failure
from ssot_audit.outline import Outline, Wanted
from ssot_audit.source.entry import Question
from ssot_audit.source.jit import masked
from ssot_audit.source.search import is_absent, mentions

if TYPE_CHECKING:
    from ssot_audit.source.library import Library

BATCH = 16  # files a worker is handed at once
RECURSION = 5_000  # frames; the tree of a file that nests deeper is not read
FEW = 24  # files this process reads itself


class _Task(NamedTuple):
    path: str
    wanted: Wanted
    always: bool  # whatever it spells


class Outlines:
    """Answers what files say of names. What was asked once is remembered."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._spelling: dict[Wanted, Mapping[str, Outline | Failure]] = {}
        self._single: dict[tuple[str, Wanted], Outline | Failure] = {}

    def spelling(self, wanted: Wanted) -> Mapping[str, Outline | Failure]:
        """The outline of every file that spells one of the names, by path and in order; a Failure for one that cannot
        be read, or that spells one and does not parse."""
        found = self._spelling.get(wanted)
        if found is None:
            found = self._spelling[wanted] = self._read(self._library.paths, wanted, always=False)
        return found

    def of(self, paths: Iterable[str], wanted: Wanted) -> Mapping[str, Outline | Failure]:
        """The outlines of these files, whatever they spell."""
        asked = list(dict.fromkeys(paths))
        missing = [path for path in asked if (path, wanted) not in self._single]
        self._single.update(((path, wanted), one) for path, one in self._read(missing, wanted, always=True).items())
        return {path: self._single[path, wanted] for path in asked}

    def _read(self, paths: Sequence[str], wanted: Wanted, always: bool) -> dict[str, Outline | Failure]:
        if not paths or not any(wanted):
            return {}
        from ssot_audit.source.pool import Work, cores, each

        root, watch = self._library.root, self._library.watch
        tasks = [_Task(f"{root}/{path}", wanted, always) for path in paths]
        jobs = 0 if len(tasks) <= FEW else cores() if self._library.jobs is None else self._library.jobs
        results: dict[int, Any] = {}
        for done, (number, outline) in enumerate(each(Work(_outline, _lost, BATCH), tasks, jobs), 1):
            results[number] = outline
            watch("outlining", done, len(tasks))
        return {path: one for number, path in enumerate(paths) if (one := results[number]) is not None}


def _lost(task: _Task, reason: str) -> Failure:
    return Failure(reason)


def _outline(task: _Task) -> Outline | Failure | None:
    """The outline of a file, None where it spells none of the names."""
    from ssot_audit.source.read import read_bytes
    from ssot_audit.source.text import decode

    data = read_bytes(task.path)
    if isinstance(data, Failure):
        return data
    question = Question(tuple(sorted({name for group in task.wanted for name in group})))
    if not task.always and is_absent(question, data):
        return None
    text = decode(data)
    if isinstance(text, Failure):
        return text
    if not task.always and not data.isascii() and not mentions(question, text, masked(text), ""):
        return None
    return _parsed(text, task.wanted)


def _parsed(text: str, wanted: Wanted) -> Outline | Failure:
    from ssot_audit.source.outliner import outline

    limit = sys.getrecursionlimit()
    try:
        sys.setrecursionlimit(max(limit, RECURSION))  # the same depth whoever reads: a worker or this process
        return outline(text, wanted)
    except SyntaxError as error:
        return Failure(f"line {error.lineno or 1}: {error.msg or 'does not parse'}")
    except (ValueError, RecursionError, MemoryError) as error:
        return Failure(f"the interpreter cannot parse it: {type(error).__name__}")
    finally:
        sys.setrecursionlimit(limit)
