"""Rules of the kinds `usage`, `emission` and `required`: their fixtures, line by line, and what goes wrong."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from running import FIXTURES, audit, write

from ssot_audit.checks.emission.spelling import slip_of, variants
from ssot_audit.source.search import matcher

MARK = re.compile(r"# (want|item): ([a-z]+) ([a-z-]+)$", re.MULTILINE)
KINDS = ("usage", "emission", "required")


def marked(folder: Path) -> Counter[tuple[str, int, str, str, str]]:
    """(file, line, `want` for a finding or `item` for what is counted and not found, rule, class) of every comment."""
    return Counter(
        (path.relative_to(folder).as_posix(), number, mark[1], mark[2], mark[3])
        for path in sorted(folder.rglob("*.py"))
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        for mark in MARK.finditer(line)
    )


def rule_of(report: Any, name: str) -> Any:
    return next(one for one in report["rules"] if one["name"] == name)


@pytest.mark.parametrize("kind", KINDS)
def test_every_finding_of_the_fixture_is_wanted_and_every_wanted_one_is_found(kind: str) -> None:
    found = audit("check", FIXTURES / kind, "--output-format", "json").json["violations"]
    seen = Counter((one["filename"], one["location"]["row"], one["code"], one["class"]) for one in found)
    wanted = Counter((path, line, *what) for path, line, mark, *what in marked(FIXTURES / kind) if mark == "want")
    assert sorted(seen.items()) == sorted(wanted.items())


@pytest.mark.parametrize("kind", KINDS)
def test_the_classes_of_each_rule_are_counted_as_the_fixture_marks_them(kind: str) -> None:
    report = audit("check", FIXTURES / kind, "--output-format", "json").json
    counted = Counter(
        (rule["name"], klass) for rule in report["rules"] for klass in Counter(rule["classes"]).elements()
    )
    # An emission that goes past the emitter, or is misspelt, is found where it is, and counted where it is declared.
    declared = [one for one in marked(FIXTURES / kind) if kind != "emission" or one[0] == "shop/events.py"]
    assert counted == Counter((rule, klass) for _, _, _, rule, klass in declared)


@pytest.mark.parametrize("kind", KINDS)
def test_the_rules_of_the_fixture_find_what_their_examples_say(kind: str) -> None:
    done = audit("rules", "test", "--rules", "rules.toml", cwd=FIXTURES / kind)
    assert (done.code, done.err) == (0, "")


def usage(folder: Path, keys: str, files: dict[str, str | bytes], *options: str) -> Any:
    """The report on a repository with one usage rule."""
    rule = f'[[rule]]\nid = "one"\nkind = "usage"\ntitle = "t"\nwhy = "w"\n{keys}\n'
    write(folder, {"ssot-audit.toml": 'rules = ["rules.toml"]', "rules.toml": rule, **files})
    return audit("check", folder, "--output-format", "json", *options)


def test_a_file_that_does_not_parse_is_told_and_makes_the_audit_fail(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {"a.py": "import os\nos.environ['A'] = = 1\n", "b.py": "x = 1 = = 'environ' # no\n"}
    done = usage(tmp_path, 'uses = ["os.environ"]\nallowed-in = ["a"]', {**files, "c.py": "y = = 1\n"})
    assert done.code == 2
    assert [(one["filename"], one["location"]["row"]) for one in done.json["errors"]] == [("a.py", 2), ("b.py", 1)]


def test_a_finding_shows_the_key_and_where_the_accessor_is(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "a/__init__.py": "",
        "a/env.py": "def read(key): ...\n",
        "a/use.py": "import os\nos.getenv('HOME')\nos.environ.get('PATH', '')\ndict(os.environ)\n",
    }
    done = usage(tmp_path, 'uses = ["os.environ", "os.getenv"]\ninstead = ["a.env.read"]', files)
    assert [(one["subject"], one["path"], one["help"]) for one in done.json["violations"]] == [
        ('os.getenv("HOME")', "os.getenv", "a.env.read"),
        ('os.environ["PATH"]', "os.environ.get", "a.env.read"),
        ("os.environ", "os.environ", "a.env.read"),
    ]
    assert {one["related"][0]["filename"] for one in done.json["violations"]} == {"a/env.py"}


@pytest.mark.parametrize(
    ("keys", "mistake"),
    [
        ("", "`uses` is missing"),
        ('uses = ["environ"]', "`uses` 'environ' is not a dotted path such as"),
        ('uses = ["os.environ"]\ninstead = ["os.environ"]', "`instead` names 'os.environ', which `uses` forbids"),
        ('uses = ["os.environ"]\nallowed-in = ["a..b"]', "`allowed-in` 'a..b' is not a dotted path"),
    ],
)
def test_a_mistake_in_a_rule_is_told(tmp_path: Path, keys: str, mistake: str) -> None:
    done = usage(tmp_path, keys, {"a.py": ""})
    assert done.code == 2
    assert mistake in str(done.json["errors"])


@pytest.mark.parametrize("key", ["uses", "instead"])
def test_a_path_of_this_repository_that_does_not_exist_is_a_finding(tmp_path: Path, key: str) -> None:
    keys = {"uses": '["os.environ"]', "instead": "[]", key: '["a.gone"]'}
    files: dict[str, str | bytes] = {"a/__init__.py": "", "b.py": "import os\nos.environ\n"}
    done = usage(tmp_path, "\n".join(f"{name} = {value}" for name, value in keys.items()), files)
    assert ("absent-canonical", "a.gone") in {(one["class"], one["path"]) for one in done.json["violations"]}


def test_only_named_files_have_findings(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = dict.fromkeys(("a.py", "b.py"), "import os\nos.environ\n")
    usage(tmp_path, 'uses = ["os.environ"]', files)
    done = audit("check", tmp_path / "b.py", "--output-format", "json")
    assert [one["filename"] for one in done.json["violations"]] == ["b.py"]


def test_an_emitter_that_is_not_there_judges_nothing(tmp_path: Path) -> None:
    rule = 'id = "one"\nkind = "emission"\ntitle = "t"\nwhy = "w"\nevents = ["begun"]\nemitter = ["gone.emit"]\n'
    write(tmp_path, {"ssot-audit.toml": 'rules = ["r.toml"]', "r.toml": f"[[rule]]\n{rule}", "a.py": "emit('begun')\n"})
    done = audit("check", tmp_path, "--output-format", "json")
    assert done.code == 2
    assert "gone.emit, which `emitter` names, does not exist" in str(done.json["verdict"]["reasons"])


EMITTER = """
class Bus:
    def fire(self, name): ...


