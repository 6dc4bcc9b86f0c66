"""Paths in strings that calls patch or import, each with its answer; paths into classes are followed into these."""

from __future__ import annotations

import builtins
from collections.abc import Iterator, Sequence

from ssot_audit.checks.scene import Scene
from ssot_audit.checks.unresolved.members import Members
from ssot_audit.checks.unresolved.reach import ABSENT, RESOLVED, Answer, Reach, Seen
from ssot_audit.facts import Failure
from ssot_audit.outline import Named, Outline, Wanted
from ssot_audit.program.modules import Module, absolute, path_of

# One of these is spelled wherever a function is called, or imported under another name, that takes such a string.
WORDS = ("patch", "spy", "setattr", "delattr", "import_module", "__import__", "importorskip", "resolve_name")
_IMPORTS = frozenset(
    ("import_module", "importlib.import_module", "__import__", "importlib.__import__", "pytest.importorskip")
)
_BUILTINS = frozenset(dir(builtins))

Failures = dict[str, tuple[int, str]]


def targets_of(scene: Scene, reach: Reach) -> tuple[list[Seen], Failures]:
    """Every first-party path that a string names, and (line, reason) of the files that may name some and do not
    parse."""
    failures: Failures = {}
    seen: list[Seen] = []
    for path, outline in scene.outlines.spelling(Wanted(calls=WORDS)).items():
        if isinstance(outline, Failure):
            failures[path] = (1, outline.reason)
        else:
            seen += _of_file(scene.program.modules.by_path[path], outline, reach)
    return _followed(scene, reach, seen), failures


def _of_file(module: Module, outline: Outline, reach: Reach) -> Iterator[Seen]:
    for one in outline.named:
        dotted = _dotted(module, outline, one, reach)
        if dotted is None:
            continue
        imports = one.function in _IMPORTS
        answer = reach.module(dotted, module) if imports else reach.path(dotted, module, one.contexts)
        if answer:
            seen = Seen(module, dotted, one.place, one.contexts, answer, one.lenient)
            yield seen._replace(lenient=True) if _is_made(one, answer, dotted) else seen


def _dotted(module: Module, outline: Outline, one: Named, reach: Reach) -> str | None:
    """The absolute path a call names; None where what its attribute is taken of is no import, or is not there."""
    if not one.base:
        return absolute(module, one.level, one.path) or "." * one.level + one.path
    for base in one.base:
        start = path_of(module, outline.imports[base.root]) if base.root >= 0 else None
        if start is None:
            continue
        imported = outline.imports[base.root]
        if imported.name is None and not imported.alias:
            start = start.partition(".")[0]
        dotted = ".".join((start, *base.parts))
        answer = reach.path(dotted, module, one.contexts)
        if answer and (answer == RESOLVED or answer.home):
            return f"{dotted}.{one.path}"
    return None


def _is_made(one: Named, answer: Answer, dotted: str) -> bool:
    """Whether mock itself makes what is not there: it does so for a builtin patched in a module (`_patch.get_original`
    of the standard library's unittest.mock)."""
    return one.function.startswith("patch") and answer.gone == dotted and dotted.rpartition(".")[2] in _BUILTINS


def _followed(scene: Scene, reach: Reach, seen: Sequence[Seen]) -> list[Seen]:
    """The same, paths into classes followed."""
    members = Members(scene, reach, [one.answer.home for one in seen if one.answer.home])
    return [one._replace(answer=_inside(one, members)) if one.answer.home else one for one in seen]


def _inside(one: Seen, members: Members) -> Answer:
    assert one.answer.home is not None
    doubt = members.doubt(one.answer.home, one.answer.rest)
    if doubt is None:
        return RESOLVED
    klass, reason = doubt
    gone = one.dotted if klass in ABSENT else ""
    known = members.names(one.answer.home, one.answer.rest[:-1]) if gone else ()
    return one.answer._replace(klass=klass, reason=reason, gone=gone, known=known)
