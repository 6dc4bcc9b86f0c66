"""Functions that take an import path in a string: how a call's text tells which one it calls.

Sources: the standard library's importlib, pkgutil and unittest.mock; pytest's MonkeyPatch; pytest-mock's MockerFixture.
"""

from __future__ import annotations

PATCHES = frozenset(("patch", "patch.object", "patch.dict", "patch.multiple"))
IMPORTERS = frozenset(("importlib.import_module", "importlib.__import__", "pytest.importorskip"))
# hasattr, and getattr with a default, ask whether a name is there: they do not rely on it.
ATTRIBUTE_CALLS = frozenset(("getattr", "setattr", "delattr"))
# They take an attribute's name in a string, after what it is an attribute of.
BASED = frozenset(("patch.object", "monkeypatch", *ATTRIBUTE_CALLS))
# A literal in front is all they need to name a path.
SIMPLE = frozenset(
    ("patch", "patch.dict", "monkeypatch", "import_module", "importlib.import_module", "pytest.importorskip")
)
# One of these is spelled wherever such a function is called or is given another name.
WORDS = (
    *("patch", "multiple", "spy", "getattr", "setattr", "delattr"),
    *("import_module", "__import__", "importorskip", "resolve_name"),
)


def function_of(written: str, absolute: str | None) -> str:
    """The function's name as the tables here know it, or an empty string. `written` is the dotted text of the call,
    `absolute` the same through the import that binds its root (None: bound by no import)."""
    if absolute is not None:
        for prefix in ("unittest.mock.", "mock."):
            if absolute.startswith(prefix) and absolute.removeprefix(prefix) in PATCHES:
                return absolute.removeprefix(prefix)
        return absolute if absolute in IMPORTERS or absolute == "pkgutil.resolve_name" else ""
    root, _, rest = written.rpartition(".")
    if written in PATCHES or written in ATTRIBUTE_CALLS or written in ("__import__", "import_module"):
        return written
    owner, _, method = written.partition(".patch")
    if owner.rpartition(".")[2].endswith("mocker") and "patch" + method in PATCHES and written != owner:
        return "patch" + method
    if root.rpartition(".")[2].endswith("mocker") and rest == "spy":
        return "patch.object"
    if root and rest in ("setattr", "delattr"):
        return "monkeypatch"
    return ""
