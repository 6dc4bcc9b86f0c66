"""Public input of a known version, laid out in a folder of its own, with the rules it is measured with."""

from __future__ import annotations

import itertools
import os
import platform
import shutil
import stat
import sys
import sysconfig
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from measure import Command, text_of

HOMEASSISTANT = "2026.2.3"
_HOMEASSISTANT_PYTHON = "3.13.9"  # that release wants a newer interpreter than may be running here
_RULES = Path(__file__).resolve().parent / "rules"
_SUFFIXES = (".py", ".pyi")
_NEVER = (".git", ".hg", ".svn", ".venv", "node_modules", "__pycache__", ".tox", ".nox", ".eggs", ".ruff_cache")
# Of the standard library: what a distribution adds, and for a quick run the larger part, which is tests.
_INSTALLED = ("site-packages", "dist-packages")
_TESTS = ("test", "tests", "idlelib", "lib2to3")


@dataclass(frozen=True, slots=True)
class Input:
    """A tree of Python files, what it is, and the options that name its rules."""

    name: str
    about: str
    tree: Path
    rules: tuple[str, ...]


def homeassistant(work: Path) -> Input:
    tree = _laid_out(work / f"homeassistant-{HOMEASSISTANT}", _unpack_homeassistant)
    about = f"the wheel of homeassistant {HOMEASSISTANT}, all its files"
    return Input("homeassistant", about, tree, ("--rules", str(_RULES / "homeassistant.toml")))


def standard_library(work: Path, quick: bool) -> Input:
    version = platform.python_version()
    left_out = (*_INSTALLED, *_TESTS) if quick else _INSTALLED
    name = "stdlib-without-tests" if quick else "stdlib"
    tree = _laid_out(work / f"{name}-{version}", lambda folder: _copy_library(folder, left_out))
    about = f"the standard library of Python {version}{', without tests' if quick else ''}, its Python files"
    return Input(name, about, tree, ("--rules", str(_RULES / "stdlib.toml")))


def given(folder: Path, rules: Path | None) -> Input:
    options = ("--rules", str(rules.resolve())) if rules else ()
    return Input(folder.name, "the folder given, as it is", folder, options)


def copied(tree: Path, target: Path) -> None:
    """Puts a fresh copy of a tree into a git repository at `target`, and into its one commit what git would show."""
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(tree, target, symlinks=True, ignore=_unwanted)
    if shutil.which("git"):
        who = ("-c", "user.name=benchmark", "-c", "user.email=benchmark@localhost", "-c", "commit.gpgsign=false")
        for arguments in (("init", "-q"), ("add", "-A"), (*who, "commit", "-q", "--no-verify", "-m", "The tree")):
            text_of(Command(("git", *arguments), target))


def changing(path: Path) -> Callable[[], object]:
    """Writes the file's first text and one more comment, each time another."""
    text = path.read_bytes()
    numbers = itertools.count(1)
    return lambda: path.write_bytes(text + b"\n# change %d\n" % next(numbers))


def grown(package: Path, target: Path, count: int) -> None:
    """A tree of `count` files: copies of a package under other top-level names, texts unchanged, the last copy cut
    short. The first keeps its name, so that what the copies import is in the tree, and holds its core first."""
    shutil.rmtree(target, ignore_errors=True)
    files = sorted(python_files(package), key=lambda path: ("components" in path.parts, path))
    for number, source in zip(range(count), itertools.cycle(files), strict=False):
        copy = number // len(files)
        top = target / (f"{package.name}_{copy:03}" if copy else package.name)
        place = top / source.relative_to(package)
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, place)


def python_files(tree: Path) -> Iterator[Path]:
    for folder, names, files in os.walk(tree):
        names[:] = [name for name in names if name not in _NEVER and not Path(folder, name, "pyvenv.cfg").exists()]
        paths = (Path(folder, name) for name in files if name.endswith(_SUFFIXES))
        yield from (path for path in paths if not path.is_symlink())


def megabytes(tree: Path) -> float:
    return round(sum(path.stat().st_size for path in python_files(tree)) / 1e6, 1)


def _laid_out(target: Path, fill: Callable[[Path], None]) -> Path:
    """The folder, filled now or on an earlier day; one left half filled is never taken for a whole one."""
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=target.parent) as partial:
            whole = Path(partial, "tree")
            whole.mkdir()
            fill(whole)
            whole.rename(target)
    return target


def _unpack_homeassistant(folder: Path) -> None:
    with tempfile.TemporaryDirectory() as wheels:
        wanted = (f"homeassistant=={HOMEASSISTANT}", "--python-version", _HOMEASSISTANT_PYTHON)
        pip = (sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:")
        text_of(Command((*pip, *wanted, "--dest", wheels), folder))
        (wheel,) = Path(wheels).glob("*.whl")
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(folder)


def _copy_library(folder: Path, left_out: tuple[str, ...]) -> None:
    library = Path(sysconfig.get_path("stdlib"))
    for path in python_files(library):
        inside = path.relative_to(library)
        if not any(part in left_out for part in inside.parts[:-1]):
            place = folder / inside
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, place)


def _unwanted(folder: str, names: list[str]) -> set[str]:
    """What a copy goes without: what no tool reads, and what is neither file, folder nor link."""
    kinds = {name: os.lstat(Path(folder, name)).st_mode for name in names}
    return {
        name
        for name, kind in kinds.items()
        if name in _NEVER
        or Path(folder, name, "pyvenv.cfg").exists()
        or not (stat.S_ISREG(kind) or stat.S_ISDIR(kind) or stat.S_ISLNK(kind))
    }
