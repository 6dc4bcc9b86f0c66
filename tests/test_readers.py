"""Each quick way to read a file, held against the slow one that defines it: over real files, and over statements made
up to be misread."""

from __future__ import annotations

import sys
from functools import cache
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from running import FIXTURES, audit
from test_agrees_with_ast import INSTALLED, STDLIB, python_files
from test_lexing import THOROUGH

from ssot_audit.facts import Exports, Facts, Failure
from ssot_audit.source import jit, nodes, statements, syntax
from ssot_audit.source.relevant import relevant_lines
from ssot_audit.source.scan import scan
from ssot_audit.source.statements import ENDS, _parts, _plain_parts, imported_count
from ssot_audit.source.text import decode

EVERY = 12  # of the real files, how many apart those are that are read here; `test_agrees_with_ast` reads all


@cache
def sample() -> tuple[tuple[Path, str], ...]:
    """Real files and their texts, from all over the standard library and the installed packages."""
    files = [*python_files(STDLIB), *python_files(INSTALLED)]
    texts = ((path, decode(path.read_bytes())) for path in files[5::EVERY])
    return tuple((path, text) for path, text in texts if not isinstance(text, Failure))


@cache
def scanned(text: str) -> Facts:
    """What reading every line tells."""
    return scan(text)[0]


def test_the_lines_that_matter_tell_what_all_lines_tell() -> None:
    differing, unsure = [], 0
    for path, text in sample():
        mask = jit.masked(text)
        lines = relevant_lines(text, mask) if mask is not None else None
        if lines is None:
            unsure += 1
        elif scan(text, lines) != scan(text):
            differing.append(path)
    assert differing == []
    assert len(sample()) > 400
    assert unsure < 0.02 * len(sample())  # the quick way must be the rule, or the promise of speed is none


def test_the_import_statements_found_at_once_are_those_found_line_by_line() -> None:
    differing, unsure = [], 0
    for path, text in sample():
        mask = jit.masked(text)
        spans = jit.statements(mask) if mask is not None else None
        if spans is None:
            unsure += 1
            continue
        count = sum(imported_count(text[start:end].rstrip(ENDS)) for start, end in spans)
        lines = [text.count("\n", 0, start) + 1 for start, _ in spans]
        places = [one.place.line for one in scanned(text).imports]
        if count != len(places) or not all(any(line <= place for line in lines) for place in places):
            differing.append(path)
    assert differing == []
    assert unsure < 0.02 * len(sample())


def test_a_plain_import_statement_is_read_as_libcst_reads_it() -> None:
    seen: set[str] = set()
    for _, text in sample():
        mask = jit.masked(text)
        for start, end in (jit.statements(mask) if mask is not None else None) or ():
            seen.add(text[start:end].rstrip(ENDS))
    plain = {text: found for text in seen if (found := _plain_parts(text)) is not None}
    assert [(text, found) for text, found in plain.items() if found != _parts(text)] == []
    assert len(plain) > 1000
    assert len(plain) > 0.95 * len(seen)  # importing LibCST takes longer than most runs, so it must be the exception


WORDS = (
    *("import", "from", "as", "import", "from", "as", "a", "b1", "_", "a.b", "a.b.c", "é", "*", ".", "..", "...", ","),
    *("if", "in", "None", "True", "match", "lazy", "async", "await", "print", "not", "1", "0a", "a1.b", "importer"),
    *("(", ")", "()", "(a)", "(a,)", "( a , b )", "(a as b)", "(a,\n b)", "(a # c\n)", "(\\\na)", "(a as\n b,\n)"),
    *("\\\n", " \\\n ", "\\\r\n", "# c", "# c\n", "\t", " ", "  ", "\f", "\n", ";", "=", "'", '"', "\\"),
)
_STATEMENT = st.sampled_from(("import {}", "from {} import {}", "from .{} import {}", "from {} import ({})", "{}{}"))
_PIECES = st.lists(
    st.tuples(st.sampled_from(WORDS), st.sampled_from(("", " ", " ", " ", ", ", " as ", "\t", ","))), max_size=6
).map(lambda pairs: "".join(word + gap for word, gap in pairs))
MADE_UP = st.builds(
    lambda frame, one, other: frame.replace("{}", one, 1).replace("{}", other), *(_STATEMENT, *[_PIECES] * 2)
)


