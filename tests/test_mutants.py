"""Engines broken on purpose: the canary refuses to report with some, a test of the suite fails with each other."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest
from running import FIXTURES, ROOT, clean_environment

import ssot_audit


class Mutant(NamedTuple):
    """A change of the program's text: `old`, which stands there once, for `new`."""

    name: str
    file: str
    old: str
    new: str
    test: str = ""  # of the suite, which must fail


BY_CANARY = (
    Mutant(
        "imports are not looked at",
        "program/candidates.py",
        "            yield from self._imported(module, number, one)",
        "            yield from ()",
    ),
    Mutant(
        "attributes are not looked at",
        "program/candidates.py",
        "        yield from self._used(module, facts)",
        "        yield from ()",
    ),
    Mutant(
        "strings are not looked at",
        "program/candidates.py",
        "        yield from self._targeted(module, facts)",
        "        yield from ()",
    ),
    Mutant(
        "stars bring nothing",
        "program/candidates.py",
        "        for name in sorted(self.resolver.star_names(source)):",
        "        for name in ():",
    ),
    Mutant(
        "the check returns early", "checks/symbol/check.py", "    program = scene.program\n", "    return Outcome()\n"
    ),
    Mutant(
        "no kind of rule is held",
        "reading.py",
        "            found.append(CHECKS[name].check(scene, some))",
        "            pass",
    ),
    Mutant(
        "definitions are held by a check that finds nothing",
        "checks/kinds.py",
        "    from ssot_audit.checks.definition import check\n\n    return RuleKind(check.SHAPE, check.check,",
        "    from ssot_audit.checks.definition import check\n    from ssot_audit.model import Outcome\n\n"
        "    return RuleKind(check.SHAPE, lambda scene, rules: Outcome(),",
    ),
    Mutant(
        "what is deprecated is taken for canonical",
        "checks/symbol/check.py",
        "    if listed:\n        return Class.DEPRECATED",
        "    if listed:\n        return Class.CANONICAL",
    ),
    Mutant("no file is found", "source/discover.py", "                kept.append(path)", "                pass"),
)
BY_SUITE = (
    Mutant(
        "the canary is silent",
        "examples.py",
        "        if (reason := _failure(rule, example, today, ground))\n    ]",
        "        if (reason := _failure(rule, example, today, ground)) and False\n    ]",
        "tests/test_mutants.py::test_the_canary_refuses_an_engine_that_is_blind[imports are not looked at]",
    ),
    Mutant(
        "a missed gate is a success",
        "model.py",
        "Verdict.MISSED: 1",
        "Verdict.MISSED: 0",
        "tests/test_gate.py::test_without_a_threshold_the_gate_is_no_finding_of_severity_error",
    ),
    Mutant(
        "what refuses a run is not told",
        "gate.py",
        "    if obstacles:",
        "    if False:",
        "tests/test_gate.py::test_an_obstacle_outranks_a_missed_gate",
    ),
    Mutant(
        "files that cannot be read are none",
        "measure.py",
        "        elif entry.fault and path in bearing:",
        "        elif False:",
        "tests/test_faults.py::test_killers_that_mention_a_governed_name_are_unvalidated_and_cost_no_other_file",
    ),
    Mutant(
        "a share is rounded up",
        "model.py",
        "tenths = 1000 * self.canonical // self.governed",
        "tenths = -(-1000 * self.canonical // self.governed)",
        "tests/test_gate.py::test_only_a_full_score_shows_100_percent",
    ),
    Mutant(
        "a baseline accepts whatever there is",
        "accept/baseline.py",
        "        known.append(left[mine] > 0)",
        "        known.append(True)",
        "tests/test_ratchet.py::test_a_new_finding_fails",
    ),
    Mutant(
        "entries that are no findings go unremarked",
        "accept/findings.py",
        "    return (*held, *about, *_gone(gone, known, {baseline.identity(one) for one in findings}, rules))",
        "    return (*held, *about)",
        "tests/test_ratchet.py::test_an_entry_that_is_no_finding_any_more_fails_until_it_is_pruned",
    ),
    Mutant(
        "comments hold for ever",
        "accept/suppression.py",
        "(one.until and today > one.until):\n        return False",
        "False:\n        return False",
        "tests/test_ratchet.py::test_a_comment_without_reason_or_rule_or_past_its_day_hides_nothing",
    ),
    Mutant(
        "suppressed findings leave the figure",
        "measure.py",
        "    known = [one for one in outcome.references if one.path not in unread]",
        "    quiet = {(one.path, one.dotted) for one in outcome.findings if one.status != 'open'}\n"
        "    known = [one for one in outcome.references if one.path not in unread"
        " and (one.path, one.dotted) not in quiet]",
        "tests/test_ratchet.py::test_a_comment_with_rule_and_reason_accepts_a_finding_that_still_counts",
    ),
    Mutant(
        "a loosened gate is no finding",
        "ratchet/since.py",
        "tuple(loosened(past, repository, options))",
        "()",
        "tests/test_ratchet.py::test_a_threshold_that_is_lowered_fails",
    ),
    Mutant(
        "rules that match nothing pass",
        "measure.py",
        "    if idle and matched:",
        "    if False:",
        "tests/test_gate.py::test_a_rule_that_matches_nothing_is_refused_unless_it_says_that_it_may",
    ),
)


