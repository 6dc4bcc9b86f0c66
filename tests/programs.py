"""Generated Python programs: every kind of statement, string, line end and indentation that may stand around an import.

Every program parses; what the interpreter at hand cannot read (newer syntax) is left out by asking it.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from itertools import cycle

from hypothesis import strategies as st
from oracle import tree_of

Draw = st.DrawFn
GAPS = (" ", "  ", "\t", " \\\n", "\\\n  ", " \f ", "\\\n\\\n")
TIGHT = ("", "", "", *GAPS)
INSIDE = ("", " ", "\n", "\n  ", '  # ) \' """ import x\n', "\\\n", "\t# \x85 import y\n \f")
NAMES = ("a", "b1", "_x", "é", "ﬁ", "match", "case", "type", "lazy", "_", "importer", "\U0001d552")


def readable(texts: Sequence[str], frame: str = "{}") -> st.SearchStrategy[str]:
    """Those of the texts that parse inside the frame."""
    return st.sampled_from([text for text in texts if tree_of(frame.replace("{}", text)) is not None])


PIECES = (
    *(
        "import a",
        "#",
        "(",
        "]",
        "{",
        "}",
        ";",
        ":",
        "\\\\",
        "\\'",
        '\\"',
        "'",
        '"',
        "é",
        "\x85",
        "\u2028",
        "\\\n",
        "\n",
    ),
    *("{{", "}}", "{x}", "{x!r}", "{x:>{w}}", "{x['a']}", '{x["a"]}', "{ {1: 2}[1] }", "{(lambda: 1)()}", "{x:%H:%M}"),
    *("{x=}", "{f'{y}'}", '{f"{y}"}', "{f'''{y}'''}", "{x:{'#'}}", "{'\"'}", "{'a' 'b'}", "\f", "\\N{BULLET}", "\\{x}"),
)
PREFIXES = ("", "r", "b", "u", "f", "rb", "Rb", "bR", "F", "fr", "Rf", "rF", "U", "B")


def _literal(parts: tuple[str, str, list[str]]) -> str:
    prefix, quote, pieces = parts
    return f"{prefix}{quote}{''.join(pieces)}{quote}"


def _is_string(text: str) -> bool:
    """Whether the interpreter reads the text as one string, up to its end."""
    source = f"x = {text}"
    tree = tree_of(source)
    found = tree.body[0] if tree and len(tree.body) == 1 else None
    return isinstance(found, ast.Assign) and ast.get_source_segment(source, found.value) == text


strings = (
    st.tuples(
        st.sampled_from(PREFIXES),
        st.sampled_from(("'", '"', "'''", '"""')),
        st.lists(st.sampled_from(PIECES), max_size=4),
    )
    .map(_literal)
    .filter(_is_string)
)
EXPRESSIONS = (
    *("x", "f(a=1)", "(lambda: 0)", "lambda: 0", "lambda x, y=lambda: {1: 2}, *z: x", "x[1:2]", "{1: [2, (3,)]}"),
    *("match", "case", "type", "x if y else z", "not x", "(x := 1)", "-x", "...", "1.", ".5", "x == y != z", "x <= y"),
    *(
        "(\n# ( '''\nx)",
        "[x, # ]'\n 1]",
        "{'a': 1,\n\f'b': ';'}",
        "x \\\n + y",
        "f(lambda: 1)[a:b]",
        "(yield)",
        "0 or x",
    ),
    *("match(x)", "type(x)", "a.lazy", "('(' # \"\n')')", "[[[[[[[x, ')']]]]]]]", "f(f(f(f(f(f('''\n)''', ']'))))))"),
)
expressions = st.one_of(readable(EXPRESSIONS, "x = {}"), strings)


@st.composite
def dotted(draw: Draw) -> str:
    parts = draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=3))
    dot = draw(st.sampled_from((".", ".", " . ", ".\\\n")))
    return dot.join(parts)


@st.composite
def renamed(draw: Draw, name: st.SearchStrategy[str], gaps: Sequence[str] = GAPS) -> str:
    gap = st.sampled_from(gaps)
    return draw(name) + (f"{draw(gap)}as{draw(gap)}{draw(st.sampled_from(NAMES))}" if draw(st.booleans()) else "")


