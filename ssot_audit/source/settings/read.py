"""Bytes and a file's name to settings, or to the reason why not. Nothing is executed, expanded or fetched."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator

from ssot_audit.facts import Failure, Place, Setting
from ssot_audit.source.settings import (
    dockerfile,
    env_file,
    ini_file,
    json_file,
    python_file,
    shell,
    toml_file,
    yaml_file,
)
from ssot_audit.source.settings.marks import Malformed, Mark, line_at
from ssot_audit.source.text import decode

MAX_BYTES = 1 << 20
MAX_JSON = 4 << 20  # of the real files seen, the largest has 3.3 MB
MAX_SETTINGS = 250_000  # of one file, at some 500 bytes each
MAX_KEYS = 1 << 25  # characters of all keys of a file: a long path above many leaves would take gigabytes

Reader = Callable[[str], Iterator[Mark]]
READERS: dict[str, Reader] = {
    "python": python_file.read,
    "yaml": yaml_file.read,
    "toml": toml_file.read,
    "json": json_file.read,
    "env": env_file.read,
    "ini": ini_file.read,
    "dockerfile": dockerfile.read,
    "shell": shell.read,
}
# The first that fits the file's name holds: `.env.yaml` is YAML, `.env.test` an env file.
NAMES = (
    (re.compile(r".*\.pyi?\Z", re.I), "python"),
    (re.compile(r".*\.ya?ml\Z", re.I), "yaml"),
    (re.compile(r".*\.toml\Z", re.I), "toml"),
    (re.compile(r".*\.json\Z", re.I), "json"),
    (re.compile(r".*\.(?:ini|cfg)\Z", re.I), "ini"),
    (re.compile(r".*\.(?:sh|bash)\Z|\.envrc\Z", re.I), "shell"),
    (re.compile(r"\.env(?:\..+)?\Z|.*\.env\Z", re.I), "env"),
    (re.compile(r"(?:Docker|Container)file(?:\..+)?\Z|.*\.(?:Docker|Container)file\Z", re.I), "dockerfile"),
)


def format_of(path: str) -> str | None:
    """The format a file's name stands for, a key of READERS; None where settings are not read from such files."""
    name = path.replace("\\", "/").rpartition("/")[2]
    return next((kind for pattern, kind in NAMES if pattern.match(name)), None)


def read_settings(path: str, data: bytes) -> tuple[Setting, ...] | Failure:
    """The settings a file makes, in the order of their places. Keys a file makes twice are given twice."""
    kind = format_of(path)
    if kind is None:
        return Failure("has a name of no format that settings are read from")
    most = MAX_JSON if kind == "json" else MAX_BYTES
    if len(data) > most:
        return Failure(f"has {len(data):,} bytes; files over {most:,} are not read")
    text = decode(data) if kind == "python" else _unicode(data)
    if isinstance(text, Failure):
        return text
    try:
        return _settings(text, READERS[kind](text))
    except Malformed as fault:
        return Failure(f"line {fault.line}: {fault.reason}")
    except (RecursionError, MemoryError):
        return Failure("is nested too deeply to be read")


def read_newer(data: bytes, refused: Failure) -> tuple[tuple[Setting, ...], str] | Failure:
    """The settings of a Python file that this interpreter refuses to parse, as far as LibCST tells them, and the text
    that nobody has read; `refused` where it is no newer Python either. To be run where a crash costs one file."""
    from ssot_audit.source.older import older

    text = decode(data)
    if isinstance(text, Failure) or len(data) > MAX_BYTES:
        return refused
    try:
        made = older(text)
        if made is None:
            return refused
        return _settings(made[0], python_file.read(made[0], re.sub(r"\r\n?", "\n", text))), made[1]
    except Exception:  # LibCST raises more types than it documents
        return refused


def _unicode(data: bytes) -> str | Failure:
    if b"\0" in data:
        return Failure(f"line {line_at(data.decode('latin-1'), data.index(0))}: contains NUL bytes")
    try:
        return data.decode("utf-8").lstrip("\ufeff")
    except UnicodeDecodeError as error:
        return Failure(f"line {line_at(data.decode('latin-1'), error.start)}: is not valid utf-8")


def _settings(text: str, marks: Iterable[Mark]) -> tuple[Setting, ...]:
    held, found = 0, []
    for mark in marks:
        held += len(mark.key)
        found.append(mark)
        if held > MAX_KEYS or len(found) > MAX_SETTINGS:
            raise Malformed(line_at(text, mark.start), f"makes more than {MAX_SETTINGS:,} settings, or of longer keys")
    found.sort(key=lambda mark: (mark.start, mark.end, mark.key, mark.form))
    starts = [0, *(end.end() for end in re.finditer(r"\r\n|\r|\n", text))]
    return tuple(Setting(one.key, one.value, _place(starts, one.start, one.end), one.form) for one in found)


def _place(starts: list[int], start: int, end: int) -> Place:
    """`starts` are the offsets at which lines begin. A file of one long line costs no more than any other."""
    line, end_line = bisect_right(starts, start), bisect_right(starts, end)
    return Place(line, start - starts[line - 1] + 1, end_line, end - starts[end_line - 1] + 1)
