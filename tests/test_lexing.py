"""Lines, statements, encodings, names and scopes: properties over generated text, and examples of what once was
misread."""

from __future__ import annotations

import ast
import codecs
import unicodedata
from contextlib import suppress
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from oracle import Imported, imports_of, tree_of
from programs import programs

from ssot_audit.facts import Failure, Place
from ssot_audit.names import matches, mistake_in
from ssot_audit.source.entry import Entry, Question, Task
from ssot_audit.source.lines import Ruler, logical_lines, physical_lines
from ssot_audit.source.parsed import parsed
from ssot_audit.source.read import read_data
from ssot_audit.source.scan import scan
from ssot_audit.source.scopes import Alias, Scope, is_bound, origins
from ssot_audit.source.text import decode
from ssot_audit.source.walk import walk

THOROUGH = settings(
    max_examples=500,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
)

LESS = settings(THOROUGH, max_examples=200)


def scanned(text: str) -> list[Imported]:
    return [
        Imported(
            *(one.place.line, one.place.column, one.level, one.module, one.name, one.alias),
            tuple(context.value for context in one.contexts),
        )
        for one in scan(text)[0].imports
    ]


def modules(text: str) -> list[str]:
    return [one.module for one in scanned(text)]


def known(text: str) -> list[Imported]:
    """What the interpreter's tree has; the text must parse."""
    found = imports_of(text.encode())
    assert found is not None, f"does not parse: {text!r}"
    return found


# Programs


@THOROUGH
@given(programs())
def test_the_scanner_reads_the_imports_of_generated_programs(text: str) -> None:
    assert scanned(text) == known(text)


@LESS
@given(programs())
def test_a_place_spans_the_text_of_the_imported_name(text: str) -> None:
    lines = physical_lines(text)
    for one in scan(text)[0].imports:
        place = one.place
        if place.line == place.end_line:
            written = lines[place.line - 1][place.column - 1 : place.end_column - 1]
            assert unicodedata.normalize("NFKC", "".join(written.split())) == (one.name or one.module)


@LESS
@given(programs(), st.data())
def test_an_import_before_and_after_a_cut_program_is_found(text: str, data: st.DataObject) -> None:
    cut = text[: data.draw(st.integers(0, len(text)))].rstrip("\\")
    found = modules(f"import before_it\n{cut}\n\n")
    assert found[0] == "before_it"


BROKEN = [
    "x = (",
    "x = '",
    'x = "a',
    "x = '''",
    "f'{x",
    "x = f'''{a",
    "x = [{(",
    "x = )",
    "x = (]",
    "if (:",
    "def f(",
    "@",
    "é = €",
    "f'{'",
]


@pytest.mark.parametrize("line", BROKEN)
def test_imports_before_and_after_a_broken_line_are_found(line: str) -> None:
    text = f"import a\n{line}\nimport b\nfrom c import d\n"
    assert tree_of(text) is None
    assert modules(text) == ["a", "b", "c"]


WORDS = (
    *(
        "import a",
        "from . import b",
        "if x:",
        "try:",
        "except ImportError:",
        "else:",
        "def f():",
        "with suppress(",
        "match x:",
    ),
    *(
        "'",
        '"',
        "'''",
        '"""',
        "f'",
        "{",
        "}",
        "(",
        ")",
        "[",
        "]",
        "\\",
        "\n",
        "\r",
        "\t",
        "\f",
        " ",
        "#",
        ";",
        ":",
        "=",
        ",",
    ),
    *(
        "lambda",
        "async",
        "case",
        "TYPE_CHECKING",
        "not ",
        "__all__",
        "global",
        "del ",
        "é",
        "\x85",
        "\u2028",
        "\x00",
        "\ud800",
    ),
)


@THOROUGH
@given(st.one_of(st.text(), st.lists(st.sampled_from(WORDS), max_size=40).map("".join)))
def test_the_scanner_reads_any_text_without_raising(text: str) -> None:
    facts, outline = scan(text)
    assert len(outline) == len(facts.imports)


