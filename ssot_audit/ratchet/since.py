"""What a change added: the work tree held against its merge base, by the gate of both.

The merge base is audited as it was, from git's objects, and, where the change touches rules or configuration, once more
under those of today; and the work tree under those of the merge base. What today's gate finds in the merge base is
known, and fails nothing. What it no longer finds, governs or asks for there has been loosened by the change; and what
the gate of the merge base finds new in the work tree, the change cannot have taken from its sight.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from ssot_audit.accept.baseline import identity
from ssot_audit.accept.findings import Known, may_be_known
from ssot_audit.config import Config, find_config, load_config
from ssot_audit.errors import AuditError, UsageError
from ssot_audit.facts import Place
from ssot_audit.model import BESIDE, Finding, Kind, Severity, Verdict
from ssot_audit.ratchet.lowered import lowered
from ssot_audit.repository import Options, Repository, open_repository
from ssot_audit.results import Report
from ssot_audit.source.discover import is_python
from ssot_audit.source.history import lay_out, merge_base
from ssot_audit.source.setting_files import is_configuration
from ssot_audit.whole import held, whole

_TEXTS = (".md", ".mk", ".sh", ".txt", ".rst")
RULE = "gate"  # of the findings that a change loosens it


def _is_read(name: str) -> bool:
    """Whether a check may read a file of this name; of others it matters that they are there."""
    return is_python(name) or is_configuration(name) or name.endswith(_TEXTS) or "." not in name


class Past(NamedTuple):
    """The merge base by its own rules and configuration, where it has any, and by those of today; and why the work tree
    does not pass the gate of the merge base."""

    commit: str
    then: Report | None
    config: Config | None
    now: Report
    missed: tuple[str, ...] = ()
    elsewhere: str = ""  # the configuration that was in force, where it is not in the place of today's


def audit_since(options: Options, revision: str) -> Report:
    """The report of the work tree, where only what came after the merge base with a revision can fail the gate. Raises
    AuditError."""
    repository = open_repository(options, any_format=True)
    past = _past(repository, options, revision)
    return held(repository, options, _known(past.now, past.commit), tuple(loosened(past, repository, options)))


def _known(report: Report, commit: str) -> Known:
    found = Counter(identity(one) for one in report.all_findings if may_be_known(one))
    return Known(tuple(found.elements()), None, "", commit)


def _past(repository: Repository, options: Options, revision: str) -> Past:
    base = merge_base(repository.root, revision)
    with TemporaryDirectory(prefix="ssot-audit-") as folder:
        top = Path(folder).resolve()
        root = lay_out(base, top, _is_read)
        root.mkdir(parents=True, exist_ok=True)
        quiet = options._replace(no_cache=True, no_baseline=True, baseline=False, canary=False)
        asked = quiet._replace(paths=(root,), config=None)
        config = _config_of(root, top, options)
        if config and config.parent != root:
            return Past(base.commit, None, None, whole(asked), (), config.relative_to(top).as_posix())
        old = _laid(options.rules, base.top, top)
        # A rule that is new may be selected now, and could not be then.
        first = asked._replace(config=config, rules=old, select=(), ignore=())
        told, then = _judged(first, config) if config or not repository.config.source else (None, None)
        gate = _copied(config, told, top) if config and told else None
        changed = _overlay(repository, root, config) or old != options.rules
        missed: tuple[str, ...] = ()
        if changed and then:
            before = whole(
                quiet._replace(gate=gate, rules=old, select=(), ignore=()), _known(then, base.commit)
            ).judgement
            missed = before.reasons if before.verdict is not Verdict.MET else ()
        today = root / repository.config.source if repository.config.source else None
        now = whole(asked._replace(config=today)) if changed or not then else then
        return Past(base.commit, then, told, now, missed)


def _config_of(root: Path, top: Path, options: Options) -> Path | None:
    """The configuration that was in force in a folder of the merge base."""
    if options.config is None:
        return find_config(root, top)
    named = root / options.config.name
    return named if named.is_file() else None


def _judged(asked: Options, config: Path | None) -> tuple[Config | None, Report]:
    try:
        return load_config(config) if config else None, whole(asked)
    except AuditError as error:
        raise UsageError(f"the merge base cannot be audited by its own gate: {error}") from None


def _laid(rules: tuple[Path, ...], top: Path, laid: Path) -> tuple[Path, ...]:
    """Rule files of the command line as the merge base has them, where it has them."""
    found = []
    for one in rules:
        path = one.resolve()
        there = laid / path.relative_to(top.resolve()) if path.is_relative_to(top.resolve()) else path
        found.append(there if there.exists() and not _same(there, path) else one)
    return tuple(found)


def _same(one: Path, other: Path) -> bool:
    ours, theirs = _files(one), _files(other)
    return len(ours) == len(theirs) and all(a.read_bytes() == b.read_bytes() for a, b in zip(ours, theirs, strict=True))


def _copied(config: Path, told: Config, top: Path) -> Path:
    """The gate of the merge base by itself, where today's will not be laid over it."""
    folder = top / ".git" / "gate"
    for path in (config, *(file for one in told.rules for file in _files(config.parent / one))):
        target = folder / path.relative_to(config.parent)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(path.read_bytes())
    for one in (*told.roots, *told.rules):
        if not (folder / one).exists():
            (folder / one).mkdir(parents=True)
    return folder / config.name


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


