"""Words that say of a text that it makes no claim about what is: goals, the past, what is made or removed."""

from __future__ import annotations

import re

DASH = "\u2013"  # as between numbers


def any_of(words: str, signs: str = "") -> re.Pattern[str]:
    """A pattern for any of some words, `*` at an end standing for more letters and `_` for a blank, or signs."""
    found = "|".join(re.escape(word).replace(r"\*", r"\w*").replace("_", r"\s+") for word in words.split())
    marks = "".join(f"|{re.escape(sign)}" for sign in signs.split())
    return re.compile(rf"\b(?:{found})\b{marks}", re.I)


GOAL = any_of(
    "target target* goal goals threshold* should must will would could need needs needed require* expect* aim*"
    " minimum objective* ensure* criteria if until unless e.g example* before previous* was were from claim*"
    " versus vs gap baseline estimate* projected potential todo plan* confirm achieve reach verify check measure"
    " initial* original*",
    "-> \u2192 \u2265 \u2264 > < ?",
)
GOAL_COLUMN = any_of("target* goal* threshold before previous baseline required expected minimum old initial")
BOUND = re.compile(
    r"(?:[<>\u2265\u2264~\u2248]|[<>]=|\b(?:over|above|below|under|at least|up to|around|about))\s*$", re.I
)
# What a line says of a file that is not there, and need not be.
HEDGED = any_of(
    "creat* add added adding adds new delet* remov* renam* move moved moving propos* will should would could"
    " plan* todo missing absent not_exist* not_found not_present not_yet no_longer never doesn't does_not"
    " deprecat* legacy old output* generat* save* saving writ* e.g example* temp* backup* archiv* replac*"
    " migrat* consolidat* extract* eliminat* need* to_be implement* suggest* recommend* future non-existent"
    " nonexistent cleanup clean_up broken obsolete former* was were deliverable* before split refactor* merg*"
    " convert*",
    "\u2192 -> \u274c \U0001f195",
)
# What says that an example shows how not to do it, how it was, or how it is going to be.
WRONG = any_of(
    "wrong bad before old deprecated legacy broken incorrect invalid avoid never don't do_not fail* error*"
    " remove* anti-pattern* antipattern* violat* current* instead_of not_exist* missing problem* fragment*"
    " delet* replac* forbidden prohibited non-canonical from: propos* new creat* plan* will should todo"
    " duplicat* expect* hypothetical future ideal target* test_strategy",
    "\u274c \U0001f6a8 \u2192 ->",
)
PLAN = any_of(
    "plan* strateg* proposal* propos* design* roadmap* rfc* adr remediation* todo prompt* style template* task_spec*"
)
"""In the name or title of a document that speaks of what is to be made."""

_OF_ALL = re.compile(
    "(?:status|readme|index|overview|compliance|scorecard|claude|agents|dashboard|health|ssot|architecture|master|wip"
    "|system|documentation|project|updated|final|report|current|overall|score|state|repository|summary|metrics)"
)


def is_of_all(path: str) -> bool:
    """Whether a document speaks of the whole repository, as its name says; a README of a folder is about the folder."""
    folder, _, name = path.rpartition("/")
    words = re.findall(r"[a-z]+|\d+", name.rpartition(".")[0].lower())
    return all(_OF_ALL.fullmatch(word) for word in words) and (words != ["readme"] or folder in ("", "docs", "doc"))


def names(path: str) -> str:
    """The last parts of a path as words."""
    return re.sub(r"[_./-]+", " ", "/".join(path.split("/")[-2:]))
