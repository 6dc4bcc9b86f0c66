"""What odd and hostile files, folders, rules and surroundings do to a run: they cost themselves, never the answer."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from running import COMMAND, Done, audit, clean_environment, git, library, write

HANG = 300  # seconds; only so that a hang fails
CANONICAL = "from library.things import Thing\n"
DEPRECATED = "from library import Thing\n"
MENTION = "import library\nx = library.Thing\n"
KILLERS = {
    "dotted": "import a" + ".b" * 6000 + "\n",
    "parentheses": "x = " + "(" * 1303 + "1" + ")" * 1303 + "\n",
    "calls": "x = " + "f(" * 1000 + "1" + ")" * 1000 + "\n",
    "minus": "x = " + "-" * 10_000 + "1\n",
    "formats": "x = f'" + "{a:" * 2000 + "}" * 2000 + "'\n",
    "fields": "x = " + "f'{" * 500 + "1" + "}'" * 500 + "\n",
    "blocks": "".join(" " * depth + "if x:\n" for depth in range(120)) + " " * 120 + "pass\n",
    "joins": "\\\n" * 100_000 + "x = 1\n",
}
SLOW_WHEN_WALKED = {"attributes": "x = a" + ".b" * 10_000 + "\n", "newlines": "\n" * (10 << 20)}


def check(folder: Path, *arguments: str, env: Mapping[str, str] | None = None) -> Done:
    return audit("check", folder, "--output-format", "json", *arguments, env=env)


def seen(done: Done) -> list[tuple[str, str]]:
    """(file, class) of every reference outside the library itself."""
    found = [(one["filename"], one["class"]) for one in done.json["references"]]
    return [one for one in found if not one[0].startswith("library/")]


def unvalidated(done: Done) -> list[str]:
    return [one["filename"] for one in done.json["errors"]]


# Parser killers


GOOD = {f"good{number:02}.py": (CANONICAL, DEPRECATED)[number % 2] for number in range(20)}
RIGHT = [(name, ("canonical", "deprecated")[number % 2]) for number, name in enumerate(GOOD)]


def test_killers_that_do_not_mention_a_governed_name_change_nothing(tmp_path: Path) -> None:
    killers = {f"killer_{name}.py": text for name, text in {**KILLERS, **SLOW_WHEN_WALKED}.items()}
    done = check(library(tmp_path, {**GOOD, **killers}))
    assert seen(done) == RIGHT
    assert (unvalidated(done), done.code, done.err) == ([], 1, "")


def test_killers_that_mention_a_governed_name_are_unvalidated_and_cost_no_other_file(tmp_path: Path) -> None:
    killers = {f"killer_{name}.py": text + MENTION for name, text in KILLERS.items()}
    done = check(library(tmp_path, {**GOOD, **killers}))
    # The import of 6,000 parts is valid, and plain enough to be read without a parser; LibCST alone dies of the joins.
    assert seen(done) == [*RIGHT, ("killer_dotted.py", "deprecated"), ("killer_joins.py", "deprecated")]
    assert unvalidated(done) == sorted(set(killers) - {"killer_dotted.py", "killer_joins.py"})
    assert done.code == 2
    assert "Traceback" not in done.err and "backtrace" not in done.err


# File system


def test_what_is_no_regular_file_is_never_opened_nor_taken_for_compliant(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    outside = write(tmp_path / "outside", {"other.py": DEPRECATED})
    root = library(tmp_path / "root", {"folder.py/inner.py": CANONICAL})
    os.mkfifo(root / "pipe.py")
    monkeypatch.chdir(root)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("socket.py")
    for name, target in {"loop": "loop", "out": "../outside/other", "dangling": "nowhere"}.items():
        (root / f"{name}.py").symlink_to(f"{target}.py")
    (root / "zero.py").symlink_to("/dev/zero")
    (root / "again").symlink_to(".")
    (root / "outside").symlink_to(outside)
    done = check(root)
    assert unvalidated(done) == ["pipe.py", "socket.py"]
    assert seen(done) == [("folder.py/inner.py", "canonical")]
    assert done.json["evidence"]["files"]["skipped"] == {"symbolic link": 4}
    assert done.code == 2


def test_a_file_1500_folders_down_is_judged(tmp_path: Path) -> None:
    root = library(tmp_path / "root")
    folder = os.open(root, os.O_RDONLY)
    try:
        for _ in range(1500):
            os.mkdir("d", dir_fd=folder)
            below = os.open("d", os.O_RDONLY, dir_fd=folder)
            os.close(folder)
            folder = below
        file = os.open("deep.py", os.O_WRONLY | os.O_CREAT, dir_fd=folder)
        os.write(file, DEPRECATED.encode())
        os.close(file)
        assert seen(check(root)) == [("d/" * 1500 + "deep.py", "deprecated")]
    finally:
        os.close(folder)
        subprocess.run(["rm", "-rf", str(root)], check=True)  # shutil.rmtree recurses


@pytest.fixture
def shut(tmp_path: Path) -> Iterator[Path]:
    root = library(tmp_path, {"closed/inner.py": DEPRECATED, "closed.py": DEPRECATED})
    for path in (root / "closed", root / "closed.py"):
        path.chmod(0)
    yield root
    (root / "closed").chmod(0o755)


def without_privileges() -> list[str]:
    """The start of a command line under which mode bits bind, for root too."""
    if os.geteuid() != 0:
        return []
    if not shutil.which("setpriv"):
        pytest.skip("root reads everything here, and there is no setpriv")
    return ["setpriv", "--bounding-set=-dac_override,-dac_read_search"]


@pytest.mark.parametrize("by_git", [False, True])
def test_an_unreadable_file_and_folder_are_each_unvalidated(shut: Path, by_git: bool) -> None:
    if by_git:
        git(shut, "init", "-q")
    command = [*without_privileges(), str(COMMAND), "check", str(shut), "--output-format", "json"]
    ran = subprocess.run(command, env=clean_environment(), capture_output=True, text=True, check=False, timeout=HANG)
    assert unvalidated(Done(ran.returncode, ran.stdout, ran.stderr)) == ["closed", "closed.py"]
    assert ran.returncode == 2


def restless(path: Path, done: threading.Event) -> None:
    """Rewrite and delete a file until told to stop; each rewrite is atomic."""
    while not done.is_set():
        for text in (CANONICAL, MENTION, None):
            if text is None:
                path.unlink()
            else:
                path.with_suffix(".new").write_text(text)
                path.with_suffix(".new").replace(path)


def test_a_file_rewritten_and_deleted_meanwhile_never_gets_a_verdict_of_no_version(tmp_path: Path) -> None:
    library(tmp_path, GOOD)
    stop = threading.Event()
    thread = threading.Thread(target=restless, args=(tmp_path / "restless.py", stop))
    thread.start()
    try:
        runs = [check(tmp_path) for _ in range(8)]
    finally:
        stop.set()
        thread.join()
    for done in runs:
        assert [one for one in seen(done) if one[0] in GOOD] == RIGHT
        found = [
            (one["class"], one["channel"], one["locations"][0]["row"])
            for one in done.json["references"]
            if one["filename"] == "restless.py"
        ]
        assert found in ([], [("canonical", "import", 1)], [("deprecated", "attribute", 2)])
        files = done.json["evidence"]["files"]
        in_figures = files["read"] == len(GOOD) + 3
        assert bool(found) == (in_figures and "restless.py" not in unvalidated(done))
        assert done.code == (2 if unvalidated(done) else 1)


# Git


def test_a_program_named_in_the_audited_repository_s_git_configuration_is_not_run(tmp_path: Path) -> None:
    root = library(tmp_path / "root")
    git(root, "init", "-q")
    script, marker = tmp_path / "script.sh", tmp_path / "marker"
    script.write_text(f"#!/bin/sh\necho run >> '{marker}'\n")
    script.chmod(0o755)
    git(root, "config", "core.fsmonitor", str(script))
    git(root, "status")
    assert marker.exists(), "the trap does not work, so the test would prove nothing"
    marker.unlink()
    assert check(root).code == 0
    assert not marker.exists()


def test_git_variables_of_the_surroundings_do_not_change_what_is_audited(tmp_path: Path) -> None:
    here, there = library(tmp_path / "here", GOOD), library(tmp_path / "there")
    for root in (here, there):
        git(root, "init", "-q")
    pointing = {"GIT_DIR": str(there / ".git"), "GIT_WORK_TREE": str(there), "GIT_INDEX_FILE": str(there / "index")}
    assert check(here, env=pointing) == check(here)


# Code of the audited tree

STANDARD = ("json", "pathlib", "multiprocessing", "socket", "signal", "struct", "pickle", "sitecustomize")
BAIT = (*STANDARD, "usercustomize", "libcst", "rich", "networkx", "tomli", "pathspec")


@pytest.mark.parametrize("start", [[str(COMMAND)], [sys.executable, "-m", "ssot_audit"]], ids=["command", "module"])
def test_no_module_of_the_current_folder_is_imported(tmp_path: Path, start: list[str]) -> None:
    marker = tmp_path / "marker"
    bait = {f"{name}.py": f"open({str(marker)!r}, 'a').write({name!r})\n" for name in BAIT}
    root = library(tmp_path / "root", bait)
    lured = subprocess.run([sys.executable, "-c", "import json"], cwd=root, env=clean_environment(), check=True)
    assert lured.returncode == 0 and marker.exists(), "the bait does not work, so the test would prove nothing"
    marker.unlink()
    ran = subprocess.run(
        start, cwd=root, env=clean_environment(), capture_output=True, text=True, check=False, timeout=HANG
    )
    assert not marker.exists(), marker.read_text()
    assert (ran.returncode, ran.stderr) == (0, "")


# Names that read as options


@pytest.mark.parametrize("name", ["--config=x.py", "-h", "-h.py", "--fail-under=0"])
@pytest.mark.parametrize("command", [[], ["check"]])
def test_a_file_whose_name_reads_as_an_option_is_refused_before_two_dashes(
    tmp_path: Path, name: str, command: list[str]
) -> None:
    library(tmp_path, {name: DEPRECATED})
    done = audit(*command, name, cwd=tmp_path)
    assert (done.code, done.out) == (2, "")
    assert "reads as an option" in done.err


@pytest.mark.parametrize("name", ["--config=x.py", "-h.py"])
def test_a_file_whose_name_reads_as_an_option_is_judged_after_two_dashes(tmp_path: Path, name: str) -> None:
    library(tmp_path, {name: DEPRECATED})
    done = audit("check", "--output-format", "json", "--", name, cwd=tmp_path)
    assert (seen(done), done.code) == ([(name, "deprecated")], 1)


# Hostile rule files

BOMBS: Mapping[str, Callable[[], bytes]] = {
    "lists": lambda: b"a = " + b"[" * 100_000,
    "tables": lambda: b"a = " + b"{b=" * 50_000,
    "dotted key": lambda: b"a" + b".a" * 100_000 + b" = 1\n",
    "dotted heading": lambda: b"[" + b"a." * 50_000 + b"a]\n",
    "two megabytes": lambda: b"#" * (2 << 20),
    "not UTF-8": lambda: b"a = '\xff\xfe'\n",
    "a key twice": lambda: b"a = 1\na = 2\n",
    "a long number": lambda: b"a = " + b"9" * 200_000 + b"\n",
    "a large exponent": lambda: b"a = 1e" + b"9" * 50 + b"\n",
    "NUL": lambda: b"\0",
    "a shell secret": lambda: b"TOKEN=swordfish\n",
    "a TOML secret": lambda: b'TOKEN = "swordfish"\n',
    "a JSON secret": lambda: b'{"token": "swordfish"}\n',
    "a bare secret": lambda: b"swordfish\n",
    "a secret twice": lambda: b'token = "swordfish"\ntoken = "swordfish"\n',
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_file_that_holds_no_rules_is_refused_and_never_repeated(tmp_path: Path, name: str) -> None:
    library(tmp_path, {"hostile.toml": BOMBS[name]()})
    done = audit("check", "--output-format", "json", "--rules", "hostile.toml", cwd=tmp_path)
    assert done.code == 2
    assert done.err.startswith("ssot-audit: hostile.toml")
    assert done.json["verdict"]["reasons"] == [one.removeprefix("ssot-audit: ") for one in done.err.splitlines()]
    for word in ("internal error", "Traceback", "swordfish"):
        assert word not in done.out + done.err
