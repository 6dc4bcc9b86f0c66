"""The condition on the figures, and whether it is met. The same for every output format."""

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from ssot_audit.links import BrokenImport, stops
from ssot_audit.model import ABSENT, BASELINE, Finding, Judgement, Score, Severity, Status, Tally, Unvalidated, Verdict


class Gate(NamedTuple):
    """What the configuration and the command line ask for. Percentages are exact."""

    fail_under: Decimal | None = None
    packages: tuple[tuple[str, Decimal], ...] = ()
    rules: tuple[tuple[str, Decimal], ...] = ()
    max_unvalidated: int = 0
    golden_path: Decimal | None = None
    ratchet: bool = False  # whether a finding that was not there before may never pass
    entry_points: bool = False  # whether there is a golden path: no import may fail it


class Figures(NamedTuple):
    """What the gate judges."""

    whole: Tally  # of the repository, whatever part of it is judged
    packages: tuple[Score, ...]
    rules: tuple[Score, ...]
    findings: tuple[Finding, ...]  # in the judged files
    unvalidated: tuple[Unvalidated, ...]  # among the judged files
    obstacles: tuple[str, ...]  # why nothing can be judged, found on the way
    partial: bool
    others: int = 0  # what rules govern in the whole repository besides references
    symbols: frozenset[str] = frozenset()  # the rules whose findings the share of references stands for
    golden_path: Tally = Tally()  # of the files on it
    unparsed_on_path: tuple[str, ...] = ()  # what they run cannot be known
    failing: tuple[BrokenImport, ...] = ()  # imports in the judged files that fail an entry point


def reaches(tally: Tally, percent: Decimal) -> bool:
    """Whether compliance is at least `percent`, in whole numbers: 99.96 % does not reach 100."""
    numerator, denominator = percent.as_integer_ratio()
    return tally.canonical * 100 * denominator >= numerator * tally.governed


def judge(gate: Gate, figures: Figures) -> Judgement:
    """Not judged outranks missed."""
    condition = _condition(gate, figures.partial)
    obstacles = [*figures.obstacles, *_obstacles(gate, figures)]
    if obstacles:
        return Judgement(Verdict.NOT_JUDGED, condition, tuple(obstacles))
    missed = _missed(gate, figures)
    return Judgement(Verdict.MISSED if missed else Verdict.MET, condition, tuple(missed))


def _has_threshold(gate: Gate) -> bool:
    return gate.fail_under is not None or gate.golden_path is not None or bool(gate.packages or gate.rules)


def _condition(gate: Gate, partial: bool) -> str:
    own = [f"{name} at least {percent} %" for name, percent in (*gate.packages, *gate.rules)]
    own += [f"golden path at least {gate.golden_path} %"] if gate.golden_path is not None else []
    own += ["no import fails the golden path"] if gate.entry_points else []
    own = [f"compliance at least {gate.fail_under} %", *own] if gate.fail_under is not None else own
    if gate.fail_under is not None and not partial and not gate.ratchet:
        return ", ".join(own)
    new = "new finding" if gate.ratchet else "finding"
    findings = f"no {new} of severity error in {'the named files' if partial else 'the repository'}"
    if partial:
        return findings + (" (thresholds are judged on whole runs only)" if _has_threshold(gate) else "")
    return ", ".join((findings, *own))


