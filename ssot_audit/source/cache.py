"""What was read of a repository, kept from run to run: facts by content, never a verdict and never source text.

One file for each repository and selection of files, outside the audited tree. Its bytes are vouched for by a key that
only this user has, so that no other file is believed, whatever it says; what cannot be believed is ignored and written
anew. It is replaced whole, by renaming: runs side by side see the one or the other.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import stat
import sys
import time
from collections.abc import Iterable
from pathlib import Path

from ssot_audit import __version__
from ssot_audit.source.kept import Kept, decoded, encoded

FORMAT = 3
_MARK = b"ssot-audit cache\n"
_MAC = 32  # bytes of the code that vouches for the rest
_SUFFIX = ".facts"
_OURS = re.compile(r"[0-9a-f]{32}(?:\.facts|\.\d+\.tmp)\Z")
MAX_FILE = 512 << 20  # bytes; 100,000 files take about 60 MB
MAX_TOTAL = 1 << 30  # bytes of all cache files together; the oldest go first
MAX_AGE = 30 * 24 * 3600.0  # seconds a cache file may lie unused


def default_folder() -> Path | None:
    """Where caches are kept, or None where the user has no place for them."""
    given = os.environ.get("XDG_CACHE_HOME") or (os.environ.get("LOCALAPPDATA") if os.name == "nt" else None)
    if not given and os.environ.get("HOME") == "":  # taken for `/` otherwise
        return None
    try:
        home = Path(given) if given else Path.home() / ".cache"
    except RuntimeError:
        return None
    return home / "ssot-audit" if home.is_absolute() else None


class Cache:
    """The cache file of one repository and selection."""

    def __init__(self, folder: Path, root: Path, selection: Iterable[str]) -> None:
        from hashlib import sha256

        self._folder = folder
        # Each installed program has its own: two that share a repository would write over one another's.
        own = os.fspath(Path(__file__).parent), os.fspath(root), *selection
        name = sha256("\0".join(own).encode("utf-8", "surrogateescape")).hexdigest()
        self._path = folder / f"{name[:32]}{_SUFFIX}"
        self._reader = _reader()
        self.ignored = ""  # why there is a file that is not used

    def load(self) -> Kept | None:
        """What the file holds; None where there is none that can be believed."""
        try:
            data = _read_own(self._path)
        except FileNotFoundError:
            return None
        except OSError as error:
            self.ignored = error.strerror or type(error).__name__
            return None
        try:
            return self._believed(data)
        except (ValueError, LookupError, TypeError, RecursionError, OverflowError, MemoryError):
            self.ignored = "it is damaged"
            return None

    def _believed(self, data: bytes) -> Kept | None:
        from hmac import compare_digest, digest

        key = self._key(create=False)
        start = len(_MARK) + _MAC
        vouched = (
            key
            and data.startswith(_MARK)
            and compare_digest(digest(key, memoryview(data)[start:], "sha256"), data[len(_MARK) : start])
        )
        if not vouched:
            self.ignored = "it was not written here, or is damaged"
            return None
        end = data.index(b"\n", start)
        head = json.loads(data[start:end])
        if head["reader"] != self._reader:
            self.ignored = "another version wrote it"
            return None
        return decoded(head, memoryview(data)[end + 1 :])

    def save(self, kept: Kept) -> None:
        """Replace the file. Where that cannot be done the next run reads again, and no more is lost."""
        from hmac import digest

        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            key = self._key(create=True)
            body = encoded(kept, self._reader)
            if not key or len(body) > MAX_FILE:
                return
            temporary = self._path.with_name(f"{self._path.stem}.{os.getpid()}.tmp")
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
            try:
                with os.fdopen(os.open(temporary, flags, 0o600), "wb") as file:
                    file.writelines((_MARK, digest(key, body, "sha256"), body))
                temporary.replace(self._path)
            finally:
                temporary.unlink(missing_ok=True)
            _prune(self._folder)
        except (OSError, ValueError):
            return

    def _key(self, create: bool) -> bytes:
        """This user's key: kept in the user's own folder, wherever the cache is, so that a cache that comes with a
        repository is not believed."""
        home = default_folder()
        if home is None:
            return b""
        path = home / "key"
        key = _key_in(path)
        if key or not create:
            return key
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        temporary = path.with_name(f"key.{os.getpid()}.tmp")
        try:
            with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
                file.write(os.urandom(_MAC))
            with contextlib.suppress(OSError):  # of two first runs at once, one makes the key of both
                os.link(temporary, path)
            if not _key_in(path):
                temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
        return _key_in(path)


def _key_in(path: Path) -> bytes:
    """The key a file holds; none where it is not this user's, or is damaged."""
    with contextlib.suppress(OSError):
        key = _read_own(path)
        if len(key) == _MAC:
            return key
    return b""


def clean(folder: Path) -> int:
    """Remove every cache file of a folder; how many there were."""
    found = _files(folder)
    for path, _ in found:
        path.unlink(missing_ok=True)
    return len(found)


def size(folder: Path) -> tuple[int, int]:
    """How many cache files a folder has, and their bytes."""
    found = _files(folder)
    return len(found), sum(status.st_size for _, status in found)


def _files(folder: Path) -> list[tuple[Path, os.stat_result]]:
    try:
        paths = [path for path in folder.iterdir() if _OURS.match(path.name) and path.is_file()]
    except OSError:
        return []
    found = []
    for path in paths:
        with contextlib.suppress(OSError):
            found.append((path, path.lstat()))
    return found


def _prune(folder: Path) -> None:
    """Take out what nobody has used for long, and the oldest where all together are too large."""
    kept, now = 0, time.time()
    for path, status in sorted(_files(folder), key=lambda one: -one[1].st_mtime):
        kept += status.st_size
        old = now - status.st_mtime > (3600.0 if path.suffix == ".tmp" else MAX_AGE)
        if old or kept > MAX_TOTAL:
            path.unlink(missing_ok=True)


def _read_own(path: Path) -> bytes:
    """The bytes of a regular file of this user's. Raises OSError for any other."""
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    with os.fdopen(os.open(path, flags), "rb") as file:
        status = os.fstat(file.fileno())
        own = not hasattr(os, "getuid") or status.st_uid == os.getuid()
        if not stat.S_ISREG(status.st_mode) or not own or status.st_size > MAX_FILE:
            raise OSError(0, "it is no file of this user's")
        return file.read()


def _reader() -> str:
    """What facts depend on beside the bytes they are of: this program, what it reads with, and the interpreter."""
    versions = [_version(name, file) for name, file in (("libcst", "_version.py"), ("pcre2", "__init__.py"))]
    engine = os.environ.get("SSOT_AUDIT_ENGINE", "")
    return f"{FORMAT} {__version__} {_program()} {sys.version} {' '.join(versions)} {engine}"


def _version(package: str, file: str) -> str:
    """What tells one version of a package from another, without importing it: the size and time of a file of it."""
    for folder in sys.path:
        with contextlib.suppress(OSError):
            status = Path(f"{folder}/{package}/{file}").stat()
            return f"{package} {status.st_size} {int(status.st_mtime)}"
    return package


def _program() -> str:
    """The number, sizes and newest time of all files of this program."""
    number, size, newest = 0, 0, 0
    folders = [os.fspath(Path(__file__).parents[1])]
    while folders:
        for entry in os.scandir(folders.pop()):
            if entry.is_dir():
                folders += [entry.path] if entry.name != "__pycache__" else []
            else:
                status = entry.stat()
                number, size, newest = number + 1, size + status.st_size, max(newest, status.st_mtime_ns)
    return f"{number} {size} {newest}"