@st.composite
def imports(draw: Draw) -> str:
    gap, tight = st.sampled_from(GAPS), st.sampled_from(TIGHT)
    if draw(st.booleans()):
        names = draw(st.lists(renamed(dotted()), min_size=1, max_size=3))
        return f"import{draw(gap)}" + f"{draw(tight)},{draw(tight)}".join(names)
    dots = draw(st.sampled_from(("", "", ".", "..", "...", ". .", "....")))
    module = draw(dotted()) if not dots or draw(st.booleans()) else ""
    head = f"from{draw(tight if dots else gap)}{dots}{draw(tight) if dots else ''}{module}"
    head += f"{draw(gap if module else tight)}import"
    kind = draw(st.sampled_from(("*", "(", "plain")))
    if kind == "*":
        return f"{head}{draw(tight)}*"
    if kind == "plain":
        names = draw(st.lists(renamed(st.sampled_from(NAMES)), min_size=1, max_size=3))
        return f"{head}{draw(gap)}" + f"{draw(tight)},{draw(tight)}".join(names)
    inside = st.sampled_from(INSIDE)
    spaced = renamed(st.sampled_from(NAMES), (" ", "\n", " # as\n "))
    names = draw(st.lists(spaced, min_size=1, max_size=3))
    body = f"{draw(inside)},{draw(inside)}".join(names) + draw(st.sampled_from(("", ",")))
    return f"{head}{draw(tight)}({draw(inside)}{body}{draw(inside)})"


OTHERS = (
    *("pass", "del x, y[0]", "global g", "match = 1", "case = type = 2", "match: int = 3", "x: 'a;b:c' = 4", "x += 1"),
    *("raise AssertionError", "raise AssertionError('x') from None", "raise(AssertionError)", "self.fail('a; b')"),
    *(
        "pytest.fail()",
        "fail(x)",
        "fail(x).y",
        "fails(x)",
        "assert False, 'x'",
        "assert 0",
        "assert 0 < x",
        "assert(0)",
    ),
    *("assert 0.5", "assert (False or x)", "raise AssertionErrors", "self.failing()", "self \\\n . fail()"),
    *(
        "match.x = 1",
        "match[0] = 1",
        "case(x)",
        "lazy = 3",
        "lazy.x",
        "type.x: int = 1",
        "match, case = x",
        "match",
        "*a, b = x",
    ),
    *("type X = int", "type X[T: int] = list[T]", "async_ = 1", "print(f'{a}', file=b)", "x = yield", "return"),
)


@st.composite
def simple_statements(draw: Draw) -> str:
    assigned = expressions.map(lambda text: f"x = {text}")
    bare = expressions.filter(lambda text: tree_of(text) is not None)
    statement = st.one_of(imports(), imports(), readable(OTHERS), assigned, bare)
    apart = draw(st.sampled_from((";", "; ", " ;\t", ";\\\n ")))
    ends = ("", "", " ", ";", "  # ' \" ( import x", "; # '''", " \\\n", "\\\n  # c")
    return apart.join(draw(st.lists(statement, min_size=1, max_size=3))) + draw(st.sampled_from(ends))


