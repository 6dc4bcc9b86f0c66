"""The files of a repository, read as deep as is asked and no deeper: by name of what is looked for, side by side."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ssot_audit.facts import Facts, Failure
from ssot_audit.source.codec import decode
from ssot_audit.source.discover import Found
from ssot_audit.source.entry import GIVEN_UP, Entry, Question, Task
from ssot_audit.source.kept import NO_DIGEST, UNSURE, Kept, settled

if TYPE_CHECKING:
    from ssot_audit.source.cache import Cache
    from ssot_audit.source.pool import Work

# Told how many of how many files are done, and what is being done with them.
Watch = Callable[[str, int, int], None]

FEW = 48  # files that this process reads itself: starting workers would take longer
LARGE = 200_000  # bytes of a file that is read where there is a clock
MANY = 500  # names that are kept in mind though this run asks for none of them
BATCH = 64  # files a worker is handed at once
_LOST = "lost"


class Library(Mapping[str, Facts | Failure]):
    """The facts of every file, by path. A file that nothing was asked of is read when its facts are."""

    def __init__(
        self,
        root: Path,
        found: Found,
        jobs: int | None,
        watch: Watch,
        whole: bool = False,
        kept: Kept | None = None,
        keeps: bool = False,
        inside: str = "",
    ) -> None:
        """`jobs` None is every core. `whole` has every file read by its tree. `kept` is what an earlier run knew, and
        `keeps` tells that this run leaves something to a later one. `inside` is the package the tree is a part of."""
        self.root, self.found, self.paths, self.jobs, self.watch = root, found, found.paths, jobs, watch
        self.whole, self._keeps, self._inside = whole, keeps, inside
        self.entries: dict[str, Entry] = {}
        self.question = Question()
        self.fresh: set[str] = set()  # read by this run
        self._deep: set[str] = set()  # files that have changed, of which an earlier run had to have the whole facts
        self._kept = None if whole else kept
        self._facts: dict[str, Facts | Failure] = {}
        if self._kept:
            self._recall(self._kept)

    def __iter__(self) -> Iterator[str]:
        return iter(self.paths)

    def __len__(self) -> int:
        return len(self.paths)

    def __getitem__(self, path: str) -> Facts | Failure:
        """The whole facts."""
        if not self._has_facts(path):
            self.deepen([path])
        return self._known(path)

    def references(self, path: str) -> Facts | Failure:
        """The facts as far as they bear on what was asked for."""
        entry = self.entries.get(path)
        return self[path] if entry is None or not (entry.facts or entry.failure) else self._known(path)

    def is_silent(self, path: str) -> bool:
        """Whether a file is known to spell nothing that was asked for, and to hold no star import."""
        entry = self.entries.get(path)
        return entry is not None and not (entry.mentions or entry.facts or entry.failure or entry.again)

    def _known(self, path: str) -> Facts | Failure:
        found = self._facts.get(path)
        if found is None:
            entry = self.entries[path]
            found = self._facts[path] = Failure(entry.failure) if entry.failure else decode(entry.facts)
        return found

    def ask(self, question: Question, among: Sequence[str] | None = None) -> list[str]:
        """Look for names, and for those that were asked for before, in every file, or among some; which were read."""
        stale = len(self.question.names) > 2 * len(question.names) + MANY  # most has not been asked for long
        if stale or not question.counts_as(self.question):
            self.entries, self.question = {}, Question()
            self._facts.clear()
        more = question.less(self.question)
        fresh = [path for path in (self.paths if among is None else among) if path not in self.entries]
        if not more.names and not fresh:
            return []
        known = [path for path in self.paths if path in self.entries]
        self.question = self.question.plus(question)
        fresh += self._search(more, known)
        self._read(fresh, deep=False)
        return fresh

    def deepen(self, paths: Iterable[str]) -> list[str]:
        """Have the whole facts of these files, whatever they spell; which had to be read."""
        missing = [path for path in paths if not self._has_facts(path)]
        self._read(missing, deep=True)
        return missing

    def _has_facts(self, path: str) -> bool:
        entry = self.entries.get(path, Entry())
        return bool(entry.failure or (entry.facts and not entry.partial))

    def referring(self) -> list[str]:
        """The files that may refer to what was asked for, in order, as far as they were read."""
        return [path for path in self.paths if path in self.entries and self.entries[path].refers]

    def mentioning(self, spells: Callable[[str], bool]) -> list[str]:
        """The files that spell a name."""
        spelling = ((path, self.entries[path].mentions) for path in self.paths)
        return [path for path, names in spelling if names and any(map(spells, names))]

    def marked(self) -> list[str]:
        """The files that may hold a comment to this program, in order."""
        return [path for path in self.paths if self.entries[path].marked]

    def links(self) -> Iterator[tuple[str, str, str]]:
        """(file, name, what it stands for) of names that stand for one that was asked for."""
        read = (path for path in self.paths if path in self.entries)
        return ((path, *link) for path in read for link in self.entries[path].links)

    def readers(self) -> tuple[tuple[str, str, int], ...]:
        """(reader, why it and no quicker one, files) of what this run has read, the most first."""
        counts = Counter((self.entries[path].reader, self.entries[path].why) for path in self.fresh)
        return tuple((*key, number) for key, number in sorted(counts.items(), key=lambda one: (-one[1], one[0])))

    # Reading

    def _search(self, question: Question, paths: Sequence[str]) -> list[str]:
        """Those of the files that have a name of the question in their text, or in their own path."""
        if not question.names or not paths:
            return []
        from ssot_audit.source.pool import Work
        from ssot_audit.source.read import search_file

        tasks = [Task(str(self.root), path, question, inside=self._inside) for path in paths]
        work = Work(search_file, lambda task, reason: (reason,), BATCH, deep=False)
        return [task.path for task, found in self._results(work, tasks, self.workers(len(tasks))) if found]

    def _read(self, paths: Sequence[str], deep: bool) -> None:
        if not paths:
            return
        from ssot_audit.source.pool import Work
        from ssot_audit.source.read import read_file

        tasks = self._tasks(paths, deep)
        sizes = dict(zip(self.paths, self.found.signatures[::4], strict=False)) if len(tasks) <= FEW else {}
        large = any(sizes.get(task.path, 0) > LARGE for task in tasks)
        self._each(Work(read_file, _lost, BATCH, deep=False), tasks, self.workers(len(tasks), large=large), "reading")
        self._give_up_lost(tasks)
        doubtful = [task for task in tasks if self.entries[task.path].again]
        # What a scan could tell is enough to go on with; the rest is told at the end, once for all that was asked.
        self._read_again([task for task in doubtful if not self.entries[task.path].facts])

    def _tasks(self, paths: Iterable[str], deep: bool) -> list[Task]:
        root = str(self.root)
        return [
            Task(root, path, self.question, deep or path in self._deep, self.whole, self._keeps, self._inside)
            for path in paths
        ]

    def settle(self) -> bool:
        """Read again what a scan has left in doubt; whether any of it does not parse after all."""
        doubtful = [path for path in self.paths if path in self.entries and self.entries[path].again]
        self._read_again(self._tasks(doubtful, deep=True))
        return any(self.entries[path].fault for path in doubtful)

    def _read_again(self, tasks: Sequence[Task]) -> None:
        if not tasks:
            return
        from ssot_audit.source.pool import Work
        from ssot_audit.source.read import read_again

        # LibCST may read whole files now: never in this process.
        self._each(Work(read_again, _lost), tasks, self.workers(), "reading again")
        self._give_up_lost(tasks)

    def _give_up_lost(self, tasks: Sequence[Task]) -> None:
        """Tell what little can be told of files that killed or held up their reader."""
        lost = [(task, self.entries[task.path].failure) for task in tasks if self.entries[task.path].reader == _LOST]
        if not lost:
            return
        from ssot_audit.source.pool import Work

        for (task, _), entry in self._results(Work(_give_up, _failed), lost, self.workers()):
            self.entries[task.path] = entry

    def workers(self, files: int = FEW + 1, few: int = FEW, large: bool = False) -> int:
        """How many workers to start for so many files, or for large ones, which may take long; 0: none."""
        from ssot_audit.source.pool import workers

        return workers(self.jobs, files, -1 if large else few)

    def _each(self, work: Work, tasks: Sequence[Task], jobs: int, what: str) -> None:
        for done, (task, entry) in enumerate(self._results(work, tasks, jobs), 1):
            self._know(task, entry)
            self.watch(what, done, len(tasks))

    def _know(self, task: Task, entry: Entry) -> None:
        before = self.entries.get(task.path, entry)
        self.entries[task.path] = entry._replace(digest=entry.digest or before.digest, why=entry.why or before.again)
        self._facts.pop(task.path, None)
        self.fresh.add(task.path)

    def _results(self, work: Work, items: Sequence[Any], jobs: int) -> Iterator[tuple[Any, Any]]:
        from ssot_audit.source.pool import each

        return ((items[number], result) for number, result in each(work, items, jobs))

    # Keeping

    def _recall(self, kept: Kept) -> None:
        """Take over what was known of the files that have not changed: by their signature, else by their bytes."""
        self.question = kept.question
        certain = UNSURE[0] not in self.found.signatures
        if certain and kept.paths == self.paths and kept.signatures == self.found.signatures:
            self.entries = dict(zip(kept.paths, kept.entries, strict=True))
            return
        numbers = {path: number for number, path in enumerate(kept.paths)}
        for at, path in enumerate(self.paths):
            number = numbers.get(path)
            if number is None:
                continue
            same = kept.signatures[4 * number : 4 * number + 4] == self.found.signatures[4 * at : 4 * at + 4]
            if (same and kept.signatures[4 * number] >= 0) or self._has_digest(path, kept.entries[number].digest):
                self.entries[path] = kept.entries[number]
            elif kept.entries[number].facts and not kept.entries[number].partial:
                self._deep.add(path)

    def _has_digest(self, path: str, digest: bytes) -> bool:
        from ssot_audit.source.files import digest_of, read_bytes

        data = read_bytes(f"{self.root}/{path}")
        return not isinstance(data, Failure) and digest_of(data) == digest

    def keep(self, cache: Cache, proof: str) -> None:
        """Leave what is known for the next run, with the proof of its engine."""
        if self.whole:
            return
        self.settle()
        found, before = self.found, self._kept
        same = before and before.is_of(self.question, found.paths, found.signatures, found.folders)
        if same and not self.fresh and before and before.proof == proof:
            return
        signatures = settled(found.signatures, found.looked)
        entries = tuple(self.entries[path] for path in found.paths)
        for number, one in enumerate(entries):
            if not one.digest or one.reader == GIVEN_UP:  # another run may fare better
                signatures[4 * number : 4 * number + 4] = array("q", UNSURE)
        digests = b"".join(NO_DIGEST if one.reader == GIVEN_UP else one.digest or NO_DIGEST for one in entries)
        cache.save(Kept(self.question, found.paths, signatures, digests, entries, found.folders, proof))


def _lost(task: Task, reason: str) -> Entry:
    return Entry(failure=reason, reader=_LOST)


def _give_up(item: tuple[Task, str]) -> Entry:
    from ssot_audit.source.read import given_up

    return given_up(*item)


def _failed(item: tuple[Task, str], reason: str) -> Entry:
    return Entry(failure=reason)
