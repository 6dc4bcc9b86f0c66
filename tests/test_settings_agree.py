"""Where a reference parser tells values but no places, the readers here tell both: the values must be the same, and
each must stand where it is said to."""

from __future__ import annotations

import ast
import configparser
import io
import json
import re
from collections.abc import Iterator
from datetime import date, datetime, time
from pathlib import Path

import dotenv
import pytest
import tomli
import yaml
from hypothesis import given
from hypothesis import strategies as st
from running import ROOT

from ssot_audit.facts import Failure, Setting
from ssot_audit.source.settings import read_settings

Leaf = tuple[str, object]
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8)
KEYS = st.one_of(st.sampled_from(["a", "b", "port", "PORT", "a-b", "é", "", "a.b", '"', "\\"]), TEXTS)


def settings_of(name: str, text: str) -> tuple[Setting, ...]:
    read = read_settings(name, text.encode())
    assert not isinstance(read, Failure), (read.reason, text)
    return read


def leaves(value: object, key: str = "") -> Iterator[Leaf]:
    """Every scalar below a key or in a list, as the readers name them."""
    items: list[tuple[str, object]] = []
    if isinstance(value, dict):
        items = [(str(name), inner) for name, inner in value.items()]
    elif isinstance(value, list):
        items = [(str(number), inner) for number, inner in enumerate(value)]
    else:
        yield key, value
    for name, inner in items:
        full = ".".join(filter(None, (key, name)))
        if isinstance(inner, dict | list):
            yield from leaves(inner, full)
        else:
            yield full, inner


def written(text: str, setting: Setting) -> str:
    """What stands at the place of a setting."""
    lines = re.split(r"\r\n|\r|\n", text)
    place = setting.place
    rows = lines[place.line - 1 : place.end_line]
    if len(rows) == 1:
        return rows[0][place.column - 1 : place.end_column - 1]
    return "\n".join([rows[0][place.column - 1 :], *rows[1:-1], rows[-1][: place.end_column - 1]])


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), TEXTS),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(KEYS, inner, max_size=4)),
    max_leaves=12,
)


@given(st.dictionaries(KEYS, JSON, max_size=4), st.sampled_from([None, 1, "\t"]), st.booleans())
def test_json_settings_are_the_leaves_json_reads(value: object, indent: int | str | None, ascii_only: bool) -> None:
    text = json.dumps(value, indent=indent, ensure_ascii=ascii_only)
    found = settings_of("a.json", text)
    assert sorted(one.key for one in found) == sorted(key for key, _ in leaves(value))
    told = [(one.key, json.loads(written(text, one))) for one in found]
    assert told == list(leaves(value))
    for one, (_, leaf) in zip(found, leaves(value), strict=True):
        assert one.value == (leaf if isinstance(leaf, str) else json.dumps(leaf))


BARE = st.sampled_from(["a", "b", "c", "port", "1", "-", "a_b"])
BASIC = TEXTS.map(lambda text: json.dumps(text).replace("\x7f", "\\u007f"))
LITERAL = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], exclude_characters="'"), max_size=6)
ODD_TEXTS = ('"""a"""""', "'''a'''''", '"""\\\n  a"""', '"""a\n"b" ""c"""', '""', "''", '"""\r\n#"""', '""""a"""')
TOML_TEXT = st.one_of(
    BASIC,
    LITERAL.map(lambda text: f"'{text}'"),
    LITERAL.map(lambda text: f"'''\n{text}\n''{text}'''"),
    st.sampled_from(ODD_TEXTS),
)
TOML_SCALAR = st.one_of(
    TOML_TEXT,
    st.integers(-(2**60), 2**60).map(str),
    st.sampled_from(["true", "false", "1.5", "-inf", "0xFF", "1_000", "1979-05-27 07:32:00", "1979-05-27", "07:32:00"]),
)
BLANK = st.sampled_from(["", " ", "\n", "\t# a 'comment' [\n", " \r\n "])


