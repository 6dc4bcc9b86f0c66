"""What a change added: the work tree held against its merge base, by the gate of both.

The merge base is audited as it was, from git's objects, and once more under the rules and configuration of today. What
today's rules find there is known, and does not fail the gate; what they no longer find, govern or ask for there has
been loosened by the change, and does.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from ssot_audit.accept.baseline import identity
from ssot_audit.accept.findings import Known, may_be_known
from ssot_audit.config import Config, find_config, load_config
from ssot_audit.facts import Place
from ssot_audit.model import Finding, Kind, Severity
from ssot_audit.repository import Options, Repository, open_repository
from ssot_audit.results import Report
from ssot_audit.source.discover import is_python
from ssot_audit.source.history import lay_out, merge_base
from ssot_audit.source.setting_files import is_configuration
from ssot_audit.whole import whole

_MAKE = ("Makefile", "makefile", "GNUmakefile")
RULE = "gate"  # of the findings that a change loosens it


def _is_read(name: str) -> bool:
    """Whether any check reads a file of this name."""
    return is_python(name) or is_configuration(name) or name.endswith((".md", ".mk")) or name in _MAKE


class Past(NamedTuple):
    """The merge base by its own rules and configuration, where it has any, and by those of today."""

    commit: str
    then: Report | None
    config: Config | None
    now: Report


def audit_since(options: Options, revision: str) -> Report:
    """The report of the work tree, where only what came after the merge base with a revision can fail the gate. Raises
    AuditError."""
    repository = open_repository(options, any_format=True)
    past = _past(repository, options, revision)
    fatal = Counter(identity(one) for one in _all_of(past.now) if may_be_known(one))
    known = Known(tuple(fatal.elements()), None, "", past.commit)
    return whole(options, known, tuple(loosened(past, repository)))


def _past(repository: Repository, options: Options, revision: str) -> Past:
    base = merge_base(repository.root, revision)
    with TemporaryDirectory(prefix="ssot-audit-") as folder:
        root = lay_out(base, Path(folder).resolve(), _is_read)
        root.mkdir(parents=True, exist_ok=True)
        asked = options._replace(paths=(root,), config=None, no_cache=True, no_baseline=True, baseline=False)
        config = find_config(root, root)
        then = whole(asked) if config or not repository.config.source else None
        told = load_config(config) if config else None
        now = whole(asked) if _overlay(repository, root, config) or not then else then
        return Past(base.commit, then, told, now)


def _all_of(report: Report) -> list[Finding]:
    """The findings of the rules and of the checks beside them."""
    return [*report.findings, *(finding for account in report.accounts for finding in account.findings)]


def _overlay(repository: Repository, root: Path, config: Path | None) -> bool:
    """Put the configuration and the rules of today in the place of those of the merge base; whether they differ."""
    wanted = [repository.root / one for one in (repository.config.source, *repository.config.rules) if one]
    ours = {root / one.relative_to(repository.root): one.read_bytes() for path in wanted for one in _files(path)}
    theirs = {one for path in wanted for one in _files(root / path.relative_to(repository.root))}
    theirs |= {config} if config else set()
    changed = theirs != ours.keys() or any(path.read_bytes() != ours[path] for path in theirs)
    for path in theirs - ours.keys():
        path.unlink()
    for path, data in ours.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return changed


def _files(path: Path) -> list[Path]:
    """The rule files a configured path means."""
    return sorted(path.rglob("*.toml")) if path.is_dir() else [path] if path.is_file() else []


def loosened(past: Past, repository: Repository) -> Iterator[Finding]:
    """A finding for each way in which the change asks for less than the merge base did, measured on the files of the
    merge base. None where it had no rules."""
    if past.then is None or past.then is past.now:
        return
    where = repository.config.source or "."
    then, now = past.then, past.now
    lost = [one.name for one in then.rules if one.name not in {each.name for each in now.rules}]
    for name in lost:
        yield _finding(where, name, "the rule is no longer held", f"the change takes rule {name!r} out of the audit")
    for before in then.rules:
        after = next((one for one in now.rules if one.name == before.name), None)
        if after and after.total.governed < before.total.governed:
            less = f"{after.total.governed} of the {before.total.governed} places it governed"
            yield _finding(where, before.name, "governs less", f"changed, rule {before.name!r} governs {less}")
    yield from _fewer_found(_all_of(then), _all_of(now), lost, where)
    if now.evidence.read < then.evidence.read:
        less = f"{then.evidence.read - now.evidence.read} of {then.evidence.read} files are no longer read"
        yield _finding(where, "files", "reads less", f"under the changed configuration {less}")
    for one in then.accounts:
        if one.name not in {each.name for each in now.accounts}:
            yield _finding(
                where, one.name, "the check is no longer run", f"the change turns the check of {one.name} off"
            )
    if past.config:
        for name, message in _lower(past.config, repository.config):
            yield _finding(where, name, "asks for less", message)


def _fewer_found(then: Sequence[Finding], now: Sequence[Finding], lost: Sequence[str], where: str) -> Iterator[Finding]:
    gone = Counter(map(identity, filter(may_be_known, then))) - Counter(map(identity, filter(may_be_known, now)))
    for rule, number in sorted(Counter(one.rule for one in gone.elements()).items()):
        if rule not in lost:
            first = next(one for one in sorted(gone) if one.rule == rule)
            what = f"{number} {'finding' if number == 1 else 'findings'} of rule {rule!r} that the merge base has"
            message = f"changed, the rules no longer find {what}; first {first.path}: {first.dotted}"
            yield _finding(where, rule, "finds less", message)


def _lower(then: Config, now: Config) -> Iterator[tuple[str, str]]:
    """(key, what happened) of thresholds that are lower, allowances that are higher."""
    before, after = _thresholds(then), _thresholds(now)
    for key, percent in before.items():
        if key not in after or after[key] < percent:
            yield key, f"{key} was {percent} and is {after.get(key, 'gone')}"
    if now.max_unvalidated > then.max_unvalidated:
        yield "max-unvalidated", f"max-unvalidated was {then.max_unvalidated} and is {now.max_unvalidated}"


def _thresholds(config: Config) -> dict[str, Decimal]:
    """The thresholds that are set, by key."""
    found = {"fail-under": config.fail_under, "fail-under of the golden path": config.golden_path.fail_under}
    found |= {f"fail-under-package of {name}": percent for name, percent in config.fail_under_package}
    found |= {f"fail-under-rule of {name}": percent for name, percent in config.fail_under_rule}
    return {key: percent for key, percent in found.items() if percent is not None}


def _finding(where: str, subject: str, klass: str, message: str) -> Finding:
    return Finding(
        rule=RULE,
        severity=Severity.ERROR,
        path=where,
        place=Place(1, 1, 1, 1),
        subject=subject,
        dotted=klass,
        klass="loosened",
        message=message,
        help="a change cannot loosen the gate it is judged by: let who answers for the gate land this by itself",
        kind=Kind.OTHER,
    )
