"""Shell scripts: assignments at the start of a line, flags of commands and `${KEY:-default}`. Nothing is expanded. A
line of a here-document that reads as an assignment counts as one: scripts write env files that way."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ssot_audit.source.settings import commands
from ssot_audit.source.settings.marks import COMPUTED, Mark
from ssot_audit.source.settings.words import unquote

_COMMENT = re.compile(r"^[ \t]*#[^\r\n]*", re.M)
# What a command, a script's arguments or a sum make; a substitution that goes on in the next line is cut.
_COMPUTED = re.compile(
    r"\$\(\([^\n]{0,300}?\)\)|\$\([^)\n]{0,300}\)|`[^`\n]{0,300}`|\$\([^\n]*|`[^\n]*|\$[0-9@*#?!$-]|\$\Z"
)
_ASSIGNMENT = re.compile(
    r"""^[ \t]*(?:(?:export|readonly|local|declare|typeset)(?:[ \t]+-\w+)*[ \t]+)?
        ([A-Za-z_]\w*)=((?:\$\(\([^\n]{0,300}?\)\)|"(?:[^"\\]|\\.)*"|'[^']*'|\\.|\$\{[^}\n]{0,300}\}|\$\([^)\n]{0,300}\)|`[^`\n]{0,300}`|[^\s"'\\;&|<>()`])*)""",
    re.M | re.S | re.X,
)


def read(text: str) -> Iterator[Mark]:
    """What a script sets. A value with a variable is given as written."""
    plain = _COMMENT.sub(lambda found: " " * len(found[0]), text)
    for found in _ASSIGNMENT.finditer(plain):
        written = found[2] if found[2].startswith("'") else _COMPUTED.sub(COMPUTED, found[2])
        yield Mark(found[1], unquote(written), found.start(2), found.end(2), "assignment")
    yield from commands.defaults(plain, 0, len(plain))
    yield from commands.flags(plain, 0, len(plain))