def toml_list(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    item = st.tuples(BLANK, inner, BLANK).map("".join)
    return st.lists(item, max_size=3).map(lambda items: "[" + ",".join(items) + "]")


def toml_inline(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    pairs = st.dictionaries(BARE, inner, max_size=3)
    return pairs.map(lambda items: "{ " + ", ".join(f"{key} = {value}" for key, value in items.items()) + " }")


TOML_VALUE = st.recursive(TOML_SCALAR, lambda inner: st.one_of(toml_list(inner), toml_inline(inner)), max_leaves=6)
TOML_KEY = st.lists(st.one_of(BARE, TOML_TEXT.filter(lambda one: "\n" not in one)), min_size=1, max_size=3).map(
    " . ".join
)
TOML_LINE = st.one_of(
    st.tuples(TOML_KEY, TOML_VALUE).map(" = ".join),
    TOML_KEY.map(lambda key: f"[ {key} ]"),
    TOML_KEY.map(lambda key: f"[[{key}]] # a table"),
    st.sampled_from(["", "# a = 1", "\t"]),
)


@given(st.lists(TOML_LINE, max_size=8), st.sampled_from(["\n", "\r\n"]))
def test_toml_settings_are_the_leaves_tomli_reads(lines: list[str], end: str) -> None:
    kept: list[str] = []
    for line in lines:  # tables and keys that contradict the ones before are left out
        try:
            tomli.loads(end.join([*kept, line]))
        except tomli.TOMLDecodeError:
            continue
        kept.append(line)
    check_toml(end.join(kept))


def check_toml(text: str) -> int:
    told = []
    for one in settings_of("a.toml", text):
        value = tomli.loads("x = " + written(text, one))["x"]
        assert one.value == (value if isinstance(value, str) else written(text, one))
        told.append((one.key, repr(value)))
    assert sorted(told) == sorted((key, repr(leaf)) for key, leaf in leaves(tomli.loads(text)))
    return len(told)


def test_toml_texts_with_quotes_at_their_ends_and_joined_lines() -> None:
    assert check_toml("\n".join(f"x{number} = {text}" for number, text in enumerate(ODD_TEXTS))) == len(ODD_TEXTS)


def test_this_repositorys_toml_files_are_read_whole() -> None:
    files = [ROOT / "pyproject.toml", *(ROOT / "rules").glob("*.toml")]
    assert sum(check_toml(path.read_text("utf-8")) for path in files) > 200


INI_LINE = st.one_of(
    st.tuples(st.sampled_from(["a", "B", "a.b", "k y"]), st.sampled_from(["=", " = ", ":", " :\t"]), LITERAL).map(
        "".join
    ),
    st.sampled_from(["[s]", "[t]", "[DEFAULT]", "  more", "\ttext = 1", "# no", "; no", "", "  # no", "a ="]),
)


@given(st.lists(INI_LINE, max_size=10), st.sampled_from(["\n", "\r\n"]))
def test_ini_settings_are_the_options_configparser_reads(lines: list[str], end: str) -> None:
    text = end.join(["[s]", *lines])
    parser = configparser.RawConfigParser(strict=False, interpolation=None, default_section="none of this name")
    parser.optionxform = str  # type: ignore[assignment, method-assign]
    try:
        parser.read_string("\n".join(["[s]", *lines]))
    except configparser.Error:
        assert isinstance(read_settings("a.ini", text.encode()), Failure)
        return
    found = settings_of("a.ini", text)
    last = {one.key: one.value for one in found}
    assert last == {f"{name}.{key}": value for name in parser.sections() for key, value in parser.items(name)}
    for one in found:
        assert written(text, one) == one.value.split("\n")[0]


ENV_LINE = st.one_of(
    st.tuples(st.sampled_from(["A", "export B", "C_1", "'D'"]), st.sampled_from(["=", " = "]), LITERAL).map("".join),
    st.sampled_from(["", "# A=1", "A='x\ny'", 'A="x\\ny" # z', "E", "A=1 # z", "  B=${A:-2}", "A=", "A='a\\'b'"]),
)


@given(st.lists(ENV_LINE, max_size=8), st.sampled_from(["\n", "\r\n"]))
def test_env_settings_are_the_values_dotenv_reads(lines: list[str], end: str) -> None:
    text = end.join(lines)
    read = read_settings(".env", text.encode())
    if isinstance(read, Failure):
        return
    found = [one for one in read if one.form == "env"]
    expected = dotenv.main.DotEnv(None, stream=io.StringIO(text), interpolate=False).dict()
    assert {one.key: one.value for one in found} == {key: value for key, value in expected.items() if value is not None}
    for one in found:
        if "\n" not in one.value and "'b" not in one.value:
            assert written(text, one) == one.value


def python_literals(tree: ast.AST) -> Iterator[tuple[int, str, object]]:
    """Line, last name and value of literal keywords, defaults, items and plain assignments outside of f-strings."""
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        waiting += [one for one in ast.iter_child_nodes(node) if not isinstance(one, ast.JoinedStr)]
        named: list[tuple[str | None, ast.expr | None]] = []
        if isinstance(node, ast.Call):
            named = [(one.arg, one.value) for one in node.keywords]
        elif isinstance(node, ast.Dict):
            names = [one.value if isinstance(one, ast.Constant) else None for one in node.keys]
            named = [
                (one if isinstance(one, str) else None, value) for one, value in zip(names, node.values, strict=True)
            ]
        elif isinstance(node, ast.arguments):
            named = [(arg.arg, value) for arg, value in zip(node.kwonlyargs, node.kw_defaults, strict=True)]
            named += zip([one.arg for one in node.args][::-1], node.defaults[::-1], strict=False)
        elif isinstance(node, ast.AnnAssign | ast.Assign):
            target = node.targets[0] if isinstance(node, ast.Assign) else node.target
            named = [(target.id if isinstance(target, ast.Name) else None, node.value)]
        for name, value in named:
            if name and isinstance(value, ast.Constant) and value.value not in (None, ...):
                yield value.lineno, name, value.value


def is_literal(text: str) -> bool:
    node = ast.parse(f"({text})", mode="eval").body
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.UAdd):
        node = node.operand
    return isinstance(node, ast.Constant | ast.JoinedStr)


def test_python_settings_hold_every_literal_the_tree_of_real_files_has() -> None:
    count = 0
    for path in [*(ROOT / "ssot_audit").rglob("*.py"), *(ROOT / "tests").glob("*.py")]:
        text = path.read_text("utf-8")
        found = {
            (one.place.line, one.key.rpartition(".")[2], repr(ast.literal_eval(node)))
            for one in settings_of(path.name, text)
            if one.form in ("keyword", "item", "argument-default", "assignment")
            and is_literal(written(text, one))
            and not isinstance(node := ast.parse(f"({written(text, one)})", mode="eval").body, ast.JoinedStr)
        }
        wanted = {
            (line, name.rpartition(".")[2], repr(value)) for line, name, value in python_literals(ast.parse(text))
        }
        assert wanted <= found
        count += len(wanted)
    assert count > 500


YAML_VALUE = st.recursive(
    st.one_of(
        st.integers(), st.booleans(), TEXTS.filter(str.isprintable), st.sampled_from(["a\nb", "8080:80x", "true"])
    ),
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3), st.dictionaries(st.sampled_from(["a", "b", "c d"]), inner, min_size=1)
    ),
    max_leaves=10,
)


