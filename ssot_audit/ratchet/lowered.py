"""What one configuration asks for and another no longer does."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from ssot_audit.config import Config


def lowered(then: Config, now: Config) -> Iterator[tuple[str, str]]:
    """(key, what happened) of thresholds that are lower, allowances that are higher, and lists that ask for less."""
    before, after = _thresholds(then), _thresholds(now)
    for key, number in before.items():
        if key not in after or after[key] < number:
            yield key, f"{key} was {number} and is {after.get(key, 'gone')}"
    for key, less, more in (
        ("max-unvalidated", Decimal(then.max_unvalidated), Decimal(now.max_unvalidated)),
        ("max-skipped", then.evidence.max_skipped, now.evidence.max_skipped),
    ):
        if less is not None and (more is None or more > less):
            yield key, f"{key} was {less} and is {'gone' if more is None else more}"
    if then.evidence.static and not now.evidence.static:
        yield "static", "test files are no longer read for tests that no runner collects"
    if now.documents.files and now.documents.files != then.documents.files:
        yield "documents", f"documents are held in {', '.join(now.documents.files)} alone"
    for key, asked, asks in _asked(then, now):
        gone = [one for one in asked if one not in asks]
        if gone:
            yield key, f"{key} no longer {'have' if len(gone) > 1 else 'has'} {', '.join(gone)}"


def _asked(then: Config, now: Config) -> Iterator[tuple[str, Sequence[str], Sequence[str]]]:
    """Lists of what is asked for, before and after; what excuses is turned round."""
    yield "entry-points of the golden path", then.golden_path.entry_points, now.golden_path.entry_points
    yield "generated of the golden path, before,", now.golden_path.generated, then.golden_path.generated
    yield "reports of the test evidence", then.evidence.reports, now.evidence.reports
    yield "checks of pipelines", then.pipelines.checks, now.pipelines.checks
    yield "scripts of pipelines", then.pipelines.scripts, now.pipelines.scripts
    yield "components", [one.name for one in then.components], [one.name for one in now.components]
    later = {one.name: one for one in now.components}
    for one in then.components:
        if one.name in later:
            yield f"evidence of component {one.name}", one.evidence, later[one.name].evidence


def _thresholds(config: Config) -> dict[str, Decimal]:
    """The thresholds that are set, by key."""
    found: dict[str, Decimal | None] = {
        "fail-under": config.fail_under,
        "fail-under of the golden path": config.golden_path.fail_under,
    }
    found |= {f"fail-under-package of {name}": percent for name, percent in config.fail_under_package}
    found |= {f"fail-under-rule of {name}": percent for name, percent in config.fail_under_rule}
    found["min-tests"] = Decimal(config.evidence.min_tests)
    for one in config.components:
        found |= {f"fail-under of component {one.name}": one.fail_under}
        found |= {f"min-tests of component {one.name}": Decimal(one.min_tests)}
    return {key: percent for key, percent in found.items() if percent is not None}
