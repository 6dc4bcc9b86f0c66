"""What a command asks for, read off its arguments, and what it answers. Nothing here prints or exits."""

import os
import sys
from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from ssot_audit.config import percent
from ssot_audit.model import Verdict
from ssot_audit.report.style import Style
from ssot_audit.repository import Options
from ssot_audit.source.library import Watch

if TYPE_CHECKING:
    from ssot_audit.results import Account


MET, MISSED, NOT_JUDGED = (one.exit_code for one in (Verdict.MET, Verdict.MISSED, Verdict.NOT_JUDGED))


class Answer(NamedTuple):
    """The text for standard output, the exit code, and sentences for standard error."""

    text: str
    code: int
    said: tuple[str, ...] = ()


def of_account(account: "Account", arguments: Namespace) -> Answer:
    """The answer of a command whose check gives an account."""
    from ssot_audit.report.account import FORMATS

    judged = account.judgement
    said = judged.reasons if judged.verdict is Verdict.NOT_JUDGED else ()
    return Answer(FORMATS[arguments.output_format](account, style(arguments)), judged.verdict.exit_code, said)


def options(arguments: Namespace, watch: Watch) -> Options:
    """The options a command line asks for; flags a command does not have keep their defaults."""
    given = vars(arguments)
    paths = given["paths"]
    named = paths if isinstance(paths, list) else [paths] if paths else []
    exclude = given.get("exclude")
    limit = given.get("fail_under")
    return Options(
        paths=tuple(named) or (Path(),),
        config=given.get("config"),
        packs=tuple(given.get("pack", ())),
        rules=tuple(given.get("rules", ())),
        select=tuple(given.get("select", ())),
        ignore=tuple(given.get("ignore", ())),
        include=tuple(given.get("include", ())),
        exclude=None if exclude is None else tuple(exclude),
        extend_exclude=tuple(given.get("extend_exclude", ())),
        fail_under=None if limit is None else percent(limit),
        max_unvalidated=given.get("max_unvalidated"),
        today=given.get("today"),
        jobs=given.get("jobs"),
        whole=given.get("reader") == "tree",
        baseline=given.get("baseline", False),
        no_baseline=given.get("no_baseline", False),
        no_cache=given.get("no_cache", True),
        cache_folder=given.get("cache_dir"),
        watch=watch,
    )


def style(arguments: Namespace) -> Style:
    """How the answer is shown: --color, then NO_COLOR (no-color.org), then FORCE_COLOR, then whether a person looks."""
    terminal = sys.stdout.isatty() and arguments.output_file is None
    color = terminal or bool(os.environ.get("FORCE_COLOR"))
    if os.environ.get("NO_COLOR"):
        color = False
    if arguments.color != "auto":
        color = arguments.color == "always"
    return Style(
        color=color,
        unicode="utf" in (sys.stdout.encoding or "").lower() or arguments.output_file is not None,
        width=_width() if terminal else 100,
        statistics=getattr(arguments, "statistics", False),
        quiet=arguments.quiet,
        verbose=arguments.verbose,
    )


def _width() -> int:
    from shutil import get_terminal_size  # it imports what reads archives

    return max(60, min(get_terminal_size((100, 24)).columns, 140))
