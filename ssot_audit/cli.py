"""The command line: argv in, a report on standard output, all else on standard error, and the exit code."""

from __future__ import annotations

import contextlib
import gc
import json
import os
import signal
import sys
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path
from types import FrameType
from typing import NoReturn

from ssot_audit.arguments import COMMANDS, parse
from ssot_audit.errors import AuditError, ConfigError, UsageError
from ssot_audit.report.style import inert, inert_json, visible

NOT_JUDGED = 2
INTERRUPTED, TERMINATED = 130, 143


class _Unwritten(Exception):
    """The report did not reach standard output; the reason."""


def main() -> NoReturn:
    """The console script."""
    signal.signal(signal.SIGTERM, _terminated)
    gc.disable()  # a run is short and makes hardly any cycles: looking for them took a third of its time
    try:
        if sys.stdout is None:
            raise _Unwritten("standard output is closed")
        code = run(sys.argv[1:])
    except KeyboardInterrupt:
        _say("interrupted; nothing was judged")
        code = INTERRUPTED
    except _Unwritten as error:
        _write_no_more()  # half a report must not pass for a whole one
        _say(f"the report could not be written: {error}")
        code = NOT_JUDGED
    except Exception as error:
        if os.environ.get("SSOT_AUDIT_TRACEBACK"):
            raise
        _say(f"internal error, nothing was judged: {type(error).__name__}: {error}")
        _say("set SSOT_AUDIT_TRACEBACK=1 to see where, and please report it")
        code = NOT_JUDGED
    _leave(code)


def _write_no_more() -> None:
    """Nothing goes to standard output any longer, not even at exit."""
    sys.stdout = open(os.devnull, "w")  # noqa: PTH123, SIM115


def _leave(code: int) -> NoReturn:
    """End at once: taking apart what was read takes a while, and the system does it for nothing."""
    if "multiprocessing" in sys.modules:
        for child in sys.modules["multiprocessing"].active_children():
            child.kill()
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError, AttributeError):
            stream.flush()
    os._exit(code)


def _terminated(number: int, frame: FrameType | None) -> NoReturn:
    """Leave by an exception, so that workers are stopped on the way out."""
    raise SystemExit(TERMINATED)


def run(argv: Sequence[str]) -> int:
    """Carry out a command line; the exit code."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    arguments: Namespace | None = None
    try:
        arguments = parse(_with_command(argv))
        return _carry_out(arguments)
    except AuditError as error:
        reasons = error.mistakes if isinstance(error, ConfigError) else (str(error),)
        for reason in reasons:
            _say(reason)
        with contextlib.suppress(UsageError):  # that file may be what could not be written
            _write(_without_judgement(reasons, argv, arguments), arguments.output_file if arguments else None)
        return NOT_JUDGED


def _without_judgement(reasons: Sequence[str], argv: Sequence[str], arguments: Namespace | None) -> str:
    """The report of a run that could not begin, in the format asked for: an earlier one must not be left standing."""
    wanted = arguments.output_format if arguments else _format_in(argv)
    if wanted.startswith("json"):
        from ssot_audit.report.document import failure

        return inert_json(json.dumps(failure(reasons), indent=2 if wanted == "json" else None)) + "\n"
    if arguments is None or arguments.output_file is None:
        return ""
    return "".join(inert(f"not judged: {visible(reason)}\n") for reason in reasons)


def _carry_out(arguments: Namespace) -> int:
    from ssot_audit.commands import command
    from ssot_audit.progress import Progress

    with Progress(sys.stderr, arguments.quiet) as progress:
        answer = command(arguments.command)(arguments, progress.watch)
    json_wanted = arguments.output_format.startswith("json")
    _write(inert_json(answer.text) if json_wanted else answer.text, arguments.output_file)
    for sentence in answer.said:
        _say(sentence)
    return answer.code


def _with_command(argv: Sequence[str]) -> list[str]:
    """`check` is the command where the first word is none. A file whose name looks like an option is refused, so that
    no file name can change what is run."""
    before = argv[: list(argv).index("--")] if "--" in argv else argv
    for word in before:
        if word.startswith("-") and len(word) > 1 and os.path.lexists(word):
            raise UsageError(f"{word}: is a file here and reads as an option; write `--` before the paths, or ./{word}")
    first = argv[0] if argv else ""
    return list(argv) if first in COMMANDS or first in ("--help", "-h", "--version", "-V") else ["check", *argv]


def _format_in(argv: Sequence[str]) -> str:
    """The output format asked for on a command line that could not be parsed."""
    words = [part for word in argv for part in word.split("=", 1)]
    return next((words[at + 1] for at, word in enumerate(words[:-1]) if word == "--output-format"), "")


def _say(message: str) -> None:
    with contextlib.suppress(OSError, ValueError, AttributeError):  # where it is closed, the exit code still tells
        print(inert(f"ssot-audit: {visible(message)}"), file=sys.stderr, flush=True)  # noqa: T201 - the one place that speaks


def _print(text: str) -> None:
    """All of the text to standard output: where that is unbuffered, its own write loses what a short write left. A
    reader such as `head` that has enough of it ends nothing but the writing: the exit code stays the verdict's."""
    rest = memoryview(text.encode(sys.stdout.encoding, "backslashreplace"))
    try:
        while rest:
            rest = rest[sys.stdout.buffer.write(rest) :]
        sys.stdout.flush()
    except BrokenPipeError:
        _write_no_more()
    except OSError as error:
        raise _Unwritten(error.strerror or type(error).__name__) from None


def _write(text: str, path: Path | None) -> None:
    """The report to its file or to standard output. Raises UsageError where the file cannot be written."""
    if path is None:
        _print(text)
        return
    try:
        path.write_text(text, "utf-8", "backslashreplace")
    except OSError as error:
        raise UsageError(f"-o {path}: cannot be written: {error.strerror}") from None
