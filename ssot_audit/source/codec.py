"""Facts as text, for other processes and for the cache: JSON arrays, nothing that could be executed."""

from __future__ import annotations

import json

from ssot_audit.facts import Binding, Channel, Context, Exports, Facts, Fault, Import, Place, Target, Use

_ALL = tuple(Context)
_CONTEXTS = tuple(tuple(one for number, one in enumerate(_ALL) if mask >> number & 1) for mask in range(1 << len(_ALL)))
_MASKS = {contexts: mask for mask, contexts in enumerate(_CONTEXTS)}
_CHANNELS = {channel.value: channel for channel in Channel}


def encode(facts: Facts) -> str:
    """The facts as one line of ASCII."""
    return json.dumps(
        (
            [(*one.place, one.level, one.module, one.name, one.alias, _MASKS[one.contexts]) for one in facts.imports],
            facts.bindings,
            facts.exports,
            facts.dynamic,
            [(one.imported, one.attributes, *one.place, _MASKS[one.contexts], one.channel.value) for one in facts.uses],
            [(one.function, one.path, one.level, *one.place, _MASKS[one.contexts]) for one in facts.targets],
            facts.fault,
        ),
        separators=(",", ":"),
    )


def decode(text: str) -> Facts:
    """The facts `encode` was given."""
    imports, bindings, exports, dynamic, uses, targets, fault = json.loads(text)
    return Facts(
        tuple(
            [
                Import(Place(a, b, c, d), level, module, name, alias, _CONTEXTS[mask])
                for a, b, c, d, level, module, name, alias, mask in imports
            ]
        ),
        tuple([Binding(*one) for one in bindings]),
        Exports(tuple(exports[0]), tuple(exports[1]), exports[2]) if exports else None,
        dynamic,
        tuple(
            [
                Use(imported, tuple(attributes), Place(a, b, c, d), _CONTEXTS[mask], _CHANNELS[channel])
                for imported, attributes, a, b, c, d, mask, channel in uses
            ]
        ),
        tuple(
            [
                Target(function, path, level, Place(a, b, c, d), _CONTEXTS[mask])
                for function, path, level, a, b, c, d, mask in targets
            ]
        ),
        Fault(*fault) if fault else None,
    )
