"""The places where files write the value a rule governs, and what of each value is compared."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from ssot_audit.checks.value.rule import ValueRule
from ssot_audit.facts import Setting
from ssot_audit.globs import Globs
from ssot_audit.source.setting_files import Found, Sought

# ${A:-b} stands for b where A is not set; any other expansion, and what an f-string or a template computes, is open.
_DEFAULTED = re.compile(r"\$\{\w+:?[-=]([^{}$]*)\}")
_TOUCHED = re.compile(r"\d\$[A-Za-z_{(]|[})]\d")  # digits that what is open until run time makes longer
_OPEN = re.compile(r"\$[A-Za-z_{(]|\{\{|\{\}|%\(|<%")
_READ = re.compile(
    r"\$(?:\{(?!\{))?([A-Za-z_]\w*)(?::?\?[^}]*)?\}?\Z|\$\{\{ *(?:env|vars|secrets|inputs)\.(\w+) *\}\}\Z"
)
_WHOLE = re.compile(r"\A([0-9]+)\.0+\Z")
_NUMBER = re.compile(r"(?:[1-9][0-9]*(?:_[0-9]+)+|0[xX][0-9a-fA-F]+|0[oO][0-7]+|0[bB][01]+)\Z")
_WORD = re.compile(r"[A-Za-z_][\w\-]*(?:\.[\w\-]+)*\Z")
_LONGEST = 100  # digits of a number; a longer one is compared as it is written
_NO_VALUE = frozenset({"", "null", "~"})


class Written(NamedTuple):
    """One place. `value` is the compared part of what stands there, None where that is open until run time;
    `environment` is the first named one that the file is of, or empty."""

    path: str
    setting: Setting
    value: str | None
    environment: str


def sought(rule: ValueRule) -> tuple[Sought, ...]:
    """What must be read for a rule, source by source."""
    return tuple(
        Sought(one.keys, one.forms, one.beside, one.files, rule.paths, rule.exclude_paths) for one in rule.spec.sources
    )


def places(rule: ValueRule, read: Sequence[Found]) -> list[Written]:
    """Every place where the value is written, in order of files and places; `read` is what was found of each source."""
    found: dict[str, dict[Setting, None]] = {}
    for files in read:
        for path, settings in files.items():
            found.setdefault(path, {}).update(dict.fromkeys(settings))
    environments = [(name, Globs(files)) for name, files in rule.spec.environments]
    return [
        one
        for path in sorted(found)
        for one in _of_file(path, sorted(found[path], key=_order), rule.spec.part, environments)
    ]


def _order(one: Setting) -> tuple[int, int, int, int]:
    """An outer place before those inside it."""
    return one.place.line, one.place.column, -one.place.end_line, -one.place.end_column


def _of_file(
    path: str, settings: Sequence[Setting], part: str, environments: Sequence[tuple[str, Globs]]
) -> list[Written]:
    """A place that says the same as the one around it, such as the default inside a URL, is the same place; an open one
    with a place inside it that is not open is that."""
    found: list[Written] = []
    environment = next((name for name, files in environments if files.match(path)), "")
    last: Written | None = None
    for one in settings:
        value = compared(one.value, part)
        if value == "" or (value is None and _reads_itself(one)):
            continue
        if last is not None and one.place[:2] < last.setting.place[2:]:
            if value is None or value == last.value:
                continue
            if last.value is None:
                found.pop()
        last = Written(path, one, value, environment)
        found.append(last)
    return found


def _reads_itself(one: Setting) -> bool:
    """`PORT: ${PORT}` and `--port $PORT` pass a variable on under its own name: no value is stated."""
    from ssot_audit.source.settings import variable_of

    read = _READ.match(one.value.strip())
    return read is not None and (read[1] or read[2]) == variable_of(one.key)


def compared(value: str, part: str) -> str | None:
    """What of a value is compared: empty where it says nothing of that part, None where it is open until run time."""
    from ssot_audit.source.settings import host_of, port_of

    plain = same_text(_DEFAULTED.sub(lambda found: found[1], value.strip()))
    if plain in _NO_VALUE:
        return ""
    if part == "port":
        port = None if _OPEN.search(plain) and _TOUCHED.search(plain) else port_of(plain)
        return str(port) if port else None if _OPEN.search(plain) else ""
    if part == "host":
        host = host_of(plain) or (plain if _WORD.match(plain) else "")
        return host or (None if _OPEN.search(plain) else "")
    return None if _OPEN.search(plain) else plain


def same_text(text: str) -> str:
    """Truth values and whole numbers as all formats write them alike; `10.0` is 10."""
    if text in ("True", "False"):
        return text.lower()
    text = _WHOLE.sub(r"\1", text)
    return str(int(text, 0)) if len(text) < _LONGEST and _NUMBER.match(text) else text
