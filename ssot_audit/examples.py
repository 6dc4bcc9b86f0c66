"""A rule's own examples, run through the real engine in a stub tree made from the rule."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import NamedTuple

from ssot_audit.checks.kinds import CHECKS, SHAPES
from ssot_audit.config import OWN_FILE
from ssot_audit.errors import ConfigError
from ssot_audit.model import Finding, Item, Reference
from ssot_audit.reading import hold, look, open_library, symbol_rules
from ssot_audit.repository import Options, open_repository
from ssot_audit.rules import AnyRule, Example, load_pack


class ExampleFailure(NamedTuple):
    """An example whose reference did not get its class."""

    rule: str
    example: str  # `bad example 2`, or `examples` where there are none
    reason: str


def failures(rule: AnyRule, today: date | None = None) -> Iterator[ExampleFailure]:
    """What is wrong with a rule's examples; nothing where each bad one is found and each good one is not."""
    kinds = {example.good for example in rule.examples}
    for good, word in ((True, "good"), (False, "bad")):
        if good not in kinds:
            yield ExampleFailure(rule.id, "examples", f"the rule has no {word} example; add [[rule.{word}]]")
    counts = {True: 0, False: 0}
    with tempfile.TemporaryDirectory() as folder:
        ground = _Ground(Path(folder))
        for example in rule.examples:
            counts[example.good] += 1
            name = f"{'good' if example.good else 'bad'} example {counts[example.good]}"
            if reason := _failure(rule, example, today, ground):
                yield ExampleFailure(rule.id, name, reason)


def canary(rules: Sequence[AnyRule], today: date | None, folder: str) -> list[str]:
    """Why nothing an audit says can be believed: what rules hold to be bad, and references by each channel, that this
    engine, here and now, does not find. The examples are laid out in an empty folder."""
    own = load_pack(Path(__file__).with_name("canary.toml"), "canary", SHAPES).rules
    ground = _Ground(Path(folder))
    missed = [
        (rule, number, reason)
        for rule in (*own, *rules)
        for number, example in enumerate((one for one in rule.examples if not one.good), 1)
        if (reason := _failure(rule, example, today, ground))
    ]
    return [
        f"canary: bad example {number} of rule {rule.id!r} {reason}; either the rule is wrong (`ssot-audit rules "
        "test`) or this installation is"
        for rule, number, reason in missed
    ]


class _Ground:
    """A folder in which one small tree after another is laid out: of each no more than the one before has not. Folders
    stay, since an empty one says nothing."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._laid: dict[str, str] = {}

    def lay(self, files: Mapping[str, str]) -> None:
        for path in self._laid.keys() - files.keys():
            (self.root / path).unlink()
        for path, text in files.items():
            if self._laid.get(path) != text:
                self._write(self.root / path, text)
        self._laid = dict(files)

    def _write(self, path: Path, text: str) -> None:
        if path.is_dir():  # of an example before, and empty by now
            from shutil import rmtree

            rmtree(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")


def _failure(rule: AnyRule, example: Example, today: date | None, ground: _Ground) -> str:
    kind = CHECKS[rule.kind]
    # An empty configuration, so that none above the temporary folder is found.
    ground.lay({**kind.stub(rule), **dict(example.files), OWN_FILE: ""})
    try:
        found = _classes(rule, ground.root, {path for path, _ in example.files}, today)
    except ConfigError as error:
        return str(error)
    if example.good:
        wrong = sorted(klass for klass in found if klass in kind.shape.bad)
        if wrong:
            return f"was found, as {', '.join(wrong)}"
    if example.expected not in found:
        return f"must be {example.expected}, but was {', '.join(sorted(found)) or 'not governed at all'}"
    return ""


def _classes(rule: AnyRule, root: Path, files: set[str], today: date | None) -> set[str]:
    """The classes that what the rule governs in some files gets, by the engine every audit uses."""
    options = Options((root,), jobs=0, today=today)
    reading = open_library(open_repository(options), options)
    outcome = hold(look(reading, symbol_rules([rule])), [rule], options)
    governed: list[Reference | Item | Finding] = [*outcome.references, *outcome.items, *outcome.findings]
    return {str(one.klass) for one in governed if one.path in files}
