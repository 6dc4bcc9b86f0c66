"""Statements that a pattern proves to be Python, so that the interpreter need not be asked about them.

A parser's time goes by tokens, and nine in ten statements are plain: names, literals, calls, operators. A complete line
that the pattern takes is put as `0`; what is left is as valid as the whole was, and a fraction of it. The pattern is a
part of the grammar (Reference 6 to 8; PEP 498 for f-strings), never more: what it does not know stays as it is.
"""

from __future__ import annotations

from keyword import kwlist

from ssot_audit import engine
from ssot_audit.source.jit import DEFINITIONS, LOGICAL_LINE

# What stands between tokens is a part of nearly everything here. So it has no loop, whose state would be saved at each
# call of a group around it, and is short: a matcher that fits the processor's cache is the faster for it.
_S = r"[ \t]*+(?:\\(?&joined)|)"  # between tokens of a line
_W = r"[ \t\n]*+(?:[\#\\](?&more)|)"  # between tokens in brackets
_GAPS = rf"(?<joined>\n{_S})(?<more>(?:(?<=\#)[^\n]*+|)\n{_W})"
_BOUND = "(?&bound)"  # a name that can be bound
_NAME = rf"(?:{_BOUND}|(?:True|False|None)(?!\w))"
_BOUNDS = rf"(?<bound>(?!(?:{'|'.join(kwlist)})(?!\w))[A-Za-z_]\w*+)"
_PATH = rf"{_BOUND}(?:\.{_BOUND})*+"
_NUMBER = r"(?:(?:0[xX][0-9a-fA-F]++|(?:0|[1-9][0-9]{0,999}+)(?:\.[0-9]++(?:[eE][-+]?[0-9]++)?)?)(?![\w.]))"
_ESCAPE = r"\\(?:[^NuUx]|x[0-9a-fA-F]{2})"
_FIELDS = {'"': "d", "'": "s"}  # names of the groups for fields
_CONTENT = r"[^{}\"'\\\n\#]"


def _quoted(q: str) -> str:
    three = rf"{q * 3}(?:[^{q}\\]++|{_ESCAPE}|{q}(?!{q}{q}))*+{q * 3}"
    return rf"(?:{three}|{q}(?!{q}{q})(?:[^{q}\\\n]++|{_ESCAPE})*+{q})"


def _formatted(q: str) -> str:
    """An f-string whose fields are plain and have none of its quotes, so that it is valid in every version."""
    value = rf"(?:{_PATH}(?=[}}:])| ?+(?&{_FIELDS[q]}expr) ?+(?:![rsa])?+)"
    field = rf"\{{{value}(?::{_CONTENT}*+)?+\}}"
    three = rf"{q * 3}(?:[^{q}{{}}\\]++|\\[nt\\\"']|\{{\{{|\}}\}}|{field}|{q}(?!{q}{q}))*+{q * 3}"
    return rf"(?:{three}|{q}(?!{q}{q})(?:[^{q}{{}}\\\n]++|\\[nt\\\"']|\{{\{{|\}}\}}|{field})*+{q})"


def _fields(q: str) -> str:
    """What is taken in the fields of f-strings in quotes `q`."""
    at, other = _FIELDS[q], "'" if q == '"' else '"'
    index = rf"(?&{at}sum)(?::(?&{at}sum)?+)?+|:(?&{at}sum)?+"
    ended = r"(?:, ?+|(?=\)))"
    args = rf"(?:(?&{at}expr){ended})*+(?:{_BOUND}=(?&{at}expr){ended})*+"
    atom = rf"{_NUMBER}|{other}(?!{other})[^\"'\\\n{{}}\#]++{other}|{_NAME}|\((?&{at}expr)\)"
    operator = r" ?+(?:[-+*/%]|[<>]=?+|[!=]=) ?+| (?:and(?: not)?+|or(?: not)?+|(?:not )?+in|is(?: not)?+) "
    return rf"""
(?<{at}term>-?+(?:{atom})(?:\.{_BOUND}|\[(?:{index})\]|\({args}\))*+)
(?<{at}sum>(?&{at}term)(?:(?:{operator})(?&{at}term))*+)
(?<{at}expr>(?:not |)(?&{at}sum)(?: if (?&{at}sum) else (?&{at}sum))?+)"""


_TEXT = f"(?:[rR]?+(?:{_quoted(chr(34))}|{_quoted(chr(39))})|[fF](?:{_formatted(chr(34))}|{_formatted(chr(39))}))"
_BYTES = r"[bB](?:\"[^\"\\\n?]*+\"(?!\")|'[^'\\\n?]*+'(?!'))"


