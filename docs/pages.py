"""The pages of the rule kinds, made from the program: what each governs, its keys, its classes, and its rules' own
examples. `python docs/pages.py` writes them; the suite holds them to what this makes.
"""

from __future__ import annotations

import inspect
import textwrap
from collections.abc import Iterator
from pathlib import Path

from ssot_audit.checks.kinds import CHECKS, SHAPES, RuleKind
from ssot_audit.rules import AnyRule, load_pack, shipped_packs

FOLDER = Path(__file__).with_name("kinds")
SHOWN = 3  # rules of a pack whose examples a page shows


def pages() -> dict[str, str]:
    """The text of every page, by its file's name."""
    packs = [load_pack(path, name, SHAPES) for name, path in shipped_packs().items()]
    found = {name: [(pack.name, rule) for pack in packs for rule in pack.rules if rule.kind == name] for name in CHECKS}
    return {f"{name}.md": "\n".join(_page(name, kind, found[name])) + "\n" for name, kind in CHECKS.items()}


def _page(name: str, kind: RuleKind, rules: list[tuple[str, AnyRule]]) -> Iterator[str]:
    yield from (f"# Rules of the kind `{name}`", "", kind.about.strip(), "", "| key | meaning |", "|---|---|")
    for line in _keys(rules):
        key, _, meaning = line.partition(": ")
        yield f"| `{key.strip()}` | {meaning} |"
    yield from ("", f"Nothing is wrong with: {_words(kind.shape.good)}.", "", f"Findings: {_words(kind.shape.bad)}.")
    packs = dict.fromkeys(pack for pack, _ in rules)
    for pack in packs:
        mine = [rule for name, rule in rules if name == pack]
        yield from ("", f"## The pack `{pack}`")
        for rule in mine[:SHOWN]:
            yield from ("", f"### {rule.title}", "", rule.why.strip())
            yield from _examples(rule)
        if len(mine) > SHOWN:
            yield from ("", f"And {len(mine) - SHOWN} more: `ssot-audit rules --pack {pack}` lists them.")


def _keys(rules: list[tuple[str, AnyRule]]) -> list[str]:
    """The lines `key: meaning` of the docstring of a rule's own values."""
    lines = (inspect.getdoc(type(rules[0][1].spec)) or "").splitlines() if rules else []
    keys = {key.replace("_", "-") for key in rules[0][1].spec._fields} if rules else set()
    return [line for line in lines if line.partition(": ")[0].strip() in keys]


def _words(classes: tuple[str, ...]) -> str:
    return ", ".join(f"`{one}`" for one in classes)


def _examples(rule: AnyRule) -> Iterator[str]:
    for example in rule.examples:
        yield from ("", f"{'Good' if example.good else 'Bad'}, `{example.expected}`:", "")
        for path, text in example.files:
            if len(example.files) > 1:
                yield f"`{path}`" + ("" if text.strip() else ", an empty file")
            if not text.strip():
                continue
            language = {"py": "python", "yml": "yaml"}.get(path.rpartition(".")[2], path.rpartition(".")[2])
            yield from (f"```{language}", textwrap.dedent(text).strip(), "```")


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for file, text in pages().items():
        (FOLDER / file).write_text(text, "utf-8")
