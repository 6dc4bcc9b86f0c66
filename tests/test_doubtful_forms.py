"""Odd ways to use a governed name: the search for doubtful places must miss none that LibCST's tree shows."""

from __future__ import annotations

from itertools import product
from pathlib import Path

from running import audit, library

MODULE = "import library\n"
PATCH = "from unittest.mock import patch\n"
LOAD = "from importlib import import_module\n"
ATTRIBUTES = (
    "library.Thing",
    "library . Thing",
    "library.\\\n    Thing",
    "library \\\n    .Thing",
    "(library\n    .Thing)",
    "(library  # why\n    .Thing)",
    "(library.  # why\n    Thing)",
    "(library).Thing",
    "((library)).Thing",
    "[library][0].Thing",
    "f'{library.Thing}'",
    "f'{ {1: 2} } {library.Thing}'",
    "f\"{'}' + library.Thing.__name__}\"",
    "f'{{library.Thing}}'",
    "'library.Thing'",
    "getattr(library, 'Thing')",
    "getattr(library, ('Thing'))",
    "(getattr)(library, 'Thing')",
    "getattr(library, 'Thing', None)",
)
PLACES = (
    "x = {}\n",
    "def f(a={}):\n    return a\n",
    "class C:\n    y = {}\n",
    "z = lambda: {}\n",
    "w = [{} for _ in ()]\n",
)
ALIASES = (
    "y = library",
    "y = z = library",
    "z = y = library",
    "(y) = library",
    "y: object = library",
    "y: 'dict[str, int]' = library",
    "y = (\n    library\n)",
    "y = \\\n    library",
    "[y] = [library]",
    "y, z = library, 1",
    "z, (y, x) = 1, (library, 2)",
    "if y := library:\n    pass",
    "[y := library]",
    "def f():\n    y = library\n    return y.Thing",
    "class C:\n    y = library\n    t = y.Thing",
    "for y in (library,):\n    pass",
    "with open('f') as library.Thing:\n    pass",
    "for library.Thing in ():\n    pass",
    "del library.Thing",
    "library = 1\nlibrary.Thing",
    "def library(): ...\nlibrary.Thing",
    "d = {}\ny = d['k'] = library",
    "d = {}\ny = d[0] = f(1)[2] = library",
    "class C:\n    (y) = d[1] = library\n    y.Thing",
    "x = {y := library.Thing}\ny.call()",
    "d = {}\ny = d[0] = library.Thing\ny.call()",
    "y = library.Thing\n\n\ndef f():\n    y.call()",
    "x, self, z = 1, library, 2\nself.Thing",
    "(self, z) = library, 2\nself.Thing",
    "x = f\n(self, z) = library, 2\nself.Thing",
    "self: object = library\nself.Thing",
    "for self in (library,):\n    self.Thing",
    "def f(self):\n    return self.Thing",
    "f = lambda y=library: y.Thing",
)
# A statement that is joined to the header before it stands in its block.
JOINED = (
    "from typing import TYPE_CHECKING\nif TYPE_CHECKING: \\\nfrom library import Thing\n",
    "try: \\\nfrom library import Thing\nexcept ImportError: pass\n",
    "import pytest\nwith pytest.raises(ImportError): \\\nfrom library import Thing\n",
    "def f(): \\\nfrom library import Thing\n",
    "def f(): ...\n\x0cOther = Thing\nfrom library import Thing\n",
    "if x: import os; from library import Thing\n",
)
# What no interpreter reads.
INVALID = (
    "from library import Thing\n\nclass C(x for x in y):\n    pass\n",
    *(
        f"from library import Thing\nfor {target} in 0:\n    pass\n"
        for target in ("1", "x y", "f()", "not", "a in 0: b")
    ),
    "foo: import os\nfoo: from a import b\n",
    "foo: import os\n# Thing\n",
    'print "x"\nexec "y" in z\nx: import os, sys\n',
)
CALLS = (
    "patch('library.Thing')",
    'patch("library.Thing", 1)',
    "patch(r'library.Thing')",
    "patch(target='library.Thing')",
    "patch(new=1, target='library.Thing')",
    "patch('library.' 'Thing')",
    "patch('library.Thing' + '')",
    "patch(('library.Thing'))",
    "patch(f'library.Thing')",
    "patch(b'library.Thing')",
    "patch('''library.Thing''')",
    "patch (  # why\n    'library.Thing')",
    "(patch)('library.Thing')",
    "[patch][0]('library.Thing')",
    "patch.object(library, 'Thing')",
    "patch.multiple('library', Thing=1)",
    "patch.dict('library.Thing', {})",
    "print('library.Thing')",
    "print(patch('library.Thing'))",
    "patch(print('library.Thing'))",
    "f\"{patch('library.Thing')}\"",
    "p = patch\np('library.Thing')",
    "p = q = patch\np('library.Thing')",
    "p = patch.object\np(library, 'Thing')",
    "if p := patch:\n    p('library.Thing')",
    "a, p = 1, patch\np('library.Thing')",
    "@patch('library.Thing')\ndef test(): ...",
    "with patch('library.Thing'), patch('os.path'):\n    pass",
    "def test(patch):\n    patch('library.Thing')",
    "x = lambda: patch('library.Thing')",
    "import_module('library.Thing')",
    "__import__('library', fromlist=('Thing',))",
    "__import__('library', fromlist=['Thing'])",
    "monkeypatch.setattr('library.Thing', 1)",
    "monkeypatch\\\n    .setattr('library.Thing', 1)",
    "x = patch\n('library.Thing')",
    "patch('library.Th' 'ing')",
    "patch('library.Th\\x69ng')  # Thing",
)
IMPORTS = (
    PATCH + LOAD,
    "from unittest import mock\npatch = mock.patch\n" + LOAD,
    "from elsewhere import patch, import_module\n",
)


