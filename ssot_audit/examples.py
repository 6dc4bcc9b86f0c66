"""A rule's own examples, run through the real engine in a stub tree made from the rule."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import NamedTuple

from ssot_audit import names, pipeline
from ssot_audit.checks import symbol
from ssot_audit.config import OWN_FILE
from ssot_audit.errors import ConfigError
from ssot_audit.model import Class
from ssot_audit.repository import Options, open_repository
from ssot_audit.rules import Example, Rule
from ssot_audit.source.scan import scan


class ExampleFailure(NamedTuple):
    """An example whose reference did not get its class."""

    rule: str
    example: str  # `bad example 2`, or `examples` where there are none
    reason: str


def failures(rule: Rule, today: date | None = None) -> Iterator[ExampleFailure]:
    """What is wrong with a rule's examples; nothing where each bad one is found and each good one is not."""
    kinds = {example.good for example in rule.examples}
    for good, word in ((True, "good"), (False, "bad")):
        if good not in kinds:
            yield ExampleFailure(rule.id, "examples", f"the rule has no {word} example; add [[rule.{word}]]")
    counts = {True: 0, False: 0}
    for example in rule.examples:
        counts[example.good] += 1
        reason = _failure(rule, example, today)
        if reason:
            yield ExampleFailure(rule.id, f"{'good' if example.good else 'bad'} example {counts[example.good]}", reason)


def _failure(rule: Rule, example: Example, today: date | None) -> str:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        # An empty configuration, so that none above the temporary folder is found.
        for path, text in {**stub_tree(rule), **dict(example.files), OWN_FILE: ""}.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(text, "utf-8")
        try:
            found = _classes(rule, root, {path for path, _ in example.files}, today)
        except ConfigError as error:
            return str(error)
    if example.good:
        wrong = sorted(klass for klass in found if klass.breaks_rule)
        if wrong:
            return f"was found, as {', '.join(wrong)}"
    if example.expected not in found:
        return f"must be {example.expected}, but was {', '.join(sorted(found)) or 'not governed at all'}"
    return ""


def _classes(rule: Rule, root: Path, files: set[str], today: date | None) -> set[Class]:
    """The classes the rule's references in some files get, by the engine every audit uses."""
    options = Options((root,), jobs=0, today=today)
    repository = open_repository(options)
    reading = pipeline.look(pipeline.open_library(repository, options), [rule])
    outcome = symbol.check(reading.program, [rule], today or date.today())
    return {one.klass for one in outcome.references if one.path in files}


def stub_tree(rule: Rule) -> dict[str, str]:
    """The smallest tree in which a rule's listed paths exist: the canonical module defines the symbol, every other
    listed path re-exports it. A listed path that an example imports from is a module."""
    modules = _imported_modules(rule)
    stub: dict[str, list[str]] = {}
    home, symbol_name = names.split(rule.canonical)
    if rule.canonical in modules:
        home, symbol_name = rule.canonical, "Thing"
        stub[rule.canonical] = ["class Thing: ..."]
    else:
        stub[home] = [f"class {symbol_name}: ..."]
    for path in (*rule.deprecated, *(shim.path for shim in rule.shims)):
        whole = path.endswith(("*",)) or path in modules
        concrete = path.split(".*")[0] if whole else path
        if names.is_pattern(concrete):
            continue
        module, name = (concrete, symbol_name) if whole else names.split(concrete)
        if module == home:
            stub[home].append(f"{name} = {symbol_name}")
        else:
            stub.setdefault(module, []).append(f"from {home} import {symbol_name} as {name}")
    return _files(stub)


def _imported_modules(rule: Rule) -> set[str]:
    """The modules the rule's examples import, by the program's own reader."""
    found: set[str] = set()
    for example in rule.examples:
        for _, text in example.files:
            found |= {one.module for one in scan(text)[0].imports if not one.level}
    return found


def _files(stub: dict[str, list[str]]) -> dict[str, str]:
    packages = {parent for module in stub for parent in _parents(module)}
    files = {f"{package.replace('.', '/')}/__init__.py": "" for package in packages}
    for module, lines in stub.items():
        path = module.replace(".", "/") + ("/__init__.py" if module in packages else ".py")
        files[path] = "\n".join(lines) + "\n"
    return files


def _parents(module: str) -> Iterator[str]:
    head, _ = names.split(module)
    while head:
        yield head
        head, _ = names.split(head)
