"""What the whole tree of one file says of chosen names: who defines, calls, reads and spells them. All is frozen.

Facts tell of imports and of the names of a module; an outline tells of any depth, and only of what was asked for.
"""

from __future__ import annotations

from typing import NamedTuple

from ssot_audit.facts import Context, Import, Place

HERE = -1  # the root of a path is a name that this module binds itself, other than by an import
UNKNOWN = -2  # … is anything else: a local name, an expression
UNBOUND = -3  # … is a name that nothing in this file binds: a builtin, or one a star import brings


class Wanted(NamedTuple):
    """The names an outline tells of, `*` standing for any characters: of what is defined, of what is called or read,
    of whole texts; and words, one of which is spelled where a call names a path in a string: given any, all such calls
    are told."""

    definitions: tuple[str, ...] = ()
    mentions: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()
    calls: tuple[str, ...] = ()

    def plus(self, other: Wanted) -> Wanted:
        return Wanted(*(tuple(sorted({*ours, *theirs})) for ours, theirs in zip(self, other, strict=True)))


class Path(NamedTuple):
    """A dotted expression: an index into the outline's imports, HERE, UNKNOWN or UNBOUND, and the names after that.
    After an import they are the attributes taken from what it binds; else the first is the root's own name."""

    root: int
    parts: tuple[str, ...]


class Definition(NamedTuple):
    """A name given to a class, a function or another object. `scope` are the classes and functions (`name()`) around
    it. `value` is what an alias or an import stands for, what a call that makes the object calls, or the metaclass of
    a class. `branches` are the (number,
    arm) of the if, try and match statements around it: definitions in different arms of one are alternatives."""

    name: str
    # class, function, import, alias, made (by a call with the name in it: `type`, `NewType`, …), none (it is set to
    # None), derived (from what the name stood for before: `X = wrapped(X)`), loop (a `for` sets it), assignment (other)
    kind: str
    place: Place
    scope: tuple[str, ...]
    contexts: tuple[Context, ...]
    bases: tuple[Path, ...] = ()
    value: Path | None = None
    decorators: tuple[Path, ...] = ()
    branches: tuple[tuple[int, int], ...] = ()
    keywords: tuple[str, ...] = ()  # of a class statement, such as `metaclass`


class Mention(NamedTuple):
    """A name or dotted expression that is called, or read without being called. Through an alias it may be any of
    `paths`. `key` is the literal text it is subscripted with, tested for, or called with first; `receiver` what is
    called with it as an argument, `under` the keyword or position it has there."""

    paths: tuple[Path, ...]
    called: bool
    place: Place
    scope: tuple[str, ...]
    contexts: tuple[Context, ...]
    key: str = ""
    receiver: Path | None = None
    under: str = ""


class Text(NamedTuple):
    """A text constant that is one of the names. `under` is the key or keyword it stands under, or the position among
    the arguments; `call` what it is handed to, as written; `keyed` where the key is that of a dict or of an item."""

    value: str
    place: Place
    under: str
    call: str
    scope: tuple[str, ...]
    contexts: tuple[Context, ...]
    keyed: bool = False


class Named(NamedTuple):
    """What a call of a function that imports or patches names in a string: a dotted path, or an attribute of what one
    of the expressions in `base` stands for. `lenient`: the call does not fail where there is no such thing."""

    function: str
    path: str
    level: int  # how many packages a relative path climbs, the first being the file's own
    base: tuple[Path, ...]
    place: Place
    contexts: tuple[Context, ...]
    lenient: bool


class Outline(NamedTuple):
    imports: tuple[Import, ...] = ()
    definitions: tuple[Definition, ...] = ()
    mentions: tuple[Mention, ...] = ()
    texts: tuple[Text, ...] = ()
    named: tuple[Named, ...] = ()
    aliases: tuple[Definition, ...] = ()  # of the module, for what is mentioned: names that other files may import
    bound: tuple[Definition, ...] = ()  # imports that bind a wanted name