def loosened(past: Past, repository: Repository, options: Options) -> Iterator[Finding]:
    """A finding for each way in which the change asks for less than the merge base did. None where it had no rules."""
    where = repository.config.source or "."
    if past.elsewhere:
        message = (
            f"at the merge base {past.elsewhere} is in force here; the change puts another configuration before it"
        )
        yield _finding(where, past.elsewhere, "another configuration", message)
    if past.then is None or past.then is past.now:
        return
    then, now = past.then, past.now
    for reason in past.missed:
        yield _finding(where, "merge base", reason, f"by the gate of the merge base: {reason}")
    chosen = [one for one in then.rules if not options.select or one.name in options.select]
    kept = {one.name for one in now.rules} | {*options.ignore}
    lost = [one.name for one in chosen if one.name not in kept]
    for name in lost:
        yield _finding(where, name, "the rule is no longer held", f"the change takes rule {name!r} out of the audit")
    for before in chosen:
        after = next((one for one in now.rules if one.name == before.name), None)
        if after and after.total.governed < before.total.governed:
            less = f"{after.total.governed} of the {before.total.governed} places it governed"
            yield _finding(where, before.name, "governs less", f"changed, rule {before.name!r} governs {less}")
    yield from _fewer_found(then.all_findings, now.all_findings, {one.name for one in chosen} & kept, where)
    if now.evidence.read < then.evidence.read:
        less = f"{then.evidence.read - now.evidence.read} of {then.evidence.read} files are no longer read"
        yield _finding(where, "files", "reads less", f"under the changed configuration {less}")
    for one in then.accounts:
        if one.name not in {each.name for each in now.accounts}:
            yield _finding(
                where, one.name, "the check is no longer run", f"the change turns the check of {one.name} off"
            )
    if past.config:
        for name, message in lowered(past.config, repository.config):
            yield _finding(where, name, "asks for less", message)


def _fewer_found(
    then: Sequence[Finding], now: Sequence[Finding], held: Collection[str], where: str
) -> Iterator[Finding]:
    gone = Counter(map(identity, filter(may_be_known, then))) - Counter(map(identity, filter(may_be_known, now)))
    for rule, number in sorted(Counter(one.rule for one in gone.elements()).items()):
        if rule in held or rule in BESIDE.values():
            first = next(one for one in sorted(gone) if one.rule == rule)
            what = f"{number} {'finding' if number == 1 else 'findings'} of rule {rule!r} that the merge base has"
            message = f"changed, the rules no longer find {what}; first {first.path}: {first.dotted}"
            yield _finding(where, rule, "finds less", message)


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
