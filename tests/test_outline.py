"""The outline of a text: what it defines, calls, reads and spells, and what those names lead to."""

from __future__ import annotations

import ast
import sys
import sysconfig
from collections import Counter
from pathlib import Path as File

import pytest
from oracle import tree_of
from running import facts_below, write

from ssot_audit.facts import Failure
from ssot_audit.outline import HERE, UNBOUND, UNKNOWN, Outline, Path, Wanted
from ssot_audit.source.outliner import outline
from ssot_audit.source.outlines import Outlines
from ssot_audit.source.text import decode

LIBRARY = sorted(File(sysconfig.get_path("stdlib")).glob("*.py"))


def mentions(text: str, name: str) -> list[tuple[int, bool, tuple[str, ...]]]:
    """(line, called, what it may be) of each mention of a name; an import is written as it imports, before `:`."""
    found = outline(text, Wanted(mentions=(name,)))
    return [(one.place.line, one.called, tuple(written(found, path) for path in one.paths)) for one in found.mentions]


def written(found: Outline, path: Path) -> str:
    rest = ".".join(path.parts)
    if path.root < 0:
        return f"{ {HERE: 'here', UNKNOWN: '?', UNBOUND: 'unbound'}[path.root] }:{rest}"
    one = found.imports[path.root]
    return f"{'.' * one.level}{one.module}{'/' + one.name if one.name else ''}:{rest}"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("from m import Thing\nThing()", [(2, True, ("m/Thing:",))]),
        ("from m import Thing as T\nT()", [(2, True, ("m/Thing:",))]),
        ("import m\nm.Thing()", [(2, True, ("m:Thing",))]),
        ("import a.m as x\nx.Thing.make()", [(2, True, ("a.m:Thing.make",))]),
        ("from . import m\nm.Thing", [(2, False, ("./m:Thing",))]),
        ("class Thing: ...\nThing()", [(2, True, ("here:Thing",))]),
        ("from m import Thing\nA = Thing\nA()", [(2, False, ("m/Thing:",)), (3, True, ("m/Thing:", "here:A"))]),
        ("def f():\n    from m import Thing\n    return Thing()\n", [(3, True, ("m/Thing:",))]),
        ("from m import Thing\ndef f(Thing):\n    Thing()\n", [(3, True, ("?:Thing",))]),
        ("from m import Thing\ndef f():\n    Thing = 1\n    Thing.x\n", [(4, False, ("?:Thing.x",))]),
        ("class C:\n    Thing = 1\n    def f(self):\n        Thing()\n", [(4, True, ("unbound:Thing",))]),
        ("def f():\n    global Thing\n    from m import Thing\nThing()", [(4, True, ("m/Thing:",))]),
        ("make().Thing()", [(1, True, ("?:().Thing",))]),
        ("self.x.Thing(1)", [(1, True, ("unbound:self.x.Thing",))]),
        ("[Thing for Thing in x]", [(1, False, ("?:Thing",))]),
        ("# Thing\n'Thing'\n", []),
        ("from m import (\n    Thing,\n)\nf(\n    Thing\n)\n", [(5, False, ("m/Thing:",))]),
    ],
)
def test_a_mention_leads_to_what_binds_it(text: str, expected: list[tuple[int, bool, tuple[str, ...]]]) -> None:
    assert mentions(text, "Thing") == expected


def defined(text: str) -> list[tuple[str, str, tuple[str, ...], tuple[str, ...]]]:
    found = outline(text, Wanted(definitions=("*",)))
    return [
        (one.name, one.kind, one.scope, tuple(written(found, base) for base in one.bases)) for one in found.definitions
    ]


def test_every_way_to_define_a_name_has_its_kind_and_its_scope() -> None:
    text = (
        "from m import Base\nclass A(Base[int], b.C): ...\nB = A\nC = type('C', (), {})\nD = NewType('Other', int)\n"
        "E: int = 1\ndef f():\n    class G: ...\n    class H(G): x = 1\nfor i in (): ...\n"
    )
    assert defined(text) == [
        ("A", "class", (), ("m/Base:", "unbound:b.C")),
        ("B", "alias", (), ()),
        ("C", "made", (), ()),
        ("D", "assignment", (), ()),
        ("E", "assignment", (), ()),
        ("f", "function", (), ()),
        ("G", "class", ("f()",), ()),
        ("H", "class", ("f()",), ("?:G",)),
        ("x", "assignment", ("f()", "H"), ()),
        ("i", "loop", (), ()),
    ]


def test_definitions_in_different_arms_are_told_from_those_in_a_row() -> None:
    text = "try:\n    class A: ...\nexcept ImportError:\n    class A: ...\nif x:\n    A = 1\nelse:\n    A = 2\nA = 3\n"
    found = outline(text, Wanted(definitions=("A",))).definitions
    assert [one.branches for one in found] == [((1, 0),), ((1, 1),), ((2, 0),), ((2, 1),), ()]


