"""What is beside the rules: what is accepted for now, pipelines, documents, test evidence, the status of components."""

from __future__ import annotations

import json
from argparse import Namespace
from datetime import date

from ssot_audit.answers import MET, Answer, of_account, options, style
from ssot_audit.model import Verdict
from ssot_audit.report.style import plural
from ssot_audit.source.library import Watch


def baseline(arguments: Namespace, watch: Watch) -> Answer:
    """Record what is found today."""
    from ssot_audit.ratchet.record import record

    done = record(options(arguments, watch), arguments.prune, arguments.force)
    changes = f"{done.added:,} more and {done.removed:,} fewer than before"
    told = f"{done.path.name}: {plural(done.entries, 'finding')} accepted for now, {changes}\n"
    if done.harmless:
        told += f"not recorded, since they cannot fail the gate: {done.harmless:,} of severity warning or info\n"
    return Answer(told, MET)


def suppressions(arguments: Namespace, watch: Watch) -> Answer:
    """The comments that accept findings."""
    from ssot_audit.ratchet.suppressions import suppressions as listed

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


def pipelines(arguments: Namespace, watch: Watch) -> Answer:
    """Whether the repository's own checks can fail its pipelines."""
    from ssot_audit.pipelines.check import check as account_of

    return of_account(account_of(options(arguments, watch)), arguments)


def docs(arguments: Namespace, watch: Watch) -> Answer:
    from ssot_audit.documents.check import check

    every = arguments.output_format.startswith("json")  # each claim by itself is for programs
    return of_account(check(options(arguments, watch), arguments.write, every), arguments)


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
