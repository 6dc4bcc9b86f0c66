"""After any edits of files and rules, a run that knows an earlier one's findings answers as one that knows nothing."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from running import library, write

from ssot_audit.pipeline import audit
from ssot_audit.repository import Options

PATHS = ("a.py", "b.py", "library/__init__.py", "library/things.py", "library/old.py", "pkg/__init__.py", "pkg/old.py")
TEXTS = (
    "from library.things import Thing\n",
    "from library import Thing\n",
    "from library import Thing as Other\n",
    "from library.things import Thing as Renamed\n",
    "from library import *\n",
    "from library.things import *\n__all__ = ['Thing']\n",
    "import library\nlibrary.Thing\n",
    "import library.things as t\n\n\ndef f():\n    return t.Thing\n",
    "from library import old\nold.Thing\n",
    "import pkg.old\npkg.old.Thing\n",
    "from pkg.old import Thing\n",
    "from pkg import old as kept\nkept.Other\n",
    "from unittest.mock import patch\npatch('library.Thing')\n",
    "import importlib\nimportlib.import_module('library.old')\n",
    "from a import Thing\n",
    "from a import Renamed as Thing\n",
    "import a\na.Thing\na.Other\n",
    "from b import Other\nItem = Other\n",
    "class Thing: ...\n\n\nOther = Thing\n",
    "try:\n    from library import Thing\nexcept ImportError:\n    Thing = None\n",
    "from library.things import Thing\ndef (\n",
    "x = (\n",
    "# old of pkg\n",
    "f'{x['Thing']}'\n",
    "# coding: latin-1\nfrom library import Thing\n",
    "from library import Thing\rx = 1\n",
    "import json\n",
    "",
    "from pkg import old\nx = old\nx.Other\n",
)
RULE = '[[rule]]\nid = "{}"\ntitle = "t"\nwhy = "w"\ncanonical = "{}"\ndeprecated = {}\n{}\n'
RULES = (
    RULE.format("thing", "library.things.Thing", '["library.Thing"]', ""),
    RULE.format("thing", "library.things.Thing", "[]", 'aliases = ["Other"]'),
    RULE.format("thing", "library.things.Thing", '["library.old", "pkg.old.Thing"]', 'family = ["**"]'),
    RULE.format("thing", "library.things.Thing", '["pkg.old"]', 'exclude-paths = ["a.py"]'),
    RULE.format("thing", "library.things.Thing", '["pkg.*", "**.Item"]', ""),
    RULE.format("thing", "library.things.Thing", '["library.Thing"]', "")
    + RULE.format("other", "pkg.old.Other", '["library.old.Other"]', ""),
)
Edit = tuple[str, str, str]
EDITS = st.lists(
    st.one_of(
        st.tuples(st.just("write"), st.sampled_from(PATHS), st.sampled_from(TEXTS)),
        st.tuples(st.just("write"), st.sampled_from(PATHS), st.sampled_from(TEXTS)),
        st.tuples(st.just("append"), st.sampled_from(PATHS), st.sampled_from(TEXTS)),
        st.tuples(st.just("rename"), st.sampled_from(PATHS), st.sampled_from(PATHS)),
        st.tuples(st.just("delete"), st.sampled_from(PATHS), st.just("")),
        st.tuples(st.just("write"), st.just("rules.toml"), st.sampled_from(RULES)),
    ),
    min_size=1,
    max_size=6,
)


def edit(root: Path, what: str, path: str, value: str) -> None:
    file = root / path
    if what == "write":
        write(root, {path: value})
    elif what == "append" and file.exists():
        file.write_bytes(file.read_bytes() + value.encode())
    elif what == "rename" and file.exists():
        (root / value).parent.mkdir(exist_ok=True)
        file.replace(root / value)
    elif what == "delete":
        file.unlink(missing_ok=True)


def assert_same_answer(root: Path, cache: Path) -> None:
    known = audit(Options((root,), no_cache=False, cache_folder=cache, jobs=1))
    plain = audit(Options((root,), jobs=1))
    assert known.references == plain.references
    assert known.findings == plain.findings
    assert known.unvalidated == plain.unvalidated
    assert known.evidence == plain.evidence


@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(EDITS)
@example([("write", "a.py", TEXTS[3]), ("write", "b.py", TEXTS[15]), ("delete", "a.py", "")])
@example([("write", "rules.toml", RULES[3]), ("write", "a.py", TEXTS[22]), ("write", "rules.toml", RULES[2])])
@example([("write", "rules.toml", RULES[4]), ("write", "a.py", TEXTS[9]), ("write", "rules.toml", RULES[0])])
@example(
    [
        ("write", "rules.toml", RULES[3]),
        ("write", "pkg/__init__.py", ""),
        ("write", "b.py", TEXTS[-1]),
        ("write", "pkg/old.py", TEXTS[18]),  # what may have been a name of the package now is a module
    ]
)
def test_after_any_edits_what_is_known_does_not_show_in_the_answer(edits: Sequence[Edit]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root, cache = library(Path(folder) / "root"), Path(folder) / "cache"
        write(root, {"rules.toml": RULES[0]})
        assert_same_answer(root, cache)
        for one in edits:
            edit(root, *one)
            assert_same_answer(root, cache)