def test_texts_tell_what_they_stand_under_and_what_they_are_handed_to() -> None:
    text = "send({'type': 'started', 'x': ['started']}, 'started', event='started')\nif x == 'started': ...\n"
    found = outline(text, Wanted(texts=("started",))).texts
    assert [(one.under, one.call) for one in found] == [
        ("type", "send"),
        ("", ""),
        ("1", "send"),
        ("event", "send"),
        ("", ""),
    ]


def test_contexts_tell_when_a_mention_runs() -> None:
    text = (
        "from m import T\ntry:\n    T()\nexcept ImportError:\n    T()\nif TYPE_CHECKING:\n    T()\n"
        "def f():\n    try:\n        T()\n    except Exception: ...\n"
    )
    found = outline(text, Wanted(mentions=("T",))).mentions
    assert [" ".join(one.contexts) for one in found] == ["guarded", "handler", "typing", "deferred broad-guarded"]


def test_columns_count_characters() -> None:
    (one,) = outline("é = Thing()\n", Wanted(mentions=("Thing",))).mentions
    assert one.place == (1, 5, 1, 10)


@pytest.mark.parametrize("path", LIBRARY[::7], ids=lambda path: path.name)
def test_classes_and_reads_of_the_standard_library_are_those_of_the_tree(path: File) -> None:
    text = decode(path.read_bytes())
    assert isinstance(text, str)
    tree = tree_of(text)
    assert tree is not None
    found = outline(text, Wanted(("*",), ("*",)))
    classes = Counter((one.name, one.lineno) for one in ast.walk(tree) if isinstance(one, ast.ClassDef))
    assert Counter((one.name, one.place.line) for one in found.definitions if one.kind == "class") == classes
    attributes = (one for one in ast.walk(tree) if isinstance(one, ast.Attribute))
    inner = {id(one.value) for one in attributes if isinstance(one.ctx, ast.Load)}
    loads = Counter(
        (one.lineno, one.col_offset)
        for one in ast.walk(tree)
        if isinstance(one, ast.Name | ast.Attribute) and isinstance(one.ctx, ast.Load) and id(one) not in inner
    )
    ours = {(one.place.line, one.place.column - 1) for one in found.mentions}
    if text.isascii():
        assert ours == set(loads)


def test_only_files_that_spell_a_name_are_read_and_one_that_does_not_parse_is_told(tmp_path: File) -> None:
    write(
        tmp_path,
        {
            "a.py": "class Thing: ...\n",
            "b.py": "class Other: ...\n",
            "c.py": "class Thing: (\n",
            "d.py": "def broken(\n",
            "e.py": "class \uff34hing: ...\n",  # a full-width T, which Python reads as T
        },
    )
    files = ["a.py", "b.py", "c.py", "d.py", "e.py"]
    found = Outlines(facts_below(tmp_path, files)).spelling(Wanted(definitions=("Thing",)))
    assert list(found) == ["a.py", "c.py", "e.py"]
    assert found["c.py"] == Failure("line 1: '(' was never closed")
    assert [one.name for one in found["e.py"].definitions] == ["Thing"]  # type: ignore[union-attr]


def test_a_tree_too_deep_to_visit_is_a_failure_whoever_reads_it(tmp_path: File) -> None:
    write(tmp_path, {"deep.py": "Thing = " + "-" * 50_000 + "1\n"})
    found = Outlines(facts_below(tmp_path, ["deep.py"])).spelling(Wanted(definitions=("Thing",)))
    assert isinstance(found["deep.py"], Failure)


def test_syntax_newer_than_the_interpreter_is_read_where_libcst_reads_it(tmp_path: File) -> None:
    text = (
        "from m import Thing\ntype Alias[T] = list[T]\nclass Box[T](Thing): ...\ndef f[**P](a: P):\n"
        '    x = f"{d["a"]} {g(f"{1}")}" + Thing()\n    return f"""a\n{d["x"]}""" + Thing.y\n'
    )
    write(tmp_path, {"new.py": text, "broken.py": "class Thing: (\n"})
    found = Outlines(facts_below(tmp_path, ["new.py", "broken.py"])).spelling(Wanted(("*",), ("Thing",)))
    new = found["new.py"]
    assert isinstance(new, Outline)
    assert [one.name for one in new.definitions] == ["Alias", "Box", "f", "x"]
    assert [one.place[:2] for one in new.mentions] == [(3, 14), (5, 35), (7, 15)]
    assert isinstance(found["broken.py"], Failure)


def test_a_name_in_what_no_parser_of_ours_reads_leaves_the_file_unread(tmp_path: File) -> None:
    write(
        tmp_path, {"new.py": 'from m import Thing\nx = f"{Thing["a"]}"\n', "old.py": "from m import Thing\nThing()\n"}
    )
    found = Outlines(facts_below(tmp_path, ["new.py", "old.py"])).spelling(Wanted(mentions=("Thing",)))
    assert isinstance(found["old.py"], Outline)
    if sys.version_info < (3, 12):
        assert isinstance(found["new.py"], Failure)
    else:
        assert isinstance(found["new.py"], Outline)
