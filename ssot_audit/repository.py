"""What is audited, by which rules: from options to the repository's root, configuration, files and rules."""

import os
from collections.abc import Callable, Collection, Container, Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from ssot_audit import names
from ssot_audit.checks.kinds import SHAPES
from ssot_audit.checks.symbol.rule import listed_twice
from ssot_audit.config import OWN_FILE, Config, find_config, load_config
from ssot_audit.errors import ConfigError, UsageError
from ssot_audit.globs import Globs
from ssot_audit.model import SYMBOL, Kind
from ssot_audit.program.candidates import Program
from ssot_audit.rules import VALUE, AnyRule, Pack, load_pack, package_of, shipped_packs
from ssot_audit.source.cache import Cache, default_folder
from ssot_audit.source.discover import SUFFIXES, Found, discover
from ssot_audit.source.git import work_tree
from ssot_audit.source.kept import NO_FOLDERS, Kept
from ssot_audit.source.library import Watch
from ssot_audit.source.listing import Listing

if TYPE_CHECKING:
    from ssot_audit.source.setting_files import SettingFiles

_REPOSITORY_MARKS = (".git", ".hg", OWN_FILE, "pyproject.toml", "setup.py", "setup.cfg")


def unwatched(what: str, done: int, total: int) -> None:
    """Progress nobody looks at."""


class Options(NamedTuple):
    """What one run is asked to do. Empty means: as the configuration says."""

    paths: tuple[Path, ...]
    config: Path | None = None
    packs: tuple[str, ...] = ()
    rules: tuple[Path, ...] = ()
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] | None = None
    extend_exclude: tuple[str, ...] = ()
    fail_under: Decimal | None = None
    max_unvalidated: int | None = None
    today: date | None = None
    jobs: int | None = None
    whole: bool = False  # read by the slowest reader; for comparison
    baseline: bool = False  # hold findings against the baseline, also where the configuration names none
    no_baseline: bool = False
    canary: bool = True  # False where another audit of this run sends it
    gate: Path | None = None  # configuration, and the rules it names, of another tree instead of the repository's own
    no_cache: bool = True
    cache_folder: Path | None = None
    watch: Watch = unwatched


class Named(Container[str]):
    """The files a run judges: Python `files`, and whatever is below the named `paths` and is not Python. `others` are
    those of the paths that hold no Python file."""

    def __init__(self, files: Collection[str], paths: Sequence[str], others: Sequence[str]) -> None:
        self.files, self.paths, self.others = frozenset(files), paths, others

    def __contains__(self, path: object) -> bool:
        if not isinstance(path, str) or path.endswith(SUFFIXES):
            return path in self.files
        return any(names.is_below(path, one) for one in self.paths)


class Repository(NamedTuple):
    """Where the audit is, what its configuration says, and which files it has."""

    root: Path
    config: Config
    found: Found
    named: Named | None  # the files that are judged; None: all
    kinds: Mapping[str, Kind]
    cache: Cache | None = None
    kept: Kept | None = None  # what the cache held when the run began
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    rules: Path = Path()  # the folder below which the configured rule files are


class Kinds(Mapping[str, Kind]):
    """What each file is for, found out when it is asked."""

    def __init__(self, paths: Sequence[str], tests: Sequence[str], other: Sequence[str]) -> None:
        self._paths, self._tests, self._other = paths, Globs(tests), Globs(other)
        self._known: dict[str, Kind] = {}

    def __getitem__(self, path: str) -> Kind:
        found = self._known.get(path)
        if found is None:
            tests, other = self._tests.match(path), self._other.match(path)
            found = self._known[path] = Kind.TESTS if tests else Kind.OTHER if other else Kind.PRODUCTION
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(self._paths)

    def __len__(self) -> int:
        return len(self._paths)


