"""`check`: the audit of a repository, and its verdict."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator

from ssot_audit.answers import NOT_JUDGED, Answer, options, style
from ssot_audit.report import FORMATS
from ssot_audit.report.style import plural
from ssot_audit.repository import Options
from ssot_audit.results import Report
from ssot_audit.source.library import Watch
from ssot_audit.whole import whole


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
        return whole(asked)
    from ssot_audit.ratchet.since import audit_since

    return audit_since(asked, since)


def _first_look(arguments: Namespace, watch: Watch) -> Iterator[str]:
    """What is fragmented in a repository that has no rules yet, in a few lines."""
    from ssot_audit.init.begin import survey
    from ssot_audit.init.propose import lines_of

    seen = survey(options(arguments, watch))
    read = f"{plural(seen.files, 'file')}, {plural(seen.imports, 'imported name')}"
    yield f"{read}; reached in more than one way: {len(seen.found)}"
    yield from lines_of(seen.found[:3])
    if seen.found:
        yield "`ssot-audit init` writes a first rule file with the evidence"
    else:
        yield "nothing is fragmented that these checks know of; write the rules you want held"


def _readers(report: Report) -> Iterator[str]:
    """Which reader read how many files, and why where a quicker one could not."""
    yield f"{report.recalled} files known from an earlier run"
    for reader, why, number in report.readers:
        yield f"{number} files read by {reader}" + (f": {why}" if why else "")
