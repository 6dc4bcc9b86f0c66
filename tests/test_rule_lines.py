"""The line a finding about a rule points at: that of its `[[rule]]`, whatever else the file holds."""

from __future__ import annotations

from pathlib import Path

import pytest
import tomli
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from running import RULE, audit, library, write

from ssot_audit.tables import lines_of

HEADERS = ("[[rule]]", "  [[rule]]", "[[ rule ]] # [[rule]]", '[["rule"]]', "\t[['rule']]")
CONTENT = st.lists(st.sampled_from(("\n[[rule]]\n", '"', "'", "\\", "#", "\n", "a", "'''")), max_size=8).map("".join)
QUOTES = st.sampled_from(('"', "'", '"""', "'''"))


def is_string(literal: str) -> bool:
    """Whether it is one string of TOML and nothing besides."""
    try:
        values = tomli.loads(f"x = [{literal}, 1]")
    except tomli.TOMLDecodeError:
        return False
    return list(values) == ["x"] and len(values["x"]) == 2


@st.composite
def literals(draw: st.DrawFn) -> str:
    """Any text between any quotes."""
    quote, text = draw(QUOTES), draw(CONTENT)
    literal = f"{quote}{text}{quote}"
    assume(is_string(literal))
    return literal


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(HEADERS), st.lists(literals(), max_size=3)), max_size=4), literals())
def test_every_header_is_found_and_none_in_a_string_or_comment(rules: list[tuple[str, list[str]]], first: str) -> None:
    text, lines = f"about = {first}\n# [[rule]]\n", []
    for header, values in rules:
        lines.append(text.count("\n") + 1)
        text += f"{header}\n" + "".join(f"k{number} = [\n{value}\n] # '\n" for number, value in enumerate(values))
    assert len(tomli.loads(text).get("rule", [])) == len(rules)
    assert lines_of(text, "rule", len(rules)) == lines


@pytest.mark.parametrize("text", ["rule = [{}, {}]\n", 'x = [\n[["rule"]]\n]\n[[rule]]\n[[rule]]\n'])
def test_rules_whose_lines_cannot_be_told_are_at_the_first(text: str) -> None:
    assert lines_of(text, "rule", 2) == [1, 1]


def test_a_finding_about_the_second_rule_of_a_file_points_at_its_table(tmp_path: Path) -> None:
    second = RULE.replace('"thing"', '"other"').replace("library.things.Thing", "library.gone.Other")
    rules = RULE + second.replace("library.Thing", "library.Other").partition("[[rule.good]]")[0]
    library(tmp_path, {"rules.toml": rules, "user.py": "from library.things import Thing\n"})
    (one,) = audit("check", tmp_path, "--output-format", "json").json["violations"]
    assert (one["class"], one["filename"]) == ("absent-canonical", "rules.toml")
    assert rules.split("\n")[one["location"]["row"] - 1 :][:2] == ["[[rule]]", 'id = "other"']


def test_a_finding_about_a_rule_that_comes_with_the_program_names_its_pack(tmp_path: Path) -> None:
    write(tmp_path, {"netra_backend/__init__.py": "", "rules/message-router.toml": "a file of this repository\n"})
    done = audit("check", tmp_path, "--output-format", "json")
    assert {one["filename"] for one in done.json["violations"]} == {"pack message-router", "pack websocket"}
    assert "a file of this repository" not in audit("check", tmp_path).out
