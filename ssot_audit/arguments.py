"""The command line's shape: commands, their flags, and what each means."""

from __future__ import annotations

import os
import sys
from argparse import (
    Action,
    ArgumentParser,
    ArgumentTypeError,
    Namespace,
    RawDescriptionHelpFormatter,
    _SubParsersAction,
)
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import NoReturn

from ssot_audit import __version__
from ssot_audit.errors import UsageError

COMMANDS = (
    *("check", "baseline", "suppressions", "pipelines", "docs"),
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
  ssot-audit cache [show|clean]   where what was read is kept from run to run, and how much of it
"""
_CODES = """exit codes:
  0  the gate is met
  1  the gate is missed
  2  could not judge: bad usage or configuration, no file, no rule, nothing governed, unvalidated files
"""


class _Parser(ArgumentParser):
    """Mistakes are raised, so that they are told in one place and in every format."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message}; see `{self.prog} --help`")


class _Formatter(RawDescriptionHelpFormatter):
    """Made for every argument, so it finds out how wide the terminal is without the modules argparse imports for it."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, width=_columns() - 2)


def _columns() -> int:
    """The width of the terminal, as shutil.get_terminal_size tells it."""
    given = os.environ.get("COLUMNS", "")
    if given.isdecimal() and int(given) > 0:
        return int(given)
    try:
        return os.get_terminal_size(sys.__stdout__.fileno() if sys.__stdout__ else 1).columns or 80
    except (OSError, ValueError, AttributeError):
        return 80


class _Listed(Action):
    """A flag that may be given more than once, or with commas."""

    def __call__(self, parser: ArgumentParser, namespace: Namespace, values: object, option: str | None = None) -> None:
        before = list(getattr(namespace, self.dest, None) or [])
        setattr(namespace, self.dest, before + [one.strip() for one in str(values).split(",") if one.strip()])


def parse(argv: Sequence[str]) -> Namespace:
    """The arguments of a command line whose first word is a command. Raises UsageError."""
    parser = _Parser(
        prog="ssot-audit",
        description=_ABOUT,
        epilog=_CODES,
        formatter_class=_Formatter,
        allow_abbrev=False,
    )
    parser.add_argument("-V", "--version", action="version", version=f"ssot-audit {__version__}")
    # Told its name, it need not make the whole help to find it out.
    commands = parser.add_subparsers(
        dest="command", metavar="COMMAND", parser_class=_Parser, required=True, prog="ssot-audit"
    )
    made = (_check, _baseline, _suppressions, _pipelines, _docs, _init, _paths, _imports, _graph, _rules, _cache)
    builders = dict(zip(COMMANDS, made, strict=True))
    for name in argv[:1] if argv and argv[0] in builders else COMMANDS:
        builders[name](commands)
    return parser.parse_args(argv)


def _command(commands: _SubParsersAction[_Parser], name: str, about: str, formats: Sequence[str]) -> _Parser:
    parser = commands.add_parser(
        name,
        help=about,
        description=about,
        epilog=_CODES,
        formatter_class=_Formatter,
        allow_abbrev=False,
    )
    parser.add_argument("-V", "--version", action="version", version=f"ssot-audit {__version__}")
    parser.add_argument(
        "--output-format", choices=formats, default=formats[0], metavar="FORMAT", help=", ".join(formats)
    )
    parser.add_argument("-o", "--output-file", type=Path, metavar="FILE", help="write the report here")
    parser.add_argument("--color", choices=("auto", "always", "never"), default="auto", help="auto, always or never")
    noise = parser.add_mutually_exclusive_group()
    noise.add_argument("-q", "--quiet", action="store_true", help="the verdict only, no progress")
    noise.add_argument(
        "-v",
        "--verbose",
        action="store_true",
        help="also tell, on standard error, which reader read how many files, and why",
    )
    return parser


def _files(parser: ArgumentParser) -> None:
    group = parser.add_argument_group("files")
    group.add_argument("--include", action=_Listed, default=[], metavar="GLOB", help="only these files")
    group.add_argument(
        "--exclude", action=_Listed, default=None, metavar="GLOB", help="not these, instead of the configured"
    )
    group.add_argument("--extend-exclude", action=_Listed, default=[], metavar="GLOB", help="nor these")
    group.add_argument("-j", "--jobs", type=_count, metavar="N", help="worker processes; default: every core")


def _reading(parser: ArgumentParser) -> None:
    group = parser.add_argument_group("reading")
    group.add_argument("--no-cache", action="store_true", help="read every file, and keep nothing of it")
    group.add_argument("--cache-dir", type=Path, metavar="DIR", help="keep what was read here")
    group.add_argument(
        "--reader",
        choices=("auto", "tree"),
        default="auto",
        help="`tree` has LibCST read whole files wherever it could tell more: the same answer, later",
    )


def _rule_options(parser: ArgumentParser) -> None:
    group = parser.add_argument_group("rules")
    group.add_argument("--config", type=Path, metavar="FILE", help="this configuration; its folder is the repository")
    group.add_argument(
        "--pack", action=_Listed, default=[], metavar="NAME", help="load a pack that comes with the program"
    )
    group.add_argument(
        "--rules", action="append", default=[], type=Path, metavar="FILE", help="load a rule file or a folder"
    )
    group.add_argument("--select", action=_Listed, default=[], metavar="ID", help="only these rules")
    group.add_argument("--ignore", action=_Listed, default=[], metavar="ID", help="all but these rules")
    group.add_argument("--today", type=_day, metavar="DATE", help="the day shims are held against; default: today")


def _check(commands: _SubParsersAction[_Parser]) -> None:
    parser = _command(commands, "check", "Audit a repository and gate on the result.", FORMAT_NAMES)
    parser.add_argument("paths", nargs="*", type=Path, metavar="PATH", help="a repository, or files of one to judge")
    parser.add_argument("--statistics", action="store_true", help="also the figures of every symbol and package")
    gate = parser.add_argument_group("gate")
    gate.add_argument("--fail-under", metavar="PCT", help="the gate is compliance of at least PCT, instead of no error")
    gate.add_argument("--max-unvalidated", type=_count, metavar="N", help="unvalidated files to tolerate; default 0")
    ratchet = gate.add_mutually_exclusive_group()
    ratchet.add_argument(
        "--baseline", action="store_true", help="only what the baseline does not hold fails, and what it holds in vain"
    )
    ratchet.add_argument("--no-baseline", action="store_true", help="not even where one is configured")
    ratchet.add_argument("--since", metavar="REV", help="only what came after the merge base with REV fails")
    _rule_options(parser)
    _files(parser)
    _reading(parser)


def _baseline(commands: _SubParsersAction[_Parser]) -> None:
    about = "Accept what is found today: record it, or take out of the record what is mended."
    parser = _command(commands, "baseline", about, ("full",))
    parser.add_argument("paths", nargs="?", default=None, type=Path, metavar="PATH", help="the repository")
    parser.add_argument("--prune", action="store_true", help="only take out what is found no longer")
    _rule_options(parser)
    _files(parser)
    _reading(parser)


def _suppressions(commands: _SubParsersAction[_Parser]) -> None:
    about = "The comments that accept findings: what each accepts, how old it is and who wrote it."
    parser = _command(commands, "suppressions", about, ("full", "json"))
    parser.add_argument("paths", nargs="?", default=None, type=Path, metavar="PATH", help="the repository")
    _rule_options(parser)
    _files(parser)
    _reading(parser)


def _init(commands: _SubParsersAction[_Parser]) -> None:
    about = "Find what is fragmented in a repository, and write a first rule file with the evidence."
    parser = _command(commands, "init", about, ("full", "json"))
    parser.add_argument(
        "paths", nargs="?", default=None, type=Path, metavar="PATH", help="the repository; default: here"
    )
    parser.add_argument("--to", type=Path, metavar="FILE", help="the rule file; default: ssot-rules.toml at its top")
    parser.add_argument("--limit", type=_count, default=20, metavar="N", help="rules to write at most; default 20")
    parser.add_argument("--force", action="store_true", help="write over a rule file that is there")
    parser.add_argument("--config", type=Path, metavar="FILE", help="this configuration; its folder is the repository")
    _files(parser)


def _paths(commands: _SubParsersAction[_Parser]) -> None:
    parser = _command(
        commands, "paths", "Through which import paths is a name reached, and where does each lead.", ("full", "json")
    )
    parser.add_argument("name", metavar="NAME", help="a class, function or module: its name, or one dotted path to it")
    parser.add_argument(
        "paths", nargs="?", default=None, type=Path, metavar="PATH", help="the repository; default: here"
    )
    _rule_options(parser)
    _files(parser)
    _reading(parser)


def _imports(commands: _SubParsersAction[_Parser]) -> None:
    parser = _command(commands, "imports", "Print every import of every file, one JSON object a line.", ("json-lines",))
    parser.add_argument("paths", nargs="?", default=None, type=Path, metavar="PATH", help="a folder; default: here")
    _files(parser)


def _graph(commands: _SubParsersAction[_Parser]) -> None:
    about = "The import graph and its cycles, or every path that leads to one symbol."
    parser = _command(commands, "graph", about, ("full", "json", "dot", "mermaid"))
    parser.add_argument("paths", nargs="?", default=None, type=Path, metavar="PATH", help="a folder; default: here")
    group = parser.add_argument_group("what is drawn")
    group.add_argument(
        "--package", action=_Listed, default=[], metavar="PATTERN", help="only modules in it, and imports among them"
    )
    group.add_argument(
        "--symbol", metavar="PATH", help="a name or a dotted path: where it is defined, every path to it, who uses each"
    )
    _rule_options(parser)
    _files(parser)


def _pipelines(commands: _SubParsersAction[_Parser]) -> None:
    about = "Checks in workflows, CI, pre-commit, tox and Make files that cannot fail or cannot run."
    parser = _command(commands, "pipelines", about, FORMAT_NAMES)
    parser.add_argument(
        "paths",
        nargs="?",
        default=None,
        type=Path,
        metavar="PATH",
        help="the repository, or a file of it; default: here",
    )
    parser.add_argument("--config", type=Path, metavar="FILE", help="this configuration; its folder is the repository")
    _files(parser)


def _docs(commands: _SubParsersAction[_Parser]) -> None:
    about = "Hold what Markdown documents claim against what is measured, and keep their figures true."
    parser = _command(commands, "docs", about, FORMAT_NAMES)
    parser.add_argument("paths", nargs="*", type=Path, metavar="PATH", help="a repository, or documents of one")
    mode = parser.add_mutually_exclusive_group()
    mode.add_argument("--check", action="store_true", help="tell what does not hold and write nothing; the default")
    mode.add_argument("--write", action="store_true", help="first write the measured figures between markers")
    _rule_options(parser)
    _files(parser)
    _reading(parser)


def _cache(commands: _SubParsersAction[_Parser]) -> None:
    parser = _command(commands, "cache", "Where what was read is kept, and how much; or remove it.", ("full",))
    parser.add_argument("what", nargs="?", default="show", choices=("show", "clean"), metavar="show|clean")
    parser.add_argument("--cache-dir", type=Path, metavar="DIR", help="this folder instead of the user's")


def _rules(commands: _SubParsersAction[_Parser]) -> None:
    parser = _command(
        commands,
        "rules",
        "List the rules a check loads here and those it could, explain one, or run the examples of all.",
        ("full", "json"),
    )
    parser.add_argument("what", nargs="?", default="list", metavar="list|test|ID", help="default: list")
    parser.add_argument(
        "paths", nargs="?", default=None, type=Path, metavar="PATH", help="the repository; default: here"
    )
    _rule_options(parser)


def _count(text: str) -> int:
    if not text.isdecimal():
        raise ArgumentTypeError(f"{text!r} is not a whole number, 0 or more")
    return int(text)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"{text!r} is not a date such as 2026-03-31") from None
