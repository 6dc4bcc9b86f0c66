"""One file to what it claims: Markdown, and the docstrings of Python. Runs in a worker process."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from ssot_audit.documents import cited, markdown, markers, prose, snippets, status
from ssot_audit.documents.claim import Claim
from ssot_audit.documents.dates import day_of, is_record
from ssot_audit.facts import Failure
from ssot_audit.source.files import read_bytes

MAX_BYTES = 4 << 20  # a longer document is a log nobody wrote
MAX_LINE = 4000  # characters; a longer line is data
# Whatever makes a claim: a share, a count, a status, a mark, something that could be a path, an import, a marker.
_MAY_CLAIM = re.compile(rb"%|\.[a-z]|[A-Z]{4}|\xe2\x9c|\xe2\x9d|iolation|import|ssot:|/ssot|\]\(|tests? ", re.I)


class Task(NamedTuple):
    root: str
    path: str


class Contents(NamedTuple):
    """What one document claims."""

    claims: tuple[Claim, ...] = ()
    marked: tuple[markers.Marked, ...] = ()


def read_document(task: Task) -> Contents | Failure:
    text = text_of(f"{task.root}/{task.path}")
    return text if isinstance(text, Failure) else contents(task.path, text)


def text_of(path: str) -> str | Failure:
    """The text of a document with its byte order mark and line ends as they are."""
    data = read_bytes(path)
    if isinstance(data, Failure):
        return data
    if len(data) > MAX_BYTES:
        return Failure(f"has {len(data):,} bytes; documents over {MAX_BYTES:,} are not read")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        return Failure(f"is not UTF-8 (byte {error.start})")


def contents(path: str, text: str) -> Contents:
    """What a document of this name and text claims."""
    if not _MAY_CLAIM.search(text.encode("utf-8", "replace")):
        return Contents()
    body = text.removeprefix("\ufeff")
    document = markdown.read(body)
    head = markdown.lines_of(body[:4000])
    day = day_of(path, head)
    kept = day if is_record(path, head) else ""
    skipped = len(text) - len(body)
    marked = [
        one._replace(begin=one.begin + skipped, end=one.end + skipped) for one in markers.find(body, document.live)
    ]
    inside = {one.line for one in marked}  # what is between markers is not read as prose as well
    claims = [one for one in _claims(document, day, kept, path) if one.line not in inside]
    return Contents(tuple(claims), tuple(marked))


def _claims(document: markdown.Document, day: str, kept: str, path: str) -> Iterator[Claim]:
    for one in document.prose:
        if len(one.text) <= MAX_LINE:
            if not one.text.startswith("[ ]"):
                yield from prose.claims_of(one, day, path)
                yield from status.status_of(one, day, path)
            yield from cited.files_of(one, kept, path)
    for code in document.code:
        yield from snippets.imports_of(code, day, path)


def lost_document(task: Task, reason: str) -> Failure:
    return Failure(reason)


def read_docstrings(task: Task) -> list[Claim]:
    data = read_bytes(f"{task.root}/{task.path}")
    return [] if isinstance(data, Failure) else snippets.in_docstrings(data)


def lost_docstrings(task: Task, reason: str) -> list[Claim]:
    return []  # a file that cannot be read is told by `check`
