"""The settings of a repository's files: of those that spell a key somebody asks for, read side by side. Files other
than Python are listed when the first is asked for."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Container, Iterable, Sequence
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, NamedTuple

from ssot_audit import names
from ssot_audit.facts import Failure, Setting
from ssot_audit.globs import Globs
from ssot_audit.source import discover

if TYPE_CHECKING:
    from ssot_audit.source.library import Library

BATCH = 16  # files a worker is handed at once
FEW = 24  # files this process reads itself
# Parts of keys that no text spells: numbers of list items, and what the readers call the sides of a port mapping.
_MADE = re.compile(r"\d+|host|container|\?")
_INSTRUCTIONS = ("EXPOSE", "CMD", "ENTRYPOINT", "HEALTHCHECK")

Found = dict[str, tuple[Setting, ...]]
Answer = tuple[tuple[Setting, ...], ...] | Failure


class Sought(NamedTuple):
    """Settings somebody asks for: patterns over their keys, the forms they are made in (empty: any), and texts one of
    which stands on the line of the value (empty: any line); gitignore globs of the files that make them, and of those
    that the asking is about (empty: all files), less those left out."""

    keys: tuple[str, ...]
    forms: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()

    def chosen(self, paths: Iterable[str]) -> list[str]:
        """Those of some files that may make such a setting."""
        files, within, without = Globs(self.files), Globs(self.paths), Globs(self.exclude)
        return [
            path
            for path in paths
            if (not files or files.match(path)) and (not within or within.match(path)) and not without.match(path)
        ]


class SettingFiles:
    """Answers what the files of a repository set: its Python files, and others that its gitignore patterns `include`
    and `exclude` choose."""

    def __init__(self, library: Library, include: Sequence[str], exclude: Sequence[str]) -> None:
        self._library, self._include, self._exclude = library, include, exclude

    @cached_property
    def beside_python(self) -> discover.Found:
        """The files other than Python that settings are read from, and those left out."""
        return discover.discover(self._library.root, self._include, self._exclude, fits=is_configuration)

    @cached_property
    def paths(self) -> tuple[str, ...]:
        """Every file that settings are read from, in order."""
        return tuple(sorted({*self._library.paths, *self.beside_python.paths}))

    def of(self, sought: Sequence[Sought]) -> tuple[list[Found], dict[str, Failure]]:
        """For each that is sought, the settings by file, in order; and why other files give none that spell a key, or
        that cannot be read."""
        from ssot_audit.source.pool import Work, each

        asks: dict[str, list[int]] = {}
        for number, one in enumerate(sought):
            for path in one.chosen(self.paths):
                asks.setdefault(path, []).append(number)
        root, watch = str(self._library.root), self._library.watch
        tasks = [_Task(root, path, tuple(sought[one][:3] for one in asks[path])) for path in sorted(asks)]
        jobs = self._library.workers(len(tasks), FEW)
        results: dict[str, Answer] = {}
        for done, (number, result) in enumerate(each(Work(_read, _lost, BATCH), tasks, jobs), 1):
            results[tasks[number].path] = result
            watch("settings", done, len(tasks))
        failures = ((one, results[one.path]) for one in tasks if _is_python(one.path))
        again = [_Refused(one, result) for one, result in failures if isinstance(result, Failure)]
        for number, result in each(Work(_read_newer, _kept), again, max(1, jobs)):  # LibCST: never in this process
            results[again[number].task.path] = result
        found: list[Found] = [{} for _ in sought]
        failed: dict[str, Failure] = {}
        for path in sorted(asks):
            result = results[path]
            if isinstance(result, Failure):
                failed[path] = result
                continue
            for number, settings in zip(asks[path], result, strict=False):  # no result at all: nothing is spelled
                if settings:
                    found[number][path] = settings
        return found, failed


class _Task(NamedTuple):
    root: str
    path: str
    asks: tuple[tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]], ...]  # keys, forms, texts beside the value


def is_configuration(name: str) -> bool:
    """Whether settings are read from a file of this name, and it is not Python."""
    from ssot_audit.source.settings import format_of

    return format_of(name) not in (None, "python")


class _Refused(NamedTuple):
    """A Python file that the interpreter does not parse; a newer one may."""

    task: _Task
    reason: Failure


def _is_python(path: str) -> bool:
    from ssot_audit.source.settings import format_of

    return format_of(path) == "python"


def _kept(item: _Refused, reason: str) -> Failure:
    return item.reason


def _read_newer(item: _Refused) -> Answer:
    """What a file in newer syntax sets of what is asked, unless what LibCST leaves unread may say it too."""
    from ssot_audit.source.files import read_bytes
    from ssot_audit.source.settings import read_newer

    data = read_bytes(f"{item.task.root}/{item.task.path}")
    found = data if isinstance(data, Failure) else read_newer(data, item.reason)
    if isinstance(data, Failure) or isinstance(found, Failure):
        return item.reason
    settings, unread = found
    return (
        item.reason
        if _spells(_of_task(item.task), unread.encode("utf-8", "replace"))
        else _asked(item.task, data, settings)
    )


def _lost(task: _Task, reason: str) -> Failure:
    return Failure(reason)


def _read(task: _Task) -> Answer:
    """What a file sets of each that is asked; nothing where it spells no key."""
    from ssot_audit.source.files import read_bytes
    from ssot_audit.source.pool import same_depth
    from ssot_audit.source.settings import read_settings

    data = read_bytes(f"{task.root}/{task.path}")
    if isinstance(data, Failure):
        return data
    if not _spells(_of_task(task), data):
        return ()
    with same_depth():
        found = read_settings(task.path, data)
    return found if isinstance(found, Failure) else _asked(task, data, found)


def _of_task(task: _Task) -> _Spelled:
    return _spelled(tuple(key for keys, _, _ in task.asks for key in keys))


def _asked(task: _Task, data: bytes, found: Sequence[Setting]) -> Answer:
    """For each that is asked its settings, of all that a file makes."""
    from ssot_audit.source.settings import is_secret

    spelled = _of_task(task)
    likely = [one for one in found if spelled.within(one.key.encode("utf-8", "replace"))]
    lines = _lines(data) if likely else []
    secret = _secret_lines(found, {one.place.line for one in likely}, is_secret)
    likely = [one._replace(secret=one.place.line in secret or is_secret("", _line(lines, one))) for one in likely]
    return tuple(
        tuple(
            one
            for one in likely
            if (not forms or one.form in forms)
            and any(names.matches(key, one.key) for key in keys)
            and _beside(one, beside, lines)
        )
        for keys, forms, beside in task.asks
    )


def _secret_lines(found: Iterable[Setting], lines: Container[int], is_secret: Callable[[str, str], bool]) -> set[int]:
    """Those of some lines where a setting begins or ends whose value must not be repeated."""
    return {
        line
        for one in found
        for line in (one.place.line, one.place.end_line)
        if line in lines and is_secret(one.key, one.value)
    }


def _lines(data: bytes) -> list[str]:
    """As the readers of settings count them."""
    return re.split(r"\r\n|\r|\n", data.decode("utf-8", "replace"))


def _line(lines: Sequence[str], one: Setting) -> str:
    """The line of a setting; empty where the bytes have fewer, as some encodings of Python do."""
    return lines[one.place.line - 1] if one.place.line <= len(lines) else ""


def _beside(one: Setting, texts: tuple[str, ...], lines: Sequence[str]) -> bool:
    if not texts:
        return True
    line = _line(lines, one)
    return any(text in line for text in texts)


class _Spelled(NamedTuple):
    """What a text, or a key, must hold for one of some patterns over keys to match. The pieces are quick to look for,
    and the pattern needs one of them."""

    pieces: tuple[bytes, ...]
    pattern: str

    def within(self, text: bytes) -> bool:
        from ssot_audit.engine import compiled  # a run without rules about settings needs none

        return any(piece in text for piece in self.pieces) and compiled(self.pattern).search(text) is not None


def _spells(spelled: _Spelled, data: bytes) -> bool:
    """Whether a text may hold one of the keys: as it is, in UTF-16, or in letters Python takes for the same."""
    if spelled.within(data.replace(b"\0", b"") if b"\0" in data else data):
        return True
    if b"\\u" in data and not all(piece.isascii() for piece in spelled.pieces):  # JSON may escape what is not ASCII
        return True
    if data.isascii():
        return False
    return spelled.within(unicodedata.normalize("NFKC", data.decode("utf-8", "replace")).encode())


@lru_cache(maxsize=64)
def _spelled(keys: tuple[str, ...]) -> _Spelled:
    """Of every pattern, its last part that is spelled as it stands, or the longest piece of it."""
    words = list(dict.fromkeys(word for key in keys for word in _words(key)))
    pattern = "|".join(f"{before}{re.escape(piece)}{after}" for piece, before, after in words)
    return _Spelled(tuple(piece.encode() for piece, _, _ in words), pattern)


def _words(key: str) -> list[tuple[str, str, str]]:
    """Pieces with what may not stand before and after them."""
    parts = [part for part in key.split(".") if part.strip("*") and not _MADE.fullmatch(part)]
    if not parts:
        return [("", "", "")]
    part = parts[-1]
    piece = max(part.split("*"), key=len)
    before = r"(?<![A-Za-z0-9_])" if part.startswith(piece) else ""
    after = r"(?![A-Za-z0-9_])" if part.endswith(piece) else ""
    # A Dockerfile may write its instructions in small letters as well.
    spellings = (piece, piece.lower()) if part in _INSTRUCTIONS else (piece,)
    return [(one, before, after) for one in spellings]
