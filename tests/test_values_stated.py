"""What states a value, what computes one, and what only reads it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from test_values import counted, findings, run

from ssot_audit.checks.value.places import compared


def of_python(folder: Path, lines: str) -> list[tuple[int, str]]:
    """Line and class of each place of `a.py` that is a finding; every line has another value than the declared one."""
    done = run(folder, {"a.py": lines, "b.env": "PORT=8000\n"})
    return [(one["location"]["row"], one["class"]) for one in done.json["violations"]]


@pytest.mark.parametrize(
    "code",
    [
        "PORT = base + 1",
        "PORT = free_port()",
        'PORT = os.environ["OTHER"]',
        'PORT = os.environ.get("OTHER")',
        'os.environ.get("PORT", default())',
        'os.environ.get("PORT") or default()',
        'PORT = f"{a}{b}"',
        "PORT += 1",
        "serve(PORT=base * 2)",
        'CONFIG = {"PORT": [one for one in ports]}',
        "PORT = " + " + ".join(["base"] * 500),
    ],
)
def test_python_that_computes_a_value_is_undecided(tmp_path: Path, code: str) -> None:
    assert of_python(tmp_path, code) == [(1, "undecided")]


@pytest.mark.parametrize(
    "code",
    [
        'PORT = os.environ["PORT"]',
        'PORT = int(os.environ.get("PORT"))',
        'PORT = env.int("PORT")',
        "PORT = config.port",
        'PORT = options["port"]',
        "PORT = str(port)",
        'PORT = getattr(config, "port", None)',
        "PORT: int = Field(...)",
        "PORT = None",
    ],
)
def test_python_that_only_reads_states_no_value(tmp_path: Path, code: str) -> None:
    assert of_python(tmp_path, code) == []


@pytest.mark.parametrize(
    "code",
    [
        "PORT = 8 * 10 * 100 + 1",
        "PORT = 8001 if tests else None",
        'PORT = int(os.environ.get("PORT", "8001").strip())',
        'DEFAULT = 8001\nPORT = int(os.environ.get("PORT", DEFAULT))',
        'PORT = clamp(os.environ.get("PORT", "8001"))',
        'PORT = os.environ.get("ANY_PORT") and "8001"',
        'SHOP_URL = "http://" + host + ":8001"',
        "PORT = port or 8001",
    ],
)
def test_values_that_python_makes_of_literals_are_read(tmp_path: Path, code: str) -> None:
    assert of_python(tmp_path, code) == [(1 + code.count("\n"), "conflict")]


def test_shell_values_are_undecided_where_they_are_computed_or_of_another_variable(tmp_path: Path) -> None:
    script = "PORT=$((BASE + 1))\nPORT=$(free_port)\nPORT=$1\nPORT=$OTHER\nPORT=${OTHER}\nPORT=`port`\n"
    passed = "PORT=$PORT\nPORT=${PORT:?none}\nexport PORT\nSHOP_URL=http://$(hostname):8000/\n"
    done = run(tmp_path, {"a.sh": script + passed})
    assert findings(done) == [("a.sh", line, "undecided") for line in range(1, 7)]
    assert counted(done) == {"canonical": 1, "undecided": 6}


def test_what_is_undecided_counts_as_not_compliant_and_warns(tmp_path: Path) -> None:
    done = run(tmp_path, {"a.env": "PORT=8000\n", "b.env": "PORT=${OTHER}\n"})
    rule, (one,) = done.json["rules"][0], done.json["violations"]
    assert (rule["canonical"], rule["governed"], done.code) == (1, 2, 0)
    assert (one["severity"], one["path"]) == ("warning", "${OTHER}")
    assert "known only at run time" in one["message"]


def test_numbers_and_spans_of_time_are_compared_as_what_they_are(tmp_path: Path) -> None:
    keys = 'value = "timedelta(seconds=60)"\n'
    same = "PORT = timedelta(minutes=1)\nPORT = datetime.timedelta(seconds=60.0)\nPORT = timedelta(0, 30 * 2)\n"
    done = run(tmp_path, {"a.py": same + "PORT = timedelta(days=10**99)\nPORT = timedelta(minutes=2)\n"}, keys)
    assert findings(done) == [("a.py", 4, "undecided"), ("a.py", 5, "conflict")]
    assert compared("10.0", "text") == compared("10", "text") == "10"


NEWER = """\
PORT = 8001
line = f"{names["ü"]} {'a' "b"}"; PORT = 8002
PORT = f"{ports["x"]}"
type Port = int
class Of[T]:
    PORT = 8000
"""


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="the interpreter parses it itself")
def test_python_newer_than_the_interpreter_is_read_as_far_as_it_can_be_and_else_told(tmp_path: Path) -> None:
    unread = 'print(f"{environ.get("PORT", "9")}")\n'
    done = run(tmp_path, {"a.py": NEWER, "b.py": unread, "c.py": "PORT = = 1\n", "d.py": 'x = f"{a["b"]}"\n'})
    assert findings(done) == [("a.py", 1, "conflict"), ("a.py", 2, "conflict"), ("a.py", 3, "undecided")]
    assert done.json["violations"][1]["location"]["column"] == 42
    assert counted(done) == {"canonical": 1, "conflict": 2, "undecided": 1}
    assert [one["filename"] for one in done.json["errors"]] == ["b.py", "c.py"]
