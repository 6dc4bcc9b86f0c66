"""What a pattern takes for a plain expression is Python: nothing of the right parts in a wrong order is taken."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from test_plain_statements import MANY, is_taken_though_refused

ATOMS = (
    "x",
    "a.b",
    "None",
    "1",
    "0x1f",
    "1.5",
    "'s'",
    "b'b'",
    'f"{x}"',
    "...",
    "match",
    "_",
    "1 .real",
    "''",
    "r'\\d'",
)
OPERATORS = (
    *(
        "+",
        "-",
        "*",
        "**",
        "//",
        "@",
        "<<",
        "<",
        "<=",
        "==",
        "!=",
        " in ",
        " not in ",
        " is not ",
        " and ",
        " or ",
        " if ",
    ),
    *(" else ", ",", ", *", ", **", ", x=", ":", "=", ".", "", ":=", "not ", " not ", " and not ", " for ", "->", "+="),
)
SIGNS = (
    "-",
    "~",
    "not ",
    "*",
    "**",
    "await ",
    "lambda: ",
    "lambda x, y=1, *z: ",
    "x=",
    "yield ",
    "- -",
    "not not ",
    "-not ",
    "await -",
)
BRACKETS = ("()", "[]", "{}")
TARGETS = ("x", "x, y", "(x, y)", "x,", "x.y", "*x, y", "x[0]", "None", "f()", "x, (y, z)")


def _grown(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Expressions around others, most of them right, some not."""
    bracketed = st.builds(
        lambda pair, first, parts, end: pair[0] + first + ", ".join(parts) + end + pair[1],
        st.sampled_from(BRACKETS),
        st.sampled_from(("", "", "*", "**", "x=", "x: ")),
        st.lists(inner, max_size=3),
        st.sampled_from(("", "", ",", ",,", " for x in y", " for x in y if z", " for x, y in z for a in b")),
    )
    comprehension = st.builds(
        lambda pair, what, target, source, end: f"{pair[0]}{what} for {target} in {source}{end}{pair[1]}",
        st.sampled_from(BRACKETS),
        inner,
        st.sampled_from(TARGETS),
        inner,
        st.builds(lambda test: f" if {test}", inner) | st.just(""),
    )
    return st.one_of(
        st.builds(lambda one, operator, other: f"{one}{operator}{other}", inner, st.sampled_from(OPERATORS), inner),
        st.builds(lambda sign, one: f"{sign}{one}", st.sampled_from(SIGNS), inner),
        bracketed,
        comprehension,
        st.builds(lambda one, other: f"{one}{other}", inner, bracketed),
        st.builds(lambda one, pieces: f"{one}[{':'.join(pieces)}]", inner, st.lists(inner | st.just(""), max_size=3)),
    )


EXPRESSIONS = st.recursive(st.sampled_from(ATOMS), _grown, max_leaves=8)
SHAPES = (
    *("{}", "{} = {}", "{}: {} = {}", "{}, {} = {}", "{} += {}", "return {}", "assert {}, {}", "raise {} from {}"),
    *("if {}:\n  pass", "while {}:\n  pass", "with {} as x:\n  pass", "for x in {}:\n  pass", "yield {}", "x = {}"),
)


@MANY
@given(
    st.builds(
        lambda shape, one, other, third: shape.replace("{}", one, 1).replace("{}", other, 1).replace("{}", third, 1),
        st.sampled_from(SHAPES),
        *(EXPRESSIONS,) * 3,
    )
)
def test_no_made_up_expression_is_taken_that_the_interpreter_refuses(text: str) -> None:
    assert not is_taken_though_refused(text)
