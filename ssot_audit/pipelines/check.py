"""The account of a repository's pipelines."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import NamedTuple

from ssot_audit.facts import Failure, Place
from ssot_audit.globs import Globs
from ssot_audit.model import BESIDE, Finding, Kind, Severity, Unvalidated
from ssot_audit.pipelines import github, gitlab, make, precommit, scripts, tox
from ssot_audit.pipelines.hidden import hidden, holds_secret
from ssot_audit.pipelines.judge import ALLOWED, Found, judge
from ssot_audit.pipelines.model import Job
from ssot_audit.pipelines.tree import Tree
from ssot_audit.repository import Options, Repository, open_repository
from ssot_audit.results import Account, Table, account
from ssot_audit.source.discover import discover
from ssot_audit.source.excerpts import SourceLines
from ssot_audit.source.files import read_bytes
from ssot_audit.source.settings.marks import Malformed
from ssot_audit.source.settings.secrets import MASK

RULE = BESIDE["pipelines"]
MAX_BYTES = 1 << 20
HELP: Mapping[str, str] = MappingProxyType(
    {
        "ignored": "let the check's status through, or keep it and exit with it",
        "allowed": "remove it, or fail in a later step that reads the outcome",
        "piped": "set -o pipefail before it (in GitHub workflows: `shell: bash`)",
        "unchecked": "run the check as a command of its own, or exit with its status",
        "exit-zero": "remove the flag, or gate on the result elsewhere",
        "unknown-as-zero": "fail where the command fails; count only what was measured",
        "nothing": "fail where a job it speaks for did: read `needs.JOB.result`, or `steps.ID.outcome`",
        "missing": "correct the path, or remove the step",
        "no-python": "aim the check at the code",
        "invalid": "correct the file; until then nothing in it runs",
        "disarmed": "let ssot-audit's exit code fail the job",
    }
)
Reader = Callable[[str, str], Iterator[Job]]
FORMATS: tuple[tuple[str, re.Pattern[str], Reader], ...] = (
    ("GitHub workflows", github.WORKFLOW, github.read),
    ("GitHub actions", github.ACTION, github.read),
    ("GitLab CI files", gitlab.NAME, gitlab.read),
    ("pre-commit files", precommit.NAME, precommit.read),
    ("tox files", tox.NAME, tox.read),
    ("Makefiles", make.NAME, make.read),
)


_ANY = re.compile("")


class _File(NamedTuple):
    path: str
    format: str
    read: Reader


class _Source:
    """A file's text, by lines."""

    def __init__(self, text: str) -> None:
        self._text, self._starts = text, [0, *(end.end() for end in re.finditer(r"\r\n|\r|\n", text))]
        self._secret: dict[int, bool] = {}

    def line_at(self, offset: int) -> int:
        return bisect_right(self._starts, offset)

    def place(self, start: int, end: int) -> Place:
        line, last = self.line_at(start), self.line_at(end)
        return Place(line, start - self._starts[line - 1] + 1, last, end - self._starts[last - 1] + 1)

    def holds_secret(self, line: int) -> bool:
        """Whether a line holds what must not be repeated."""
        if line not in self._secret:
            end = self._starts[line] if line < len(self._starts) else len(self._text)
            self._secret[line] = holds_secret(self._text[self._starts[line - 1] : end])
        return self._secret[line]


