"""The JSON report, held against its published schema."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from running import FIXTURES, ROOT, audit, library

SCHEMA = json.loads((ROOT / "docs" / "report.schema.json").read_text())
VALIDATOR = Draft202012Validator(SCHEMA)


def test_the_schema_is_a_schema() -> None:
    Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("name", ["platform", "odd"])
def test_the_report_of_a_fixture_fits_the_schema(name: str) -> None:
    VALIDATOR.validate(audit(FIXTURES / name, "--output-format", "json").json)


def test_the_reports_of_runs_that_judged_nothing_fit_the_schema(tmp_path: Path) -> None:
    empty, missing = audit(tmp_path, "--output-format", "json"), audit("nowhere", "--output-format", "json")
    partial = audit(library(tmp_path / "r") / "library" / "things.py", "--output-format", "json")
    for done in (empty, missing, partial):
        VALIDATOR.validate(done.json)


def test_the_schema_refuses_what_the_report_does_not_say() -> None:
    report: Any = audit(FIXTURES / "platform", "--output-format", "json").json
    changes: list[dict[str, Any]] = [{"surprise": 1}, {"schema_version": 1}, {"violations": [{}]}, {"summary": {}}]
    for change in changes:
        with pytest.raises(ValidationError):
            VALIDATOR.validate({**report, **change})


def test_the_counts_of_the_report_add_up() -> None:
    report: Any = audit(FIXTURES / "platform", "--output-format", "json").json
    apart = ("plumbing", "expected-missing")
    governed = [one for one in report["references"] if one["class"] not in apart]
    assert report["summary"]["governed"] == len(governed)
    assert report["summary"]["canonical"] == sum(1 for one in governed if one["class"] == "canonical")
    assert len(report["violations"]) == sum(1 for one in governed if one["class"] not in ("canonical", "shim"))
    for key in ("rules", "modules", "symbols"):
        assert sum(one["governed"] for one in report[key]) == report["summary"]["governed"], key
    for score in (report["summary"], *report["packages"], *report["modules"]):
        assert score["governed"] == sum(score[kind]["governed"] for kind in ("production", "tests", "other"))
