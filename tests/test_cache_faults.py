"""A cache that is damaged, forged, or has no place to be: it costs time, never the answer."""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from caching import (
    CANONICAL,
    DEPRECATED,
    assert_same,
    assert_served,
    bare,
    check,
    check_under,
    kept_files,
    known,
    python_files,
    read,
    wait_until_settled,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from running import library
from test_faults import without_privileges

from ssot_audit.pipeline import audit as audit_here
from ssot_audit.repository import Options, open_repository
from ssot_audit.source.entry import SCANNED, Entry

FILES = {"canonical.py": CANONICAL, "deprecated.py": DEPRECATED, "plain.py": "x = 1\n"}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return library(tmp_path / "root", FILES)


@pytest.fixture
def home(root: Path) -> Path:
    """A user's cache folder, with a key and what one run read of the repository."""
    home = root.parent / "home"
    check(root, env=here(home))
    return home / "ssot-audit"


def here(home: Path) -> dict[str, str]:
    return {"XDG_CACHE_HOME": str(home)}


# Damage


def cut(share: float) -> Callable[[Path], None]:
    def damage(file: Path) -> None:
        os.truncate(file, int(file.stat().st_size * share))

    return damage


def overwritten(data: bytes) -> Callable[[Path], None]:
    def damage(file: Path) -> None:
        file.write_bytes(data)

    return damage


def moved_behind_a_link(file: Path) -> None:
    file.rename(file.parent.parent / "elsewhere")
    file.symlink_to(file.parent.parent / "elsewhere")


def turned_into_a_pipe(file: Path) -> None:
    file.unlink()
    os.mkfifo(file)


def longer(file: Path) -> None:
    file.write_bytes(file.read_bytes() + b"\0")


def without_its_key(file: Path) -> None:
    (file.parent / "key").unlink()


def with_half_a_key(file: Path) -> None:
    os.truncate(file.parent / "key", 16)


def with_another_key(file: Path) -> None:
    (file.parent / "key").write_bytes(bytes(32))


def with_a_link_for_a_key(file: Path) -> None:
    (file.parent / "key").rename(file.parent.parent / "key")
    (file.parent / "key").symlink_to(file.parent.parent / "key")


DAMAGE: Mapping[str, Callable[[Path], None]] = {
    "empty": cut(0),
    "a byte": overwritten(b"s"),
    "the first quarter": cut(0.25),
    "the first half": cut(0.5),
    "nearly all": cut(0.99),
    "a byte too many": longer,
    "random bytes": overwritten(random.Random(1).randbytes(5000)),
    "the right start and nothing true": overwritten(b"ssot-audit cache\n" + bytes(32) + b"{}\n"),
    "a link to it": moved_behind_a_link,
    "a pipe": turned_into_a_pipe,
    "no key": without_its_key,
    "half a key": with_half_a_key,
    "another key": with_another_key,
    "a link to the key": with_a_link_for_a_key,
}


@pytest.mark.parametrize("name", DAMAGE)
def test_what_is_damaged_is_told_of_and_not_used_and_then_replaced(root: Path, home: Path, name: str) -> None:
    (file,) = kept_files(home)
    elsewhere = file.read_bytes()
    DAMAGE[name](file)
    done = check(root, env=here(home.parent))
    assert "the cache was not used" in done.err
    assert (known(done), read(done)) == (0, python_files(root))
    assert_same(done, bare(root))
    assert_served(root, env=here(home.parent))
    assert file.is_file() and not file.is_symlink()
    if (home.parent / "elsewhere").exists():
        assert (home.parent / "elsewhere").read_bytes() == elsewhere, "what a link leads to is nobody's to write"


@pytest.mark.parametrize("name", ["the cache file", "the key"])
def test_a_folder_in_the_place_of_a_file_is_left_alone(root: Path, home: Path, name: str) -> None:
    place = kept_files(home)[0] if name == "the cache file" else home / "key"
    place.unlink()
    place.mkdir()
    (place / "mine").write_text("mine")
    for _ in range(2):
        assert_same(check(root, env=here(home.parent)), bare(root))
    assert (place / "mine").read_text() == "mine"
    assert [path.name for path in home.iterdir() if path.suffix == ".tmp"] == []


@pytest.fixture(scope="module")
def undamaged(tmp_path_factory: pytest.TempPathFactory) -> tuple[Options, Path, bytes]:
    """A repository, its cache file, and what that holds."""
    folder = tmp_path_factory.mktemp("undamaged")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(folder / "home"))
        options = Options((library(folder / "root", FILES),), no_cache=False)
        audit_here(options)
        (file,) = kept_files(folder / "home" / "ssot-audit")
        return options, file, file.read_bytes()


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_no_flipped_bit_is_believed(
    undamaged: tuple[Options, Path, bytes], monkeypatch: pytest.MonkeyPatch, data: st.DataObject
) -> None:
    options, file, whole = undamaged
    monkeypatch.setenv("XDG_CACHE_HOME", str(file.parents[1]))
    place = data.draw(st.integers(0, 8 * len(whole) - 1))
    damaged = bytearray(whole)
    damaged[place // 8] ^= 1 << place % 8
    file.write_bytes(damaged)
    repository = open_repository(options)
    assert repository.kept is None
    assert repository.cache and repository.cache.ignored
    file.write_bytes(whole)
    assert open_repository(options).kept is not None


# Forgery


def test_a_cache_that_comes_with_the_repository_is_not_believed(root: Path, tmp_path: Path) -> None:
    """It lies in the audited tree, is right in every number, and says that no file imports anything."""
    folder, forger = root / ".cache", here(tmp_path / "forger")
    wait_until_settled(root)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", forger["XDG_CACHE_HOME"])
        options = Options((root,), no_cache=False, cache_folder=folder)
        audit_here(options)
        repository = open_repository(options)
        assert repository.cache and repository.kept
        harmless = tuple(Entry(reader=SCANNED, digest=one.digest) for one in repository.kept.entries)
        repository.cache.save(repository.kept._replace(entries=harmless))
    fooled = check(root, "--cache-dir", folder, env=forger)
    assert fooled.json["references"] == [], "the forgery does not work, so the test would prove nothing"
    done = check(root, "--cache-dir", folder)
    assert "the cache was not used: it was not written here" in done.err
    assert_same(done, bare(root))
    assert done.code == 1


def test_what_was_kept_of_one_content_is_not_told_of_another(root: Path, tmp_path: Path) -> None:
    """The files of the same names in a copy that stands where the first one stood."""
    cache = tmp_path / "cache"
    check(root, "--cache-dir", cache)
    root.rename(tmp_path / "old")
    library(root, dict.fromkeys(FILES, DEPRECATED))
    assert_same(check(root, "--cache-dir", cache), bare(root))


# Places


@pytest.mark.parametrize("variable", ["HOME", "XDG_CACHE_HOME"])
def test_a_home_that_cannot_be_one_is_done_without(root: Path, variable: str) -> None:
    for _ in range(2):
        done = check(root, env={"XDG_CACHE_HOME": "", variable: os.devnull})
        assert known(done) == 0
        assert_same(done, bare(root))


def test_a_home_that_is_no_absolute_path_is_none(root: Path) -> None:
    before = sorted(root.rglob("*"))
    for _ in range(2):
        done = check_under(["env", f"--chdir={root}"], root, env={"HOME": "here", "XDG_CACHE_HOME": "there"})
        assert known(done) == 0
        assert_same(done, bare(root))
    assert sorted(root.rglob("*")) == before


@pytest.mark.parametrize("kind", ["a file", "a folder below a file", "a folder that cannot be written"])
def test_where_nothing_can_be_kept_the_answer_is_the_same(root: Path, tmp_path: Path, kind: str) -> None:
    file, shut = tmp_path / "file", tmp_path / "shut"
    file.write_text("mine\n")
    shut.mkdir(mode=0o555)
    place = {"a file": file, "a folder below a file": file / "below"}.get(kind, shut)
    for _ in range(2):
        done = check_under(without_privileges(), root, "--cache-dir", place)
        assert known(done) == 0
        assert_same(done, bare(root))
    assert file.read_text() == "mine\n" and list(shut.iterdir()) == []


def test_without_a_place_for_the_key_nothing_is_kept(root: Path, tmp_path: Path) -> None:
    (tmp_path / "shut").mkdir(mode=0o555)
    cache = tmp_path / "cache"
    for _ in range(2):
        done = check_under(without_privileges(), root, "--cache-dir", cache, env=here(tmp_path / "shut"))
        assert known(done) == 0
        assert_same(done, bare(root))
    assert kept_files(cache) == []


def test_a_cache_that_may_no_longer_be_written_is_still_read(root: Path, home: Path) -> None:
    home.chmod(0o555)
    try:
        done = check_under(without_privileges(), root, env=here(home.parent))
        assert known(done) == python_files(root)
        (root / "plain.py").write_text(DEPRECATED)
        for _ in range(2):
            done = check_under(without_privileges(), root, env=here(home.parent))
            assert read(done) == 1
            assert_same(done, bare(root))
    finally:
        home.chmod(0o755)
