"""The two passes over a repository's files: every file is scanned; those that may matter are looked at again."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from ssot_audit.facts import Depth, Facts, Failure, Fault
from ssot_audit.source.pool import each
from ssot_audit.source.read import digest, read_bytes, scan_file, scan_unparsed, walk_text
from ssot_audit.source.text import decode

# Told how many of how many files are done, and what is being done with them.
Watch = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Look:
    """A file to be looked at again, by the names that are governed."""

    path: Path
    digest: str
    names: tuple[str, ...]
    binds_module: bool


@dataclass(frozen=True, slots=True)
class Looked:
    """Whether any of the names stands in the file, and the facts of its tree where they were needed."""

    mentions: bool
    facts: Facts | Failure | None = None


class _Lost(Failure):
    """The worker at this file died or took too long."""


def scan_all(root: Path, paths: Sequence[str], jobs: int, watch: Watch) -> dict[str, Facts | Failure]:
    """Facts at depth SCAN of every file, or why there are none. A file that kills its parser is read without one: it
    matters only where it mentions a governed name."""
    results: dict[str, Facts | Failure] = {}
    for number, facts in each(scan_file, [root / path for path in paths], jobs, _Lost):
        results[paths[number]] = facts
        watch("reading", len(results), len(paths))
    lost = [(path, facts.reason) for path, facts in results.items() if isinstance(facts, _Lost)]
    for number, facts in each(scan_unparsed, [(root / path, reason) for path, reason in lost], jobs, Failure):
        results[lost[number][0]] = facts
    return {path: results[path] for path in paths}


def look_all(
    root: Path,
    known: Mapping[str, Facts | Failure],
    names: Iterable[str],
    binding: frozenset[str],
    jobs: int,
    watch: Watch,
) -> tuple[dict[str, Facts | Failure], frozenset[str]]:
    """The facts, deepened where attributes or strings may name something governed; and the files that mention any of
    the names. `binding` are the files that bind a module whole."""
    facts = dict(known)
    wanted = tuple(sorted(names))
    paths = [path for path, one in known.items() if isinstance(one, Facts)]
    looks = [
        Look(root / path, one.digest, wanted, path in binding)
        for path in paths
        if isinstance(one := known[path], Facts)
    ]
    mentioning, done = set(), 0
    for number, looked in each(look, looks, jobs, _lost):
        path, done = paths[number], done + 1
        watch("walking", done, len(looks))
        if looked.mentions:
            mentioning.add(path)
        before = known[path]
        if isinstance(looked.facts, Failure):
            facts[path] = looked.facts
        elif looked.facts and isinstance(before, Facts):
            fault = before.fault or looked.facts.fault
            facts[path] = replace(
                before, depth=looked.facts.depth, uses=looked.facts.uses, targets=looked.facts.targets, fault=fault
            )
    return facts, frozenset(mentioning)


def look(task: Look) -> Looked:
    """Search the bytes for the names; walk the tree where a statement cannot tell the whole."""
    data = read_bytes(task.path)
    if isinstance(data, Failure):
        return Looked(True, data)
    if digest(data) != task.digest:
        return Looked(True, Failure("changed while it was read"))
    patterns = _patterns(task.names)
    searched = _searchable(data)
    if not patterns or not patterns[0].search(searched):
        return Looked(False)
    if not task.binds_module and not patterns[1].search(searched):
        return Looked(True)
    text = decode(data)
    return Looked(True, text if isinstance(text, Failure) else walk_text(text, task.digest))


def _searchable(data: bytes) -> bytes:
    """The text as names are compared, in UTF-8: other codecs and other forms of a letter must not hide a name."""
    if data.isascii():
        return data
    text = decode(data)
    return data if isinstance(text, Failure) else unicodedata.normalize("NFKC", text).encode("utf-8", "replace")


@lru_cache(maxsize=4)
def _patterns(names: tuple[str, ...]) -> tuple[re.Pattern[bytes], re.Pattern[bytes]] | None:
    """Any of the names as a word; and the same in a string, at its start or after a dot, or as a keyword of
    `patch.multiple`."""
    if not names:
        return None
    word = "(?:" + "|".join(re.escape(name).replace(r"\*", r"\w*") for name in names) + r")(?!\w)"
    named = re.compile(rf"(?<!\w){word}".encode())
    in_string = re.compile(rf"[\"'](?:\.*(?:[^\W\d]\w*[.:])*){word}|\bmultiple\s*\(".encode())
    return named, in_string


def _lost(reason: str) -> Looked:
    facts = Facts("", Depth.SCAN, (), (), None, False, fault=Fault(1, reason))
    return Looked(True, facts)
