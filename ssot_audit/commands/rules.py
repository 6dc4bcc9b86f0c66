"""`rules`: which rules there are, one of them explained, their examples run."""

from __future__ import annotations

import json
from argparse import Namespace
from collections.abc import Iterator, Sequence

from ssot_audit.answers import MET, MISSED, NOT_JUDGED, Answer, options, style
from ssot_audit.errors import UsageError
from ssot_audit.reading import open_library
from ssot_audit.repository import Options, load_packs, loading, open_repository
from ssot_audit.rules import AnyRule, Pack
from ssot_audit.source.library import Watch


def rules(arguments: Namespace, watch: Watch) -> Answer:
    """`rules list`, `rules test`, `rules ID`."""
    asked = options(arguments, watch)
    repository = open_repository(asked)
    packs = load_packs(repository, asked)
    chosen = [(pack, rule) for pack in packs for rule in _selected(pack, asked)]
    if arguments.what == "test":
        return _test(chosen, asked, arguments)
    if arguments.what != "list":
        chosen = [(pack, rule) for pack, rule in chosen if rule.id == arguments.what]
        if not chosen:
            known = ", ".join(rule.id for pack in packs for rule in pack.rules)
            raise UsageError(f"no rule has the id {arguments.what!r}; there are: {known}")
    loads = loading(repository, open_library(repository, asked).program, asked)
    used = [(pack, rule) for pack, rule in chosen if loads(pack, rule)]
    if arguments.output_format == "json":
        from ssot_audit.report.document import rule_document

        listed = [{**rule_document(*one), "loaded": one in used} for one in chosen]
        return Answer(json.dumps(listed, indent=2) + "\n", MET)
    from ssot_audit.report.tables import explanation, rules_table

    if arguments.what == "list":
        return Answer(rules_table(used, [one for one in chosen if one not in used], style(arguments)), MET)
    return Answer("".join(explanation(pack, rule) for pack, rule in chosen), MET)


def _selected(pack: Pack, asked: Options) -> Iterator[AnyRule]:
    for rule in pack.rules:
        if (not asked.select or rule.id in asked.select) and rule.id not in asked.ignore:
            yield rule


def _test(chosen: Sequence[tuple[Pack, AnyRule]], asked: Options, arguments: Namespace) -> Answer:
    """Run every rule's examples. A rule without examples fails, and so does a run without rules."""
    from ssot_audit.examples import failures

    found = [one for _, rule in chosen for one in failures(rule, asked.today)]
    number = sum(len(rule.examples) for _, rule in chosen)
    code = NOT_JUDGED if not chosen else MISSED if found else MET
    if arguments.output_format == "json":
        failed = [{"rule": one.rule, "example": one.example, "reason": one.reason} for one in found]
        text = json.dumps({"rules": len(chosen), "examples": number, "failures": failed}, indent=2) + "\n"
    else:
        lines = [f"{one.rule}: {one.example}: {one.reason}\n" for one in found]
        text = "".join(lines) + f"{len(chosen)} rules, {number} examples: {len(found)} failed\n"
    return Answer(text, code, () if chosen else ("no rule was tested; name one with --rules or --pack",))
