"""Git, asked for what it knows: with nothing from outside that may lead it elsewhere, and running no other program."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # loading it takes as long as git does for a short answer
    import subprocess


def git_environment() -> dict[str, str]:
    """The environment for git: nothing the caller's hooks or shell set may point it at another repository."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    return {**kept, "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"}


def git(root: Path, *arguments: str) -> bytes | None:
    """What git prints, or None where there is no git, no repository or an error."""
    import subprocess

    try:
        done = subprocess.run(
            _command(root, *arguments),
            capture_output=True,
            env=git_environment(),
            stdin=subprocess.DEVNULL,
            check=False,
        )
    except OSError:
        return None
    return done.stdout if done.returncode == 0 else None


def begin(root: Path, *arguments: str) -> subprocess.Popen[bytes] | None:
    """Git, at work while the caller is; None where there is none."""
    import subprocess

    with contextlib.suppress(OSError):
        return subprocess.Popen(
            _command(root, *arguments),
            env=git_environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
    return None


def asked(root: Path, *arguments: str) -> Callable[[], bytes | None]:
    """The same without `subprocess`, on POSIX alone: what comes back waits for all that git prints, and is called once.
    It gives None where there is no git or an error."""
    reading, writing = os.pipe()
    command, nothing = _command(root, *arguments), (os.devnull, os.O_RDWR, 0)
    streams = ((os.POSIX_SPAWN_DUP2, writing, 1), *((os.POSIX_SPAWN_OPEN, one, *nothing) for one in (0, 2)))
    try:
        process = os.posix_spawnp("git", command, git_environment(), file_actions=streams)
    except OSError:
        os.close(reading)
        return lambda: None
    finally:
        os.close(writing)

    def answer() -> bytes | None:
        with open(reading, "rb") as pipe:  # noqa: PTH123
            told = pipe.read()
        try:
            return told if os.waitpid(process, 0)[1] == 0 else None
        except ChildProcessError:  # whoever started this process has the system forget how children end
            return None

    return answer


def ignored(root: Path, paths: list[str]) -> set[str] | None:
    """Those of the paths that git ignores, whatever is tracked below them; None where it does not tell."""
    import subprocess

    # A path that begins with a colon would be more than a path.
    told = "\0".join(f"./{one}" for one in paths).encode("utf-8", "surrogateescape")
    try:
        done = subprocess.run(
            _command(root, "check-ignore", "--no-index", "-z", "--stdin"),
            input=told,
            capture_output=True,
            env=git_environment(),
            check=False,
        )
    except OSError:
        return None
    if done.returncode not in (0, 1):
        return None
    return {os.fsdecode(one.removeprefix(b"./")) for one in done.stdout.split(b"\0") if one}


def hides_ignores(root: Path) -> bool:
    """Whether git may read what it ignores from its index, where that says that a file is not to be in the tree."""
    told = git(root, "ls-files", "-t", "-z", "--", ".gitignore", "**/.gitignore")
    return told is None or any(one.startswith(b"S ") for one in told.split(b"\0"))


def work_tree(folder: Path) -> Path | None:
    """The top of the git work tree that holds the folder, if any."""
    if os.path.isfile(f"{folder}/.git/HEAD"):  # noqa: PTH113 - the usual case, without asking git
        return folder
    if not any(os.path.lexists(f"{one}/.git") for one in (folder, *folder.resolve().parents)):
        return None
    top = git(folder, "rev-parse", "--show-toplevel")
    return Path(os.fsdecode(top.rstrip(b"\n"))) if top and top.strip() else None


def _command(root: Path, *arguments: str) -> list[str]:
    """A git command line. Configuration that would run programs is switched off."""
    safe = ("-c", "core.fsmonitor=false", "-c", f"core.hooksPath={os.devnull}", "-c", "core.untrackedCache=false")
    return ["git", *safe, "-C", str(root), *arguments]