def open_repository(options: Options, any_format: bool = False) -> Repository:
    """Find the root, read the configuration, list the files. Raises UsageError for a path that is not there, and for
    one without Python, unless its files may be of any format."""
    paths = tuple(_absolute(path) for path in options.paths)
    for given, path in zip(options.paths, paths, strict=True):
        if not path.exists():
            raise UsageError(f"{given}: no such file or folder")
        if path.is_file() and path.suffix not in SUFFIXES and not (any_format and _is_configuration(path)):
            raise UsageError(f"{given}: is not a Python file; name {' or '.join(SUFFIXES)} files, or folders")
    root, settings = _place(paths, options.config)
    config = load_config(options.gate or settings)
    outside = [given for given, path in zip(options.paths, paths, strict=True) if not path.is_relative_to(root)]
    if outside:
        raise UsageError(f"{outside[0]}: is outside the repository {root}; audit one repository at a time")
    exclude = (*(config.exclude if options.exclude is None else options.exclude), *options.extend_exclude)
    include = options.include or config.include
    cache = _cache(options, root, (*include, "", *exclude))
    listing = Listing(root, SUFFIXES, keep=cache is not None)  # while git looks, so do we
    kept = cache.load() if cache else None
    known, expected = (kept.folders, kept.paths) if kept else (NO_FOLDERS, ())
    found = discover(root, include, exclude, known, listing, expected)
    kinds = Kinds(found.paths, config.tests, config.other)
    named, home = _named(root, paths, found, any_format), options.gate.parent if options.gate else root
    return Repository(root, config, found, named, kinds, cache, kept, include, exclude, home)


def _cache(options: Options, root: Path, selection: Iterable[str]) -> Cache | None:
    """Where an earlier run may have kept what it read; None where nothing is kept."""
    if options.no_cache:
        return None
    folder = options.cache_folder or default_folder()
    return Cache(folder, root, selection) if folder else None


def _absolute(path: Path) -> Path:
    """The path without `..` and without links on the way; a link at its end stays what it is."""
    return path.resolve() if path.is_dir() else path.parent.resolve() / path.name


def _place(paths: Sequence[Path], config: Path | None) -> tuple[Path, Path | None]:
    """The root of the repository the paths are in, and its configuration."""
    if config:
        return config.resolve().parent, config
    folders = [path if path.is_dir() else path.parent for path in paths]
    for folder in (Path(os.path.commonpath(folders)), folders[0]):
        top = work_tree(folder)
        found = find_config(folder, top)
        if found:
            return found.parent, found
        if top:
            return top, None
    return folders[0], None


def open_folder(options: Options) -> Repository:
    """One folder, or file, by itself, whatever configuration or repository is around it."""
    path = options.paths[0]
    if not path.exists():
        raise UsageError(f"{path}: no such file or folder")
    if path.is_dir():
        root = path.resolve()
        found = discover(root, options.include, (*(options.exclude or ()), *options.extend_exclude))
    else:
        root, found = path.resolve().parent, Found((path.name,), (), (), ())
    return Repository(root, Config(), found, None, Kinds(found.paths, (), ()))


def _named(root: Path, paths: Sequence[Path], found: Found, any_format: bool) -> Named | None:
    """The files the paths name; None for all. A path whose files the configuration excludes names none; one that was
    not read for any other reason must not pass as judged."""
    if root in paths:
        return None
    named: set[str] = set()
    inside = [path.relative_to(root).as_posix() for path in paths]
    others: list[str] = []
    for one in inside:
        files = {file for file in found.paths if names.is_below(file, one)}
        if not files and not any(names.is_below(file, one) for file in found.excluded):
            if not any_format:
                raise UsageError(f"{one}: holds no Python file of the repository: it is ignored, a link, or empty")
            others.append(one)
        named |= files
    return Named(named, inside, others)


def refuse_unread(repository: Repository, settings: "Callable[[], SettingFiles]", rules: Sequence[AnyRule]) -> None:
    """Raise UsageError for a named path without Python whose files no rule reads: it must not pass as judged."""
    for one in repository.named.others if repository.named else ():
        if not any(rule.kind == VALUE for rule in rules):
            if (repository.root / one).is_file() and not one.endswith(SUFFIXES):
                raise UsageError(f"{one}: is not a Python file, and no loaded rule reads others; name Python files")
            raise UsageError(f"{one}: holds no Python file of the repository: it is ignored, a link, or empty")
        known = settings().beside_python
        if not any(names.is_below(file, one) for file in (*known.paths, *known.excluded)):
            raise UsageError(f"{one}: holds no file of the repository that rules read: it is ignored, a link, or empty")