CONDITIONS = (
    *("TYPE_CHECKING", "typing.TYPE_CHECKING", "not TYPE_CHECKING", "TYPE_CHECKING and x", "x or TYPE_CHECKING"),
    *("(TYPE_CHECKING)", "not (x and TYPE_CHECKING)", "TYPE_CHECKING or t.TYPE_CHECKING", "x := TYPE_CHECKING", "x"),
    *("not TYPE_CHECKING or x", "not TYPE_CHECKING and x", "TYPE_CHECKING \\\n and x", "(# :\nTYPE_CHECKING)"),
    *(
        "not TYPE_CHECKING and not t.TYPE_CHECKING",
        "TYPE_CHECKING == ':'",
        "lambda: TYPE_CHECKING",
        "NOT_TYPE_CHECKING",
    ),
)
TYPES = (
    *(" ImportError", " (KeyError, ImportError) as e", "(ModuleNotFoundError)", " Exception as e", " mod.ImportError"),
    *(
        " KeyError",
        " (A, (B, BaseException))",
        " ImportError as \\\n e",
        " ( # ) as x\n KeyError) as e",
        " f(ImportError)",
    ),
    *(
        " \\\n ImportError",
        " ImportError\\\n",
        " ImportError if x else y",
        " (*x, ImportError)",
        " ImportError, KeyError",
    ),
)
WITHS = (
    *("suppress(ImportError)", "contextlib.suppress(KeyError, Exception) as e", "open(x) as f, suppress(ImportError)"),
    *(
        "pytest.raises(ImportError)",
        "raises(match='x:', expected_exception=ImportError)",
        "raises(KeyError, ImportError)",
    ),
    *("self.assertRaises((KeyError, ModuleNotFoundError)) as e", "(pytest.raises(KeyError), suppress(ImportError))"),
    *(
        "self.assertRaisesRegex(BaseException, ':')",
        "pytest . \\\n raises(Exception)",
        "(a as b, raises(ImportError),)",
    ),
    *("suppress(\n ImportError, # ):\n)", "suppress", "x[lambda: 1:2] as y.z", "suppress(ImportError)\\\n", "(yield)"),
)
PARAMETERS = (
    "()",
    "(a: 'x:y' = lambda: 1, *b, **c) -> {1: 2}",
    "[T: (int, str)](x: T)",
    "(a, /, b, *, c=f(':'))",
    "\\\n()",
)
BASES = ("", "()", "(B, metaclass=M[1:2])", "[*T, **P]", "(lambda: 1)", "\\\n")
SUBJECTS = (
    "x",
    "(x)",
    "[x, y]",
    "-x",
    "x, y",
    "'a:b'",
    "match",
    "not x",
    "{1: 2}",
    ".5",
    "x[1:2]",
    "~x",
    "lambda: 1",
    "*x, y",
)
PATTERNS = (
    *(
        "_",
        "1",
        "-1",
        ".5",
        "'a:'",
        "[1, *_]",
        "{'k': 1, **r}",
        "(a, b)",
        "A(x=1) as y",
        "a.b",
        "1 | 2",
        "None",
        "case",
    ),
    *("x if (lambda: 1)()", "x if lambda: 1", "1, *_", "f'' if x else ''", "'a' \"'\"", "x if y[1:2]", "(\n# :\n1)"),
)
DECORATORS = ("@f", "@f(lambda: 1)", "@ x[1:2] # :", "@a.b(';',\n ')')")
NOISE = ("", "   ", "# import x", "\f", "\t# '''", "        # \u2028 import y", "\\\n# (", "  \f")


@st.composite
def suite(draw: Draw, head: str, depth: int) -> list[str]:
    """A header and its block, on the same line or below it."""
    colon = draw(st.sampled_from((":", ":", " :", " \\\n :")))
    if depth <= 0 or draw(st.integers(0, 3)) == 0:
        return [f"{head}{colon}{draw(st.sampled_from(TIGHT))}{draw(simple_statements())}"]
    after = draw(st.sampled_from(("", " ", "  # import x: '")))
    unit = draw(st.sampled_from(("    ", "\t", "  ", " ", "\t  ")))
    return [f"{head}{colon}{after}", *indented(unit, draw(body(depth - 1)))]


def indented(unit: str, lines: Sequence[str]) -> list[str]:
    """The lines a level deeper; a mark in front of a line says how its indentation is written."""
    return [line[0] + unit + line[1:] if line[:1] in MARKS else unit + line for line in lines]


# How a line's indentation is written: plainly, after a form feed, before or after an empty joined line.
MARKS = ("\ue000", "\ue001", "\ue002")


def written(line: str) -> str:
    if line[:1] not in MARKS:
        return line
    indent = line[1:][: len(line[1:]) - len(line[1:].lstrip(" \t"))]
    rest = line[1 + len(indent) :]
    if "\t" in indent:  # the interpreter counts a joined line's tabs in two ways, and refuses what differs
        return f"{indent}{rest}"
    if line[0] == MARKS[0]:
        return f"\f{indent}{rest}"
    if line[0] == MARKS[1]:
        return f"\\\n{indent}{rest}"
    return f"{indent}\\\n  \\\n{rest}" if indent else f"\\\n\\\n{rest}"


