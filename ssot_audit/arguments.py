"""The command line's shape: commands, their flags, and what each means."""

from __future__ import annotations

from argparse import Namespace, _SubParsersAction
from collections.abc import Sequence
from pathlib import Path

from ssot_audit import __version__
from ssot_audit.flags import (
    CODES,
    Formatter,
    Listed,
    Parser,
    auditing,
    command,
    count,
    files,
    one_path,
    rule_options,
)

COMMANDS = (
    *("check", "baseline", "suppressions", "pipelines", "docs", "evidence", "status"),
    *("init", "paths", "imports", "graph", "rules", "cache"),
)
FORMAT_NAMES = ("full", "concise", "json", "json-lines")

_ABOUT = """Measure how much of a Python repository imports each symbol from its single source of truth.

  ssot-audit [PATH...]            check a repository, or judge some of its files (the same as `check`)
  ssot-audit baseline [PATH]      accept what is found today, so that only what comes new fails; it only shrinks
  ssot-audit suppressions [PATH]  the comments that accept findings, with their age and author
  ssot-audit init [PATH]          find what is fragmented, and write a first rule file with the evidence
  ssot-audit paths NAME [PATH]    through which import paths is NAME reached, and where does each lead
  ssot-audit imports [PATH]       every import, as JSON lines
  ssot-audit graph [PATH]         the import graph and its cycles, or every path that leads to one symbol
  ssot-audit pipelines [PATH]     checks in workflows, CI, tox and Make files that cannot fail or cannot run
  ssot-audit docs [PATH...]       what documents claim, held against what is measured
  ssot-audit rules [list|test|ID] list the rules, explain one, or run their examples
  ssot-audit evidence [JUNIT.xml...]   what test reports show, and which tests no runner collects
  ssot-audit status [PATH]        the status of each component, from measurements only
  ssot-audit cache [show|clean]   where what was read is kept from run to run, and how much of it
"""


def parse(argv: Sequence[str]) -> Namespace:
    """The arguments of a command line whose first word is a command. Raises UsageError."""
    parser = Parser(
        prog="ssot-audit",
        description=_ABOUT,
        epilog=CODES,
        formatter_class=Formatter,
        allow_abbrev=False,
    )
    parser.add_argument("-V", "--version", action="version", version=f"ssot-audit {__version__}")
    # Told its name, it need not make the whole help to find it out.
    commands = parser.add_subparsers(
        dest="command", metavar="COMMAND", parser_class=Parser, required=True, prog="ssot-audit"
    )
    made = (
        *(_check, _baseline, _suppressions, _pipelines, _docs, _evidence, _status),
        *(_init, _paths, _imports, _graph, _rules, _cache),
    )
    builders = dict(zip(COMMANDS, made, strict=True))
    for name in argv[:1] if argv and argv[0] in builders else COMMANDS:
        builders[name](commands)
    return parser.parse_args(argv)


def _check(commands: _SubParsersAction[Parser]) -> None:
    parser = command(commands, "check", "Audit a repository and gate on the result.", FORMAT_NAMES)
    parser.add_argument("paths", nargs="*", type=Path, metavar="PATH", help="a repository, or files of one to judge")
    parser.add_argument("--statistics", action="store_true", help="also the figures of every symbol and package")
    gate = parser.add_argument_group("gate")
    gate.add_argument("--fail-under", metavar="PCT", help="the gate is compliance of at least PCT, instead of no error")
    gate.add_argument("--max-unvalidated", type=count, metavar="N", help="unvalidated files to tolerate; default 0")
    ratchet = gate.add_mutually_exclusive_group()
    ratchet.add_argument(
        "--baseline", action="store_true", help="only what the baseline does not hold fails, and what it holds in vain"
    )
    ratchet.add_argument("--no-baseline", action="store_true", help="not even where one is configured")
    ratchet.add_argument("--since", metavar="REV", help="only what came after the merge base with REV fails")
    auditing(parser)


def _baseline(commands: _SubParsersAction[Parser]) -> None:
    about = "Accept what is found today: record it, or take out of the record what is mended."
    parser = command(commands, "baseline", about, ("full",))
    one_path(parser, "the repository")
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--prune", action="store_true", help="only take out what is found no longer")
    how.add_argument("--force", action="store_true", help="take in more than an existing baseline holds, too")
    auditing(parser)


def _suppressions(commands: _SubParsersAction[Parser]) -> None:
    about = "The comments that accept findings: what each accepts, how old it is and who wrote it."
    parser = command(commands, "suppressions", about, ("full", "json"))
    one_path(parser, "the repository")
    auditing(parser)


def _init(commands: _SubParsersAction[Parser]) -> None:
    about = "Find what is fragmented in a repository, and write a first rule file with the evidence."
    parser = command(commands, "init", about, ("full", "json"))
    one_path(parser)
    parser.add_argument("--to", type=Path, metavar="FILE", help="the rule file; default: ssot-rules.toml at its top")
    parser.add_argument("--limit", type=count, default=20, metavar="N", help="rules to write at most; default 20")
    parser.add_argument("--force", action="store_true", help="write over a rule file that is there")
    parser.add_argument("--config", type=Path, metavar="FILE", help="this configuration; its folder is the repository")
    files(parser)


