"""Secrets that stand in the files of settings are never repeated."""

from __future__ import annotations

from pathlib import Path

import pytest
from running import audit, write
from test_values import RULE, run

from ssot_audit.source.settings import is_secret

SECRETS = {
    "a.env": "API_TOKEN=hunter2\nDB_PASSWORD=12345\nSHOP=sk-abcdefgh12345678\nSHOP=ghp_abcdefgh12345678\n",
    "b.json": '{"SHOP": "q7Zr2Lk9Xw4Tn8Vb3Mc6Yp1", "MORE": 1}',
    "c.json": '{"SHOP": "open", "SECRET_KEY": "hunter2"}',
    "d.yml": "SHOP: http://me:hunter2@shop:1/\n",
    "e.py": 'PASSWORD = "hunter2" + suffix\nSHOP = 1  # postgres://me:hunter2@db/\n',
}
HIDDEN = ("hunter2", "12345", "q7Zr2Lk9")


@pytest.mark.parametrize("name", ["full", "concise", "json", "json-lines"])
def test_secrets_are_printed_in_no_format(tmp_path: Path, name: str) -> None:
    rule = RULE.replace('"**.PORT", "**.SHOP_URL"', '"**.SHOP", "**.*TOKEN", "**.*PASSWORD"')
    write(tmp_path, {"ssot-audit.toml": 'rules = ["rules.toml"]\n', "rules.toml": rule.format(""), **SECRETS})
    done = audit("check", tmp_path, "--output-format", name)
    assert [one for one in HIDDEN if one in done.out + done.err] == []
    assert all(path in done.out for path in SECRETS)
    assert "***" in done.out


def test_a_line_that_holds_a_secret_is_not_shown_though_the_value_is_none(tmp_path: Path) -> None:
    run(tmp_path, {"a.json": '{"SHOP_URL": "http://me:hunter2@shop:1/"}', "b.yml": "PORT: 2 # two\n"})
    done = audit("check", tmp_path)
    assert "SHOP_URL has the port 1" in done.out
    assert "# two" in done.out
    assert "hunter2" not in done.out


@pytest.mark.parametrize(
    ("key", "value", "hidden"),
    [
        ("PASSWORD", "1", True),
        ("DB_PASSWORD_2", "1", True),
        ("secretKey", "a", True),
        ("PASSWORD_OF_TESTS", "a", True),
        ("TOKEN_LIFETIME", "3600", False),
        ("TOKEN_CHECKED", "true", False),
        ("MONKEY", "a", False),
        ("KEYBOARD", "a", False),
        ("A", "eyJhbGciOiJIUzI1NiJ9.e30.x", True),
        ("A", "AKIAIOSFODNN7EXAMPLE", True),
        ("A", "9f86d081884c7d659a2feaa0c55ad015", True),
        ("A", "claude-3-5-sonnet-20241022", False),
        ("A", "UnifiedWebSocketManagerFactoryV2", False),
        ("A", "docker.io/library/postgres:15-alpine", False),
        ("A", "postgresql+asyncpg://db.example.org:5432/app", False),
    ],
)
def test_what_is_a_secret(key: str, value: str, hidden: bool) -> None:
    assert is_secret(key, value) is hidden
