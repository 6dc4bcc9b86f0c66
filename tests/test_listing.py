"""Git's list of files, kept from run to run: whatever it follows from, a change of that is seen."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest
from caching import DEPRECATED, check, wait_until_settled
from running import Done, git, library, write

pytestmark = pytest.mark.skipif(os.name != "posix", reason="git is asked each time elsewhere")

WATCHED = """#!/bin/sh
printf '%s\\n' "$*" >> "$WATCHED"
exec {git} "$@"
"""
UNTRACKED = "/other/untracked.py\n"
FILES = {
    ".gitignore": "ignored/\nbuild/\n",
    "build/kept.py": DEPRECATED,
    "deep/er/inner.py": DEPRECATED,
    "docs/page.md": "A page.\n",
    "empty/.gitignore": "*.txt\n",
    "ignored/inner.py": DEPRECATED,
    "loose/untracked.py": DEPRECATED,
    "other/.gitignore": "*.pyi\n",
    "other/untracked.py": DEPRECATED,
    "user.py": DEPRECATED,
}


class Repository:
    """A git repository that has settled, a user of git's with a home, and what git was asked."""

    def __init__(self, folder: Path) -> None:
        self.root, self.home, self.asked = folder / "repository", folder / "home", folder / "asked"
        self.cache, self.outside = folder / "cache", folder / "outside"
        found = shutil.which("git")
        assert found
        write(folder, {"bin/git": WATCHED.format(git=found), "home/.gitconfig": "[user]\n\tname = A User\n"})
        write(self.outside, {"inner.py": DEPRECATED})
        (folder / "bin/git").chmod(0o755)
        self.env = {
            "PATH": os.pathsep.join((str(folder / "bin"), os.environ["PATH"])),
            "WATCHED": str(self.asked),
            "HOME": str(self.home),
            "XDG_CONFIG_HOME": "",
        }
        library(self.root, FILES)
        (self.root / "bare").mkdir()
        git(self.root, "init", "-q")
        git(self.root, "add", ".", ":!*/untracked.py")
        git(self.root, "add", "-f", "build/kept.py")

    def check(self) -> tuple[Done, bool]:
        """What a run says, and whether git made its list for it."""
        self.asked.write_text("")
        done = check(self.root, "--cache-dir", self.cache, env=self.env)
        return done, "ls-files" in self.asked.read_text()

    def bare(self) -> Done:
        """What a run says that knows nothing from before."""
        return check(self.root, "--no-cache", env=self.env)

    def names(self, done: Done) -> set[str]:
        return {one["filename"] for one in done.json["references"]}


def add(path: str) -> Callable[[Repository], object]:
    return lambda one: write(one.root, {path: DEPRECATED})


def text(path: str, content: str) -> Callable[[Repository], object]:
    return lambda one: write(one.root, {path: content})


def asked(*arguments: str) -> Callable[[Repository], object]:
    return lambda one: git(one.root, *arguments)


def at_home(path: str, content: str) -> Callable[[Repository], object]:
    return lambda one: write(one.home, {path: content})


def put_back(one: Repository) -> None:
    """A file in a folder whose time is put back."""
    folder = one.root / "deep"
    before = folder.stat()
    write(folder, {"added.py": DEPRECATED})
    os.utime(folder, ns=(before.st_atime_ns, before.st_mtime_ns))


def linked(one: Repository) -> None:
    shutil.rmtree(one.root / "deep")
    (one.root / "deep").symlink_to(one.outside)


def nested(one: Repository) -> None:
    git(one.root / "loose", "init", "-q")


def without_git(one: Repository) -> None:
    shutil.rmtree(one.root / ".git")


# What changes, and the files with a reference that come or go.
CHANGES: Mapping[str, tuple[Callable[[Repository], object], Sequence[str]]] = {
    "a file beside the others": (add("added.py"), ["+added.py"]),
    "a file deep down": (add("deep/er/added.py"), ["+deep/er/added.py"]),
    "a file in a folder without Python": (add("docs/added.py"), ["+docs/added.py"]),
    "a file in an empty folder": (add("bare/added.py"), ["+bare/added.py"]),
    "a file in a new folder": (add("new/er/added.py"), ["+new/er/added.py"]),
    "a file in a folder whose time is put back": (put_back, ["+deep/added.py"]),
    "a file goes": (lambda one: (one.root / "deep/er/inner.py").unlink(), ["-deep/er/inner.py"]),
    "a folder moves": (
        lambda one: (one.root / "deep").rename(one.root / "moved"),
        ["-deep/er/inner.py", "+moved/er/inner.py"],
    ),
    "a link instead of a folder": (linked, ["-deep/er/inner.py"]),
    "less is ignored": (text(".gitignore", "build/\n"), ["+ignored/inner.py"]),
    "more is ignored": (text(".gitignore", "ignored/\nbuild/\nother/\n"), ["-other/untracked.py"]),
    "more is ignored in a folder": (text("other/.gitignore", "*.py\n"), ["-other/untracked.py"]),
    "a folder begins to ignore": (text("deep/.gitignore", "*\n"), []),
    "the repository excludes": (text(".git/info/exclude", UNTRACKED), ["-other/untracked.py"]),
    "the user excludes": (at_home(".config/git/ignore", UNTRACKED), ["-other/untracked.py"]),
    "the user's configuration excludes": (
        lambda one: write(one.home, {".gitconfig": "[core]\n\texcludesFile = ~/mine\n", "mine": UNTRACKED}),
        ["-other/untracked.py"],
    ),
    "the repository's configuration excludes": (
        lambda one: (
            write(one.root, {"mine": UNTRACKED}),
            git(one.root, "config", "core.excludesFile", "mine"),
        ),
        ["-other/untracked.py"],
    ),
    "an ignored file is added": (asked("add", "-f", "ignored/inner.py"), ["+ignored/inner.py"]),
    "a file that is ignored by now is not tracked any more": (
        asked("rm", "-q", "--cached", "build/kept.py"),
        ["-build/kept.py"],
    ),
    "a repository inside": (nested, ["-loose/untracked.py"]),
    "no repository any more": (without_git, ["-build/kept.py"]),
}


