"""Looking at a repository: what is fragmented, the graph, the paths of a name, imports; and what is kept of it."""

from __future__ import annotations

import json
from argparse import Namespace
from pathlib import Path

from ssot_audit import names
from ssot_audit.answers import MET, NOT_JUDGED, Answer, options, style
from ssot_audit.errors import UsageError
from ssot_audit.facts import Failure
from ssot_audit.program.modules import absolute
from ssot_audit.reading import read_all
from ssot_audit.report.style import plural
from ssot_audit.repository import open_folder
from ssot_audit.source.library import Watch


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
    said = [f"{path} was written" for path in written] or ["loaded rules govern all that was found: none was written"]
    if len(written) == 1 and seen.repository.config.source:
        said.append(f"name it in {seen.repository.config.source} to use it: rules = [{toml(written[0].name)}]")
    if arguments.output_format == "json":
        found = [{"path": one.subject, "what": one.what, "files_to_change": one.spread} for one in kept]
        return Answer(json.dumps(found, indent=2) + "\n", MET, tuple(said))
    from ssot_audit.report.tables import proposals_table

    return Answer(
        proposals_table([(one.subject, one.what, one.spread) for one in kept], style(arguments)), MET, tuple(said)
    )


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
