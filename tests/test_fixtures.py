"""Every reference and every finding of the fixtures, held against the expectation that stands on its line.

In `platform` and `odd` the expectations are of references. A folder named after another kind of rule holds findings, in
files of any format: the expectation stands in a comment of the file, after `#` or `//`.
"""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest
from running import FIXTURES, audit, write

from ssot_audit.checks.kinds import SHAPES
from ssot_audit.facts import Channel, Context
from ssot_audit.model import Class

WANT = re.compile(r"(?:#|//) want: (.*?)(?: \*/| -->)?$")
ONE = re.compile(r"([a-z-]+) ([a-z-]+)(?: \[([a-z -]+)\])?$")
KINDS = sorted(kind for kind in SHAPES if (FIXTURES / kind).is_dir())
Seen = Counter[tuple[str, int, str, str, str]]


def wanted(folder: Path, files: str = "*.py*") -> Seen:
    """(file, line, rule, class, contexts) of every expectation."""
    found: Seen = Counter()
    for path in sorted(one for one in folder.rglob(files) if one.is_file() and "__pycache__" not in one.parts):
        text = path.read_bytes().decode("latin-1").replace("\r\n", "\n").replace("\r", "\n")
        for number, line in enumerate(text.split("\n"), 1):
            comment = WANT.search(line)
            for part in comment[1].split(", ") if comment else ():
                one = ONE.match(part)
                assert one, f"{path}:{number}: {part!r} is no expectation"
                found[path.relative_to(folder).as_posix(), number, one[1], one[2], one[3] or ""] += 1
    return found


def seen(folder: Path) -> Seen:
    done = audit("check", folder, "--output-format", "json")
    return Counter(
        (one["filename"], place["row"], one["code"], one["class"], " ".join(one["contexts"]))
        for one in done.json["references"]
        for place in one["locations"][:1]
    )


def seen_findings(folder: Path) -> Seen:
    done = audit("check", folder, "--output-format", "json")
    return Counter(
        (one["filename"], one["location"]["row"], one["code"], one["class"], "") for one in done.json["violations"]
    )


def differences(folder: Path, *, findings: bool = False) -> list[str]:
    want = wanted(folder, "*") if findings else wanted(folder)
    have = seen_findings(folder) if findings else seen(folder)
    return [f"unexpected {one}" for one in sorted(have - want)] + [f"missing {one}" for one in sorted(want - have)]


@pytest.mark.parametrize("name", ["platform", "odd"])
def test_every_reference_is_wanted_and_every_wanted_one_is_found(name: str) -> None:
    assert differences(FIXTURES / name) == []


@pytest.mark.parametrize("kind", KINDS)
def test_every_finding_is_wanted_and_every_wanted_one_is_found(kind: str) -> None:
    assert differences(FIXTURES / kind, findings=True) == []


@pytest.mark.parametrize("kind", KINDS)
def test_the_fixture_of_a_kind_shows_every_class_of_finding(kind: str) -> None:
    assert {one[3] for one in wanted(FIXTURES / kind, "*")} == {str(klass) for klass in SHAPES[kind].bad}


@pytest.mark.parametrize("kind", KINDS)
def test_the_fixture_of_a_kind_shows_every_class_that_is_none(kind: str) -> None:
    done = audit("check", FIXTURES / kind, "--output-format", "json")
    counted = {klass for rule in done.json["rules"] for klass in rule["classes"]}
    assert counted >= {str(klass) for klass in SHAPES[kind].good}


def test_the_harness_fails_on_a_finding_nobody_wants_and_on_one_that_is_absent(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "ssot-audit.toml": 'rules = ["rules.toml"]',
            "rules.toml": '[[rule]]\nkind = "definition"\nid = "a"\ntitle = "t"\nwhy = "w"\nnames = ["A"]\n',
            "one.py": "class A: ...  # want: a duplicate\n",
            "two.py": "class A: ...\n",
            "settings.yaml": "a: 1  # want: a rival\n",
            "shop.js": "let a = 1;  // want: a rival\n",
        },
    )
    assert differences(tmp_path, findings=True) == [
        "unexpected ('one.py', 1, 'a', 'rival', '')",
        "unexpected ('two.py', 1, 'a', 'rival', '')",
        "missing ('one.py', 1, 'a', 'duplicate', '')",
        "missing ('settings.yaml', 1, 'a', 'rival', '')",
        "missing ('shop.js', 1, 'a', 'rival', '')",
    ]


def test_the_harness_fails_on_a_wrong_expectation_and_on_a_missing_one(tmp_path: Path) -> None:
    rules = (FIXTURES / "odd" / "rules.toml").read_text()
    write(
        tmp_path,
        {
            "ssot-audit.toml": 'rules = ["rules.toml"]',
            "rules.toml": rules,
            "library/__init__.py": "from library.things import Thing\n",
            "library/things.py": "class Thing: ...\n",
            "wrong.py": "from library import Thing  # want: thing canonical\n",
            "absent.py": "import json  # want: thing canonical\n",
        },
    )
    assert differences(tmp_path) == [
        "unexpected ('library/__init__.py', 1, 'thing', 'canonical', '')",
        "unexpected ('wrong.py', 1, 'thing', 'deprecated', '')",
        "missing ('absent.py', 1, 'thing', 'canonical', '')",
        "missing ('wrong.py', 1, 'thing', 'canonical', '')",
    ]


def test_the_fixtures_show_every_class_and_every_context() -> None:
    found = [one for name in ("platform", "odd") for one in wanted(FIXTURES / name)]
    assert {one[3] for one in found} == {klass.value for klass in Class}
    assert {word for one in found for word in one[4].split()} == {context.value for context in Context}


def test_the_fixtures_show_every_channel() -> None:
    done = audit("check", FIXTURES / "platform", "--output-format", "json")
    assert {one["channel"] for one in done.json["references"]} == {channel.value for channel in Channel} - {"document"}


def test_ten_places_of_one_binding_are_one_reference() -> None:
    done = audit("check", FIXTURES / "platform", "--output-format", "json")
    several = {one["filename"]: one for one in done.json["references"] if len(one["locations"]) > 1}
    assert several.keys() == {"chatter/channels.py", "tests/test_routing.py"}
    used = several["chatter/channels.py"]  # m.Manager, z.Manager after `z = y`, and getattr(m, "Manager")
    assert (used["path"], [place["row"] for place in used["locations"]]) == (
        "chatter.websocket.manager.Manager",
        [22, 22, 26],
    )


def test_the_odd_fixture_tells_what_could_not_be_validated_and_why() -> None:
    done = audit("check", FIXTURES / "odd", "--output-format", "json")
    assert [(one["filename"], one["location"]["row"]) for one in done.json["errors"]] == [
        ("broken.py", 4),
        ("utf16.py", 1),
    ]
    assert done.json["evidence"]["files"]["unparsed"] == 1  # harmless.py spells nothing governed
