"""Ways to cheat the gate, each tried in a real git repository with the installed command, and each failing."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from running import RULE, Done, audit, git, write

OLD = "from library import Thing\n"
NEW = "from library.things import Thing\n"
PLATFORM = {
    "ssot-audit.toml": 'rules = ["rules.toml"]\n',
    "rules.toml": RULE,
    "library/__init__.py": NEW,
    "library/things.py": "class Thing: ...\n",
    "app/good.py": NEW,
    "app/known.py": OLD + "VALUE = 1\n",
}


@pytest.fixture
def platform(tmp_path: Path) -> Path:
    """A repository whose one violation is in its baseline."""
    write(tmp_path, PLATFORM)
    git(tmp_path, "init", "-q", "-b", "main")
    assert audit("baseline", cwd=tmp_path).code == 0
    commit(tmp_path)
    assert audit("--baseline", cwd=tmp_path).code == 0
    return tmp_path


def commit(folder: Path, files: Mapping[str, str] | None = None) -> None:
    write(folder, files or {})
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "a change")


def ratchets(folder: Path) -> tuple[Done, Done]:
    """The run against the baseline, and the run against the commit before."""
    runs = audit("--baseline", cwd=folder), audit("--since", "HEAD~1", "--no-cache", cwd=folder)
    for one in runs:
        assert one.code in (0, 1, 2), one.err
    return runs


def codes(folder: Path) -> tuple[int, int]:
    held, since = ratchets(folder)
    return held.code, since.code


def test_what_a_baseline_holds_passes_and_still_counts(platform: Path) -> None:
    found = audit("--baseline", "--output-format", "json", cwd=platform)
    assert [(one["status"], one["severity"]) for one in found.json["violations"]] == [("baselined", "error")]
    assert (found.json["summary"]["canonical"], found.json["summary"]["governed"]) == (2, 3)


def test_a_new_finding_fails(platform: Path) -> None:
    commit(platform, {"app/new.py": OLD})
    assert codes(platform) == (1, 1)


def test_a_change_that_adds_none_passes(platform: Path) -> None:
    commit(platform, {"app/new.py": NEW, "app/known.py": "# moved down\n\n" + OLD + "VALUE = 2\n"})
    assert codes(platform) == (0, 0)


def test_swapping_one_finding_for_another_fails_though_their_number_is_the_same(platform: Path) -> None:
    commit(platform, {"app/known.py": NEW, "app/good.py": OLD})
    assert codes(platform) == (1, 1)


def test_a_finding_more_of_the_same_identity_fails(platform: Path) -> None:
    commit(platform, {"app/known.py": OLD + "VALUE = 1\n\n\ndef f():\n    from library import Thing\n"})
    assert codes(platform) == (1, 1)


def test_an_entry_that_is_no_finding_any_more_fails_until_it_is_pruned(platform: Path) -> None:
    commit(platform, {"app/known.py": NEW})
    held, since = ratchets(platform)
    assert (held.code, since.code) == (1, 0)
    assert "ssot-baseline.txt:3" in held.out and "--prune" in held.out
    assert "0 findings accepted" in audit("baseline", "--prune", cwd=platform).out
    assert audit("--baseline", cwd=platform).code == 0


def test_prune_never_adds(platform: Path) -> None:
    before = (platform / "ssot-baseline.txt").read_text()
    write(platform, {"app/new.py": OLD})
    audit("baseline", "--prune", cwd=platform)
    assert (platform / "ssot-baseline.txt").read_text() == before
    assert audit("--baseline", cwd=platform).code == 1


def test_an_edited_baseline_does_not_help_against_the_merge_base(platform: Path) -> None:
    entry = "thing\tapp/new.py\tdeprecated\tThing\tlibrary.Thing\n"
    written = (platform / "ssot-baseline.txt").read_text()
    commit(platform, {"app/new.py": OLD, "ssot-baseline.txt": written + entry})
    assert codes(platform) == (0, 1)


@pytest.mark.parametrize("line", ["thing app/new.py Thing library.Thing\n", "thing\n", "\t\t\t\n", "\n"])
def test_a_line_written_by_hand_that_is_no_entry_is_refused(platform: Path, line: str) -> None:
    path = platform / "ssot-baseline.txt"
    path.write_text(path.read_text() + line)
    done = audit("--baseline", cwd=platform)
    assert done.code == 2 and "ssot-baseline.txt:4" in done.err


def test_a_renamed_file_keeps_its_findings(platform: Path) -> None:
    git(platform, "mv", "app/known.py", "app/renamed.py")
    commit(platform)
    assert codes(platform) == (0, 0)
    audit("baseline", "--prune", cwd=platform)
    assert "app/renamed.py" in (platform / "ssot-baseline.txt").read_text()


def test_code_that_is_moved_to_another_file_is_new_there(platform: Path) -> None:
    commit(platform, {"app/known.py": "VALUE = 1\n", "app/good.py": NEW + OLD})
    assert codes(platform) == (1, 1)


@pytest.mark.parametrize(
    ("comment", "klass"),
    [
        ("# ssot: ignore[thing]", "invalid"),
        ("# ssot: ignore it is fine", "invalid"),
        ("# ssot: ignore[thing] fine until=2020-01-01", "expired"),
        ("# ssot: ignore[other] fine", "unknown-rule"),
    ],
)
def test_a_comment_without_reason_or_rule_or_past_its_day_hides_nothing(
    platform: Path, comment: str, klass: str
) -> None:
    commit(platform, {"app/new.py": f"from library import Thing  {comment}\n"})
    assert codes(platform) == (1, 1)
    found = audit("--baseline", "--output-format", "json", cwd=platform).json["violations"]
    assert {(one["class"], one["status"]) for one in found if one["filename"] == "app/new.py"} == {
        (klass, "open"),
        ("deprecated", "open"),
    }


def test_a_comment_with_rule_and_reason_accepts_a_finding_that_still_counts(platform: Path) -> None:
    commit(platform, {"app/new.py": "from library import Thing  # ssot: ignore[thing] the vendor wants it\n"})
    held, since = ratchets(platform)
    assert (held.code, since.code) == (0, 0)
    assert "2 of 4 governed" in held.out and "1 suppressed" in held.out


def test_a_comment_that_accepts_nothing_is_a_finding(platform: Path) -> None:
    commit(platform, {"app/good.py": "from library.things import Thing  # ssot: ignore[thing] to be sure\n"})
    held, since = ratchets(platform)
    assert (held.code, since.code) == (1, 1)
    assert "unused" in held.out


MORE = RULE.replace('"thing"', '"good"').replace("library.Thing", "library.Good").replace("things.Thing", "goods.Good")


@pytest.fixture
def clean(tmp_path: Path) -> Path:
    """A repository without a violation, and two rules."""
    more = MORE.replace("import Thing", "import Good").replace("library.things", "library.goods")
    goods = {"library/goods.py": "class Good: ...\n", "app/goods.py": "from library.goods import Good\n"}
    tests = {"core/__init__.py": "", "core/a.py": NEW}
    write(tmp_path, {**PLATFORM, **goods, **tests, "app/known.py": NEW, "more.toml": more, "ssot-audit.toml": CONFIG})
    git(tmp_path, "init", "-q", "-b", "main")
    commit(tmp_path)
    assert audit(cwd=tmp_path).code == 0
    return tmp_path


CONFIG = 'rules = ["rules.toml", "more.toml"]\n'
DISARMED: dict[str, dict[str, str]] = {
    "rule left out": {"ssot-audit.toml": CONFIG + 'ignore = ["thing"]\n'},
    "rule taken out": {"rules.toml": RULE.replace('"thing"', '"some-thing"')},
    "rule file taken out": {"ssot-audit.toml": 'rules = ["more.toml"]\n'},
    "severity lowered": {"rules.toml": RULE.replace('why = "', 'severity = "warning"\nwhy = "')},
    "files taken out of the rule": {"rules.toml": RULE.replace('why = "', 'exclude-paths = ["app/"]\nwhy = "')},
    "made a shim": {
        "rules.toml": RULE.replace('deprecated = ["library.Thing"]', 'shims = [{ path = "library.Thing" }]')
        .replace('class = "deprecated"', 'class = "broken"')
        .replace("from library import", "from library.gone import")
    },
    "files excluded": {"ssot-audit.toml": CONFIG + 'exclude = ["app/"]\n'},
    "fewer files included": {"ssot-audit.toml": CONFIG + 'include = ["library/", "core/"]\n'},
    "one file excluded": {"ssot-audit.toml": CONFIG + 'exclude = ["app/new.py"]\n'},
    "another configuration first": {
        "ssot-audit.toml": "",
        "pyproject.toml": '[tool.ssot-audit]\nrules = ["more.toml"]\n',
    },
}


@pytest.mark.parametrize("how", DISARMED)
def test_a_change_that_violates_a_rule_and_disarms_it_fails(clean: Path, how: str) -> None:
    commit(clean, {**DISARMED[how], "app/new.py": OLD})
    done = audit("--since", "HEAD~1", cwd=clean)
    assert done.code in (1, 2) and "by the gate of the merge base" in done.out, done.out + done.err


@pytest.mark.parametrize("how", ["rule left out", "rule taken out", "rule file taken out", "files excluded"])
def test_taking_a_rule_or_files_out_fails_where_nothing_violates_it_too(clean: Path, how: str) -> None:
    commit(clean, DISARMED[how])
    done = audit("--since", "HEAD~1", cwd=clean)
    assert done.code in (1, 2) and "loosened" in done.out


def test_a_configuration_in_a_folder_does_not_take_the_place_of_the_one_above(clean: Path) -> None:
    config = {"core/ssot-audit.toml": 'rules = ["r.toml"]\n', "core/r.toml": MORE, "core/bad.py": OLD}
    commit(clean, {**config, "core/use.py": "from library.goods import Good\n"})
    done = audit("core", "--since", "HEAD~1", cwd=clean)
    assert done.code in (1, 2)
    assert "another" in done.out or done.code == 2


@pytest.mark.parametrize("option", ["--rules", "--config"])
def test_rules_named_on_the_command_line_are_those_of_the_merge_base_too(clean: Path, option: str) -> None:
    named = {"gate.toml": 'rules = ["rules.toml"]\n'}
    commit(clean, {**named, "ssot-audit.toml": 'rules = ["more.toml"]\n'})
    commit(clean, {"rules.toml": RULE.replace('why = "', 'severity = "warning"\nwhy = "'), "app/new.py": OLD})
    done = audit(option, "gate.toml" if option == "--config" else "rules.toml", "--since", "HEAD~1", cwd=clean)
    assert done.code == 1, done.out + done.err


def test_what_excuses_more_or_asks_for_less_fails(clean: Path) -> None:
    before = '[evidence]\nmin-tests = 9\nmax-skipped = 5\n[golden-path]\nentry-points = ["app.good"]\n'
    commit(clean, {"ssot-audit.toml": CONFIG + before})
    commit(clean, {"ssot-audit.toml": CONFIG + '[evidence]\nstatic = false\n[documents]\nfiles = ["docs/"]\n'})
    told = audit("--since", "HEAD~1", cwd=clean).out
    for word in ("min-tests was 9 and is 1", "max-skipped was 5", "app.good", "no longer read", "documents are held"):
        assert word in told


def test_a_change_to_be_judged_must_be_there(clean: Path) -> None:
    done = audit("--since", "main", cwd=clean)
    assert done.code == 2 and "no change to judge" in done.err


def test_a_broken_configuration_of_the_merge_base_is_told_as_such(clean: Path) -> None:
    commit(clean, {"ssot-audit.toml": "rules = [\n"})
    commit(clean, {"ssot-audit.toml": CONFIG})
    done = audit("--since", "HEAD~1", cwd=clean)
    assert done.code == 2 and "the merge base cannot be audited" in done.err


def test_one_sin_cannot_take_the_place_of_another(platform: Path) -> None:
    rule = RULE.replace('deprecated = ["library.Thing"]', "")
    changed = rule.replace('class = "deprecated"\ncode = "from library import Thing"', "").replace("[[rule.bad]]", "")
    write(platform, {"rules.toml": changed})
    done = audit("--baseline", cwd=platform)
    assert done.code == 1 and "unlisted" in done.out


def test_a_baseline_grows_by_force_alone(platform: Path) -> None:
    write(platform, {"app/new.py": OLD})
    refused = audit("baseline", cwd=platform)
    assert refused.code == 2 and "app/new.py" in refused.err and "--force" in refused.err
    assert audit("--baseline", cwd=platform).code == 1
    assert audit("baseline", "--force", cwd=platform).code == 0
    assert audit("--baseline", cwd=platform).code == 0


def test_a_run_that_was_not_judged_leaves_the_baseline_as_it_is(platform: Path) -> None:
    before = (platform / "ssot-baseline.txt").read_text()
    write(platform, {"rules.toml": RULE.replace('code = "from library import Thing"', 'code = "import os"')})
    for flag in ((), ("--prune",), ("--force",)):
        done = audit("baseline", *flag, cwd=platform)
        assert done.code == 2 and "canary" in done.err
    assert (platform / "ssot-baseline.txt").read_text() == before


def test_a_baseline_is_neither_read_nor_written_through_a_link(
    platform: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    outside = tmp_path_factory.mktemp("outside") / "file.txt"
    (platform / "ssot-baseline.txt").unlink()
    (platform / "ssot-baseline.txt").symlink_to(outside)
    assert audit("baseline", cwd=platform).code == 2
    assert not outside.exists()


def test_a_baseline_in_a_folder_keeps_the_entries_of_renamed_files(platform: Path) -> None:
    write(platform, {"ssot-audit.toml": 'rules = ["rules.toml"]\nbaseline = "ci/base.txt"\n', "ci/x": ""})
    assert audit("baseline", cwd=platform).code == 0
    commit(platform)
    git(platform, "mv", "app/known.py", "app/other.py")
    commit(platform)
    assert audit(cwd=platform).code == 0
    assert "1 finding accepted" in audit("baseline", "--prune", cwd=platform).out
    assert audit(cwd=platform).code == 0


def test_a_deleted_rule_file_cannot_be_audited(platform: Path) -> None:
    git(platform, "rm", "-q", "rules.toml")
    commit(platform)
    assert codes(platform) == (2, 2)


def test_without_a_configuration_there_is_nothing_to_pass(platform: Path) -> None:
    git(platform, "rm", "-q", "rules.toml", "ssot-audit.toml")
    commit(platform)
    assert codes(platform) == (2, 2)


@pytest.mark.parametrize("key", ["include", "tests", "other"])
def test_a_configured_pattern_that_matches_no_file_is_refused(platform: Path, key: str) -> None:
    commit(platform, {"ssot-audit.toml": f'rules = ["rules.toml"]\n{key} = ["app/", "src/"]\n'})
    held, since = ratchets(platform)
    assert (held.code, since.code) == (2, 2)
    assert "'src/', which matches no file" in held.err


def test_a_file_that_does_not_parse_is_not_taken_for_mended(platform: Path) -> None:
    commit(platform, {"app/known.py": OLD + "def (:\n"})
    assert codes(platform) == (2, 2)


def test_a_threshold_that_is_lowered_fails(platform: Path) -> None:
    commit(platform, {"ssot-audit.toml": 'rules = ["rules.toml"]\nfail-under = 60\n'})
    commit(platform, {"ssot-audit.toml": 'rules = ["rules.toml"]\nfail-under = 10\nmax-unvalidated = 9\n'})
    since = audit("--since", "HEAD~1", cwd=platform)
    assert since.code == 1
    assert "fail-under was 60 and is 10" in since.out and "max-unvalidated was 0 and is 9" in since.out


def test_a_share_excuses_nothing_that_is_new(platform: Path) -> None:
    commit(platform, {"ssot-audit.toml": 'rules = ["rules.toml"]\nfail-under = 10\n'})
    commit(platform, {"app/new.py": OLD})
    assert audit(cwd=platform).code == 0
    assert codes(platform) == (1, 1)


def test_a_rule_that_is_changed_and_finds_all_it_found_is_no_loosening(platform: Path) -> None:
    changed = RULE.replace('deprecated = ["library.Thing"]', 'deprecated = ["library.Thing", "library.old.Thing"]')
    commit(platform, {"rules.toml": changed})
    assert codes(platform) == (0, 0)


def test_the_first_rules_of_a_repository_are_judged_by_what_they_find_at_the_merge_base(tmp_path: Path) -> None:
    rules = {name: text for name, text in PLATFORM.items() if name.endswith(".toml")}
    write(tmp_path, {name: text for name, text in PLATFORM.items() if name not in rules})
    git(tmp_path, "init", "-q", "-b", "main")
    commit(tmp_path)
    commit(tmp_path, rules)
    assert audit("--since", "HEAD~1", cwd=tmp_path).code == 0
    write(tmp_path, {"app/new.py": OLD})
    assert audit("--since", "HEAD~1", cwd=tmp_path).code == 1


def test_the_merge_base_is_what_counts_not_what_the_other_branch_has_since(platform: Path) -> None:
    git(platform, "checkout", "-q", "-b", "feature")
    commit(platform, {"app/new.py": OLD})
    git(platform, "checkout", "-q", "main")
    commit(platform, {"app/new.py": OLD, "app/else.py": NEW})
    git(platform, "checkout", "-q", "feature")
    assert audit("--since", "main", cwd=platform).code == 1


@pytest.mark.parametrize("revision", ["nothing-of-the-name", "-x", "--output=x"])
def test_a_revision_git_does_not_know_is_refused(platform: Path, revision: str) -> None:
    done = audit(f"--since={revision}", cwd=platform)
    assert done.code == 2 and revision in done.err


def test_no_filter_or_hook_of_the_audited_repository_is_run(platform: Path) -> None:
    marker = platform / "ran"
    git(platform, "config", "filter.evil.smudge", f"touch {marker}")
    commit(platform, {".gitattributes": "*.py filter=evil\n"})
    write(platform, {"app/more.py": NEW})
    marker.unlink(missing_ok=True)
    assert audit("--since", "HEAD", cwd=platform).code == 0
    assert not marker.exists()


def test_a_baseline_is_refused_where_a_file_could_not_be_read(platform: Path) -> None:
    write(platform, {"app/known.py": OLD + "def (:\n"})
    done = audit("baseline", cwd=platform)
    assert done.code == 2 and "app/known.py" in done.err


def test_without_a_baseline_none_is_held_against(tmp_path: Path) -> None:
    write(tmp_path, PLATFORM)
    done = audit("--baseline", cwd=tmp_path)
    assert done.code == 2 and "ssot-audit baseline" in done.err


def test_suppressions_are_listed_with_author_and_age(platform: Path) -> None:
    commit(platform, {"app/new.py": "from library import Thing  # ssot: ignore[thing] the vendor wants it\n"})
    (one,) = audit("suppressions", "--output-format", "json", cwd=platform).json
    assert (one["place"], one["state"], one["accepts"], one["author"]) == ("app/new.py:1", "in use", 1, "Tester")
    assert one["days"] == 0 and one["reason"] == "the vendor wants it"
    assert "app/new.py:1" in audit("suppressions", cwd=platform).out
