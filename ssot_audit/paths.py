"""`ssot-audit paths NAME`: through which import paths a name is reached, how often, and where each leads."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from ssot_audit import pipeline
from ssot_audit.checks import symbol
from ssot_audit.checks.governance import Governance
from ssot_audit.facts import Channel, Facts
from ssot_audit.model import Kind, Origin
from ssot_audit.program.candidates import Candidate, Program
from ssot_audit.repository import Options, choose_rules, load_packs, open_repository


@dataclass(slots=True)
class ImportPath:
    """One import path of a name. `names` counts imported names in import statements of files that parse."""

    path: str
    origin: Origin | None = None
    reason: str = ""
    klass: str | None = None
    object: str | None = None
    names: int = 0
    files: set[str] = field(default_factory=set)
    strings: int = 0
    attributes: int = 0
    in_unvalidated_files: int = 0
    kinds: dict[Kind, int] = field(default_factory=lambda: dict.fromkeys(Kind, 0))


def paths_of(name: str, options: Options) -> list[ImportPath]:
    """Every import path that ends with the name, the most used first. Rules are used where there are any."""
    repository = open_repository(options)
    packs = load_packs(repository, options)
    shallow = pipeline.scan(repository, options)
    rules = choose_rules(packs, shallow, repository.config, options)
    program = pipeline.look_for(repository, shallow, [name], options).program
    governance = Governance(rules, program)
    groups: dict[str, list[Candidate]] = defaultdict(list)
    for candidate in program.candidates():
        if candidate.name == name and candidate.head:
            groups[candidate.dotted].append(candidate)
    found = [_path(path, group, program, governance, options, repository.kinds) for path, group in groups.items()]
    return sorted(found, key=lambda one: (-one.names, -one.strings - one.attributes, one.path))


def _path(
    path: str,
    group: Sequence[Candidate],
    program: Program,
    governance: Governance,
    options: Options,
    kinds: Mapping[str, Kind],
) -> ImportPath:
    first = group[0]
    found = ImportPath(path, first.resolution.origin, first.resolution.reason)
    governed = next(filter(None, (governance.rule_of(one) for one in group)), None)
    if governed:
        reference = symbol.classify(governed, first, program, options.today or date.today())
        plain = symbol.plain_class(governed, first, program, options.today or date.today())
        found.klass, found.object = plain.value, reference.object
    for one in group:
        facts = one.module.facts
        if one.channel is Channel.STRING:
            found.strings += len(one.places)
        elif one.channel is Channel.ATTRIBUTE:
            found.attributes += len(one.places)
        elif isinstance(facts, Facts) and facts.fault:
            found.in_unvalidated_files += 1
        elif one.channel is Channel.IMPORT:
            found.names += 1
            found.files.add(one.module.path)
            found.kinds[kinds[one.module.path]] += 1
    return found


def as_json(name: str, found: Sequence[ImportPath]) -> dict[str, object]:
    """The documented shape of `ssot-audit paths --output-format json`."""
    return {
        "name": name,
        "paths": [
            {
                "path": one.path,
                "class": one.klass,
                "object": one.object,
                "origin": {"file": one.origin.path, "line": one.origin.line, "name": one.origin.name}
                if one.origin
                else None,
                "reason": one.reason or None,
                "names": one.names,
                "files": len(one.files),
                "strings": one.strings,
                "attributes": one.attributes,
                "in_unvalidated_files": one.in_unvalidated_files,
                **{kind.value: number for kind, number in one.kinds.items()},
            }
            for one in found
        ],
    }
