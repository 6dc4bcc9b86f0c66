"""INI files, as configparser reads them. It keeps no lines, but puts an option into its mapping while it holds the line
the option stands in; a mapping of our own looks there."""

from __future__ import annotations

import configparser
import re
from collections.abc import Iterator
from typing import Any

from ssot_audit.source.settings.marks import Malformed, Mark, join, refuse_long_blanks

_DELIMITER = re.compile(r"[=:]\s*")


def read(text: str) -> Iterator[Mark]:
    """Every option, `section.option`; a section's and an option's names as written."""
    refuse_long_blanks(text)
    lines = _Lines(text)
    names: dict[int, str] = {}
    found: list[tuple[Any, str, list[str], int, str]] = []  # section, option, its lines, offset and text of the first

    class Section(dict[Any, Any]):
        def __setitem__(self, key: Any, value: Any) -> None:
            super().__setitem__(key, value)
            if isinstance(value, Section):
                names[id(value)] = key
            elif isinstance(value, list) and lines.reading:
                found.append((self, key, value, lines.start, lines.line))

    parser = configparser.RawConfigParser(dict_type=Section, strict=False, interpolation=None)
    parser.optionxform = str  # type: ignore[assignment, method-assign]
    try:
        parser.read_file(lines)
    except configparser.MissingSectionHeaderError as error:
        raise Malformed(error.lineno, "is not valid INI: an option before the first [section]") from None
    except configparser.ParsingError as error:
        line = error.errors[0][0] if error.errors else 1
        raise Malformed(line, "is not valid INI: neither [section] nor `option = value`") from None
    except configparser.Error:
        raise Malformed(lines.number, "is not valid INI") from None
    for section, option, values, start, first in found:
        name = names.get(id(section), parser.default_section)
        delimiter = _DELIMITER.search(first.rstrip("\r\n"))
        begin = start + (delimiter.end() if delimiter else 0)
        yield Mark(join(name, option), "\n".join(values).rstrip(), begin, begin + len(values[0]), "ini")


class _Lines:
    """The lines of a text one by one, and which of them is being read."""

    def __init__(self, text: str) -> None:
        self._text = text
        self.start = self.number = 0
        self.line, self.reading = "", False

    def __iter__(self) -> Iterator[str]:
        self.reading = True
        for found in re.finditer(r"[^\r\n]*(?:\r\n|\r|\n|\Z)", self._text):
            self.start, self.line = found.start(), found[0]
            self.number += 1
            if found[0]:
                yield found[0].rstrip("\r\n") + "\n"
        self.reading = False
