"""Comments that accept a finding, as they are read."""

from __future__ import annotations

from datetime import date

from hypothesis import example, given
from hypothesis import strategies as st

from ssot_audit.facts import Directive
from ssot_audit.source.directives import directives


def of(text: str, path: str = "a.py") -> tuple[Directive, ...]:
    return directives(path, text.encode())


def test_a_comment_names_rules_a_reason_and_a_day_in_any_place() -> None:
    (one,) = of("import a  # noqa  # ssot: ignore[thing, other] the vendor's plugin until=2026-03-31 wants it\n")
    assert one == Directive(1, 11, (1, 1), ("thing", "other"), "the vendor's plugin wants it", date(2026, 3, 31))


def test_a_comment_on_a_line_of_its_own_speaks_of_the_next_line_that_is_none() -> None:
    (one,) = of("x = 1\n# ssot: ignore[thing] why\n# more of why\n\nimport a\n")
    assert (one.line, one.covers) == (2, (5, 5))


def test_a_comment_for_the_file_covers_all_of_it() -> None:
    assert [one.covers for one in of("import a\n# ssot: ignore-file[thing] generated\n")] == [None]


def test_what_stands_in_a_string_is_no_comment() -> None:
    assert of('x = "# ssot: ignore[thing] why"\n"""\n# ssot: ignore[thing] why\n"""\n') == ()


def test_a_comment_without_a_rule_a_reason_or_a_day_that_exists_accepts_nothing() -> None:
    wrong = [
        one.wrong for one in of("a  # ssot: ignore why\nb  # ssot: ignore[x]\nc  # ssot: ignore[x] y until=soon\n")
    ]
    assert ["names no rule" in wrong[0], "no reason" in wrong[1], "is no day" in wrong[2]] == [True] * 3


def test_prose_about_it_is_no_directive() -> None:
    assert of("# ssot: the one home of it\n# ssot: ignored by all\n# about ssot:\n") == ()


def test_other_formats_have_them_after_what_opens_a_comment() -> None:
    assert [(one.line, one.rules, one.reason) for one in of("port: 80\nurl: x  # ssot: ignore[p] old\n", "a.yml")] == [
        (2, ("p",), "old")
    ]
    (one,) = of("<!-- ssot: ignore[documents] a goal -->\n98 %\n", "a.md")
    assert (one.reason, one.covers) == ("a goal", (2, 2))
    assert of('name: "ssot: ignore[p] no comment"\n', "a.yml") == ()


@given(
    st.text(st.sampled_from("#ssot: ignore[]abc-file'\"\\\n\r\t(until=2026-1)\x0c\u2028é")),
    st.sampled_from(("a.py", "a.yml")),
)
@example("\ré", "a.py")
def test_no_text_makes_it_fail_and_every_place_is_in_the_text(text: str, path: str) -> None:
    for one in directives(path, ("# ssot: ignore[a] b\n" + text).encode()):
        assert one.line >= 1 and one.column >= 1 and (one.covers is None or one.covers >= (1, 1))


def test_a_comment_speaks_of_the_whole_statement_it_stands_in_behind_or_above() -> None:
    inside = "from a import (  # ssot: ignore[x] why\n    b,\n)\n"
    above = "# ssot: ignore[x] why\nfrom a import (\n    b,\n)\n"
    behind = "from a import (\n    b,\n)  # ssot: ignore[x] why\n"
    assert [of(text)[0].covers for text in (inside, above, behind)] == [(1, 3), (2, 4), (1, 3)]


def test_what_is_no_comment_of_its_format_is_none() -> None:
    assert of('{"note": "see // ssot: ignore[x] why"}\n', "a.json") == ()
    assert of('note: "see # ssot: ignore[x] why"\n', "a.yml") == ()
    assert of("[x](gone.py) and http://ssot: ignore[x] yes\n", "a.md") == ()
    assert of("```\n<!-- ssot: ignore-file[x] why -->\n```\n", "a.md") == ()
    assert of("`<!-- ssot: ignore[x] why -->`\n", "a.md") == ()


def test_a_day_that_is_written_otherwise_is_no_reason_to_accept_for_ever() -> None:
    for text in (
        "old until: 2020-01-01",
        "old until 2020-01-01",
        "old UNTIL=2020-01-01",
        "a until=2999-01-01 until=2020-01-01",
    ):
        assert "a day that is not read" in of(f"a  # ssot: ignore[x] {text}\n")[0].wrong
