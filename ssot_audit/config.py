"""Configuration: where the repository is, and what its `[tool.ssot-audit]` or `ssot-audit.toml` says."""

from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

from ssot_audit import tables
from ssot_audit.errors import ConfigError, UsageError
from ssot_audit.model import BESIDE

OWN_FILE = "ssot-audit.toml"
TESTS = ("tests/", "test/", "Tests/", "testing/", "test_*.py", "*_test.py", "*_tests.py", "conftest.py")
OTHER = ("scripts/", "tools/", "docs/", "examples/", "benchmarks/", "setup.py", "noxfile.py", "tasks.py", "fabfile.py")

PROOFS = ("parse", "resolve", "compliance", "tests")  # what may be asked of a component


class GoldenPathConfig(NamedTuple):
    """The modules that must work: dotted names or patterns of those they begin with. `generated` are patterns of paths
    that a build makes: that these are not in the tree is not told."""

    entry_points: tuple[str, ...] = ()
    deferred: bool = False  # whether imports inside functions count
    generated: tuple[str, ...] = ()
    fail_under: Decimal | None = None


class PipelinesConfig(NamedTuple):
    """Globs of commands and scripts that are checks, beside those that are known; and gitignore patterns of shell
    scripts that are pipelines themselves."""

    checks: tuple[str, ...] = ()
    scripts: tuple[str, ...] = ()


class DocumentsConfig(NamedTuple):
    """Which Markdown files are held against what is measured: gitignore patterns; none means all."""

    files: tuple[str, ...] = ()


class EvidenceConfig(NamedTuple):
    """What is asked of test reports: globs of them, how many executed tests there must be at least, the share that may
    be skipped, and whether test files are read for tests that no runner collects."""

    reports: tuple[str, ...] = ()
    min_tests: int = 1
    max_skipped: Decimal | None = None
    static: bool = True


class Component(NamedTuple):
    """A part of the repository whose status is told. `modules` are dotted patterns, `tests` gitignore patterns; `rules`
    ids, empty for all; `journey` tags its tests."""

    name: str
    modules: tuple[str, ...] = ()
    tests: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    fail_under: Decimal | None = None
    min_tests: int = 1
    evidence: tuple[str, ...] = PROOFS
    golden_path: bool = False
    journey: str = ""


class Config(NamedTuple):
    """What a repository says of its audit. Globs are gitignore patterns; percentages are exact decimals."""

    source: str = ""
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    roots: tuple[str, ...] = ()
    packs: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    tests: tuple[str, ...] = TESTS
    other: tuple[str, ...] = OTHER
    fail_under: Decimal | None = None
    fail_under_package: tuple[tuple[str, Decimal], ...] = ()
    fail_under_rule: tuple[tuple[str, Decimal], ...] = ()
    max_unvalidated: int = 0
    baseline: str = ""
    also: tuple[str, ...] = ()  # checks beside the rules, by the names of their commands
    golden_path: GoldenPathConfig = GoldenPathConfig()
    pipelines: PipelinesConfig = PipelinesConfig()
    documents: DocumentsConfig = DocumentsConfig()
    evidence: EvidenceConfig = EvidenceConfig()
    components: tuple[Component, ...] = ()


def find_config(folder: Path, top: Path | None) -> Path | None:
    """The nearest configuration at or above a folder, up to the top of its work tree if it is in one."""
    for at in (folder, *folder.parents):
        own, project = at / OWN_FILE, at / "pyproject.toml"
        if own.is_file():
            return own
        if project.is_file() and _has_table(project):
            return project
        if at == top:
            break
    return None


def _has_table(project: Path) -> bool:
    """Whether a pyproject.toml configures this program. One that cannot be read, and might, is told when it is."""
    try:
        tool = tables.load(project, project.name).get("tool", {})
    except ConfigError:
        return b"ssot-audit" in project.read_bytes()
    return isinstance(tool, dict) and "ssot-audit" in tool


def load_config(path: Path | None) -> Config:
    """The configuration in a file, or the defaults. Raises ConfigError with every mistake."""
    if path is None:
        return Config()
    table: object = tables.load(path, path.name)
    where = path.name
    if path.name == "pyproject.toml":
        tool = table.get("tool", {}) if isinstance(table, dict) else {}
        table = tool.get("ssot-audit", {}) if isinstance(tool, dict) else {}
        where = f"{path.name}: [tool.ssot-audit]"
    mistakes: list[str] = []
    reader = tables.Reader(table, where, mistakes)
    config = Config(
        source=path.name,
        include=reader.texts("include"),
        exclude=(*reader.texts("exclude"), *reader.texts("extend-exclude")),
        roots=tuple(one.strip("/").removeprefix("./").removeprefix(".") for one in reader.texts("roots")),
        packs=reader.texts("packs"),
        rules=reader.texts("rules"),
        select=reader.texts("select"),
        ignore=reader.texts("ignore"),
        tests=reader.texts("tests") or TESTS,
        other=reader.texts("other") or OTHER,
        fail_under=reader.percent("fail-under"),
        fail_under_package=_percents(reader, "fail-under-package"),
        fail_under_rule=_percents(reader, "fail-under-rule"),
        max_unvalidated=reader.count("max-unvalidated") or 0,
        baseline=reader.text("baseline"),
        also=reader.texts("also"),
        golden_path=_golden_path(reader),
        pipelines=_pipelines(reader),
        documents=_documents(reader),
        evidence=_evidence(reader),
        components=_components(reader),
    )
    _check_folders(config, path.parent, reader)
    for one in config.also:
        if one not in BESIDE:
            reader.wrong("also", f"{one!r} is not one of {', '.join(BESIDE)}")
    reader.finish()
    if mistakes:
        raise ConfigError(tuple(mistakes))
    return config