@THOROUGH
@given(MADE_UP)
@example("from . import(a)")
@example("from.import a")
@example("from . import a as b, c as if")
@example("from a import b as c as d")
@example("import a as b.c")
@example("from a import (b as c,)")
@example("from a import (,)")
@example("from a import b,")
@example("import a.if")
@example("from a import as")
@example("from a import (b, as)")
@example("import as as as")
@example("from .. .a import b")
@example("from a import \\\n b # c")
@example("from a import (b # )\n, c)")
def test_no_made_up_import_statement_is_read_otherwise_than_libcst_reads_it(text: str) -> None:
    text = text.rstrip(ENDS)  # as every statement is before it is read
    plain = _plain_parts(text)
    node = syntax.statement(text)
    told = [one[1:] for one in syntax.imported_names(node)] if isinstance(node, syntax.IMPORT_NODES) else []
    assert (_parts(text) if plain is None else plain) == told


@pytest.mark.parametrize(
    "text", ["import a", "import a.b as c, d", "from . import a", "from .a import (b as c, d)", "from a import *"]
)
def test_a_usual_import_statement_is_read_without_libcst(text: str) -> None:
    assert _plain_parts(text) is not None


# What the interpreter's nodes mean

TEXTS = (
    *("x", "x.y", "(a, b.c)", "(a,\n b)", "*a, (b, c)", "a[0], b.c, d", "[a, *b]", "f(x)", "not TYPE_CHECKING"),
    *("TYPE_CHECKING and x", "t.TYPE_CHECKING or not TYPE_CHECKING", "x or TYPE_CHECKING or y", "A if b else C"),
    *("ImportError", "(ValueError, (ImportError, x.Exception))", "1", "'ImportError'", "lambda: x", "a, *b, [c, d]"),
    *("['a', 'b'] + m.__all__", "('a', *['b'], *m.__all__)", "list({'a', b})", "sorted(x=['a'])", "[f'a', b'c', 'd']"),
)
CALLS = (
    "pytest.raises(E, match='x') as e",
    "self.assertRaises((A, ImportError), f)",
    "suppress(A, *B)",
    "a as b, c.d()",
)
STATEMENTS = (
    *("pytest.fail('x')", "self.fail()", "fail", "raise AssertionError", "raise AssertionError(1) from e", "raise"),
    *("assert 0x0", "assert False, x", "assert not x", "assert 0.0", "x = fail()"),
)


@pytest.mark.parametrize("text", TEXTS)
def test_an_expression_means_to_the_interpreter_what_it_means_to_libcst(text: str) -> None:
    ours, theirs = nodes.expression(text), syntax.expression(text)
    assert ours is not None
    assert nodes.catches(ours) == syntax.catches(theirs)
    assert nodes.typing_only(ours) == syntax.typing_only(theirs)
    assert nodes.target_names(ours) == syntax.target_names(theirs)
    assert nodes.exported(ours) == syntax.exported(theirs)


@pytest.mark.parametrize("text", [*CALLS, *(f"pytest.raises(expected_exception={one})" for one in TEXTS[10:18])])
def test_a_with_statement_means_to_the_interpreter_what_it_means_to_libcst(text: str) -> None:
    want = syntax.with_statement(f"with {text}: pass")
    assert want is not None
    assert nodes.with_statement(f"with {text}: pass") == want


@pytest.mark.parametrize("text", STATEMENTS)
def test_a_statement_fails_a_test_to_the_interpreter_where_it_does_to_libcst(text: str) -> None:
    ours, theirs = nodes.statement(text), syntax.statement(text)
    assert ours is not None and theirs is not None
    assert nodes.fails_test(ours) == syntax.fails_test(theirs)


def test_usual_heads_and_statements_are_read_without_libcst(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr("ssot_audit.source.syntax")
    monkeypatch.setitem(sys.modules, "ssot_audit.source.syntax", None)
    assert statements.with_items("pytest.raises(ImportError) as unread")[0].import_error
    assert statements.target_names("unread, (a, b)") == ("unread", "a", "b")
    assert statements.failing_statement("self.fail('unread')")
    assert statements.except_clause("unread[0], (ImportError, B)").import_error
    assert statements.condition("unread and TYPE_CHECKING")
    assert statements.export_list("['unread'] + m.__all__").modules == ("m",)


@pytest.mark.parametrize("text", ["['a' 'b']", "['\\x61']", "['a'  # c\n 'b']"])
def test_a_name_in_parts_or_escapes_is_exported_to_no_search(text: str) -> None:
    assert statements.export_list(text) == Exports((), (), False)


# The engine


@pytest.mark.parametrize("name", ["platform", "odd"])
def test_the_standard_library_s_engine_gives_the_same_bytes(name: str) -> None:
    command = ("check", FIXTURES / name, "--output-format", "json", "--no-cache", "-v")
    usual, other = audit(*command), audit(*command, env={"SSOT_AUDIT_ENGINE": "re"})
    assert (other.out, other.code) == (usual.out, usual.code)
    assert usual.json["references"]
    assert other.err != usual.err, "the engine was the same, so the test would prove nothing"
