"""What could not be read when it was looked at is looked at again, and never remembered as something else."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from caching import CANONICAL, DEPRECATED, assert_same, bare, check, check_under, wait_until_settled
from running import library
from test_faults import without_privileges

from ssot_audit.pipeline import audit
from ssot_audit.repository import Options


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return library(tmp_path / "root", {"canonical.py": CANONICAL, "plain.py": "x = 1\n"})


def test_a_file_that_could_not_be_read_is_tried_again(root: Path, tmp_path: Path) -> None:
    """Who may read it can change without a change of the file."""
    command, cache = without_privileges(), ("--cache-dir", tmp_path / "cache")
    (root / "canonical.py").chmod(0)
    wait_until_settled(root)
    refused = check_under(command, root, *cache)
    assert [one["filename"] for one in refused.json["errors"]] == (["canonical.py"] if command else [])
    assert_same(check_under(command, root, *cache), refused)
    if command:  # as the superuser, whom no mode stops
        assert_same(check(root, *cache), bare(root))
        assert bare(root).json["errors"] == []


@pytest.mark.parametrize("change", ["another folder goes", "a file comes", "nothing"])
def test_a_folder_that_cannot_be_opened_is_told_of_each_time(root: Path, tmp_path: Path, change: str) -> None:
    command, cache = without_privileges(), ("--cache-dir", tmp_path / "cache")
    library(root, {"closed/inner.py": DEPRECATED, "other/inner.py": "x = 1\n"})
    (root / "closed").chmod(0)
    try:
        assert check_under(command, root, *cache).code == 2
        if change == "another folder goes":
            shutil.rmtree(root / "other")
        elif change == "a file comes":
            (root / "new.py").write_text("x = 1\n")
        done = check_under(command, root, *cache)
        assert [one["filename"] for one in done.json["errors"]] == ["closed"]
        assert_same(done, check_under(command, root, "--no-cache"))
    finally:
        (root / "closed").chmod(0o755)


def test_a_file_whose_folder_was_shut_since_is_told_of(root: Path, tmp_path: Path) -> None:
    command, cache = without_privileges(), ("--cache-dir", tmp_path / "cache")
    (root / "closed").mkdir()
    wait_until_settled(root)
    (root / "closed" / "inner.py").write_text(CANONICAL)  # so late that its times tell nothing
    assert check_under(command, root, *cache).json["errors"] == []
    (root / "closed").chmod(0o644)
    try:
        done = check_under(command, root, *cache)
        assert [one["filename"] for one in done.json["errors"]] == ["closed/inner.py"]
        assert_same(done, check_under(command, root, "--no-cache"))
    finally:
        (root / "closed").chmod(0o755)


def test_a_file_that_changes_between_two_readers_is_not_kept_as_what_it_was(root: Path, tmp_path: Path) -> None:
    """Read once, rewritten, read again because of a doubt, and then put back."""
    first, second = "f'{x['a']}'  # Thing\n", DEPRECATED
    file = root / "restless.py"
    file.write_text(first)

    def watch(what: str, done: int, total: int) -> None:
        if what == "reading" and done == total:
            file.write_text(second)

    options = Options((root,), no_cache=False, cache_folder=tmp_path / "cache")
    audit(options._replace(watch=watch))
    assert file.read_text() == second, "it was not rewritten, so the test would prove nothing"
    file.write_text(first)
    assert audit(options).references == audit(Options((root,))).references
