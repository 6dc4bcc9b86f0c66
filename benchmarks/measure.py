"""Runs whole programs, and takes their wall time and the memory of all their processes together."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO

_PAUSE = 0.002  # seconds between two looks at the memory
_ROLLUP = "smaps_rollup"


@dataclass(frozen=True, slots=True)
class Command:
    """A program with its arguments, the folder it starts in, the exit codes that are an answer, additions to its
    environment, and what is to be done before each run, outside the time taken."""

    argv: tuple[str, ...]
    cwd: Path
    good: tuple[int, ...] = (0,)
    more: tuple[tuple[str, str], ...] = ()
    before: Callable[[], object] | None = None

    def after(self, before: Callable[[], object]) -> Command:
        """The same command, with something to be done before each run of it."""
        return replace(self, before=before)

    def shown(self) -> str:
        given = [f"{name}={value}" for name, value in self.more]
        return " ".join((*given, shlex.join((Path(self.argv[0]).name, *self.argv[1:]))))


class Failed(Exception):
    """A run that gave no number, and why."""

    def __init__(self, command: Command, why: str) -> None:
        super().__init__(why)
        self.command = command


def environment(*more: tuple[str, str]) -> dict[str, str]:
    """The caller's environment, without what would point git or ruff at something else."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "RUFF_"))}
    return {**kept, **dict(more)}


def interleaved(commands: Sequence[Command], count: int, take: Callable[[Command], float]) -> list[list[float]]:
    """What `take` says of each command, in `count` rounds of all commands in turn, so that a machine that grows slower
    or faster does so for each of them. A first round warms up and is not counted."""
    taken: list[list[float]] = [[] for _ in commands]
    for number in range(count + 1):
        for command, numbers in zip(commands, taken, strict=True):
            one = take(command)
            if number:
                numbers.append(one)
    return taken


def wall_time(command: Command, cap: float | None = None) -> float:
    """Seconds from the start of a process to its end. A run longer than `cap` seconds is ended and fails."""
    if command.before:
        command.before()
    with tempfile.TemporaryFile() as errors:
        begun = time.perf_counter()
        process = _start(command, errors)
        # A `wait` with a timeout polls up to 50 ms apart; beside a timer it is exact.
        timer = threading.Timer(cap, _end, (process,)) if cap else None
        if timer:
            timer.start()
        try:
            process.wait()
        finally:
            taken = time.perf_counter() - begun
            if timer:
                timer.cancel()
            if process.returncode is None:
                _end(process)
        if cap and taken >= cap:
            raise Failed(command, f"took more than {cap:.0f} s")
        _judge(command, process.returncode, errors)
    return taken


def peak_memory(command: Command) -> float:
    """The most memory a process and all below it had at one time, in MiB: the sum of their proportional set sizes, in
    which a page that several share counts once."""
    if command.before:
        command.before()
    peaks = [0]
    ended = threading.Event()
    with tempfile.TemporaryFile() as errors:
        process = _start(command, errors)
        sampler = threading.Thread(target=_sample, args=(process.pid, ended, peaks))
        sampler.start()
        try:
            process.wait()
        finally:
            ended.set()
            sampler.join()
            if process.returncode is None:
                _end(process)
        _judge(command, process.returncode, errors)
    if not peaks[0]:
        raise Failed(command, "ended before its memory was seen")
    return peaks[0] / 1024


def memory_is_known() -> bool:
    return Path("/proc/self", _ROLLUP).exists() and Path(f"/proc/self/task/{os.getpid()}/children").exists()


def text_of(command: Command, cap: float | None = None) -> tuple[str, str]:
    """Standard output and standard error of a run whose time does not matter."""
    try:
        done = subprocess.run(
            command.argv,
            cwd=command.cwd,
            env=environment(*command.more),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=cap,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise Failed(command, f"took more than {cap:.0f} s") from None
    except OSError as error:
        raise Failed(command, f"cannot be started: {error}") from None
    if done.returncode not in command.good:
        raise Failed(command, _refusal(command, done.returncode, done.stderr or done.stdout))
    return done.stdout, done.stderr


def _start(command: Command, errors: IO[bytes]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        command.argv,
        cwd=command.cwd,
        env=environment(*command.more),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=errors,
        start_new_session=True,
    )


def _end(process: subprocess.Popen[bytes]) -> None:
    """Ends a process and what it started, which shares its session."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def _judge(command: Command, code: int, errors: IO[bytes]) -> None:
    if code not in command.good:
        errors.seek(0)
        raise Failed(command, _refusal(command, code, errors.read().decode("utf-8", "replace")))


def _refusal(command: Command, code: int, said: str) -> str:
    last = " ".join(said.split())[-300:]
    return f"{Path(command.argv[0]).name} ended with exit code {code}: {last or 'no message'}"


def _sample(pid: int, ended: threading.Event, peaks: list[int]) -> None:
    while not ended.wait(_PAUSE):
        peaks[0] = max(peaks[0], sum(map(_proportional_kib, _with_descendants(pid))))


def _with_descendants(pid: int) -> Iterator[int]:
    pending = [pid]
    while pending:
        one = pending.pop()
        yield one
        try:
            for task in Path(f"/proc/{one}/task").iterdir():
                pending += map(int, Path(task, "children").read_bytes().split())
        except OSError:  # ended since it was listed
            continue


def _proportional_kib(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/{_ROLLUP}").read_bytes().splitlines()
    except OSError:  # ended since it was listed
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith(b"Pss:")), 0)
