"""The outlines of a repository's files: of those that spell a name somebody asks for, read side by side."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from ssot_audit.facts import Failure
from ssot_audit.outline import Outline, Wanted
from ssot_audit.source.entry import Question

if TYPE_CHECKING:
    from ssot_audit.source.library import Library

Parsed = TypeVar("Parsed")

BATCH = 16  # files a worker is handed at once
FEW = 24  # files this process reads itself


class _Task(NamedTuple):
    path: str
    names: tuple[str, ...]  # a file that spells none of them is left alone; none at all: every file is parsed
    asked: tuple[str, ...]  # what is looked for anywhere in it; `*` stands for anything
    parse: Callable[[str], Any]


class Outlines:
    """Answers what files say of names. What was asked once is remembered."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._spelling: dict[Wanted, Mapping[str, Outline | Failure]] = {}
        self._single: dict[tuple[str, Wanted], Outline | Failure] = {}

    def spelling(self, wanted: Wanted) -> Mapping[str, Outline | Failure]:
        """The outline of every file that spells one of the names, by path and in order; a Failure for one that cannot
        be read, or that spells one and does not parse. Where only definitions are wanted, that of every file that may
        define one."""
        found = self._spelling.get(wanted)
        if found is None:
            names = {name for group in wanted for name in group}
            parse = _outline if any(wanted[1:]) else _defining
            spelled = tuple(sorted(names))
            read = partial(self._read, self._library.paths, spelled, partial(parse, wanted), _anywhere(wanted))
            found = self._spelling[wanted] = read() if names else {}
        return found

    def of(self, paths: Iterable[str], wanted: Wanted) -> Mapping[str, Outline | Failure]:
        """The outlines of these files, whatever they spell."""
        asked = list(dict.fromkeys(paths))
        missing = [path for path in asked if (path, wanted) not in self._single]
        found = self._read(missing, (), partial(_outline, wanted), _anywhere(wanted))
        self._single.update(((path, wanted), one) for path, one in found.items())
        return {path: self._single[path, wanted] for path in asked}

    def beside(self, wanted: Wanted, words: tuple[str, ...]) -> Mapping[str, Outline | Failure]:
        """The same as `spelling`, where one of the words is spelled too, or names are imported from a file's own
        folder; other files have empty outlines."""
        return self.parsed({name for group in wanted for name in group}, partial(_beside, wanted, words))

    def parsed(self, names: Iterable[str], parse: Callable[[str], Parsed | None]) -> dict[str, Parsed | Failure]:
        """What `parse` makes of the text of every file that spells one of the names, by path and in order. It may raise
        what the interpreter's parser does; worker processes must be able to import it."""
        spelled = tuple(sorted(names))
        return self._read(self._library.paths, spelled, parse, spelled)

    def parsed_of(self, paths: Iterable[str], parse: Callable[[str], Parsed]) -> dict[str, Parsed | Failure]:
        """The same of these files, whatever they spell."""
        return self._read(list(paths), (), parse, ("*",))

    def _read(
        self, paths: Sequence[str], names: tuple[str, ...], parse: Callable[[str], Any], asked: tuple[str, ...]
    ) -> dict[str, Any]:
        if not paths:
            return {}
        from ssot_audit.source.pool import Work, each

        root, watch = self._library.root, self._library.watch
        tasks = [_Task(f"{root}/{path}", names, asked, parse) for path in paths]
        jobs = self._library.workers(len(tasks), FEW)
        results: dict[int, Any] = {}
        for done, (number, result) in enumerate(each(Work(_parsed, _lost, BATCH), tasks, jobs), 1):
            results[number] = result
            watch("outlining", done, len(tasks))
        doubtful = [number for number, one in results.items() if isinstance(one, _Doubtful)]
        again = [(tasks[number], results[number].reason) for number in doubtful]
        # LibCST may read whole files now: never in this process.
        results.update(
            (doubtful[at], result) for at, result in each(Work(_parsed_older, _refused), again, max(1, jobs))
        )
        return {path: one for number, path in enumerate(paths) if (one := results[number]) is not None}


class _Doubtful(NamedTuple):
    """What this interpreter does not parse, and why; a newer one may."""

    reason: str


def _lost(task: _Task, reason: str) -> Failure:
    return Failure(reason)


def _outline(wanted: Wanted, text: str) -> Outline:
    from ssot_audit.source.outliner import outline

    return outline(text, wanted)


def _defining(wanted: Wanted, text: str) -> Outline | None:
    from ssot_audit.source.defining import may_define

    return _outline(wanted, text) if may_define(wanted.definitions, text) else None


def _beside(wanted: Wanted, words: tuple[str, ...], text: str) -> Outline:
    near = re.search(rf"\b(?:{'|'.join(map(re.escape, words))})\b|from\s*\.+\s*import", text)
    return _outline(wanted, text) if near else Outline()


def _parsed(task: _Task) -> Any:
    """What a file holds, None where it spells none of the names."""
    from ssot_audit.source.files import read_bytes
    from ssot_audit.source.jit import masked
    from ssot_audit.source.search import is_absent, mentions
    from ssot_audit.source.text import decode

    data = read_bytes(task.path)
    if isinstance(data, Failure):
        return data
    question = Question(task.names)
    if task.names and is_absent(question, data):
        return None
    text = decode(data)
    if isinstance(text, Failure):
        return text
    if task.names and not data.isascii() and not mentions(question, text, masked(text), ""):
        return None
    return _made(text, task.parse)


def _parsed_older(item: tuple[_Task, str]) -> Any:
    """What a file in newer syntax holds, as far as an older parser can be told; a Failure where it is in none."""
    from ssot_audit.source.files import read_bytes
    from ssot_audit.source.older import older
    from ssot_audit.source.text import decode

    task, reason = item
    data = read_bytes(task.path)
    text = data if isinstance(data, Failure) else decode(data)
    if isinstance(text, Failure | bytes):
        return Failure(reason)
    try:
        made = older(text)
    except Exception:  # LibCST raises more types than it documents
        return Failure(reason)
    if made is None or _words(task.asked, made[1]):
        return Failure(reason)
    found = _made(made[0], task.parse)
    return Failure(reason) if isinstance(found, _Doubtful) else found


def _anywhere(wanted: Wanted) -> tuple[str, ...]:
    """What may stand anywhere in a file: definitions are made by statements."""
    names = {name for group in wanted[1:] for name in (group if isinstance(group, tuple) else ("*",) if group else ())}
    return tuple(sorted(names))


def _words(asked: tuple[str, ...], lost: str) -> bool:
    """Whether a text that nobody has read may speak of what is asked."""
    from ssot_audit.source.search import mentions

    return "*" in asked or (bool(asked) and bool(mentions(Question(asked), lost, None, "")))


def _refused(item: tuple[_Task, str], reason: str) -> Failure:
    return Failure(reason)


def _made(text: str, parse: Callable[[str], Any]) -> Any:
    from ssot_audit.source.pool import same_depth

    try:
        with same_depth():
            return parse(text)
    except SyntaxError as error:
        return _Doubtful(f"line {error.lineno or 1}: {error.msg or 'does not parse'}")
    except (ValueError, RecursionError, MemoryError) as error:
        return Failure(f"the interpreter cannot parse it: {type(error).__name__}")