@THOROUGH
@given(
    st.one_of(
        st.binary(), st.lists(st.sampled_from(WORDS[:-1]), max_size=40).map(lambda words: "".join(words).encode())
    )
)
def test_any_bytes_give_facts_or_a_reason(data: bytes) -> None:
    for deep in (False, True):
        assert isinstance(read_data(data, Task("", "any.py", Question(("import_module", "é")), deep)), Entry)


@THOROUGH
@given(st.lists(st.sampled_from(WORDS), max_size=40).map("".join))
def test_logical_lines_advance_and_never_overlap(text: str) -> None:
    lines = list(logical_lines(text))
    assert all(line.start < line.end <= len(text) for line in lines)
    assert all(one.end <= other.start for one, other in pairwise(lines))


# Examples of what is easily misread: each must parse, and is held against the interpreter's tree

TYPED = "if TYPE_CHECKING:\n    pass\n"
GUARD = "try:\n    import a\n{}\nexcept ImportError:\n    pass\n"
READ = {
    "a lone backslash after a block ends it": f"{TYPED}\\\nimport evil\n",
    "a lone backslash takes the next line's indentation": f"{TYPED}\\\n    import kind\n",
    "two lone backslashes take the next line's indentation": f"{TYPED}\\\n\\\n    import kind\n",
    "an indented backslash keeps its own indentation": f"{TYPED}    \\\nimport kind\n",
    "an indented backslash keeps its own indentation over others": f"{TYPED}    \\\n  \\\n        import kind\n",
    "a backslash before an empty line ends no block": f"{TYPED}\\\n\n    import kind\n",
    "a backslash before a comment ends no block": f"{TYPED}\\\n# c\n    import kind\n",
    "a backslash before else": "if not TYPE_CHECKING:\n    pass\n\\\nelse:\n    import kind\n",
    "an import ends in a backslash and an empty line": "import a\\\n\nfrom b import c \\\n  \nimport d\n",
    "an import ends in a backslash and a semicolon": "x;import a\\\n;import b\n",
    "an import ends in a backslash and a comment": "import a \\\n# c\nimport b\n",
    "a form feed starts a line": "\fimport a\nif x:\n    import b\n\f    import c\n\fimport d\n",
    "a form feed starts the indentation anew": "if x:\n  y\n    \f  import a\n",
    "NEL and U+2028 end no line": "x = '\x85\u2028'; import a\n# \x85import q \u2028import q\nimport b\n",
    "one-line suites": "if x:import a\nelse:import b; import c\nclass A: import d\ndef f(): import e\n",
    "a one-line try": "try: import a\nexcept ImportError: import b\nelse: import c\nfinally: import d\n",
    "soft keywords as names": "match = case = type = lazy = 1; import a\nmatch(x); import b\ncase[0] = 1; import c\n",
    "soft keywords as annotated names": "match: int = 1; import a\ncase.x: int = 1; import b\n",
    "soft keywords before a colon of another statement": (
        "match[0] = 1; import a; match: int = 3\nmatch(x); y: int = 1; import b\n"
    ),
    "a case that starts with a dot": "match x:\n    case .5: import a\n    case a.b: import b\n",
    "a bare except behind a backslash": "try:\n    import a\nexcept\\\n:\n    pass\n",
    "an except clause over two lines": "try:\n    import a\nexcept ImportError as \\\n e:\n    pass\n",
    "a star behind a backslash": "try:\n    import a\nexcept \\\n * ImportError:\n    pass\n",
    "a colon behind a backslash": "with suppress(ImportError)\\\n: import a\nif TYPE_CHECKING\\\n: import b\n",
    "a failing statement in parentheses": GUARD.format("    assert(0)"),
    "a failing statement over two lines": GUARD.format("    raise\\\n    AssertionError\\\n"),
    "an assertion that begins like a failing one": GUARD.format(
        "    assert 0 < x\n    assert 0.5\n    assert (False or x)"
    ),
    "a call of what fail returns": GUARD.format("    fail(x).y"),
    "a failing statement in a case": GUARD.format("    match x:\n        case 1:\n            self.fail()"),
    "neither side checks types": "if not TYPE_CHECKING and not t.TYPE_CHECKING: pass\nelse: import a\n",
    "lambdas in headers": "if lambda x=lambda y: 1: 2: import a\nwhile x[lambda: 1:2]: import b\n",
    "strings that look like code": "x = '''\nimport q\n''', 'a\\\nimport q', r'\\\\'; import a\n",
    "a string over two lines after a brace behind a backslash": "rf'\\{x:{w}}\\\n'; import a\n",
    "f-strings with fields": "f'{x!r:>{w}}{{'; import a; f\"{x['#']}\"; import b\n",
}


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n"], ids=["LF", "CR", "CRLF"])
@pytest.mark.parametrize("text", READ.values(), ids=READ)
def test_an_example_is_read_as_the_interpreter_reads_it(text: str, end: str) -> None:
    text = text.replace("\n", end)
    want = known(text)
    assert scanned(text) == want
    assert want, "the example must import something"


