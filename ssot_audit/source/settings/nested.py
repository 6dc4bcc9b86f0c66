"""Where a reader stands in nested mappings and lists."""

from __future__ import annotations

from ssot_audit.source.settings.marks import Mark, join

MAX_DEPTH = 100


class TooDeep(Exception):
    """More than MAX_DEPTH mappings and lists in one another."""


class Frame:
    """One mapping or list that is open. `key` is that of the value to come, None in a mapping that waits for one."""

    __slots__ = ("is_list", "key", "length", "name", "pairs", "start")

    def __init__(self, name: str, is_list: bool) -> None:
        self.name, self.is_list = name, is_list
        self.key: str | None = None
        self.length = self.start = 0
        self.pairs: dict[str, Mark] = {}  # scalars a reader wants to see together


class Trail:
    """The open mappings and lists, outermost first."""

    def __init__(self, base: str = "") -> None:
        self._base, self._frames = base, list[Frame]()

    @property
    def top(self) -> Frame | None:
        return self._frames[-1] if self._frames else None

    def wants_key(self) -> bool:
        return bool(self._frames) and not self._frames[-1].is_list and self._frames[-1].key is None

    def take(self) -> str:
        """The full key of the value that begins here."""
        if not self._frames:
            return self._base
        frame = self._frames[-1]
        if frame.is_list:
            frame.length += 1
            return join(frame.name, str(frame.length - 1))
        key, frame.key = frame.key or "", None
        return join(frame.name, key)

    def enter(self, is_list: bool) -> Frame:
        """Open a mapping or list. Raises TooDeep."""
        if len(self._frames) >= MAX_DEPTH:
            raise TooDeep
        self._frames.append(Frame(self.take(), is_list))
        return self._frames[-1]

    def leave(self) -> Frame:
        return self._frames.pop()
