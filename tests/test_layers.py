"""The house: imports run one way, and each third-party library has one importer. Held by the program's own reader."""

from __future__ import annotations

import json
from functools import cache

import pytest
from running import ROOT, audit

# From the top down; a module may import from layers below its own, and from its own package.
LAYERS = (
    ("__main__",),
    ("cli",),
    ("arguments", "commands", "progress"),
    ("flags",),
    ("answers",),
    ("ratchet",),
    ("whole",),
    ("init", "status"),
    ("pipelines", "documents"),
    ("evidence",),
    ("pipeline",),
    ("golden",),
    ("measure",),
    ("accept",),
    ("paths", "examples", "fan", "graphs"),
    ("reading",),
    ("repository",),
    ("report",),
    ("gate",),
    ("score",),
    ("checks",),
    ("program",),
    ("source",),
    ("rules", "config"),
    ("tables",),
    ("globs",),
    ("engine",),
    ("results", "component"),
    ("model",),
    ("links",),
    ("outline",),
    ("facts", "names", "errors"),
)
OWNERS = {
    "libcst": "source",
    "networkx": "program.graph",
    "tomli": "tables",
    "pathspec": "globs",
    "pcre2": "engine",
    "rich": "report",
    "yaml": "source.yaml_events",
    "tree_sitter": "pipelines.grammar",
    "tree_sitter_bash": "pipelines.grammar",
    "markdown_it": "documents.markdown",
    "dotenv": "source.settings.env_file",
    "xml": "source.junit",
}
ALSO = {("rich", "progress"), ("tomli", "source.settings.toml_file")}


@cache
def imports() -> tuple[tuple[str, str], ...]:
    """(module of this project, what it imports), both without the project's own name where they have it."""
    done = audit("imports", ROOT / "ssot_audit")
    assert done.code == 0
    rows = [json.loads(line) for line in done.out.splitlines()]
    found = []
    for row in rows:
        importer = row["file"].removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        path = ".".join(filter(None, (row["absolute"], row["name"])))
        found.append((importer, path))
    return tuple(found)


def layer(module: str) -> int:
    top = module.split(".")[0]
    return next(number for number, names in enumerate(LAYERS) if top in names)


def test_every_module_has_its_layer() -> None:
    for path in (ROOT / "ssot_audit").rglob("*.py"):
        name = path.relative_to(ROOT / "ssot_audit").with_suffix("").as_posix().replace("/", ".")
        if name != "__init__":
            layer(name)


def test_imports_run_one_way_and_siblings_do_not_import_each_other() -> None:
    wrong, right = [], 0
    for importer, path in imports():
        if not path.startswith("ssot_audit.") or path.endswith("__version__") or importer == "__init__":
            continue
        target = path.removeprefix("ssot_audit.")
        same_package = importer.split(".")[0] == target.split(".")[0]
        if same_package or layer(importer) < layer(target):
            right += 1
        else:
            wrong.append(f"{importer} imports {target}")
    assert wrong == []
    assert right > 100


@pytest.mark.parametrize("library", OWNERS)
def test_each_library_has_one_importer(library: str) -> None:
    importers = {importer for importer, path in imports() if path.split(".")[0] == library}
    owner = OWNERS[library]
    allowed = {one for one in importers if one == owner or one.startswith(owner + ".") or (library, one) in ALSO}
    assert importers
    assert importers == allowed


def test_no_reader_of_untrusted_bytes_executes_or_unpickles_them() -> None:
    forbidden = {"pickle", "marshal", "shelve", "importlib", "runpy", "code", "imp"}
    assert not {(importer, path) for importer, path in imports() if path.split(".")[0] in forbidden}


def test_files_stay_under_300_lines() -> None:
    long = {
        path.name: count
        for path in (ROOT / "ssot_audit").rglob("*.py")
        if (count := len(path.read_text("utf-8").splitlines())) > 300
    }
    assert long == {}
