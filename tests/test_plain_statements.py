"""What a pattern takes for a plain statement is Python: no mutation of one that the interpreter refuses is taken."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from oracle import tree_of
from test_agrees_with_ast import INSTALLED, STDLIB, python_files

from ssot_audit import engine
from ssot_audit.facts import Failure
from ssot_audit.source import jit
from ssot_audit.source.lines import logical_lines
from ssot_audit.source.plain import _PLAIN, _REDUCED, without_plain_statements
from ssot_audit.source.text import decode
from ssot_audit.source.verify import compiles

MANY = settings(
    max_examples=2000,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
)


def rest_of(text: str) -> str | None:
    """The text without its plain statements; None where strings and brackets cannot be told apart."""
    mask = jit.masked(text)
    if mask is None or jit.statements(mask) is None:
        return None
    return without_plain_statements(mask).decode("ascii")


def is_taken_though_refused(text: str) -> bool:
    """Whether a text is taken for valid by what is left without its plain statements, and is not."""
    mask = jit.masked(text)
    return mask is not None and jit.statements(mask) is not None and compiles(text, mask) and tree_of(text) is None


# Real files


@cache
def sample() -> tuple[str, ...]:
    files = [*python_files(STDLIB), *python_files(INSTALLED)]
    texts = (decode(path.read_bytes()) for path in files[7::12])
    return tuple(text for text in texts if not isinstance(text, Failure))


def test_without_its_plain_statements_a_real_file_is_valid_where_the_whole_of_it_is() -> None:
    whole = left = 0
    for text in sample():
        rest = rest_of(text)
        if rest is None:
            continue
        valid, rest_valid = tree_of(text) is not None, tree_of(rest) is not None
        assert valid or not rest_valid, text[:300]
        # In names, other letters than ASCII's stand as `?`.
        assert rest_valid or not valid or not text.isascii(), text[:300]
        whole, left = whole + len(text), left + len(rest)
    assert left < whole / 2, "what is left to the interpreter must be a fraction, or it is for nothing"


@pytest.mark.parametrize("at", [0.2, 0.5, 0.9])
def test_a_real_file_that_a_stray_line_makes_invalid_is_not_taken_for_valid(at: float) -> None:
    broken = 0
    for number, text in enumerate(sample()[::3]):
        lines = text.split("\n")
        place = int(at * len(lines))
        stray = ("x = = 1", "f(a=1, b)", "return x y", "    for", "import a.", "x = (1 2)")[number % 6]
        mutated = "\n".join((*lines[:place], stray, *lines[place:]))
        assert not is_taken_though_refused(mutated), mutated[:300]
        mask = jit.masked(mutated)
        if mask is not None and tree_of(mutated) is None and jit.statements(mask) is not None:
            broken += 1
            assert not compiles(mutated, mask), stray
    assert broken > 50


# Mutations

TOKENS = (
    *(
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        ",",
        ":",
        "=",
        "==",
        "!=",
        "<",
        "<=",
        ">",
        "*",
        "**",
        "+",
        "-",
        "/",
        "//",
        "%",
        "@",
    ),
    *("&", "|", "^", "~", "<<", ">>", ":=", "->", ".", "...", ";", "$", "?", "!", "+=", "-=", "**=", "@=", "a=1", "*a"),
    *(" ", "  ", "\t", "\n", "\\\n", " \\\n", "# c\n", "\\", "\f", " if ", " else ", " for ", " in ", " not ", " is "),
    *(
        " and ",
        " or ",
        "lambda ",
        "lambda:",
        "await ",
        "async ",
        "yield ",
        "return ",
        "import ",
        "from ",
        "as ",
        "del ",
    ),
    *(
        "global ",
        "raise ",
        "assert ",
        "pass",
        "break",
        "with ",
        "except ",
        "while ",
        "elif ",
        "print ",
        "match ",
        "case ",
    ),
    *("None", "True", "__debug__", "x", "f", "a.b", "_", "0", "1", "1.5", "0x1f", "00", "1_0", "1e5", "1j", ".5", "1."),
    *("'s'", '"t"', "b'b'", "rb'b'", 'f"{x}"', "f'{x!r:>3}'", "r'\\d'", "'''m'''", '"""d"""', "f'", 'f"', "b'", "u'"),
    *(
        "'",
        '"',
        "{x}",
        "{{",
        "}}",
        "!r",
        ":>3",
        "{x['a']}",
        "{'a'}",
        "{x:{y}}",
        "\\n",
        "\\x41",
        "\\x4",
        "\\N",
        "é",
        "\u2028",
    ),
)
FRAMES = (
    *("{}", "{}\n", "x = 1\n{}\n# c\n", "def f():\n    {}\n    y = 1\n", "class A:\n  {}", "if x:\n    {}\n"),
    *("try:\n    a\nexcept B:\n    {}\n", "match z:\n    {}\n", "match z:\n  case 1: pass\n  {}\n", "@d\n{}\n"),
    *("{}\n    pass\n", "if x:\n  {}\n      pass\n", "try:\n    a\n{}\n    pass\n", "if x:\n    a\n{}\n    pass\n"),
)
STATEMENTS = (
    *("x = 1", "x, y = y, x", "x: int = 1", "x.y[0] += 1", "x[1:2] = (1, 2)", "f(a, *b, c=1, **d)", "return x, y"),
    *("yield", "return \\\n", "raise A(x) from y", "assert x, 'y'", "global x, y", "import a.b as c, d", "pass"),
    *("from .a import (b as c, d,)", "from . import a", "if x and not y:", "for x, (y, z) in a:", "while x < 1:"),
    *("with f(x) as y:", "except A as e:", "elif x is not y:", "x = [a for b in c if d if e]", "x = {**a, 'b': c}"),
    *("x = {a: b for c, d in e}", "x = (yield)", "x = f'{a!r:>3}{{}}' 'b'", "x = a if b else c", "x = -a ** -b"),
    *("x = not a", "x = a not in b", "await x", "x = ...", "x = b'a'", "x = r'\\d'", "x()().y = 1", "x = ()"),
    *("f(\n    a,  # c\n    b=1,\n)", "x = [\n    1,\n    2,\n]", "'''d\nd'''", "x = a.b(c)[d].e", "x = (a, *b)"),
    *("def f(a, b: int, /, c, d=1, *e, g, h: int = 2, **i) -> x:", "async def f(*, a=1, b):", "def f(a, *b: c,):"),
    *("class A(B, c=D):", "class A:", "@d(1)\ndef f(self):", "@a.b\n# c\n@d\nclass A():", "async with a as b:"),
    *("x = lambda: b'é'", "x = rb'é'", "case [x]: y", "x = 1 if y else 2,", "x: 'y' = z, 1", "x = \\\n    1"),
)
Edit = tuple[str, float, str]


@cache
def real_lines() -> tuple[str, ...]:
    found = set[str]()
    for text in sample()[::10]:
        lines = (text[line.start : line.end].rstrip("\n") for line in logical_lines(text))
        found.update(line for line in lines if len(line) < 120)
    return tuple(sorted(found))


def mutated(text: str, edits: Sequence[Edit]) -> str:
    for what, share, token in edits:
        letters = re.findall(r"\w+|\s+|[^\w\s]", text) if what.endswith("token") else list(text)
        at = int(share * len(letters))
        letters[at : at + (not what.startswith("insert"))] = [] if what.startswith("delete") else [token]
        text = "".join(letters)
    return text


EDITS = st.lists(
    st.tuples(
        st.sampled_from(("insert", "insert token", "replace", "replace token", "delete", "delete token")),
        st.floats(0, 1, exclude_max=True),
        st.sampled_from(TOKENS),
    ),
    max_size=3,
)
SOURCES = st.one_of(st.sampled_from(STATEMENTS), st.deferred(lambda: st.sampled_from(real_lines())))
IN_FRAMES = st.builds(
    lambda frame, text, edits: frame.replace("{}", mutated(text, edits), 1), st.sampled_from(FRAMES), SOURCES, EDITS
)


@MANY
@given(IN_FRAMES)
@example("def f():\n    return \\\n")
@example("def f():\n    yield \\\n")
def test_no_mutation_of_a_statement_is_taken_that_the_interpreter_refuses(text: str) -> None:
    assert not is_taken_though_refused(text)


PROGRAMS = (
    "if a:\n    b\nelif c:\n    d\nelse:\n    e\nf\n",
    "try:\n    a\nexcept B as c:\n    d\nexcept E:\n    f\nelse:\n    g\nfinally:\n    h\ni\n",
    "try:\n    a\nfinally:\n    b\ntry:\n    c\nexcept:\n    d\n",
    "for a, b in c:\n    d\nelse:\n    e\nwhile f:\n    g\nelse:\n    h\n",
    "class A(B):\n    '''c'''\n\n    d = 1\n\n    @e\n    def f(self, g=1):\n        return 1\n\n    i = 2\n",
    "def f(a):\n    with b as c:\n        d\n    async with e:\n        lambda: f\n    return g\n",
    "def f(a):\n    if b:\n        c\n\n\n\n# d\n        e\n    # g\n\n    h\n\n\nx = lambda: 1\n",
    "def f():\n\tif x:\n\t\ty\n\telse:\n\t\tz\n\tfor a in b:\n\t\tc\n",
    "if a:\n  if b:\n    if c:\n      d\n    e\n  f\ng\n",
    "x = (\n0\n)\ny = '''\n0\n0\n'''\nif x:\n    lambda: 1\n    y\nelse:\n    z\n",
)
INDENTS = ("", " ", "  ", "    ", "\t", "cut")
SHIFTS = st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.sampled_from(INDENTS)), max_size=3)


def shifted(text: str, shifts: Sequence[tuple[float, str]]) -> str:
    """The text with some lines indented in another way, or cut out."""
    lines = text.split("\n")
    for share, indent in shifts:
        at = int(share * len(lines))
        lines[at : at + 1] = [] if indent == "cut" else [indent + lines[at].lstrip()]
    return "\n".join(lines)


BLOCKS = st.builds(
    lambda text, shifts, edits: mutated(shifted(text, shifts), edits), st.sampled_from(PROGRAMS), SHIFTS, EDITS
)


@MANY
@given(BLOCKS)
@example("try:\n    a\nexcept B:\n    c\nelse:\n    x y\n")
@example("for a in b:\n    c\nelse:\n    d\nelse:\n    e\n")
@example("if a:\n    b\n  c\n")
@example("if a:\n        b\n    c\n")
@example("if a:\n\tb\n        c\n")
@example("@a\nb\n")
@example("@a\n\ndef f(b=1, c): pass\n")
@example("def f(b=1, c):\n    d\n")
@example("def f(*, **a):\n    d\n")
@example("def f(None):\n    d\n")
def test_no_mutation_of_blocks_is_taken_that_the_interpreter_refuses(text: str) -> None:
    assert not is_taken_though_refused(text)


def test_more_blocks_in_each_other_than_the_interpreter_takes_are_not_taken() -> None:
    text = "".join(f"{' ' * depth}if x:\n" for depth in range(101)) + f"{' ' * 101}y\n"
    assert tree_of(text) is None
    assert not is_taken_though_refused(text)


@pytest.mark.parametrize("text", PROGRAMS[:6] + PROGRAMS[7:9])
def test_usual_blocks_are_taken_as_one(text: str) -> None:
    rest = rest_of(text.replace("lambda: f", "f"))
    assert rest is not None
    assert [line for line in rest.split("\n") if line.strip()] == ["0"]


@pytest.mark.parametrize(
    "text",
    [
        *("for a,\n b in c:\n    d\n", f"for {'(' * 210}a{')' * 210} in b:\n    c\n"),
        *("try:\n    a\nexcept B, C as d:\n    e\n", "with a as b,:\n    c\n", "with a, as b:\n    c\n"),
        *("f(*a for a in b)\n", "f(a, b for b in c)\n", "f(a for a in b, c)\n", "f(a=1, b)\n", "f(**a, *b)\n"),
        *("class A(b for b in c):\n    d\n", "x = [*a for a in b]\n", "x = {a, b: c}\n", "x = {a: b, c}\n"),
        *("x = f(lambda a=1, b: a)\n", "x = f(lambda *a, *b: a)\n", "x = f(lambda\n)\n", "x = lambda\\\n"),
        *("x = f'{f(a=1, b)}'\n", "x = f'{a = b}'\n", "x = f'{a not b}'\n", "x = f'{(a}'\n", "x = a not b\n"),
        *(
            "del f()\n",
            "del a, b()\n",
            "x: int = y = z\n",
            "f(): int\n",
            "None: int\n",
            "x = - not a\n",
        ),
        *("def f(/, a):\n    b\n", "def f(/):\n    a\n", "def f(*, /, a):\n    b\n", "def f(a, *b, /):\n    c\n"),
        "from __future__ import barry_as_FLUFL\nx = a <> b\n",
        f"x = {'1' * 5000}\n",
    ],
)
def test_what_is_almost_plain_is_not_taken(text: str) -> None:
    assert tree_of(text) is None
    assert not is_taken_though_refused(text)


# What is left of each must be told at once, whatever stands at the bottom: a parse that is tried again at every level
# takes twice as long with each.
NESTS = (
    *("f( )", "f(a,  )", "f(a= )", "( )", "[a,  ]", "a[a: ]", "{'a':  }", "{(a),  }", "(a) if (b) else  "),
    *("(a for b in  )", "(lambda:  )"),
)


@pytest.mark.parametrize("nest", NESTS)
def test_what_is_no_expression_is_met_once_however_deep(nest: str) -> None:
    opening, _, closing = nest.rpartition(" ")
    for depth in (12, 16, 20):
        mask = jit.masked(f"x = {opening * depth}a ? b{closing * depth}\n")
        assert mask is not None
        engine.compiled(_PLAIN).sub(_REDUCED, mask)  # raises where the matcher has tried too often


@pytest.mark.parametrize("text", ["x = lambda: b'é'\n", "x = rb'é'\n", "x = lambda: b'''\né'''\n"])
def test_letters_that_stand_for_others_make_nothing_valid(text: str) -> None:
    mask = jit.masked(text)
    assert mask is not None
    assert tree_of(text) is None
    assert not compiles(text, mask)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "x = 1",
            "x, y = f(a, *b, c=1, **d), not z",
            "return x if y else z",
            "from a import (b, c as d,)",
            "x: int = 1",
        ),
        *(
            "assert x == 'a', f'{x!r}'",
            "x = [a for b in c if d]",
            "x.y[1:2] -= {a: b}",
            "raise A(b) from c",
            "pass  # c",
        ),
        *(
            "f(\n    a,  # c\n    b=1,\n)",
            "'''d\nd'''",
            "global x",
            "yield",
            "x = a[b](c).d or -e ** f",
            "import a.b as c",
        ),
        *("x = f(lambda a, b=1: a, *c)", "del a.b, c[0]", "x = f'{f(a, b=c) * 2:.1f} {not a} {b == c}'"),
    ],
)
def test_a_usual_statement_is_taken(text: str) -> None:
    assert rest_of(text) == "\n0"
