"""Comments that accept a finding where it stands:

    from app.old import Thing  # ssot: ignore[thing] the vendor's plugin needs it until=2026-03-31
    # ssot: ignore-file[thing, router] generated code

On a line of its own a comment speaks of the next line that is none. A rule and a reason are needed, the day is not.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from datetime import date

from ssot_audit.facts import Directive, Failure

MARK = "ssot:"  # a file without it has no such comment

_DIRECTIVE = re.compile(r"\bssot:\s*ignore(?P<file>-file)?(?![\w-])\s*(?:\[(?P<rules>[^\]]*)\])?(?P<rest>.*)")
_SPELLED = re.compile(r"ssot:\s*ignore")  # begins with letters, so that a text is searched at once
_UNTIL = re.compile(r"(?:^|\s)until=(\S+)")
_DAY = re.compile(r"\buntil\b\W*\d{4}|\buntil=", re.IGNORECASE)
_CLOSERS = re.compile(r"\s*(?:-->|\*/)\s*$")
_FENCE = re.compile(r"\s{0,3}(`{3,}|~{3,})")
_HASH, _MARKUP, _SEMICOLON = re.compile(r"(?:^|(?<=\s))#"), re.compile(r"<!--"), re.compile(r"^\s*[;#]")
# By how a file's name ends; None for what has no comments.
_OPENERS: tuple[tuple[tuple[str, ...], re.Pattern[str] | None], ...] = (
    ((".json", ".jsonl", ".ipynb", ".csv", ".txt", ".xml"), None),
    ((".md", ".markdown", ".html"), _MARKUP),
    ((".ini", ".cfg"), _SEMICOLON),
)


Comment = tuple[int, int, str, tuple[int, int]]  # line, column, text, the lines it speaks of


def directives(path: str, data: bytes) -> tuple[Directive, ...]:
    """Those of a file: of Python from its comments, of any other format from its own, as far as a line shows them."""
    if MARK.encode() not in data:
        return ()
    from ssot_audit.source.lines import physical_lines
    from ssot_audit.source.text import decode

    text = decode(data)
    if isinstance(text, Failure):
        return ()  # the file itself is told
    if _SPELLED.search(text) is None:
        return ()
    lines = physical_lines(text)
    comments = _python_comments(text) if path.endswith((".py", ".pyi")) else _line_comments(path, lines)
    return tuple(one for comment in comments if (one := _directive(*comment)))


def _python_comments(text: str) -> Iterator[Comment]:
    """Each comment with the statement it stands in or behind, or that follows where it has its lines to itself; up to
    where the text is no Python any more."""
    import tokenize  # most files have no such comment

    no_code = (tokenize.NL, tokenize.COMMENT, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER)
    waiting: list[tuple[int, int, str]] = []  # comments whose statement has not ended
    start = 0  # the first line of the statement that is being read
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type == tokenize.COMMENT and MARK in token.string:
                waiting.append((token.start[0], token.start[1] + 1, token.string))
            elif token.type == tokenize.NEWLINE:
                yield from ((*one, (start or token.start[0], token.start[0])) for one in waiting)
                waiting, start = [], 0
            elif token.type not in no_code:
                start = start or token.start[0]
    except (tokenize.TokenError, SyntaxError, UnicodeDecodeError):  # the last of a line end amid a letter, since 3.12
        pass
    yield from ((*one, (one[0], one[0])) for one in waiting)


def _line_comments(path: str, lines: list[str]) -> Iterator[Comment]:
    name = path.rpartition("/")[2]
    opener = next((pattern for suffixes, pattern in _OPENERS if name.endswith(suffixes)), _HASH)
    fenced = ""
    for number, line in enumerate(lines, 1):
        if opener is _MARKUP:
            fence = _FENCE.match(line)
            if fence and (not fenced or (line.strip() == fence[1] and fence[1].startswith(fenced))):
                fenced = "" if fenced else fence[1]
        if MARK not in line or fenced or opener is None:
            continue
        quotes = "`" if opener is _MARKUP else "\"'"
        at = next((one.start() for one in opener.finditer(line) if not _quoted(line[: one.start()], quotes)), -1)
        if 0 <= at < line.index(MARK):
            below = _next_line(number, lines, opener) if not line[:at].strip() else number
            yield number, at + 1, _CLOSERS.sub("", line[at:]), (below, below)


def _quoted(before: str, quotes: str) -> bool:
    """Whether a line is inside one of some quotes after these characters of it."""
    return any(before.count(quote) % 2 for quote in quotes)


def _next_line(line: int, lines: list[str], opener: re.Pattern[str]) -> int:
    """The next line with more than a comment."""
    for number in range(line + 1, len(lines) + 1):
        text = lines[number - 1].strip()
        if text and not opener.match(text):
            return number
    return line


def _directive(line: int, column: int, comment: str, covers: tuple[int, int]) -> Directive | None:
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
    if _DAY.search(rest):
        wrong = wrong or "it names a day that is not read; write it once, as until=2026-03-31"
    reason = rest.strip(" \t:-—")
    if not re.search(r"\w", reason):
        wrong = wrong or "it gives no reason; write why after the rule"
    if not rules:
        wrong = "it names no rule; write `ssot: ignore[RULE] reason`"
    return Directive(line, column, None if found["file"] else covers, rules, reason, until, wrong)
