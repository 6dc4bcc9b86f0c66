"""What each command does: arguments in, an answer out. Nothing here prints or exits."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable

from ssot_audit.answers import Answer
from ssot_audit.source.library import Watch

Command = Callable[[Namespace, Watch], Answer]


def command(name: str) -> Command:
    """The command of a name; the usual one does not wait for what only others need."""
    if name == "check":
        from ssot_audit.commands.check import check

        return check
    from ssot_audit.commands import beside, look, rules

    others: tuple[Command, ...] = (
        *(beside.baseline, beside.suppressions, beside.pipelines, beside.docs, beside.evidence, beside.status),
        *(look.init, look.paths, look.imports, look.graph, rules.rules, look.cache),
    )
    return next(one for one in others if one.__name__ == name)
