"""Files of environment variables, as python-dotenv reads them; variables in values are not expanded."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator

from ssot_audit.source.settings import commands
from ssot_audit.source.settings.marks import Malformed, Mark, line_at, refuse_long_blanks

_BEFORE = re.compile(r"\s*(?:export[^\S\r\n]+)?(?:'[^']+'|[^=#\s]+)[^\S\r\n]*=[^\S\r\n]*")


def read(text: str) -> Iterator[Mark]:
    """Every `KEY=value`; a name alone sets nothing."""
    from dotenv.parser import parse_stream

    refuse_long_blanks(text)
    offset = 0
    for binding in parse_stream(io.StringIO(text)):
        written = binding.original.string
        if binding.error:
            start = offset + len(written) - len(written.lstrip())
            raise Malformed(line_at(text, start), "is not `KEY=value`")
        before = _BEFORE.match(written)
        if binding.key is not None and binding.value is not None and before:
            inside = max(written.find(binding.value, before.end()), before.end())
            end = offset + inside + len(binding.value)
            yield Mark(binding.key, binding.value, offset + inside, min(end, offset + len(written)), "env")
            yield from commands.defaults(text, offset + before.end(), offset + len(written))
        offset += len(written)
