"""What is a check: programs and scripts that are run for the status they exit with."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from types import MappingProxyType

from ssot_audit.pipelines.model import words_of

# Programs that check whatever they are asked.
TOOLS = words_of(
    """pytest py.test nose2 nosetests tox nox behave flake8 pylint pycodestyle pydocstyle mypy dmypy pyright
    basedpyright pytype pyre ty bandit safety pip-audit semgrep vulture radon xenon interrogate codespell doc8
    rstcheck sphinx-lint yamllint shellcheck hadolint actionlint zizmor lint-imports deptry check-manifest
    pyroma gitleaks trufflehog checkov tfsec grype eslint tsc stylelint jest vitest mocha ctest bats
    golangci-lint ansible-lint unittest djlint mypy-baseline slotscheck refurb pyflakes prospector
    detect-secrets-hook ssot-audit"""
)
# Programs that check when one of these words is among those asked of them.
ASKED: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "ruff": ("check", "--check", "--diff"),
        "black": ("--check", "--diff"),
        "isort": ("--check", "--check-only", "-c", "--diff"),
        "yapf": ("--diff", "-d"),
        "autopep8": ("--exit-code",),
        "coverage": ("--fail-under*",),
        "pre-commit": ("run",),
        "twine": ("check",),
        "pip": ("check",),
        "poetry": ("check",),
        "cargo": ("test", "check", "clippy"),
        "go": ("test", "vet"),
        "terraform": ("validate",),
        "prettier": ("--check", "-c"),
        "trivy": ("image", "fs", "config", "repo"),
        "snyk": ("test",),
        "hatch": ("test",),
        "playwright": ("test",),
        "cypress": ("run",),
        "npm": ("test", "t", "audit"),
        "yarn": ("test", "audit", "lint"),
        "pnpm": ("test", "audit", "lint"),
        "manage.py": ("test", "check"),
        "setup.py": ("test", "check"),
    }
)
PYTHON_TOOLS = words_of(
    """pytest py.test ruff mypy black flake8 bandit pylint isort pyright basedpyright radon xenon vulture pydocstyle
    pycodestyle pyflakes interrogate pytype"""
)
_CHECKS = words_of(
    """check checks checker test tests tester verify verifies verifier verification lint lints linter validate
    validates validator validation audit auditor compliance scan scanner enforce enforcer"""
)
_NO_CHECKS = words_of(
    """setup start stop clean cleanup install wait download upload report reports seed generate generator build create
    deploy prepare notify fix health update data fixtures summary"""
)
# Words in one: flakecheck, readmecheck, doctest. `latest` is none of them.
_ENDS_WITH_CHECK = re.compile(r"(?!health)[a-z]*(?:checks?|lint|verify|audit)\Z|(?:doc|unit|smoke|py|type)tests?\Z")
_SCRIPT = re.compile(r"[\w./@+-]+\.(?:py|sh|bash|js|ts|mjs|cjs)\Z")
_PROGRAM = re.compile(r"(?:python|pypy)[\d.]*\Z")
_SHELLS = frozenset(("bash", "sh", "zsh", "dash", "node", "tsx", "ts-node"))
# Programs that run the rest of their words; the first words after their own that are passed over.
_BEFORE: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        **dict.fromkeys(
            ("sudo", "time", "env", "nice", "command", "exec", "uvx", "npx", "xvfb-run", "bunx", "xargs"), ()
        ),
        **dict.fromkeys(("poetry", "pipenv", "uv", "pdm", "rye", "hatch", "coverage", "pipx", "conda"), ("run",)),
        **dict.fromkeys(("bundle", "pnpm"), ("exec",)),
        **dict.fromkeys(("timeout", "stdbuf", "travis_retry", "retry", "catchsegv", "unbuffer"), ()),
    }
)
_TOOL_RUNS = MappingProxyType({"uv": ("tool", "run"), "hatch": ("env", "run")})
_TASK_RUNS = words_of("poetry pipenv uv pdm rye hatch")  # their `run` also runs tasks of the project
_VALUED = frozenset(
    (
        "-n",
        "-u",
        "-k",
        "--with",
        "--extra",
        "--group",
        "-p",
        "--python",
        "--from",
        "--source",
        "-s",
        "-P",
        "-I",
        "-L",
        "-d",
    )
)


def unwrapped(words: Sequence[str]) -> tuple[str, ...]:
    """The command that is run in the end: `poetry run coverage run -m pytest tests` runs `pytest tests`."""
    rest = list(words)
    for _ in range(8):
        if not rest:
            break
        name = rest[0].rpartition("/")[2]
        before = next((one for one in _openings(name) if rest[1 : 1 + len(one)] == list(one)), None)
        if before is not None:
            inner = _after_options(rest[1 + len(before) :], name)
        elif _PROGRAM.match(name):
            inner = _after_python(rest[1:])
        else:
            break
        if not inner:
            break
        rest = inner
    return tuple(rest)


def _openings(name: str) -> Iterator[tuple[str, ...]]:
    """The words after a program's name behind which it runs the rest."""
    for table in (_BEFORE, _TOOL_RUNS):
        if name in table:
            yield table[name]


