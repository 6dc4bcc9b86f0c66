"""What documents are held against: the audit's own figures, and where import paths lead."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from functools import cached_property
from typing import NamedTuple

from ssot_audit import names, pipeline
from ssot_audit.checks.symbol import check as symbol
from ssot_audit.checks.symbol.governance import Governance
from ssot_audit.documents.evidence import Tests, run_of
from ssot_audit.facts import Channel, Place
from ssot_audit.model import Class, Score, Tally
from ssot_audit.paths import paths_in
from ssot_audit.program.candidates import Candidate
from ssot_audit.program.modules import Module
from ssot_audit.reading import look_for, open_library, symbol_rules
from ssot_audit.repository import Options, Repository, choose_rules
from ssot_audit.results import Report
from ssot_audit.source.entry import Question

NOT_MEASURED = "n/a"
NAMES = (
    "compliance, compliance:RULE, compliance:package:NAME, canonical, canonical:RULE, governed, governed:RULE,"
    " findings, findings:RULE, files, paths:SYMBOL, tests"
)
_OF_RULE = ("compliance", "canonical", "governed", "findings")


class Import(NamedTuple):
    """What an import path is: its class under a rule, else `resolves`, `broken`, `undecided` or `external`."""

    klass: str
    rule: str = ""
    instead: str = ""


class Measured:
    """One repository, audited whole. Figures that need more than the report are worked out when they are asked for."""

    def __init__(self, repository: Repository, options: Options, spelled: Collection[str] = ()) -> None:
        self.options = options
        self._reports = repository.config.evidence.reports
        self.report: Report = pipeline.audit(options._replace(no_baseline=True, baseline=False, canary=False))
        opened = open_library(repository, options)
        self.rules = symbol_rules(choose_rules(repository, opened.program, options)[1])
        self._reading = look_for(opened, self.rules, Question(tuple(sorted(spelled))))
        self.program, self.kinds = self._reading.program, repository.kinds
        self._known: dict[tuple[str, str], Import] = {}

    @cached_property
    def _governance(self) -> Governance:
        return Governance(self.rules, self.program)

    @cached_property
    def scores(self) -> Mapping[str, Score]:
        return {one.name: one for one in self.report.rules}

    @cached_property
    def tests(self) -> Tests | None:
        """What the configured reports show of a run of the tests; None where they cannot be relied on."""
        return run_of(self.options) if self._reports else None

    # Figures

    def figure(self, name: str) -> str | None:
        """The figure of a name of the vocabulary, `n/a` where it cannot be measured; None for a name it has not."""
        what, _, of = name.partition(":")
        if of:
            return self._of(what, of)
        if what in ("compliance", "canonical", "governed"):
            return _of_tally(self.report.total.total, what)
        if what == "findings":
            return str(len(self.report.findings)) if self.report.rules else NOT_MEASURED
        if what == "files":
            return str(self.report.evidence.read) if self.report.evidence.read else NOT_MEASURED
        if what == "tests":
            return NOT_MEASURED if self.tests is None else str(self.tests.executed)
        return None

    def _of(self, what: str, of: str) -> str | None:
        if what == "compliance" and of.startswith("package:"):
            package = of.removeprefix("package:")
            found = next((one for one in self.report.packages() if one.name == package), None)
            return found.total.percent if found else None
        if what in _OF_RULE and of in self.scores:
            if what == "findings":
                return str(sum(1 for one in self.report.findings if one.rule == of))
            return _of_tally(self.scores[of].total, what)
        if what == "paths" and names.is_dotted(of):
            return str(self.paths(names.last_part(of)) or NOT_MEASURED)
        return None

    def paths(self, name: str) -> int:
        """The number of paths through which import statements of files that parse take a name."""
        today = self.options.today or date.today()
        return sum(1 for one in paths_in(name, self.program, self.rules, today, self.kinds) if one.names)

    def paths_about(self, word: str) -> int | None:
        """The number of import paths of a governed symbol, or of all whose names begin with a word (`WebSocket`);
        None where none is governed."""
        symbols = {one.spec.symbol for one in self.rules}
        about = {word} & symbols or {one for one in symbols if len(word) > 3 and one.startswith(word)}
        return sum(self.paths(one) for one in about) or None

    def rule_of(self, word: str) -> Score | None:
        """The figure of the rule a word names: by its id, or by a symbol it governs."""
        return self.scores.get(word) or self.scores.get(self._governing.get(word, ""))

    @cached_property
    def _governing(self) -> Mapping[str, str]:
        """The id of the one rule that governs a name, by the name."""
        governed = [(name, one.id) for one in self.rules for name in {one.spec.symbol, *one.spec.aliases}]
        often = Counter(name for name, _ in governed)
        return {name: rule for name, rule in governed if often[name] == 1}

    # Imports

    def prepare(self, subjects: Collection[str]) -> None:
        """Read together the files that some import paths lead into."""
        modules = self.program.modules
        found = {self._home(one) for one in subjects}
        self._reading.library.deepen(sorted(path for path in found if path and path in modules.by_path))

    def _home(self, dotted: str) -> str:
        while dotted:
            found = self.program.modules.find(dotted)
            if isinstance(found, Module):
                return found.path
            dotted = names.split(dotted)[0]
        return ""

    def imported(self, path: str, dotted: str, name: str) -> Import:
        """What `from MODULE import NAME`, or `import DOTTED` where no name is given, is for a reader of a document."""
        key = dotted, name
        if key not in self._known:
            self._known[key] = self._imported(path, dotted, name)
        return self._known[key]

    def _imported(self, path: str, dotted: str, name: str) -> Import:
        resolver = self.program.resolver
        module = names.split(dotted)[0] if name and name != "*" else dotted
        found = resolver.member(module, name) if name and name != "*" else resolver.module(dotted)
        if found.reason == "external":
            return Import("external")
        document = Module(path, "", "", False, self._reading.library)
        places = (Place(1, 1, 1, 1),)
        candidate = Candidate(document, dotted, -1, Channel.DOCUMENT, (), places, found, named=True)
        governed = self._governance.rule_of(candidate)
        if governed:
            one = symbol.classify(governed, candidate, self.program, self.options.today or date.today())
            return Import(one.klass, governed.rule.id, governed.rule.spec.canonical)
        if found.origin is None:
            broken = found.reason in ("missing-module", "missing-name")
            return Import("broken" if broken else str(Class.UNDECIDED), "", _why(found.reason))
        return Import("resolves")


def _why(reason: str) -> str:
    return {"missing-module": "its module does not exist", "missing-name": "its module has no such name"}.get(
        reason, reason
    )


def _of_tally(tally: Tally, what: str) -> str:
    if not tally.governed:
        return NOT_MEASURED
    return {"compliance": tally.percent, "canonical": str(tally.canonical), "governed": str(tally.governed)}[what]


def words_asked(markers: Sequence[str], subjects: Sequence[str]) -> set[str]:
    """The names whose import paths are asked for, by markers and by claims."""
    asked = {one.removeprefix("paths:") for one in markers if one.startswith("paths:")}
    return {one for one in (*asked, *subjects) if one.isidentifier() and len(one) < 100}
