"""Hostile and broken files: each gives a reason or few settings, soon, and nothing else happens."""

from __future__ import annotations

import random
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ssot_audit.facts import Failure
from ssot_audit.source.settings import read_settings

NAMES = ("a.py", "a.yaml", "a.toml", "a.json", ".env", "a.ini", "Dockerfile", "a.sh")
SIZE = 240_000


def reason(name: str, data: bytes) -> str:
    """Why a file is not read; fails where it is."""
    read = read_settings(name, data)
    assert isinstance(read, Failure)
    return read.reason


@pytest.mark.parametrize(
    ("name", "text", "line"),
    [
        ("a.py", "A = 1\nB = (\n", 2),
        ("a.yaml", "a: 1\nb: [1, 2\nc: 3\n", 3),
        ("a.yaml", "a: 1\nb: *nothing\n", 2),
        ("a.yaml", "a: 1\nb: \x01\n", 2),
        ("a.toml", "a = 1\nb = \n", 2),
        ("a.toml", "a = 1\na = 2\n", 2),
        ("a.json", '{\n"a": 1,\n"b" 2}', 3),
        ("a.json", "", 1),
        (".env", "A=1\n\nnot an assignment\n", 3),
        ("a.ini", "[a]\nb = 1\nnonsense\n", 3),
        ("a.ini", "b = 1\n", 1),
        ("Dockerfile", "FROM x\nRUN 'a\nimport os'\n", 3),
        ("Dockerfile", "FROM x\nENV A=1 B\n", 2),
        ("Dockerfile", "FROM x\nRUN <<EOF\necho\n", 2),
    ],
)
def test_malformed_files_give_a_reason_with_the_line(name: str, text: str, line: int) -> None:
    assert reason(name, text.encode()).startswith(f"line {line}: ")


@pytest.mark.parametrize("name", NAMES[1:])
def test_bytes_that_are_not_utf8_give_a_reason_with_the_line(name: str) -> None:
    assert reason(name, b"\n\n\xff") == "line 3: is not valid utf-8"
    assert reason(name, b"\n\0") == "line 2: contains NUL bytes"


@pytest.mark.parametrize("name", NAMES)
def test_files_too_large_give_a_reason(name: str) -> None:
    assert "files over" in reason(name, b" " * ((4 << 20) + 1))


def test_a_reason_repeats_nothing_of_the_file() -> None:
    secret = "hunter2"
    for name in NAMES[:-1]:
        for text in (
            f"{secret}: [{secret}\n}}{secret}",
            f"[{secret}\n{secret} {secret} '",
            f'{{"{secret}": {secret}}}',
        ):
            read = read_settings(name, text.encode())
            assert not isinstance(read, Failure) or secret not in read.reason


def test_yaml_aliases_are_not_multiplied() -> None:
    lines = ["a0: &a0 [lol]"] + [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 30)]
    read = read_settings("a.yaml", "\n".join(lines).encode())
    assert not isinstance(read, Failure)
    assert [(one.key, one.value) for one in read] == [("a0.0", "lol")]


def test_yaml_tags_are_not_constructed() -> None:
    read = read_settings("a.yaml", b"a: !!python/object/apply:os.abort []\nb: !Ref {c: !Sub 8080}\n")
    assert not isinstance(read, Failure)
    assert [(one.key, one.value, one.place.line) for one in read] == [("b.c", "8080", 2)]


