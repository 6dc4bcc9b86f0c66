"""The bytes of one file, read and replaced with care."""

from __future__ import annotations

import contextlib
import os
import stat
from pathlib import Path

from ssot_audit.errors import UsageError
from ssot_audit.facts import Failure

MAX_BYTES = 16 << 20  # a larger file is not source anybody wrote


def read_bytes(path: str | Path, most: int = MAX_BYTES) -> bytes | Failure:
    """The bytes of a regular file; links are not followed and nothing that could block is opened."""
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    try:
        descriptor = os.open(path, flags)
        try:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode):
                return Failure("is not a regular file")
            if status.st_size > most:
                return Failure(f"has {status.st_size:,} bytes; files over {most:,} are not read")
            return _all_of(descriptor, status.st_size, most)
        finally:
            os.close(descriptor)
    except OSError as error:
        return Failure(f"cannot be read: {error.strerror or type(error).__name__}")


def digest_of(data: bytes) -> bytes:
    """What tells these bytes from any others."""
    from hashlib import sha256

    return sha256(data).digest()[:16]


def _all_of(descriptor: int, size: int, most: int) -> bytes:
    """What the file holds, up to a number of bytes, whether or not its size is still the one it had."""
    first = os.read(descriptor, size + 1)
    if len(first) == size:  # less than was asked for: there is no more
        return first
    pieces, left = [first], most - len(first)
    while left > 0 and (piece := os.read(descriptor, min(left, size + 1))):
        pieces.append(piece)
        left -= len(piece)
    return b"".join(pieces)


def replace(path: Path, data: bytes) -> None:
    """Put the whole of a file in place at once, with the permissions of the one that is there; a link is replaced, not
    followed. Raises UsageError."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with open(beside, "xb") as file:  # noqa: PTH123 - so that it is new, with the user's own permissions
            file.write(data)
            with contextlib.suppress(FileNotFoundError):
                os.fchmod(file.fileno(), path.stat().st_mode & 0o7777)
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise UsageError(f"{path}: cannot be written: {error.strerror}") from None
