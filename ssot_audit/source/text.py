"""Bytes to text as Python reads a source file (PEP 263), and nothing that Python would read differently."""

from __future__ import annotations

import codecs
import re
import unicodedata
from typing import TypeVar

from ssot_audit.facts import Failure

Text = TypeVar("Text", str, str | None)

_COOKIE = re.compile(rb"[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")
_NO_CODE = re.compile(rb"[ \t\f]*(?:#.*)?\Z", re.DOTALL)
# Codecs that keep ASCII as it is and carry no state; others (utf-7, unicode_escape, rot13) can hide an import.
_SAFE = re.compile(
    r"(?:utf-8|ascii|iso8859-\d+|cp(?:437|720|737|775|85\d|86[0-3]|86[569]|874|932|949|950|125\d|1006|1125)|koi8-[rtu]|kz1048"
    r"|mac-\w+|hp-roman8|tis-620|ptcp154|shift_jis(?:x0213)?|euc_(?:jp|kr|jis_2004|jisx0213)|gb2312|gbk|gb18030"
    r"|big5(?:hkscs)?|johab)\Z"
)


def decode(data: bytes) -> str | Failure:
    """The text, without a byte order mark; a Failure where the encoding is unknown, unsafe or does not hold."""
    if b"\0" in data:
        return Failure("contains NUL bytes")
    if data.isascii() and b"coding" not in _two_lines(data):
        return data.decode("ascii")
    marked = data.startswith(codecs.BOM_UTF8)
    body = data[3:] if marked else data
    name = _cookie(body)
    try:
        codec = codecs.lookup(name or "utf-8").name.removesuffix("-sig")
    except (LookupError, ValueError):
        return Failure(f"declares an unknown encoding {name!r}")
    if not _SAFE.match(codec) or (marked and codec != "utf-8"):
        return Failure(f"declares the encoding {name!r}, which is not read here")
    try:
        text = body.decode(codec)
        if codec == "utf-8" or text.encode(codec) == body:
            return text
    except UnicodeError:
        pass
    return Failure(f"is not valid {codec}")


def _usual(name: str) -> str:
    """CPython reads `utf-8-unix` as UTF-8, and so with Latin-1."""
    short = name.lower().replace("_", "-")
    if short.startswith("utf-8-"):
        return "utf-8"
    return "latin-1" if short.startswith(("latin-1-", "iso-8859-1-", "iso-latin-1-")) else name


def _cookie(body: bytes) -> str | None:
    """The encoding named in the first two lines; in the second only where the first holds no code."""
    lines = re.split(rb"\r\n?|\n", body, maxsplit=2)[:2]
    for line in lines:
        found = _COOKIE.match(line)
        if found:
            return _usual(found[1].decode("ascii", "replace"))
        if not _NO_CODE.match(line):
            return None
    return None


def _two_lines(data: bytes) -> bytes:
    """At least the first two lines, or all."""
    head = data[:400]
    return head if head.replace(b"\r\n", b"\n").replace(b"\r", b"\n").count(b"\n") > 1 else data


def normal(name: Text) -> Text:
    """An identifier as Python compares it: in Unicode normal form KC (Reference 2.3)."""
    return name if name is None or name.isascii() else unicodedata.normalize("NFKC", name)
