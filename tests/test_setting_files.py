"""The settings of a repository's files: which files are read for which keys."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from running import facts_below, git, write

from ssot_audit import names
from ssot_audit.source.setting_files import SettingFiles, Sought

PARTS = st.text("abP_-é", min_size=1, max_size=3)
PATTERNS = st.lists(PARTS | st.text("aP_*", min_size=1, max_size=3) | st.just("**"), min_size=1, max_size=3)


def files_below(root: Path, *python: str) -> SettingFiles:
    return SettingFiles(facts_below(root, python), (), ())


@given(st.lists(PARTS, min_size=1, max_size=3), PATTERNS, st.booleans())
def test_a_setting_is_found_where_and_only_where_its_key_matches(
    parts: list[str], pattern: list[str], escaped: bool
) -> None:
    key, asked = ".".join(parts), ".".join(pattern)
    value: object = 1
    for part in reversed(parts):
        value = {part: value}
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder), {"a.json": json.dumps(value, ensure_ascii=escaped)})
        (found,), failed = files_below(Path(folder)).of([Sought((asked,))])
    assert [one.key for one in found.get("a.json", ())] == ([key] if names.matches(asked, key) else [])
    assert failed == {}


def test_sides_of_a_mapping_and_small_letters_of_a_dockerfile_are_found_though_no_text_spells_them(
    tmp_path: Path,
) -> None:
    write(tmp_path, {"a.yml": 'ports:\n  - "80:81"\n', "Dockerfile": "from a\nexpose 82\n"})
    found, _ = files_below(tmp_path).of([Sought(("ports.*.host",)), Sought(("**.container",)), Sought(("EXPOSE",))])
    assert [[one.value for settings in each.values() for one in settings] for each in found] == [["80"], ["81"], ["82"]]


def test_letters_that_python_takes_for_the_same_are(tmp_path: Path) -> None:
    write(tmp_path, {"a.py": "\uff30\uff2f\uff32\uff34 = 1\n"})
    (found,), _ = files_below(tmp_path, "a.py").of([Sought(("PORT",))])
    assert [one.value for one in found["a.py"]] == ["1"]


def test_workers_find_what_one_process_does(tmp_path: Path) -> None:
    files = {f"{number}.env": f"PORT={number}\n" for number in range(60)}
    write(tmp_path, {**files, "bad.yml": "PORT: [\n", "other.yml": "[\n"})
    sides = [Sought(("PORT",)), Sought(("PORT",), files=("1*.env",))]
    library = facts_below(tmp_path, ())
    one = SettingFiles(library, (), ()).of(sides)
    library.jobs = 0
    assert one == SettingFiles(library, (), ()).of(sides)
    (whole, some), failed = one
    assert (len(whole), len(some), list(failed)) == (60, 11, ["bad.yml"])


def test_forms_and_what_stands_beside_narrow_what_is_found(tmp_path: Path) -> None:
    write(tmp_path, {"run.sh": "PORT=1\nserve --port ${PORT:-2}\r\nserve --port 3 # shop\n"})
    asked = [Sought(("**.PORT",), forms=("environment-default",)), Sought(("**.--port",), beside=("shop",))]
    found, _ = files_below(tmp_path).of(asked)
    assert [[one.value for one in each["run.sh"]] for each in found] == [["2"], ["3"]]


def test_only_files_of_the_repository_are_read(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    kept = {"a.env": "PORT=1\n", "b/.env": "PORT=1\n"}
    write(tmp_path, {**kept, ".gitignore": "no.env\n", "no.env": "PORT=1\n", "notes.txt": "PORT=1\n"})
    (tmp_path / "link.env").symlink_to("a.env")
    assert files_below(tmp_path).paths == tuple(sorted(kept))
    (tmp_path / ".git").rename(tmp_path / "gone")  # without git, the same by walking
    assert [one for one in files_below(tmp_path).paths if not one.startswith("gone/")] == sorted(kept)
