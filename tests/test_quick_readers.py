"""The quick readers, each held to the slower one that defines it, over real files and mutations of them."""

from __future__ import annotations

import ast
import random
import warnings
from functools import cache

from running import ROOT
from test_agrees_with_ast import INSTALLED, STDLIB, python_files

from ssot_audit.facts import Failure
from ssot_audit.source import jit
from ssot_audit.source.blocks import contexts, in_module
from ssot_audit.source.lines import Line, logical_lines
from ssot_audit.source.plain import without_plain_statements
from ssot_audit.source.relevant import lines_around, relevant_lines
from ssot_audit.source.scan import scan, stacks_at
from ssot_audit.source.statements import ENDS, _parts, _plain_parts, imported_count
from ssot_audit.source.text import decode
from ssot_audit.source.tokens import Tokens

SAMPLE = 700


@cache
def texts() -> tuple[str, ...]:
    """Real files, spread over the standard library, the installed packages and this project."""
    paths = [*python_files(STDLIB), *python_files(INSTALLED)]
    chosen = [*paths[:: max(1, len(paths) // SAMPLE)], *python_files(ROOT / "ssot_audit")]
    found = (decode(path.read_bytes()) for path in chosen)
    return tuple(text for text in found if not isinstance(text, Failure))


def parses(text: str) -> bool:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            ast.parse(text)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return False
    return True


def test_the_lines_that_matter_tell_what_all_lines_tell() -> None:
    compared, differing = 0, []
    for text in texts():
        mask = jit.masked(text)
        lines = relevant_lines(text, mask) if mask is not None else None
        if lines is not None and parses(text):
            compared += 1
            if scan(text, lines) != scan(text):
                differing.append(text[:200])
    assert differing == []
    assert compared > 0.9 * len(texts())  # else the quick way is not the usual one


def test_the_blocks_around_a_line_are_told_by_few_lines_as_by_all() -> None:
    dice, compared = random.Random(4), 0
    for text in (*texts(), FAILS_BESIDE):
        mask = jit.masked(text)
        if mask is None or not jit.statements(mask) or not parses(text):
            continue
        every = list(logical_lines(text))
        starts = [one.start for one in every if one.word in ("import", "from") or dice.random() < 0.01]
        tokens = Tokens(text, mask)
        few = lines_around(text, mask, {tokens.line(start).span for start in starts})
        if few is not None:
            assert contexts_of(text, few, starts) == contexts_of(text, every, starts)
            compared += len(starts)
    assert compared > 1000


def contexts_of(text: str, lines: list[Line], starts: list[int]) -> list[tuple[object, ...]]:
    found = stacks_at(text, lines, starts)
    assert len(found) == len(starts)
    return [(line, contexts(stack, at), in_module(stack)) for at, (line, stack) in zip(starts, found, strict=True)]


FAILS_BESIDE = """
import pytest
try:
    from library import Thing
except ImportError:
    pass
else:
    pytest.fail("it must be gone")
"""


def test_the_line_and_the_top_statement_around_a_place_are_those_of_all_lines() -> None:
    dice, compared = random.Random(5), 0
    for text in texts():
        mask = jit.masked(text)
        lines = jit.logical_lines(mask) if mask is not None and jit.statements(mask) is not None else None
        if mask is None or not lines or not parses(text):
            continue
        tops = [one for one in lines if text[one[0]] not in " \t"]
        for start, end in dice.sample(lines, min(10, len(lines))):
            offset = start + len(text[start:end]) - len(text[start:end].lstrip())
            assert jit.line_around(mask, offset) == (start, end)
            top = jit.top_around(mask, offset)
            assert top is not None and top[0] == max((first for first, _ in tops if first <= offset))
            assert jit.line_around(mask, offset, top[0]) == (start, end)
            compared += 1
    assert compared > 1000


def test_every_import_statement_is_found_and_read_as_libcst_reads_it() -> None:
    seen: set[str] = set()
    for text in texts():
        mask = jit.masked(text)
        spans = jit.statements(mask) if mask is not None else None
        if spans is not None and parses(text):
            found = [text[start:end].rstrip(ENDS) for start, end in spans]
            assert sum(map(imported_count, found)) == len(scan(text)[0].imports)
            seen.update(found)
    plain = {one: _plain_parts(one) for one in seen}
    assert [one for one, parts in plain.items() if parts is not None and parts != _parts(one)] == []
    assert sum(parts is not None for parts in plain.values()) > 0.9 * len(seen) > 1000


def test_a_text_is_valid_where_the_rest_of_it_is_without_its_plain_statements() -> None:
    shorter, whole = 0, 0
    for text in texts():
        mask = jit.masked(text)
        if mask is not None and jit.statements(mask) is not None:
            rest = without_plain_statements(mask).decode()
            shorter, whole = shorter + len(rest), whole + len(text)
            assert not parses(rest) or parses(text), text[:200]
            assert parses(rest) or not parses(text) or "?" in rest, text[:200]
    assert shorter < whole / 2


PIECES = ("(", ")", "[", "]", "{", "}", ",", ":", "=", "*", "**", ".", " ", "\n", "\\\n", "if ", "else ", "for ", "in ")
MORE = ("not ", "await ", "lambda ", "f'{x}'", "'", '"', "as ", "1", "0x", "None", "x", "#", ";", "-", "==", ":=", "@")


def test_no_mutation_of_a_real_line_is_taken_for_valid_that_is_not() -> None:
    """Most mutations are not valid Python; one that the pattern takes must be."""
    dice = random.Random(8)
    lines = [line for text in texts()[::9] for line in text.split("\n") if line.strip() and len(line) < 150]
    taken, wrong = 0, []
    for _ in range(40_000):
        letters = list(dice.choice(lines).strip())
        for _ in range(dice.randrange(3)):
            at = dice.randrange(len(letters) + 1)
            letters[at : at + dice.randrange(3)] = [dice.choice((*PIECES, *MORE))]
        line = "".join(letters)
        text = f"async def f():\n    {line}\n    pass\n"
        mask = jit.masked(text)
        if mask is None or jit.statements(mask) is None:
            continue
        rest = without_plain_statements(mask).decode()
        if rest != mask.decode():
            taken += 1
            if parses(rest) and not parses(text):
                wrong.append(line)
    assert wrong == []
    assert taken > 10_000
