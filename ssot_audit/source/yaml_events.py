"""YAML as events with places. Only importer of PyYAML: no tag is constructed, and no alias is followed here."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from ssot_audit.source.settings.marks import Malformed, line_at

SCALAR, MAPPING, SEQUENCE, END, ALIAS, DOCUMENT = "scalar", "mapping", "sequence", "end", "alias", "document"
_KINDS = {
    "ScalarEvent": SCALAR,
    "MappingStartEvent": MAPPING,
    "SequenceStartEvent": SEQUENCE,
    "MappingEndEvent": END,
    "SequenceEndEvent": END,
    "AliasEvent": ALIAS,
    "DocumentStartEvent": DOCUMENT,
}


class Event(NamedTuple):
    """What begins, stands or ends at text[start:end]. `style` is how a scalar is written: `|`, `>`, a quote, or ""."""

    kind: str
    value: str
    anchor: str
    start: int
    end: int
    style: str = ""


def events(text: str) -> Iterator[Event]:
    """The events of all documents. Raises Malformed."""
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml, where PyYAML was built with it
    try:
        parsed: Any = yaml.parse(text, Loader=loader)
        for one in parsed:
            kind = _KINDS.get(type(one).__name__)
            if kind:
                value, style = getattr(one, "value", None) or "", getattr(one, "style", None) or ""
                anchor = getattr(one, "anchor", None) or ""
                yield Event(kind, value, anchor, one.start_mark.index, one.end_mark.index, style)
    except yaml.reader.ReaderError:
        bad = yaml.reader.Reader.NON_PRINTABLE.search(text)
        raise Malformed(line_at(text, bad.start() if bad else 0), "holds a control character") from None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise Malformed(mark.line + 1 if mark else 1, f"is not valid YAML: {error.problem}") from None
