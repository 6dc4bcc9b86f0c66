"""What reaches the reader: nothing of the tree raw, the same bytes every time, and no success that was not written."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import tempfile
import time
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from running import COMMAND, audit, clean_environment, library, write

HANG = 300  # seconds; only so that a hang fails
FORMATS = ("full", "concise", "json", "json-lines")
HIDDEN = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
DEPRECATED = "from library import Thing\n"
# Pieces of names and of source lines that a terminal, a build server or rich would act on.
PIECES = (
    *("\x1b[31m", "\x9b", "\x07", "\x7f", "\x85", "\t", "\u202e", "\u2066", "\u200b", "\ufeff", "\u2028", "\u2029"),
    *("::error ", "::", "##[error]", "##vso[task]", "\xa0", " ", "[red]", "[b", "]", ":smile:", "%0A", "\\", "'"),
    *("é", "日", "a", "-", "\U000e0041"),
)
IN_NAMES_ONLY = ("\n", "\r", "\n::error ", "\udcff", "\udc80")


def raw(out: str) -> list[str]:
    """Every part of an output that something would act on."""
    letters = [letter for letter in out if letter != "\n" and unicodedata.category(letter) in HIDDEN]
    return letters + re.findall(r"^\s*::.*|##(?:vso)?\[", out, re.MULTILINE)


def pieces(*more: str) -> st.SearchStrategy[str]:
    return st.lists(st.sampled_from((*PIECES, *more)), min_size=1, max_size=8).map("".join)


def named(folder: Path, name: str, text: str) -> None:
    Path(folder, name).write_text(text, "utf-8")


@settings(max_examples=3, deadline=None, database=None, derandomize=True)
@given(
    names=st.lists(pieces(*IN_NAMES_ONLY), min_size=4, max_size=8, unique=True), lines=st.lists(pieces(), min_size=8)
)
def test_nothing_of_a_name_or_of_a_source_line_reaches_an_output_raw(names: list[str], lines: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = library(Path(folder))
        for name, line in zip(names, lines, strict=False):
            named(root, f"{name}.py", f"from library import Thing  # {line}\n")
            named(root, f"{name}2.py", f"x = '''\n{line}'''; from library import Thing\n".replace("\\", "/"))
        for output_format in FORMATS:
            done = audit("check", root, "--statistics", "--output-format", output_format)
            assert (done.code, raw(done.out), raw(done.err)) == (1, [], [])


NAMES = ("[red]x.py", "[b]oops[!].py", ":smile:.py", "::error file=x.py", "##[error]x.py", "two words.py", "-dash.py")


@pytest.mark.parametrize("output_format", FORMATS)
def test_every_odd_name_is_told_and_none_raw(tmp_path: Path, output_format: str) -> None:
    library(tmp_path, dict.fromkeys(NAMES, DEPRECATED))
    done = audit("check", tmp_path, "--output-format", output_format)
    assert (done.code, raw(done.out)) == (1, [])
    shown = done.out.replace(r"\x3a:", "::").replace(r"#\x23[", "##[").replace(r"#\u0023[", "##[")
    assert [name for name in NAMES if name not in shown] == []


@pytest.mark.parametrize("output_format", FORMATS)
def test_an_unreadable_name_in_a_reason_is_escaped_on_standard_error(tmp_path: Path, output_format: str) -> None:
    library(tmp_path)
    named(tmp_path, "\n::error \x1b[31m##[error].py", "\0")
    done = audit("check", tmp_path, "--output-format", output_format)
    assert (done.code, raw(done.out), raw(done.err)) == (2, [], [])
    assert r"\n::error \x1b[31m" in done.err


@pytest.mark.parametrize("output_format", FORMATS)
def test_an_output_that_holds_ascii_only_gets_escapes(tmp_path: Path, output_format: str) -> None:
    library(tmp_path, {"日本.py": DEPRECATED, "\udcff.py": DEPRECATED})
    done = audit("check", tmp_path, "--output-format", output_format, env={"PYTHONIOENCODING": "ascii"})
    assert (done.code, done.err) == (1, "")
    assert done.out.isascii()
    assert r"\u65e5\u672c.py" in done.out and r"\xff.py" in done.out


# Determinism


def test_the_same_tree_gives_the_same_bytes_whatever_the_jobs_and_the_hash_seed(tmp_path: Path) -> None:
    text = "import library\nfrom library import Thing, Thing as Other\nx = library.Thing\n"
    broken = {f"broken{number}.py": "Thing = (\n" for number in range(5)}
    library(tmp_path, {**{f"package{number % 7}/m{number}.py": text for number in range(200)}, **broken})
    runs = [
        audit("check", tmp_path, "--output-format", "json", "-j", jobs, env={"PYTHONHASHSEED": seed})
        for jobs, seed in (("1", "0"), ("2", "1"), ("2", "77"), ("0", "4242"))
    ]
    assert {(one.code, one.out, one.err) for one in runs} == {(2, runs[0].out, runs[0].err)}
    assert len(runs[0].json["references"]) > 200


# Outputs that fail


def redirected(folder: Path, redirection: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The command with its streams as a shell sets them."""
    script = f'exec "$0" "$@" {redirection}'
    command = ["sh", "-c", script, str(COMMAND), *arguments]
    return subprocess.run(
        command, cwd=folder, env=clean_environment(), capture_output=True, text=True, check=False, timeout=HANG
    )


