"""Attributes and strings that name something governed: what is told without a syntax tree is what the tree tells."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from oracle import tree_of
from running import RULE, audit, library, write
from test_agrees_with_ast import INSTALLED, STDLIB, python_files
from test_lexing import THOROUGH

from ssot_audit.facts import Facts, Failure, Target, Use
from ssot_audit.source import search
from ssot_audit.source.codec import decode as decoded
from ssot_audit.source.entry import Question, Task
from ssot_audit.source.parsed import parsed
from ssot_audit.source.read import read_data
from ssot_audit.source.text import decode
from ssot_audit.source.walk import walk

FORMATTED = re.compile("[fF][rR]?[\"']")  # in which an interpreter before 3.12 tells no true places
QUESTIONS = (
    Question(("Thing",)),
    Question(("Thing", "old"), ("old",)),
    Question(("Thing", "old"), ("pkg.old",)),
    Question(("Thing", "things"), ("things",), (("things", ("library",)),)),
    Question(("Th*",)),
)
IMPORTS = (
    *("import library", "import library as m", "import library, pkg", "import library.things", "from library import *"),
    *("import library.things as t", "from library import things", "from library import things as t", "import pkg.old"),
    *("from library import Thing", "from library import Thing as Other", "from a import Thing as library", "import m"),
    *(
        "from pkg import old",
        "from pkg import old as m",
        "from . import things",
        "import library as old",
        "import mock",
    ),
    *("from unittest import mock", "from unittest.mock import patch", "from unittest.mock import patch as p"),
    *("import importlib", "from importlib import import_module", "from importlib import import_module as im"),
    *("import pytest", "import pkgutil", "from library.things import Thing", "from library.Thing import x", "import x"),
)
ATTRIBUTES = (
    *("library.Thing", "m.Thing", "t.Thing", "things.Thing", "old.Thing", "pkg.old.Thing", "library.things.Thing"),
    *(
        "library . Thing",
        "library.\\\nThing",
        "(library).Thing",
        "(library\n.Thing)",
        "library.Thing.a",
        "library.a.Thing",
    ),
    *(
        "x.library.Thing",
        "library().Thing",
        "library[0].Thing",
        "library.Thing()",
        "foo(library.Thing)(m.Thing)",
        "x.Thing",
    ),
    *("f'{library.Thing}'", "[library.Thing for x in y]", "lambda: library.Thing", "lambda library: library.Thing"),
    *(
        "library.Thing = 1",
        "library.Thing: int = 1",
        "x: library.Thing = 1",
        "(x := library).Thing",
        "x = (library.Thing)",
    ),
    *("x = library\nx.Thing", "x = library; x.Thing", "q, w = library, m\nq.Thing", "x = [library]\nx[0].Thing"),
    *("for library in x: library.Thing", "with library as m: m.Thing", "del library", "library = 1", "global library"),
    *("def h(library=library.Thing): library.Thing", "class K(library.Thing):\n    library = 1\n    library.Thing"),
    *("@library.Thing\ndef g(): pass", "match x:\n    case m.Thing(): pass", "library.Thing, library.old", "pkg.old.x"),
    *(
        "# library.Thing",
        "'library.Thing'",
        "x = '''\nlibrary.Thing\n'''",
        "library.Thing # m.Thing",
        "foo(m=1)",
        "m.old",
    ),
    *(
        "library.\uff34hing",
        "library.Th\u00efng",
        "foo(a)\n(library.Thing)",
        "things",
        "old",
        "self.Thing",
        "self = library",
    ),
    *("x = library.Thing\nx.call()", "q, w = library.Thing, 1\nq.call()", "y: str = m.Thing\ny.call()", "x.call()"),
    *("q = old\nw = q\nw.Thing", "(q := m.Thing).call\nq.call()", "y = library.Thing if x else m\ny.call()", "w.Thing"),
    *("x = y = library\nx.Thing; y.Thing", "x = library.Thing = m.Thing", "if x: y = things\ny.Thing", "library = m"),
)
CALLS = (
    *("patch('library.Thing')", "patch(r'library.Thing')", "patch(b'library.Thing')", "patch('''library.Thing''')"),
    *(
        "patch('library' '.Thing')",
        "patch('library.Thing', new=1)",
        "patch(target='library.Thing')",
        "(patch)('library.Thing')",
    ),
    *(
        "patch( # c\n'library.Thing')",
        "patch(\\\n'library.Thing')",
        "patch(('library.Thing'))",
        "patch(x, 'library.Thing')",
    ),
    *(
        "mock.patch('library.Thing')",
        "mock.patch.object(library, 'Thing')",
        "patch.object(m, 'Thing')",
        "p('library.Thing')",
    ),
    *(
        "patch.multiple('library', Thing=1)",
        "patch.dict('library.Thing')",
        "x.patch('library.Thing')",
        "@patch('library.Thing')\ndef g(): pass",
    ),
    *(
        "z = patch\nz('library.Thing')",
        "z = mock.patch\n\nz('library.Thing')",
        "patch('library.Thing').start()",
        "patch('.Thing')",
    ),
    *(
        "importlib.import_module('library.Thing')",
        "import_module('library.old')",
        "im('library.Thing')",
        "import_module('.Thing', 'library')",
    ),
    *(
        "import_module(name='library.Thing')",
        "__import__('library.Thing')",
        "getattr(library, 'Thing')",
        "getattr(m, 'Thing', None)",
    ),
    *(
        "setattr(library, 'Thing', 1)",
        "monkeypatch.setattr(library, 'Thing', 1)",
        "monkeypatch.setattr('library.Thing', 1)",
    ),
    *(
        "pytest.importorskip('library.Thing')",
        "pkgutil.resolve_name('library:Thing')",
        "getattr(library, name)('Thing')",
    ),
    *(
        "mocker.patch('library.Thing')",
        "self.mocker.spy(library, 'Thing')",
        "patch.object(x, 'Thing')",
        "with patch.object(library, 'Thing') as q: q.Thing",
        "getattr(library, 'Thing',)",
        "getattr(x.library, 'Thing')",
        "patch.object(library.things, 'Thing', 1)",
        "patch.object(library, attribute='Thing')",
        "delattr(m,\n'Thing')",
        "monkeypatch.delattr(t, r'Thing', raising=False)",
        "monkeypatch\\\n.setattr(m, 'Thing')",
        "q = getattr\nq(m, 'Thing')",
        "q = getattr(library, 'Thing')\nq.call()",
        "patch.object(*library, 'Thing')",
        "patch.object(self, 'Thing')",
        "getattr(library, 'Thing', *x)",
        "patch.object(library, (('Thing')))",
        "setattr(library.a, 'Th' 'ing', 1)",
        "getattr(library, 'Thing.x')",
        "print(getattr(m, 'Thing'), sep='')",
        "x[getattr(m, 'Thing')]",
        "foo('Thing', library)",
        "sys.modules['library.Thing']",
        "foo('library.Thing')",
    ),
)
FRAMES = (
    *(
        "{}",
        "{}",
        "{}",
        "def f():\n    {}",
        "def f(m):\n    {}",
        "class A:\n    {}",
        "class A:\n    def f(self):\n        {}",
    ),
    *(
        "if x:\n    {}",
        "try:\n    {}\nexcept ImportError:\n    pass",
        "if TYPE_CHECKING:\n    {}",
        "async def f():\n    {}",
    ),
    *("with suppress(ImportError):\n    {}", "def f():\n    def g():\n        {}\n    return g", "for x in y:\n    {}"),
)


def framed(frame: str, piece: str) -> str:
    before = frame.split("{}")[0].rpartition("\n")[2]
    return frame.replace("{}", piece if "'''" in piece else piece.replace("\n", f"\n{before}"))


PIECES = st.builds(framed, st.sampled_from(FRAMES), st.sampled_from((*ATTRIBUTES, *CALLS)))
BOUND = st.builds(framed, st.sampled_from((*FRAMES[:3] * 3, *FRAMES)), st.sampled_from(IMPORTS))
PROGRAMS = st.one_of(
    st.tuples(st.lists(BOUND, min_size=1, max_size=3), st.lists(PIECES, min_size=1, max_size=3)).map(
        lambda two: two[0] + two[1]
    ),
    st.lists(BOUND | PIECES, min_size=2, max_size=5),
).map(lambda parts: "\n".join(parts) + "\n")


def spelling(uses: Sequence[Use], targets: Sequence[Target], question: Question) -> tuple[set[Use], set[Target]]:
    """Those that spell one of the names: no other can be governed."""
    words = re.compile(search.str_word(question.names))
    return (
        {one for one in uses if words.search(".".join(one.attributes))},
        {one for one in targets if words.search(one.path)},
    )


@THOROUGH
@given(PROGRAMS, st.sampled_from(QUESTIONS))
@example("import library\nfrom library.things import x\n", QUESTIONS[3])
@example("import library\nlibrary.\\\nThing\n", QUESTIONS[0])
@example("(patch)('library.Thing')\n", QUESTIONS[0])
@example("from unittest.mock import patch\nz = patch\nz('library.Thing')\n", QUESTIONS[0])
@example("import library\nlibrary.Th\u00efng\n", QUESTIONS[4])
@example("getattr(library, 'Thing')\nimport library\n", QUESTIONS[0])
@example("import library\nx = library; x.Thing\n", QUESTIONS[0])
@example("import library\nx = library.Thing\nx.call()\n", QUESTIONS[0])
@example(f"from library import m\nm.Thing\ndef{' ' * 300}m(): ...\n", QUESTIONS[0])
def test_what_the_quick_reader_tells_is_what_the_tree_tells(text: str, question: Question) -> None:
    assume(tree_of(text) is not None)
    entry = read_data(text.encode(), Task("", "any.py", question, deep=True))
    if not entry.again:
        quick, tree = decoded(entry.facts), walk(text)
        assert spelling(quick.uses, quick.targets, question) == spelling(tree.uses, tree.targets, question)


@THOROUGH
@given(PROGRAMS)
@example("f'{library.Thing}'\nimport library\n")
@example("import library\nlibrary.\uff34hing\n")
@example("from unittest.mock import patch\npatch('library' # '\n'.Thing', r'\\a')\n")
@example("from unittest.mock import patch\npatch('a.b' '' 'c')\npatch('a.b' '.c')\npatch('a.\\x62')\n")
@example("import a\nif x:\n    import b\nelse:\n    if y:\n        a.b\n    elif z:\n        b.c\n")
@example("import a\n'\u00e9', a.b\n")
def test_the_interpreter_s_tree_tells_what_libcst_s_tells(text: str) -> None:
    assume(tree_of(text) is not None)
    quick = parsed(text)
    if quick is None:
        assert FORMATTED.search(text) and sys.version_info < (3, 12)
    else:
        assert quick == walk(text)


@cache
def real_files() -> tuple[tuple[Path, str], ...]:
    """Real files of a size that is walked in no time."""
    texts = ((path, decode(path.read_bytes())) for path in [*python_files(STDLIB), *python_files(INSTALLED)][3::97])
    return tuple((path, text) for path, text in texts if not isinstance(text, Failure) and len(text) < 40_000)


def test_what_the_quick_reader_tells_of_real_files_is_what_the_tree_tells() -> None:
    certain = doubtful = 0
    for path, text in real_files():
        if tree_of(text) is None:
            continue
        tree, quick_tree = walk(text), parsed(text)
        assert quick_tree == tree if quick_tree else FORMATTED.search(text), path
        names = sorted({name for use in tree.uses for name in use.attributes})
        for name in (*names[:1], *names[len(names) // 2 :][:1]):
            question = Question((name,))
            entry = read_data(text.encode(), Task("", "any.py", question, deep=True))
            certain, doubtful = certain + (not entry.again), doubtful + bool(entry.again)
            if not entry.again:
                quick: Facts = decoded(entry.facts)
                have, want = spelling(quick.uses, (), question), spelling(tree.uses, (), question)
                assert have == want, (path, name)
    assert certain > 30


# The whole way


@pytest.mark.parametrize(
    ("listed", "text", "want"),
    [
        ("library.Thing", "import library\n\n\ndef f():\n    return library.\uff34hing\n", 1),
        ("library.*", "import library\n\nlibrary.gone\n", 1),
        ("library.*", "import library\n\ngetattr(library, 'gone')\n", 1),
        ("library.*ng", "import library\n\nlibrary.Thing\n", 1),
        ("library.T*g", "from library import Thing\n", 1),
        ("library.*hin*", "import library\n\ngetattr(library, 'Thing')\n", 1),
        ("pkg.*", "import pkg.new\n\npkg.old.name\n", 2),
        ("library.Th*", "from library import Th\u00efng\n", 1),
        ("library.things", "import library\nfrom library.things import Other\n", 1),
        ("library.Thing", "import library\n\nlibrary.\\\nThing\n", 1),
        ("library.Thing", "from unittest.mock import patch\n\nstart = patch\nstart('library.Thing')\n", 1),
        ("library.Thing", "from unittest.mock import patch\n\n(patch)('library.Thing')\n", 1),
    ],
)
def test_the_quick_readers_miss_nothing_and_add_nothing(tmp_path: Path, listed: str, text: str, want: int) -> None:
    root = library(tmp_path, {"pkg/__init__.py": "", "user.py": text})
    write(root, {"rules.toml": RULE.partition("[[rule.good]]")[0].replace("library.Thing", listed)})
    command = ("check", root, "--output-format", "json", "--no-cache")
    quick, tree = audit(*command), audit(*command, "--reader", "tree")
    assert [one["filename"] for one in tree.json["references"]].count("user.py") == want
    assert quick.out == tree.out
