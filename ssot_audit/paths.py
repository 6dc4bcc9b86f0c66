"""`ssot-audit paths NAME`: through which import paths a name is reached, how often, and where each leads. Of a dotted
path, those that end with its name and lead where it leads."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import date

from ssot_audit import names
from ssot_audit.checks.symbol import check as symbol
from ssot_audit.checks.symbol.governance import Governance
from ssot_audit.checks.symbol.rule import SymbolRule
from ssot_audit.facts import Channel, Facts
from ssot_audit.model import ImportPath, Kind
from ssot_audit.program.candidates import Candidate, Program
from ssot_audit.reading import look_for, open_library, symbol_rules
from ssot_audit.repository import Options, choose_rules, open_repository
from ssot_audit.source.entry import Question


def paths_of(asked: str, options: Options) -> list[ImportPath]:
    """Every import path that ends with the name, or that leads where the dotted path does under its name, the most used
    first. Rules are used where there are any."""
    repository = open_repository(options)
    reading = open_library(repository, options)
    chosen = choose_rules(repository, reading.program, options)[1]
    rules = symbol_rules(chosen)
    reading = look_for(reading, rules, Question((names.last_part(asked),)))
    return paths_in(asked, reading.program, rules, options.today or date.today(), repository.kinds)


def paths_in(
    asked: str, program: Program, rules: Sequence[SymbolRule], today: date, kinds: Mapping[str, Kind]
) -> list[ImportPath]:
    """The same for a program that was read with the name in view."""
    governance, name = Governance(rules, program), names.last_part(asked)
    origin = program.resolver.path(asked)[1].origin if asked != name else None
    groups: dict[str, list[Candidate]] = defaultdict(list)
    for candidate in program.candidates():
        leads = asked in (name, candidate.dotted) or (origin is not None and candidate.resolution.origin == origin)
        if candidate.name == name and candidate.head and leads:
            groups[candidate.dotted].append(candidate)
    found = [_path(path, group, program, governance, today, kinds) for path, group in groups.items()]
    return sorted(found, key=lambda one: (-one.names, -one.strings - one.attributes, one.path))


def _path(
    path: str,
    group: Sequence[Candidate],
    program: Program,
    governance: Governance,
    today: date,
    kinds: Mapping[str, Kind],
) -> ImportPath:
    parsed = [one for one in group if isinstance(facts := one.module.references, Facts) and not facts.fault]
    imported = [one for one in parsed if one.channel is Channel.IMPORT and one.named]
    first = (imported or group)[0]  # `import a.b.name` runs the module, whatever `a.b` binds to the name
    governed = next(filter(None, (governance.rule_of(one) for one in group)), None)
    plain = symbol.plain(governed, first, program, today) if governed else None
    counts = Counter(kinds[one.module.path] for one in imported)
    return ImportPath(
        path=path,
        klass=plain.klass if plain else None,
        object=plain.object if plain else None,
        origin=first.resolution.origin,
        reason=first.resolution.reason,
        names=len(imported),
        files=len({one.module.path for one in imported}),
        strings=_places(parsed, Channel.STRING),
        attributes=_places(parsed, Channel.ATTRIBUTE),
        in_unvalidated_files=len(group) - len(parsed),
        kinds=tuple((kind, counts[kind]) for kind in Kind),
    )


def _places(group: Sequence[Candidate], channel: Channel) -> int:
    return sum(len(one.places) for one in group if one.channel is channel)
