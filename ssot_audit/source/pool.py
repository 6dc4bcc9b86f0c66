"""Files read side by side by worker processes, so that a crash, a hang or a flood of memory costs one file.

A parser can kill its process and holds the interpreter's lock while it runs: only a parent process can keep the clock.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any, Generic, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

SECONDS = 60.0  # for one file; the slowest real one took 8
MEMORY = 2 << 30  # bytes of address space a worker may take
STACK = 256 << 20  # bytes of stack for the parser, whatever the platform's default
RECURSION = 20_000  # frames; LibCST's visitors need about five for each level of a tree
BATCH = 16  # files a worker is handed at once
FILES_PER_WORKER = 64  # fewer files than this are not worth another process


def each(
    function: Callable[[Item], Result], items: Sequence[Item], jobs: int, lost: Callable[[str], Result]
) -> Iterator[tuple[int, Result]]:
    """(index, function(item)) of every item, in any order. `lost` makes the result of an item whose worker died or
    took too long, from the reason. With `jobs` 0 everything is done in this process, unguarded."""
    if jobs == 0:
        yield from ((number, function(item)) for number, item in enumerate(items))
        return
    supervisor = _Supervisor(function, items, lost)
    try:
        yield from supervisor.run(max(1, min(jobs, -(-len(items) // FILES_PER_WORKER))))
    finally:
        supervisor.stop()


def cores() -> int:
    """The processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@dataclass(slots=True)
class _Worker:
    process: BaseProcess
    pipe: Connection
    batch: deque[int] = field(default_factory=deque)
    since: float = 0.0  # when the file at the head of the batch was begun


class _Supervisor(Generic[Item, Result]):
    def __init__(
        self, function: Callable[[Item], Result], items: Sequence[Item], lost: Callable[[str], Result]
    ) -> None:
        self.function, self.items, self.lost = function, items, lost
        method = "forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else "spawn"
        self.context: Any = multiprocessing.get_context(method)  # typeshed gives the base class no Process
        # The helpers of multiprocessing are started with `python -c`, which imports from the current folder first.
        os.environ["PYTHONSAFEPATH"] = "1"
        self.pending = deque(range(len(items)))
        self.workers: list[_Worker] = []

    def run(self, number: int) -> Iterator[tuple[int, Result]]:
        for _ in range(number if self.items else 0):
            self.workers.append(self._start())
        while self.workers:
            for worker in list(self.workers):
                if not worker.batch and not self._hand_out(worker):
                    self._retire(worker)
            ready = wait([worker.pipe for worker in self.workers], timeout=1.0) if self.workers else []
            for worker in list(self.workers):
                if worker.pipe in ready:
                    yield from self._collect(worker)
                elif time.monotonic() - worker.since > SECONDS:
                    yield self._bury(worker, f"took longer than {SECONDS:.0f} s to parse")

    def _start(self) -> _Worker:
        ours, theirs = self.context.Pipe()
        process = self.context.Process(target=_work, args=(theirs, self.function), daemon=True)
        process.start()
        theirs.close()
        return _Worker(process, ours)

    def _hand_out(self, worker: _Worker) -> bool:
        """Give the worker its next files; False where none are left."""
        while self.pending and len(worker.batch) < BATCH:
            worker.batch.append(self.pending.popleft())
        worker.since = time.monotonic()
        with contextlib.suppress(OSError):  # a worker that has died is found out when its pipe is read
            worker.pipe.send([self.items[number] for number in worker.batch])
        return bool(worker.batch)

    def _collect(self, worker: _Worker) -> Iterator[tuple[int, Result]]:
        try:
            while worker.batch and worker.pipe.poll():
                result = worker.pipe.recv()
                worker.since = time.monotonic()
                yield worker.batch.popleft(), result
        except (EOFError, OSError):
            worker.process.join(5)
            code = worker.process.exitcode
            yield self._bury(worker, f"killed its parser ({_death(code)})")

    def _bury(self, worker: _Worker, reason: str) -> tuple[int, Result]:
        """Replace a worker: the file it was at is lost, the rest of its batch goes back."""
        culprit = worker.batch.popleft()
        self.pending.extendleft(reversed(worker.batch))
        self._kill(worker)
        self.workers[self.workers.index(worker)] = self._start()
        return culprit, self.lost(reason)

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


def _work(pipe: Connection, function: Callable[[Item], Result]) -> None:
    """A worker's life: batches in, one result per file out, until the parent hangs up."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with open(os.devnull, "wb") as nowhere:  # noqa: PTH123 - what a dying parser writes is not for the reader
        os.dup2(nowhere.fileno(), 2)
    _limit_memory()
    sys.setrecursionlimit(RECURSION)
    threading.stack_size(STACK)
    thread = threading.Thread(target=_serve, args=(pipe, function))
    thread.start()
    thread.join()


def _serve(pipe: Connection, function: Callable[[Item], Result]) -> None:
    while True:
        try:
            items = pipe.recv()
        except (EOFError, OSError):
            return
        if not items:
            return
        for item in items:
            try:
                result = function(item)
            except BaseException:  # anything a parser may do; the parent sees the pipe close
                os._exit(70)
            try:
                pipe.send(result)
            except OSError:
                return


def _limit_memory() -> None:
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