def _is_configuration(path: Path) -> bool:
    from ssot_audit.source.setting_files import is_configuration  # most runs name no such file

    return is_configuration(path.name)


def package_around(root: Path) -> str:
    """The dotted package a folder is, where somebody audits the folder of a package rather than a repository."""
    parts: list[str] = []
    while (root / "__init__.py").is_file() and not any((root / mark).exists() for mark in _REPOSITORY_MARKS):
        parts.append(root.name)
        root = root.parent
    return ".".join(reversed(parts))


def load_packs(
    repository: Repository, options: Options, at_home: Callable[[str], bool] = lambda package: True
) -> list[Pack]:
    """The packs that were asked for, and those that come with the program whose package is at home; by default all.
    Raises ConfigError with all mistakes."""
    shipped = shipped_packs()
    asked = dict.fromkeys((*repository.config.packs, *options.packs))
    mistakes = [f"no pack is called {name!r}; there are: {', '.join(shipped)}" for name in asked if name not in shipped]
    files = [
        (path, f"pack {name}")
        for name, path in shipped.items()
        if name in asked or at_home(package_of(path))  # the others are not even read
    ]
    files += [(repository.rules / one, one) for one in repository.config.rules]
    files += [(path, str(path)) for path in options.rules]
    packs = []
    for path, label in files:
        for one in sorted(path.rglob("*.toml")) if path.is_dir() else [path]:
            try:
                inside = f"{label.rstrip('/')}/{one.relative_to(path).as_posix()}" if path.is_dir() else label
                packs.append(load_pack(one, inside, SHAPES))
            except ConfigError as error:
                mistakes += error.mistakes
    if mistakes:
        raise ConfigError(tuple(mistakes))
    return packs


def loaded_packs(repository: Repository, program: Program, options: Options) -> list[Pack]:
    """The packs of this run: those asked for, or at home in the tree. Raises ConfigError with all mistakes."""
    known = program.modules.has_top_level
    return load_packs(repository, options, lambda package: bool(package) and known(package))


def loading(repository: Repository, program: Program, options: Options) -> Callable[[Pack, AnyRule], bool]:
    """Tells of a rule whether this run loads it, and selects it."""
    sources = {pack.source for pack in loaded_packs(repository, program, options)}
    return lambda pack, rule: pack.source in sources and _is_selected(rule, repository.config, options)


def _is_selected(rule: AnyRule, config: Config, options: Options) -> bool:
    select = options.select or config.select
    return (not select or rule.id in select) and rule.id not in (*config.ignore, *options.ignore)


def choose_rules(
    repository: Repository, program: Program, options: Options
) -> tuple[tuple[AnyRule, ...], tuple[AnyRule, ...]]:
    """The rules that are loaded, of packs asked for or at home in the tree; and of these the ones that are selected.
    Raises ConfigError with all mistakes."""
    config = repository.config
    packs = loaded_packs(repository, program, options)
    loaded = [rule for pack in packs for rule in pack.rules]
    ids = [rule.id for rule in loaded]
    mistakes = [f"the rule id {one!r} is used by two loaded rules" for one in dict.fromkeys(ids) if ids.count(one) > 1]
    selected = options.select or config.select
    wanted = (*selected, *config.ignore, *options.ignore, *(name for name, _ in config.fail_under_rule))
    mistakes += [
        f"no loaded rule has the id {one!r}; loaded: {', '.join(ids) or 'none'}"
        for one in dict.fromkeys(wanted)
        if one not in ids
    ]
    chosen = tuple(rule for rule in loaded if _is_selected(rule, config, options))
    mistakes += listed_twice([rule for rule in chosen if rule.kind == SYMBOL])
    if mistakes:
        raise ConfigError(tuple(mistakes))
    return tuple(loaded), chosen
