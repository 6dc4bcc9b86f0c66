"""What each command does: arguments in, an answer out. Nothing here prints or exits."""

from __future__ import annotations

import json
from argparse import Namespace
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from types import MappingProxyType

from ssot_audit import names, pipeline
from ssot_audit.answers import Answer, of_account, options, style
from ssot_audit.errors import UsageError
from ssot_audit.facts import Failure
from ssot_audit.model import Verdict
from ssot_audit.program.modules import absolute
from ssot_audit.reading import open_library, read_all
from ssot_audit.report import FORMATS
from ssot_audit.report.style import plural
from ssot_audit.repository import Options, load_packs, loading, open_folder, open_repository
from ssot_audit.results import Report
from ssot_audit.rules import AnyRule, Pack
from ssot_audit.source.library import Watch

MET, MISSED, NOT_JUDGED = (one.exit_code for one in (Verdict.MET, Verdict.MISSED, Verdict.NOT_JUDGED))


def check(arguments: Namespace, watch: Watch) -> Answer:
    report = _audited(options(arguments, watch), arguments.since)
    code = report.judgement.verdict.exit_code
    text = FORMATS[arguments.output_format](report, style(arguments))
    said = [f"the cache was not used: {report.cache_ignored}"] if report.cache_ignored else []
    if arguments.verbose:
        said += _readers(report)
    if not report.rules and not report.partial and report.evidence.read:
        said += _first_look(arguments, watch)
    return Answer(text, code, (*said, *(report.judgement.reasons if code == NOT_JUDGED else ())))


def _audited(asked: Options, since: str | None) -> Report:
    if since is None:
        return pipeline.audit(asked)
    from ssot_audit.since import audit_since

    return audit_since(asked, since)


def baseline(arguments: Namespace, watch: Watch) -> Answer:
    """Record what is found today."""
    from ssot_audit.ratchet import record

    done = record(options(arguments, watch), arguments.prune)
    changes = f"{done.added:,} more and {done.removed:,} fewer than before"
    return Answer(f"{done.path.name}: {plural(done.entries, 'finding')} accepted for now, {changes}\n", MET)


def suppressions(arguments: Namespace, watch: Watch) -> Answer:
    """The comments that accept findings."""
    from ssot_audit.suppressions import suppressions as listed

    asked = options(arguments, watch)
    today = asked.today or date.today()
    found = [
        {
            "place": f"{one.path}:{one.comment.line}",
            "rules": ", ".join(one.comment.rules),
            "state": one.state(today),
            "accepts": one.accepts,
            "until": one.comment.until.isoformat() if one.comment.until else "",
            "days": (today - date.fromisoformat(one.written.day)).days if one.written.day else "",
            "author": one.written.author,
            "reason": one.comment.reason or one.comment.wrong,
        }
        for one in listed(asked)
    ]
    if arguments.output_format == "json":
        return Answer(json.dumps(found, indent=2) + "\n", MET)
    from ssot_audit.report.tables import draw, rows_table

    columns = tuple(found[0]) if found else ()
    table = rows_table(columns, [tuple(one.values()) for one in found], plural(len(found), "suppression"))
    return Answer(draw([table], style(arguments)) if found else "no comment accepts a finding\n", MET)


def _first_look(arguments: Namespace, watch: Watch) -> Iterator[str]:
    """What is fragmented in a repository that has no rules yet, in a few lines."""
    from ssot_audit.init.begin import survey
    from ssot_audit.init.propose import lines_of

    seen = survey(options(arguments, watch))
    read = f"{plural(seen.files, 'file')}, {plural(seen.imports, 'imported name')}"
    yield f"{read}; reached in more than one way: {len(seen.found)}"
    yield from lines_of(seen.found[:3])
    yield "`ssot-audit init` writes a first rule file with the evidence"


def _readers(report: Report) -> Iterator[str]:
    """Which reader read how many files, and why where a quicker one could not."""
    yield f"{report.recalled} files known from an earlier run"
    for reader, why, number in report.readers:
        yield f"{number} files read by {reader}" + (f": {why}" if why else "")


def graph(arguments: Namespace, watch: Watch) -> Answer:
    """The import graph of a folder, or the fan of paths that lead to one symbol."""
    from ssot_audit import fan, graphs
    from ssot_audit.report import drawing

    asked = options(arguments, watch)
    if arguments.symbol and arguments.package:
        raise UsageError("--symbol and --package do not go together: a fan has the whole repository")
    if arguments.symbol:
        drawn = fan.fan_of(arguments.symbol, asked)
        if not drawn.nodes:
            raise UsageError(f"no import path leads to {arguments.symbol!r} in any file read; check the spelling")
        text = drawing.FAN_FORMATS[arguments.output_format](drawn, style(arguments))
        return Answer(text, MET, drawing.limits(drawn, arguments.output_format))
    found = graphs.graph_of(arguments.package, asked)
    text = drawing.GRAPH_FORMATS[arguments.output_format](found, style(arguments))
    return Answer(text, MET, drawing.limits(found, arguments.output_format))


