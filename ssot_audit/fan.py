"""`ssot-audit graph --symbol`: the fan of paths that lead to one symbol, from those who use them to its definition."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import pairwise
from typing import NamedTuple

from ssot_audit import names
from ssot_audit.checks.symbol import check as symbol
from ssot_audit.checks.symbol.governance import Governance, given_names, spelled
from ssot_audit.errors import UsageError
from ssot_audit.facts import Channel, Facts, Place
from ssot_audit.links import Arrow, Drawing, Node, When
from ssot_audit.model import Kind, Origin, Resolution
from ssot_audit.program.candidates import Candidate, Program
from ssot_audit.program.edges import when
from ssot_audit.program.modules import path_of
from ssot_audit.reading import Reading, look_for, open_library
from ssot_audit.repository import Options, choose_rules, open_repository
from ssot_audit.rules import AnyRule
from ssot_audit.source.entry import Question

SHOWN_USERS = 20  # of one path; more are one node with their number

Group = tuple[str, Origin | None, str]  # a path, and where it leads from here: its origin, or why it has none


class _Step(NamedTuple):
    """One node on the way from a path to where it leads."""

    dotted: str
    key: str


def fan_of(asked: str, options: Options) -> Drawing:
    """Every path that leads to a name (to each thing of that name), or to what one dotted path leads to. Rules are
    used where there are any. Raises UsageError for what is no path."""
    if not names.is_dotted(asked):
        raise UsageError(f"{asked!r} is not a dotted path; give one such as package.module.Name, or a name alone")
    repository = open_repository(options)
    reading = open_library(repository, options)
    rules = choose_rules(repository, reading.program, options)[1]
    known = {names.last_part(asked)}
    while True:
        reading = look_for(reading, rules, Question(tuple(sorted(known))))
        origins = _origins(asked, reading.program)
        more = _more_names(reading, origins, known)
        if not more:
            break
        known |= more
    reading.library.settle()
    return _Fan(asked, reading.program, rules, options.today or date.today(), repository.kinds).drawing(origins)


def _leads(asked: str, one: Candidate) -> bool:
    return one.dotted == asked or ("." not in asked and one.name == asked)


def _origins(asked: str, program: Program) -> set[Origin]:
    found = {one.resolution.origin for one in program.candidates() if _leads(asked, one)}
    if "." in asked:
        found.add(program.resolver.path(asked)[1].origin)
    return {one for one in found if one is not None and one.kind not in ("none", "namespace")}


def _more_names(reading: Reading, origins: set[Origin], known: set[str]) -> set[str]:
    """The names that are not looked for yet of what the origins made: there, and where an import or assignment gives
    it another."""
    spells = spelled(known)
    made = {one.name for one in origins if one.kind != "module" and not spells(one.name)}
    return given_names(made, origins, reading.program, reading.library.links(), spells)


class _Fan:
    def __init__(
        self, asked: str, program: Program, rules: Sequence[AnyRule], today: date, kinds: Mapping[str, Kind]
    ) -> None:
        self.asked, self.program, self.today, self.kinds = asked, program, today, kinds
        self.governance = Governance(rules, program)
        self.nodes: dict[str, Node] = {}
        self.arrows: dict[Arrow, None] = {}
        self.carriers: set[tuple[str, Place]] = set()  # imports that make a path, rather than use one

    def drawing(self, origins: set[Origin]) -> Drawing:
        groups: dict[Group, list[Candidate]] = defaultdict(list)
        for one in self.program.candidates():
            if one.head and (_leads(self.asked, one) or one.resolution.origin in origins):
                groups[one.dotted, one.resolution.origin, one.resolution.reason].append(one)
        for origin in sorted(origins):
            self._definition(origin)
        ordered = sorted(groups, key=lambda one: (one[0], one[1] or Origin("", 0, "", ""), one[2]))
        ends = {group: self._path(group, groups[group]) for group in ordered}
        for group in ordered:
            self._users(ends[group], groups[group])
        known = (arrow for arrow in self.arrows if arrow.start != arrow.end)
        return Drawing(self.asked, tuple(self.nodes.values()), tuple(known))

    def _definition(self, origin: Origin) -> Node:
        module = self.program.modules.by_path[origin.path].name if origin.path else ""
        dotted = origin.name if origin.kind in ("module", "namespace") else f"{module}.{origin.name}"
        key = f"{origin.path}:{origin.line}:{origin.name}"
        return self.nodes.setdefault(key, Node(key, dotted, "definition", f"{origin.path}:{origin.line}"))

    def _path(self, group: Group, candidates: Sequence[Candidate]) -> str:
        """Draw a path and the re-exports it goes through, to where it leads; its own node's key."""
        dotted, origin, reason = group
        klass = self._class(candidates)
        if origin is None:
            key = f"{dotted}?{reason}"
            self.nodes.setdefault(key, Node(key, dotted, f"nothing, {reason}" + (f", {klass}" if klass else "")))
            return key
        end = self._definition(origin)
        steps = [
            _Step(one, end.key if one == end.label else f"{one}={end.key}")
            for one in self._chain(dotted, candidates[0].resolution)
        ]
        if steps[-1].key != end.key:
            steps.append(_Step(end.label, end.key))
        for one in steps:
            self.nodes.setdefault(one.key, Node(one.key, one.dotted, "re-export"))
        for before, after in pairwise(steps):
            self.arrows[Arrow(before.key, after.key, When.IMPORT, Channel.IMPORT)] = None
        if klass:
            own = self.nodes[steps[0].key]
            self.nodes[own.key] = own._replace(kind=f"{own.kind.partition(',')[0]}, {klass}")
        return steps[0].key

    def _class(self, candidates: Sequence[Candidate]) -> str:
        """What a rule says of the path itself, if one governs it."""
        governed = next(filter(None, map(self.governance.rule_of, candidates)), None)
        if governed is None:
            return ""
        return symbol.plain(governed, candidates[0], self.program, self.today).klass.value

    def _chain(self, dotted: str, resolution: Resolution) -> Iterator[str]:
        """The paths a path leads through, itself first."""
        yield dotted
        last = dotted
        for path, number in resolution.steps:
            module = self.program.modules.by_path[path]
            facts = module.facts
            if number < 0 or not isinstance(facts, Facts):
                continue
            one = facts.imports[number]
            self.carriers.add((path, one.place))
            further = path_of(module, one)
            further = f"{further}.{names.last_part(last)}" if one.name == "*" else further
            if further and further != last:
                last = further
                yield last

    def _users(self, key: str, candidates: Sequence[Candidate]) -> None:
        """Draw who uses a path: each module, or their number."""
        using = [one for one in candidates if (one.module.path, one.places[0]) not in self.carriers]
        paths = sorted({one.module.path for one in using})
        if len(paths) > SHOWN_USERS:
            tests = sum(1 for path in paths if self.kinds[path] is Kind.TESTS)
            several = Node(f"users of {key}", f"{len(paths):,} modules, {tests:,} of them tests", "users")
            self.nodes[several.key] = several
            self.arrows[Arrow(several.key, key, When.IMPORT, Channel.IMPORT)] = None
            return
        for one in sorted(using, key=lambda one: (one.module.path, one.places[0])):
            path = one.module.path
            self.nodes.setdefault(path, Node(path, one.module.name, "module", path))
            self.arrows[Arrow(path, key, when(one.contexts), one.channel)] = None
