"""The small tree the examples of a construction rule run in: its targets and factories, each in its own module."""

from __future__ import annotations

from collections import defaultdict

from ssot_audit.checks.construction.rule import ConstructionRule
from ssot_audit.names import split


def stub(rule: ConstructionRule) -> dict[str, str]:
    """Files by path. What a rule names is a class here, which is called as a function is."""
    modules: dict[str, list[str]] = defaultdict(list)
    for path in (*rule.spec.targets, *rule.spec.factories):
        module, name = split(path)
        modules[module].append(f"class {name}: ...")
    packages = {parent for module in modules for parent in _parents(module)}
    for package in packages:
        modules.setdefault(package, [])
    return {
        module.replace(".", "/") + ("/__init__.py" if module in packages else ".py"): "\n".join(lines) + "\n"
        for module, lines in modules.items()
    }


def _parents(module: str) -> list[str]:
    head, _ = split(module)
    return [head, *_parents(head)] if head else []