LOST = (">&-", ">/dev/full", ">&- 2>&-", ">/dev/full 2>/dev/full", ">/dev/full 2>&-")


@pytest.mark.parametrize("redirection", LOST)
@pytest.mark.parametrize("arguments", [("check",), ("check", "--output-format", "json"), ("rules", "list")])
def test_a_report_that_cannot_be_written_is_no_success(
    tmp_path: Path, redirection: str, arguments: tuple[str, ...]
) -> None:
    ran = redirected(library(tmp_path), redirection, *arguments)
    assert ran.returncode == 2
    expected = r"ssot-audit: the report could not be written: [^\n]+\n" if " 2>" not in redirection else ""
    assert re.fullmatch(expected, ran.stderr)


@pytest.mark.parametrize("redirection", ["2>&-", "2>/dev/full", "<&-"])
def test_only_the_report_has_to_be_written(tmp_path: Path, redirection: str) -> None:
    ran = redirected(library(tmp_path), redirection, "check")
    assert ran.returncode == 0
    assert ran.stdout.startswith("PASSED")


@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize(("gate", "code"), [((), 1), (("--fail-under", "0"), 0), (("--pack", "nosuch"), 2)])
def test_a_reader_that_has_enough_of_a_report_leaves_the_exit_code_and_no_complaint(
    tmp_path: Path, unbuffered: str, gate: tuple[str, ...], code: int
) -> None:
    library(tmp_path, {f"m{number}.py": DEPRECATED for number in range(200)})
    command = [str(COMMAND), "check", str(tmp_path), "--output-format", "json", *gate]
    said = audit(*command[1:]).err
    env = {**clean_environment(), "PYTHONUNBUFFERED": unbuffered}
    with subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout and process.stderr
        process.stdout.close()
        assert process.stderr.read().decode() == said
        assert process.wait(HANG) == code


@pytest.mark.parametrize("path", ["nowhere/report", ".", "/dev/full"])
def test_a_report_file_that_cannot_be_written_is_no_success(tmp_path: Path, path: str) -> None:
    done = audit("check", "-o", path, cwd=library(tmp_path))
    assert (done.code, done.out) == (2, "")
    assert re.fullmatch(rf"ssot-audit: -o {path}: cannot be written: [^\n]+\n", done.err)


# Signals


def marked(mark: str) -> list[int]:
    """The processes that have the mark in their environment."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if mark.encode() in (process / "environ").read_bytes():
                found.append(int(process.name))
        except OSError:
            continue
    return found


@pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc")
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_the_run_with_its_code_and_leaves_no_process(
    tmp_path: Path, number: signal.Signals, code: int
) -> None:
    busy = "import library\n" + "x = [library.Thing, 1, (2, 3)]\n" * 400
    write(library(tmp_path), {f"m{at}.py": busy for at in range(300)})
    mark = f"FAULT_MARK={tmp_path}"
    (tmp_path / "temporary").mkdir()
    env = {**clean_environment(), "FAULT_MARK": str(tmp_path), "TMPDIR": str(tmp_path / "temporary")}
    command = [str(COMMAND), "check", str(tmp_path), "-j", "2", "--reader", "tree"]
    with subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        # The command and both workers.
        while len(marked(mark)) < 3 and process.poll() is None:
            time.sleep(0.01)
        process.send_signal(number)
        out, err = process.communicate(timeout=HANG)
    assert (process.returncode, out) == (code, b"")
    assert b"Traceback" not in err
    patience = time.monotonic() + 60
    while marked(mark) and time.monotonic() < patience:
        time.sleep(0.05)
    assert marked(mark) == []
    assert list((tmp_path / "temporary").iterdir()) == []