HOSTILE = {
    "a.py": (
        "(" * SIZE,
        "x = " + "-" * SIZE + "1",
        "x = a" + ".b" * (SIZE // 2),
        "x = " + "f(" * 190 + ")" * 190,
        "x = 1" + " + 1" * (SIZE // 4),
        "é = [" + "1, " * (SIZE // 3) + "]",
        "f" + "(x=1)" * 2000,
        "x = " + "9" * SIZE,
        "if 1:\n x = " + "{'a': " * 199 + "1" + "}" * 199,
        "f(" + "a." * 50_000 + "b(" + "".join(f"x{n}=1, " for n in range(40_000)) + "))",
    ),
    "a.yaml": (
        "[" * SIZE,
        "- " * (SIZE // 2) + "x",
        "{a: " * (SIZE // 4),
        "? " * (SIZE // 2),
        "[" + "1," * (SIZE // 2) + "]",
        "a: &a " + "x" * (SIZE // 2) + "\nb: [" + "*a," * (SIZE // 8) + "]",
        "!" * SIZE,
        "&a " * (SIZE // 3),
        "ports: ['" + "${" * (SIZE // 2) + "']",
        "run: '" + "--a=${" * (SIZE // 6) + "'",
        "run: '-a" + " " * SIZE + "('",
        "a" * 5000 + ":\n" + "".join(f"  {'b' * 1000}{n}: 1\n" for n in range(400)),
        ("a" * 400_000) + ": [" + "1," * 200_000 + "]",
    ),
    "a.toml": (
        "a = " + "[" * SIZE,
        "a." * (SIZE // 2) + "a = 1",
        "[" + "a." * (SIZE // 2) + "a]",
        "a = [" + "1," * (SIZE // 2) + "]",
        "a = " + "9" * SIZE,
        'a = """' + '"' * SIZE,
        'a = "' + "\\" * SIZE,
        "[[a]]\n" * (SIZE // 6),
        "#" * SIZE,
        "a = {" * 5000,
    ),
    "a.json": (
        "[" * SIZE,
        '{"a":' * (SIZE // 5),
        '{"a":' * 150 + "1" + "}" * 150,
        "[" + "1," * (SIZE * 4) + "1]",
        '{"' + "a" * (SIZE * 4) + '": [' + "1," * 100_000 + "1]}",
        '"' + "\\" * SIZE,
        "9" * SIZE,
    ),
    ".env": ("A=" + "x" + " " * SIZE + "y", "A=x" + " " * SIZE, "A='" * SIZE, 'A="' * SIZE, "A=\n" * (SIZE // 3)),
    "a.ini": (
        "[a]\nb" + " " * SIZE + "c",
        "[a]\n" + "b = 1\n" * (SIZE // 6),
        "[" * SIZE,
        "[a]\nb = 1\n" + " c\n" * (SIZE // 3),
        "=" * SIZE,
    ),
    "Dockerfile": (
        "ENV A=" + "$(" * (SIZE // 2),
        "ENV A=" + '"' * SIZE + '"',
        "RUN " + "<<A " * (SIZE // 4) + "\n" + "A\n" * 1000,
        "RUN a \\\n" * (SIZE // 8),
        "# escape=`\n" * (SIZE // 10),
        "CMD " + "--a=${" * (SIZE // 6),
        "CMD -a" + " " * SIZE + "(",
        "CMD " + "http://" * (SIZE // 7),
        "\\\n" + " " * SIZE,
    ),
    "a.sh": (
        "A=$(" * (SIZE // 4),
        "A=$(\n" * (SIZE // 5),
        "A=`\n" * (SIZE // 4),
        "A='\n" * (SIZE // 4),
        'A="\\"\n' * (SIZE // 6),
        "export " * (SIZE // 7),
        "declare" + " -a" * (SIZE // 3),
        "-a" * (SIZE // 2),
        "--a" + " " * SIZE + "(",
        "-a\\\n" * (SIZE // 4),
    ),
}


@pytest.mark.parametrize(
    ("name", "number"), [(name, number) for name in HOSTILE for number in range(len(HOSTILE[name]))]
)
def test_a_hostile_file_takes_neither_the_process_nor_its_memory_nor_its_time(name: str, number: int) -> None:
    """In a process that may take 1 GiB and 20 seconds of processor time; the slowest takes about two."""
    program = (
        "import resource, sys\n"
        "resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))\n"
        "resource.setrlimit(resource.RLIMIT_CPU, (20, 20))\n"
        "from ssot_audit.source.settings import read_settings\n"
        f"read_settings({name!r}, sys.stdin.buffer.read())\n"
        "print('done')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], input=HOSTILE[name][number].encode(), capture_output=True, check=False
    )
    assert done.stdout == b"done\n", done.stderr[-2000:]


@given(st.sampled_from(NAMES), st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(name: str, data: bytes) -> None:
    read_settings(name, data)


SIGNS = [*"\n\r\t '\"\\#=:[]{}(),.$-&*!|>%@`?~ab1", "${", "}", "A=", "<<", "ENV ", "[a]", "---\n", "8081:8081"]


@given(st.sampled_from(NAMES), st.lists(st.sampled_from(SIGNS), max_size=40))
def test_any_mixture_of_signs_is_read_or_refused_with_places_inside_the_text(name: str, signs: list[str]) -> None:
    text = "".join(signs)
    read = read_settings(name, text.encode())
    if not isinstance(read, Failure):
        lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        for one in read:
            assert 1 <= one.place.line <= one.place.end_line <= len(lines)
            assert 1 <= one.place.column <= len(lines[one.place.line - 1]) + 2


def test_truncated_files_are_read_or_refused() -> None:
    chance = random.Random(1)
    texts = {
        "a.yaml": "a: &x {b: [1, 'two', *x]}\nrun: |\n  serve --port ${P:-80}\n",
        "a.toml": "[a.b]\nc = [1, {d = '''x'''}]\n[[e]]\nf = 1979-05-27 07:32:00\n",
        "Dockerfile": 'FROM x\nENV A=1 \\\n  # why\n  B=\'2\'\nCMD ["x", "--port", "80"]\n',
    }
    for name, text in texts.items():
        for end in range(len(text)):
            read_settings(name, text[:end].encode())
            cut = chance.randrange(len(text))
            read_settings(name, (text[:cut] + text[end:]).encode())
