"""One file to facts: the whole way from a path to `Facts | Failure`, at the depth asked for."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from ssot_audit.facts import Depth, Facts, Failure, Fault, Use
from ssot_audit.source.lines import physical_lines
from ssot_audit.source.scan import scan
from ssot_audit.source.text import decode
from ssot_audit.source.verify import fault, unfit_to_walk

MAX_BYTES = 16 << 20  # a larger file is not source anybody wrote


def read_bytes(path: Path) -> bytes | Failure:
    """The bytes of a regular file; links are not followed and nothing that could block is opened."""
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    try:
        descriptor = os.open(path, flags)
        with os.fdopen(descriptor, "rb") as file:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode):
                return Failure("is not a regular file")
            if status.st_size > MAX_BYTES:
                return Failure(f"has {status.st_size:,} bytes; files over {MAX_BYTES:,} are not read")
            return file.read(MAX_BYTES)
    except OSError as error:
        return Failure(f"cannot be read: {error.strerror or type(error).__name__}")


def scan_file(path: Path) -> Facts | Failure:
    """Facts at depth SCAN, with the reason why the file does not parse, if it does not."""
    data = read_bytes(path)
    return data if isinstance(data, Failure) else scan_bytes(data)


def scan_bytes(data: bytes) -> Facts | Failure:
    text = decode(data)
    if isinstance(text, Failure):
        return text
    facts, outline = scan(text, digest(data))
    return replace(facts, fault=fault(text, outline))


def scan_unparsed(task: tuple[Path, str]) -> Facts | Failure:
    """Facts at depth SCAN of a file whose parsing was given up, with the reason as its fault."""
    path, reason = task
    data = read_bytes(path)
    text = data if isinstance(data, Failure) else decode(data)
    if isinstance(data, Failure) or isinstance(text, Failure):
        return Failure(reason)
    facts, _ = scan(text, digest(data))
    return replace(facts, fault=Fault(1, reason))


def walk_text(text: str, digest: str) -> Facts:
    """Facts at depth WALK: the scanner's, with those of LibCST's tree. A fault says why no tree could be had, or that
    the two readers disagree on the imports."""
    from ssot_audit.source.walk import walk

    facts, _ = scan(text, digest)
    unfit = unfit_to_walk(text)
    if unfit:
        return replace(facts, fault=unfit)
    try:
        walked = walk(text)
    except Exception as error:  # LibCST raises more types than it documents; any of them costs this file only
        return replace(facts, fault=Fault(1, f"LibCST cannot read it: {type(error).__name__}"))
    ours = [(one.level, one.module, one.name, one.alias, one.contexts) for one in facts.imports]
    if ours != list(walked.imports) or not _placed(walked.uses, text):
        return replace(facts, fault=Fault(1, "parsers disagree on the imports or on where names stand"))
    return replace(facts, depth=Depth.WALK, uses=walked.uses, targets=walked.targets)


def _placed(uses: Sequence[Use], text: str) -> bool:
    """Whether each use stands where LibCST says: its generated code, and so its lines, can differ from the text."""
    lines = physical_lines(text)
    for use in uses:
        line = lines[use.place.line - 1] if use.place.line <= len(lines) else ""
        first = line[use.place.column - 1 : use.place.column]
        if not (first.isidentifier() or (first and first in "\"'(")):
            return False
    return True


def digest(data: bytes) -> str:
    return hashlib.blake2b(data, digest_size=16).hexdigest()