def _paths(commands: _SubParsersAction[Parser]) -> None:
    parser = command(
        commands, "paths", "Through which import paths is a name reached, and where does each lead.", ("full", "json")
    )
    parser.add_argument("name", metavar="NAME", help="a class, function or module: its name, or one dotted path to it")
    one_path(parser)
    auditing(parser)


def _imports(commands: _SubParsersAction[Parser]) -> None:
    parser = command(commands, "imports", "Print every import of every file, one JSON object a line.", ("json-lines",))
    one_path(parser, "a folder; default: here")
    files(parser)


def _graph(commands: _SubParsersAction[Parser]) -> None:
    about = "The import graph and its cycles, or every path that leads to one symbol."
    parser = command(commands, "graph", about, ("full", "json", "dot", "mermaid"))
    one_path(parser, "a folder; default: here")
    group = parser.add_argument_group("what is drawn")
    group.add_argument(
        "--package", action=Listed, default=[], metavar="PATTERN", help="only modules in it, and imports among them"
    )
    group.add_argument(
        "--symbol", metavar="PATH", help="a name or a dotted path: where it is defined, every path to it, who uses each"
    )
    rule_options(parser)
    files(parser)


def _pipelines(commands: _SubParsersAction[Parser]) -> None:
    about = "Checks in workflows, CI, pre-commit, tox and Make files that cannot fail or cannot run."
    parser = command(commands, "pipelines", about, FORMAT_NAMES)
    one_path(parser, "the repository, or a file of it; default: here")
    parser.add_argument("--config", type=Path, metavar="FILE", help="this configuration; its folder is the repository")
    files(parser)


def _docs(commands: _SubParsersAction[Parser]) -> None:
    about = "Hold what Markdown documents claim against what is measured, and keep their figures true."
    parser = command(commands, "docs", about, FORMAT_NAMES)
    parser.add_argument("paths", nargs="*", type=Path, metavar="PATH", help="a repository, or documents of one")
    mode = parser.add_mutually_exclusive_group()
    mode.add_argument("--check", action="store_true", help="tell what does not hold and write nothing; the default")
    mode.add_argument("--write", action="store_true", help="first write the measured figures between markers")
    auditing(parser)


def _evidence(commands: _SubParsersAction[Parser]) -> None:
    about = "Hold test reports against the repository: what ran, what did not, and what no runner ever collects."
    parser = command(commands, "evidence", about, FORMAT_NAMES)
    about = "JUnit XML, or the output of `pytest --collect-only -q`; `-` for standard input; default: as configured"
    parser.add_argument("reports", nargs="*", type=Path, metavar="JUNIT.xml", help=about)
    parser.add_argument(
        "--root", dest="paths", default=None, type=Path, metavar="PATH", help="the repository; default: here"
    )
    parser.add_argument("--static", action="store_true", help="judge the test files alone, without a report")
    parser.add_argument("--max-unvalidated", type=count, metavar="N", help="unvalidated files to tolerate; default 0")
    parser.add_argument("--config", type=Path, metavar="FILE", help="this configuration; its folder is the repository")
    files(parser)


def _status(commands: _SubParsersAction[Parser]) -> None:
    about = "The status of each configured component: VALIDATED, FAILING or UNVALIDATED, from measurements only."
    parser = command(commands, "status", about, ("full", "json", "markdown"))
    one_path(parser)
    parser.add_argument(
        "--report",
        dest="reports",
        action="append",
        default=[],
        type=Path,
        metavar="FILE",
        help="a test report; default: as configured",
    )
    parser.add_argument(
        "--fail-on",
        choices=("FAILING", "UNVALIDATED"),
        default="FAILING",
        help="exit code 1 where a component is FAILING (the default), or is not VALIDATED",
    )
    parser.add_argument("--max-unvalidated", type=count, metavar="N", help="unvalidated files to tolerate; default 0")
    auditing(parser)


def _cache(commands: _SubParsersAction[Parser]) -> None:
    parser = command(commands, "cache", "Where what was read is kept, and how much; or remove it.", ("full",))
    parser.add_argument("what", nargs="?", default="show", choices=("show", "clean"), metavar="show|clean")
    parser.add_argument("--cache-dir", type=Path, metavar="DIR", help="this folder instead of the user's")


def _rules(commands: _SubParsersAction[Parser]) -> None:
    parser = command(
        commands,
        "rules",
        "List the rules a check loads here and those it could, explain one, or run the examples of all.",
        ("full", "json"),
    )
    parser.add_argument("what", nargs="?", default="list", metavar="list|test|ID", help="default: list")
    one_path(parser)
    rule_options(parser)
