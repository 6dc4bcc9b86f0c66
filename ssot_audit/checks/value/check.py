"""The rule kind `value`: one configuration value, one truth, whatever the formats it is written in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import NamedTuple

from ssot_audit import names
from ssot_audit.checks.common import absent, unvalidated
from ssot_audit.checks.scene import Scene
from ssot_audit.checks.value import places as value_places
from ssot_audit.checks.value.places import Written
from ssot_audit.checks.value.rule import Override, ValueRule, read
from ssot_audit.globs import Globs
from ssot_audit.model import Finding, Item, Kind, Outcome, Related, Severity, Standing
from ssot_audit.rules import Shape

CANONICAL, OVERRIDE, UNDECIDED = "canonical", "override", "undecided"
CONFLICT, ENVIRONMENT_CONFLICT = "conflict", "environment-conflict"
STANDINGS = {
    CANONICAL: Standing.COMPLIANT,
    OVERRIDE: Standing.APART,
    UNDECIDED: Standing.BREAKS,
    CONFLICT: Standing.BREAKS,
    ENVIRONMENT_CONFLICT: Standing.BREAKS,
}
SHAPE = Shape(read, good=(CANONICAL, OVERRIDE), bad=(CONFLICT, ENVIRONMENT_CONFLICT, UNDECIDED), any_format=True)
ABOUT = """
Governs one configuration value wherever it is written: in Python, YAML, TOML, JSON, env and INI files, Dockerfiles and
shell scripts. Each `[[rule.sources]]` has `keys`, patterns over dotted keys (`services.*.environment.PORT`, `**.PORT`),
and may narrow them by `files`, by texts `beside` the value on its line, and by `forms`: in Python `assignment`,
`argument-default`, `environment`, `environment-default` (shell too), `item`, `keyword`; of commands and containers
`arg`, `env`, `env-instruction`, `expose`, `flag`, `port-mapping`, `url`; else `ini`, `json`, `toml`, `yaml`. Each
`[[rule.overrides]]` has a `value` for an `environment`, `files` or `keys`; `[rule.environments]` gives file patterns by
name. A place is `canonical` where it has the value the rule declares; without a declared value, the one that most
production files give is taken, and the finding says so. A place is `override` where it has the value declared for it.
Any other value is a `conflict`; where named environments differ and no override declares it, an `environment-conflict`.

A place is `undecided` where what it has is known only at run time: a sum, a call (`os.environ.get("PORT", default())`,
`PORT=$(free_port)`), another variable (`PORT=${OTHER}`, `PORT = os.environ["OTHER"]`), the computed part of an f-string
where that is what is compared. It counts as not compliant, and is a finding of severity `warning` at most. Products of
whole numbers (`60 * 60`), spans of time (as `timedelta(seconds=3600)`), both sides of `a if b else c`, defaults, and
what `int(...)` and its like convert are read.

No place at all is what states no value: the variable under its own name (`PORT: ${PORT}`, `--port $PORT`, and
`PORT = os.environ["PORT"]`), and Python that only reads a name, an attribute or an item (`port = config.port`), for the
value stands where that is made. A default that is a name is read where the module binds that name once. Nor is a value
governed that says nothing of the compared part, such as a URL without a port.

