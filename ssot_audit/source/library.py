"""The files of a repository, read as deep as is asked and no deeper: by name of what is looked for, side by side."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from ssot_audit.facts import Facts, Failure
from ssot_audit.source.codec import decode
from ssot_audit.source.pool import Work, each
from ssot_audit.source.read import Entry, Task, given_up, read_again, read_file, search_file
from ssot_audit.source.search import Question

# Told how many of how many files are done, and what is being done with them.
Watch = Callable[[str, int, int], None]

FEW = 48  # files that this process reads itself: starting workers would take longer
BATCH = 64  # files a worker is handed at once
_LOST = "lost"


class Library(Mapping[str, Facts | Failure]):
    """The facts of every file, by path. A file that nothing was asked of is read when its facts are."""

    def __init__(self, root: Path, paths: Sequence[str], jobs: int, watch: Watch, whole: bool = False) -> None:
        self.root, self.paths, self.jobs, self.watch, self.whole = root, paths, jobs, watch, whole
        self.entries: dict[str, Entry] = {}
        self.question = Question()
        self._facts: dict[str, Facts | Failure] = {}

    def __iter__(self) -> Iterator[str]:
        return iter(self.paths)

    def __len__(self) -> int:
        return len(self.paths)

    def __getitem__(self, path: str) -> Facts | Failure:
        found = self._facts.get(path)
        if found is None:
            entry = self.entries.get(path)
            if entry is None or not (entry.facts or entry.failure):
                self.deepen([path])
                entry = self.entries[path]
            found = self._facts[path] = Failure(entry.failure) if entry.failure else decode(entry.facts)
        return found

    def ask(self, question: Question) -> None:
        """Look for names in every file, and for those that were asked for before."""
        more = question.less(self.question)
        if not more.names and len(self.entries) == len(self.paths):
            return
        known = [path for path in self.paths if path in self.entries]
        self.question = self.question.plus(question)
        fresh = [path for path in self.paths if path not in self.entries]
        self._read([*fresh, *self._search(more, known)], deep=False)

    def _search(self, question: Question, paths: Sequence[str]) -> list[str]:
        """Those of the files that spell a name of the question."""
        if not question.names:
            return []
        tasks = [Task(str(self.root), path, question) for path in paths]
        work = Work(search_file, lambda task, reason: (reason,), BATCH, deep=False)
        return [paths[number] for number, found in each(work, tasks, self._jobs(len(tasks))) if found]

    def deepen(self, paths: Iterable[str]) -> None:
        """Have the facts of these files, whatever they spell."""
        missing = [path for path in paths if not (entry := self.entries.get(path, Entry())).facts and not entry.failure]
        self._read(missing, deep=True)

    def _read(self, paths: Sequence[str], deep: bool) -> None:
        tasks = [Task(str(self.root), path, self.question, deep, self.whole) for path in paths]
        self._each(Work(read_file, _lost, BATCH, deep=False), tasks, self._jobs(len(tasks)), "reading")
        again = [task for task in tasks if self.entries[task.path].again]
        # LibCST may read whole files now: never in this process.
        self._each(Work(read_again, _lost), again, self.jobs, "reading again")
        lost = [(task, self.entries[task.path].failure) for task in tasks if self.entries[task.path].reader == _LOST]
        for (task, _), entry in self._results(Work(_give_up, _failed), lost, self.jobs):
            self.entries[task.path] = entry

    def _jobs(self, files: int) -> int:
        return 0 if files <= FEW else self.jobs

    def _each(self, work: Work, tasks: Sequence[Task], jobs: int, what: str) -> None:
        for done, (task, entry) in enumerate(self._results(work, tasks, jobs), 1):
            self.entries[task.path] = entry
            self._facts.pop(task.path, None)
            self.watch(what, done, len(tasks))

    def _results(self, work: Work, items: Sequence[Any], jobs: int) -> Iterator[tuple[Any, Any]]:
        return ((items[number], result) for number, result in each(work, items, jobs))

    def close(self) -> list[str]:
        """The files whose facts are known, in order."""
        return [path for path in self.paths if self.entries[path].facts]

    def mentioning(self, spells: Callable[[str], bool]) -> list[str]:
        """The files that spell a name."""
        return [path for path in self.paths if any(map(spells, self.entries[path].mentions))]

    def readers(self) -> Counter[tuple[str, str]]:
        """How many files were read by which reader, and why where it is not the first."""
        return Counter((entry.reader, entry.again) for entry in self.entries.values())


def _lost(task: Task, reason: str) -> Entry:
    return Entry(failure=reason, reader=_LOST)


def _give_up(item: tuple[Task, str]) -> Entry:
    return given_up(*item)


def _failed(item: tuple[Task, str], reason: str) -> Entry:
    return Entry(failure=reason)
