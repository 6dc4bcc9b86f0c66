"""What a cache file holds, as values and as bytes: JSON and plain arrays of numbers."""

import json
from array import array
from collections.abc import Sequence
from typing import Any, NamedTuple

from ssot_audit.facts import Fault
from ssot_audit.source.entry import SCANNED, Entry, Question

DIGEST = 16  # bytes
NO_DIGEST = bytes(DIGEST)  # of a file that gave none: it is read again
# A file written as late as this before it was looked at may be written again without a new time to show for it.
RACY = 2_000_000_000  # nanoseconds; FAT keeps times in steps of two seconds

# Size, inode, modification and change time of a file, times in nanoseconds.
Signature = tuple[int, int, int, int]
UNSURE: Signature = (-1, -1, -1, -1)


class Folders(NamedTuple):
    """The folders that were gone through to find the files: unchanged, they hold the same ones. Signatures are three
    numbers each: inode, modification and change time. `told` stands for the configuration git went by where the list of
    files is its own."""

    paths: tuple[str, ...] = ()
    signatures: Sequence[int] = ()
    found: tuple[str, ...] = ()
    skipped: tuple[tuple[str, int], ...] = ()
    told: str = ""


NO_FOLDERS = Folders()
UNTOLD = "untold"  # of a list of git's that may change without a sign of it: it is made anew each time


class Kept(NamedTuple):
    """A question, the answer of every file to it, and what the folders were like. `signatures` are four numbers for
    each path, `digests` as many bytes as DIGEST."""

    question: Question
    paths: tuple[str, ...]
    signatures: Sequence[int]
    digests: bytes
    entries: tuple[Entry, ...]
    folders: Folders = NO_FOLDERS
    proof: str = ""  # of what the engine was last shown to find: the rules' own bad examples

    def is_of(self, question: Question, paths: Sequence[str], signatures: Sequence[int], folders: Folders) -> bool:
        """Whether there is nothing new to keep."""
        same = self.question == question and self.paths == paths and self.signatures == signatures
        return same and self.folders == folders


def settled(signatures: Sequence[int], looked: int) -> "array[int]":
    """The signatures, but for those of files that were written too late before they were looked at."""
    kept = array("q", signatures)
    for at in range(0, len(kept), 4):
        if max(kept[at + 2], kept[at + 3]) > looked - RACY:
            kept[at : at + 4] = array("q", UNSURE)
    return kept


def encoded(kept: Kept, reader: str) -> bytes:
    """A line of JSON, then the arrays and texts whose lengths it gives."""
    special, facts, at = [], [], 0
    for number, one in enumerate(kept.entries):
        if one.facts or one.mentions or one.failure or one.marked or one.reader != SCANNED:
            place = at, len(one.facts)
            known = number, one.failure, one.mentions, one.links, one.refers, place, one.fault, one.reader
            special.append((*known, one.partial, one.marked))
            facts.append(one.facts)
            at += len(one.facts)
    sections = (
        _joined(kept.paths),
        array("q", kept.signatures).tobytes(),
        kept.digests,
        array("q", [one.imports for one in kept.entries]).tobytes(),
        array("q", [one.computed for one in kept.entries]).tobytes(),
        "".join(facts).encode("ascii"),
        _joined(kept.folders.paths),
        array("q", kept.folders.signatures).tobytes(),
        b"" if kept.folders.found == kept.paths else _joined(kept.folders.found),
    )
    head = {
        "reader": reader,
        "question": kept.question,
        "proof": kept.proof,
        "files": len(kept.paths),
        "lengths": [len(one) for one in sections],
        "special": special,
        "skipped": kept.folders.skipped,
        "told": kept.folders.told,
        "same": kept.folders.found == kept.paths,
    }
    return b"".join((json.dumps(head, separators=(",", ":")).encode("ascii"), b"\n", *sections))


def decoded(head: dict[str, Any], body: memoryview) -> Kept:
    """What `encoded` was given. Raises ValueError and the like for what it never wrote."""
    sections, at = [], 0
    for length in head["lengths"]:
        sections.append(body[at : at + length])
        at += length
    paths, signatures, digests, imports, computed, facts, folders, folder_signatures, found = sections
    files = _split(paths)
    counts = zip(_numbers(imports), _numbers(computed), strict=True)
    hashes = bytes(digests)
    entries = [
        Entry("", number, calls, (), (), False, "", None, SCANNED, "", False, hashes[at : at + DIGEST])
        for at, (number, calls) in zip(range(0, len(hashes), DIGEST), counts, strict=True)
    ]
    texts = str(facts, "ascii")
    for number, failure, mentions, links, refers, (start, length), fault, reader, partial, marked in head["special"]:
        one = entries[number]
        entries[number] = Entry(
            failure,
            one.imports,
            one.computed,
            tuple(mentions),
            tuple([(name, source) for name, source in links]) if links else (),
            refers,
            texts[start : start + length],
            Fault(*fault) if fault else None,
            reader,
            "",
            partial,
            one.digest,
            marked,
        )
    if not len(files) == len(entries) == head["files"] == len(digests) // DIGEST == len(signatures) // 32:
        raise ValueError("lengths that do not agree")
    names, modules, below = head["question"]
    return Kept(
        Question(tuple(names), tuple(modules), tuple((name, tuple(above)) for name, above in below)),
        files,
        _numbers(signatures),
        hashes,
        tuple(entries),
        Folders(
            _split(folders),
            _numbers(folder_signatures),
            files if head["same"] else _split(found),
            tuple((reason, count) for reason, count in head["skipped"]),
            str(head["told"]),
        ),
        str(head["proof"]),
    )


def _joined(paths: Sequence[str]) -> bytes:
    return "\0".join(paths).encode("utf-8", "surrogateescape")


def _split(data: memoryview) -> tuple[str, ...]:
    return tuple(str(data, "utf-8", "surrogateescape").split("\0")) if data else ()


def _numbers(data: memoryview) -> "array[int]":
    found = array("q")
    found.frombytes(data)
    return found
