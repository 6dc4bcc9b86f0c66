"""What a rule of the kind `value` says: one configuration value, where it is written, and what it must be."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from ssot_audit import names, tables
from ssot_audit.facts import FORMS
from ssot_audit.rules import Rule

PARTS = ("text", "port", "host")
_ENDING = re.compile(r"[^/]\.[A-Za-z][A-Za-z0-9]*\Z")  # of a name


class Source(NamedTuple):
    """Where the value is written.

    keys: patterns over dotted keys: `*` is any characters of a part, `**` any number of parts
    files: gitignore patterns of the files that write it; all files by default
    beside: texts, one of which stands on the line of the value; any line by default
    forms: how it is made there (`env`, `environment-default`, `flag`, …: a wrong one is told with all); any by default
    """

    keys: tuple[str, ...]
    files: tuple[str, ...]
    beside: tuple[str, ...]
    forms: tuple[str, ...]

    def __str__(self) -> str:
        narrowed = (("in", self.files), ("beside", self.beside), ("as", self.forms))
        return "; ".join((", ".join(self.keys), *(f"{word} {', '.join(texts)}" for word, texts in narrowed if texts)))


class Override(NamedTuple):
    """A declared difference: another value for what fits all that is given. The first override that fits holds.

    value: the value there, in place of the canonical one
    environment: the environment it is for, a key of `environments`
    files: gitignore patterns of the files it is for
    keys: patterns over the keys it is for
    """

    value: str
    environment: str
    files: tuple[str, ...]
    keys: tuple[str, ...]

    def __str__(self) -> str:
        places = "; ".join(filter(None, (self.environment, ", ".join(self.files), ", ".join(self.keys))))
        return f"{self.value} for {places}"


class Environment(NamedTuple):
    """A named environment and the gitignore patterns of its files."""

    name: str
    files: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.name}: {', '.join(self.files)}"


class Value(NamedTuple):
    """One configuration value, one truth.

    sources: where the value is written; each is a table with `keys`, `files`, `beside` and `forms`
    value: the canonical value; without it, the one that most production files give
    part: what of a value is compared: its whole `text` (default), its `port`, or its `host`
    overrides: declared differences; each is a table with a `value` for an `environment`, `files` or `keys`
    environments: gitignore patterns of the files of each named environment, by its name
    """

    sources: tuple[Source, ...]
    value: str
    part: str
    overrides: tuple[Override, ...]
    environments: tuple[Environment, ...]

    @property
    def subject(self) -> str:
        keys = list(dict.fromkeys(key.removeprefix("**.") for source in self.sources for key in source.keys))
        some = ", ".join(keys[:3]) + (", …" if len(keys) > 3 else "")
        return f"{some} = {_masked(keys, self.value)}" if self.value else some


def _masked(keys: Sequence[str], value: str) -> str:
    from ssot_audit.source.settings import masked

    for key in keys:
        value = masked(key, value)
    return value


ValueRule = Rule[Value]


def read(reader: tables.Reader) -> Value:
    """The keys of such a rule."""
    spec = Value(
        sources=tuple(_source(one, reader) for one in reader.tables("sources")),
        value=reader.text("value"),
        part=reader.choice("part", PARTS, PARTS[0]),
        overrides=tuple(_override(one, reader) for one in reader.tables("overrides")),
        environments=tuple(_environments(reader)),
    )
    if not spec.sources:
        reader.wrong("sources", "is missing: say where the value is written, with at least one [[rule.sources]]")
    known = [name for name, _ in spec.environments]
    for one in spec.overrides:
        if one.environment and one.environment not in known:
            reader.wrong(
                "overrides", f"names the environment {one.environment!r}; known here: {', '.join(known) or 'none'}"
            )
    for value in (spec.value, *(one.value for one in spec.overrides)):
        if value and spec.part == "port" and not _is_port(value):
            reader.wrong("value", f"must be a port, a whole number from 1 to 65535, not {value!r}")
    return spec


def _is_port(value: str) -> bool:
    return value.isascii() and value.isdigit() and value[0] != "0" and len(value) < 6 and int(value) < 65_536


def _source(entry: object, above: tables.Reader) -> Source:
    reader = tables.Reader(entry, f"{above.where}, sources", above.mistakes)
    source = Source(reader.texts("keys"), reader.texts("files"), reader.texts("beside"), reader.texts("forms"))
    if not source.keys:
        reader.wrong("keys", "is missing; it must be a list of patterns over keys")
    _check_keys(source.keys, reader)
    _check_files(source.files, reader)
    unknown = [one for one in source.forms if one not in FORMS]
    if unknown:
        reader.wrong("forms", f"has {', '.join(map(repr, unknown))}; known forms: {', '.join(FORMS)}")
    reader.finish()
    return source


def _override(entry: object, above: tables.Reader) -> Override:
    reader = tables.Reader(entry, f"{above.where}, overrides", above.mistakes)
    override = Override(
        reader.text("value", required=True), reader.text("environment"), reader.texts("files"), reader.texts("keys")
    )
    if not (override.environment or override.files or override.keys):
        reader.wrong("", "needs `environment`, `files` or `keys`: an override for everything is the canonical value")
    _check_keys(override.keys, reader)
    reader.finish()
    return override


def _environments(above: tables.Reader) -> list[Environment]:
    table = above.mapping("environments")
    reader = tables.Reader(table, f"{above.where}, environments", above.mistakes)
    found = [Environment(name, reader.texts(name)) for name in table]
    for name, files in found:
        if not files and table[name] == []:
            reader.wrong(name, "must have at least one pattern of files")
    return found


def _check_files(files: tuple[str, ...], reader: tables.Reader) -> None:
    """Files that nothing is read from would be passed over in silence. A pattern tells by what ends its name."""
    named = [one for one in files if _ENDING.search(one)]
    if not named:
        return
    from ssot_audit.source.settings import format_of

    for one in named:
        if format_of(one.replace("*", "x")) is None:
            reader.wrong(
                "files",
                f"has {one!r}, a format that settings are not read from; they are from .py, .yml, .toml, .json, .env, "
                ".ini, .cfg, .sh and Dockerfiles (a folder's pattern ends with `/`)",
            )


def _check_keys(keys: tuple[str, ...], reader: tables.Reader) -> None:
    for key in keys:
        if len(key) > names.MAX_PATTERN:
            reader.wrong("keys", f"{key[:40]!r}… is longer than {names.MAX_PATTERN} characters")
        elif any("**" in part and part != "**" for part in key.split(".")):
            reader.wrong("keys", f"{key!r} has `**` inside a part; `**` stands alone between dots")
        elif not key.replace("*", "").strip("."):
            reader.wrong("keys", f"{key!r} names no key")
