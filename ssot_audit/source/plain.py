"""Statements that a pattern proves to be Python, so that the interpreter need not be asked about them.

A parser's time goes by tokens, and nine in ten statements are plain: names, literals, calls, operators. A complete line
that the pattern takes is put as `0`; what is left is as valid as the whole was, and a fraction of it. The pattern is a
part of the grammar (Reference 6 to 8; PEP 498 for f-strings), never more: what it does not know stays as it is.
"""

from __future__ import annotations

from keyword import kwlist

from ssot_audit import engine
from ssot_audit.source.jit import DEFINITIONS, LOGICAL_LINE

_S = r"(?:[ \t]|\\\n)*+"  # between tokens of a line
_W = r"(?:[ \t\n]|\#[^\n]*+\n|\\\n)*+"  # between tokens in brackets
_KEYWORD = f"(?:{'|'.join(word for word in kwlist if word not in ('True', 'False', 'None'))})(?!\\w)"
_NAME = rf"(?:(?!{_KEYWORD})[A-Za-z_]\w*+)"
_BOUND = rf"(?:(?!{_KEYWORD}|(?:True|False|None)(?!\w))[A-Za-z_]\w*+)"  # a name that can be bound
_NUMBER = r"(?:(?:0[xX][0-9a-fA-F]++|(?:0|[1-9][0-9]*+)(?:\.[0-9]++(?:[eE][-+]?[0-9]++)?)?)(?![\w.]))"
_ESCAPE = r"\\(?:[^NuUx]|x[0-9a-fA-F]{2})"
_FIELDS = {'"': "d", "'": "s"}  # names of the groups for fields
_CONTENT = r"[^{}\"'\\\n\#]"


def _quoted(q: str) -> str:
    three = rf"{q * 3}(?:[^{q}\\]++|{_ESCAPE}|{q}(?!{q}{q}))*+{q * 3}"
    return rf"(?:{three}|{q}(?!{q}{q})(?:[^{q}\\\n]++|{_ESCAPE})*+{q})"


def _formatted(q: str) -> str:
    """An f-string whose fields are plain and have none of its quotes, so that it is valid in every version."""
    field = rf"\{{ ?+(?&{_FIELDS[q]}expr) ?+(?:![rsa])?+(?::{_CONTENT}*+)?+\}}"
    three = rf"{q * 3}(?:[^{q}{{}}\\]++|\\[nt\\\"']|\{{\{{|\}}\}}|{field}|{q}(?!{q}{q}))*+{q * 3}"
    return rf"(?:{three}|{q}(?!{q}{q})(?:[^{q}{{}}\\\n]++|\\[nt\\\"']|\{{\{{|\}}\}}|{field})*+{q})"


def _fields(q: str) -> str:
    """What is taken in the fields of f-strings in quotes `q`."""
    at, other = _FIELDS[q], "'" if q == '"' else '"'
    index = rf"(?&{at}term)(?::(?&{at}term)?+)?+|:(?&{at}term)?+"
    trailer = rf"\.{_BOUND}|\[(?:{index})\]|\((?:(?&{at}term)(?:, ?+(?&{at}term))*+)?+\)"
    return rf"""
(?<{at}term>-?+(?:{_NUMBER}|{other}(?!{other})[^\"'\\\n{{}}\#]++{other}|{_NAME})(?:{trailer})*+)
(?<{at}sum>(?&{at}term)(?: ?+[-+*/%] ?+(?&{at}term))*+)
(?<{at}expr>(?&{at}sum)(?: if (?&{at}sum) else (?&{at}sum))?+)"""


_RAW = r"(?:[rR](?=[\"']))?+"
_TEXT = f"(?:{_RAW}(?:{_quoted(chr(34))}|{_quoted(chr(39))})|[fF](?:{_formatted(chr(34))}|{_formatted(chr(39))}))"
_BYTES = r"[bB](?:\"[^\"\\\n?]*+\"(?!\")|'[^'\\\n?]*+'(?!'))"


