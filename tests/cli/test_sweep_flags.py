"""`janitor sweep`: which flags make which request, and where the words go."""

import json
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from janitor.errors import InterruptedSweepError, ObservationError
from tests.cli.calling import Janitor, Sweeps
from tests.report.samples import GAP, REFUSAL, image, result, story


def test_without_a_flag_it_is_a_dry_run(policies: Path, janitor: Janitor, sweeps: Sweeps) -> None:
    assert janitor("sweep").code == 0
    (asked,) = sweeps.asked
    assert not asked.apply
    assert (asked.policies_source, asked.shipped_policies) == ("policies.yaml", False)


def test_dry_run_with_apply_is_a_usage_error(policies: Path, janitor: Janitor, sweeps: Sweeps) -> None:
    called = janitor("sweep", "--dry-run", "--apply")
    assert (called.code, called.out, sweeps.asked) == (2, "", [])
    assert "--dry-run and --apply exclude each other" in called.err


@pytest.mark.parametrize(
    ("flag", "environment", "file", "applies"),
    [
        ("--dry-run", "apply", "apply", False),
        ("--apply", "dry-run", "dry-run", True),
        ("", "apply", "dry-run", True),
        ("", "dry-run", "apply", False),
        ("", "", "apply", True),
        ("", "", "dry-run", False),
    ],
)
def test_a_flag_wins_over_the_environment_and_that_over_the_file(
    flag: str, environment: str, file: str, applies: bool,
    policies: Path, janitor: Janitor, sweeps: Sweeps, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setenv("JANITOR_MODE", environment)
    policies.write_text(policies.read_text() + f"mode: {file}\n")
    assert janitor("sweep", *([flag] if flag else [])).code == 0
    assert [asked.apply for asked in sweeps.asked] == [applies]


def test_a_dry_run_without_a_file_uses_the_shipped_default_and_says_so(
    janitor: Janitor, sweeps: Sweeps
) -> None:
    """R27. An apply needs a file, so the file is written first."""
    called = janitor("sweep", "--dry-run", "--project", "p")
    assert called.code == 0
    assert sweeps.asked[0].shipped_policies
    assert "using the shipped default policies" in called.err
    assert called.out.endswith("To delete these:\n  janitor init\n  janitor sweep --apply --project p\n")


def test_an_apply_without_a_file_is_a_usage_error_that_names_the_ways_out(
    janitor: Janitor, sweeps: Sweeps
) -> None:
    """R27."""
    called = janitor("sweep", "--apply")
    assert (called.code, called.out, sweeps.asked) == (2, "", [])
    for way in ("janitor init", "--policies FILE", "JANITOR_POLICIES"):
        assert way in called.err


def test_a_file_that_was_named_and_is_not_there_is_never_replaced_by_the_default(
    janitor: Janitor, sweeps: Sweeps
) -> None:
    called = janitor("sweep", "--dry-run", "--policies", "mine.yaml")
    assert (called.code, sweeps.asked) == (2, [])
    assert "mine.yaml: this file does not exist" in called.err


def test_every_flag_reaches_the_sweep(policies: Path, janitor: Janitor, sweeps: Sweeps) -> None:
    words = ["--project", "a", "--project", "b", "--policy", "old", "--limit", "max_deletions=7", "--kept"]
    assert janitor("sweep", "--apply", *words, "--wait", "10m").code == 0
    (asked,) = sweeps.asked
    assert asked.apply
    assert asked.projects == ("a", "b")
    assert asked.only_policies == ("old",)
    assert asked.limits.max_deletions == 7
    assert asked.limits.max_share == Decimal("0.5")
    assert asked.names_of_kept
    assert asked.wait == timedelta(minutes=10)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--nope"], "No such option"),
        (["--format", "xml"], "'xml' is not one of 'table', 'json'"),
        (["--fail-on", "gaps"], "'gaps' is not "),
        (["--policy", "odl"], "did you mean 'old'?"),
        (["--limit", "max_deletion=7"], "did you mean max_deletions?"),
        (["--limit", "max_share=2"], "a percentage"),
        (["--wait", "soon"], "--wait 'soon' is not a duration"),
        (["--wait", "10 minutes"], "--wait '10 minutes' is not a duration: write 10m"),
        (["left-over"], "left-over"),
    ],
)
def test_a_flag_that_is_wrong_is_a_usage_error_before_anything_is_read(
    words: list[str],
    told: str,
    policies: Path,
    janitor: Janitor,
    sweeps: Sweeps,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("COLUMNS", "400")
    called = janitor("sweep", *words)
    assert (called.code, called.out, sweeps.asked) == (2, "", [])
    assert told in called.err


def test_a_wrong_variable_is_named(
    policies: Path, janitor: Janitor, sweeps: Sweeps, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JANITOR_MODE", "yes")
    called = janitor("sweep")
    assert (called.code, sweeps.asked) == (2, [])
    assert "janitor: JANITOR_MODE: must be 'dry-run' or 'apply'" in called.err


def test_the_next_command_carries_the_flags_quoted_for_a_shell(
    policies: Path, janitor: Janitor, sweeps: Sweeps
) -> None:
    mine = policies.rename(policies.parent / "my policies.yaml")
    called = janitor("sweep", "--policies", mine.name, "--policy", "old", "--limit", "max_share=60%")
    last = called.out.splitlines()[-1]
    command = "janitor sweep --apply --policies 'my policies.yaml' --policy old --limit max_share=60%"
    assert last == f"To delete these: {command}"


def test_all_and_kept_are_shown_in_the_table(policies: Path, janitor: Janitor, sweeps: Sweeps) -> None:
    from tests.report.test_terminal import many

    sweeps.answer = many(60)
    assert "  60 images, 40d old" in janitor("sweep").out
    assert janitor("sweep", "--all").out.count("  web/team/app@") == 60


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (story(), 0),
        (result(gaps=(GAP,)), 3),
        (story(refusals=(REFUSAL,)), 4),
    ],
)
def test_json_parses_whatever_the_exit_code(
    answer: object, code: int, policies: Path, janitor: Janitor, sweeps: Sweeps
) -> None:
    sweeps.answer = answer  # type: ignore[assignment]
    called = janitor("sweep", "--format", "json")
    assert called.code == code
    assert json.loads(called.out)["schema_version"] == 1


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (story(), 8),
        (result(), 0),
        (result(image(1), gaps=(GAP,)), 3),
        (story(refusals=(REFUSAL,)), 4),
    ],
)
def test_fail_on_plan_ends_with_eight_where_something_would_be_deleted_and_nothing_worse_holds(
    answer: object, code: int, policies: Path, janitor: Janitor, sweeps: Sweeps
) -> None:
    sweeps.answer = answer  # type: ignore[assignment]
    assert janitor("sweep", "--fail-on", "plan").code == code
    assert janitor("sweep", "--fail-on", "plan", "--format", "json").code == code


@pytest.mark.parametrize(("flag", "mode"), [("--apply", None), ("--quiet", "apply")])
def test_fail_on_plan_of_a_sweep_that_would_delete_is_a_usage_error(
    flag: str,
    mode: str | None,
    policies: Path,
    janitor: Janitor,
    sweeps: Sweeps,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if mode:
        monkeypatch.setenv("JANITOR_MODE", mode)
    called = janitor("sweep", "--fail-on", "plan", flag)
    assert (called.code, called.out, sweeps.asked) == (2, "", [])
    assert "add --dry-run" in called.err


@pytest.mark.parametrize(
    ("error", "code"), [(ObservationError("no credentials"), 3), (InterruptedSweepError("stopped"), 6)]
)
def test_a_pipeline_reads_json_though_nothing_was_observed(
    error: Exception, code: int, policies: Path, janitor: Janitor, sweeps: Sweeps
) -> None:
    sweeps.answer = error
    called = janitor("sweep", "--format", "json")
    assert called.code == code
    found = json.loads(called.out)
    assert [gap["cause"] for gap in found["gaps"]] == [str(error)]
    assert found["actions"] == []
    assert f"janitor: {error}" in called.err
