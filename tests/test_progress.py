"""The progress bar: on standard error, where that is a terminal and the work is long, and nowhere else."""

from __future__ import annotations

import os
import subprocess
import sysconfig

import pytest
from running import COMMAND, FIXTURES, clean_environment

STDLIB = sysconfig.get_path("stdlib")


def seen_on_a_terminal(*arguments: str) -> bytes:
    """What a command writes to standard error where that is a terminal."""
    ours, theirs = os.openpty()
    command = [str(COMMAND), *arguments]
    environment = {**clean_environment(), "TERM": "xterm"}
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=theirs, env=environment):
        os.close(theirs)
        seen = b""
        while True:
            try:
                part = os.read(ours, 4096)
            except OSError:  # the other end is closed
                part = b""
            if not part:
                break
            seen += part
    os.close(ours)
    return seen


@pytest.mark.skipif(not hasattr(os, "openpty"), reason="no pseudo-terminals here")
def test_long_work_shows_a_bar_and_short_work_none() -> None:
    assert b"reading" in seen_on_a_terminal("imports", STDLIB, "--exclude", "site-packages/")
    assert seen_on_a_terminal("imports", str(FIXTURES / "platform" / "bots")) == b""
