"""Findings accepted for now, by identity: a text with one line for each, which only shrinks."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from ssot_audit.errors import ConfigError
from ssot_audit.facts import Failure
from ssot_audit.model import Finding
from ssot_audit.source.files import read_bytes

SHOWN = 5  # mistakes of a baseline
FILE = "ssot-baseline.txt"  # where the configuration names no other
HEAD = (
    "# ssot-audit baseline 1: findings accepted for now, one a line: rule, file, class, subject, path.\n"
    "# `ssot-audit baseline --prune` takes out what is mended; nothing is put in by hand.\n"
)
_ESCAPES = {"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"}
_PLAIN = {value[1]: key for key, value in _ESCAPES.items()}


class Identity(NamedTuple):
    """What makes two findings the same: neither where in the file they stand, nor what they say."""

    rule: str
    path: str
    klass: str
    subject: str
    dotted: str


def identity(finding: Finding) -> Identity:
    return Identity(finding.rule, finding.path, finding.klass, finding.subject, finding.dotted)


def written(entries: Iterable[Identity]) -> str:
    """The file of a baseline: sorted, a line as often as it is found."""
    return HEAD + "".join("\t".join(map(_escaped, one)) + "\n" for one in sorted(entries))


def read(text: str, name: str) -> tuple[tuple[Identity, int], ...]:
    """The entries of a baseline, each with its line. Raises ConfigError with every line that is none."""
    if not text.startswith("# ssot-audit baseline 1"):
        raise ConfigError((f"{name}: is no baseline of this program; write one with `ssot-audit baseline`",))
    entries, mistakes = [], []
    for number, line in enumerate(text.removesuffix("\n").split("\n"), 1):
        if line.startswith("#"):
            continue
        fields = line.removesuffix("\r").split("\t")
        if len(fields) == len(Identity._fields) and fields[0] and fields[1]:
            entries.append((Identity(*map(_unescaped, fields)), number))
        else:
            mistakes.append(f"{name}:{number}: is no entry: rule, file, class, subject and path, a tab between")
    if mistakes:
        more = len(mistakes) - SHOWN
        raise ConfigError((*mistakes[:SHOWN], *((f"{name}: and {more} more such lines",) if more > 0 else ())))
    return tuple(entries)


def load(root: Path, name: str) -> tuple[tuple[Identity, int], ...]:
    """The same of a file of a repository. Raises ConfigError where it is not there or cannot be read, too."""
    data = read_bytes(root / name)
    if isinstance(data, Failure):
        raise ConfigError((f"{name}: {data.reason}; write a baseline with `ssot-audit baseline`",))
    return read(data.decode("utf-8", "surrogateescape"), name)


def accepted(
    findings: Sequence[Finding], entries: Iterable[Identity], moved: Mapping[str, str]
) -> tuple[list[bool], Counter[Identity]]:
    """Which of the findings are among the entries, and the entries that are no finding any more. An entry accepts one
    finding. `moved` gives the new paths of files that were renamed."""
    left = renamed(entries, moved)
    known = []
    for one in findings:
        mine = identity(one)
        known.append(left[mine] > 0)
        if known[-1]:
            left[mine] -= 1
    return known, +left


def renamed(entries: Iterable[Identity], moved: Mapping[str, str]) -> Counter[Identity]:
    """The entries under the new paths of files, by old."""
    return Counter(one._replace(path=moved.get(one.path, one.path)) for one in entries)


def _escaped(text: str) -> str:
    return "".join(_ESCAPES.get(letter, letter) for letter in text)


def _unescaped(text: str) -> str:
    found, letters = [], iter(text)
    for letter in letters:
        found.append(_PLAIN.get(follower := next(letters, ""), follower) if letter == "\\" else letter)
    return "".join(found)
