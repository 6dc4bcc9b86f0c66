"""One file to an entry: the whole way from a path to what a run needs to know of it, no deeper than it has to be."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ssot_audit.facts import Facts, Failure, Fault, Use, links_of
from ssot_audit.source import jit, search
from ssot_audit.source.codec import encode
from ssot_audit.source.directives import MARK
from ssot_audit.source.entry import GIVEN_UP, LINE_BY_LINE, READ, SCANNED, WALKED, Entry, Task
from ssot_audit.source.files import digest_of, read_bytes
from ssot_audit.source.jit import Span
from ssot_audit.source.lines import physical_lines
from ssot_audit.source.references import Clues, is_wanted, may_rename, references, with_spots
from ssot_audit.source.relevant import relevant_lines
from ssot_audit.source.scan import scan
from ssot_audit.source.spots import hits
from ssot_audit.source.statements import ENDS, imported_count
from ssot_audit.source.text import decode
from ssot_audit.source.tokens import Unsure
from ssot_audit.source.verify import compiles, fault, is_agreed, unfit_to_walk

if TYPE_CHECKING:
    from ssot_audit.source.uses import Walked

_DOUBT = "quotes or brackets leave a doubt"


def read_file(task: Task) -> Entry:
    """The entry of a file, by the scanner."""
    data = read_bytes(f"{task.root}/{task.path}")
    if isinstance(data, Failure):
        return Entry(failure=data.reason)
    return read_data(data, task)._replace(digest=digest_of(data) if task.digested else b"")


def _begun(text: str, mask: bytes | None, task: Task) -> Entry:
    """What is known of a text before any reader has seen it."""
    searched = mask if mask is not None else text.encode("ascii", "replace")
    found = search.mentions(task.question, text, mask, task.path)
    marked = search.is_in(MARK, searched)
    return Entry(computed=search.computed_imports(searched), mentions=found, marked=marked)


def read_data(data: bytes, task: Task) -> Entry:
    text = decode(data)
    if isinstance(text, Failure):
        return Entry(failure=text.reason)
    mask = jit.masked(text)
    entry = _begun(text, mask, task)
    if task.whole or mask is None:
        return entry._replace(again="asked for" if task.whole else "its lines end in more than one way")
    statements = jit.statements(mask)
    if statements is None:
        return _in_doubt(text, entry, task)
    texts = [text[start:end].rstrip(ENDS) for start, end in statements]
    deep = task.deep or _is_deep(task, text, mask, entry.mentions)
    clues = None if deep else _clues(mask, statements, texts, task, entry)
    closely = clues is None or clues.matter
    if (closely or entry.mentions) and not compiles(text, mask):
        return entry._replace(again="this interpreter does not compile it")
    entry = entry._replace(imports=sum(map(imported_count, texts)), reader=READ if closely else SCANNED)
    try:
        if clues is None:
            return _read_closely(text, mask, entry, task)
        return _with_references(text, mask, clues, entry, task) if closely else entry
    except Unsure as reason:
        lines = relevant_lines(text, mask)
        if lines is None:
            return entry._replace(refers=True, again=str(reason))
        return _by_tree(text, scan(text, lines)[0], entry._replace(why=str(reason)), task)


def _in_doubt(text: str, entry: Entry, task: Task) -> Entry:
    """The entry of a text that must be read line by line; of more than its statements only where it may matter."""
    facts, outline = scan(text)
    star = any(one.name == "*" for one in facts.imports)
    entry = entry._replace(imports=len(facts.imports), reader=LINE_BY_LINE)
    if not (task.deep or star or entry.mentions or _is_in_path(task)):
        return entry
    if not is_agreed(text, outline):
        return entry._replace(refers=True, again=_DOUBT)
    entry = entry._replace(why=_DOUBT)
    return _by_tree(text, facts, entry, task) if entry.mentions else _completed(entry, facts, task)


def _by_tree(text: str, facts: Facts, entry: Entry, task: Task) -> Entry:
    """The entry of a text that parses, of which its lines cannot tell all: by the interpreter's tree. Where that cannot
    be had here, what is known is enough to go on with, until it is read again."""
    from ssot_audit.source.parsed import parsed

    tree = parsed(text)
    whole = told_by(tree, text, facts) if tree else None
    if whole is None:
        return _completed(entry, facts, task)._replace(refers=True, again=entry.why)
    return _completed(entry._replace(reader=WALKED), whole, task)


def _is_deep(task: Task, text: str, mask: bytes, found: tuple[str, ...]) -> bool:
    """Whether more than a file's references is asked for: it may give a name another one, or a search for names is not
    enough to tell what it refers to."""
    if _is_in_path(task):
        return True
    return bool(found) and (not search.is_plain(task.question, text) or may_rename(mask, task.question))


def _clues(mask: bytes, statements: Sequence[Span], texts: Sequence[str], task: Task, entry: Entry) -> Clues:
    if not entry.mentions:
        return Clues(statements, [one for one, text in zip(statements, texts, strict=True) if "*" in text])
    words = search.words(task.question)
    bearing = [one for one, text in zip(statements, texts, strict=True) if "*" in text or words.search(text)]
    return Clues(statements, bearing, hits(task.question, mask))


def _with_references(text: str, mask: bytes, clues: Clues, entry: Entry, task: Task) -> Entry:
    question = task.question if entry.mentions else task.question.only(())
    facts, links = references(text, mask, clues, question)
    links = tuple(one for one in links if one[1] in entry.mentions)
    if links:  # where they lead will be asked for
        return _read_closely(text, mask, entry, task)
    refers = bool(facts.imports or facts.uses or facts.targets)
    return entry._replace(refers=refers, facts=encode(facts), partial=True)


def _read_closely(text: str, mask: bytes, entry: Entry, task: Task) -> Entry:
    lines = relevant_lines(text, mask)
    if lines is None:
        raise Unsure(_DOUBT)
    facts = scan(text, lines)[0]
    return _completed(entry, with_spots(text, mask, facts, task.question) if entry.mentions else facts, task)


def _completed(entry: Entry, facts: Facts, task: Task) -> Entry:
    refers = bool(facts.uses or facts.targets) or _is_in_path(task)
    refers = refers or any(is_wanted(one, task.question) for one in facts.imports)
    links = links_of(facts, entry.mentions)
    return entry._replace(refers=refers, links=links, facts=encode(facts), fault=facts.fault)


def _is_in_path(task: Task) -> bool:
    """Whether a folder or file on the path, or the package around the tree, has one of the names: what is imported in
    there from beside it may be governed though no text spells it."""
    return search.in_path(task.question, f"{task.inside}/{task.path}")


def _text_of(task: Task) -> str | Failure:
    data = read_bytes(f"{task.root}/{task.path}")
    return data if isinstance(data, Failure) else decode(data)


def search_file(task: Task) -> tuple[str, ...]:
    """The names asked for that a file spells, or its path where that has one; none where it cannot be read, which its
    entry tells."""
    if _is_in_path(task):
        return (task.path,)
    data = read_bytes(f"{task.root}/{task.path}")
    if isinstance(data, Failure) or search.is_absent(task.question, data):
        return ()
    text = decode(data)
    return () if isinstance(text, Failure) else search.mentions(task.question, text, jit.masked(text), task.path)


def read_again(task: Task) -> Entry:
    """The entry of a file that a scan left in doubt, by every reader: to be run where a crash costs one file."""
    data = read_bytes(f"{task.root}/{task.path}")
    text = data if isinstance(data, Failure) else decode(data)
    if isinstance(data, Failure) or isinstance(text, Failure):
        return Entry(failure=data.reason if isinstance(data, Failure) else text.reason)  # type: ignore[union-attr]
    return _read_again(text, task)._replace(digest=digest_of(data) if task.digested else b"")


def _read_again(text: str, task: Task) -> Entry:
    mask = jit.masked(text)
    lines = relevant_lines(text, mask) if mask is not None else None
    if mask is not None and lines is not None and compiles(text, mask):
        facts = scan(text, lines)[0]
    else:
        facts, outline = scan(text)
        facts = facts._replace(fault=fault(text, outline))
    entry = _begun(text, mask, task)._replace(imports=len(facts.imports), reader=LINE_BY_LINE)
    if entry.mentions and not facts.fault:
        try:
            if mask is None:
                raise Unsure("its lines end in more than one way")
            facts = with_spots(text, mask, facts, task.question)
            certain = True
        except Unsure:
            certain = False
        if task.whole or not certain:
            tree = walked(text, facts, by_libcst=task.whole)
            # LibCST cannot read all that is certain without it.
            facts = facts if certain and tree.fault else tree
            entry = entry._replace(reader=WALKED)
    return _completed(entry, facts, task)


def walked(text: str, facts: Facts, *, by_libcst: bool = False) -> Facts:
    """The scanner's facts with those of a tree: the interpreter's, or LibCST's where that cannot be had or is asked
    for. A fault says why there is none, or that the two readers disagree on the imports."""
    from ssot_audit.source.parsed import parsed

    tree = (None if by_libcst else parsed(text)) or _by_libcst(text)
    if isinstance(tree, Fault):
        return facts._replace(fault=tree)
    disagreed = Fault(1, "parsers disagree on the imports or on where names stand")
    return told_by(tree, text, facts) or facts._replace(fault=disagreed)


def told_by(tree: Walked, text: str, facts: Facts) -> Facts | None:
    """The scanner's facts with those of a tree; None where they disagree."""
    ours = [(one.level, one.module, one.name, one.alias, one.contexts) for one in facts.imports]
    if ours != list(tree.imports) or not _placed(tree.uses, text):
        return None
    return facts._replace(uses=tree.uses, targets=tree.targets)


def _by_libcst(text: str) -> Walked | Fault:
    from ssot_audit.source.walk import walk

    unfit = unfit_to_walk(text)
    if unfit:
        return unfit
    try:
        return walk(text)
    except Exception as error:  # LibCST raises more types than it documents; any of them costs this file only
        return Fault(1, f"LibCST cannot read it: {type(error).__name__}")


def given_up(task: Task, reason: str) -> Entry:
    """The entry of a file whose reading killed or held up its reader: without a parser, the reason as its fault."""
    text = _text_of(task)
    if isinstance(text, Failure):
        return Entry(failure=reason)
    facts = scan(text)[0]._replace(fault=Fault(1, reason))
    entry = _begun(text, jit.masked(text), task)
    return _completed(entry._replace(imports=len(facts.imports), reader=GIVEN_UP), facts, task)


def _placed(uses: Sequence[Use], text: str) -> bool:
    """Whether each use stands where LibCST says: its generated code, and so its lines, can differ from the text."""
    lines = physical_lines(text)
    for use in uses:
        line = lines[use.place.line - 1] if use.place.line <= len(lines) else ""
        first = line[use.place.column - 1 : use.place.column]
        if not (first.isidentifier() or (first and first in "\"'(")):
            return False
    return True
