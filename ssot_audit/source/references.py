"""What a file refers to of the names that are asked for, and nothing else of it: imports that spell one, and spots."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from ssot_audit.facts import Channel, Facts, Import, Target, Use
from ssot_audit.source import jit, search
from ssot_audit.source.blocks import Block, contexts, in_module
from ssot_audit.source.bound import Bound, Imported
from ssot_audit.source.entry import Question
from ssot_audit.source.jit import Span
from ssot_audit.source.lines import Ruler
from ssot_audit.source.relevant import lines_around
from ssot_audit.source.scan import stacks_at
from ssot_audit.source.spots import Hits, Spot, hits, spots
from ssot_audit.source.statements import ENDS, import_statement
from ssot_audit.source.tokens import Tokens, Unsure

Stacks = Mapping[int, tuple[int, tuple[Block, ...]]]  # by offset: where its line starts, and the blocks around it
Links = tuple[tuple[str, str], ...]


class Clues(NamedTuple):
    """What tells whether a text may refer to the names: its import statements, those of them that spell one or are a
    star, and where else one is spelled as a reference would."""

    statements: Sequence[Span]
    bearing: Sequence[Span]
    hits: Hits = Hits()

    @property
    def matter(self) -> bool:
        return bool(self.bearing) or any(self.hits)


def references(text: str, mask: bytes, clues: Clues, question: Question) -> tuple[Facts, Links]:
    """The facts of a valid text as far as they bear on the names, and the names of the module that an import makes
    stand for one of them. Raises Unsure where more of the text must be read to tell."""
    every = [
        (start + one.start, one, _is_outermost(mask, start))
        for start, end in (clues.statements if any(clues.hits) else clues.bearing)
        for one in import_statement(text[start:end].rstrip(ENDS))
    ]
    bound = [Bound(one, number, outer) for number, (_, one, outer) in enumerate(every)]
    tokens = Tokens(text, mask, clues.statements)
    seen = spots(text, tokens, clues.hits, bound, question)
    used = {spot.imported for spot in seen}
    chosen = [number for number, (_, one, _) in enumerate(every) if number in used or is_wanted(one, question)]
    inner = [every[number][0] for number in chosen if not every[number][2]]
    stacks = _stacks(text, mask, tokens, sorted((*inner, *(spot.start for spot in seen))))
    ruler, imports = Ruler(text), []
    links: dict[tuple[str, str], None] = {}
    for start, one, outer in (every[number] for number in chosen):
        stack = () if outer else stacks[start][1]
        place = ruler.place(start, start + one.end - one.start)
        imports.append(Import(place, one.level, one.module, one.name, one.alias, contexts(stack, start)))
        if one.means != one.bound and in_module(stack):
            links[one.bound, one.means] = None
    numbers = {number: at for at, number in enumerate(chosen)}
    uses, targets = placed(text, seen, stacks, numbers)
    return Facts(tuple(imports), (), None, False, uses, targets), tuple(links)


def _is_outermost(mask: bytes, start: int) -> bool:
    """Whether a statement is the module's for certain: it starts a line, and that line goes on with none."""
    return mask[start] == jit.LINE_END and not mask[max(0, start - 2) : start].rstrip(b" ").endswith(b"\\")


_SCOPE = re.compile(rb"(?:async[ \t]+)?def\b|class\b|@")


def may_rename(mask: bytes, question: Question) -> bool:
    """Whether a module may give one of the names another one by an assignment."""
    top: Span | None = None
    for hit in search.given_names(question, mask):
        if top is None or top[1] < hit:
            top = jit.top_around(mask, hit, top[1] + 1 if top else 0)
        if top is None or _SCOPE.match(mask, top[0] + 1) is None:
            return True
    return False


def is_wanted(one: Imported, question: Question) -> bool:
    """Whether an import spells one of the names, or is a star, which may bring any."""
    return one.name == "*" or search.words(question).search(f"{one.module} {one.name or ''}") is not None


def _stacks(text: str, mask: bytes, tokens: Tokens, offsets: Sequence[int]) -> Stacks:
    if not offsets:
        return {}
    lines = lines_around(text, mask, {tokens.line(offset).span for offset in offsets})
    found = stacks_at(text, lines, offsets) if lines is not None else ()
    if len(found) != len(offsets):
        raise Unsure("a name whose line cannot be told")
    return dict(zip(offsets, found, strict=True))


def placed(
    text: str, seen: Sequence[Spot], stacks: Stacks, numbers: Mapping[int, int]
) -> tuple[tuple[Use, ...], tuple[Target, ...]]:
    """The spots of a text, in order, with their contexts; `numbers` are the indexes of their imports among its facts.
    Raises Unsure for a spot in a lambda, which has contexts of its own."""
    ruler, uses, targets = Ruler(text), [], []
    for spot in seen:
        line, stack = stacks[spot.start]
        if "lambda" in text[line : spot.start]:
            raise Unsure("a name in a lambda")
        place, when = ruler.place(spot.start, spot.end), contexts(stack, spot.start)
        if spot.imported < 0:
            targets.append(Target(spot.function, spot.path, 0, place, when))
        else:
            channel = Channel.STRING if spot.function not in ("", "getattr") else Channel.ATTRIBUTE
            uses.append(Use(numbers[spot.imported], tuple(spot.path.split(".")), place, when, channel))
    return tuple(uses), tuple(targets)


def with_spots(text: str, mask: bytes, facts: Facts, question: Question) -> Facts:
    """The whole facts of a text, with its spots. Raises Unsure where only the whole tree can tell."""
    outermost = {one.imported for one in facts.bindings if one.kind == "import"}
    imports = [Bound(one, number, number in outermost) for number, one in enumerate(facts.imports)]
    tokens = Tokens(text, mask)
    if any(map(tokens.is_code, search.other_letters(question, text))):
        raise Unsure("names that may be spelled in other letters")
    seen = spots(text, tokens, hits(question, mask), imports, question)
    if not seen:
        return facts
    stacks = _stacks(text, mask, tokens, [one.start for one in seen])
    uses, targets = placed(text, seen, stacks, {number: number for number in range(len(imports))})
    return facts._replace(uses=uses, targets=targets)
