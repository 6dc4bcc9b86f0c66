"""`ssot-audit init`: what is fragmented in a repository, as a rule file whose examples hold."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from ssot_audit.checks.kinds import SHAPES
from ssot_audit.checks.symbol.rule import listed_twice
from ssot_audit.config import OWN_FILE
from ssot_audit.errors import UsageError
from ssot_audit.examples import failures
from ssot_audit.init.duplicates import duplicates
from ssot_audit.init.fragments import fragments
from ssot_audit.init.harvest import harvest
from ssot_audit.init.imports import imported
from ssot_audit.init.propose import Proposal, proposals, rule_file, toml
from ssot_audit.init.values import Conflict, conflicts, sought
from ssot_audit.model import SYMBOL
from ssot_audit.reading import read_all
from ssot_audit.repository import Options, Repository, loaded_packs, open_repository
from ssot_audit.rules import AnyRule, load_pack
from ssot_audit.source.library import Library
from ssot_audit.source.outlines import Outlines
from ssot_audit.source.setting_files import SettingFiles

RULES_FILE = "ssot-rules.toml"


class Survey(NamedTuple):
    """A repository, how much of it was read, and what could be a rule of it, the widest spread first."""

    repository: Repository
    files: int
    imports: int
    found: tuple[Proposal, ...]
    loaded: tuple[AnyRule, ...]


def survey(options: Options, values: bool = False) -> Survey:
    """Read every file, and see what is fragmented; which values conflict only where that is asked for, as files of
    other formats must be read for it."""
    repository = open_repository(options)
    reading = read_all(repository, options)
    outlines, imports = Outlines(reading.library), list(imported(reading.program))
    found = proposals(
        fragments(reading.program, imports, repository.kinds),
        harvest(reading.program, outlines, repository.kinds),
        duplicates(reading.program, imports, outlines, repository.kinds),
        _conflicts(repository, reading.library) if values else (),
    )
    number = sum(one.imports for one in reading.library.entries.values())
    packs = loaded_packs(repository, reading.program, options)
    loaded = tuple(rule for pack in packs for rule in pack.rules)
    return Survey(repository, len(repository.found.paths), number, tuple(found), loaded)


def _conflicts(repository: Repository, library: Library) -> list[Conflict]:
    config = repository.config
    settings = SettingFiles(library, repository.include, repository.exclude)
    (found,), _ = settings.of([sought(config.tests, config.other)])
    return conflicts(found)


def write_rules(seen: Survey, limit: int, target: Path | None, force: bool) -> tuple[list[Proposal], list[Path]]:
    """Write the widest proposals, but for what loaded rules govern, into a rule file, and a configuration that names it
    where there is none: what was written down, and the files. Raises UsageError where a file would be lost."""
    root = seen.repository.root
    path = Path(os.path.abspath(target)) if target else root / RULES_FILE  # noqa: PTH100 - links stay what they are
    if os.path.lexists(path) and not force:
        raise UsageError(f"{path}: exists; give --force to write it anew, or another file with --to")
    others = [rule for rule in seen.loaded if seen.repository.rules / rule.source != path]
    kept = [one for one, rule in _proven(seen.found[:limit]) if _is_new(rule, others)]
    if not kept:
        return [], []
    read = f"{seen.files:,} files, {seen.imports:,} imported names"
    about = f"What `ssot-audit init` found in {read}. Keep what you agree with."
    _write(path, rule_file(kept, about), force)
    written, own = [path], root / OWN_FILE
    if not seen.repository.config.source and path.is_relative_to(root) and not os.path.lexists(own):
        _write(own, f"rules = [{toml(path.relative_to(root).as_posix())}]\n", force=False)
        written.append(own)
    return kept, written


def _write(path: Path, text: str, force: bool) -> None:
    """A regular file, made anew: a link is not followed to a file somewhere else. Raises UsageError."""
    flags = os.O_WRONLY | os.O_CREAT | (os.O_TRUNC if force else os.O_EXCL) | getattr(os, "O_NOFOLLOW", 0)
    try:
        with os.fdopen(os.open(path, flags, 0o666), "w", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise UsageError(f"{path}: cannot be written: {error.strerror}") from None


def _is_new(rule: AnyRule, others: Sequence[AnyRule]) -> bool:
    """Whether a rule can be loaded beside others: none has its id, nor governs its symbol or a path it lists."""
    if rule.id in {one.id for one in others}:
        return False
    symbols = [one for one in others if one.kind == SYMBOL]
    governed = {name for one in symbols for name in (one.spec.symbol, *one.spec.aliases)}
    return rule.kind != SYMBOL or (rule.spec.symbol not in governed and not any(listed_twice([*symbols, rule])))


def _proven(found: tuple[Proposal, ...]) -> list[tuple[Proposal, AnyRule]]:
    """Those whose examples hold, each with its rule: the others would be rules nobody can trust."""
    if not found:
        return []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / RULES_FILE
        path.write_text(rule_file(found, "to be proven"), "utf-8")
        rules = load_pack(path, RULES_FILE, SHAPES).rules
    return [pair for pair in zip(found, rules, strict=True) if not any(failures(pair[1]))]
