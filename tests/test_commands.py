"""The commands paths, imports and rules, and the options they share with check."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from running import FIXTURES, ROOT, RULE, audit, git, library, write

from ssot_audit import __version__

PLATFORM = FIXTURES / "platform"


def test_check_is_the_command_where_the_first_word_is_none(tmp_path: Path) -> None:
    library(tmp_path)
    assert audit(cwd=tmp_path).out == audit("check", ".", cwd=tmp_path).out == audit(".", cwd=tmp_path).out


def test_a_first_word_that_is_a_command_is_the_command_and_a_path_says_so(tmp_path: Path) -> None:
    library(tmp_path / "rules")
    listed, checked = audit("rules", cwd=tmp_path), audit("./rules", cwd=tmp_path)
    assert listed.out.startswith("a check here loads no rule")
    assert checked.out.startswith("PASSED")


@pytest.mark.parametrize("flag", ["--version", "-V"])
def test_the_version_is_told(flag: str) -> None:
    assert audit(flag).out == f"ssot-audit {__version__}\n"


@pytest.mark.parametrize("command", ["", "check", "paths", "imports", "rules"])
def test_every_command_has_help_with_the_exit_codes(command: str) -> None:
    done = audit(*filter(None, [command]), "--help")
    assert done.code == 0
    assert "exit codes:" in done.out


# paths


def test_paths_tells_every_path_with_its_class_and_where_it_leads() -> None:
    done = audit("paths", "MessageRouter", PLATFORM, "--output-format", "json")
    assert done.code == 0
    assert done.json["name"] == "MessageRouter"
    found = {one.pop("path"): one for one in done.json["paths"]}
    assert found["chatter.routing.handlers.MessageRouter"] == {
        "class": "canonical",
        "object": "same",
        "origin": {"file": "chatter/routing/handlers.py", "line": 1, "name": "MessageRouter"},
        "reason": None,
        "names": 1,
        "files": 1,
        "strings": 1,
        "attributes": 0,
        "in_unvalidated_files": 0,
        "production": 1,
        "tests": 0,
        "other": 0,
    }
    gone = found["chatter.core.message_router.MessageRouter"]
    assert (gone["class"], gone["origin"], gone["reason"], gone["names"]) == ("broken", None, "missing-module", 4)
    assert found["chatter.routing.competitor.MessageRouter"]["object"] == "other"
    assert found["reply.MessageRouter"]["class"] is None  # a homonym outside the family


def test_paths_without_rules_has_no_classes_and_still_tells_origins(tmp_path: Path) -> None:
    write(
        tmp_path, {"a.py": "class A: ...\n", "b.py": "from a import A\n", "c.py": "from b import A\nfrom a import A\n"}
    )
    done = audit("paths", "A", tmp_path, "--output-format", "json")
    rows = [(one["path"], one["class"], one["origin"], one["names"]) for one in done.json["paths"]]
    origin = {"file": "a.py", "line": 1, "name": "A"}
    assert rows == [("a.A", None, origin, 2), ("b.A", None, origin, 1)]


def test_paths_counts_names_in_files_that_do_not_parse_apart(tmp_path: Path) -> None:
    write(tmp_path, {"a.py": "class A: ...\n", "b.py": "from a import A\ndef (\n"})
    found = audit("paths", "A", tmp_path, "--output-format", "json").json["paths"][0]
    assert (found["names"], found["in_unvalidated_files"]) == (0, 1)


def test_paths_exits_2_where_the_name_is_nowhere(tmp_path: Path) -> None:
    library(tmp_path)
    done = audit("paths", "Nothing", tmp_path)
    assert (done.code, done.out) == (2, "")
    assert "no import path ends with 'Nothing'" in done.err


def test_paths_of_a_dotted_path_are_those_that_lead_where_it_leads(tmp_path: Path) -> None:
    library(tmp_path, {"other.py": "class Thing: ...\n", "user.py": "from other import Thing\n"})
    write(tmp_path, {"old.py": "from library import Thing\n", "lost.py": "from gone import Thing\n"})
    for path, expected in (
        ("library.things.Thing", {"library.Thing", "library.things.Thing"}),
        ("library.Thing", {"library.Thing", "library.things.Thing"}),
        ("other.Thing", {"other.Thing"}),
        ("gone.Thing", {"gone.Thing"}),
    ):
        done = audit("paths", path, tmp_path, "--output-format", "json")
        assert {one["path"] for one in done.json["paths"]} == expected
    assert audit("paths", "library.Thng", tmp_path).code == 2


def test_paths_refuses_what_is_no_path(tmp_path: Path) -> None:
    done = audit("paths", "a-b", library(tmp_path))
    assert done.code == 2
    assert "'a-b' is not a dotted path" in done.err


def test_paths_table_names_origin_and_counts() -> None:
    done = audit("paths", "Emitter", PLATFORM)
    assert "chatter.websocket.emitters.Emitter\n" in done.out
    assert "-> chatter/websocket/emitters.py:1  Emitter" in done.out
    assert "3 paths without one" not in done.out


# imports


def test_imports_gives_one_object_for_each_imported_name(tmp_path: Path) -> None:
    text = "import os.path as p, sys\nfrom ..a import (\n    b as c,\n)\nfrom . import *\n"
    write(tmp_path, {"pkg/__init__.py": "", "pkg/sub/__init__.py": "", "pkg/sub/mod.py": text})
    done = audit("imports", tmp_path)
    rows = [json.loads(line) for line in done.out.splitlines()]
    assert done.code == 0
    assert rows == [
        _row(1, 8, 0, "os.path", None, "p", "os.path"),
        _row(1, 22, 0, "sys", None, None, "sys"),
        _row(3, 5, 2, "a", "b", "c", "pkg.a"),
        _row(5, 15, 1, "", "*", None, "pkg.sub"),
    ]


def _row(line: int, column: int, level: int, module: str, name: str | None, alias: str | None, full: str) -> object:
    return {
        "file": "pkg/sub/mod.py",
        "line": line,
        "column": column,
        "level": level,
        "module": module,
        "name": name,
        "alias": alias,
        "absolute": full,
        "contexts": [],
    }


def test_imports_beyond_the_top_level_package_have_no_absolute_name(tmp_path: Path) -> None:
    write(tmp_path, {"pkg/__init__.py": "from .. import x\n"})
    assert json.loads(audit("imports", tmp_path).out)["absolute"] is None


def test_imports_of_a_package_folder_are_named_from_the_package(tmp_path: Path) -> None:
    write(tmp_path, {"pkg/__init__.py": "from .a import A\n", "pkg/a.py": ""})
    assert json.loads(audit("imports", tmp_path / "pkg").out)["absolute"] == "pkg.a"


def test_imports_exits_2_where_a_file_could_not_be_read(tmp_path: Path) -> None:
    write(tmp_path, {"a.py": "import os\n", "b.py": b"\xff\xfe"})
    done = audit("imports", tmp_path)
    assert (done.code, len(done.out.splitlines())) == (2, 1)
    assert "b.py: is not valid utf-8; its imports are not listed" in done.err


# rules


def test_rules_lists_what_a_check_loads_and_the_other_packs_apart(tmp_path: Path) -> None:
    second = RULE.replace('"thing"', '"other"').replace("library.T", "library.O").replace("library.things.T", "a.T")
    library(tmp_path, {"rules.toml": RULE + second}, config='ignore = ["other"]\n')
    used, _, apart = audit("rules", cwd=tmp_path).out.partition("not loaded here")
    assert "library.things.Thing" in used
    assert "a.Thing" in apart
    assert "netra_backend.app.websocket_core.handlers.MessageRouter" in apart
    named = audit("rules", "--pack", "message-router", "--output-format", "json", cwd=tmp_path).json
    assert {one["pack"] for one in named if one["loaded"]} == {"rules", "message-router"}


def test_rules_says_so_where_a_check_loads_none(tmp_path: Path) -> None:
    assert audit("rules", cwd=tmp_path).out.startswith("a check here loads no rule\n\nnot loaded here; --pack NAME")


def test_rules_explains_one_with_its_examples(tmp_path: Path) -> None:
    done = audit("rules", "message-router", cwd=tmp_path)
    assert done.code == 0
    for part in (
        "canonical   netra_backend.app.websocket_core.handlers.MessageRouter",
        "good (expected-missing):",
        "bad (rival):",
    ):
        assert part in done.out


def test_rules_exits_2_for_an_unknown_id(tmp_path: Path) -> None:
    done = audit("rules", "message-rooter", cwd=tmp_path)
    assert done.code == 2
    assert "no rule has the id 'message-rooter'; there are:" in done.err


def test_every_example_of_the_shipped_packs_holds(tmp_path: Path) -> None:
    done = audit("rules", "test", "--output-format", "json", cwd=tmp_path)
    assert done.json["failures"] == []
    assert done.code == 0
    written = [path.read_text("utf-8").count("[[rule]]") for path in (ROOT / "rules").glob("*.toml")]
    assert done.json["rules"] == sum(written) > 20


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        (RULE.replace("from library import Thing", "import json"), "must be deprecated, but was not governed at all"),
        (RULE.replace("from library.things import Thing", "from library import Thing"), "was found, as deprecated"),
        (RULE.partition("[[rule.bad]]")[0], "the rule has no bad example; add [[rule.bad]]"),
        (RULE.replace('class = "deprecated"', 'class = "broken"'), "must be broken, but was deprecated"),
    ],
)
def test_a_rule_whose_examples_do_not_hold_fails(tmp_path: Path, wrong: str, reason: str) -> None:
    library(tmp_path, {"rules.toml": wrong})
    done = audit("rules", "test", "--select", "thing", cwd=tmp_path)
    assert done.code == 1
    assert reason in done.out


def test_no_example_is_left_lying_for_the_next(tmp_path: Path) -> None:
    laid = [
        '{"user.py/a.py" = "from library import Thing", ".gitignore.py" = ""}',
        '{"user.py" = "from library import Thing"}',
        '{"user.py/b/c.py" = "from library import Thing"}',
    ]
    more = [f'[[rule.bad]]\nclass = "deprecated"\nfiles = {files}\n' for files in laid]
    good = '[[rule.good]]\nfiles = {"user.py" = "from library.things import Thing"}\n'
    library(tmp_path, {"rules.toml": "\n".join((RULE, *more, good))})
    done = audit("rules", "test", "--select", "thing", cwd=tmp_path)
    assert (done.code, done.err) == (0, "")


def test_the_fixtures_rules_hold_their_own_examples() -> None:
    for name in ("platform", "odd"):
        assert audit("rules", "test", cwd=FIXTURES / name).code == 0


# Packs


def test_a_pack_loads_by_itself_only_where_its_package_is_in_the_tree(tmp_path: Path) -> None:
    write(
        tmp_path / "with",
        {
            "netra_backend/__init__.py": "",
            "netra_backend/app/__init__.py": "",
            "netra_backend/app/websocket_core/__init__.py": "",
            "netra_backend/app/websocket_core/handlers.py": "class MessageRouter: ...\n",
            "main.py": "from netra_backend.app.websocket_core.handlers import MessageRouter\n",
        },
    )
    write(tmp_path / "without", {"main.py": "import json\n"})
    loaded, absent = (audit("check", tmp_path / one, "--output-format", "json") for one in ("with", "without"))
    assert "message-router" in loaded.json["evidence"]["rules"]["matched"]
    assert "no rule is loaded" in absent.json["verdict"]["reasons"][0]


def test_a_pack_named_for_a_tree_without_its_package_matches_nothing_and_exits_2(tmp_path: Path) -> None:
    write(tmp_path, {"main.py": "import json\n"})
    assert audit("check", tmp_path, "--pack", "websocket").code == 2


# Options


def test_select_and_ignore_choose_rules() -> None:
    chosen = audit(PLATFORM, "--select", "router,emitter", "--ignore", "emitter", "--output-format", "json")
    assert [one["name"] for one in chosen.json["rules"]] == ["router"]


def test_statistics_adds_the_figures_of_symbols_and_packages() -> None:
    plain, more = audit(PLATFORM), audit(PLATFORM, "--statistics")
    assert "ConnectionManager" in more.out and "symbols" in more.out
    assert "symbols" not in plain.out


def test_quiet_prints_the_verdict_only() -> None:
    assert len(audit(PLATFORM, "-q").out.splitlines()) == 3


def test_verbose_tells_the_readers_and_json_does_not_depend_on_it() -> None:
    told = audit(PLATFORM, "-v", "--no-cache").err.splitlines()
    counts = [int(line.split()[1]) for line in told if " files read by " in line]
    assert sum(counts) == len(list(PLATFORM.rglob("*.py")))
    assert any("read by the whole tree: a" in line for line in told)
    plain, verbose = (audit(PLATFORM, "--output-format", "json", *more).out for more in ((), ("-v",)))
    assert plain == verbose


def test_output_goes_to_the_file_named(tmp_path: Path) -> None:
    target = tmp_path / "report.txt"
    done = audit(PLATFORM, "-o", target)
    assert (done.code, done.out) == (1, "")
    assert target.read_text().startswith("FAILED  ")


@pytest.mark.parametrize(
    ("arguments", "env", "colored"),
    [
        ((), {}, False),
        ((), {"FORCE_COLOR": "1"}, True),
        ((), {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
        (("--color", "always"), {"NO_COLOR": "1"}, True),
        (("--color", "never"), {"FORCE_COLOR": "1"}, False),
    ],
)
def test_color_follows_the_flag_then_no_color_then_force_color(
    arguments: tuple[str, ...], env: dict[str, str], colored: bool
) -> None:
    assert ("\x1b[" in audit(PLATFORM, *arguments, env=env).out) is colored


def test_concise_prints_one_line_for_each_finding() -> None:
    concise, full = audit(PLATFORM, "--output-format", "concise"), audit(PLATFORM, "--output-format", "json")
    lines = concise.out.splitlines()
    assert len(lines) == len(full.json["violations"]) + 1
    assert lines[0] == (
        "bots/reply.py:2:37: error manager internal: chatter.websocket._core._Manager is the private name of Manager"
    )
    assert lines[-1].startswith("repository: 36.9 % (24/65); gate missed: ")


def test_json_lines_are_the_json_report_line_by_line() -> None:
    whole = audit(PLATFORM, "--output-format", "json").json
    lines = [json.loads(line) for line in audit(PLATFORM, "--output-format", "json-lines").out.splitlines()]
    kinds = ["reference"] * len(whole["references"]) + ["violation"] * len(whole["violations"]) + ["summary"]
    assert [one.pop("type") for one in lines] == kinds
    assert lines[:-1] == whole["references"] + whole["violations"]
    assert lines[-1]["summary"] == whole["summary"]


def test_include_exclude_and_roots_come_from_the_configuration_and_flags(tmp_path: Path) -> None:
    library(tmp_path, {"old/user.py": "from library import Thing\n"}, config='exclude = ["old/"]\n')
    assert audit("check", tmp_path).code == 0
    assert audit("check", tmp_path, "--exclude", "nothing/").code == 1
    assert audit("check", tmp_path, "--include", "library/").code == 0


# Files


def names(folder: Path, *arguments: str) -> list[str]:
    """The files whose imports are told."""
    lines = audit("imports", folder, *arguments).out.splitlines()
    return sorted({json.loads(line)["file"] for line in lines})


def test_git_decides_which_files_there_are(tmp_path: Path) -> None:
    text = "import os\n"
    git(write(tmp_path, {"kept.py": text, "gone.py": text, "forced.py": text, ".gitignore": "f*.py\n"}), "init", "-q")
    git(tmp_path, "add", "kept.py", "gone.py", ".gitignore")
    git(tmp_path, "add", "-f", "forced.py")
    write(tmp_path, {"new.py": text, "found.py": text, "stub.pyi": text})
    (tmp_path / "gone.py").unlink()
    assert names(tmp_path) == ["forced.py", "kept.py", "new.py", "stub.pyi"]


def test_outside_git_every_gitignore_is_honoured_the_nearest_first(tmp_path: Path) -> None:
    text = "import os\n"
    files = dict.fromkeys(("a.py", "b.py", "sub/a.py", "sub/b.py", "deep/er/c.py", "deep/er/d.py"), text)
    write(tmp_path, {**files, ".gitignore": "a.py\n/deep/er/c.py\n", "sub/.gitignore": "!a.py\nb.py\n"})
    assert names(tmp_path) == ["b.py", "deep/er/d.py", "sub/a.py"]


def test_a_virtual_environment_is_left_out_by_what_it_is_not_by_its_name(tmp_path: Path) -> None:
    text = "import os\n"
    write(tmp_path, {"venv/made.py": text, "env/pyvenv.cfg": "", "env/lib.py": text, ".venv/x.py": text})
    assert names(tmp_path) == ["venv/made.py"]


def test_an_ignored_folder_that_is_named_is_read(tmp_path: Path) -> None:
    git(write(tmp_path, {".gitignore": "out/\n", "out/a.py": "import os\n"}), "init", "-q")
    assert names(tmp_path / "out") == ["a.py"]


def test_what_was_left_out_is_counted_by_reason(tmp_path: Path) -> None:
    library(tmp_path, {"old/user.py": "", ".gitignore": "build.py\n", "build.py": "", "env/pyvenv.cfg": ""})
    (tmp_path / "link.py").symlink_to("library/things.py")
    done = audit("check", tmp_path, "--exclude", "old/", "--output-format", "json")
    skipped = {"excluded": 1, "ignored": 1, "symbolic link": 1, "virtual environment": 1}
    assert done.json["evidence"]["files"]["skipped"] == skipped
