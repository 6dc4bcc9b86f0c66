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
_RESERVED = [word for word in kwlist if word not in ("True", "False", "None")]
# By first letters, because most names start with another.
_KEYWORD = "(?:" + "|".join(
    f"{letter}(?:{'|'.join(word[1:] for word in _RESERVED if word[0] == letter)})"
    for letter in sorted({word[0] for word in _RESERVED})
)
_KEYWORD = rf"(?=[{''.join(sorted({word[0] for word in _RESERVED}))}]){_KEYWORD})(?!\w)"
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


# Most expressions in brackets are a name, a number or a string, and nothing more.
_SIMPLE = rf"""
(?<simple>(?:{_BOUND}(?:\.{_BOUND})*+|{_NUMBER}|\"(?!\")[^\"\\\n]*+\"|'(?!')[^'\\\n]*+')(?=[,:)\]}}]))"""
_X = "(?:(?&simple)|(?&iexpr))"
# Alternatives that begin alike are parsed once: trying each in turn would double the time with every level of nesting.
_PAIR = rf"{_X}{_W}:{_W}{_X}"
_NAMED = rf"{_BOUND}{_W}=(?!=)"
_ENDED = rf"(?:{_W},)?+"
_ITEMS = rf"(?:{_W},{_W}(?:\*{_W}(?&ifactor)|{_X}))*+{_ENDED}"
_PAIRS = rf"(?:{_W},{_W}(?:\*\*{_W}(?&ifactor)|{_PAIR}))*+{_ENDED}"
_KEYWORDS = rf"(?:{_W},{_W}(?:{_NAMED}{_W}|\*\*{_W}){_X})*+{_ENDED}"
_ARGUMENTS = rf"(?:{_W},{_W}(?:\*{_W}|(?!{_NAMED})){_X})*+{_KEYWORDS}"
_DEFINE = rf"""(?(DEFINE){_SIMPLE}{_fields(chr(34))}{_fields(chr(39))}{_grammar("o", _S)}{_grammar("i", _W)}
(?<each>(?:{_W}for(?!\w){_W}(?&targets){_W}in(?!\w){_W}(?&ioper)(?:{_W}if(?!\w){_W}(?&ioper))*+)++)
(?<targets>\({_W}(?&targets){_W}\)|{_BOUND}(?:{_W},{_W}(?:\({_W}(?&targets){_W}\)|{_BOUND}))*+)
(?<items>\*{_W}(?&ifactor){_ITEMS}|{_X}(?:(?&each)|{_ITEMS}))
(?<braced>\*\*{_W}(?&ifactor){_PAIRS}|\*{_W}(?&ifactor){_ITEMS}
|{_X}(?:{_W}:{_W}{_X}(?:(?&each)|{_PAIRS})|(?&each)|{_ITEMS}))
(?<args>(?:{_NAMED}{_W}|\*\*{_W}){_X}{_KEYWORDS}|\*{_W}{_X}{_ARGUMENTS}|{_X}(?:(?&each)|{_ARGUMENTS}))
(?<bases>\({_W}(?:(?:{_NAMED}{_W}|\*\*{_W}){_X}{_KEYWORDS}{_W}|(?:\*{_W})?+{_X}{_ARGUMENTS}{_W})?+\))
(?<call>\({_W}(?:(?&args){_W})?+\))
(?<part>\[{_W}(?::{_W}{_X}?+|{_X}(?:{_W}:{_W}{_X}?+|(?:{_W},{_W}{_X})*+{_ENDED})){_W}\])
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
_TAIL = r"[ \t]*+(?:\#[^\n]*+)?+"  # what may stand between a statement and the end of its line
_END = rf"{_TAIL}(?=\n|\z)"
_TARGETS = rf"(?&target)(?:{_S},{_S}(?&target))*+(?:{_S},)?+{_S}=(?!=){_S}"
_STATEMENT = (
    rf"(?:(?:(?:return|yield)(?!\w)(?:{_S}(?&list))?+|(?:pass|break|continue)(?!\w)"
    rf"|assert(?!\w){_S}(?&oexpr)(?:{_S},{_S}(?&oexpr))?+"
    rf"|raise(?!\w)(?:{_S}(?&oexpr)(?:{_S}from(?!\w){_S}(?&oexpr))?+)?+|{_IMPORTS}"
    rf"|(?:global|nonlocal)[ \t]++{_BOUND}(?:{_S},{_S}{_BOUND})*+){_END}"
    # What ends here is tried first, so that calls are gone through once.
    rf"|(?<value>(?&list){_END}|{_TARGETS}(?&value))"
    rf"|(?&target){_S}(?::{_S}(?&oexpr)(?:{_S}=(?!=){_S}(?&list))?+|(?:\*\*|//|<<|>>|[-+*/%@&|^])={_S}(?&list)){_END})"
)
_TO_END = rf"(?={_S}:{_TAIL}(?:\n|\z))"  # the colon, and nothing after it
_NEXT = r"\n(?:[ \t]*+(?:\#[^\n]*+)?\n)*+"  # to the next line that is more than a comment
_HINTED = rf"(?:{_W}:{_W}(?&iexpr))?+"
_PARAMETER = rf"(?:{_BOUND}{_HINTED}{_W}(?:,{_W}|(?=\))))"
_DEFAULTED = rf"(?:{_BOUND}{_HINTED}{_W}={_W}(?&iexpr){_W}(?:,{_W}|(?=\))))"
_PARAMETERS = (
    rf"\({_W}(?:{_PARAMETER}++(?:/{_W}(?:,{_W}|(?=\)))){_PARAMETER}*+|{_PARAMETER}*+){_DEFAULTED}*+"
    rf"(?:\*{_W}(?:{_PARAMETER}|,{_W}(?={_BOUND}))(?:{_PARAMETER}|{_DEFAULTED})*+)?+(?:\*\*{_W}{_PARAMETER})?+\)"
)
_DECORATORS = rf"(?:@(?&oexpr)[ \t]*+(?:\#[^\n]*+)?{_NEXT}\k<indent>(?![ \t]))*+"
_HEADER = (
    r"(?:(?<kept>(?:if|elif|while)[ \t]++)(?&oexpr)"
    r"|(?<loop>)for[ \t]++(?&targets)[ \t]++in[ \t]++(?&oexpr)"
    rf"|(?<bound>(?:(?:async[ \t]++)?+with|except)[ \t]++)(?&oexpr)(?:{_S}as[ \t]++{_BOUND})?+"
    rf"|(?<block>){_DECORATORS}(?:(?:async[ \t]++)?+def[ \t]++{_BOUND}{_S}{_PARAMETERS}(?:{_S}->{_S}(?&oexpr))?+"
    rf"|class[ \t]++{_BOUND}(?:{_S}(?&bases))?+))"
)
_PLAIN = (
    rf"{DEFINITIONS}{_DEFINE}{_NEXT}(?:(?<indent>[ \t]*+)"
    rf"(?:{_HEADER}{_TO_END}|{_STATEMENT})"
    rf"|(?:[ \t]*+@{LOGICAL_LINE}{_NEXT})*+{LOGICAL_LINE}(*SKIP)(*F))"
)
_REDUCED = rb"\n${indent}${kept}${bound}${block:+with }${loop:+while }0"

# Blocks of what is left that hold nothing but such statements.
_SAME = rf"{_TAIL}{_NEXT}\k<in>"
_SUITE = rf":{_TAIL}{_NEXT}(?=\k<in>[ \t])(?&run)(?!{_TAIL}{_NEXT}\k<in>[ \t])"
_ELSE = rf"(?:{_SAME}else{_SUITE})?+"
_TRIED = rf"(?:{_SAME}except 0{_SUITE})*+(?:{_SAME}except{_SUITE})?+"
_BLOCKS = (
    rf"{DEFINITIONS}(?(DEFINE)"
    rf"(?<stmt>(?:0(?={_TAIL}(?:\n|\z))|(?:async )?+with 0{_SUITE}|if 0{_SUITE}(?:{_SAME}elif 0{_SUITE})*+{_ELSE}"
    rf"|while 0{_SUITE}{_ELSE}"
    rf"|try{_SUITE}(?:(?={_SAME}except){_TRIED}{_ELSE}(?:{_SAME}finally{_SUITE})?+|{_SAME}finally{_SUITE}))"
    rf"(?!{_SAME}(?:elif|else|except|finally)(?!\w))))"
    rf"{_NEXT}(?:(?<run>(?<in>[ \t]*+)(?&stmt)(?:{_SAME}(?&stmt))*+)|{LOGICAL_LINE}(*SKIP)(*F))"
)

# What may be more than the interpreter's own stack or limits take, though the grammar has nothing against it.
_ABSURD = r"(?:[-+~][ \t]*+){30}|(?:not[ \t]++){30}|\n[^\n]{20000}|\n[ \t]{100}|[0-9]{4000}"
_CHANGES_GRAMMAR = b"barry_as_FLUFL"  # the one future statement that does


def without_plain_statements(mask: bytes) -> bytes:
    """The text of a mask in which brackets and strings can be told apart, each run of plain statements put as `0`."""
    if not engine.IS_COMPILED or _CHANGES_GRAMMAR in mask or engine.compiled(_ABSURD).search(mask) is not None:
        return mask
    reduced = _with(_PLAIN, _REDUCED, mask)
    return _with(_BLOCKS, rb"\n${in}0", reduced)


def _with(pattern: str, replacement: bytes, text: bytes) -> bytes:
    """The text with the replacement wherever the pattern matches; as it is, where that takes too deep a stack."""
    try:
        replaced: bytes = engine.compiled(pattern).sub(replacement, text)
    except engine.MatchError:
        return text
    return replaced