def _grammar(at: str, gap: str) -> str:
    """Expressions: `at` names them, `gap` is what may stand between their tokens. In brackets lines may end anywhere,
    so `i` stands for what is inside and `o` for what is outside."""
    end = r"(?!\w)"
    trailer = rf"\.{gap}{_BOUND}|(?&call)|(?&part)"
    compared = rf"==|!=|<=?+|>=?+|(?:not{end}{gap})?+in{end}|is{end}(?:{gap}not{end})?+"
    return rf"""
(?<{at}text>{_TEXT}(?:{gap}{_TEXT})*+)
(?<{at}factor>(?:[-+~]{gap})*+(?:await{end}{gap})?+(?:(?&{at}text)|(?&atom))(?:{gap}(?:{trailer}))*+)
(?<{at}oper>(?:not{end}{gap})*+(?&{at}factor)(?:{gap}(?:
(?:\*\*?+|//?+|<<|>>|[-+%@&|^])(?!=){gap}(?&{at}factor)
|(?:{compared}){gap}(?&{at}factor)
|(?:and|or){end}{gap}(?:not{end}{gap})*+(?&{at}factor)))*+)
(?<{at}expr>(?&{at}oper)(?:{gap}if{end}{gap}(?&{at}oper){gap}else{end}{gap}(?&{at}expr))?+)"""


