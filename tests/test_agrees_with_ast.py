"""The imports of thousands of real files, held against the interpreter's own tree; and the two readers against each
other."""

from __future__ import annotations

import json
import sysconfig
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest
from libcst import ParserSyntaxError
from oracle import Imported, imports_of
from running import FIXTURES, audit, write

from ssot_audit.facts import Failure
from ssot_audit.source.parsed import parsed
from ssot_audit.source.scan import scan
from ssot_audit.source.text import decode
from ssot_audit.source.walk import walk

STDLIB = Path(sysconfig.get_path("stdlib")).resolve()
INSTALLED = Path(sysconfig.get_path("purelib")).resolve()
# Folders the command never reads, and one it is told not to.
NEVER = {".git", ".venv", "node_modules", "__pycache__", ".tox", ".nox", ".eggs", "site-packages"}
SAMPLE = 150


def python_files(folder: Path) -> list[Path]:
    """The Python files below a folder, in order, but for links and what the command leaves out."""
    return [
        path
        for path in sorted(folder.rglob("*.py*"))
        if path.suffix in (".py", ".pyi")
        and not path.is_symlink()
        and NEVER.isdisjoint(path.relative_to(folder).parts[:-1])
    ]


def told(folder: Path) -> dict[str, list[Imported]]:
    """What `ssot-audit imports` tells of each file that has imports."""
    found: dict[str, list[Imported]] = defaultdict(list)
    done = audit("imports", folder, "--exclude", "site-packages/")
    assert "reading" not in done.err  # the progress bar is for terminals
    for text in done.out.splitlines():
        one = json.loads(text)
        one["contexts"] = tuple(one["contexts"])
        found[one["file"]].append(Imported(*(one[field] for field in Imported._fields)))
    return found


def compare(folder: Path) -> tuple[int, list[str]]:
    """How many files of a folder were compared, and what differs in them."""
    found = told(folder)
    compared, differing = 0, []
    for path in python_files(folder):
        want = imports_of(path.read_bytes())
        if want is None:
            continue
        compared += 1
        name = path.relative_to(folder).as_posix()
        have = found.get(name, [])
        if have != want:
            differing.append(f"{name}: missing {set(want) - set(have)}, unexpected {set(have) - set(want)}")
    return compared, differing


@pytest.mark.parametrize("folder", [STDLIB, INSTALLED], ids=["standard library", "installed packages"])
def test_every_import_of_every_real_file_is_the_interpreters(folder: Path) -> None:
    compared, differing = compare(folder)
    assert differing == []
    assert compared >= 1000


def test_the_comparison_tells_a_file_whose_imports_differ(tmp_path: Path) -> None:
    write(tmp_path, {"kept.py": "import json\n", "lost/site-packages/gone.py": "import json\n"})
    assert compare(tmp_path) == (1, [])
    write(tmp_path, {".gitignore": "kept.py\n"})
    compared, differing = compare(tmp_path)
    assert compared == 1
    assert [one.partition(":")[0] for one in differing] == ["kept.py"]


def texts(paths: list[Path]) -> Iterator[tuple[Path, str]]:
    for path in paths:
        data = path.read_bytes()
        text = decode(data)
        if not isinstance(text, Failure) and imports_of(data) is not None:
            yield path, text


def test_the_scanner_and_both_trees_read_the_same_imports() -> None:
    files = python_files(STDLIB)
    sample = files[:: max(1, len(files) // SAMPLE)][:SAMPLE]
    compared, differing, unread = 0, [], 0
    for path, text in texts([*sample, *python_files(FIXTURES)]):
        compared += 1
        facts, _ = scan(text)
        scanned = [(one.level, one.module, one.name, one.alias, one.contexts) for one in facts.imports]
        try:
            tree = walk(text)
        except ParserSyntaxError:
            unread += 1
            continue
        if scanned != [tuple(one) for one in tree.imports] or parsed(text) not in (tree, None):
            differing.append(path)
    assert differing == []
    assert compared >= SAMPLE
    assert unread <= 2  # LibCST does not know `(name): kind = value`, which some versions of the library have
