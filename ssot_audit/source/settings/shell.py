"""Shell scripts: assignments at the start of a line, flags of commands and `${KEY:-default}`. Nothing is expanded. A
line of a here-document that reads as an assignment counts as one: scripts write env files that way."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ssot_audit.source.settings import commands
from ssot_audit.source.settings.marks import Mark
from ssot_audit.source.settings.words import unquote

_COMMENT = re.compile(r"^[ \t]*#[^\r\n]*", re.M)
_ASSIGNMENT = re.compile(
    r"""^[ \t]*(?:(?:export|readonly|local|declare|typeset)(?:[ \t]+-\w+)*[ \t]+)?
        ([A-Za-z_]\w*)=((?:"(?:[^"\\]|\\.)*"|'[^']*'|\\.|\$\{[^}\n]{0,300}\}|\$\([^)\n]{0,300}\)|`[^`\n]{0,300}`|[^\s"'\\;&|<>()`])*)""",
    re.M | re.S | re.X,
)


def read(text: str) -> Iterator[Mark]:
    """What a script sets. A value with a variable is given as written, one with the output of a command not at all."""
    plain = _COMMENT.sub(lambda found: " " * len(found[0]), text)
    for found in _ASSIGNMENT.finditer(plain):
        if "$(" not in found[2] and "`" not in found[2]:
            yield Mark(found[1], unquote(found[2]), found.start(2), found.end(2), "assignment")
    yield from commands.defaults(plain, 0, len(plain))
    yield from commands.flags(plain, 0, len(plain))
