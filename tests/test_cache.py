"""What is kept from run to run: it saves reading, and never shows in an answer."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from caching import (
    CANONICAL,
    DEPRECATED,
    FILES,
    OTHER_RULE,
    assert_same,
    assert_served,
    bare,
    check,
    kept_files,
    known,
    python_files,
    read,
    repository,
    rewrite_unnoticed,
    wait_until_settled,
)
from running import FIXTURES, RULE, audit, library, write


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return repository(tmp_path / "root")


@pytest.fixture
def cache(root: Path) -> Path:
    """A cache that holds what one run read of the repository."""
    folder = root.parent / "cache"
    check(root, "--cache-dir", folder)
    return folder


def test_a_second_run_reads_no_file_and_gives_the_same_bytes(root: Path, tmp_path: Path) -> None:
    first = check(root, "--cache-dir", tmp_path / "cache")
    assert (known(first), read(first)) == (0, python_files(root))
    assert_same(first, bare(root))
    assert_served(root, "--cache-dir", tmp_path / "cache")


def test_a_run_says_by_which_readers_and_why(tmp_path: Path) -> None:
    # What spells no governed name is read by its statements alone; what stands in an f-string only the tree can tell.
    files = {"plain.py": "import json\n", "doubt.py": "import library\n\nx = f'{library.Thing}'\n"}
    done = bare(library(tmp_path, files))
    said = [line for line in done.err.splitlines() if " read by " in line]
    assert read(done) == python_files(tmp_path)
    assert any(line.endswith("import statements alone") for line in said)
    assert any("the whole tree: " in line for line in said)
    assert not any(word in done.out for word in ("known from", "read by"))


def test_only_a_changed_file_is_read_again(root: Path, cache: Path) -> None:
    (root / "plain.py").write_text(DEPRECATED)
    done = check(root, "--cache-dir", cache)
    assert (known(done), read(done)) == (python_files(root) - 1, 1)
    assert_same(done, bare(root))
    assert "plain.py" in done.out


def test_added_removed_and_renamed_files_are_noticed(root: Path, cache: Path) -> None:
    (root / "deprecated.py").rename(root / "moved.py")
    (root / "star.py").unlink()
    write(root, {"new/added.py": DEPRECATED})
    done = check(root, "--cache-dir", cache)
    assert read(done) == 2
    assert_same(done, bare(root))
    assert_served(root, "--cache-dir", cache)


def test_a_folder_that_comes_to_be_ignored_is_left_out(root: Path, cache: Path) -> None:
    write(root, {"gone/inner.py": DEPRECATED})
    check(root, "--cache-dir", cache)
    write(root, {".gitignore": "gone/\n"})
    done = check(root, "--cache-dir", cache)
    assert "gone/" not in done.out
    assert_same(done, bare(root))
    write(root, {".gitignore": "star.py\n"})
    assert_same(check(root, "--cache-dir", cache), bare(root))


def test_an_edit_that_keeps_size_and_time_of_modification_is_seen(root: Path, cache: Path) -> None:
    wait_until_settled(root)
    check(root, "--cache-dir", cache)
    assert_served(root, "--cache-dir", cache)
    rewrite_unnoticed(root / "canonical.py", CANONICAL.replace("things", "thinks"))
    done = check(root, "--cache-dir", cache)
    assert (known(done), read(done)) == (python_files(root) - 1, 1)
    assert_same(done, bare(root))
    assert done.out != bare(repository(root.parent / "unchanged")).out


def test_a_file_written_a_moment_before_it_was_read_is_seen_to_change(root: Path, cache: Path) -> None:
    rewrite_unnoticed(root / "canonical.py", CANONICAL.replace("things", "thinks"))
    done = check(root, "--cache-dir", cache)
    assert read(done) == 1
    assert_same(done, bare(root))


def test_a_file_touched_or_written_anew_without_a_change_is_not_read_again(root: Path, cache: Path) -> None:
    os.utime(root / "deprecated.py")
    text = (root / "alias.py").read_text()
    (root / "alias.py").unlink()
    (root / "alias.py").write_text(text)
    assert_served(root, "--cache-dir", cache)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Thing comes from", "One thing comes from"),
        ('id = "thing"', 'id = "thing"\nseverity = "warning"'),
        ('["library.Thing"]', "[]"),
        # A path in a file, so that it cannot be a module's: where it could, what spells it is read for that again.
        ('["library.Thing"]', '["deprecated.Thing"]'),
    ],
    ids=["title", "severity", "no deprecated path", "another deprecated path"],
)
def test_a_changed_rule_for_the_same_names_reads_no_file_again(
    root: Path, cache: Path, before: str, after: str
) -> None:
    before_change = bare(root)
    write(root, {"rules.toml": RULE.replace(before, after)})
    assert_served(root, "--cache-dir", cache)
    assert bare(root).out != before_change.out


def test_a_rule_for_a_new_name_reads_again_only_what_spells_it(root: Path, cache: Path) -> None:
    write(root, {"rules.toml": RULE + OTHER_RULE})
    done = check(root, "--cache-dir", cache)
    assert "Other" in FILES["other.py"]
    assert (known(done), read(done)) == (python_files(root) - 1, 1)
    assert_same(done, bare(root))
    write(root, {"rules.toml": RULE})
    assert_served(root, "--cache-dir", cache)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (["library.Thing", "pkg.old"], ["library.Thing", "other.old"]),
        (["pkg.old"], ["pkg.*"]),
        (["library.things"], ["library.Thing"]),
    ],
)
def test_what_was_asked_for_before_does_not_show_in_the_answer(
    tmp_path: Path, first: list[str], second: list[str]
) -> None:
    files = {
        "pkg/__init__.py": "",
        "user.py": "import pkg\nfrom pkg import old\n\npkg.old.Thing\nold.Thing\n",
        "teller.py": '"""It speaks of pkg, and of old."""\n',
        "whole.py": "import library.things as t\n\nt.Thing\n",
    }
    root, cache = repository(tmp_path / "root", files), tmp_path / "cache"
    for listed in (first, second, first):
        quoted = ", ".join(f'"{path}"' for path in listed)
        write(root, {"rules.toml": RULE.replace('"library.Thing"', quoted).partition("[[rule.bad]]")[0]})
        assert_same(check(root, "--cache-dir", cache), bare(root))


def test_the_reader_of_whole_trees_neither_uses_nor_spoils_a_cache(root: Path, cache: Path) -> None:
    done = check(root, "--cache-dir", cache, "--reader", "tree")
    assert (known(done), read(done)) == (0, python_files(root))
    assert_served(root, "--cache-dir", cache)


def test_paths_and_check_share_what_they_read(root: Path, cache: Path) -> None:
    command = ("paths", "Other", root, "--output-format", "json")
    assert audit(*command, "--cache-dir", cache) == audit(*command, "--no-cache")
    assert_served(root, "--cache-dir", cache)


def test_each_selection_of_files_is_kept_by_itself(root: Path, cache: Path) -> None:
    for _ in range(2):
        done = check(root, "--cache-dir", cache, "--exclude", "star.py")
        assert_same(done, bare(root, "--exclude", "star.py"))
    assert_served(root, "--cache-dir", cache)
    assert len(kept_files(cache)) == 2


# The answer does not depend on how it was come by


@pytest.mark.parametrize("name", ["platform", "odd"])
def test_neither_workers_nor_readers_nor_a_cache_show_in_the_answer(tmp_path: Path, name: str) -> None:
    folder = tmp_path / name
    shutil.copytree(FIXTURES / name, folder)
    want = bare(folder)
    assert want.json["references"]
    for arguments in (("-j", "1"), ("-j", "2"), ("--reader", "tree")):
        assert_same(bare(folder, *arguments), want)
    for _ in range(2):
        assert_same(check(folder, "--cache-dir", tmp_path / "cache"), want)


def test_the_number_of_workers_does_not_show_in_the_answer_for_many_files(tmp_path: Path) -> None:
    # More files than the command reads without workers, and than it hands a worker at once.
    many = {f"folder{number % 7}/file{number}.py": list(FILES.values())[number % len(FILES)] for number in range(150)}
    root = repository(tmp_path / "root", many)
    want = bare(root, "-j", "1")
    assert len({one["filename"] for one in want.json["references"]}) > 100
    assert_same(bare(root, "-j", "2"), want)
    assert_same(bare(root, "-j", "2", "--reader", "tree"), want)