def _obstacles(gate: Gate, figures: Figures) -> list[str]:
    found = []
    shared = gate.fail_under is not None and not figures.partial
    if figures.others and not figures.whole.governed and shared and not figures.obstacles:
        found.append(
            "fail-under is the share of references, and no symbol rule governs any here; give other kinds of rules a "
            "threshold under [fail-under-rule], or none"
        )
    elif not figures.obstacles and not (figures.whole.governed or figures.others):
        found.append(
            "nothing is governed: no reference falls under any loaded rule; check that the rules name this "
            "repository's paths (`ssot-audit rules`, `ssot-audit paths NAME`)"
        )
    number = len(figures.unvalidated)
    if number > gate.max_unvalidated:
        first = figures.unvalidated[0]
        files = "file" if number == 1 else "files"
        found.append(
            f"{number} unvalidated {files}, {gate.max_unvalidated} allowed; first {first.path}:{first.line}: "
            f"{first.reason}; repair or exclude, or raise max-unvalidated"
        )
    if _has_threshold(gate) and not figures.partial:
        absent = [one for one in figures.findings if one.klass == ABSENT]
        found += [f"rule {one.rule!r}: {one.message}, so no share of it can be measured; {one.help}" for one in absent]
    if not figures.partial and (figures.whole.governed or figures.others):
        for kind, wanted, known in (("package", gate.packages, figures.packages), ("rule", gate.rules, figures.rules)):
            measured = {score.name for score in known if score.total.governed}
            found += [
                f"nothing is governed in {kind} {name!r}, so its threshold cannot be judged"
                for name, _ in wanted
                if name not in measured
            ]
        if gate.golden_path is not None and not figures.golden_path.governed:
            found.append("nothing is governed on the golden path, so its threshold cannot be judged")
    if not figures.partial and len(figures.unparsed_on_path) > gate.max_unvalidated:
        torn = figures.unparsed_on_path[0]
        found.append(f"{torn} is on the golden path and does not parse, so what it runs is not known; repair it")
    return found


def _missed(gate: Gate, figures: Figures) -> list[str]:
    missed = []
    shared = gate.fail_under is not None and not figures.partial
    excused = frozenset() if gate.ratchet else _covered(gate, figures)
    failing = [one for one in figures.findings if fails(one) and one.rule not in excused]
    gone = sum(1 for one in failing if one.rule == BASELINE)
    errors = len(failing) - gone
    if errors:
        new, what = "new " if gate.ratchet else "", " of rules that share does not cover" if shared and excused else ""
        missed.append(f"{errors} {new}{'finding' if errors == 1 else 'findings'} of severity error{what}")
    if gone:
        entries = "1 entry of the baseline fails" if gone == 1 else f"{gone} entries of the baseline fail"
        missed.append(f"{entries} nothing any more; `ssot-audit baseline --prune` takes out what is mended")
    if gate.fail_under is not None and shared and not reaches(figures.whole, gate.fail_under):
        missed.append(_below("compliance", figures.whole, gate.fail_under))
    missed += [_failing(figures.failing)] if figures.failing else []
    if figures.partial:
        return missed
    if gate.golden_path is not None and not reaches(figures.golden_path, gate.golden_path):
        missed.append(_below("golden path", figures.golden_path, gate.golden_path))
    for wanted, known in ((gate.packages, figures.packages), (gate.rules, figures.rules)):
        scores = {score.name: score.total for score in known}
        missed += [
            _below(name, scores[name], percent) for name, percent in wanted if not reaches(scores[name], percent)
        ]
    return missed


def fails(finding: Finding) -> bool:
    """Whether a finding by itself may fail the gate."""
    return finding.severity is Severity.ERROR and finding.status is Status.OPEN


def _covered(gate: Gate, figures: Figures) -> frozenset[str]:
    """The rules that are judged by a share, and not by what they find."""
    if figures.partial:
        return frozenset()
    shared = figures.symbols if gate.fail_under is not None else frozenset()
    return shared | {name for name, _ in gate.rules}


def _failing(broken: Sequence[BrokenImport]) -> str:
    first, number = broken[0], len(broken)
    what = "an import" if number == 1 else f"{number} imports"
    return (
        f"{what} on the golden path {'leads' if number == 1 else 'lead'} nowhere, unguarded; "
        f"first {first.path}:{first.line}: {first.dotted}, by {' -> '.join(stops(first.way, first.line))}; "
        "repair it, or name what a build makes in `generated`"
    )


def _below(what: str, tally: Tally, percent: Decimal) -> str:
    return f"{what} is {tally.canonical}/{tally.governed} = {tally.percent}, below {percent} %"
