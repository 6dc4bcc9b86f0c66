"""Comments that accept a finding where it stands:

    from app.old import Thing  # ssot: ignore[thing] the vendor's plugin needs it until=2026-03-31
    # ssot: ignore-file[thing, router] generated code

On a line of its own a comment speaks of the next line that is none. A rule and a reason are needed, the day is not.
"""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from ssot_audit.facts import Failure

MARK = "ssot:"  # a file without it has no such comment

_DIRECTIVE = re.compile(r"\bssot:\s*ignore(?P<file>-file)?(?![\w-])\s*(?:\[(?P<rules>[^\]]*)\])?(?P<rest>.*)")
_UNTIL = re.compile(r"(?:^|\s)until=(\S+)")
_OPENERS = re.compile(r"#|//|<!--|;|--")
_CLOSERS = re.compile(r"\s*(?:-->|\*/)\s*$")


class Directive(NamedTuple):
    """One such comment. `covers` is the line it speaks of, 0 for the whole file; `wrong` why it accepts nothing."""

    line: int
    column: int
    covers: int
    rules: tuple[str, ...]
    reason: str
    until: date | None
    wrong: str = ""


def directives(path: str, data: bytes) -> tuple[Directive, ...]:
    """Those of a file: of Python from its comments, of any other format from lines that have a comment's opening."""
    if MARK.encode() not in data:
        return ()
    from ssot_audit.source.lines import physical_lines
    from ssot_audit.source.text import decode

    text = decode(data)
    if isinstance(text, Failure):
        return ()  # the file itself is told
    if _DIRECTIVE.search(text) is None:
        return ()
    lines = physical_lines(text)
    comments = _python_comments(text) if path.endswith((".py", ".pyi")) else _line_comments(lines)
    return tuple(one for line, column, comment in comments if (one := _directive(line, column, comment, lines)))


def _python_comments(text: str) -> Iterator[tuple[int, int, str]]:
    """Line, column and text of each comment, up to where the text is no Python any more."""
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type == tokenize.COMMENT and MARK in token.string:
                yield token.start[0], token.start[1] + 1, token.string
    except (tokenize.TokenError, SyntaxError):
        return


def _line_comments(lines: list[str]) -> Iterator[tuple[int, int, str]]:
    for number, line in enumerate(lines, 1):
        if MARK in line:
            opened = [one.start() for one in _OPENERS.finditer(line, 0, line.index(MARK))]
            if opened:
                yield number, opened[-1] + 1, _CLOSERS.sub("", line[opened[-1] :])


def _directive(line: int, column: int, comment: str, lines: list[str]) -> Directive | None:
    found = _DIRECTIVE.search(comment)
    if found is None:
        return None
    rules = tuple(one.strip() for one in (found["rules"] or "").split(",") if one.strip())
    rest, until, wrong = found["rest"].strip(), None, ""
    day = _UNTIL.search(rest)
    if day:
        rest = (rest[: day.start()] + rest[day.end() :]).strip()
        try:
            until = date.fromisoformat(day[1])
        except ValueError:
            wrong = f"until={day[1]} is no day such as 2026-03-31"
    reason = rest.strip(" \t:-—")
    if not re.search(r"\w", reason):
        wrong = wrong or "it gives no reason; write why after the rule"
    if not rules:
        wrong = "it names no rule; write `ssot: ignore[RULE] reason`"
    return Directive(line, column, 0 if found["file"] else _covered(line, column, lines), rules, reason, until, wrong)


def _covered(line: int, column: int, lines: list[str]) -> int:
    """The line a comment speaks of: its own, or the next with more than a comment where it has a line to itself."""
    if lines[line - 1][: column - 1].strip():
        return line
    for number in range(line + 1, len(lines) + 1):
        text = lines[number - 1].strip()
        if text and not _OPENERS.match(text):
            return number
    return line