@pytest.fixture(scope="module")
def repositories(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Repository]:
    """One for each change; they settle together."""
    made = {name: Repository(tmp_path_factory.mktemp("listing")) for name in CHANGES}
    for one in made.values():
        wait_until_settled(one.root.parent)
        one.check()
    return made


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_of_what_the_list_follows_from_is_seen(repositories: Mapping[str, Repository], name: str) -> None:
    one, (change, expected) = repositories[name], CHANGES[name]
    before, made = one.check()
    assert not made
    assert before.out == one.bare().out
    change(one)
    after, made = one.check()
    assert after.out == one.bare().out
    come, gone = one.names(after) - one.names(before), one.names(before) - one.names(after)
    assert sorted((*(f"+{each}" for each in come), *(f"-{each}" for each in gone))) == sorted(expected)


@pytest.fixture
def one(tmp_path: Path) -> Repository:
    return Repository(tmp_path)


def test_a_list_made_a_moment_after_a_change_is_not_kept(one: Repository) -> None:
    for number in range(3):
        add(f"other/{number}.py")(one)
        done, made = one.check()
        assert made
        assert f"other/{number}.py" in one.names(done)


def test_what_is_written_into_an_ignored_folder_asks_git_for_nothing(one: Repository) -> None:
    wait_until_settled(one.root.parent)
    first, _ = one.check()
    write(one.root, {"ignored/new/a.py": DEPRECATED, "build/b.py": DEPRECATED, "build/kept.py": ""})
    done, made = one.check()
    assert not made
    assert one.names(first) - one.names(done) == {"build/kept.py"}
    assert done.out == one.bare().out


def test_a_list_is_kept_again_once_a_change_has_settled(one: Repository) -> None:
    one.check()
    add("other/added.py")(one)
    git(one.root, "add", "other/added.py")
    wait_until_settled(one.root.parent)
    assert [one.check()[1] for _ in range(3)] == [True, False, False]


@pytest.mark.parametrize("inside", ["other/.git/HEAD", "other/__pycache__/x.pyc", "other/pyvenv.cfg"])
def test_where_git_may_look_elsewhere_it_is_asked_each_time(one: Repository, inside: str) -> None:
    write(one.root, {inside: "ref: refs/heads/main\n"})
    wait_until_settled(one.root.parent)
    for _ in range(3):
        done, made = one.check()
        assert made
        assert done.out == one.bare().out


@pytest.mark.parametrize("setting", ["core.worktree", "core.sparseCheckout"])
def test_an_unusual_tree_is_listed_each_time(one: Repository, setting: str) -> None:
    git(one.root, "config", setting, str(one.root) if setting == "core.worktree" else "true")
    wait_until_settled(one.root.parent)
    assert [one.check()[1] for _ in range(2)] == [True, True]


def test_a_folder_whose_name_begins_like_a_command_to_git_is_a_folder(one: Repository) -> None:
    write(one.root, {".gitignore": "/build/\n", "build/x.py": DEPRECATED, ":/build/x.py": DEPRECATED})
    wait_until_settled(one.root.parent)
    one.check()
    one.check()
    write(one.root, {":/build/added.py": DEPRECATED})
    assert one.check()[0].out == one.bare().out
    assert ":/build/added.py" in one.names(one.bare())


def test_where_git_reads_what_is_ignored_from_its_index_it_is_asked_each_time(one: Repository) -> None:
    write(one.root, {"other/.gitignore": "!untracked.py\n"})
    git(one.root, "add", "other/.gitignore")
    git(one.root, "update-index", "--skip-worktree", "other/.gitignore")
    (one.root / "other/.gitignore").unlink()
    wait_until_settled(one.root.parent)
    assert [one.check()[1] for _ in range(2)] == [True, True]


def test_the_configuration_is_not_kept_as_text(one: Repository) -> None:
    git(one.root, "config", "remote.origin.url", "https://name:hunter2@example.org/x.git")
    wait_until_settled(one.root.parent)
    one.check()
    kept = b"".join(path.read_bytes() for path in one.cache.glob("*.facts"))
    assert b"user.py" in kept
    assert b"hunter2" not in kept


@pytest.mark.parametrize("instead", ["", "#!/bin/sh\nexit 1\n"], ids=["none", "one that fails"])
def test_without_a_git_that_answers_nothing_is_taken_for_kept(one: Repository, instead: str) -> None:
    one.check()
    stub = one.root.parent / "bin/git"
    stub.write_text(instead)
    stub.chmod(0o755 if instead else 0o644)  # what cannot be run is looked for further on
    one.env["PATH"] = str(stub.parent)
    add("deep/added.py")(one)
    done = check(one.root, "--cache-dir", one.cache, env=one.env)
    assert "deep/added.py" in one.names(done)
    assert done.out == one.bare().out