class _Room:
    """One run: what is read, and what is found in it."""

    def __init__(self, repository: Repository) -> None:
        self.repository, self.more = repository, repository.config.pipelines.checks
        listed = discover(repository.root, (), (), fits=lambda name: True)
        self.tree, self._listed = Tree(repository.root, listed.paths), listed
        self._scripts = Globs(repository.config.pipelines.scripts)
        self.findings: list[Finding] = []
        self.unvalidated = [Unvalidated(path, 1, f"cannot be listed: {why}") for path, why in listed.unreadable]
        self.evidence: Counter[str] = Counter()
        self.matched: set[str] = set()
        self._told: set[tuple[str, Place, str, str]] = set()

    def files(self) -> Iterator[_File]:
        wanted, unwanted = Globs(self.repository.include), Globs(self.repository.exclude)
        for path in self._listed.paths:
            if (wanted and not wanted.match(path)) or unwanted.match(path):
                continue
            if self.repository.named is not None and path not in self.repository.named:
                continue
            format = next((one for one in FORMATS if one[1].match(path)), None)
            if format is None and self._scripts.match(path):
                format = ("scripts", _ANY, scripts.read)
            if format:
                yield _File(path, format[0], format[2])

    def run(self) -> None:
        pending, seen = list(self.files()), set[str]()
        while pending:
            file = pending.pop(0)
            if file.path in seen:
                continue
            seen.add(file.path)
            text = self._text(file.path)
            if text is not None:
                pending += self._read(file, text)

    def _text(self, path: str) -> str | None:
        data = read_bytes(self.repository.root / path)
        reason = data.reason if isinstance(data, Failure) else ""
        if not isinstance(data, Failure):
            if len(data) > MAX_BYTES:
                reason = f"has {len(data):,} bytes; files over {MAX_BYTES:,} are not read"
            else:
                try:
                    return data.decode("utf-8").lstrip("\ufeff")
                except UnicodeDecodeError:
                    reason = "is not valid utf-8"
        self.unvalidated.append(Unvalidated(path, 1, reason))
        return None

    def _read(self, file: _File, text: str) -> list[_File]:
        """Judge a file's jobs; the files it includes."""
        source = _Source(text)
        jobs, included, torn = list[Job](), list[_File](), False
        try:
            for job in file.read(file.path, text):
                jobs.append(job)
            included += self._included(file, text, source) if file.read is gitlab.read else []
        except Malformed as fault:
            self._malformed(file.path, fault)
            torn = True
        except (RecursionError, MemoryError):
            self.unvalidated.append(Unvalidated(file.path, 1, "is nested too deeply to be read"))
            return []
        if jobs or file.format not in ("tox files", "GitHub actions"):
            self.evidence[file.format] += 1
        for job in jobs:
            read = judge(job if job.paths else _anywhere(job), self.tree, self.more)
            self.evidence += Counter(
                {"jobs": 1, "commands": read.commands, "checks": read.checks, "scripts read in part": read.torn}
            )
            self.matched |= read.matched
            self.unvalidated += [Unvalidated(file.path, source.line_at(at), why) for at, why in read.unread]
            for one in read.found:
                if not (torn and one.klass == ALLOWED):  # a later step may judge it
                    self._add(file.path, one, source)
        return included

    def _included(self, file: _File, text: str, source: _Source) -> Iterator[_File]:
        for pattern, start, end in gitlab.includes(text):
            paths = self.tree.matches(f"/{pattern}") if "$" not in pattern else []
            yield from (_File(path, file.format, file.read) for path in paths)
            if not paths and "$" not in pattern and "*" not in pattern:
                why = f"`{pattern}` is included and not in the repository: the pipeline does not start"
                self._add(file.path, Found("missing", Severity.ERROR, start, end, "include", pattern, why), source)

    def _malformed(self, path: str, fault: Malformed) -> None:
        if "not valid" not in fault.reason and "control character" not in fault.reason:
            self.unvalidated.append(Unvalidated(path, fault.line, fault.reason))
            return
        why = f"the file {fault.reason}: nothing in it runs"
        place = Place(fault.line, 1, fault.line, 1)
        self.evidence["files that do not parse"] += 1
        self.findings.append(self._finding(path, place, "invalid", Severity.ERROR, "file", "", why))

    def _add(self, path: str, one: Found, source: _Source) -> None:
        place = source.place(one.start, one.end)
        found = self._finding(path, place, one.klass, one.severity, one.about, one.used, one.why)
        found = found._replace(secret=found.secret or source.holds_secret(place.line))
        same = (found.path, found.place, found.klass, found.dotted)
        if same not in self._told:  # GitLab's templates are part of several jobs
            self._told.add(same)
            self.findings.append(found)

    def _finding(
        self, path: str, place: Place, klass: str, severity: Severity, subject: str, used: str, why: str
    ) -> Finding:
        about, dotted, message = hidden(subject), hidden(used), hidden(why)
        secret = MASK in dotted or MASK in message
        return Finding(
            RULE, severity, path, place, about, dotted, klass, message, HELP[klass], Kind.OTHER, secret=secret
        )


def _anywhere(job: Job) -> Job:
    """A job of which it is not known where its files are."""
    steps = (one._replace(script=one.script and one.script._replace(folder=None), uses="") for one in job.steps)
    return job._replace(steps=tuple(steps))


def check(options: Options) -> Account:
    """Read every pipeline of a repository and tell what cannot fail it, and what cannot run."""
    repository = open_repository(options, any_format=True)
    room = _Room(repository)
    room.run()
    obstacles = [
        f"[pipelines] checks: {glob!r} matches no command of a pipeline"
        for glob in room.more
        if glob not in room.matched
    ]
    obstacles += [
        f"[pipelines] scripts: {glob!r} matches no file"
        for glob in repository.config.pipelines.scripts
        if not room.tree.matches(glob)
    ]
    if not room.evidence and not room.unvalidated:
        obstacles.append(
            "no pipeline was found: no workflow, .gitlab-ci.yml, pre-commit, tox or Make file, and no configured script"
        )
    counts = Counter((one.klass, one.severity) for one in room.findings)
    rows = tuple(
        (klass, counts[klass, Severity.ERROR], counts[klass, Severity.WARNING])
        for klass in HELP
        if counts[klass, Severity.ERROR] + counts[klass, Severity.WARNING]
    )
    tables = (Table("classes", ("class", "errors", "warnings"), rows),) if rows else ()
    evidence = tuple(room.evidence.items())
    line = SourceLines(repository.root).line
    return account("pipelines", room.findings, room.unvalidated, evidence, obstacles, tables, line)
