"""The pages of the rule kinds say what the program does, in the words of its own rules and examples."""

from __future__ import annotations

import runpy

from running import ROOT

from ssot_audit.checks.kinds import CHECKS

MADE = runpy.run_path(str(ROOT / "docs" / "pages.py"))["pages"]()


def test_the_pages_are_those_the_program_makes_today() -> None:
    kept = {path.name: path.read_text("utf-8") for path in (ROOT / "docs" / "kinds").glob("*.md")}
    assert kept == MADE, "run `python docs/pages.py`"


def test_every_kind_of_rule_has_a_page_with_its_keys_and_an_example_of_each_sort() -> None:
    assert set(MADE) == {f"{name}.md" for name in CHECKS}
    for page in MADE.values():
        assert page.count("| `") > 2
        assert "\nGood, `" in page
        assert "\nBad, `" in page
