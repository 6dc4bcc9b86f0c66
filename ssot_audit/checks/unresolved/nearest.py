"""Where a name that is not there may be meant to come from: paths of the same last name, then those spelled alike."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ssot_audit import names
from ssot_audit.checks.scene import Scene
from ssot_audit.checks.unresolved.reach import Seen
from ssot_audit.facts import Facts
from ssot_audit.model import Kind, Origin
from ssot_audit.program.modules import Module

MOST = 3  # candidates of one finding
ALIKE = 0.75  # of difflib's ratio; less is another word
LONGEST = 100  # characters of a name that is compared: the time it takes grows with their square
Rank = tuple[bool, int, bool, bool, int, str]  # less is better
_MADE = ("class", "function", "assignment")


class Candidate(NamedTuple):
    """An existing path, where it leads, and what speaks for it. `resolves`: the whole missing path exists there."""

    dotted: str
    path: str
    line: int
    note: str
    resolves: bool


class Nearest:
    """Answers for names that are not there. Each is worked out once."""

    def __init__(self, scene: Scene, missing: Sequence[Seen], resolved: Sequence[Seen]) -> None:
        """`resolved` are the names that are there: the paths others use."""
        self._scene, self._modules = scene, scene.program.modules
        self._used = Counter(one.dotted for one in resolved)
        wanted = {names.last_part(one.dotted) for one in missing}
        self._homes: dict[str, list[tuple[Module, bool]]] = defaultdict(list)  # with: whether it is made there
        self._called: dict[str, list[Module]] = defaultdict(list)  # modules by their last name
        self._below: dict[str, dict[str, Module]] = defaultdict(dict)  # modules by the package above and their own name
        self._index(wanted)
        self._known: dict[tuple[str, str, bool], tuple[Candidate, ...]] = {}

    def _index(self, wanted: set[str]) -> None:
        for path in sorted(self._modules.by_path):
            module = self._modules.by_path[path]
            above, last = names.split(module.name)
            self._below[above].setdefault(last, module)
            if last in wanted:
                self._called[last].append(module)
            made = dict[str, bool]()
            for one in module.facts.bindings if isinstance(module.facts, Facts) else ():
                if one.name in wanted and not one.typing and one.kind in (*_MADE, "import"):
                    made[one.name] = made.get(one.name, False) or one.kind in _MADE
            for name, is_made in made.items():
                self._homes[name].append((module, is_made))

    def of(self, one: Seen) -> tuple[Candidate, ...]:
        """The nearest candidates for a name, the best first. Test code is none for code that is no test."""
        tests = self._scene.kinds[one.module.path] is Kind.TESTS
        key = one.dotted, one.answer.gone, tests
        if one.answer.home:
            return tuple(_of_class(one, one.answer.home))
        if key not in self._known:
            ordered = [*self._elsewhere(one, tests), *self._alike(one)]
            ordered.sort(key=lambda each: not each.resolves)  # stable: else in the order above
            places = {(each.path, each.line): each for each in reversed(ordered)}  # of several paths to one, the best
            self._known[key] = tuple(each for each in ordered if places[each.path, each.line] is each)[:MOST]
        return self._known[key]

    def _fits(self, module: Module, tests: bool) -> bool:
        return tests or self._scene.kinds[module.path] is not Kind.TESTS

    # The same name elsewhere

    def _elsewhere(self, one: Seen, tests: bool) -> list[Candidate]:
        last = names.last_part(one.dotted)
        found: list[tuple[Rank, Candidate]] = []
        for module, made in self._homes[last]:
            dotted = f"{module.name}.{last}"
            origin = self._scene.program.resolver.name_in(module, last).origin
            if not self._fits(module, tests) or dotted == one.dotted or origin is None or not origin.path:
                continue
            note = f"{dotted} is {'defined' if made else 'taken from'} here"
            rank = self._rank(one, dotted, made, module)
            found.append((rank, self._candidate(dotted, origin.path, origin.line, note)))
        for module in self._called[last]:
            if self._fits(module, tests) and module.name != one.dotted:
                note = f"the module {module.name}"
                rank = self._rank(one, module.name, True, module)
                found.append((rank, self._candidate(module.name, module.path, 1, note)))
        found.sort(key=lambda pair: pair[0])
        return [candidate for _, candidate in found]

    def _rank(self, one: Seen, dotted: str, made: bool, module: Module) -> Rank:
        """The order of candidates: of the same package, where it is made there or taken from there; then by how many
        use the path, made there before taken from elsewhere, no test before a test, and by nearness."""
        shared, used = _shared(one.dotted, dotted), self._used[dotted]
        same_package = shared >= max(1, one.dotted.count(".") - 1) and (made or used > 0)
        return not same_package, -used, not made, not self._fits(module, False), -shared, dotted

    def _candidate(self, dotted: str, path: str, line: int, note: str) -> Candidate:
        used = self._used[dotted]
        how = f"; {used:,} other {'name uses' if used == 1 else 'names use'} that path" if used else ""
        return Candidate(dotted, path, line, note + how, True)

    # Spelled alike

    def _alike(self, one: Seen) -> list[Candidate]:
        """Names of the module, and modules beside it, that are spelled like the part that is gone."""
        above, gone = names.split(one.answer.gone)
        rest = one.dotted.removeprefix(one.answer.gone)
        beside = {name: module for name, module in self._below[above].items() if name != "__init__"} if above else {}
        source = self._modules.find(above, one.module) if above else None
        facts = source.facts if isinstance(source, Module) else None
        lines = {each.name: each.line for each in facts.bindings} if isinstance(facts, Facts) else {}
        known = sorted(beside.keys() | ({*lines} if not rest else set()) - {"*", ""})
        found = []
        for name in _matches(gone, known, MOST):
            dotted = f"{above}.{name}{rest}"
            place = (beside[name].path, 1) if name in beside else (source.path, lines[name])  # type: ignore[union-attr]
            origin = self._scene.program.resolver.path(dotted, one.module)
            resolves = origin[0] == dotted and origin[1].origin is not None
            found.append(Candidate(dotted, *place, f"{above} has {name}, which is spelled alike", resolves))
        return found


def _of_class(one: Seen, home: Origin) -> Iterator[Candidate]:
    """Of an attribute that a class does not have: the class, and its attributes that are spelled alike."""
    above, gone = names.split(one.dotted)
    yield Candidate(above, home.path, home.line, f"class {home.name}", False)
    for name in _matches(gone, one.answer.known, MOST - 1):
        yield Candidate(f"{above}.{name}", home.path, home.line, f"it has {name}, which is spelled alike", True)


def _matches(gone: str, known: Sequence[str], most: int) -> list[str]:
    """The known names that are spelled like one that is gone, the likest first."""
    from difflib import get_close_matches  # most runs miss nothing

    compared = [one for one in known if one != gone and len(one) <= LONGEST]
    return get_close_matches(gone, compared, most, ALIKE) if len(gone) <= LONGEST else []


def _shared(one: str, other: str) -> int:
    """How many parts two dotted paths begin with in common."""
    count = 0
    for ours, theirs in zip(one.split("."), other.split("."), strict=False):
        if ours != theirs:
            break
        count += 1
    return count
