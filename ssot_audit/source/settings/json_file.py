"""JSON. The standard library says whether a text is JSON; in one that is, the tokens tell where each value stands."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from ssot_audit.source.settings.marks import Malformed, Mark, line_at
from ssot_audit.source.settings.nested import MAX_DEPTH, TooDeep, Trail

_TOKEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[{}\[\],:]|[^\s{}\[\],:"]+')


def read(text: str) -> Iterator[Mark]:
    """Every text, number, true, false and null below a key or in a list."""
    try:
        json.loads(text, parse_int=str, parse_float=str)
    except json.JSONDecodeError as error:
        raise Malformed(line_at(text, error.pos), f"is not valid JSON: {error.msg}") from None
    trail = Trail()
    for token in _TOKEN.finditer(text):
        word = token[0]
        if word in "{[":
            try:
                trail.enter(word == "[")
            except TooDeep:
                raise Malformed(line_at(text, token.start()), f"nests more than {MAX_DEPTH} levels") from None
        elif word in "}]":
            trail.leave()
        elif word in ",:":
            continue
        else:
            value = json.loads(word) if word[0] == '"' else word
            if trail.top and trail.wants_key():
                trail.top.key = value
            elif trail.top:
                yield Mark(trail.take(), value, token.start(), token.end(), "json")
