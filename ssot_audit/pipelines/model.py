"""The values of this room: texts with the places they come from, and jobs of steps, whatever the format."""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import NamedTuple

from ssot_audit.model import Severity

# A word a machine fills in, such as `${{ matrix.python }}`, becomes a variable of the same length that nobody sets.
_EXPRESSION = re.compile(r"\$\{\{.*?\}\}", re.S)


class Text(NamedTuple):
    """A text read out of a file: `marks` are (offset here, offset in the file), ascending, one for each piece."""

    text: str
    marks: tuple[tuple[int, int], ...]

    def at(self, offset: int) -> int:
        """The offset in the file."""
        if not self.marks:
            return 0
        here, there = self.marks[max(0, bisect_right(self.marks, (offset, 1 << 62)) - 1)]
        return there + offset - here


class Allowed(NamedTuple):
    """What lets a step or job fail without failing the pipeline, at file[start:end], as it is written there."""

    start: int
    end: int
    said: str
    severity: Severity = Severity.ERROR


class Script(NamedTuple):
    """A shell's text and how the shell is started. `folder` is where, relative to the repository; None: not known."""

    text: Text
    errexit: bool
    pipefail: bool
    folder: str | None = ""


class Step(NamedTuple):
    """One part of a job. `uses` is the action or hook it runs instead of a script, at file[start:end]; `text` is all
    that is written in it, `id` what later steps call it by."""

    name: str
    script: Script | None = None
    uses: str = ""
    start: int = 0
    end: int = 0
    id: str = ""
    text: str = ""
    allowed: Allowed | None = None


class Job(NamedTuple):
    """Steps one after the other, in one place. `paths` tells whether the repository's files are where it looks."""

    name: str
    steps: tuple[Step, ...]
    allowed: Allowed | None = None
    paths: bool = True


class Loss(NamedTuple):
    """How a command's failure is lost: the class, and what takes it, at text[start:end]."""

    klass: str
    why: str
    start: int
    end: int
    severity: Severity = Severity.ERROR


def words_of(text: str) -> frozenset[str]:
    """Names that are written one after the other."""
    return frozenset(text.split())


def filled(text: Text) -> Text:
    """The text with each `${{ expression }}` as a variable, of the same length."""
    return text._replace(text=_EXPRESSION.sub(lambda found: "$" + "_" * (len(found[0]) - 1), text.text))


_QUOTED = re.compile(r"""\"(?:[^"\\]|\\.)*"|'[^']*'|\\.|(?P<operator>[|&;<>()`\n])""", re.S)


def without_operators(text: Text) -> Text:
    """A command line that no shell runs, of the same length: what a shell would take as an operator is a letter."""

    def letter(found: re.Match[str]) -> str:
        return found[0] if found["operator"] is None else " " if found[0] == "\n" else "%"

    return text._replace(text=_QUOTED.sub(letter, text.text))


_GAP = re.compile(r"[\s\\]*")
_GAP_WITH_COMMENTS = re.compile(r"(?:(?<=\n)[ \t]*[#;][^\n]*|[\s\\])*")
_WORD = re.compile(r"[\s\\]*\S+")


def placed(value: str, source: str, start: int, end: int, comments: bool = False) -> Text:
    """A value as read from source[start:end], with the place of each of its words: blanks, indentation and
    backslashes between words may differ, and lines of comments where a reader leaves them out. A word that is not
    found there stands where the last one ends."""
    marks: list[tuple[int, int]] = []
    position, blanks = start, _GAP_WITH_COMMENTS if comments else _GAP
    for word in re.finditer(r"\S+", value):
        gap = blanks.match(source, position, end)
        begin = gap.end() if gap else position
        if source.startswith(word[0], begin):
            marks.append((word.start(), begin))
            position = begin + len(word[0])
        else:
            marks.append((word.start(), position))
            known = _WORD.match(source, position, end)  # escapes: as many words on both sides
            position = known.end() if known else position
    return Text(value, tuple(marks) or ((0, start),))


def joined(pieces: list[Text], between: str = "\n") -> Text:
    """Texts one after the other."""
    marks: list[tuple[int, int]] = []
    length = 0
    for piece in pieces:
        marks += [(here + length, there) for here, there in piece.marks]
        length += len(piece.text) + len(between)
    return Text(between.join(piece.text for piece in pieces), tuple(marks))
