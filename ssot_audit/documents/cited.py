"""References to files of the repository: links, paths in inline code, and `path:line` anywhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import unquote

from ssot_audit.documents.claim import About, Claim
from ssot_audit.documents.markdown import Prose
from ssot_audit.documents.phrases import DASH, HEDGED, PLAN, names
from ssot_audit.documents.prose import line_day

_ENDINGS = (
    "py|pyi|md|toml|yaml|yml|json|sh|js|ts|tsx|jsx|cfg|ini|txt|xml|html|css|sql|tf|ipynb|go|rs|java|rb|c|h|cpp|hpp|rst"
    "|csv|mk|bat|ps1"
)
_PATH = rf"(?P<path>(?:\.{{1,2}}/)*[A-Za-z0-9_.-]+(?:/[A-Za-z0-9_.-]+)*\.(?:{_ENDINGS}))"
_LINES = rf"(?:::?(?:L)?(?P<line>\d{{1,6}})(?:\s*[-{DASH}]\s*L?(?P<last>\d{{1,6}}))?)?"
_WHOLE = re.compile(rf"{_PATH}(?:::(?P<symbol>[A-Za-z_][\w.:]*))?{_LINES}\Z")
_IN_TEXT = re.compile(rf"(?<![\w./@~:<{{$*-]){_PATH}{_LINES}(?![\w/*{{<])")
_URL = re.compile(r"[a-z][a-z0-9+.-]*:|//|#|mailto:", re.I)
_MADE_UP = re.compile(
    r"(?:^|/)(?:path/to|path|your|my|foo|bar|example|some|xxx|yyy|dummy|sample)(?:[-_./]|$)|\.\.\.|XXX|YYYY|MM-DD", re.I
)
_NAME = re.compile(r"[A-Za-z_]\w{2,}(?:\.[A-Za-z_]\w+)?(?:\(\))?\Z")


def files_of(one: Prose, day: str, path: str) -> Iterator[Claim]:
    """The files one line of a document refers to, each once. `day` is that of a record, which is kept as it was; that
    of a line excuses nothing, as a link is followed today."""
    found = [*_linked(one), *_in_code(one), *_in_text(one)]
    if not found:
        return
    day = line_day(one._replace(text="")) or day
    about = " ".join((one.text, *one.headings[-2:], *one.columns))
    hedged = bool(
        one.labels
        or one.text.startswith("[ ]")
        or HEDGED.search(about)
        or PLAN.search(" ".join((names(path), *one.headings)))
    )
    named = {code.removesuffix("()") for code in one.codes if _NAME.match(code) and not _WHOLE.match(code)}
    alone = len({(cited, line) for cited, line, _, _ in found}) == 1
    seen: set[tuple[str, str]] = set()
    for cited, line, symbol, column in found:
        if (cited, line) in seen or _MADE_UP.search(cited):
            continue
        seen.add((cited, line))
        beside = symbol or (next(iter(named)) if len(named) == 1 and alone and line else "")
        stated = f"{cited}:{line}" if line else cited
        yield Claim(About.FILE, cited, stated, one.line, column, day, hedged, beside, line)


def _linked(one: Prose) -> Iterator[tuple[str, str, str, int]]:
    for link in one.links:
        if link and not _URL.match(link) and len(link) < 400:
            path, _, anchor = unquote(link).partition("#")
            path = path.partition("?")[0]
            line = re.fullmatch(r"L(\d{1,6})(?:-L?\d+)?", anchor)
            inside, _, number = path.partition(":")
            if inside and re.search(r"[./]", inside) and not re.search(r"[\s<>{}$*]", inside):
                yield f"link {inside}", line[1] if line else number if number.isdecimal() else "", "", 1


def _in_code(one: Prose) -> Iterator[tuple[str, str, str, int]]:
    for code in one.codes:
        at = one.text.find(code) + 1
        if found := _WHOLE.match(code):
            if "/" in found["path"] or found["line"]:
                symbol = (found["symbol"] or "").replace("::", ".").rpartition(".")[2]
                yield found["path"], found["line"] or "", symbol, at
        elif len(code) < 400 and " " in code:
            for word in code.split():
                part = _WHOLE.match(word)
                if part and "/" in word:
                    yield part["path"], part["line"] or "", "", at


def _in_text(one: Prose) -> Iterator[tuple[str, str, str, int]]:
    """Outside code and links only a path with a line is a reference."""
    if ".py:" not in one.text and ":" not in one.text:
        return
    for found in _IN_TEXT.finditer(one.text):
        if found["line"] and "/" in found["path"]:
            yield found["path"], found["line"], "", found.start() + 1
