"""Rules: one declared truth each, read from TOML files (packs) with all their mistakes told at once.

What every rule has is read here; what one of its kind says besides, by the reader of its kind.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Generic, NamedTuple, TypeVar

from ssot_audit import tables
from ssot_audit.errors import ConfigError
from ssot_audit.model import BESIDE, SYMBOL, Severity

# Ids of findings that come of no loaded rule: of checks beside the rules, and of what accepts findings.
RESERVED = (*BESIDE.values(), "baseline", "suppression", "gate")
VALUE = "value"  # the kind whose rules read files of other formats than Python

Spec = TypeVar("Spec")

_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*\Z")


class Example(NamedTuple):
    """Code with the class that something in it must get. `files` are laid over the rule's stub tree."""

    good: bool
    expected: str
    files: tuple[tuple[str, str], ...]


class Rule(NamedTuple, Generic[Spec]):
    """One declared truth; `spec` holds what a rule of its kind says."""

    id: str
    kind: str
    title: str
    why: str
    severity: Severity
    paths: tuple[str, ...]
    exclude_paths: tuple[str, ...]
    examples: tuple[Example, ...]
    may_be_idle: bool  # whether it may govern nothing at all: `expect = "none"`
    source: str  # the file it was read from, as shown to the reader
    line: int  # of its [[rule]] in that file; 1 where that cannot be told
    spec: Spec


class Shape(NamedTuple):
    """What a kind of rule has of its own: the reader of its keys, and the classes it tells apart, those a good example
    may expect and those a bad one may; the first is meant where an example names none. For those in `need_files` an
    example brings files of its own; `any_format` is true where those may be other than Python."""

    read: Callable[[tables.Reader], Any]
    good: tuple[str, ...]
    bad: tuple[str, ...]
    need_files: tuple[str, ...] = ()
    any_format: bool = False


AnyRule = Rule[Any]
Shapes = Mapping[str, Shape]


class Pack(NamedTuple):
    """A file of rules. `package` is the top-level package it is about; empty for rules of the repository itself."""

    name: str
    package: str
    about: str
    rules: tuple[AnyRule, ...]
    source: str


def shipped_packs() -> dict[str, Path]:
    """The packs that come with the program, by name."""
    installed = Path(__file__).with_name("packs")
    folder = installed if installed.is_dir() else Path(__file__).parents[1] / "rules"  # a checkout run in place
    return {path.stem: path for path in sorted(folder.glob("*.toml"))}


def package_of(path: Path) -> str:
    """The package a pack that comes with the program is about, from the lines before its rules; empty for none."""
    head = path.read_text("utf-8").partition("\n[[rule]]")[0]
    found = re.search(r'^package = "(\w+)"$', head, re.MULTILINE)
    return found[1] if found else ""


def load_pack(path: Path, label: str, shapes: Shapes) -> Pack:
    """The rules of one file, of the kinds in `shapes`. Raises ConfigError with every mistake in it."""
    text = tables.text_of(path, label)
    table = tables.parse(text, label)
    mistakes: list[str] = []
    reader = tables.Reader(table, label, mistakes)
    package, about = reader.text("package"), reader.text("about")
    entries = reader.tables("rule")
    if not entries and not mistakes:
        reader.wrong("rule", "is missing: a rule file has at least one [[rule]]")
    lines = tables.lines_of(text, "rule", len(entries))
    rules = [
        _rule(entry, number, label, mistakes, shapes)._replace(line=line)
        for number, (entry, line) in enumerate(zip(entries, lines, strict=True), 1)
    ]
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


def _rule(entry: object, number: int, label: str, mistakes: list[str], shapes: Shapes) -> AnyRule:
    identity = entry.get("id") if isinstance(entry, dict) else None
    where = f"{label}: rule {identity!r}" if isinstance(identity, str) and identity else f"{label}: rule {number}"
    reader = tables.Reader(entry, where, mistakes)
    kind = reader.choice("kind", tuple(shapes), SYMBOL)
    shape = shapes[kind]
    rule = Rule(
        id=reader.text("id", required=True),
        kind=kind,
        title=reader.text("title", required=True),
        why=reader.text("why", required=True),
        severity=Severity(reader.choice("severity", tuple(Severity), Severity.ERROR)),
        paths=reader.texts("paths"),
        exclude_paths=reader.texts("exclude-paths"),
        examples=(
            *(_example(one, True, shape, where, mistakes) for one in reader.tables("good")),
            *(_example(one, False, shape, where, mistakes) for one in reader.tables("bad")),
        ),
        may_be_idle=reader.choice("expect", ("some", "none"), "some") == "none",
        source=label,
        line=1,
        spec=shape.read(reader),
    )
    if rule.id in RESERVED:
        reader.wrong("id", f"{rule.id!r} is one of the program's own: {', '.join(RESERVED)}")
    if rule.id and not _ID.match(rule.id):
        reader.wrong("id", "must be lower-case words joined by `-`")
    reader.finish()
    return rule


def _example(entry: object, good: bool, shape: Shape, where: str, mistakes: list[str]) -> Example:
    kind = "good" if good else "bad"
    reader = tables.Reader(entry, f"{where}, {kind} example", mistakes)
    fitting = shape.good if good else shape.bad
    expected = reader.choice("class", fitting, fitting[0])
    if not good and isinstance(entry, dict) and "class" not in entry:
        reader.wrong("class", f"is missing; it must be one of {', '.join(fitting)}")
    code, files = reader.text("code"), reader.mapping("files")
    reader.finish()
    for path, text in files.items():
        fits = not path.startswith("/") and ".." not in path.split("/") and (shape.any_format or path.endswith(".py"))
        if not isinstance(text, str) or not fits:
            files_of = "files" if shape.any_format else ".py files"
            reader.wrong("files", f"must map relative paths of {files_of} to text; {path!r} does not")
    if bool(code) == bool(files):
        reader.wrong("", "needs either `code` or `files`")
    if code and expected in shape.need_files:
        reader.wrong("class", f"{expected} needs `files`: the stub tree has no such path")
    laid = tuple((path, text) for path, text in files.items() if isinstance(text, str))
    return Example(good, expected, laid or (("example.py", code),))
