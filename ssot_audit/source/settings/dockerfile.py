"""Dockerfiles. Comments and joined lines become blanks of the same length, so offsets stay those of the file.
https://docs.docker.com/reference/dockerfile/"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ssot_audit.source.settings import commands
from ssot_audit.source.settings.marks import Malformed, Mark, line_at
from ssot_audit.source.settings.words import WORD, unquote

_KNOWN = re.compile(
    "(?:ADD|ARG|CMD|COPY|ENTRYPOINT|ENV|EXPOSE|FROM|HEALTHCHECK|LABEL|MAINTAINER|ONBUILD|RUN|SHELL|STOPSIGNAL|USER|VOLUME"
    r"|WORKDIR)\Z"
)
_ESCAPE = re.compile(r"(?:#[^\n]*\n)*?#[ \t]*escape[ \t]*=[ \t]*`", re.I)
_INSTRUCTION = re.compile(r"[ \t]*(?:ONBUILD[ \t]+)?([A-Za-z]+)(?:[ \t]+|\r?$)", re.I)
_HEREDOC = re.compile(r"<<(-?)([\"']?)([A-Za-z_]\w*)\2")
_WORD = re.compile(rf"{WORD}+", re.S)
_NAME = re.compile(r"([A-Za-z_][\w.\-]*)=")
_LEGACY = re.compile(r"([A-Za-z_][\w.\-]*)[ \t]+(.*\S)", re.S)


def read(text: str) -> Iterator[Mark]:
    """What ENV, ARG and EXPOSE set, flags and URLs of CMD, ENTRYPOINT and HEALTHCHECK, and `${KEY:-default}`."""
    plain = _blanked(text)
    for name, start, end in _instructions(plain):
        yield from commands.defaults(plain, start, end)
        if name in ("ENV", "ARG"):
            yield from _variables(plain, start, end, name)
        elif name == "EXPOSE":
            for word in _WORD.finditer(plain, start, end):
                yield Mark(name, word[0], word.start(), word.end(), "expose")
        elif name in ("CMD", "ENTRYPOINT", "HEALTHCHECK"):
            yield from commands.flags(plain, start, end, name)
            yield from commands.urls(plain, start, end, name)


def _blanked(text: str) -> str:
    """The text with comments, escaped line ends, and what comes between an escaped line end and the next, as blanks."""
    escape = re.escape("`" if _ESCAPE.match(text) else "\\")
    pattern = rf"^[ \t]*\#[^\n]*|{escape}[ \t]*\r?\n(?:[ \t]*(?:\#[^\n]*)?\r?\n)*(?:[ \t]*\#[^\n]*\Z)?"
    return re.sub(pattern, lambda found: " " * len(found[0]), text, flags=re.M)


def _instructions(plain: str) -> Iterator[tuple[str, int, int]]:
    """The name of each instruction and the span of what follows it. The text of here-documents is passed over."""
    position = 0
    while position < len(plain):
        end = plain.find("\n", position)
        end = len(plain) if end < 0 else end
        found = _INSTRUCTION.match(plain, position, end)
        if found and _KNOWN.match(found[1].upper()):
            name = found[1].upper()
            yield name, found.end(), end
            if name in ("RUN", "COPY", "ADD"):
                end = _after_documents(plain, found.end(), end)
        elif plain[position:end].strip():
            raise Malformed(line_at(plain, position), "is not a Dockerfile's instruction")
        position = end + 1


def _after_documents(plain: str, start: int, end: int) -> int:
    for found in _HEREDOC.finditer(plain, start, end):
        indent = r"\t*" if found[1] else ""
        closing = re.compile(rf"^{indent}{found[3]}\r?$", re.M).search(plain, end)
        if not closing:
            raise Malformed(line_at(plain, start), "opens a here-document that does not end")
        end = closing.end()
    return end


def _variables(plain: str, start: int, end: int, instruction: str) -> Iterator[Mark]:
    """`ENV A=1 B="2"`, `ENV A 1`, `ARG A=1`; an ARG without a default sets nothing."""
    form = "arg" if instruction == "ARG" else "env-instruction"
    legacy = _LEGACY.match(plain, start, end)
    if legacy and instruction == "ENV":
        yield Mark(legacy[1], unquote(legacy[2].rstrip()), legacy.start(2), legacy.end(2), form)
        return
    position = start
    for word in _WORD.finditer(plain, start, end):
        name = _NAME.match(word[0])
        if plain[position : word.start()].strip() or (not name and instruction == "ENV"):
            break
        if name:
            value = word[0][name.end() :]
            yield Mark(name[1], unquote(value), word.start() + name.end(), word.end(), form)
        position = word.end()
    if plain[position:end].strip():
        raise Malformed(line_at(plain, position), f"{instruction} does not hold `KEY=value`")