def _grammar(at: str, gap: str) -> str:
    """Expressions: `at` names them, `gap` is what may stand between their tokens. In brackets lines may end anywhere,
    so `i` stands for what is inside and `o` for what is outside."""
    end = r"(?!\w)"
    signs = rf"(?:[-+~]{gap}|)(?:await{end}{gap}|)"
    trailer = rf"\.{gap}{_BOUND}|(?&call)|(?&part)"
    operator = (
        rf"(?:[-+%@&|^]|\*\*?+|//?+|<<|>>)(?!=)|[<>=!]=|[<>]|(?:and|or){end}(?:{gap}not{end}|)"
        rf"|(?:not{end}{gap}|)in{end}|is{end}(?:{gap}not{end}|)"
    )
    chain = rf"(?:not{end}{gap}|)(?&{at}factor)(?:{gap}(?:{operator}){gap}(?&{at}factor))*+"
    return rf"""
(?<{at}factor>{signs}(?:{_NAME}(?![\"'])|(?&text)(?:{gap}(?&text))*+|(?&atom))(?:{gap}(?:{trailer}))*+)
(?<{at}oper>{chain})
(?<{at}expr>{chain}(?:{gap}if{end}{gap}(?&{at}oper){gap}else{end}{gap}(?&{at}expr)|))"""


def _then(end: str) -> str:
    """What follows an item in brackets: a comma, or the end."""
    return rf"{_W}(?:,{_W}|(?={end}))"


def _each(item: str, end: str) -> str:
    return rf"(?:{item}{_then(end)})*+"


def _targets(gap: str) -> str:
    """The names that a loop binds."""
    one = rf"(?:{_BOUND}|\({_W}{_BOUND}(?:{_W},{_W}{_BOUND})*+{_W}\))"
    return rf"{one}(?:{gap},{gap}{one})*+"


