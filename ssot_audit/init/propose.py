"""Rules for what was found, as the text of a rule file: each with its evidence above it and examples that prove it."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from ssot_audit import names
from ssot_audit.init.duplicates import Duplicate
from ssot_audit.init.fragments import Fragment
from ssot_audit.init.harvest import Harvested
from ssot_audit.init.values import APART, Conflict

SHOWN = 3  # files named for a path
Example = str | dict[str, str]


class Proposal(NamedTuple):
    """A rule to be, of any kind: what it governs, how many files it would have changed, the lines of evidence, its
    keys, its examples (code, or files by path where it matters in which it stands) with the class of the bad one, and
    the paths the rule lists, which no other may."""

    name: str
    subject: str
    spread: int
    what: str
    evidence: tuple[str, ...]
    keys: tuple[tuple[str, object], ...]
    good: Example
    bad: Example
    bad_class: str = "deprecated"
    listed: tuple[str, ...] = ()


def proposals(
    fragments: Sequence[Fragment],
    harvested: Sequence[Harvested],
    duplicates: Sequence[Duplicate] = (),
    conflicts: Sequence[Conflict] = (),
) -> list[Proposal]:
    """The widest spread first; a path is listed once."""
    declared: dict[str, list[Harvested]] = defaultdict(list)
    for one in harvested:
        if one.instead:
            declared[one.instead].append(one)
    every = (
        *map(_of_fragment, fragments),
        *(_of_declared(path, group) for path, group in declared.items()),
        *map(_of_duplicate, duplicates),
        *map(_of_conflict, conflicts),
    )
    found = sorted(every, key=lambda one: (-one.spread, one.subject))
    taken: set[str] = set()
    kept = []
    for proposal in found:
        if taken.isdisjoint(proposal.listed):
            taken.update(proposal.listed)
            kept.append(proposal)
    return kept


def _of_fragment(one: Fragment) -> Proposal:
    head, name = names.split(one.canonical)
    total = one.spread + len(one.keeping)
    deprecated = tuple(path for path, _ in one.others)
    evidence = (
        f"{name}, made at {one.origin.path}:{one.origin.line}, is imported through {len(one.others) + 1} paths:",
        _users(one.canonical, one.keeping, keep=True),
        *(_users(path, files) for path, files in one.others),
    )
    return Proposal(
        name=name,
        subject=one.canonical,
        spread=one.spread,
        what=f"imported through {len(one.others) + 1} paths",
        evidence=evidence,
        keys=(
            ("title", f"One {name}, from {head}"),
            ("why", f"{total} files import it through {len(one.others) + 1} paths; {len(one.keeping)} use this one."),
            ("canonical", one.canonical),
            ("deprecated", deprecated),
            ("family", (head,)),
            ("exclude-paths", one.inside),
        ),
        good=_import(one.canonical),
        bad=_import(deprecated[0]),
        listed=(one.canonical, *deprecated),
    )


def _of_declared(instead: str, found: Sequence[Harvested]) -> Proposal:
    """What is deprecated in favour of one path."""
    messages = {one.path: " ".join(one.declared.message.split()) for one in found}
    evidence: list[str] = []
    for one in found:
        where = f"{one.file}:{one.declared.line}"
        evidence += [f"{one.path} is declared deprecated at {where}: {messages[one.path][:160]}"]
        evidence += [_users(one.path, one.users)]
    old = " and ".join(messages) if len(messages) < 3 else f"{len(messages)} older paths"
    return Proposal(
        name=names.last_part(instead),
        subject=instead,
        spread=len({file for one in found for file in one.users}),
        what="declared deprecated by its own code",
        evidence=tuple(evidence),
        keys=(
            ("title", f"{instead} in place of {old}"),
            ("why", f"The code says so itself: {next(iter(messages.values()))}"),
            ("canonical", instead),
            ("deprecated", tuple(sorted(messages))),
            ("family", (names.split(instead)[0] or instead,)),
            ("exclude-paths", tuple(sorted({f"/{one.file}" for one in found}))),
        ),
        good=_import(instead),
        bad=_import(min(messages)),
        listed=(instead, *sorted(messages)),
    )


def _of_duplicate(one: Duplicate) -> Proposal:
    """A class that is written several times: at home where it is used most."""
    home, *others = one.copies
    shared = ", ".join(one.common[:SHOWN]) + (", …" if len(one.common) > SHOWN else "")
    what = f"written {len(one.copies)} times"
    copy = {other.path: f"class {one.name}: ..." for other in one.copies[:2]}
    return Proposal(
        name=one.name,
        subject=f"{home.module}.{one.name}",
        spread=one.spread,
        what=what,
        evidence=(
            f"{one.name} is {what}, with members in common ({shared}); it is imported by so many files:",
            _users(f"{home.path}:{home.line}", home.users, keep=True),
            *(_users(f"{other.path}:{other.line}", other.users) for other in others),
        ),
        keys=(
            ("kind", "definition"),
            ("title", f"One {one.name}, defined in {home.module}"),
            ("why", f"{len(one.copies)} classes of this name have members in common; what one is given another lacks."),
            ("names", (one.name,)),
            ("homes", {one.name: home.module}),
            ("allow", one.homonyms),
        ),
        good={home.path: copy[home.path]},
        bad=copy,
        bad_class="rival",
    )


def _of_conflict(one: Conflict) -> Proposal:
    """A variable with several values. The one most files give is declared, for somebody to agree with or to change."""
    (value, keeping), *others = one.values
    what = f"given {len(one.values)} {'ports' if one.part == 'port' else 'defaults'}"
    where = f" in {one.folder}/" if one.folder else ""
    evidence = (
        f"{one.variable}{where} is {what}:",
        _users(value, _places(keeping), keep=True),
        *(_users(other, _places(places)) for other, places in others),
    )
    source: dict[str, object] = {"keys": (f"**.{one.variable}",)}
    if one.folder:
        source["files"] = (f"/{one.folder}/",)
    if one.forms:
        source["forms"] = one.forms
    return Proposal(
        name=one.variable,
        subject=one.variable + where,
        spread=one.spread,
        what=what,
        evidence=evidence,
        keys=(
            ("kind", "value"),
            ("title", f"One value of {one.variable}{where}"),
            ("why", f"{one.files} files give it {len(one.values)} values; {len(keeping)} give this one."),
            ("value", value),
            ("part", one.part),
            ("exclude-paths", APART),
            ("sources", (source,)),
        ),
        good=_setting(one, value),
        bad=_setting(one, others[0][0]),
        bad_class="conflict",
    )


def _setting(one: Conflict, value: str) -> Example:
    path = f"{one.folder}/app.py" if one.folder else "app.py"
    return {path: f"os.environ.get({json.dumps(one.variable)}, {json.dumps(value)})"}


def _places(places: Sequence[tuple[str, int]]) -> list[str]:
    return [f"{path}:{line}" for path, line in places]


def _import(path: str) -> str:
    head, name = names.split(path)
    return f"from {head} import {name}" if head else f"import {name}"


def _users(path: str, files: Sequence[str], keep: bool = False) -> str:
    some = ", ".join(files[:SHOWN]) + (", …" if len(files) > SHOWN else "")
    count = f"{len(files):>5} {'file ' if len(files) == 1 else 'files'}"
    return f"{count}  {path}" + ("  (kept: see whether you agree)" if keep else f"  ({some})" if files else "")


def rule_file(found: Sequence[Proposal], about: str) -> str:
    """The text of a rule file. TOML writes texts as JSON does."""
    ids: dict[str, int] = {}
    parts = [f"about = {toml(about)}\n"]
    for one in found:
        word = _identity(one.name)
        ids[word] = ids.get(word, 0) + 1
        identity = word if ids[word] == 1 else f"{word}-{ids[word]}"
        lines = [f"# {_inert(line)}".rstrip() for line in one.evidence]
        lines += ["[[rule]]", f"id = {toml(identity)}", 'severity = "warning"']
        lines += [f"{key} = {toml(value)}" for key, value in one.keys if value]
        lines += ["", "[[rule.good]]", _code(one.good)]
        lines += ["", "[[rule.bad]]", f"class = {toml(one.bad_class)}", _code(one.bad)]
        parts.append("\n".join(lines) + "\n")
    return "\n".join(parts)


def _code(example: Example) -> str:
    return f"{'code' if isinstance(example, str) else 'files'} = {toml(example)}"


def toml(value: object) -> str:
    """A value as TOML writes it."""
    if isinstance(value, tuple):
        return f"[{', '.join(map(toml, value))}]"
    if isinstance(value, dict):
        return f"{{ {', '.join(f'{_toml_key(key)} = {toml(one)}' for key, one in value.items())} }}"
    # Of what JSON leaves as it is TOML takes neither DEL nor half a surrogate pair.
    text = json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    return text.encode("utf-8", "replace").decode("utf-8")


def _toml_key(key: str) -> str:
    return key if key.isidentifier() and key.isascii() else toml(key)


def _inert(line: str) -> str:
    """A comment ends with its line, and holds no control character."""
    return "".join(one if one.isprintable() else "?" for one in line)


def _identity(name: str) -> str:
    """`MessageRouter` is message-router."""
    parts = re.findall(r"[A-Z]+(?![a-z])|[A-Z][a-z0-9]*|[a-z0-9]+", name)
    return "-".join(part.lower() for part in parts) or "symbol"


def lines_of(found: Iterable[Proposal]) -> list[str]:
    """One line a proposal, for who has not asked for a rule file yet."""
    return [f"{one.subject}: {one.what}; {one.spread} files would change" for one in found]
