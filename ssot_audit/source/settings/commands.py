"""What the text of a command sets: variables with a default, flags, addresses. Patterns over a text, in linear time."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ssot_audit.source.settings.addresses import host_of, mapping, port_of
from ssot_audit.source.settings.marks import Mark, join

# ${KEY:-default} and ${KEY-default}; :=, = set it as well. A default that holds another variable is read from inside.
_DEFAULT = re.compile(r"\$\{([A-Za-z_]\w*):?[-=]([^{}$\n]+)\}")
# Between the words of a JSON array or a list, of a YAML list, of a shell line.
_GAP = r"[\"']?(?:[ \t]*,\s*|[ \t]*\r?\n[ \t]*-[ \t]+|(?:[ \t]|\\\r?\n)+)[\"']?"
_FLAG = re.compile(
    rf"(?<![\w\-])(--?[A-Za-z][\w\-]*)(=|{_GAP})((?:\$\{{[^}}\s]{{0,300}}\}}|[^\s\"',;|&()\[\]\\$<>]|\$\w)+)",
)
_PAIR = re.compile(r"([A-Za-z_]\w*)=(.*)\Z", re.S)
_ADDRESSED = re.compile(r"(?:port|host|bind|listen|address|addr|url|uri)\Z", re.I)
_URL = re.compile(r"(?<![\w/.\-])(?:[a-z][a-z0-9+.\-]{0,30}://|localhost:)[^\s\"'`<>|\\,;)\]]+")
_SHORT = ("-p", "-P", "-b", "-H")
_ENVIRONMENT = ("-e", "--env", "--build-arg", "--set-env-vars", "--update-env-vars")


def defaults(text: str, start: int, end: int) -> Iterator[Mark]:
    """`${KEY:-default}` in text[start:end]."""
    for found in _DEFAULT.finditer(text, start, end):
        yield Mark(found[1], found[2], found.start(2), found.end(2), "environment-default")


def flags(text: str, start: int, end: int, above: str = "") -> Iterator[Mark]:
    """`--port 8081`, `--port=8081`, `-p 8081:8080`, `-e KEY=value` in text[start:end]. After a space only what looks
    like an address is a flag's value: `--reload main.py` are two words."""
    for found in _FLAG.finditer(text, start, end):
        name, gap, value = found[1], found[2], found[3]
        at, pair = found.start(3), _PAIR.match(value)
        if name in _ENVIRONMENT and pair:
            yield Mark(pair[1], pair[2], at + pair.start(2), found.end(3), "env")
        elif name in ("-p", "--publish") and len(mapping(value)) == 2:
            for part in mapping(value):
                yield Mark(join(above, name, part.side), part.value, at + part.start, at + part.end, "port-mapping")
        elif gap and not value.startswith("-") and _fits(name, gap, value):
            yield Mark(join(above, name), value, at, found.end(3), "flag")


def urls(text: str, start: int, end: int, key: str) -> Iterator[Mark]:
    """URLs, and `localhost:8081`, in text[start:end]."""
    for found in _URL.finditer(text, start, end):
        if port_of(found[0]):
            yield Mark(key, found[0], found.start(), found.end(), "url")


def _fits(name: str, gap: str, value: str) -> bool:
    if not name.startswith("--"):
        return gap != "=" and name in _SHORT and bool(port_of(value) or host_of(value))
    return gap == "=" or bool(port_of(value) or host_of(value) or _ADDRESSED.search(name))