def test_a_lone_backslash_ends_the_block_of_type_checking() -> None:
    assert scanned(f"{TYPED}\\\nimport evil\n") == [Imported(4, 8, 0, "evil", None, None, ())]
    assert scanned(f"{TYPED}\\\n    import kind\n") == [Imported(4, 12, 0, "kind", None, None, ("typing",))]


@pytest.mark.parametrize(
    "text",
    [
        "match x:\n    case 1:\n        try:\n            import a\n        except ImportError: pass\n",
        READ["a failing statement in a case"],
        READ["neither side checks types"],
        GUARD.format("    assert 0x0"),
    ],
)
def test_the_walker_gives_the_same_contexts(text: str) -> None:
    want = [one.contexts for one in known(text)]
    assert [one.contexts for one in walk(text).imports] == want
    quick = parsed(text)
    assert quick and [one.contexts for one in quick.imports] == want


@pytest.mark.parametrize(
    ("text", "want"),
    [
        ("lazy import x\nlazy from y import z\n", ["x", "y"]),
        ("f'{x['a']}'; import a\nf'{f'{f'{1}'}'}'; import b\n", ["a", "b"]),
        ("f'''{\n'a' # }\n}'''; import a\n", ["a"]),
        ("f'''{x # it's }\n}'''; import a\nx = '''\nimport q\n'''\n", ["a"]),
        ("f'{\n{1: 2} # '\n}'; import a\n", ["a"]),
        ("type X[T: int] = list[T]; import a\ndef f[T: (int, str)](x: T): import b\n", ["a", "b"]),
        ("try: import a\nexcept ImportError, KeyError: import b\n", ["a", "b"]),
        ("t'{x!r}'; import a\n", ["a"]),
        ("print 'x'; import a\nexec 'x'\nimport b\n", ["a", "b"]),
    ],
)
def test_syntax_of_any_version_is_read_whatever_interpreter_runs(text: str, want: list[str]) -> None:
    assert modules(text) == want


@given(
    st.lists(st.sampled_from(["a", "é", "\x85", "\u2028", "\v", "\f", "\n", "\r", "\r\n", "\U0001d552"])).map("".join)
)
def test_lines_and_columns_count_characters_and_only_three_line_ends(text: str) -> None:
    ruler = Ruler(text)
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    assert physical_lines(text) == lines
    for at, letter in enumerate(text):
        if letter not in "\r\n":
            place = ruler.place(at, at + 1)
            assert place == Place(place.line, place.column, place.line, place.column + 1)
            assert lines[place.line - 1][place.column - 1] == letter


# Encodings

CODECS = (
    "utf-8",
    "latin-1",
    "cp1252",
    "koi8-r",
    "shift_jis",
    "cp932",
    "euc_jp",
    "gb18030",
    "big5",
    "mac-roman",
    "ascii",
)
COOKIES = (
    "# coding: {}",
    "# -*- coding: {} -*-",
    " \t\f# vim: set fileencoding={} :",
    "#!/bin/python\n# encoding={}",
    "\n#coding:{}",
)


