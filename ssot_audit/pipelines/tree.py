"""The repository's files and folders, as a job sees them after its checkout."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Sequence
from pathlib import Path

from ssot_audit.globs import Globs

_PYTHON = (".py", ".pyi", ".pyx", ".ipynb")


class Tree:
    def __init__(self, root: Path, files: Sequence[str]) -> None:
        self._root, self._files = os.fspath(root), files
        self._known, self._python = {"", *files}, {""}
        for path in files:
            folders = self._python if path.endswith(_PYTHON) else self._known
            above = posixpath.dirname(path)
            while above and above not in folders:
                folders.add(above)
                above = posixpath.dirname(above)
        self._known |= self._python
        self.has_python = any(path.endswith(_PYTHON) for path in files)
        self._modules = _submodules(root)

    def exists(self, path: str) -> bool:
        """Whether there is such a file or folder, or may be: outside the repository, or in another one below it."""
        if path in self._known or path.startswith(("../", "/")) or path in ("", ".", ".."):
            return True
        if any(path == one or path.startswith(f"{one}/") for one in self._modules):
            return True
        return os.path.lexists(f"{self._root}/{path}")

    def is_folder_without_python(self, path: str) -> bool:
        """Whether the repository has files in a folder, and none of them is Python."""
        if path in ("", "."):
            return not self.has_python and bool(self._files)
        return path in self._known and path not in self._python and path not in self._files

    def matches(self, pattern: str) -> list[str]:
        """The files a gitignore pattern chooses."""
        globs = Globs((pattern,))
        return [path for path in self._files if globs.match(path)]


def _submodules(root: Path) -> tuple[str, ...]:
    try:
        lines = (root / ".gitmodules").read_text("utf-8", "replace").splitlines()
    except OSError:
        return ()
    pairs = (line.partition("=") for line in lines)
    return tuple(value.strip().strip("/") for key, _, value in pairs if key.strip() == "path")
