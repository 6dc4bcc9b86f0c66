"""`ssot-audit docs`: what documents claim, held against what is measured."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from ssot_audit import names
from ssot_audit.documents import findings, judge
from ssot_audit.documents.claim import About, Claim, Judged, Standing
from ssot_audit.documents.dates import as_of
from ssot_audit.documents.figures import Audits, write
from ssot_audit.documents.measure import Measured, words_asked
from ssot_audit.documents.reading import (
    Contents,
    Task,
    lost_docstrings,
    lost_document,
    read_docstrings,
    read_document,
)
from ssot_audit.documents.tree import Tree
from ssot_audit.errors import UsageError
from ssot_audit.facts import Failure
from ssot_audit.globs import Globs
from ssot_audit.model import Unvalidated
from ssot_audit.repository import Options, Repository, open_repository
from ssot_audit.results import Account, Table, account
from ssot_audit.source.discover import discover
from ssot_audit.source.excerpts import SourceLines
from ssot_audit.source.pool import Work, each, workers

NAME = "documents"
EVERY = "every claim"
FEW, BATCH = 24, 16  # files this process reads itself, and those a worker is handed at once
_MARKDOWN = (".md", ".markdown")
_DATA = Globs(["**/tests/**/data/**", "**/test/**/data/**", "**/testdata/**", "**/test_data/**", "**/fixtures/**"])


class Scope(NamedTuple):
    """What is judged: documents and, for their docstrings, Python files. `obstacles` are why it is not all that was
    asked for; `whole` are the options of an audit of the whole repository."""

    repository: Repository
    whole: Options
    documents: tuple[str, ...]
    python: tuple[str, ...]
    files: tuple[str, ...]  # every file of the repository
    obstacles: tuple[str, ...]


def check(options: Options, refresh: bool = False, every: bool = True) -> Account:
    """The account of the documents at some paths; with `refresh`, figures between markers are written first,
    with `every` each claim has a row. Raises AuditError where it cannot begin."""
    scope = _scope(options)
    repository = scope.repository
    read, unread = _read(scope, options)
    shown = _docstrings(scope, options)
    measured = _measure(scope, read)
    audits = Audits(repository.root, measured, scope.whole, read)
    if refresh and (changed := write(repository.root, read, audits)):
        again, _ = _read(scope._replace(documents=tuple(changed)), options)
        read.update(again)
    judged = _judged(scope, read, shown, measured, audits)
    found = [one for item in judged if (one := findings.finding(item, repository.kinds))]
    evidence = [
        ("documents", len(read)),
        ("claims", len(judged)),
        ("files of the repository", len(scope.files)),
        ("python files searched for docstrings", len(scope.python)),
    ]
    tables = [standings(judged), references(judged), *([every_claim(judged)] if every else ())]
    line = SourceLines(repository.root).line
    return account(NAME, found, unread, evidence, scope.obstacles, [one for one in tables if one.rows], line)


def _scope(options: Options) -> Scope:
    for path in options.paths:
        if not path.exists():
            raise UsageError(f"{path}: no such file or folder")
        if path.is_file() and not _is_markdown(path.name):
            raise UsageError(f"{path}: is not a Markdown file; name {' or '.join(_MARKDOWN)} files, or folders")
    folders = tuple(path if path.is_dir() else path.parent for path in options.paths)
    opened = open_repository(options._replace(paths=folders), any_format=True)
    root = opened.root
    whole = options._replace(paths=(root,))
    repository = opened if opened.named is None else open_repository(whole)
    everything = discover(root, (), (), fits=lambda name: True).paths
    unwanted = Globs(repository.exclude)
    documents = [one for one in everything if _is_markdown(one) and not unwanted.match(one)]
    wanted = repository.config.documents.files
    obstacles = [
        f"[documents] files: {one!r} matches no Markdown file" for one in wanted if not _some((one,), documents)
    ]
    named = [_inside(path, root) for path in options.paths]
    if wanted:
        documents = [one for one in documents if Globs(wanted).match(one)]
    elif not any(_DATA.match(f"{one}/") or _DATA.match(one) for one in named):
        documents = [one for one in documents if not _DATA.match(one)]
    python: Sequence[str] = repository.found.paths
    if "." not in named:
        obstacles += [f"{one}: holds no document of the repository" for one in named if not _below(documents, (one,))]
        documents, python = _below(documents, named), _below(python, named)
    elif not documents:
        obstacles.append(f"no Markdown file found in {root.name or 'the folder'}; name the repository")
    return Scope(repository, whole, tuple(documents), tuple(python), everything, tuple(obstacles))


def _is_markdown(name: str) -> bool:
    return name.lower().endswith(_MARKDOWN)


def _some(patterns: Sequence[str], paths: Iterable[str]) -> bool:
    globs = Globs(patterns)
    return any(globs.match(path) for path in paths)


def _inside(path: Path, root: Path) -> str:
    found = path.resolve() if path.is_dir() else path.parent.resolve() / path.name
    return found.relative_to(root).as_posix()


def _below(paths: Iterable[str], folders: Sequence[str]) -> list[str]:
    return [path for path in paths if any(names.is_below(path, one) for one in folders)]


def _each(work: Work, tasks: Sequence[Task], options: Options, what: str) -> Iterator[tuple[str, Any]]:
    """(path, result) of every task, in order."""
    jobs = workers(options.jobs, len(tasks), FEW)
    results: dict[int, Any] = {}
    for done, (number, result) in enumerate(each(work, tasks, jobs), 1):
        results[number] = result
        options.watch(what, done, len(tasks))
    return ((task.path, results[number]) for number, task in enumerate(tasks))


def _read(scope: Scope, options: Options) -> tuple[dict[str, Contents], list[Unvalidated]]:
    tasks = [Task(str(scope.repository.root), path) for path in scope.documents]
    read: dict[str, Contents] = {}
    unread: list[Unvalidated] = []
    today = options.today or date.today()
    for path, result in _each(Work(read_document, lost_document, BATCH), tasks, options, "documents"):
        if isinstance(result, Failure):
            unread.append(Unvalidated(path, 1, result.reason))
        else:
            claims = (one._replace(day=as_of(one.day, today)) for one in result.claims)
            read[path] = result._replace(claims=tuple(claims))
    return read, unread


def _docstrings(scope: Scope, options: Options) -> list[tuple[str, Claim]]:
    tasks = [Task(str(scope.repository.root), path) for path in scope.python]
    found = _each(Work(read_docstrings, lost_docstrings, BATCH * 4), tasks, options, "docstrings")
    return [(path, claim) for path, claims in found for claim in claims]


def _measure(scope: Scope, read: Mapping[str, Contents]) -> Measured:
    marked = [one.name for contents in read.values() for one in contents.marked if not one.target]
    counted = [one.subject for contents in read.values() for one in contents.claims if one.about is About.PATHS]
    return Measured(scope.repository, scope.whole, words_asked(marked, counted))


def _judged(
    scope: Scope, read: Mapping[str, Contents], shown: Sequence[tuple[str, Claim]], measured: Measured, audits: Audits
) -> list[Judged]:
    claims = [one for contents in read.values() for one in contents.claims]
    subjects = {one.subject for one in [*claims, *(claim for _, claim in shown)] if one.about is About.IMPORT}
    measured.prepare(subjects)
    tree = Tree(scope.repository.root, scope.files)
    judged = judge.compare(list(judge.judge(read, tree, measured)))
    figures = [audits.judge(path, one) for path, contents in read.items() for one in contents.marked]
    in_code = (judge.imported(path, claim, measured, "docstring") for path, claim in shown)
    everything = [*judged, *figures, *(one for one in in_code if one)]
    return sorted(
        everything, key=lambda one: (one.path, one.claim.line, one.claim.column, one.claim.about, one.claim.subject)
    )


# Tables


def standings(judged: Sequence[Judged]) -> Table:
    """Claims by what they are about and how they stand."""
    counts = Counter((one.claim.about, one.standing) for one in judged)
    rows = [
        (about.value, *(counts[about, one] for one in Standing), sum(counts[about, one] for one in Standing))
        for about in About
        if any(counts[about, one] for one in Standing)
    ]
    return Table("claims", ("about", *(one.value for one in Standing), "all"), tuple(rows))


def references(judged: Sequence[Judged]) -> Table:
    """The import paths that documents and docstrings show, by class; apart from those of code."""
    counts = Counter((one.klass, one.channel) for one in judged if one.claim.about is About.IMPORT)
    rows = [
        (klass, counts[klass, "document"], counts[klass, "docstring"]) for klass in sorted({key[0] for key in counts})
    ]
    return Table("imports shown, by class", ("class", "documents", "docstrings"), tuple(rows))


def every_claim(judged: Sequence[Judged]) -> Table:
    rows = [
        (
            one.path,
            one.claim.line,
            one.claim.about.value,
            one.claim.subject,
            one.claim.stated,
            one.standing.value,
            one.measured,
            one.claim.day,
        )
        for one in judged
    ]
    return Table(EVERY, ("path", "line", "about", "subject", "stated", "standing", "measured", "day"), tuple(rows))