def letters(codec: str) -> str:
    """Printable letters beyond ASCII that go through the encoding and back."""
    found = []
    for number in (*range(0xA0, 0x600), *range(0x2010, 0x2600), *range(0x3000, 0x3100), *range(0x4E00, 0x4F00)):
        with suppress(UnicodeError):
            if chr(number).isprintable() and chr(number).encode(codec).decode(codec) == chr(number):
                found.append(chr(number))
    return "".join(found)


LETTERS = {codec: st.text("aZ 09#(;" + letters(codec)) for codec in CODECS}


def dump(source: bytes | str) -> str | None:
    tree = tree_of(source)
    return None if tree is None else ast.dump(tree)


@THOROUGH
@given(st.sampled_from(CODECS), st.sampled_from(COOKIES), st.sampled_from(["\n", "\r", "\r\n"]), st.data())
def test_a_declared_encoding_is_read_as_the_interpreter_reads_it(
    codec: str, cookie: str, end: str, data: st.DataObject
) -> None:
    inside = data.draw(LETTERS[codec])
    source = f"{cookie.format(codec)}\nx = '{inside}'  # {inside}\n".replace("\n", end).encode(codec)
    text = decode(source)
    assert isinstance(text, str)
    assert dump(text) == dump(source) is not None


@THOROUGH
@given(
    st.lists(
        st.sampled_from(
            [
                *(f"# coding: {one}".encode() for one in (*CODECS, "utf-7", "rot13")),
                b"#",
                b"\n",
                b"\r",
                b"x",
                b"\xef\xbb\xbf",
            ]
        )
        | st.binary(max_size=3),
        max_size=6,
    ).map(b"".join)
)
def test_whatever_is_decoded_means_to_the_interpreter_what_the_bytes_mean(data: bytes) -> None:
    text = decode(data)
    if isinstance(text, str) and dump(data) is not None:
        assert dump(text) == dump(data)


@pytest.mark.parametrize(
    "data",
    [
        b"\xef\xbb\xbfx = '\xc3\xa9'\n",
        b"\xef\xbb\xbf# coding: utf-8\nx = '\xc3\xa9'\n",
        b"\xef\xbb\xbf# coding: utf-8-sig\nx = '\xc3\xa9'\n",
        b"# -*- coding: utf-8-unix -*-\nx = '\xc3\xa9'\n",
        b"# -*- coding: Latin_1-dos -*-\nx = '\xe9'\n",
        b"# -*- coding: iso-latin-1-unix -*-\nx = '\xe9'\n",
        b"#" + b"x" * 5000 + b"\n# coding: latin-1\nx = '\xe9'\n",
        b"\x0c\n# coding: latin-1\nx = '\xe9'\n",
        b"'''\n# coding: latin-1\n'''\nx = '\xc3\xa9'\n",
        b"# \xe9 coding: latin-1\n",
    ],
)
def test_an_encoding_is_found_where_the_interpreter_finds_it(data: bytes) -> None:
    text = decode(data)
    assert isinstance(text, str)
    assert dump(text) == dump(data) is not None


UNSAFE = (
    "utf-7",
    "rot13",
    "unicode_escape",
    "raw_unicode_escape",
    "utf-16",
    "utf-32",
    "hz",
    "iso2022_jp",
    "punycode",
    "idna",
    "base64",
    "cp037",
    "no-such",
)


@pytest.mark.parametrize(
    "first", ["", "#\n", "#" + "x" * 5000 + "\n"], ids=["first line", "second line", "after a long line"]
)
@pytest.mark.parametrize("codec", UNSAFE)
def test_an_encoding_that_could_hide_an_import_is_not_read(codec: str, first: str) -> None:
    found = decode(f"{first}# coding: {codec}\nx = 1\n".encode())
    assert isinstance(found, Failure)
    assert repr(codec) in found.reason


@pytest.mark.parametrize(
    "data",
    [b"\xff", b"# coding: ascii\n\xe9", codecs.BOM_UTF8 + b"# coding: latin-1\n", b"x\0", "x".encode("utf-16")],
)
def test_bytes_the_interpreter_refuses_are_refused(data: bytes) -> None:
    assert tree_of(data) is None
    assert isinstance(decode(data), Failure)


