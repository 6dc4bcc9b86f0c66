"""Which rule governs a candidate: at most one, by listed path, else by name and family, else by origin."""

from collections import defaultdict
from collections.abc import Callable, Container, Iterable, Sequence
from typing import NamedTuple

from ssot_audit import names
from ssot_audit.checks.common import applies
from ssot_audit.checks.symbol.rule import SymbolRule
from ssot_audit.errors import ConfigError
from ssot_audit.facts import Facts, Place, links_of
from ssot_audit.model import Origin, Resolution
from ssot_audit.program.candidates import Candidate, Program
from ssot_audit.program.modules import Module, Modules
from ssot_audit.source.entry import Question

Spelled = Callable[[str], bool]
Link = tuple[str, str, str]

_UNRESOLVED = ("missing-module", "missing-name")


class Governed(NamedTuple):
    """A rule held against a program: its canonical origin, the bindings on the way there, and their files."""

    rule: SymbolRule
    listed: tuple[str, ...]
    resolution: Resolution
    family: tuple[str, ...]
    plumbing: frozenset[tuple[str, Place]]
    chain: frozenset[str]
    applies_to: Callable[[str], bool]  # whether a file is in the rule's scope

    @property
    def origin(self) -> Origin | None:
        return self.resolution.origin

    def in_family(self, candidate: Candidate) -> bool:
        if any(names.covers(pattern, candidate.head) for pattern in self.family):
            return True
        if self.rule.spec.external:
            return False
        # A name that leads nowhere cannot tell whose it was meant to be: every first-party root is its family.
        return candidate.resolution.reason in _UNRESOLVED

    def has_name(self, name: str) -> bool:
        return name == self.rule.spec.symbol or name in self.rule.spec.aliases


def govern(rule: SymbolRule, program: Program) -> Governed:
    module, symbol = names.split(rule.spec.canonical)
    resolution = program.resolver.path(rule.spec.canonical)[1]
    if resolution.origin is None and not rule.spec.external:
        resolution = program.resolver.member(module, symbol)
    kept = [rule.spec.canonical, *(shim.path for shim in rule.spec.shims)]
    found = [program.resolver.path(path)[1] for path in kept]
    steps = frozenset(step for one in found for step in one.steps)
    files = {path for path, _ in steps} | {one.origin.path for one in found if one.origin}
    for path in rule.spec.listed:
        home = program.modules.find(names.split(path)[0])
        if isinstance(home, Module):
            files.add(home.path)
    package = program.modules.find(module)
    home_package = package.package if isinstance(package, Module) else names.split(module)[0] or module
    family = rule.spec.family or (() if rule.spec.external else (f"{home_package}.**",))
    plumbing = frozenset((path, _place(program, path, number)) for path, number in steps if number >= 0)
    return Governed(rule, rule.spec.listed, resolution, family, plumbing, frozenset(files), applies(rule))


def _place(program: Program, path: str, number: int) -> Place:
    """Where an import of a file stands: its index differs between all its facts and those that only refer."""
    facts = program.modules.by_path[path].facts
    assert isinstance(facts, Facts)
    return facts.imports[number].place


class Governance:
    """All loaded rules against one program."""

    def __init__(self, rules: Sequence[SymbolRule], program: Program) -> None:
        self.governed = [govern(rule, program) for rule in rules]
        self._exact: dict[str, list[Governed]] = defaultdict(list)
        self._patterns: list[tuple[str, str, Governed]] = []  # with what a path must start with to match
        self._stars: dict[str, list[tuple[str, Governed]]] = defaultdict(list)  # of modules that are gone
        self._origins: dict[Origin, list[Governed]] = defaultdict(list)
        for one in self.governed:
            for path in dict.fromkeys(one.listed):
                if names.is_pattern(path):
                    self._patterns.append((path, path.partition("*")[0].rstrip("."), one))
                else:
                    self._exact[path].append(one)
                    self._stars[f"{names.split(path)[0]}.*"].append((path, one))
            if one.origin and one.origin.kind not in ("none", "namespace"):
                self._origins[one.origin].append(one)
        self._claims: dict[tuple[str, Origin | None, str], list[Governed]] = {}
        self._names = frozenset(
            name for one in self.governed for name in (one.rule.spec.symbol, *one.rule.spec.aliases)
        )

    def more_names(self, program: Program, links: Iterable[Link], known: Spelled) -> Question:
        """The names a governed object goes by that are not known yet: where it is made, and where an import or an
        assignment gives it another. `links` are (file, name, what it stands for) of names that may be such."""
        made = {name for name in map(_name_of, self._origins) if not known(name)}
        found = given_names(made, self._origins, program, links, known)
        modules = {_name_of(origin) for origin in self._origins if origin.kind == "module"}
        return Question(tuple(sorted(found)), tuple(sorted(modules & found)))

    def rule_of(self, candidate: Candidate) -> Governed | None:
        """The rule a candidate falls under, if any. Raises ConfigError where two rules claim it alike."""
        key = candidate.dotted, candidate.resolution.origin, candidate.resolution.reason
        found = self._claims.get(key)
        if found is None:
            found = self._claims[key] = self._claiming(candidate)
        if not found:
            return None
        found = [one for one in found if one.applies_to(candidate.module.path) and _concerns(one, candidate)]
        if len(found) > 1:
            named = [one for one in found if one.has_name(candidate.name)]
            found = named if len(named) == 1 else found
        if len(found) > 1:
            raise ConfigError((_tie(found, candidate),))
        return found[0] if found else None

    def _claiming(self, candidate: Candidate) -> list[Governed]:
        """The rules a path falls under, wherever it is used."""
        found = self._listing(candidate)
        if not found and candidate.name in self._names:
            found = [one for one in self.governed if one.has_name(candidate.name) and one.in_family(candidate)]
        if not found and candidate.resolution.origin in self._origins:
            found = self._origins[candidate.resolution.origin]
        return found

    def _listing(self, candidate: Candidate) -> list[Governed]:
        """The rules that list the path, or a module it is below; the listed path that says most of it wins."""
        path, listing = candidate.dotted, list(self._stars.get(candidate.dotted, ()))
        while path:
            listing += [(path, one) for one in self._exact.get(path, ())]
            path = path.rpartition(".")[0]
        listing += [
            (pattern, one)
            for pattern, start, one in self._patterns
            if candidate.dotted.startswith(start) and names.matches(pattern, candidate.dotted)
        ]
        if not listing:
            return []
        best = names.closest(tuple(path for path, _ in listing), candidate.dotted)
        return list({id(one): one for path, one in listing if path == best or best is None}.values())


