"""What the flags of several commands have in common: the parser, and groups of flags."""

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

CODES = """exit codes:
  0  the gate is met
  1  the gate is missed
  2  could not judge: bad usage or configuration, no file, no rule, nothing governed, unvalidated files
"""


class Parser(ArgumentParser):
    """Mistakes are raised, so that they are told in one place and in every format."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message}; see `{self.prog} --help`")


class Formatter(RawDescriptionHelpFormatter):
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


class Listed(Action):
    """A flag that may be given more than once, or with commas."""

    def __call__(self, parser: ArgumentParser, namespace: Namespace, values: object, option: str | None = None) -> None:
        before = list(getattr(namespace, self.dest, None) or [])
        setattr(namespace, self.dest, before + [one.strip() for one in str(values).split(",") if one.strip()])


def command(commands: _SubParsersAction[Parser], name: str, about: str, formats: Sequence[str]) -> Parser:
    parser = commands.add_parser(
        name,
        help=about,
        description=about,
        epilog=CODES,
        formatter_class=Formatter,
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


def one_path(parser: ArgumentParser, about: str = "the repository; default: here") -> None:
    parser.add_argument("paths", nargs="?", default=None, type=Path, metavar="PATH", help=about)


def auditing(parser: ArgumentParser) -> None:
    """The flags of whatever audits a repository: its rules, its files, how they are read."""
    rule_options(parser)
    files(parser)
    reading(parser)


def files(parser: ArgumentParser) -> None:
    group = parser.add_argument_group("files")
    group.add_argument("--include", action=Listed, default=[], metavar="GLOB", help="only these files")
    group.add_argument(
        "--exclude", action=Listed, default=None, metavar="GLOB", help="not these, instead of the configured"
    )
    group.add_argument("--extend-exclude", action=Listed, default=[], metavar="GLOB", help="nor these")
    group.add_argument("-j", "--jobs", type=count, metavar="N", help="worker processes; default: every core")


def reading(parser: ArgumentParser) -> None:
    group = parser.add_argument_group("reading")
    group.add_argument("--no-cache", action="store_true", help="read every file, and keep nothing of it")
    group.add_argument("--cache-dir", type=Path, metavar="DIR", help="keep what was read here")
    group.add_argument(
        "--reader",
        choices=("auto", "tree"),
        default="auto",
        help="`tree` has LibCST read whole files wherever it could tell more: the same answer, later",
    )


def rule_options(parser: ArgumentParser) -> None:
    group = parser.add_argument_group("rules")
    group.add_argument("--config", type=Path, metavar="FILE", help="this configuration; its folder is the repository")
    group.add_argument(
        "--pack", action=Listed, default=[], metavar="NAME", help="load a pack that comes with the program"
    )
    group.add_argument(
        "--rules", action="append", default=[], type=Path, metavar="FILE", help="load a rule file or a folder"
    )
    group.add_argument("--select", action=Listed, default=[], metavar="ID", help="only these rules")
    group.add_argument("--ignore", action=Listed, default=[], metavar="ID", help="all but these rules")
    group.add_argument("--today", type=day, metavar="DATE", help="the day shims are held against; default: today")


def count(text: str) -> int:
    if not text.isdecimal():
        raise ArgumentTypeError(f"{text!r} is not a whole number, 0 or more")
    return int(text)


def day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"{text!r} is not a date such as 2026-03-31") from None