# Names


def matches_slowly(pattern: list[str], path: list[str]) -> bool:
    """The same by trying every way."""
    if not pattern:
        return not path
    if pattern[0] == "**":
        return any(matches_slowly(pattern[1:], path[at:]) for at in range(len(path) + 1))
    return bool(path) and part_matches(pattern[0], path[0]) and matches_slowly(pattern[1:], path[1:])


def part_matches(pattern: str, text: str) -> bool:
    if not pattern:
        return not text
    if pattern[0] == "*":
        return any(part_matches(pattern[1:], text[at:]) for at in range(len(text) + 1))
    return bool(text) and pattern[0] == text[0] and part_matches(pattern[1:], text[1:])


parts = st.text("ab_", min_size=1, max_size=4)
starred = st.one_of(parts, st.just("**"), st.text("ab*", min_size=1, max_size=5).filter(lambda text: "**" not in text))


@THOROUGH
@given(st.lists(starred, min_size=1, max_size=5), st.lists(parts, min_size=1, max_size=5))
@example(["**"], ["a"])
@example(["a", "**"], ["a"])
@example(["**", "a", "**", "*b"], ["a", "ab", "a", "b"])
def test_a_pattern_matches_what_trying_every_way_matches(pattern: list[str], path: list[str]) -> None:
    assert mistake_in(".".join(pattern)) is None
    assert matches(".".join(pattern), ".".join(path)) == matches_slowly(pattern, path)


def test_a_pattern_of_many_stars_finishes() -> None:
    assert not matches("*a" * 200 + "b", "a" * 5000)
    assert matches("*a" * 200 + "*", "a" * 5000)
    assert not matches("**." * 200 + "b", "a." * 2000 + "c")
    assert matches(".".join(["**", "*"] * 100), "a." * 2000 + "c")


# Scopes


def used(text: str) -> list[tuple[int, tuple[str, ...]]]:
    """Which import, by number, each attribute is taken from."""
    tree = walk(text)
    assert parsed(text) in (tree, None)
    return [(use.imported, use.attributes) for use in tree.uses]


@pytest.mark.parametrize(
    ("text", "want"),
    [
        ("import m\ndef f(m): m.A\nm.B\n", [(0, ("B",))]),
        ("import m\nclass C:\n    import n as m\n    m.A\n    def f(self): m.B\n", [(1, ("A",)), (0, ("B",))]),
        ("import m\n[m.A for m in x]\nm.B\n", [(0, ("B",))]),
        ("import m\nlambda m: m.A\nlambda: m.B\n", [(0, ("B",))]),
        ("def f():\n    global g\n    import m as g\ng.A\n", [(0, ("A",))]),
        ("def f():\n    def h():\n        global g\n        import m as g\ng.A\n", [(0, ("A",))]),
        ("import m as g\ndef f(g):\n    def h():\n        global g\n        g.A\n", [(0, ("A",))]),
        ("def f():\n    g = None\n    def h():\n        nonlocal g\n        import m as g\n    g.A\n", [(0, ("A",))]),
        ("class C:\n    def f(self):\n        global g\n        import m as g\n    g.A\n", [(0, ("A",))]),
        ("import m\ny = m\nz = y.a\nz.B\n", [(0, ("a",)), (0, ("a", "B"))]),
        ("import m\nm = m\nm.A\n", [(0, ("A",))]),
    ],
)
def test_an_attribute_belongs_to_the_import_its_scope_sees(text: str, want: list[tuple[int, tuple[str, ...]]]) -> None:
    assert tree_of(text) is not None
    assert used(text) == want


def test_aliases_in_a_ring_end() -> None:
    module = Scope("module", None)
    for name, other in (("a", "b"), ("b", "c"), ("c", "a")):
        module.bind(name, Alias(module, (other,)))
    assert origins(module, ("a", "x")) == []
    assert is_bound(module, "a")
    assert not is_bound(module, "d")