The figure is canonical places / (canonical, undecided and both classes of conflicts); overrides are counted apart.
Passwords in addresses, tokens, long random words, and the values of keys named like secrets are never printed: where a
line has one, `***` stands for it, and the report shows no excerpt.
"""
_SHOWN_CANONICAL, _SHOWN_OTHERS = 2, 5  # places of the canonical value, and other values, beside a finding
_SHOWN_TEXT = 80  # characters of a value


class Truth(NamedTuple):
    """The canonical value and where that is known from; no value where none has more files than all others."""

    value: str
    known: str


def check(scene: Scene, rules: Sequence[ValueRule]) -> Outcome:
    """Every place of every rule's value, a finding for each in a judged file that has another one, and one for each
    rule whose value is written nowhere."""
    asked = [value_places.sought(rule) for rule in rules]
    found, failed = scene.settings.of([one for each in asked for one in each])
    items: list[Item] = []
    findings: list[Finding] = []
    at = 0
    for rule, each in zip(rules, asked, strict=True):
        held = _Held(rule, value_places.places(rule, found[at : at + len(each)]), scene.kinds)
        at += len(each)
        classes = [held.classify(one) for one in held.written]
        items += [
            Item(rule.id, one.path, klass, STANDINGS[klass]) for one, klass in zip(held.written, classes, strict=True)
        ]
        findings += [
            held.finding(one, klass)
            for one, klass in zip(held.written, classes, strict=True)
            if STANDINGS[klass] is Standing.BREAKS and scene.judges(one.path)
        ]
        if not held.written:
            advice = "correct the keys and files under [[rule.sources]]"
            findings.append(absent(rule, "", "no file writes the value the rule is about", advice, rule.spec.subject))
    return Outcome(
        items=tuple(items),
        findings=tuple(findings),
        unread=tuple(unvalidated(path, one, scene) for path, one in failed.items()),
    )


class _Held:
    """The places of one rule, held against it."""

    def __init__(self, rule: ValueRule, written: Sequence[Written], kinds: Mapping[str, Kind]) -> None:
        self.rule, self.written, self._kinds = rule, written, kinds
        self._overrides = [(one, Globs(one.files)) for one in rule.spec.overrides]
        self._declared = {one: self._override(one) for one in written}
        self.truth = self._truth()
        self._some: dict[str, dict[str, Written]] = defaultdict(
            dict
        )  # by value: a place of each file, production first
        self._environments: dict[tuple[str, str], Written] = {}  # a place of each environment and value
        for one in sorted(written, key=lambda one: list(Kind).index(kinds[one.path])):
            if one.value is None:
                continue
            self._some[one.value].setdefault(one.path, one)
            if one.environment and not self._declared[one]:
                self._environments.setdefault((one.environment, one.value), one)
        # The canonical value, those of production, and the most written ones come first.
        self._rank = sorted(self._some, key=lambda value: (value != self.truth.value, self._weight(value), value))

    def _override(self, one: Written) -> Override | None:
        for override, files in self._overrides:
            if override.environment and override.environment != one.environment:
                continue
            if override.files and not files.match(one.path):
                continue
            if override.keys and not any(names.matches(key, one.setting.key) for key in override.keys):
                continue
            return override
        return None

    def _truth(self) -> Truth:
        """What the rule declares, or the value most production files give: most files where no production file does."""
        if self.rule.spec.value:
            return Truth(self._plain(self.rule.spec.value), "the rule declares")
        free = [one for one in self.written if one.value is not None and not self._declared[one]]
        free = [one for one in free if self._kinds[one.path] is Kind.PRODUCTION] or free
        files: dict[str, set[str]] = defaultdict(set)
        for one in free:
            files[one.value or ""].add(one.path)
        counts = sorted(((len(paths), value) for value, paths in files.items()), reverse=True)
        if not counts or (len(counts) > 1 and counts[0][0] == counts[1][0]):
            return Truth("", "")
        whole = len({one.path for one in free})
        return Truth(counts[0][1], f"{counts[0][0]} of {whole} files have; the rule declares none, so most decide")

    def _weight(self, value: str) -> tuple[bool, int]:
        kinds = [self._kinds[path] for path in self._some[value]]
        return Kind.PRODUCTION not in kinds, -len(kinds)

    def _plain(self, value: str) -> str:
        return value_places.compared(value, self.rule.spec.part) or value

    def _expected(self, one: Written) -> str:
        override = self._declared[one]
        return self._plain(override.value) if override else self.truth.value

    def classify(self, one: Written) -> str:
        if one.value is None:
            return UNDECIDED
        if one.value == self._expected(one):
            return OVERRIDE if self._declared[one] else CANONICAL
        return ENVIRONMENT_CONFLICT if self._elsewhere(one) else CONFLICT

    def _elsewhere(self, one: Written) -> Written | None:
        """A place of another named environment with another value, where no override declares either."""
        if not one.environment or self._declared[one]:
            return None
        others = (
            there
            for (name, value), there in self._environments.items()
            if name != one.environment and value != one.value
        )
        return min(others, key=lambda there: self._rank.index(there.value or ""), default=None)

    def finding(self, one: Written, klass: str) -> Finding:
        expected, key = self._expected(one), one.setting.key
        undecided = klass == UNDECIDED
        return Finding(
            rule=self.rule.id,
            severity=Severity.WARNING if undecided and self.rule.severity is Severity.ERROR else self.rule.severity,
            path=one.path,
            place=one.setting.place,
            subject=key,
            dotted=_dotted(one),
            klass=klass,
            message=_open(one) if undecided else self._message(one),
            help="a value as it is, or the variable under its own name; or leave the place out of the rule"
            if undecided
            else f"{shown(key, expected)}, or declare the difference under [[rule.overrides]]"
            if expected
            else "one value, declared as `value` of the rule",
            kind=self._kinds[one.path],
            related=tuple(self._related(one)),
            secret=one.setting.secret,
        )

    def _message(self, one: Written) -> str:
        key, value = one.setting.key, _dotted(one)
        part = (
            "" if self.rule.spec.part == "text" or one.setting.value == one.value else f" has the {self.rule.spec.part}"
        )
        said = f"{key}{part or ' is'} {value}"
        other, override = self._elsewhere(one), self._declared[one]
        if other:
            theirs = f"{other.environment} has {_dotted(other)}"
            return f"{said} in {one.environment}, but {theirs}, and no override declares the difference"
        if override:
            place = override.environment or "this place"
            return f"{said}; the rule declares {shown(key, self._plain(override.value))} for {place}"
        if not self.truth.value:
            return f"{said}; no value is declared, and no other has more files"
        return f"{said}, not {shown(key, self.truth.value)}, which {self.truth.known}"

    def _related(self, one: Written) -> Iterator[Related]:
        """Places of the canonical value, then of every other, one a file."""
        for value in [value for value in self._rank if value != one.value][: 1 + _SHOWN_OTHERS]:
            canonical = value == self.truth.value
            for place in islice(self._some[value].values(), _SHOWN_CANONICAL if canonical else 1):
                declared = self.classify(place) == OVERRIDE
                note = (
                    "declared for that place" if declared else "the canonical value" if canonical else "another value"
                )
                yield Related(place.path, place.setting.place.line, f"{_dotted(place)}, {note}")


def _dotted(one: Written) -> str:
    """The value of a place as it may be printed."""
    return shown(one.setting.key, one.setting.value if one.value is None else one.value)


def _open(one: Written) -> str:
    """What is said of a place whose value is known only at run time."""
    said = "computed" if one.setting.value == "{}" else _dotted(one)
    return f"{one.setting.key} is {said}, known only at run time, so it counts as not compliant"


def shown(key: str, value: str) -> str:
    """The value of a key on one line, without what must not be repeated."""
    from ssot_audit.source.settings import masked

    plain = masked(key, " ".join(value.split()))
    return plain if len(plain) <= _SHOWN_TEXT else plain[: _SHOWN_TEXT - 1] + "…"
