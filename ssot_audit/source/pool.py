"""Files read side by side by worker processes, so that a crash, a hang or a flood of memory costs one file.

A parser can kill its process and holds the interpreter's lock while it runs: only a parent process can keep the clock.
"""

from __future__ import annotations

import contextlib
import gc
import os
import signal
import sys
import threading
import time
import warnings
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

Item = TypeVar("Item")

SECONDS = 60.0  # for one file; the slowest real one took 8
MEMORY = 2 << 30  # bytes of address space a worker may take
STACK = 256 << 20  # bytes of stack for the parser, whatever the platform's default
VISITED = 5_000  # frames; an interpreter's tree that nests deeper is not read
RECURSION = 20_000  # frames; LibCST's visitors need about five for each level of a tree


class Work(NamedTuple):
    """What is done with every item, what stands in for the result of one whose worker died or took too long, how many
    items a worker is handed at once, and whether it needs a deep stack (memory is slower to come by on another one)."""

    function: Callable[[Any], Any]
    lost: Callable[[Any, str], Any]
    batch: int = 1
    deep: bool = True


def each(work: Work, items: Sequence[Item], jobs: int) -> Iterator[tuple[int, Any]]:
    """(index, result) of every item, in any order. With `jobs` 0 everything is done in this process, unguarded."""
    if jobs == 0 or not items:
        yield from ((number, work.function(item)) for number, item in enumerate(items))
        return
    workers = begun(work, items, jobs)
    try:
        yield from workers.results()
    finally:
        workers.stop()


