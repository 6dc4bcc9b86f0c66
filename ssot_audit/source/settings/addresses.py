"""Ports and hosts in a value, and the two sides of a port mapping."""

from __future__ import annotations

import re
from typing import NamedTuple

MAX_PORT = 65_535

_VARIABLE = re.compile(r"\$\{\w+(?::?[-=?+]([^{}$]*))?\}|\$\w+")
_ADDRESS = re.compile(
    r"""(?:[A-Za-z][A-Za-z0-9+.\-]*://)?      # http://, postgresql+asyncpg://
        (?:[^/@\s]*@)?                        # user:password@
        (\[[0-9A-Fa-f:.]+\]|(?:[A-Za-z0-9_.\-]|\{\})*)  # {} is what an f-string computes
        (?::([0-9]{1,5}))?
        (?:/(?:tcp|udp|sctp)\Z|[/?\#]\S*)?\Z""",
    re.X,
)
_PORT = re.compile(r"([0-9]{1,5})(?:/(?:tcp|udp|sctp))?\Z")
_PART = re.compile(r"(?:\$\{[^}]{0,300}\}|\[[^\]]{0,300}\]|[^:\[\]{}\s])+")
_MAPPED = re.compile(r"(?:\$\{[^}]{0,300}\}|[0-9]+(?:-[0-9]+)?)(?:/(?:tcp|udp|sctp))?\Z")


class Part(NamedTuple):
    """One side of a port mapping, at text[start:end] of it."""

    side: str  # host, container
    value: str
    start: int
    end: int


def port_of(value: str) -> int | None:
    """The one port a value names: `8081`, `8081/tcp`, `auth:8081`, `http://auth:8081/x`, `${PORT:-8081}`. None where it
    names none; a scheme's usual port is not made up. A variable counts as its default."""
    plain = with_defaults(value)
    alone = _PORT.match(plain)
    if alone:
        return _in_range(alone[1])
    found = _ADDRESS.match(plain)
    if not found or not found[2] or (found[1].isdigit() and "://" not in plain):
        return None  # 8081:8080 is a mapping
    return _in_range(found[2])


def host_of(value: str) -> str | None:
    """The host of a URL or of `host:port`, or an IPv4 address alone. None where the value has none: a bare word could
    be anything."""
    plain = with_defaults(value)
    found = _ADDRESS.match(plain)
    if not found or not found[1] or "{}" in found[1] or (found[1].isdigit() and "://" not in plain):
        return None
    if "://" in plain or found[2] or re.fullmatch(r"(?:[0-9]{1,3}\.){3}[0-9]{1,3}", found[1]):
        return found[1].strip("[]")
    return None


def mapping(value: str) -> tuple[Part, ...]:
    """The sides of a port mapping: `8080`, `8081:8080`, `127.0.0.1:${P:-8081}:8080/tcp`; () where the value is none.
    https://docs.docker.com/reference/compose-file/services/#ports, the short syntax."""
    parts = list(_PART.finditer(value))
    if not parts or ":".join(one[0] for one in parts) != value or len(parts) > 3:
        return ()
    if not all(_MAPPED.match(one[0]) for one in parts[-2:]):
        return ()
    sides = ("container",) if len(parts) == 1 else ("host", "container")
    return tuple(
        Part(side, one[0], one.start(), one.end()) for side, one in zip(sides, parts[-len(sides) :], strict=True)
    )


def with_defaults(value: str) -> str:
    """The value with each variable as its default, or as nothing."""
    return _VARIABLE.sub(lambda found: found[1] or "", value.strip())


def _in_range(digits: str) -> int | None:
    port = int(digits)
    return port if 0 < port <= MAX_PORT else None