@st.composite
def body(draw: Draw, depth: int) -> list[str]:
    lines: list[str] = []
    for _ in range(draw(st.integers(1, 4))):
        lines.extend(draw(st.lists(st.sampled_from(NOISE), max_size=1)))
        one = draw(compound(depth)) if depth > 0 and draw(st.booleans()) else [draw(simple_statements())]
        mark = draw(st.sampled_from(("", "", "", "", *MARKS)))
        lines.extend((mark + one[0], *one[1:]))
    return lines


@st.composite
def compound(draw: Draw, depth: int) -> list[str]:
    kind = draw(
        st.sampled_from(("if", "if", "try", "try", "with", "with", "def", "class", "match", "for", "while", "async"))
    )
    lines: list[str] = []
    if kind == "if":
        lines += draw(suite(f"if {draw(readable(CONDITIONS, 'if {}: pass'))}", depth))
        for _ in range(draw(st.integers(0, 2))):
            lines += draw(suite(f"elif {draw(readable(CONDITIONS, 'if {}: pass'))}", depth))
        return lines + (draw(suite("else", depth)) if draw(st.booleans()) else [])
    if kind == "try":
        return draw(tries(depth))
    if kind == "match":
        lines = [f"match {draw(readable(SUBJECTS, 'match {}:' + chr(10) + ' case _: pass'))}:"]
        for _ in range(draw(st.integers(1, 3))):
            pattern = draw(readable(PATTERNS, "match x:\n case {}: pass"))
            lines += indented("  ", draw(suite(f"case {pattern}", depth)))
        return lines
    if kind in ("for", "while"):
        head = draw(
            st.sampled_from(("for x, y[1:2] in z", "for match in case", "while x", "while lambda: 1", "while(x)"))
        )
        return draw(suite(head, depth)) + (draw(suite("else", depth)) if draw(st.booleans()) else [])
    if kind == "with":
        return draw(suite(f"with {draw(readable(WITHS, 'with {}: pass'))}", depth))
    lines = draw(st.lists(st.sampled_from(DECORATORS), max_size=1)) if kind != "async" else []
    if kind == "class":
        return lines + draw(suite(f"class C{draw(readable(BASES, 'class C{}: pass'))}", depth))
    head = f"def f{draw(readable(PARAMETERS, 'def f{}: pass'))}"
    if kind == "def":
        return lines + draw(suite(head, depth))
    inner = draw(
        st.sampled_from(("async with suppress(ImportError)", "async for x in y", "async\\\n def g()", "async  def h()"))
    )
    return [f"async {head}:", *indented("  ", draw(suite(inner, depth - 1)))]


@st.composite
def tries(draw: Draw, depth: int) -> list[str]:
    lines = draw(suite("try", depth))
    star = "*" if draw(st.integers(0, 4)) == 0 else ""
    types = readable(TYPES, "try: pass\nexcept{}: pass")
    handlers = draw(st.integers(0, 2))
    for number in range(handlers):
        bare = not star and number == handlers - 1 and draw(st.integers(0, 3)) == 0
        lines += draw(suite("except" if bare else f"except{star}{draw(types)}", depth))
    if handlers and draw(st.booleans()):
        lines += draw(suite("else", depth))
    return lines + (draw(suite("finally", depth)) if not handlers or draw(st.booleans()) else [])


@st.composite
def programs(draw: Draw) -> str:
    """The text of a program."""
    text = "\n".join(written(line) for line in draw(body(3))) + "\n"
    if not text.endswith("\\\n\n") and draw(st.booleans()):
        text = text[:-1]
    ends = cycle(draw(st.sampled_from((["\n"], ["\r"], ["\r\n"], ["\r\n", "\n", "\r"]))))
    first, *rest = text.split("\n")
    return first + "".join(f"{next(ends)}{line}" for line in rest)