def begun(work: Work, items: Sequence[Item], jobs: int) -> Supervisor[Item]:
    """Workers that are at it before a result is asked for. Whoever has them begin must stop them."""
    supervisor = Supervisor(work, items)
    supervisor.start(max(1, min(jobs, -(-len(items) // work.batch))))
    return supervisor


@contextlib.contextmanager
def same_depth() -> Iterator[None]:
    """Let the interpreter's tree of a file nest as deep whoever visits it: a worker or the process that starts none."""
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(max(limit, VISITED))
    try:
        yield
    finally:
        sys.setrecursionlimit(limit)


def workers(jobs: int | None, files: int, few: int) -> int:
    """How many workers to start for so many files; 0 for no more than `few`: none. `jobs` None is every core."""
    return 0 if files <= few else cores() if jobs is None else jobs


def cores() -> int:
    """The processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class _Worker:
    """A process, the items it was handed, and where it is: `at` is a number it shares, of the item it is at."""

    def __init__(self, process: Any, pipe: Connection, at: Any) -> None:
        self.process, self.pipe, self.at = process, pipe, at
        self.batch: list[int] = []
        self.seen, self.since = -1, 0.0  # the item it was last seen at, and since when

    def has_hung(self) -> bool:
        if self.at.value != self.seen:
            self.seen, self.since = self.at.value, time.monotonic()
        return bool(self.batch) and time.monotonic() - self.since > SECONDS


class Supervisor(Generic[Item]):
    def __init__(self, work: Work, items: Sequence[Item]) -> None:
        import multiprocessing

        self.work, self.items = work, items
        # Forking takes a millisecond and shares what is loaded; this process has one thread, so it is safe where the
        # system's own libraries are (they are not on macOS).
        self.context: Any = multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")
        # A helper of multiprocessing is started with `python -c`, which imports from the current folder first.
        os.environ["PYTHONSAFEPATH"] = "1"
        self.pending = deque(range(len(items)))
        self.workers: list[_Worker] = []

    def start(self, number: int) -> None:
        for _ in range(number):
            self.workers.append(self._start())
        for worker in self.workers:
            self._hand_out(worker)

    def results(self) -> Iterator[tuple[int, Any]]:
        """(index, result) of every item, in any order."""
        from multiprocessing.connection import wait

        while self.workers:
            for worker in list(self.workers):
                if not worker.batch and not self._hand_out(worker):
                    self._retire(worker)
            ready = wait([worker.pipe for worker in self.workers], timeout=1.0) if self.workers else []
            for worker in list(self.workers):
                if worker.pipe in ready:
                    yield from self._collect(worker)
                elif worker.has_hung():
                    yield self._bury(worker, f"took longer than {SECONDS:.0f} s to parse")

    def _start(self) -> _Worker:
        ours, theirs = self.context.Pipe()
        at = self.context.RawValue("q", 0)
        process = self.context.Process(target=_work, args=(theirs, ours, self.work, at), daemon=True)
        process.start()
        theirs.close()
        return _Worker(process, ours, at)

    def _hand_out(self, worker: _Worker) -> bool:
        """Give the worker its next items; False where none are left."""
        # The last batches are small, so that all workers end together.
        share = len(self.pending) // (2 * len(self.workers)) if len(self.workers) > 1 else len(self.pending)
        size = max(1, min(self.work.batch, share))
        worker.batch = [self.pending.popleft() for _ in range(min(size, len(self.pending)))]
        worker.at.value, worker.seen, worker.since = 0, 0, time.monotonic()
        with contextlib.suppress(OSError):  # a worker that has died is found out when its pipe is read
            worker.pipe.send([self.items[number] for number in worker.batch])
        return bool(worker.batch)

    def _collect(self, worker: _Worker) -> Iterator[tuple[int, Any]]:
        try:
            results = worker.pipe.recv()
        except (EOFError, OSError):
            worker.process.join(5)
            yield self._bury(worker, f"killed its parser ({_death(worker.process.exitcode)})")
            return
        batch, worker.batch = worker.batch, []
        self._hand_out(worker)  # before what it has done is gone through
        yield from zip(batch, results, strict=True)

    def _bury(self, worker: _Worker, reason: str) -> tuple[int, Any]:
        """Replace a worker: the item it was at is lost, the rest of its batch goes back."""
        culprit = worker.batch.pop(worker.at.value)
        self.pending.extendleft(reversed(worker.batch))
        self._kill(worker)
        self.workers[self.workers.index(worker)] = self._start()
        return culprit, self.work.lost(self.items[culprit], reason)

    def _retire(self, worker: _Worker) -> None:
        self.workers.remove(worker)
        worker.pipe.close()
        worker.process.join(5)

    def _kill(self, worker: _Worker) -> None:
        worker.process.kill()
        worker.process.join()
        worker.pipe.close()

    def stop(self) -> None:
        for worker in self.workers:
            self._kill(worker)
        self.workers.clear()


def _death(code: int | None) -> str:
    if code is not None and code < 0:
        return signal.Signals(-code).name
    return f"exit {code}"


def _work(pipe: Connection, parents: Connection, work: Work, at: Any) -> None:
    """A worker's life: batches in, their results out, until the parent hangs up."""
    if work.deep:  # only LibCST's trees have cycles, and files in numbers
        gc.enable()
        gc.set_threshold(100_000, 20, 100)
    else:
        gc.disable()
    parents.close()  # or this process would never see the parent's end close
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    warnings.simplefilter("ignore")  # the audited text's own are not for the reader
    with open(os.devnull, "wb") as nowhere:  # noqa: PTH123 - what a dying parser writes is not for the reader
        os.dup2(nowhere.fileno(), 2)
    _limit_memory()
    if not work.deep:
        _serve(pipe, work.function, at)
        return
    sys.setrecursionlimit(RECURSION)
    threading.stack_size(STACK)
    thread = threading.Thread(target=_serve, args=(pipe, work.function, at))
    thread.start()
    thread.join()


def _serve(pipe: Connection, function: Callable[[Any], Any], at: Any) -> None:
    while True:
        try:
            items = pipe.recv()
        except (EOFError, OSError):
            return
        if not items:
            return
        results = []
        for number, item in enumerate(items):
            at.value = number
            try:
                results.append(function(item))
            except BaseException:  # anything a parser may do; the parent sees the pipe close
                os._exit(70)
        try:
            pipe.send(results)
        except OSError:
            return


def _limit_memory() -> None:
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
