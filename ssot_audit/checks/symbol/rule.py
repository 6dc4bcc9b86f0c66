"""What a rule of the kind `symbol` says: one symbol, or one module, with its one home."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import NamedTuple

from ssot_audit import names, tables
from ssot_audit.rules import Rule


class Shim(NamedTuple):
    """A deprecated path kept on purpose, up to and including the day `until`."""

    path: str
    until: date | None

    def __str__(self) -> str:
        return f"{self.path}, until {self.until or 'no date'}"


class Symbol(NamedTuple):
    """One symbol, or one module, with its one home. Paths are dotted; in patterns `*` is any characters of a part and
    `**` any number of parts.

    canonical: the one dotted path of the symbol, or of a module
    deprecated: older paths, or patterns of them
    shims: paths kept for a while, each with the day `until` which it is kept
    family: packages or patterns where the name and its aliases are governed; the canonical module's package by default
    aliases: other names of the symbol
    external: true where the symbol is of an installed package
    """

    canonical: str
    deprecated: tuple[str, ...]
    shims: tuple[Shim, ...]
    family: tuple[str, ...]
    aliases: tuple[str, ...]
    external: bool

    @property
    def subject(self) -> str:
        return self.canonical

    @property
    def symbol(self) -> str:
        return names.last_part(self.canonical)

    @property
    def listed(self) -> tuple[str, ...]:
        return (self.canonical, *self.deprecated, *(shim.path for shim in self.shims))


SymbolRule = Rule[Symbol]


def read(reader: tables.Reader) -> Symbol:
    """The keys of such a rule."""
    spec = Symbol(
        canonical=reader.one_dotted("canonical"),
        deprecated=reader.patterns("deprecated"),
        shims=tuple(_shim(one, reader) for one in reader.tables("shims")),
        family=reader.patterns("family"),
        aliases=reader.texts("aliases"),
        external=reader.flag("external"),
    )
    _check_paths(spec, reader)
    return spec


def _check_paths(spec: Symbol, reader: tables.Reader) -> None:
    for alias in spec.aliases:
        if not alias.isidentifier():
            reader.wrong("aliases", f"{alias!r} is not a name")
    listed = [*spec.deprecated, *(shim.path for shim in spec.shims if shim.path), spec.canonical]
    for path in dict.fromkeys(listed):
        if path and listed.count(path) > 1:
            reader.wrong("", f"lists {path!r} twice; a path is canonical, deprecated or a shim")


def _shim(entry: object, above: tables.Reader) -> Shim:
    reader = tables.Reader(entry, f"{above.where}, shim", above.mistakes)
    shim = Shim(reader.text("path", required=True), reader.day("until"))
    if shim.path and not names.is_dotted(shim.path):  # which may be one name: a module at the top
        reader.wrong("path", f"{shim.path!r} is not a dotted path")
    reader.finish()
    return shim


def listed_twice(rules: Sequence[SymbolRule]) -> Iterator[str]:
    """A path falls under one rule: two that list it are a mistake, whether or not the tree has it."""
    owners: dict[str, SymbolRule] = {}
    for rule in rules:
        for path in rule.spec.listed:
            first = owners.setdefault(path, rule)
            if first is not rule:
                ids = f"{first.id!r} and {rule.id!r}"
                yield f"{rule.source}: rules {ids} both list {path!r}; a path falls under one rule"