def forms() -> dict[str, str]:
    """Small modules, each with one way to use the name."""
    texts = [MODULE + place.format(form) for place, form in product(PLACES, ATTRIBUTES)]
    texts += JOINED
    texts += [
        f"{MODULE}{alias}\n{use}\n" for alias, use in product(ALIASES, ("y.Thing", "getattr(y, 'Thing')", "pass"))
    ]
    texts += [f"{MODULE}{imports}{call}\n" for imports, call in product(IMPORTS, CALLS)]
    texts += [f"{MODULE}from unittest.mock import patch as {name}\n{name}('library.Thing')\n" for name in ("p", "é")]
    return {f"form{number:03}.py": text for number, text in enumerate(texts)}


def test_the_quick_readers_find_what_the_whole_tree_shows_in_every_odd_form(tmp_path: Path) -> None:
    texts = forms()
    library(tmp_path, texts)
    quick, tree = (
        audit("check", tmp_path, "--no-cache", "--output-format", "json", *more) for more in ((), ("--reader", "tree"))
    )
    found: list[dict[str, list[object]]] = []
    for done in (quick, tree):
        by_file: dict[str, list[object]] = {}
        for one in (*done.json["references"], *done.json["errors"]):
            by_file.setdefault(one["filename"], []).append(one)
        found.append(by_file)
    differing = {texts[name] for name in texts if found[0].get(name) != found[1].get(name)}
    assert differing == set()
    assert len([name for name in found[1] if name in texts]) > len(texts) / 2
    assert quick.out == tree.out


def test_every_reader_and_engine_says_alike_what_does_not_parse(tmp_path: Path) -> None:
    for number, text in enumerate(INVALID):
        root = library(tmp_path / str(number), {"odd.py": text})
        command = ("check", root, "--no-cache", "--output-format", "json")
        quick, tree = audit(*command), audit(*command, "--reader", "tree")
        other = audit(*command, env={"SSOT_AUDIT_ENGINE": "re"})
        assert quick.out == tree.out == other.out, text
        assert (quick.code == 2) == ("Thing" in text), text
