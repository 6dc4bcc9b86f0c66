"""Every command, file and figure of the README is what the program does."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from picture import PICTURE, picture
from running import FIXTURES, ROOT, RULE, audit, clean_environment, git, write

from ssot_audit.checks.kinds import SHAPES
from ssot_audit.config import load_config
from ssot_audit.model import Class
from ssot_audit.rules import load_pack

README = (ROOT / "README.md").read_text("utf-8")
BLOCKS = re.findall(r"```(\w+)\n(.*?)```", README, re.DOTALL)


def blocks(language: str) -> list[str]:
    return [text for name, text in BLOCKS if name == language]


SETUPS = [line for text in blocks("sh") for line in text.splitlines() if line.startswith("python3 -m venv")]
COMMANDS = [
    line.partition("#")[0].strip()
    for text in blocks("sh")
    for line in text.splitlines()
    if line.startswith("ssot-audit")
]


def test_the_readme_has_two_commands_that_set_up_and_one_is_what_ci_runs() -> None:
    assert len(SETUPS) == 2
    assert SETUPS[1] in (ROOT / ".ci" / "run").read_text("utf-8").splitlines()


def test_the_first_command_shows_the_figure_the_readme_names() -> None:
    arguments = SETUPS[0].partition(".venv/bin/ssot-audit ")[2].split()
    done = audit(*arguments, cwd=ROOT)
    assert done.code == 0
    assert done.out.startswith("PASSED  36.9 % compliant")
    assert "36.9 %<!-- /ssot --> of its governed references are canonical" in README
    assert audit(arguments[0], cwd=ROOT).code == 1


# What a repository has that the commands beside the audit look at.
BESIDE = {
    ".github/workflows/ci.yml": "jobs:\n  tests:\n    steps:\n      - run: pytest\n",
    "README.md": "The routers are in `chatter/routing/handlers.py`.\n",
    "junit.xml": '<testsuite><testcase classname="tests.test_manager" name="test_it" file="tests/test_manager.py"/>'
    "</testsuite>",
}
COMPONENT = '\n[[component]]\nname = "chatter"\nmodules = ["chatter.**"]\ntests = ["tests/"]\n'


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_of_the_readme_judges(command: str, tmp_path: Path) -> None:
    folder = tmp_path / "platform"
    shutil.copytree(FIXTURES / "platform", folder)
    settings = (folder / "ssot-audit.toml").read_text("utf-8")
    write(folder, {**BESIDE, "ssot-audit.toml": settings + COMPONENT})
    git(folder, "init", "-q")
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "one")
    write(folder, {"chatter/more.py": "MORE = 1\n"})  # there is a change to judge
    if "--baseline" in command or "--prune" in command:
        assert audit("baseline", cwd=folder).code == 0
    done = audit(*shlex.split(command)[1:], cwd=folder)
    assert done.code in (0, 1), done.err


def test_the_rule_file_of_the_readme_loads_and_its_examples_hold(tmp_path: Path) -> None:
    rules, configuration = blocks("toml")
    write(tmp_path, {"rules.toml": rules, "ssot-audit.toml": configuration})
    assert load_config(tmp_path / "ssot-audit.toml").rules == ("rules.toml",)
    assert audit("rules", "test", "--select", "router", cwd=tmp_path).code == 0


def test_the_readme_names_every_class_and_every_key_and_no_other(tmp_path: Path) -> None:
    for klass in Class:
        assert f"| `{klass}` |" in README
    known = unknown_key(tmp_path, "ssot-audit.toml", "surprise = 1\n")
    assert known == keys_of("## Configuration")
    rule = unknown_key(tmp_path, "rules.toml", RULE.replace("why =", "surprise = 1\nwhy ="))
    assert rule | {"rule.good", "rule.bad"} == keys_of("## Rule files") | {"good", "bad"}


def unknown_key(folder: Path, name: str, text: str) -> set[str]:
    """The keys the program says it knows when it meets one it does not."""
    from ssot_audit.errors import ConfigError

    write(folder, {name: text})
    load = load_config if name == "ssot-audit.toml" else lambda path: load_pack(path, path.name, SHAPES)
    with pytest.raises(ConfigError) as caught:
        load(folder / name)
    return set(str(caught.value).partition("known here: ")[2].split(", "))


def keys_of(heading: str) -> set[str]:
    section = README.partition(heading)[2].partition("\n## ")[0]
    rows = [line.split("|")[1] for line in section.splitlines() if line.startswith("| `")]
    return {key.strip("[]") for row in rows for key in re.findall(r"`([^`]+)`", row)}


def test_the_hooks_of_the_readme_exist() -> None:
    hooks = (ROOT / ".pre-commit-hooks.yaml").read_text("utf-8")
    for name in re.findall(r"- id: (\S+)", "".join(blocks("yaml"))):
        assert f"- id: {name}\n" in hooks


def test_the_picture_is_the_report_the_program_prints_today() -> None:
    assert PICTURE.read_text("utf-8") == picture(), "run: python tests/picture.py"


def latest(kind: str) -> dict[str, Any]:
    """The newest dated result of a benchmark."""
    written = sorted((ROOT / "benchmarks" / "results").glob(f"*-{kind}.json"))[-1]
    result: dict[str, Any] = json.loads(written.read_text("utf-8"))
    return result


def test_the_ratios_of_the_readme_are_those_of_the_dated_result() -> None:
    result = latest("speed")
    ratios = {(row["run"], row["input"]): row["ratio_of_medians"] for row in result["rows"] if row["against"] == "ruff"}
    assert result["failed"] == 0
    for run in ("cold, no cache", "warm, nothing changed", "cold, peak memory"):
        assert f"| {run} | {ratios[run, 'homeassistant']:.1f} | {ratios[run, 'netra16']:.1f} |" in README
    files = {name: f"({one['files']['ssot-audit']:,} files" for name, one in result["inputs"].items()}
    assert files["homeassistant"] in README and files["netra16"] in README


def test_the_chart_of_the_readme_is_drawn_from_the_dated_result() -> None:
    draw = (
        "import json, sys; from chart import drawn; from scaling import points; "
        "title = 'A cold run: seconds for a tree of so many files'; "
        "print(drawn(points(json.load(sys.stdin)['scaling']), title), end='')"
    )
    done = subprocess.run(
        [sys.executable, "-c", draw],
        env={**clean_environment(), "PYTHONPATH": str(ROOT / "benchmarks")},
        input=json.dumps(latest("speed")),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert (ROOT / "docs" / "scaling.svg").read_text("utf-8") == done.stdout


def test_the_measured_figures_of_the_readme_are_those_of_the_dated_result() -> None:
    section = " ".join(README.partition("## Measured")[2].partition("\n## ")[0].split())
    result = latest("paths")
    manager = result["symbols"]["WebSocketManager"]
    canonical = manager["paths"]["netra_backend.app.websocket_core.websocket_manager.WebSocketManager"]["names"]
    expected = (
        f"{result['files']:,} files, {result['imported_names']:,} imported names",
        f"{result['paths_compared']:,} import paths agree with an independent count, all of them",
        f"through {sum(1 for one in manager['paths'].values() if one['names'])} paths",
        f"{canonical} of {manager['names']} imported names ({1000 * canonical // manager['names'] / 10} %)",
    )
    for figure in expected:
        assert figure in section, figure
    assert result["differences"] == []