def _percents(reader: tables.Reader, key: str) -> tuple[tuple[str, Decimal], ...]:
    found = []
    for name, value in reader.mapping(key).items():
        if tables.is_percent(value):
            found.append((name, Decimal(str(value))))
        else:
            reader.wrong(key, f"of {name!r} must be a number from 0 to 100")
    return tuple(found)


def _golden_path(reader: tables.Reader) -> GoldenPathConfig:
    table = reader.mapping("golden-path")
    if not table:
        return GoldenPathConfig()
    own = tables.Reader(table, f"{reader.where}: [golden-path]", reader.mistakes)
    found = GoldenPathConfig(
        entry_points=own.patterns("entry-points"),
        deferred=own.flag("deferred"),
        generated=own.patterns("generated"),
        fail_under=own.percent("fail-under"),
    )
    if not found.entry_points:
        own.wrong("entry-points", "is missing; it must be a list of modules, at least one")
    own.finish()
    return found


def _pipelines(reader: tables.Reader) -> PipelinesConfig:
    own = tables.Reader(reader.mapping("pipelines"), f"{reader.where}: [pipelines]", reader.mistakes)
    found = PipelinesConfig(own.texts("checks"), own.texts("scripts"))
    own.finish()
    return found


def _evidence(reader: tables.Reader) -> EvidenceConfig:
    own = tables.Reader(reader.mapping("evidence"), f"{reader.where}: [evidence]", reader.mistakes)
    at_least = own.count("min-tests")
    found = EvidenceConfig(
        reports=own.texts("reports"),
        min_tests=1 if at_least is None else at_least,
        max_skipped=own.percent("max-skipped"),
        static=own.flag("static", default=True),
    )
    for one in found.reports:
        if Path(one).is_absolute() or ".." in Path(one).parts:
            own.wrong("reports", f"{one!r} must be inside the repository")
    own.finish()
    return found


def _documents(reader: tables.Reader) -> DocumentsConfig:
    own = tables.Reader(reader.mapping("documents"), f"{reader.where}: [documents]", reader.mistakes)
    found = DocumentsConfig(own.texts("files"))
    own.finish()
    return found


def _components(reader: tables.Reader) -> tuple[Component, ...]:
    found: list[Component] = []
    for number, table in enumerate(reader.tables("component"), 1):
        own = tables.Reader(table, f"{reader.where}: component {number}", reader.mistakes)
        at_least, name, golden = own.count("min-tests"), own.text("name", required=True), own.flag("golden-path")
        one = Component(
            name=name,
            modules=own.patterns("modules"),
            tests=own.texts("tests"),
            rules=own.texts("rules"),
            fail_under=own.percent("fail-under"),
            min_tests=1 if at_least is None else at_least,
            evidence=own.texts("evidence") or PROOFS,
            golden_path=golden,
            journey=own.text("journey") or (name if golden else ""),
        )
        if not one.modules and not golden:
            own.wrong("modules", "is missing; it must be a list of modules, at least one")
        for word in one.evidence:
            if word not in PROOFS:
                own.wrong("evidence", f"{word!r} is not one of {', '.join(PROOFS)}")
        if name and name in [each.name for each in found]:
            own.wrong("name", f"{name!r} is used by two components")
        own.finish()
        found.append(one)
    return tuple(found)


def _check_folders(config: Config, root: Path, reader: tables.Reader) -> None:
    for key, paths in (("roots", config.roots), ("rules", config.rules), ("baseline", (config.baseline,))):
        for one in paths:
            if Path(one).is_absolute() or ".." in Path(one).parts:
                reader.wrong(key, f"{one!r} must be inside the repository")
            elif key != "baseline" and not (root / one).exists():
                reader.wrong(key, f"{one!r} does not exist")


def percent(text: str) -> Decimal:
    """A percentage from the command line. Raises UsageError."""
    try:
        value = Decimal(text.removesuffix("%"))
    except ArithmeticError:
        raise UsageError(f"--fail-under {text!r} is not a number from 0 to 100") from None
    if not tables.is_percent(value):
        raise UsageError(f"--fail-under {text!r} is not a number from 0 to 100")
    return value
