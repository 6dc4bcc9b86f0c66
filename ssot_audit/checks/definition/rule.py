"""What a rule of the kind `definition` says: which names have one home, and where it is."""

from __future__ import annotations

from typing import NamedTuple

from ssot_audit import names, tables
from ssot_audit.checks.common import matches_any
from ssot_audit.rules import Rule

DOUBLES = ("Mock*", "Fake*", "Stub*", "Dummy*", "Test*", "_Mock*", "_Fake*", "_Stub*", "_Dummy*")


class Definitions(NamedTuple):
    """Names, and modules, that have exactly one home each.

    names: the governed names, by their last part; `*` stands for any characters
    homes: a table from names, or patterns, to modules, or patterns; a name it does not tell of has one home, wherever
    doubles: names, or patterns, of test doubles, which are apart; by default Mock*, Fake*, Stub*, Dummy* and Test*
    allow: modules, or patterns, in which a governed name may be defined again
    protocols: true where a Protocol or an abstract base class counts as a definition like any other
    modules: modules, or patterns, that must be reached by their names, and be hidden by no package or binding of them
    """

    names: tuple[str, ...]
    homes: tuple[tuple[str, str], ...]
    doubles: tuple[str, ...]
    allow: tuple[str, ...]
    protocols: bool
    modules: tuple[str, ...]

    @property
    def subject(self) -> str:
        return ", ".join((*self.names, *self.modules))

    def governs(self, name: str) -> bool:
        return matches_any(self.names, name)

    def home_of(self, name: str) -> str | None:
        """The module, or pattern of modules, that is the home of a name; None where the rule says none."""
        fitting = [pair for pair in self.homes if names.matches(pair[0], name)]
        return max(fitting, key=lambda pair: len(pair[0].replace("*", "")))[1] if fitting else None


DefinitionRule = Rule[Definitions]


def read(reader: tables.Reader) -> Definitions:
    """The keys of such a rule."""
    homes = reader.mapping("homes")
    spec = Definitions(
        names=reader.texts("names"),
        homes=tuple((name, home) for name, home in homes.items() if isinstance(home, str)),
        doubles=reader.texts("doubles") or DOUBLES,
        allow=reader.patterns("allow"),
        protocols=reader.flag("protocols"),
        modules=reader.patterns("modules"),
    )
    if not spec.names and not spec.modules:
        reader.wrong("names", "is missing; a rule governs `names`, `modules` or both")
    for name in homes.keys() - {name for name, _ in spec.homes}:
        reader.wrong("homes", f"must map names to modules; the home of {name!r} is no text")
    for key, given in (("names", spec.names), ("doubles", spec.doubles), ("homes", [name for name, _ in spec.homes])):
        for pattern in given:
            if "." in pattern or names.mistake_in(pattern) or "**" in pattern:
                reader.wrong(key, f"{pattern!r} is not a name, nor a pattern of names such as *Manager")
    for name, home in spec.homes:
        if not names.is_pattern(name) and not spec.governs(name):
            reader.wrong("homes", f"names {name!r}, which is not among `names`")
        if mistake := names.mistake_in(home):
            reader.wrong("homes", f"{home!r} {mistake}")
    return spec