class App:
    def __init__(self):
        self.bus = Bus()

    def begin(self):
        self.bus.fire("begun")


def note():
    return {"type": "ended"}
"""


def emission(folder: Path, text: str) -> dict[str, int]:
    """The classes of the events `begun` and `ended` where the emitter is `Bus.fire` and a file holds this text."""
    rule = 'id = "one"\nkind = "emission"\ntitle = "t"\nwhy = "w"\nevents = ["begun", "ended"]\nmethods = ["fire"]\n'
    rule += 'emitter = ["a.bus.Bus.fire"]\n'
    files = {"ssot-audit.toml": 'rules = ["r.toml"]', "r.toml": f"[[rule]]\n{rule}", "a/__init__.py": ""}
    write(folder, {**files, "a/bus.py": EMITTER, "a/use.py": text})
    classes: dict[str, int] = rule_of(audit("check", folder, "--output-format", "json").json, "one")["classes"]
    return classes


@pytest.mark.parametrize(
    ("text", "ended"),
    [
        ("", "never-emitted"),  # what the emitter's file does besides calling it is no emission
        ("from a.bus import App\ndef f(app: App):\n    app.bus.fire('ended')\n", "emitted"),
        ("from a.bus import App\ndef f(app: App, name):\n    app.bus.fire(name)\n", "undecided"),
        ("from a.bus import App\ndef f(app: App, name):\n    app.bus.fire(f'{name}ed')\n", "undecided"),
        ("def f(app):\n    app.bus.fire('ended')\n", "undecided"),
        ("from other import Base\nclass A(Base):\n    def f(self):\n        self.get().fire('ended')\n", "undecided"),
        ("class A:\n    def fire(self, name): ...\nA().fire('ended')\n", "bypassed"),
        ("x = x.y()\nx.fire('ended')\n", "undecided"),
    ],
)
def test_an_emission_counts_by_what_is_called(tmp_path: Path, text: str, ended: str) -> None:
    assert Counter(emission(tmp_path, text)) == Counter(("emitted", ended))  # the emitter's file fires `begun`


LETTERS = "abcdefgh_"


@given(st.text(LETTERS, min_size=4, max_size=12), st.data())
def test_every_slip_of_the_keyboard_is_seen_and_found_by_the_search(name: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(name) - 1))
    letter = data.draw(st.sampled_from(LETTERS))
    slips = (
        name[:at] + name[at + 1 :],
        name[:at] + letter + name[at:],
        name[:at] + letter + name[at + 1 :],
        name[:at] + name[at : at + 2][::-1] + name[at + 2 :],
    )
    asked = matcher(tuple(variants(name)))
    for slip in slips:
        assert slip == name or (slip_of(slip, [name]) == name and asked(slip))


@pytest.mark.parametrize("text", ["order_paid", "order_placed", "order", "order_pa", "paid_order", "borders_paid", ""])
def test_other_words_are_no_slips(text: str) -> None:
    assert slip_of(text, ["order_paid", "order_placed"]) is None


def test_a_rule_whose_object_is_not_there_has_no_figure_and_is_never_met(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {"a.py": "def read(): ...\n", "b.py": "from a import read\nread()\n"}
    keys = 'severity = "info"\nuses = ["a.gone"]\ninstead = ["a.read"]'
    done = usage(tmp_path, keys, files)
    assert (done.code, done.json["rules"][0]["percent"]) == (2, None)


def test_modules_that_may_use_and_are_not_there_are_told_but_for_those_of_any_tree(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {"a/__init__.py": "", "a/b.py": "import os\nos.environ\n"}
    done = usage(tmp_path, 'uses = ["os.environ", "os.getenv"]\nallowed-in = ["a", "c", "**.settings"]', files)
    assert [one["message"] for one in done.json["violations"]] == ["`allowed-in` has 'c', which matches nothing"]
    assert "listed, and used nowhere: os.getenv (one)" in audit("check", tmp_path).out