# Alternatives that begin alike are parsed once: trying each in turn would double the time with every level of nesting.
_PAIR = rf"(?&iexpr){_W}:{_W}(?&iexpr)"
_NAMED = rf"{_BOUND}{_W}=(?!=)"
_ENDED = rf"(?:{_W},)?+"
_ITEMS = rf"(?:{_W},{_W}(?:\*{_W}(?&ifactor)|(?&iexpr)))*+{_ENDED}"
_PAIRS = rf"(?:{_W},{_W}(?:\*\*{_W}(?&ifactor)|{_PAIR}))*+{_ENDED}"
_KEYWORDS = rf"(?:{_W},{_W}(?:{_NAMED}{_W}|\*\*{_W})(?&iexpr))*+{_ENDED}"
_ARGUMENTS = rf"(?:{_W},{_W}(?:\*{_W}|(?!{_NAMED}))(?&iexpr))*+{_KEYWORDS}"
_DEFINE = rf"""(?(DEFINE){_fields(chr(34))}{_fields(chr(39))}{_grammar("o", _S)}{_grammar("i", _W)}
(?<each>(?:{_W}for(?!\w){_W}(?&targets){_W}in(?!\w){_W}(?&ioper)(?:{_W}if(?!\w){_W}(?&ioper))*+)++)
(?<targets>\({_W}(?&targets){_W}\)|{_BOUND}(?:{_W},{_W}(?:\({_W}(?&targets){_W}\)|{_BOUND}))*+)
(?<items>\*{_W}(?&ifactor){_ITEMS}|(?&iexpr)(?:(?&each)|{_ITEMS}))
(?<braced>\*\*{_W}(?&ifactor){_PAIRS}|\*{_W}(?&ifactor){_ITEMS}
|(?&iexpr)(?:{_W}:{_W}(?&iexpr)(?:(?&each)|{_PAIRS})|(?&each)|{_ITEMS}))
(?<args>(?:{_NAMED}{_W}|\*\*{_W})(?&iexpr){_KEYWORDS}|\*{_W}(?&iexpr){_ARGUMENTS}|(?&iexpr)(?:(?&each)|{_ARGUMENTS}))
(?<call>\({_W}(?:(?&args){_W})?+\))
(?<part>\[{_W}(?::{_W}(?&iexpr)?+|(?&iexpr)(?:{_W}:{_W}(?&iexpr)?+|(?:{_W},{_W}(?&iexpr))*+{_ENDED})){_W}\])
(?<atom>{_BYTES}|{_NAME}|{_NUMBER}|\.\.\.|\({_W}(?:(?!\*)(?&items){_W})?+\)|\[{_W}(?:(?&items){_W})?+\]
|\{{{_W}(?:(?&braced){_W})?+\}})
(?<target>{_BOUND}(?:(?:{_S}(?&call))*+{_S}(?:\.{_S}{_BOUND}|(?&part)))*+)
(?<list>(?&oexpr)(?:{_S},{_S}(?&oexpr))*+(?:{_S},)?+)
)""".replace("\n", "")
_PATH = rf"{_BOUND}(?:\.{_BOUND})*+"
_RENAMED = rf"(?:[ \t]++as[ \t]++{_BOUND})?+"
_ONE = rf"{_BOUND}{_RENAMED}"
_IMPORTS = (
    rf"import[ \t]++{_PATH}{_RENAMED}(?:{_S},{_S}{_PATH}{_RENAMED})*+"
    rf"|from[ \t]++(?:\.++(?:[ \t]*+{_PATH})?+|{_PATH})[ \t]++import[ \t]*+"
    rf"(?:\({_W}{_ONE}(?:{_W},{_W}{_ONE})*+(?:{_W},)?+{_W}\)|(?<=[ \t]){_ONE}(?:{_S},{_S}{_ONE})*+)"
)
_STATEMENT = (
    rf"(?:(?:return|yield)(?!\w)(?:{_S}(?&list))?+|(?:pass|break|continue)(?!\w)|assert(?!\w){_S}(?&oexpr)(?:{_S},{_S}(?&oexpr))?+"
    rf"|raise(?!\w)(?:{_S}(?&oexpr)(?:{_S}from(?!\w){_S}(?&oexpr))?+)?+|{_IMPORTS}"
    rf"|(?:global|nonlocal)[ \t]++{_BOUND}(?:{_S},{_S}{_BOUND})*+"
    rf"|(?&target){_S}:{_S}(?&oexpr)(?:{_S}=(?!=){_S}(?&list))?+"
    rf"|(?&target){_S}(?:\*\*|//|<<|>>|[-+*/%@&|^])={_S}(?&list)"
    rf"|(?:(?&target)(?:{_S},{_S}(?&target))*+(?:{_S},)?+{_S}=(?!=){_S})*+(?&list))"
)
_HEADER = (
    r"(?:(?<kept>(?:if|elif|while)[ \t]++|for[ \t]++(?&targets)[ \t]++in[ \t]++)(?&oexpr)"
    rf"|(?<bound>(?:with|except)[ \t]++)(?&oexpr)(?:{_S}as[ \t]++{_BOUND})?+)"
)
_PLAIN = (
    rf"{DEFINITIONS}{_DEFINE}\n(?:[ \t]*+(?:\#[^\n]*+)?\n)*+(?:(?<indent>[ \t]*+)"
    rf"(?:{_HEADER}(?={_S}:[ \t]*+(?:\#[^\n]*+)?+(?:\n|\z))"
    rf"|{_STATEMENT}[ \t]*+(?:\#[^\n]*+)?+(?=\n|\z))|{LOGICAL_LINE}(*SKIP)(*F))"
)

# What may be more than the interpreter's own stack takes, though the grammar has nothing against it.
_ABSURD = r"(?:[-+~][ \t]*+){30}|(?:not[ \t]++){30}|[^\n]{20000}"
_CHANGES_GRAMMAR = b"barry_as_FLUFL"  # the one future statement that does


def without_plain_statements(mask: bytes) -> bytes:
    """The text of a mask in which brackets and strings can be told apart, each plain statement put as `0`."""
    if not engine.IS_COMPILED or _CHANGES_GRAMMAR in mask or engine.compiled(_ABSURD).search(mask) is not None:
        return mask
    pattern = engine.compiled(_PLAIN)
    try:
        reduced: bytes = pattern.sub(b"\n${indent}${kept}${bound}0", mask)
    except engine.MatchError:  # deeper than the matcher's stack
        return mask
    return reduced
