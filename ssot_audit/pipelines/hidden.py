"""Commands without what must not be repeated. Linear in the length of a text."""

from __future__ import annotations

import re

from ssot_audit.source.settings.secrets import MASK, masked, names_a_secret

# `--password VALUE`, `--token=VALUE`, `TOKEN=VALUE` and `token: VALUE`; what a variable holds is not in the text.
_PAIR = re.compile(
    r"(?<![\w-])(?:(?P<flag>--[A-Za-z][\w-]*)(?:=|[ \t]+)|(?P<name>[A-Za-z_][\w-]*)(?:=|:[ \t]+))"
    r"(?=(?P<value>\"[^\"\n]{1,400}\"|'[^'\n]{1,400}'|[^\s\"'$`;|&()-][^\s\"'`;|&()]{0,400}))"
)
_REST = re.compile(r"[^\s\"'`;|&()]*")


def hidden(text: str) -> str:
    """The text with a mask for each value that is, or is named like, a secret."""
    pieces, position = list[str](), 0
    while found := _PAIR.search(text, position):
        pieces.append(text[position : found.end()])
        position = found.end()
        value = found["value"].strip("\"'")
        if not value.startswith("$") and value != MASK and names_a_secret(found["flag"] or found["name"], value):
            pieces.append(MASK)
            rest = _REST.match(text, found.end("value"))
            position = rest.end() if rest else found.end("value")
    return masked("", "".join((*pieces, text[position:])))


def holds_secret(text: str) -> bool:
    return hidden(text) != text
