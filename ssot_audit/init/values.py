"""Variables of the environment that a repository gives different values, without being told which."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from ssot_audit import names
from ssot_audit.checks.value.places import compared
from ssot_audit.facts import Setting
from ssot_audit.source.setting_files import Found, Sought

FORMS = ("env", "environment-default", "environment", "env-instruction", "arg", "yaml", "assignment")
DEFAULTS = ("environment-default",)
# Data, and files whose values are made up or meant to differ.
APART = ("*.json", "*.toml", "*.ini", "*.cfg", "*test*", "*example*", "*sample*", "*template*", "*mock*", "docs/")
_KEYS = ("**.*_*", "**.*PORT*", "**.*URL*", "**.*HOST*")
_VARIABLE = re.compile(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*\Z")
_ADDRESS = re.compile(r"(?:\A|_)(?:PORT|URL|URI)(?:_|\Z)")
_SECRET = re.compile(r"KEY|SECRET|PASS|TOKEN|CREDENTIAL|SALT|PRIVATE|AUTH_?N|CERT")
# What differs from place to place by its nature.
_PLACED = re.compile(
    r"(?:\A|_)(?:ENV|ENVIRONMENT|DEBUG|LOG|LEVEL|VERSION|TAG|COMMIT|PATH|DIR|FILE|NAME|ID|PYTHONPATH)(?:_|\Z)"
)
_ALONE = frozenset({"PORT", "URL", "URI", "HOST"})  # one for each service: in its code, the folder tells which
_MAPPINGS = frozenset({"environment", "env", "env_vars", "env_variables", "variables", "args"})


class Conflict(NamedTuple):
    """A variable, of one folder where its name says too little; what of its values is compared; and its values with the
    files that give them and a place in each, the most used first. `forms` are those it is looked for in."""

    variable: str
    folder: str
    part: str
    forms: tuple[str, ...]
    values: tuple[tuple[str, tuple[tuple[str, int], ...]], ...]

    @property
    def files(self) -> int:
        return len({path for _, places in self.values for path, _ in places})

    @property
    def spread(self) -> int:
        """How many files would have to change."""
        return sum(len(places) for _, places in self.values[1:])


def sought(tests: Sequence[str], other: Sequence[str]) -> Sought:
    """What must be read: everything that looks like a variable of the environment, in production files."""
    return Sought(_KEYS, FORMS, exclude=(*tests, *other, *APART))


def conflicts(settings: Found) -> list[Conflict]:
    """Variables with more than one value, those of most files first. An address is compared by its port, for its host
    differs by environment; of anything else only the defaults are, for the environment is there to differ."""
    from ssot_audit.source.settings import is_secret

    given: dict[tuple[str, str, str], dict[str, dict[str, int]]] = defaultdict(lambda: defaultdict(dict))
    for path, found in settings.items():
        for variable, one in _variables(found):
            address = _ADDRESS.search(variable)
            if not _counts(path, variable, one, bool(address)):
                continue
            part = "port" if address else "text"
            value = compared(one.value, part)
            if value and not is_secret(variable, value):
                folder = path.partition("/")[0] if variable in _ALONE and "/" in path else ""
                given[variable, folder, part][value].setdefault(path, one.place.line)
    made = [_conflict(*key, values) for key, values in given.items() if _differ(key[0], key[1], values)]
    return sorted(made, key=lambda one: (-one.files, -one.spread, one.variable, one.folder))


def _counts(path: str, variable: str, one: Setting, address: bool) -> bool:
    """Whether it is known well enough whose value this is, and that it should be one."""
    in_code = path.endswith(".py")
    if variable in _ALONE:
        return in_code and one.form in DEFAULTS
    if one.form == "assignment":  # a variable of a shell script; one of Python is none of the environment
        return address and not in_code
    return address or one.form in DEFAULTS


def _variables(found: Sequence[Setting]) -> Iterator[tuple[str, Setting]]:
    for one in found:
        above, name = names.split(one.key)
        in_mapping = one.form != "yaml" or names.last_part(above) in _MAPPINGS
        said = "_" in name or name in _ALONE
        if in_mapping and said and _VARIABLE.match(name) and not _SECRET.search(name) and not _PLACED.search(name):
            yield name, one


def _differ(variable: str, folder: str, values: Mapping[str, Mapping[str, int]]) -> bool:
    """Whether most files agree and another does not. One that gives their value and another makes a choice, such as
    between environments."""
    if variable in _ALONE and not folder:
        return False
    every = [set(files) for files in values.values()]
    most = max(every, key=len)
    return len(most) > 1 and any(one - most for one in every)


def _conflict(variable: str, folder: str, part: str, values: Mapping[str, Mapping[str, int]]) -> Conflict:
    ranked = sorted(values.items(), key=lambda one: (-len(one[1]), one[0]))
    forms = () if part == "port" else DEFAULTS
    return Conflict(variable, folder, part, forms, tuple((value, tuple(files.items())) for value, files in ranked))
