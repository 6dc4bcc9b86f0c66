"""The tree in which the examples of a symbol rule run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from ssot_audit import names
from ssot_audit.checks.symbol.rule import SymbolRule

if TYPE_CHECKING:
    from ssot_audit.facts import Import
    from ssot_audit.source.statements import ImportedName


def stub(rule: SymbolRule) -> dict[str, str]:
    """The smallest tree in which a rule's listed paths exist: the canonical module defines the symbol, every other
    listed path re-exports it. A listed path that an example imports from is a module."""
    modules = _imported_modules(rule)
    stub: dict[str, list[str]] = {}
    home, symbol_name = names.split(rule.spec.canonical)
    if rule.spec.canonical in modules:
        home, symbol_name = rule.spec.canonical, "Thing"
        stub[rule.spec.canonical] = ["class Thing: ..."]
    else:
        stub[home] = [f"class {symbol_name}: ..."]
    for path in (*rule.spec.deprecated, *(shim.path for shim in rule.spec.shims)):
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


def _imported_modules(rule: SymbolRule) -> set[str]:
    """The modules the rule's examples import, by the program's own reader."""
    texts = [text for example in rule.examples for _, text in example.files]
    return {one.module for text in texts for one in _imports(text) if not one.level}


def _imports(text: str) -> Sequence[Import | ImportedName]:
    from ssot_audit.source import jit, statements  # no other run needs them
    from ssot_audit.source.scan import scan

    mask = jit.masked(text)
    spans = None if mask is None else jit.statements(mask)
    if spans is None:
        return scan(text)[0].imports
    return [one for start, end in spans for one in statements.import_statement(text[start:end].rstrip(statements.ENDS))]


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
