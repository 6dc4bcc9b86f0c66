"""Shell scripts that a configuration says are pipelines: what a machine runs for the status it exits with."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ssot_audit.pipelines.model import Job, Script, Step, Text

_SHEBANG = re.compile(r"#![^\n]*\s-[a-z]*e[a-z]*\b")


def read(path: str, text: str) -> Iterator[Job]:
    """A script as a job of one step, run at the top of the repository; its own `set` says how the shell goes on."""
    script = Script(Text(text, ((0, 0),)), _SHEBANG.match(text) is not None, False)
    yield Job(path, (Step(path, script, text=text),))
