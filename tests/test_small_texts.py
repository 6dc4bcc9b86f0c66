"""Small texts that are plain enough to be read without LibCST mean what LibCST says they mean."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ssot_audit.source import statements, syntax
from ssot_audit.source.blocks import NOTHING

FUNCTIONS = (
    "pytest.raises",
    "raises",
    "self.assertRaises",
    "self.assertRaisesRegex",
    "suppress",
    "contextlib.suppress",
    "open",
)
ERRORS = (
    "ImportError",
    "ValueError",
    "a.b.ModuleNotFoundError",
    "Exception",
    "BaseException",
    "(",
    ")",
    "[",
    "lambda: 0",
)
TEXTS = ('"x"', "'it\\'s'", 'r"a\\d"', 'f"{x}"', '"" "y"', "'''", '"', "1")
NAMES = ("a", "b.c", "a[0]", "a['b']", 'a["b"]', "a[b]", "(a)", "[a", "]", "*a", "for", "é", "a.b[0].c", "()")
LISTED = ('"a"', "'b'", "*rest", "*m.__all__", '"a" "b"', "c", "# d\n", "\n", "[", "]")


def joined(parts: st.SearchStrategy[str], least: int = 0, most: int = 3) -> st.SearchStrategy[str]:
    return st.lists(parts, min_size=least, max_size=most).map(", ".join)


ITEMS = st.builds(
    "{}({}{}{}){}".format,
    st.sampled_from(FUNCTIONS),
    joined(st.sampled_from(ERRORS)) | joined(st.sampled_from(ERRORS), 1).map("({})".format),
    st.sampled_from(("", ", ", ", match=", ", msg=", " match=", ",\n  match = ")),
    st.just("") | st.sampled_from(TEXTS),
    st.sampled_from(("", " as error", " as a.b", ", open(x)", ".x")),
)
FAILING = st.builds(
    "{}{}{}".format,
    st.sampled_from(
        (
            "self.fail(",
            "pytest.fail(",
            "fail(",
            "raise AssertionError(",
            "raise AssertionError",
            "assert False",
            "assert 0, (",
            "assert 0",
        )
    ),
    joined(st.sampled_from(TEXTS)) | st.sampled_from(("x", "x % 'y'", "<= 3")),
    st.sampled_from((")", "", ").x", ") + 1", "))")),
)


def by_libcst(text: str) -> object:
    for source in (f"with {text}: pass", f"with ({text}): pass"):
        if found := syntax.with_statement(source):
            return found
    return NOTHING, NOTHING


def fails_by_libcst(text: str) -> bool:
    node = syntax.statement(text)
    return node is not None and syntax.fails_test(node)


@settings(max_examples=600, deadline=None)
@given(ITEMS)
def test_what_a_with_statement_expects(text: str) -> None:
    assert statements.with_items(text) == by_libcst(text)


@settings(max_examples=600, deadline=None)
@given(FAILING)
def test_whether_a_statement_fails_the_test(text: str) -> None:
    assert statements.failing_statement(text) == fails_by_libcst(text)


@settings(max_examples=600, deadline=None)
@given(joined(st.sampled_from(NAMES), 1))
def test_which_names_a_target_binds(text: str) -> None:
    assert statements.target_names(text) == syntax.target_names(syntax.expression(text))


@settings(max_examples=600, deadline=None)
@given(joined(st.sampled_from(LISTED), 0, 4).map("[{}]".format) | st.sampled_from(LISTED))
def test_which_names_a_list_exports(text: str) -> None:
    assert statements.export_list(text) == syntax.exported(syntax.expression(text))


@pytest.mark.parametrize(
    ("read", "text"),
    [
        (statements.with_items, 'pytest.raises(ImportError, match="gone") as error'),
        (statements.with_items, "self.assertRaises((ImportError, a.ValueError))"),
        (statements.failing_statement, "pytest.fail(\n  f'no {x}'\n  ' at all')"),
        (statements.failing_statement, "assert False, 'never'"),
        (statements.target_names, "a, b"),
        (statements.target_names, "os.environ['A']"),
        (statements.export_list, "['one', # and\n 'two', *rest]"),
    ],
)
def test_what_is_usual_needs_no_libcst(
    read: Callable[[str], object], text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    read.cache_clear()  # type: ignore[attr-defined]
    monkeypatch.setattr(syntax, "statement", None)
    monkeypatch.setattr(syntax, "expression", None)
    read(text)
