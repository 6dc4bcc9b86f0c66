"""Whether a name of this repository is there: each imported name and dotted path to a class, with the reason."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ssot_audit.facts import Context, Facts, Import, Place
from ssot_audit.model import Origin, Resolution
from ssot_audit.program.candidates import Program
from ssot_audit.program.modules import Module, absolute, path_of

ABSENT = ("module-absent", "member-absent", "typing")  # the classes that are findings
APART = ("guarded", "expected", "lenient", "undecided")  # those in no figure

_UNDECIDED = {
    "unparsed": "its module does not parse",
    "computed": "its module makes names at run time",
    "cycle": "its imports run in a circle",
    "external": "a star import from outside may bring it",
}


class Answer(NamedTuple):
    """The class of a name, why, and the first part of its path that is not there. `home` and `rest` say where a path
    goes on that no module can answer: the class, and the names after it; `known` are names the class has."""

    klass: str
    reason: str = ""
    gone: str = ""
    home: Origin | None = None
    rest: tuple[str, ...] = ()
    known: tuple[str, ...] = ()


RESOLVED = Answer("resolved")


class Seen(NamedTuple):
    """A name or path where it stands, with its answer. `lenient`: the call does not fail where it is not there."""

    module: Module
    dotted: str
    place: Place
    contexts: tuple[Context, ...]
    answer: Answer
    lenient: bool = False


class Reach:
    """Answers about names of one program."""

    def __init__(self, program: Program, first_party: Sequence[str] = ()) -> None:
        """`first_party` are top-level packages held to be of this repository, whatever may be installed."""
        self.modules, self.resolver = program.modules, program.resolver
        self._first_party = frozenset(first_party)

    def is_ours(self, name: str, importer: Module) -> bool:
        return name.partition(".")[0] in self._first_party or self.modules.is_first_party(name, importer)

    # Imports

    def imported(self, importer: Module, one: Import) -> tuple[str, Answer] | None:
        """The absolute path of an imported name and its answer; None for what is not of this repository."""
        found = self._imported(importer, one)
        return found and (found[0], self._if_meant(found[1], found[0], importer))

    def _if_meant(self, answer: Answer, dotted: str, importer: Module) -> Answer:
        """The answer, a doubt where an installed package may be meant that has what ours of its name has not."""
        top = dotted.partition(".")[0]
        ours = self.modules.find(top, importer) if answer.klass in ABSENT and top not in self._first_party else None
        if isinstance(ours, Module) and not self.modules.is_in_reach(ours, importer):
            return Answer("undecided", f"an installed package may be meant, rather than {ours.path}")
        return answer

    def _imported(self, importer: Module, one: Import) -> tuple[str, Answer] | None:
        name = absolute(importer, one.level, one.module)
        if name is None:
            written = "." * one.level + ".".join(filter(None, (one.module, one.name)))
            return written, Answer("module-absent", "it climbs beyond the top-level package", written)
        dotted = path_of(importer, one) or name
        source = self.modules.find(name, importer)
        if not (one.level or isinstance(source, Module) or self.is_ours(name, importer)):
            below = source is not None and self.resolver.imported(importer, one).origin
            if not below or "." not in dotted:
                return None  # a bare folder, which an installed package of that name would hide
        if source is None:
            return dotted, self._no_module(name, importer)
        found = self.resolver.imported(importer, one)
        if one.name in (None, "*") or isinstance(source, Module):
            return dotted, self._answer(found, one.contexts, name, one.name or "", source)
        if found.origin or found.reason in ("unparsed", "computed", "cycle"):
            return dotted, self._answer(found, one.contexts, name, one.name or "", source)
        why = f"{name} is a folder without __init__.py, and has no such module"
        return dotted, Answer("member-absent", why, dotted)

    def _no_module(self, name: str, importer: Module) -> Answer:
        """That a module is absent, and the first part of its name that is."""
        above, gone = "", name
        parts = name.split(".")
        for depth in range(1, len(parts) + 1):
            gone = ".".join(parts[:depth])
            found = self.modules.find(gone, importer)
            if found is None:
                break
            above = gone
        if not above:
            return Answer("module-absent", f"there is no module {gone}", gone)
        kind = self.modules.find(above, importer)
        if not isinstance(kind, Module):
            return Answer("module-absent", f"the folder {above} has no module {gone.rpartition('.')[2]}", gone)
        what = "has no module" if kind.is_package else "is no package and has no module"
        return Answer("module-absent", f"{above} {what} {gone.rpartition('.')[2]}", gone)

    def _answer(
        self, found: Resolution, contexts: Sequence[Context], module: str, name: str, source: Module | str
    ) -> Answer:
        """The answer for a name of a module that is there."""
        if found.typing_only and Context.TYPING not in contexts and (found.origin or found.reason == "external"):
            if self._exports(source, name):
                return Answer("undecided", f"{module} exports it and binds it under TYPE_CHECKING only")
            return Answer("typing", f"{module} binds it under TYPE_CHECKING only", f"{module}.{name}")
        if found.origin or (found.reason == "external" and self._leaves(found)):
            return RESOLVED
        if found.reason in _UNDECIDED:
            return Answer("undecided", _UNDECIDED[found.reason])
        return Answer("member-absent", self._why(found, module, name, source), f"{module}.{name}")

    def _exports(self, source: Module | str, name: str) -> bool:
        """Whether a module lists a name in `__all__`: then something may make it at run time."""
        facts = source.facts if isinstance(source, Module) else None
        return isinstance(facts, Facts) and facts.exports is not None and name in facts.exports.names

    def _leaves(self, found: Resolution) -> bool:
        """Whether a chain of bindings leaves the tree by an import of something that is not in it."""
        if not found.steps:
            return False
        path, number = found.steps[-1]
        module = self.modules.by_path[path]
        facts = module.facts
        if number < 0 or not isinstance(facts, Facts):
            return True
        name = absolute(module, facts.imports[number].level, facts.imports[number].module)
        return name is None or not isinstance(self.modules.find(name, module), Module)

    def _why(self, found: Resolution, module: str, name: str, source: Module | str) -> str:
        """Why a module that is there does not have a name."""
        if found.steps:
            path, number = found.steps[-1]
            last = self.modules.by_path[path]
            facts = last.facts
            if number >= 0 and isinstance(facts, Facts):
                one = facts.imports[number]
                taken = path_of(last, one) or "." * one.level + one.module
                return f"{last.name} takes it from {taken}, which does not exist"
        own = source.facts if isinstance(source, Module) else None
        if isinstance(own, Facts) and any(one.name == name and one.kind == "delete" for one in own.bindings):
            return f"{module} deletes the name"
        hidden = f"{source.folder}.py" if isinstance(source, Module) and source.is_package else ""
        if hidden in self.modules.by_path:
            return f"{module} has no such name; the package hides {hidden}"
        return f"{module} has no such name"

    # Dotted paths in strings

    def module(self, dotted: str, importer: Module) -> Answer | None:
        """The answer for a module a string names; None for what is not of this repository."""
        found = self.resolver.module(dotted, importer)
        if found.origin:
            bare = found.origin.kind == "namespace" and "." not in dotted and not self.is_ours(dotted, importer)
            return None if bare else RESOLVED
        if found.reason in _UNDECIDED and found.reason != "external":
            return Answer("undecided", _UNDECIDED[found.reason])
        if not self.is_ours(dotted, importer):
            return None
        return self._if_meant(self._no_module(dotted, importer), dotted, importer)

    def path(self, dotted: str, importer: Module, contexts: Sequence[Context]) -> Answer | None:
        """The answer for a path that a string names, up to the first object that is no module; None for what is not of
        this repository."""
        answer = self._path(dotted, importer, contexts)
        return answer and self._if_meant(answer, dotted, importer)

    def _path(self, dotted: str, importer: Module, contexts: Sequence[Context]) -> Answer | None:
        owner = self._owner(dotted, importer)
        if owner is None or isinstance(self.modules.find(owner, importer), str):
            if not self.is_ours(dotted, importer):
                return None
            answer = self._no_module(dotted, importer)
            return answer._replace(klass="member-absent") if owner == dotted.rpartition(".")[0] else answer
        rest = dotted.split(".")[owner.count(".") + 1 :]
        written, found = self.resolver.attributes(owner, rest, importer)
        last = tuple(dotted.split(".")[written.count(".") + 1 :])
        module, _, name = written.rpartition(".")
        source = self.modules.find(module, importer) or "" if rest else self.modules.find(owner, importer) or ""
        answer = self._answer(found, contexts, module if rest else owner, name if rest else "", source)
        if answer.klass == "member-absent" and last and isinstance(source, Module) and source.is_package:
            return answer._replace(klass="module-absent", reason=f"{module} has no module or name {name}")
        if answer.klass != "resolved" or not last:
            return answer
        if found.origin is None:
            return Answer("undecided", f"it goes on inside {written}, which is not of this repository")
        if found.origin.kind != "class":
            return Answer("undecided", f"it goes on inside {written}, an object whose attributes cannot be known")
        return Answer("undecided", f"{written} is a class", home=found.origin, rest=last)

    def _owner(self, dotted: str, importer: Module) -> str | None:
        """The longest part of a path that is a module, or a folder; None where not even its first part is."""
        parts = dotted.split(".")
        for depth in range(len(parts), 0, -1):
            name = ".".join(parts[:depth])
            if self.modules.find(name, importer) is not None:
                return name
        return None
