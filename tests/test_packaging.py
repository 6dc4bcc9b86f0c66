"""The wheel and the sdist, built as a release builds them and installed where nothing else is."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tarfile
import venv
import zipfile
from pathlib import Path

import pytest
from running import ROOT, clean_environment, write


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel and the sdist of this tree."""
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    done = subprocess.run(command, capture_output=True, text=True, env=clean_environment(), check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


def test_the_wheel_holds_the_package_and_its_packs_and_no_top_level_rules(built: Path) -> None:
    (wheel,) = built.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    assert {"ssot_audit/packs/websocket.toml", "ssot_audit/packs/message-router.toml"} <= set(names)
    assert {name.split("/")[0].split("-")[0] for name in names} == {"ssot_audit"}


def test_the_sdist_holds_what_the_tests_need(built: Path) -> None:
    (sdist,) = built.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {"rules/websocket.toml", "tests/test_readme.py", "fixtures/odd/rules.toml", "README.md", "LICENSE"} <= names


def test_the_wheel_installed_alone_elsewhere_finds_its_packs(built: Path, tmp_path: Path) -> None:
    (wheel,) = built.glob("*.whl")
    venv.create(tmp_path / "env", with_pip=True)
    scripts = tmp_path / "env" / ("Scripts" if os.name == "nt" else "bin")
    environment = {**clean_environment(), "HOME": str(tmp_path)}
    install = [str(scripts / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", str(wheel)]
    subprocess.run(install, check=True, env=environment, cwd=tmp_path)
    write(tmp_path, {"tree/user.py": "import json\n"})
    tested = subprocess.run(
        [str(scripts / "ssot-audit"), "rules", "test"],
        cwd=tmp_path / "tree",
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    texts = [path.read_text("utf-8") for path in (ROOT / "rules").glob("*.toml")]
    rules, examples = (
        sum(len(re.findall(rf"^{what}$", text, re.M)) for text in texts)
        for what in (r"\[\[rule\]\]", r"\[\[rule\.(?:good|bad)\]\]")
    )
    assert (tested.returncode, tested.stdout) == (0, f"{rules} rules, {examples} examples: 0 failed\n"), tested.stderr
