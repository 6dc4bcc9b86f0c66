"""Rules: one declared truth each, read from TOML files (packs) with all their mistakes told at once."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import NamedTuple

from ssot_audit import names, tables
from ssot_audit.errors import ConfigError
from ssot_audit.model import Class, Severity

_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*\Z")
_NEED_FILES = (Class.UNLISTED, Class.RIVAL)


class Shim(NamedTuple):
    """A deprecated path kept on purpose, up to and including the day `until`."""

    path: str
    until: date | None


class Example(NamedTuple):
    """Code with the class its reference must get. `files` are laid over the rule's stub tree."""

    good: bool
    expected: Class
    files: tuple[tuple[str, str], ...]


class Rule(NamedTuple):
    """One symbol, or one module, with its one home. Paths are dotted; `family`, `deprecated` may hold patterns."""

    id: str
    title: str
    why: str
    severity: Severity
    canonical: str
    deprecated: tuple[str, ...]
    shims: tuple[Shim, ...]
    family: tuple[str, ...]
    aliases: tuple[str, ...]
    external: bool
    paths: tuple[str, ...]
    exclude_paths: tuple[str, ...]
    examples: tuple[Example, ...]
    source: str  # the file it was read from, as shown to the reader

    @property
    def symbol(self) -> str:
        return names.last_part(self.canonical)

    @property
    def listed(self) -> tuple[str, ...]:
        return (self.canonical, *self.deprecated, *(shim.path for shim in self.shims))


class Pack(NamedTuple):
    """A file of rules. `package` is the top-level package it is about; empty for rules of the repository itself."""

    name: str
    package: str
    about: str
    rules: tuple[Rule, ...]
    source: str


def shipped_packs() -> dict[str, Path]:
    """The packs that come with the program, by name."""
    installed = Path(__file__).with_name("packs")
    folder = installed if installed.is_dir() else Path(__file__).parents[1] / "rules"  # a checkout run in place
    return {path.stem: path for path in sorted(folder.glob("*.toml"))}


def load_pack(path: Path, label: str) -> Pack:
    """The rules of one file. Raises ConfigError with every mistake in it."""
    table = tables.load(path, label)
    mistakes: list[str] = []
    reader = tables.Reader(table, label, mistakes)
    package, about = reader.text("package"), reader.text("about")
    entries = reader.tables("rule")
    if not entries and not mistakes:
        reader.wrong("rule", "is missing: a rule file has at least one [[rule]]")
    rules = [_rule(entry, number, label, mistakes) for number, entry in enumerate(entries, 1)]
    if package and not package.isidentifier():
        reader.wrong("package", "must be a top-level package, one identifier")
    reader.finish()
    _duplicates([rule.id for rule in rules if rule.id], label, mistakes)
    if mistakes:
        raise ConfigError(tuple(mistakes))
    return Pack(path.stem, package, about, tuple(rules), label)


def _duplicates(ids: Sequence[str], label: str, mistakes: list[str]) -> None:
    mistakes.extend(
        f"{label}: the id {one!r} is used by {ids.count(one)} rules" for one in dict.fromkeys(ids) if ids.count(one) > 1
    )


def _rule(entry: object, number: int, label: str, mistakes: list[str]) -> Rule:
    identity = entry.get("id") if isinstance(entry, dict) else None
    where = f"{label}: rule {identity!r}" if isinstance(identity, str) and identity else f"{label}: rule {number}"
    reader = tables.Reader(entry, where, mistakes)
    rule = Rule(
        id=reader.text("id", required=True),
        title=reader.text("title", required=True),
        why=reader.text("why", required=True),
        severity=Severity(reader.choice("severity", tuple(Severity), Severity.ERROR)),
        canonical=reader.text("canonical", required=True),
        deprecated=reader.texts("deprecated"),
        shims=tuple(_shim(one, where, mistakes) for one in reader.tables("shims")),
        family=reader.texts("family"),
        aliases=reader.texts("aliases"),
        external=reader.flag("external"),
        paths=reader.texts("paths"),
        exclude_paths=reader.texts("exclude-paths"),
        examples=(
            *(_example(one, True, where, mistakes) for one in reader.tables("good")),
            *(_example(one, False, where, mistakes) for one in reader.tables("bad")),
        ),
        source=label,
    )
    _check_paths(rule, reader)
    reader.finish()
    return rule


def _check_paths(rule: Rule, reader: tables.Reader) -> None:
    if rule.id and not _ID.match(rule.id):
        reader.wrong("id", "must be lower-case words joined by `-`")
    if rule.canonical and not (names.is_dotted(rule.canonical) and "." in rule.canonical):
        reader.wrong("canonical", f"must be one dotted path such as package.module.Name, not {rule.canonical!r}")
    for key, patterns in (("deprecated", rule.deprecated), ("family", rule.family)):
        for pattern in patterns:
            mistake = names.mistake_in(pattern)
            if mistake:
                reader.wrong(key, f"{pattern!r} {mistake}")
    for alias in rule.aliases:
        if not alias.isidentifier():
            reader.wrong("aliases", f"{alias!r} is not a name")
    listed = [*rule.deprecated, *(shim.path for shim in rule.shims if shim.path), rule.canonical]
    for path in dict.fromkeys(listed):
        if path and listed.count(path) > 1:
            reader.wrong("", f"lists {path!r} twice; a path is canonical, deprecated or a shim")


def _shim(entry: object, where: str, mistakes: list[str]) -> Shim:
    reader = tables.Reader(entry, f"{where}, shim", mistakes)
    shim = Shim(reader.text("path", required=True), reader.day("until"))
    if shim.path and not names.is_dotted(shim.path):
        reader.wrong("path", f"{shim.path!r} is not a dotted path")
    reader.finish()
    return shim


def _example(entry: object, good: bool, where: str, mistakes: list[str]) -> Example:
    kind = "good" if good else "bad"
    reader = tables.Reader(entry, f"{where}, {kind} example", mistakes)
    fitting = [one for one in Class if one.breaks_rule != good]
    expected = Class(reader.choice("class", fitting, Class.CANONICAL if good else Class.DEPRECATED))
    if not good and isinstance(entry, dict) and "class" not in entry:
        reader.wrong("class", f"is missing; it must be one of {', '.join(fitting)}")
    code, files = reader.text("code"), reader.mapping("files")
    reader.finish()
    for path, text in files.items():
        if not isinstance(text, str) or path.startswith("/") or ".." in path.split("/") or not path.endswith(".py"):
            reader.wrong("files", f"must map relative paths of .py files to text; {path!r} does not")
    if bool(code) == bool(files):
        reader.wrong("", "needs either `code` or `files`")
    if code and expected in _NEED_FILES:
        reader.wrong("class", f"{expected} needs `files`: the stub tree has no such path")
    laid = tuple((path, text) for path, text in files.items() if isinstance(text, str))
    return Example(good, expected, laid or (("example.py", code),))