def _after_options(rest: list[str], name: str) -> list[str]:
    """What comes after a program's own options, `NAME=value` pairs and durations."""
    position = 0
    while position < len(rest):
        one = rest[position]
        if name == "coverage" and one == "-m":
            return rest[position + 1 :]
        if one in _VALUED:
            position += 2
        elif one.startswith("-") or "=" in one or (name == "timeout" and re.match(r"\d", one)):
            position += 1
        else:
            break
    return rest[position:]


def _after_python(rest: list[str]) -> list[str]:
    """The module or script an interpreter runs; nothing for `-c` and for no program at all."""
    for position, one in enumerate(rest):
        if one == "-m":
            return rest[position + 1 :]
        if one == "-c" or one == "-":
            return []
        if one in ("-W", "-X"):
            continue
        if not one.startswith("-") and (position == 0 or rest[position - 1] not in ("-W", "-X")):
            return rest[position:] if _SCRIPT.match(one) or "/" in one else []
    return []


def check_in(words: Sequence[str], more: Sequence[str]) -> str:
    """The name of the check a command runs; empty where it runs none. `more` are globs of further checks."""
    inner = unwrapped(words)
    if not inner or "--version" in inner or "--help" in inner or "install" in inner[1:2]:
        return ""
    name = inner[0].rpartition("/")[2]
    script = inner[1] if name in _SHELLS and len(inner) > 1 else inner[0]
    if more and chosen(words, more):
        return script if script != inner[0] else name
    if name in TOOLS:
        return name
    if name in ASKED:
        asked = ASKED[name]
        return name if any(fnmatchcase(one, glob) for one in inner[1:] for glob in asked) else _task(name, inner)
    if name in ("make", "just", "task", "docker", "docker-compose", "podman"):
        return _task(name, inner)
    if words[0] in _TASK_RUNS and "/" not in name and not _SCRIPT.match(name) and is_check_name(name):
        return f"{words[0]} run {name}"
    return script if _is_check_script(script) else ""


def chosen(words: Sequence[str], globs: Sequence[str]) -> bool:
    """Whether one of some globs names the program or script a command runs."""
    inner = unwrapped(words)
    first = (
        [one for word in inner[: 2 if inner[0] in _SHELLS else 1] for one in (word, word.rpartition("/")[2])]
        if inner
        else []
    )
    return any(fnmatchcase(one, glob) for one in first for glob in globs)


def _task(name: str, inner: Sequence[str]) -> str:
    """A check among the words of a program that runs tasks or containers."""
    if name in ("docker", "docker-compose", "podman"):
        return next((one for one in inner[2:] if one in TOOLS), "") if {"run", "exec"} & set(inner) else ""
    tasks = inner[1:] if name in ("make", "just", "task") else inner[2:] if inner[1:2] == ("run",) else ()
    found = next((one for one in tasks if not one.startswith("-") and is_check_name(one)), "")
    return f"{name} {found}" if found else ""


def _is_check_script(script: str) -> bool:
    looks_run = script.startswith("./") or _SCRIPT.match(script)
    return bool(looks_run) and is_check_name(script.rpartition("/")[2])


def only_tells(words: Sequence[str]) -> bool:
    """Whether a command prints or waits, and does nothing that could fail."""
    name = next(iter(unwrapped(words)), "").rpartition("/")[2]
    return name in _TELLS or tuple(words[:2]) == ("exit", "0")


def is_check_name(name: str) -> bool:
    """Whether the name of a script, task or action says that it checks."""
    parts = set(re.split(r"[^A-Za-z]+", re.sub(r"([a-z])([A-Z])", r"\1 \2", name).lower()))
    says = parts & _CHECKS or any(_ENDS_WITH_CHECK.match(one) for one in parts)
    return bool(says) and not parts & _NO_CHECKS


def is_check_action(uses: str) -> bool:
    """Whether an action or hook of somebody else's is a check, by its name."""
    name = uses.partition("@")[0].lower()
    if name.startswith("actions/"):
        return False
    parts = re.split(r"[/_.]", name)
    tools = TOOLS | ASKED.keys() - {
        "go",
        "pip",
        "npm",
        "yarn",
        "pnpm",
        "terraform",
        "poetry",
        "hatch",
        "cargo",
        "twine",
    }
    return any(part.removesuffix("-action") in tools for part in parts) or is_check_name(parts[-1])


_TELLS = words_of("echo printf true : date sleep")
_PLAIN = frozenset(("--exit-zero", "--soft-fail", "--no-fail"))
_ZERO = re.compile(r"(?:--exit-code|--issues-exit-code|--fail-under)(?:=0+(?:\.0+)?)?\Z")


def disarming(words: Sequence[str]) -> str:
    """The flag that lets a check exit with 0 whatever it finds; empty where there is none."""
    for position, one in enumerate(words):
        if one in _PLAIN:
            return one
        if _ZERO.match(one):
            if "=" in one:
                return one
            if words[position + 1 : position + 2] in (["0"], ("0",)):
                return f"{one} 0"
    return "-i" if words[:1] == ("make",) and ("-i" in words or "--ignore-errors" in words) else ""