def init(arguments: Namespace, watch: Watch) -> Answer:
    """A first rule file, and what is in it."""
    from ssot_audit.init.begin import survey, write_rules
    from ssot_audit.init.propose import toml

    asked = options(arguments, watch)
    seen = survey(asked, values=True)
    if not seen.repository.found.paths:
        return Answer("", NOT_JUDGED, (f"no Python file found in {seen.repository.root}; name the repository",))
    if not seen.found:
        return Answer("", MET, ("nothing is fragmented that these checks know of; no rule file was written",))
    kept, written = write_rules(seen, arguments.limit, arguments.to, arguments.force)
    said = [f"{path} was written" for path in written]
    if len(written) == 1 and seen.repository.config.source:
        said.append(f"name it in {seen.repository.config.source} to use it: rules = [{toml(written[0].name)}]")
    if arguments.output_format == "json":
        found = [{"path": one.subject, "what": one.what, "files_to_change": one.spread} for one in kept]
        return Answer(json.dumps(found, indent=2) + "\n", MET, tuple(said))
    from ssot_audit.report.tables import proposals_table

    return Answer(
        proposals_table([(one.subject, one.what, one.spread) for one in kept], style(arguments)), MET, tuple(said)
    )


def cache(arguments: Namespace, watch: Watch) -> Answer:
    """`cache show`, `cache clean`."""
    from ssot_audit.source.cache import clean, default_folder, size

    folder: Path | None = arguments.cache_dir or default_folder()
    if folder is None:
        raise UsageError("there is no place for a cache: set XDG_CACHE_HOME or HOME, or name one with --cache-dir")
    if arguments.what == "clean":
        return Answer(f"{folder}: {plural(clean(folder), 'file')} removed\n", MET)
    files, total = size(folder)
    return Answer(f"{folder}: {plural(files, 'file')}, {total:,} bytes\n", MET)


def paths(arguments: Namespace, watch: Watch) -> Answer:
    from ssot_audit.paths import paths_of

    name: str = arguments.name
    if not names.is_dotted(name):
        raise UsageError(f"{name!r} is not a dotted path; give one such as package.module.Name, or a name alone")
    found = paths_of(name, options(arguments, watch))
    ends = "leads to" if "." in name else "ends with"
    missing = () if found else (f"no import path {ends} {name!r} in any file that was read; check the spelling",)
    if arguments.output_format == "json":
        from ssot_audit.report.document import paths_document

        text = json.dumps(paths_document(name, found), indent=2) + "\n"
    else:
        from ssot_audit.report.tables import paths_table

        text = paths_table(name, found, style(arguments))
    return Answer(text, MET if found else NOT_JUDGED, missing)


def imports(arguments: Namespace, watch: Watch) -> Answer:
    """Every import of the files below a folder; exit code 2 where a file gave none because it could not be read."""
    asked = options(arguments, watch)
    repository = open_folder(asked)
    program = read_all(repository, asked).program
    lines: list[str] = []
    said: list[str] = []
    for path, module in sorted(program.modules.by_path.items()):
        if isinstance(module.facts, Failure):
            said.append(f"{path}: {module.facts.reason}; its imports are not listed")
            continue
        for one in module.facts.imports:
            item = {
                "file": path,
                "line": one.place.line,
                "column": one.place.column,
                "level": one.level,
                "module": one.module,
                "name": one.name,
                "alias": one.alias,
                "absolute": absolute(module, one.level, one.module),
                "contexts": [context.value for context in one.contexts],
            }
            lines.append(json.dumps(item) + "\n")
    if not program.modules.by_path:
        said.append(f"no Python file found in {repository.root}; name the folder to read")
    return Answer("".join(lines), NOT_JUDGED if said else MET, tuple(said))


def evidence(arguments: Namespace, watch: Watch) -> Answer:
    from ssot_audit.evidence.check import check as judged

    return of_account(judged(options(arguments, watch), arguments.reports, arguments.static), arguments)


def status(arguments: Namespace, watch: Watch) -> Answer:
    from ssot_audit.component import State
    from ssot_audit.report.status import FORMATS as formats
    from ssot_audit.status.check import status as derived

    found = derived(options(arguments, watch), arguments.reports, State(arguments.fail_on))
    said = found.judgement.reasons if found.judgement.verdict is Verdict.NOT_JUDGED else ()
    text = formats[arguments.output_format](found, style(arguments))
    return Answer(text, found.judgement.verdict.exit_code, said)


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
        from ssot_audit.report.rules import rule_document

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


Command = Callable[[Namespace, Watch], Answer]
TABLE: Mapping[str, Command] = MappingProxyType(
    {
        "check": check,
        "baseline": baseline,
        "suppressions": suppressions,
        "init": init,
        "paths": paths,
        "imports": imports,
        "graph": graph,
        "rules": rules,
        "evidence": evidence,
        "status": status,
        "cache": cache,
    }
)
