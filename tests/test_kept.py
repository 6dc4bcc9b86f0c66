"""What a run keeps for the next: it saves reading, and changes no answer."""

from __future__ import annotations

import os
import random
import shutil
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from running import FIXTURES, RULE, Done, audit, library, write

SECRET = "a_word_that_stands_nowhere_else"
FILES = {
    "good.py": "from library.things import Thing\n",
    "old.py": f"# {SECRET}\nfrom library import Thing\nx = '{SECRET}'\n",
    "other.py": "from library.things import Thing as Renamed\n",
    "far.py": "import other\nother.Renamed()\n",
}


def check(root: Path, cache: Path, *arguments: str) -> Done:
    return audit("check", root, "--cache-dir", cache, "--output-format", "json", *arguments)


def read_anew(done: Done) -> int:
    """How many files a run told it has read."""
    return sum(int(line.split()[1]) for line in done.err.splitlines() if " files read by " in line)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A repository whose files were written long ago."""
    root = library(tmp_path / "tree", FILES)
    settle(root)
    return root


def settle(root: Path) -> None:
    """Wait until nothing is so fresh that its times cannot be relied on."""
    newest = max(path.stat().st_ctime for path in root.rglob("*"))
    while time.time() - newest < 2.5:
        time.sleep(0.1)


def test_a_second_run_reads_nothing_and_answers_the_same(tree: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    first, second = check(tree, cache, "-v"), check(tree, cache, "-v")
    assert read_anew(first) >= len(FILES)
    assert read_anew(second) == 0
    assert first.out == second.out == check(tree, cache, "--no-cache").out


def test_an_edit_that_keeps_size_and_time_is_seen(tree: Path, tmp_path: Path) -> None:
    cache, file = tmp_path / "cache", tree / "good.py"
    check(tree, cache)
    before = file.stat()
    file.write_text("from library import Thing       \n"[: before.st_size - 1] + "\n")
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    after = file.stat()
    assert (after.st_size, after.st_mtime_ns) == (before.st_size, before.st_mtime_ns)
    done = check(tree, cache, "-v")
    assert read_anew(done) == 1
    assert done.out == check(tree, cache, "--no-cache").out


def test_only_the_file_that_changed_is_read(tree: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    check(tree, cache)
    (tree / "old.py").write_text("from library import Thing as Older\n")
    (tree / "good.py").touch()
    done = check(tree, cache, "-v")
    assert read_anew(done) == 1
    assert done.out == check(tree, cache, "--no-cache").out


def test_a_rule_with_a_new_name_is_answered_as_if_nothing_were_kept(tree: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    check(tree, cache)
    rules = (tree / "rules.toml").read_text()
    write(tree, {"rules.toml": rules.replace('["library.Thing"]', '["library.Thing", "other.Renamed"]')})
    assert check(tree, cache).out == check(tree, cache, "--no-cache").out


def test_what_is_kept_is_private_and_holds_no_source_text(tree: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    check(tree, cache)
    (kept,) = cache.glob("*.facts")
    assert kept.stat().st_mode & 0o777 == 0o600
    assert cache.stat().st_mode & 0o777 == 0o700
    assert SECRET.encode() not in kept.read_bytes()


@pytest.mark.parametrize("seed", range(12))
def test_a_damaged_cache_is_ignored_and_written_anew(tree: Path, tmp_path: Path, seed: int) -> None:
    cache = tmp_path / "cache"
    right = check(tree, cache)
    (kept,) = cache.glob("*.facts")
    data, dice = bytearray(kept.read_bytes()), random.Random(seed)
    if seed < 8:
        data[dice.randrange(len(data))] ^= 1 << dice.randrange(8)
    else:
        del data[(seed - 8) * len(data) // 4 :]
    kept.write_bytes(data)
    damaged, again = check(tree, cache, "-v"), check(tree, cache, "-v")
    assert damaged.out == again.out == right.out
    assert "the cache was not used" in damaged.err
    assert read_anew(damaged) > 0 and read_anew(again) == 0


def test_a_cache_another_user_made_is_not_believed(tree: Path, tmp_path: Path) -> None:
    """One that came with the repository, say: made of other files of the same names, under another key."""
    cache, lies = tmp_path / "cache", {"XDG_CACHE_HOME": str(tmp_path / "other-user")}
    texts = {name: (tree / name).read_text() for name in FILES}
    write(tree, dict.fromkeys(FILES, "pass\n"))
    arguments = ("check", tree, "--cache-dir", cache, "--output-format", "json")
    audit(*arguments, env=lies)
    write(tree, texts)
    assert "was not written here" in audit(*arguments).err
    assert audit(*arguments).out == audit(*arguments[:2], *arguments[4:], "--no-cache").out


def test_where_nothing_can_be_kept_the_answer_is_the_same(tree: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    right = check(tree, tmp_path / "cache").out
    assert check(tree, tmp_path / "file").out == right
    homeless = {"HOME": "", "XDG_CACHE_HOME": ""}
    assert audit("check", tree, "--output-format", "json", env=homeless).out == right
    assert "0 files known" in audit("check", tree, "-v", env=homeless).err


def test_the_cache_command_shows_and_removes_what_is_kept(tree: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    check(tree, cache)
    assert ": 1 file, " in audit("cache", "--cache-dir", cache).out
    assert "1 file removed" in audit("cache", "clean", "--cache-dir", cache).out
    assert list(cache.glob("*.facts")) == []


@pytest.mark.parametrize("fixture", ["platform", "odd"])
@pytest.mark.parametrize(
    ("arguments", "env"),
    [(("-j", "1"), {}), (("-j", "2"), {}), (("--reader", "tree"), {}), ((), {"SSOT_AUDIT_ENGINE": "re"})],
    ids=["one worker", "two workers", "the whole tree", "the standard library's engine"],
)
def test_the_answer_does_not_depend_on_how_files_are_read(
    fixture: str, arguments: tuple[str, ...], env: dict[str, str]
) -> None:
    command = ("check", FIXTURES / fixture, "--output-format", "json", "--no-cache")
    assert audit(*command, *arguments, env=env).out == audit(*command).out


TEXTS = (
    *FILES.values(),
    "import library\nlibrary.Thing\n",
    "from unittest.mock import patch\npatch('library.Thing')\n",
    "from library import *\n",
    "from library import Thing\ndef (\n",
    "x = 1\n",
    "from good import Thing\nAnother = Thing\n",
)
EDITS = st.lists(
    st.tuples(st.sampled_from(("a.py", "good.py", "other.py", "sub/b.py")), st.sampled_from((*TEXTS, None)))
)


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(EDITS)
def test_after_any_edits_the_answer_is_that_of_a_run_that_knows_nothing(
    tmp_path: Path, edits: list[tuple[str, str | None]]
) -> None:
    root, cache = tmp_path / "edited", tmp_path / "cache"
    shutil.rmtree(root, ignore_errors=True)
    library(root, FILES)
    for name, text in edits[:4]:
        if text is None:
            (root / name).unlink(missing_ok=True)
        else:
            write(root, {name: text})
        assert check(root, cache).out == check(root, cache, "--no-cache").out


def test_a_rule_that_governs_a_folder_is_asked_of_files_whose_text_does_not_spell_it(tmp_path: Path) -> None:
    files = {"old/__init__.py": "", "old/x.py": "from . import y\nfrom .y import Q\n", "old/y.py": "class Q: ...\n"}
    root = library(tmp_path / "root", {f"library/{name}": text for name, text in files.items()})
    assert check(root, tmp_path / "cache").code == 0
    rule = RULE.replace('["library.Thing"]', '["library.Thing", "library.old"]')
    write(root, {"rules.toml": rule})
    again = check(root, tmp_path / "cache")
    assert again.code == 1
    assert again.out == audit("check", root, "--no-cache", "--output-format", "json").out


def test_the_import_paths_of_a_name_are_the_same_with_and_without_what_is_kept(tmp_path: Path) -> None:
    files = {
        "aa.py": "import os, sys\nfrom library.things import Thing\nX = 1\n",
        "b.py": "from aa import X as Thing\n",
        "c.py": "from b import Thing\n",
    }
    root = library(tmp_path / "root", files)
    command = ("paths", "Thing", root, "--output-format", "json")
    fresh, tree = audit(*command, "--no-cache"), audit(*command, "--no-cache", "--reader", "tree")
    check(root, tmp_path / "cache")
    kept = audit(*command, "--cache-dir", tmp_path / "cache")
    assert fresh.out == tree.out == kept.out
    names = {one["path"]: one["names"] for one in fresh.json["paths"]}
    assert (names["library.things.Thing"], names["b.Thing"]) == (2, 1)