def homes(rules: Sequence[SymbolRule], modules: Modules) -> list[str]:
    """The files of the modules that rules list, or list a name of, in order."""
    listed = {path for rule in rules for path in rule.spec.listed}
    found = (modules.find(path) for path in {*listed, *(names.split(path)[0] for path in listed)})
    return sorted({one.path for one in found if isinstance(one, Module)})


def given_names(
    made: Iterable[str], origins: Container[Origin], program: Program, links: Iterable[Link], known: Spelled
) -> set[str]:
    """Names that are not known yet: those that objects are made with, and those that an import or an assignment gives
    the objects at these origins. `links` are (file, name, what it stands for) of names that may be such."""
    found: set[str] = set()
    more, links = {*made}, [*links]
    linking = [program.modules.by_path[path] for path in sorted({path for path, _, _ in links})]
    while True:
        found |= more
        for module in linking if more else ():
            if isinstance(facts := module.facts, Facts):
                links += ((module.path, *link) for link in links_of(facts, more))
        more = {
            name
            for path, name, source in links
            if name not in found
            and not known(name)
            and (source in found or known(source))
            and program.resolver.name_in(program.modules.by_path[path], name).origin in origins
        }
        if not more:
            return found


def question(rules: Sequence[SymbolRule], modules: Modules) -> Question:
    """What is asked of every file for the rules' sake: the names by which a search finds all that may name something
    governed."""
    anywhere = {name for rule in rules for name in (rule.spec.symbol, *rule.spec.aliases)}
    asked, maybe, below = set(anywhere), set(), defaultdict[str, set[str]](set)
    for path, canonical in ((path, path == rule.spec.canonical) for rule in rules for path in rule.spec.listed):
        whole = names.without_wildcards(path)
        head, last = names.split(whole)
        asked.add(last)
        parent, is_module = modules.find(head), modules.find(whole) is not None
        if is_module or names.is_pattern(whole):
            maybe.add(last)
        elif not isinstance(parent, Module) or parent.is_package:
            maybe.add(whole)
        # A listed path is governed as it is written: nothing reaches it that does not spell both.
        if head and not canonical and not names.is_pattern(whole) and not modules.inside:
            below[last].add(names.last_part(head))
        else:
            anywhere.add(last)
    kept = tuple((name, tuple(sorted(above))) for name, above in sorted(below.items()) if name not in anywhere)
    return Question(tuple(sorted(asked)), tuple(sorted(maybe)), kept)


def spelled(wanted: Iterable[str]) -> Spelled:
    """Whether a word is any of the names, `*` standing for any characters."""
    exact = {name for name in wanted if "*" not in name}
    patterns = [name for name in wanted if "*" in name]
    if not patterns:
        return exact.__contains__
    return lambda word: word in exact or any(names.matches(pattern, word) for pattern in patterns)


def _name_of(origin: Origin) -> str:
    """The name of an object, or of a module without those above it."""
    return names.last_part(origin.name) if origin.kind == "module" else origin.name


def _concerns(one: Governed, candidate: Candidate) -> bool:
    """A string that patches is a reference only where the name lives: patching a name in the module that uses it is
    what mock asks for, and what does not resolve is no reference to this rule."""
    if not candidate.patches:
        return True
    if candidate.resolution.origin is None:
        return candidate.resolution.reason == "external" and one.rule.spec.external
    listed = names.closest(one.listed, candidate.dotted) is not None
    return listed or any(path in one.chain for path, _ in candidate.resolution.steps[:1])


def _tie(found: Sequence[Governed], candidate: Candidate) -> str:
    ids = " and ".join(repr(one.rule.id) for one in found)
    place = f"{candidate.module.path}:{candidate.places[0].line}"
    return (
        f"{found[0].rule.source}: rules {ids} both govern {candidate.dotted!r} ({place}): "
        "list the path in one of them, or make one rule of them with `aliases`"
    )