def broken(mutant: Mutant, folder: Path) -> dict[str, str]:
    """The environment in which the broken program is run."""
    running = Path(ssot_audit.__file__).parent  # itself a broken one, where a test of this file is run with it
    shutil.copytree(running, folder / "ssot_audit", ignore=shutil.ignore_patterns("__pycache__"))
    if not (folder / "ssot_audit" / "packs").exists():
        shutil.copytree(ROOT / "rules", folder / "rules")
    target = folder / "ssot_audit" / mutant.file
    text = target.read_text("utf-8")
    assert text.count(mutant.old) == 1, f"{mutant.file} has {mutant.old!r} {text.count(mutant.old)} times"
    target.write_text(text.replace(mutant.old, mutant.new), "utf-8")
    return {**clean_environment(), "PYTHONPATH": str(folder)}


def audited(repository: Path, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "ssot_audit", str(repository), "--no-cache"]
    command += ["--pack", "definitions"] if repository.name == "definition" else ["--fail-under", "1"]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, cwd=ROOT.parent)


@pytest.mark.parametrize("mutant", BY_CANARY, ids=[one.name for one in BY_CANARY])
def test_the_canary_refuses_an_engine_that_is_blind(mutant: Mutant, tmp_path: Path) -> None:
    fixture = FIXTURES / ("definition" if "definitions" in mutant.name else "platform")
    unbroken = audited(fixture, clean_environment())
    assert "canary" not in unbroken.stderr
    done = audited(fixture, broken(mutant, tmp_path))
    assert done.returncode == 2, done.stdout + done.stderr
    assert "canary" in done.stderr


@pytest.mark.parametrize("mutant", BY_SUITE, ids=[one.name for one in BY_SUITE])
def test_the_suite_fails_with_an_engine_that_is_broken(mutant: Mutant, tmp_path: Path) -> None:
    environment = {**broken(mutant, tmp_path), "PYTEST_ADDOPTS": ""}
    environment = {name: value for name, value in environment.items() if not name.startswith("PYTEST_XDIST")}
    # As `python -m pytest` it would have this folder before the broken program.
    command = [
        str(Path(sys.executable).with_name("pytest")),
        "-q",
        "-x",
        "-p",
        "no:cacheprovider",
        f"--junitxml={tmp_path}/junit.xml",
        mutant.test,
    ]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 1, done.stdout + done.stderr
    assert re.search(r"^FAILED tests/", done.stdout, re.MULTILINE), done.stdout


def test_a_proof_is_of_one_engine_and_no_other(tmp_path: Path) -> None:
    """A run that recalls what it read need not repeat what the same program has shown; a changed one must."""
    repository = tmp_path / "repository"
    shutil.copytree(FIXTURES / "platform", repository)
    whole = Mutant("nothing is broken", "gate.py", "    if obstacles:", "    if obstacles:")
    environment = {**broken(whole, tmp_path / "program"), "XDG_CACHE_HOME": os.fspath(tmp_path / "cache")}
    command = [sys.executable, "-m", "ssot_audit", str(repository), "--fail-under", "1"]

    def run() -> subprocess.CompletedProcess[str]:
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, cwd=tmp_path)

    assert [run().returncode for _ in range(2)] == [0, 0]
    check = tmp_path / "program" / "ssot_audit" / "checks" / "symbol" / "check.py"
    check.write_text(check.read_text("utf-8").replace("return Class.DEPRECATED", "return Class.CANONICAL"), "utf-8")
    again = run()
    assert again.returncode == 2 and "canary" in again.stderr
