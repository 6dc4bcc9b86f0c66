"""Comments that accept a finding, as they are read."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from ssot_audit.source.directives import Directive, directives


def of(text: str, path: str = "a.py") -> tuple[Directive, ...]:
    return directives(path, text.encode())


def test_a_comment_names_rules_a_reason_and_a_day_in_any_place() -> None:
    (one,) = of("import a  # noqa  # ssot: ignore[thing, other] the vendor's plugin until=2026-03-31 wants it\n")
    assert one == Directive(1, 11, 1, ("thing", "other"), "the vendor's plugin wants it", date(2026, 3, 31))


def test_a_comment_on_a_line_of_its_own_speaks_of_the_next_line_that_is_none() -> None:
    (one,) = of("x = 1\n# ssot: ignore[thing] why\n# more of why\n\nimport a\n")
    assert (one.line, one.covers) == (2, 5)


def test_a_comment_for_the_file_covers_all_of_it() -> None:
    assert [one.covers for one in of("import a\n# ssot: ignore-file[thing] generated\n")] == [0]


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
    assert (one.reason, one.covers) == ("a goal", 2)
    assert of('name: "ssot: ignore[p] no comment"\n', "a.yml") == ()


@given(
    st.text(st.sampled_from("#ssot: ignore[]abc-file'\"\\\n\r\t(until=2026-1)\x0c\u2028é")),
    st.sampled_from(("a.py", "a.yml")),
)
def test_no_text_makes_it_fail_and_every_place_is_in_the_text(text: str, path: str) -> None:
    for one in directives(path, ("# ssot: ignore[a] b\n" + text).encode()):
        assert one.line >= 1 and one.column >= 1 and one.covers >= 0
