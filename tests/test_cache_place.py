"""Where what is kept lies, who may see it, what it holds, and how it is removed."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from caching import assert_same, assert_served, bare, check, kept_files, known, repository
from running import COMMAND, audit, clean_environment, library, write


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return repository(tmp_path / "root")


def test_it_is_for_its_user_alone(root: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    command = ["sh", "-c", 'umask 0; exec "$@"', "sh", str(COMMAND), "check", str(root)]
    done = subprocess.run(command, env={**clean_environment(), "XDG_CACHE_HOME": str(home)}, capture_output=True)
    assert done.stderr == b""
    folder = home / "ssot-audit"
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {path.name: path.stat().st_mode & 0o777 for path in folder.iterdir()} == {
        "key": 0o600,
        kept_files(folder)[0].name: 0o600,
    }


@pytest.mark.parametrize("variable", ["XDG_CACHE_HOME", "HOME"])
def test_it_is_in_the_user_s_own_folder_and_nothing_is_written_beside_the_source(
    root: Path, tmp_path: Path, variable: str
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    before = {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}
    env = {"XDG_CACHE_HOME": "", variable: str(home)}
    audit("check", ".", cwd=root, env=env)
    folder = home / ("ssot-audit" if variable == "XDG_CACHE_HOME" else ".cache/ssot-audit")
    assert len(kept_files(folder)) == 1
    assert {path: path.read_bytes() for path in root.rglob("*") if path.is_file()} == before
    assert_served(root, env=env)


def test_it_holds_no_text_of_the_source(tmp_path: Path) -> None:
    marked = (
        '"""MARKER-docstring"""\n# MARKER-comment\nfrom library import Thing  # MARKER-tail\n\n\n'
        'def function(argument):\n    """MARKER-inner"""\n    marker_local = "MARKER-string"\n'
        "    return Thing(marker_local, f'MARKER-{argument}', b'MARKER-bytes')\n\n\n"
        "class Kind(Thing):\n    field = 'MARKER-field'\n\n"
        "    def method(self):\n        return marker_method(self.marker_field)\n"
    )
    broken = f"{marked}\nx = ( 'MARKER-unclosed'\n"
    doubtful = f"{marked}\nif x:\n    import library as m\nm.Thing('MARKER-argument', key='MARKER-value')\n"
    files = {"a.py": marked, "b.py": broken, "c.py": doubtful, "d.py": "# MARKER-idle\nx = 'MARKER-idle'\n"}
    root, cache = library(tmp_path / "root", files), tmp_path / "cache"
    done = check(root, "--cache-dir", cache)
    assert {one["filename"] for one in done.json["references"]} >= {"a.py", "c.py"}
    held = b"".join(path.read_bytes() for path in cache.rglob("*") if path.is_file())
    assert b"Thing" in held and b"b.py" in held, "nothing was kept, so the test would prove nothing"
    assert b"marker" not in held.lower()


def test_it_is_shown_and_removed(root: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    check(root, "--cache-dir", cache)
    size = sum(path.stat().st_size for path in kept_files(cache))
    assert audit("cache", "show", "--cache-dir", cache).out == f"{cache}: 1 file, {size:,} bytes\n"
    assert audit("cache", "--cache-dir", cache).out == f"{cache}: 1 file, {size:,} bytes\n"
    assert audit("cache", "clean", "--cache-dir", cache).out == f"{cache}: 1 file removed\n"
    assert kept_files(cache) == []
    assert audit("cache", "show", "--cache-dir", cache).out == f"{cache}: 0 files, 0 bytes\n"
    assert known(check(root, "--cache-dir", cache)) == 0


def test_the_user_s_own_is_shown_where_none_is_named(tmp_path: Path) -> None:
    done = audit("cache", "show", env={"XDG_CACHE_HOME": str(tmp_path)})
    assert (done.code, done.out) == (0, f"{tmp_path}/ssot-audit: 0 files, 0 bytes\n")
    assert list(tmp_path.iterdir()) == []


def test_files_of_others_in_its_folder_are_left_alone(root: Path, tmp_path: Path) -> None:
    folder = write(tmp_path / "mine", {"notes.tmp": "mine\n", "notes.facts": "mine\n", "notes.txt": "mine\n"})
    (folder / "folder.tmp").mkdir()
    (folder / "folder.facts").mkdir()
    before = sorted(path.name for path in folder.iterdir())
    for path in folder.iterdir():
        os.utime(path, (0, 0))  # older than any cache file is kept
    assert_same(check(root, "--cache-dir", folder), bare(root))
    done = audit("cache", "clean", "--cache-dir", folder)
    assert (done.code, done.err) == (0, "")
    assert sorted(path.name for path in folder.iterdir()) == before


def test_runs_side_by_side_agree_and_leave_a_cache_that_holds(root: Path, tmp_path: Path) -> None:
    env = {**clean_environment(), "XDG_CACHE_HOME": str(tmp_path / "home")}
    command = [str(COMMAND), "check", str(root), "--output-format", "json"]
    want = bare(root)
    for _ in range(2):  # without a key and a cache, and with both
        runs = [subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(6)]
        told = [one.communicate() for one in runs]
        assert {out.decode() for out, _ in told} == {want.out}
        assert {one.returncode for one in runs} == {want.code}
        assert {error for _, error in told} == {b""}
    assert [path.suffix for path in (tmp_path / "home" / "ssot-audit").iterdir() if path.name != "key"] == [".facts"]
    assert_served(root, env={"XDG_CACHE_HOME": str(tmp_path / "home")})
