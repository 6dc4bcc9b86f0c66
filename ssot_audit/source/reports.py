"""Test reports of either kind: JUnit XML, or the list of what pytest has collected."""

from __future__ import annotations

import re

from ssot_audit.facts import Failure
from ssot_audit.source.cases import COLLECTED, Case, ReportSeen

_NODE = re.compile(r"(?P<file>\S(?:[^:]|:(?!:))*?\.pyi?)::(?P<rest>\S.*)\Z")
_TOTAL = re.compile(r"^=* ?(?:no tests collected|\d+(?:/\d+)? tests? collected)", re.MULTILINE)
_BEFORE_MARKUP = b"\xef\xbb\xbf\xff\xfe\0 \t\r\n"  # byte-order marks, UTF-16 and white space


def read_report(data: bytes) -> ReportSeen | Failure:
    """What a report says; a Failure for what is none."""
    if data[:4096].lstrip(_BEFORE_MARKUP)[:1] == b"<":
        from ssot_audit.source.junit import read_xml

        return read_xml(data)
    text = data.decode("utf-8", "replace")
    nodes = [found for line in text.splitlines() if (found := _NODE.match(line.strip()))]
    if not nodes and not _TOTAL.search(text):
        return Failure("is neither JUnit XML nor the output of `pytest --collect-only -q`")
    return ReportSeen(tuple(dict.fromkeys(map(_collected, nodes))))


def _collected(found: re.Match[str]) -> Case:
    path, bracket, arguments = found["rest"].partition("[")
    *classes, name = path.split("::")
    module = re.sub(r"\.pyi?\Z", "", found["file"]).replace("/", ".")
    return Case(".".join((module, *classes)), name + bracket + arguments, found["file"], 0, COLLECTED)
