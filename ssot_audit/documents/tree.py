"""The files of a repository, and what a reference to one finds there."""

from __future__ import annotations

import os
import posixpath
import re
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from ssot_audit.documents.claim import Claim, Standing
from ssot_audit.documents.markdown import lines_of
from ssot_audit.facts import Failure
from ssot_audit.source.files import read_bytes

MANY = 3  # places a file may have moved to for them to be told


class Answer(NamedTuple):
    """How a reference stands, what there is instead, and where."""

    standing: Standing
    measured: str = ""
    places: tuple[tuple[str, int], ...] = ()


class Tree:
    """Answers about the files at `paths`, and about those on disk that git would not show."""

    def __init__(self, root: Path, paths: Sequence[str]) -> None:
        self.root = root
        self._paths = frozenset(paths)
        self._named: dict[str, list[str]] = defaultdict(list)
        self._folders: set[str] = set()
        for path in paths:
            self._named[posixpath.basename(path)].append(path)
            parts = path.split("/")
            self._folders.update("/".join(parts[:number]) for number in range(1, len(parts)))
        self._folder_ends = {end for folder in self._folders for end in _ends(folder)}
        self._lines: dict[str, list[str]] = {}

    def answer(self, document: str, claim: Claim) -> Answer:
        """How a reference in a document stands."""
        is_link = claim.subject.startswith("link ")
        cited = claim.subject.removeprefix("link ")
        found = self._files(document, cited, is_link)
        if not found:
            return self._absent(document, cited, is_link)
        if not claim.scope:
            return Answer(Standing.TRUE)
        answers = [self._line(path, int(claim.scope), claim.symbol) for path in found]
        return next((one for one in answers if one.standing is Standing.TRUE), answers[0])

    def _files(self, document: str, cited: str, is_link: bool) -> list[str]:
        """The files a reference may mean: from the document's folder, from the top, or below any folder."""
        here = posixpath.dirname(document)
        given = [posixpath.normpath(posixpath.join(here, cited)), posixpath.normpath(cited)]
        if cited.startswith("/"):
            given = [posixpath.normpath(cited.lstrip("/"))]
        for path in given[:1] if is_link else given:
            if self._exists(path):
                return [path]
        if is_link:
            return []
        plain = posixpath.normpath(cited).lstrip("./")
        return [path for path in self._named.get(posixpath.basename(plain), ()) if f"/{path}".endswith(f"/{plain}")]

    def _exists(self, path: str) -> bool:
        if path in self._paths or path in self._folders or path == ".":
            return True
        outside = path.startswith("../") or path == ".."
        return not outside and os.path.lexists(f"{self.root}/{path}")

    def _absent(self, document: str, cited: str, is_link: bool) -> Answer:
        plain = posixpath.normpath(cited).lstrip("./")
        folder, name = posixpath.split(plain)
        if is_link:
            plain = posixpath.normpath(posixpath.join(posixpath.dirname(document), cited)).lstrip("/")
            if plain.startswith("../"):
                return Answer(Standing.UNVERIFIABLE, "is outside the repository")
            folder, name = posixpath.split(plain)
        elif not self._is_ours(posixpath.dirname(document), cited, folder):
            return Answer(Standing.UNVERIFIABLE, "no folder of the repository has such a name")
        if is_link and (other := self._in_other_language(plain)):
            return Answer(Standing.UNVERIFIABLE, f"is there in another language: {other}", ((other, 1),))
        moved = self._named.get(name, []) if name.lower() not in _COMMON else []
        if is_link and posixpath.normpath(cited).lstrip("./") in self._paths:  # written as if from the top
            moved = [posixpath.normpath(cited).lstrip("./")]
        if moved and len(moved) <= MANY:
            return Answer(
                Standing.STALE,
                f"is not there; a file of that name is {', '.join(moved)}",
                tuple((path, 1) for path in moved),
            )
        return Answer(Standing.FALSE, "there is no such file")

    def _is_ours(self, here: str, cited: str, folder: str) -> bool:
        """Whether the folder of a cited path is of this repository. One plain word, as `app` in a tutorial, must be at
        the top or beside the document; of a longer name the end of any folder will do."""
        first = folder.partition("/")[0]
        beside = posixpath.normpath(posixpath.join(here, posixpath.dirname(cited) if cited.startswith(".") else first))
        if not folder or first in self._folders or beside in self._folders:
            return bool(folder)
        return folder in self._folder_ends and ("/" in folder or "_" in folder)

    def _in_other_language(self, path: str) -> str:
        """The same path below another language's folder, which sites with translations fall back to."""
        parts = path.split("/")
        at = [number for number, one in enumerate(parts[:-1]) if _LANGUAGE.match(one)]
        for other in self._named.get(parts[-1], ()):
            theirs = other.split("/")
            for number in at:
                same = len(theirs) == len(parts) and _LANGUAGE.match(theirs[number])
                if same and parts[:number] + parts[number + 1 :] == theirs[:number] + theirs[number + 1 :]:
                    return other
        return ""

    def _line(self, path: str, line: int, symbol: str) -> Answer:
        lines = self._text(path)
        if lines is None:
            return Answer(Standing.TRUE)
        if line < 1 or line > len(lines):
            return Answer(Standing.STALE, f"{path} has {len(lines):,} lines", ((path, len(lines)),))
        if not symbol:
            return Answer(Standing.TRUE)
        last = symbol.removesuffix("()").rpartition(".")[2]
        definition = re.compile(rf"^([ \t]*)(?:async\s+)?(?:class|def)\s+{re.escape(last)}\b")
        at = [number for number, one in enumerate(lines, 1) if definition.match(one)]
        near = any(re.search(rf"\b{re.escape(last)}\b", one) for one in lines[max(0, line - 4) : line + 3])
        if not at or near or any(_end(lines, number) >= line >= number for number in at):
            return Answer(Standing.TRUE)
        return Answer(Standing.STALE, f"{last} is at line {', '.join(map(str, at[:MANY]))}", ((path, at[0]),))

    def _text(self, path: str) -> list[str] | None:
        """The lines of a file; None where it cannot be read as text."""
        if path not in self._lines:
            data = read_bytes(f"{self.root}/{path}")
            text = "" if isinstance(data, Failure) else data.decode("utf-8", "replace")
            lines = lines_of(text)
            self._lines[path] = lines[:-1] if lines[-1] == "" else lines
            if isinstance(data, Failure):
                return None
        return self._lines[path]


_LANGUAGE = re.compile(r"[a-z]{2}(?:[-_][A-Za-z]{2,4})?\Z")
_COMMON = frozenset(
    [
        "__init__.py",
        "readme.md",
        "conftest.py",
        "index.md",
        "main.py",
        "config.py",
        "setup.py",
        "models.py",
        "index.xml",
    ]
)


def _ends(folder: str) -> list[str]:
    parts = folder.split("/")
    return ["/".join(parts[number:]) for number in range(len(parts))]


def _end(lines: Sequence[str], begin: int) -> int:
    """The last line of the block that a line begins."""
    deep = len(lines[begin - 1]) - len(lines[begin - 1].lstrip())
    last = begin
    for number in range(begin + 1, len(lines) + 1):
        one = lines[number - 1]
        if one.strip():
            if len(one) - len(one.lstrip()) <= deep and not one.lstrip().startswith((")", "]", "}", "#")):
                break
            last = number
    return last
