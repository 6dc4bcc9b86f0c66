"""`ssot-audit pipelines`: checks that cannot fail their pipeline, and steps that cannot run."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from running import FIXTURES, ROOT, Done, audit, git, write
from test_fixtures import Seen, wanted

from ssot_audit.pipelines import check as room
from ssot_audit.pipelines import fate, gitlab, known, make, tox
from ssot_audit.pipelines.grammar import MAX_TEXT
from ssot_audit.pipelines.model import Script, Text, placed
from ssot_audit.pipelines.shell import Shell
from ssot_audit.source.settings.marks import Malformed

WORKFLOW = ".github/workflows/ci.yml"


def run(folder: Path, *more: str) -> Done:
    return audit("pipelines", folder, "--output-format", "json", *more)


def seen(folder: Path) -> Seen:
    found = run(folder).json["violations"]
    return Counter((one["filename"], one["location"]["row"], one["code"], one["class"], "") for one in found)


def workflow(folder: Path, steps: str, **files: str) -> Path:
    text = f"on: push\njobs:\n  one:\n    runs-on: ubuntu-latest\n    steps:\n{steps}"
    return write(folder, {WORKFLOW: text, "ssot-audit.toml": "", **files})


def found(done: Done) -> list[tuple[str, str]]:
    return [(one["class"], one["severity"]) for one in done.json["violations"]]


def test_every_finding_of_the_fixture_is_wanted_and_every_wanted_one_is_found() -> None:
    folder = FIXTURES / "pipelines"
    want, have = wanted(folder, "*"), seen(folder)
    assert [*(f"unexpected {one}" for one in have - want), *(f"missing {one}" for one in want - have)] == []


def test_the_fixture_shows_every_class() -> None:
    assert {one[3] for one in wanted(FIXTURES / "pipelines", "*")} == set(room.HELP)


def test_a_pipeline_that_can_fail_meets_the_gate(tmp_path: Path) -> None:
    done = run(workflow(tmp_path, "      - run: pytest\n"))
    assert (done.code, done.json["violations"], done.json["evidence"]["checks"]) == (0, [], 1)


def test_a_check_whose_failure_is_lost_misses_it(tmp_path: Path) -> None:
    done = run(workflow(tmp_path, "      - run: pytest || true\n"))
    assert (done.code, found(done)) == (1, [("ignored", "error")])


def test_the_place_is_that_of_what_loses_the_failure(tmp_path: Path) -> None:
    done = run(workflow(tmp_path, "      - run: |\n          echo é 🧪\n          pytest -k 'é' || true\n"))
    (one,) = done.json["violations"]
    line = (tmp_path / WORKFLOW).read_text("utf-8").splitlines()[one["location"]["row"] - 1]
    assert line[one["location"]["column"] - 1 : one["end_location"]["column"] - 1] == "|| true"


def test_a_repository_without_pipelines_is_not_judged(tmp_path: Path) -> None:
    done = run(write(tmp_path, {"ssot-audit.toml": "", "a.py": ""}))
    assert (done.code, "no pipeline was found" in done.err) == (2, True)


def test_a_workflow_that_does_not_parse_misses_the_gate_and_is_told_with_its_line(tmp_path: Path) -> None:
    done = run(write(tmp_path, {"ssot-audit.toml": "", WORKFLOW: "jobs:\n  a: [\n"}))
    (one,) = done.json["violations"]
    assert (done.code, one["class"], one["location"]["row"]) == (1, "invalid", 3)


@pytest.mark.parametrize("data", [b"jobs: \xff\n", b"#" * (room.MAX_BYTES + 1), b"[" * 500])
def test_a_file_that_cannot_be_read_never_passes(tmp_path: Path, data: bytes) -> None:
    done = run(write(tmp_path, {"ssot-audit.toml": "", WORKFLOW: data}))
    assert done.code in (1, 2)
    assert done.json["errors"] or done.json["violations"]


def test_aliases_do_not_multiply_what_is_read(tmp_path: Path) -> None:
    bomb = "a0: &a0 [pytest]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 12))
    done = run(write(tmp_path, {"ssot-audit.toml": "", ".gitlab-ci.yml": bomb + "job:\n  script: &s [*a11, *s]\n"}))
    assert (done.code, "repeats more than" in done.err) == (2, True)


def test_a_configured_check_counts_and_one_that_matches_nothing_is_an_obstacle(tmp_path: Path) -> None:
    workflow(tmp_path, "      - run: ./weigh || true\n")
    write(tmp_path, {"ssot-audit.toml": '[pipelines]\nchecks = ["weigh"]\n'})
    assert found(run(tmp_path)) == [("ignored", "error")]
    write(tmp_path, {"ssot-audit.toml": '[pipelines]\nchecks = ["weigh", "gauge"]\n'})
    done = run(tmp_path)
    assert (done.code, "'gauge' matches no command" in done.err) == (2, True)


def test_an_unknown_key_of_the_configuration_is_told(tmp_path: Path) -> None:
    workflow(tmp_path, "      - run: pytest\n")
    write(tmp_path, {"ssot-audit.toml": "[pipelines]\ncheck = []\n"})
    done = run(tmp_path)
    assert (done.code, "`check` is not a known key" in done.err) == (2, True)


def test_a_lenient_run_beside_a_strict_one_is_a_warning(tmp_path: Path) -> None:
    done = run(workflow(tmp_path, "      - run: |\n          flake8 --select=E9\n          flake8 --exit-zero\n"))
    assert (done.code, found(done)) == (0, [("exit-zero", "warning")])


def test_a_later_step_that_always_runs_and_may_fail_makes_an_allowance_doubtful(tmp_path: Path) -> None:
    steps = "      - run: pytest\n        continue-on-error: true\n      - if: always()\n        run: |\n"
    done = run(workflow(tmp_path, steps + "          grep -q passed report.txt || exit 1\n"))
    assert found(done) == [("allowed", "warning")]


def test_windows_line_ends_change_no_line(tmp_path: Path) -> None:
    text = "jobs:\r\n  a:\r\n    steps:\r\n      - run: |\r\n          echo\r\n          pytest || true\r\n"
    done = run(write(tmp_path, {"ssot-audit.toml": "", WORKFLOW: text}))
    assert [one["location"]["row"] for one in done.json["violations"]] == [6]


def test_files_git_does_not_show_are_not_there_for_a_job(tmp_path: Path) -> None:
    steps = "      - uses: actions/checkout@v4\n      - run: python tools/a.py\n      - run: python tools/b.py\n"
    workflow(tmp_path, steps, **{"tools/a.py": "", ".gitignore": "out/\n"})
    git(tmp_path, "init", "-q")
    done = run(tmp_path)
    assert [one["path"] for one in done.json["violations"]] == ["tools/b.py"]


def test_tox_in_toml_and_inside_toml(tmp_path: Path) -> None:
    legacy = '[tool.tox]\nlegacy_tox_ini = """\n[testenv]\ncommands =\n    pytest\n    - mypy .\n"""\n'
    native = '[env.lint]\nignore_outcome = true\ncommands = [["ruff", "check"], ["flake8", "--exit-zero"]]\n'
    write(tmp_path, {"ssot-audit.toml": "", "a.py": "", "pyproject.toml": legacy, "tox.toml": native})
    assert seen(tmp_path) == Counter(
        {
            ("pyproject.toml", 6, "pipelines", "allowed", ""): 1,
            ("tox.toml", 2, "pipelines", "allowed", ""): 1,
            ("tox.toml", 3, "pipelines", "exit-zero", ""): 1,
        }
    )


@pytest.mark.parametrize(
    ("command", "name"),
    [
        ("python -m pytest tests", "pytest"),
        ("uv run --with x ruff check .", "ruff"),
        ("timeout 30 mypy .", "mypy"),
        ("docker compose run app pytest", "pytest"),
        ("npm run lint:css", "npm lint:css"),
        ("make check", "make check"),
        ("python tools/verify_prices.py", "tools/verify_prices.py"),
        ("./validate.sh", "./validate.sh"),
        ("black .", ""),
        ("ruff format .", ""),
        ("pip install pytest", ""),
        ("python -m pip install pytest", ""),
        ("git checkout main", ""),
        ("./setup_tests.sh", ""),
        ("python -c pytest", ""),
        ("echo pytest", ""),
    ],
)
def test_what_a_check_is(command: str, name: str) -> None:
    assert known.check_in(command.split(), ()) == name


WORDS = (
    "pytest true echo 0 $? N= $( ) ( { } ; & && || | \\ ' \" ` <<E E if then else fi for do done ! set +e exit é case"
)
PIECES = st.sampled_from([*WORDS.split(), "\n", "bash -c", "esac"])


@settings(max_examples=200, deadline=None)
@given(st.lists(PIECES | st.text(max_size=5), max_size=25).map(" ".join), st.booleans(), st.booleans())
def test_any_script_is_read_and_places_stay_inside_it(text: str, errexit: bool, pipefail: bool) -> None:
    shell = Shell(Script(Text(text, ((0, 0),)), errexit, pipefail))
    for command in shell.all_commands():
        own = command.shell.script.text.text
        lost = fate.loss(command)
        assert 0 <= command.node.start_byte <= command.node.end_byte <= len(own)
        assert lost is None or 0 <= lost.start <= lost.end <= len(own)


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=80), st.text(max_size=80))
def test_a_value_is_placed_inside_its_source(value: str, source: str) -> None:
    text = placed(value, source, 0, len(source))
    assert all(0 <= there <= len(source) for _, there in text.marks)
    assert [here for here, _ in text.marks] == sorted(here for here, _ in text.marks)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(["a:", "\t", "-", "pytest", "\\", "\n", "$$", "$(A)", ".IGNORE:", " ", "#", "="])))
def test_any_makefile_is_read(parts: list[str]) -> None:
    text = "".join(parts)
    for job in make.read("Makefile", text):
        for step in job.steps:
            assert step.script
            assert all(0 <= there <= len(text) for _, there in step.script.text.marks)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=100))
def test_any_text_is_a_pipeline_or_malformed(text: str) -> None:
    for read in (gitlab.read, tox.read, *(reader for _, _, reader in room.FORMATS)):
        try:
            for _ in read("tox.ini", text):
                pass
        except Malformed:
            pass


PAGE = (ROOT / "docs" / "pipelines.md").read_text("utf-8")
EXAMPLES = dict(re.findall(r"^### `([a-z-]+)`\n.*?^```yaml\n(.*?)^```", PAGE, re.M | re.S))


def test_the_page_has_an_example_of_every_class() -> None:
    assert EXAMPLES.keys() == room.HELP.keys()


@pytest.mark.parametrize("klass", EXAMPLES)
def test_the_examples_of_the_page_are_what_they_say(klass: str, tmp_path: Path) -> None:
    steps = "".join(f"      {line}\n" for line in EXAMPLES[klass].splitlines())
    write(tmp_path, {"shop/prices.py": "", "app/data.json": "{}"})
    assert {one for one, _ in found(run(workflow(tmp_path, steps)))} == {klass}


def test_the_page_names_the_limit_of_a_script() -> None:
    assert f"{MAX_TEXT:,} characters" in PAGE


@pytest.mark.parametrize("script", ["pytest\n" * 7_000, "( " * 300 + "pytest" + " )" * 300, "pytest ||" * 300 + "true"])
def test_a_script_nobody_wrote_is_told_and_not_judged(tmp_path: Path, script: str) -> None:
    lines = "".join(f"          {line}\n" for line in script.splitlines())
    done = run(workflow(tmp_path, f"      - run: |\n{lines}"))
    assert (done.code, "holds a script" in done.err) == (2, True)


def test_a_script_that_the_configuration_names_is_a_pipeline(tmp_path: Path) -> None:
    soft = "#!/bin/bash\nset -eu\npytest | tee log.txt\nruff check . || true\nmypy .\n"
    write(tmp_path, {"ci/run": soft, "ssot-audit.toml": '[pipelines]\nscripts = ["ci/run"]\n', "a.py": ""})
    done = run(tmp_path)
    assert (done.code, sorted(found(done))) == (1, [("ignored", "error"), ("piped", "error")])
    write(tmp_path, {"ci/run": soft.replace("-eu", "-euo pipefail").replace(" || true", "")})
    assert run(tmp_path).code == 0


def test_a_pattern_of_scripts_that_matches_no_file_is_refused(tmp_path: Path) -> None:
    write(tmp_path, {"ci/run": "pytest\n", "ssot-audit.toml": '[pipelines]\nscripts = ["ci/run", "ci/gone"]\n'})
    done = run(tmp_path)
    assert done.code == 2 and "'ci/gone' matches no file" in done.err


@pytest.mark.parametrize(
    ("script", "wanted"),
    [
        ('trap "rm -rf tmp" EXIT; set +e; pytest; echo done', [("unchecked", "error")]),
        ('trap "exit 1" ERR; set +e; pytest; echo done', []),
        ("pytest || /bin/true", [("ignored", "error")]),
        ("git ls-files '*.py' | xargs -n 9 pylint || true", [("ignored", "error")]),
        ("hatch run test || true", [("ignored", "error")]),
        ("hatch run docs:build || true", []),
        ("uv tool run ruff check . || true", [("ignored", "error")]),
        ("ok=1; if ! pytest; then ok=0; fi; echo done", [("unchecked", "error")]),
        ('ok=1; if ! pytest; then ok=0; fi; test "$ok" = 1', []),
        ("end() { exit $bad; }; if ! pytest; then bad=1; fi; end", []),
        ("{ pytest; echo x; } | cat", [("piped", "error")]),
        ("(pytest); echo x", []),
        ("(cd shop; (pytest); echo x) || true", [("unchecked", "error")]),
        ("set -o pipefail; { pytest; echo x; } | cat", []),
        ('eval "pytest || true"', [("ignored", "error")]),
        ('eval "pytest"', []),
        ("! pytest", [("unchecked", "warning")]),
        ("if ! pytest; then exit 1; fi", []),
        ("! pytest && exit 1", []),
        ("pytest --cov-fail-under=0", []),
    ],
)
def test_what_loses_a_failure_and_what_does_not(script: str, wanted: list[tuple[str, str]], tmp_path: Path) -> None:
    assert found(run(workflow(tmp_path, f"      - run: |\n          {script}\n"))) == wanted


@pytest.mark.parametrize(
    ("first", "then", "severity"),
    [
        ("ruff check --fix . || true", "ruff check .", "warning"),
        ("ruff check --fix . || true", "ruff check . || exit 1", "warning"),
        ("pytest tests/unit || true", "pytest tests/whole", "error"),
        ("mypy . > out.txt || true", "if grep -q error: out.txt; then exit 1; fi", "warning"),
        ("mypy . > out.txt || true", "cat out.txt", "error"),
        ("mypy . > out.txt || true", "if grep -q error: out.txt; then echo bad; fi", "error"),
        ("pytest --junitxml=r.xml || true", "python tools/judge.py build/r.xml", "warning"),
        ("pytest --junitxml=r.xml || true", "python tools/judge.py other.xml", "error"),
        ("bandit -o r.json || true", "N=$(jq length r.json); [ $N = 0 ] || exit 1", "warning"),
    ],
)
def test_a_lost_failure_that_something_later_may_judge_is_a_warning(
    first: str, then: str, severity: str, tmp_path: Path
) -> None:
    done = run(workflow(tmp_path, f"      - run: {first}\n      - run: |\n          {then}\n"))
    assert found(done) == [("ignored", severity)]


def test_what_runs_before_cannot_judge_it(tmp_path: Path) -> None:
    done = run(workflow(tmp_path, "      - run: ruff check .\n      - run: ruff check . || true\n"))
    assert found(done) == [("ignored", "error")]


def test_a_comment_fails_no_step(tmp_path: Path) -> None:
    steps = "      - id: a\n        run: pytest\n        continue-on-error: true\n      - run: |\n          {}\n"
    for line, lost in (("# exit 1", [("allowed", "error")]), ("exit 1  # for good", [])):
        text = 'echo "${{ steps.a.outcome }}"\n          ' + line
        assert found(run(workflow(tmp_path, steps.replace("{}", text)))) == lost


def test_where_no_shell_runs_a_command_there_are_no_operators(tmp_path: Path) -> None:
    hooks = "repos:\n- repo: local\n  hooks:\n  - id: a\n    language: system\n    entry: pytest || true\n"
    write(tmp_path, {"ssot-audit.toml": "", ".pre-commit-config.yaml": hooks})
    write(tmp_path, {"a.py": "", "tox.ini": "[testenv]\ncommands = pytest || true\n    mypy . | tee log.txt\n"})
    done = run(tmp_path)
    assert (done.code, found(done), done.json["evidence"]["checks"]) == (0, [], 3)


def test_a_hook_of_somebody_else_is_the_command_it_stands_for(tmp_path: Path) -> None:
    hook = "repos:\n- repo: https://example.org/ruff\n  hooks:\n  - id: ruff\n    args: ['--exit-zero']\n"
    done = run(write(tmp_path, {"ssot-audit.toml": "", ".pre-commit-config.yaml": hook}))
    assert [(one["class"], one["location"]["row"]) for one in done.json["violations"]] == [("exit-zero", 5)]


def test_recipes_on_the_line_of_the_target_and_other_makes_are_read(tmp_path: Path) -> None:
    text = "test: ; pytest || true\n\nall:\n\t-$(MAKE) flakecheck\n\t-$(MAKE) latest\n"
    write(tmp_path, {"ssot-audit.toml": "", "Makefile": text})
    assert seen(tmp_path) == Counter(
        {("Makefile", 1, "pipelines", "ignored", ""): 1, ("Makefile", 4, "pipelines", "allowed", ""): 1}
    )


@pytest.mark.parametrize(
    "steps",
    [
        f"      - run: echo {'test ' * 6000}; {'; '.join(f'python scripts/a{n}.py' for n in range(300))}\n" * 3,
        "      - run: |\n          set +e\n" + "          pytest\n" * 5_500 + "          echo\n",
        "      - run: pytest\n        continue-on-error: true\n" * 3_000,
        "      - run: pytest --exit-zero a > out.txt || true\n" * 3_000,
    ],
    ids=["scripts after many words", "commands nobody asks for", "steps that may fail", "runs that exit with 0"],
)
def test_a_long_workflow_is_read_in_time(steps: str, tmp_path: Path) -> None:
    done = run(workflow(tmp_path, f"      - uses: actions/checkout@v4\n{steps}"))
    assert done.code == 1


@pytest.mark.parametrize(
    ("step", "secrets"),
    [
        ("run: API_TOKEN=ghp_0123456789abcdef pytest --password hunter2 || true", ("ghp_0123456789abcdef", "hunter2")),
        ("run: pytest --verbose --api-key='a long one' || true", ("a long one",)),
        ("run: pytest || echo token=hunter2", ("hunter2",)),
        ("run: |\n          pytest --password \\\n            hunter2 || true", ("hunter2",)),
        ("run: pytest --db postgres://shop:hunter2@db/shop || true", ("hunter2",)),
    ],
)
@pytest.mark.parametrize("form", ["full", "concise", "json"])
def test_secrets_of_a_command_are_not_repeated(step: str, secrets: tuple[str, ...], form: str, tmp_path: Path) -> None:
    done = audit("pipelines", workflow(tmp_path, f"      - {step}\n"), "--output-format", form)
    assert done.code == 1 and "ignored" in done.out
    assert [one for one in secrets if one in done.out + done.err] == []


def test_a_command_with_a_variable_for_its_secret_is_shown(tmp_path: Path) -> None:
    done = audit("pipelines", workflow(tmp_path, '      - run: pytest --password "$PASSWORD" || true\n'))
    assert 'pytest --password "$PASSWORD" || true' in done.out