@given(st.dictionaries(st.sampled_from(["a", "b", "x"]), YAML_VALUE, min_size=1), st.sampled_from([None, True, False]))
def test_yaml_settings_are_the_leaves_yaml_reads(value: object, flow: bool | None) -> None:
    text = yaml.safe_dump(value, default_flow_style=flow, allow_unicode=True)
    plain = yaml.load(text, Loader=yaml.BaseLoader)
    found = [one for one in settings_of("a.yaml", text) if one.form == "yaml"]
    wanted = [leaf for leaf in leaves(plain) if "=" not in str(leaf[1])]
    assert sorted((one.key, one.value) for one in found if "=" not in one.value) == sorted(map(_pair, wanted))
    for one in found:
        assert yaml.load(written(text, one), Loader=yaml.BaseLoader) == one.value or "\n" in one.value


def _pair(leaf: Leaf) -> tuple[str, str]:
    return leaf[0], str(leaf[1])


@pytest.mark.parametrize("value", [date(1979, 5, 27), datetime(1979, 5, 27, 7, 32), time(7, 32)])
def test_toml_dates_are_told_as_written(value: object) -> None:
    text = str(value)
    assert settings_of("a.toml", f"[t]\nx = {text} # why\n")[0].value == text


@pytest.mark.parametrize("path", sorted((ROOT / ".github").rglob("*.y*ml")) or [ROOT / ".pre-commit-hooks.yaml"])
def test_this_repositorys_yaml_files_are_read_whole(path: Path) -> None:
    text = path.read_text("utf-8")
    keys = {one.key for one in settings_of(path.name, text)}
    assert {key for key, _ in leaves(yaml.load(text, Loader=yaml.BaseLoader))} <= keys