# Most expressions in brackets are a name, a number or a string, and nothing more.
_SIMPLE = rf"(?:{_PATH}|{_NUMBER}|\"(?!\")[^\"\\\n]*+\"|'(?!')[^'\\\n]*+')(?=[,:)\]}}])"
_X = "(?&inner)"
_LAST = _then(r"\)")
# Alternatives that begin alike are parsed once: trying each in turn would double the time with every level of nesting.
_NAMED = rf"{_BOUND}{_W}=(?!=){_W}"
_ITEMS = _each(rf"(?:{_X}|\*{_W}(?&ifactor))", r"[])}]")
_PAIRS = _each(rf"(?:{_X}{_W}:{_W}{_X}|\*\*{_W}(?&ifactor))", r"\}")
_POSITIONAL = _each(rf"(?:\*{_W}|){_X}", r"\)")
_KEYWORDS = _each(rf"(?:{_NAMED}|\*\*{_W}){_X}", r"\)")
_DEFINE = rf"""(?(DEFINE){_GAPS}{_BOUNDS}(?<text>{_TEXT}){_fields(chr(34))}{_fields(chr(39))}
{_grammar("o", _S)}{_grammar("i", _W)}
(?<inner>(?>{_SIMPLE}|(?&iexpr)|(?&lambda)))
(?<lambda>lambda(?!\w){_W}{_each(_BOUND, ":")}{_each(rf"{_NAMED}(?&iexpr)", ":")}
(?:\*{_BOUND}{_then(":")}|)(?:\*\*{_BOUND}{_W}|):{_W}{_X})
(?<loops>(?:for(?!\w){_W}{_targets(_W)}{_W}in(?!\w){_W}(?&ioper){_W}(?:if(?!\w){_W}(?&ioper){_W})*+)++(?=[)\]}}]))
(?<items>(?:{_X}{_W}(?:,{_W}|(?=[)\]}}])|(?&loops))|\*{_W}(?&ifactor){_then("[])}]")}){_ITEMS})
(?<braced>\*\*{_W}(?&ifactor){_then("[}]")}{_PAIRS}|\*{_W}(?&ifactor){_then("[}]")}{_ITEMS}
|{_X}{_W}(?::{_W}{_X}{_W}(?:,{_W}{_PAIRS}|(?&loops)|)|(?&loops)|,{_W}{_ITEMS}|))
(?<call>\({_W}(?:{_X}{_W}(?:,{_W}{_POSITIONAL}|(?=\))|(?&loops))|\*{_W}{_X}{_LAST}{_POSITIONAL}|){_KEYWORDS}\))
(?<bases>\({_W}{_POSITIONAL}{_KEYWORDS}\))
(?<part>\[{_W}(?::{_W}{_X}?+|{_X}{_W}(?::{_W}{_X}?+|,{_W}{_each(_X, "[]]")}|)){_W}\])
(?<atom>{_BYTES}|{_NUMBER}|\.\.\.|\({_W}(?:(?!\*)(?&items)|)\)|\[{_W}(?:(?&items)|)\]|\{{{_W}(?:(?&braced)|)\}})
(?<target>{_BOUND}(?:(?:{_S}(?&call))*+{_S}(?:\.{_S}{_BOUND}|(?&part)))*+)
(?<list>(?&oexpr)(?:{_S},{_S}(?&oexpr))*+(?:{_S},)?+)
)""".replace("\n", "")
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
_HINT = rf":{_S}(?&oexpr)(?:{_S}=(?!=){_S}(?&list)|){_END}"
_STATEMENT = (
    rf"(?:(?:(?:return|yield)(?!\w)(?:{_S}(?&list))?+|(?:pass|break|continue)(?!\w)"
    rf"|assert(?!\w){_S}(?&oexpr)(?:{_S},{_S}(?&oexpr))?+"
    rf"|raise(?!\w)(?:{_S}(?&oexpr)(?:{_S}from(?!\w){_S}(?&oexpr))?+)?+|{_IMPORTS}"
    rf"|del(?!\w){_S}(?&target)(?:{_S},{_S}(?&target))*+"
    rf"|(?:global|nonlocal)[ \t]++{_BOUND}(?:{_S},{_S}{_BOUND})*+){_END}"
    # What ends here is tried first, so that calls are gone through once.
    rf"|{_PATH}{_S}(?:=(?!=){_S}(?&value)|{_HINT})"
    rf"|(?<value>(?&list){_END}|{_TARGETS}(?&value))"
    rf"|(?&target){_S}(?:{_HINT}|(?:\*\*|//|<<|>>|[-+*/%@&|^])={_S}(?&list){_END}))"
)
_TO_END = rf"(?={_S}:{_TAIL}(?:\n|\z))"  # the colon, and nothing after it
_NEXT = r"\n(?:[ \t]*+(?:\#[^\n]*+)?\n)*+"  # to the next line that is more than a comment
_PARAMETER = rf"{_BOUND}(?:{_W}:{_W}{_X}|)"
_DEFAULTED = rf"{_PARAMETER}{_W}={_W}{_X}"
_PARAMETERS = (
    rf"\({_W}(?:(?:{_PARAMETER}{_LAST})++(?:/{_LAST}(?:{_PARAMETER}{_LAST})*+|)|)(?:{_DEFAULTED}{_LAST})*+"
    rf"(?:\*{_W}(?:{_PARAMETER}{_LAST}|,{_W}(?={_BOUND}))(?:{_PARAMETER}(?:{_W}={_W}{_X}|){_LAST})*+|)(?:\*\*{_W}{_PARAMETER}{_LAST}|)\)"
)
_DECORATORS = rf"(?:@(?&oexpr)[ \t]*+(?:\#[^\n]*+)?{_NEXT}\k<indent>(?![ \t]))*+"
_MANAGER = rf"(?&oexpr)(?:{_S}as[ \t]++{_BOUND}|)"
_HEADER = (
    r"(?:(?<kept>(?:if|elif|while)[ \t]++)(?&oexpr)"
    rf"|(?<loop>)(?:async[ \t]++)?+for[ \t]++{_targets(_S)}[ \t]++in[ \t]++(?&oexpr)"
    rf"|(?<caught>except[ \t]++){_MANAGER}"
    rf"|(?<managed>(?:async[ \t]++)?+with[ \t]++){_MANAGER}(?:{_S},{_S}{_MANAGER})*+"
    rf"|(?<block>){_DECORATORS}(?:(?:async[ \t]++)?+def[ \t]++{_BOUND}{_S}{_PARAMETERS}(?:{_S}->{_S}(?&oexpr))?+"
    rf"|class[ \t]++{_BOUND}(?:{_S}(?&bases))?+))"
)
_PLAIN = (
    rf"{_NEXT}(?:(?<indent>[ \t]*+)"
    rf"(?:{_HEADER}{_TO_END}|(?&line)(?:{_NEXT}\k<indent>(?![ \t])(?&line))*+)"
    rf"|(?:[ \t]*+@{LOGICAL_LINE}{_NEXT})*+{LOGICAL_LINE}(*SKIP)(*F))"
    rf"{DEFINITIONS}{_DEFINE}(?(DEFINE)(?<line>{_STATEMENT}))"
)
# By number, because a name is looked up for every match: indent, kept, loop, caught, managed, block.
_REDUCED = rb"\n$1$2$4$5${6:+with }${3:+while }0"

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
_LONG = r"\n[^\n]{20000}"
_DEEP = r"\n[ \t]{100}"


def without_plain_statements(mask: bytes) -> bytes:
    """The text of a mask in which brackets and strings can be told apart, each run of plain statements put as `0`."""
    if not engine.IS_COMPILED or engine.compiled(_LONG).search(mask) is not None:
        return mask
    reduced = _with(_PLAIN, _REDUCED, mask)
    return reduced if engine.compiled(_DEEP).search(reduced) is not None else _with(_BLOCKS, rb"\n${in}0", reduced)


def _with(pattern: str, replacement: bytes, text: bytes) -> bytes:
    """The text with the replacement wherever the pattern matches; as it is, where that takes too deep a stack."""
    try:
        replaced: bytes = engine.compiled(pattern).sub(replacement, text)
    except engine.MatchError:
        return text
    return replaced
