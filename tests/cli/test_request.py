"""From flags, environment and file to one request: who wins, and what a mistake is told."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from itertools import product
from pathlib import Path

import pytest

from janitor.cli.request import is_apply, overridden, policies_for, selected
from janitor.errors import PolicyFileError, UsageError
from janitor.model.kinds import Kind
from janitor.policy.model import Limits
from tests.making import policies, policy

FILE = """\
version: 1
scope:
  projects: [shop]
policies:
  - name: {name}
    kind: run.service
    when:
      status: failed
      older_than: 24h
"""
BOTH = policies(policy("stale-images", Kind.IMAGE), policy("failed-services", Kind.SERVICE))


def written(path: Path, name: str = "mine") -> Path:
    path.write_text(FILE.format(name=name), encoding="utf-8")
    return path


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to stand in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_dry_run_is_asked_for_over_everything() -> None:
    for environment, file_mode in product((None, "apply", "dry-run"), ("apply", "dry-run")):
        assert not is_apply(True, False, environment, file_mode)


def test_the_flag_to_apply_wins_over_environment_and_file() -> None:
    for environment, file_mode in product((None, "apply", "dry-run"), ("apply", "dry-run")):
        assert is_apply(False, True, environment, file_mode)


@pytest.mark.parametrize(
    ("environment", "file_mode", "applies"),
    [
        ("apply", "dry-run", True),
        ("dry-run", "apply", False),
        (None, "apply", True),
        (None, "dry-run", False),
    ],
)
def test_without_a_flag_the_environment_wins_over_the_file(
    environment: str | None, file_mode: str, applies: bool
) -> None:
    assert is_apply(False, False, environment, file_mode) is applies


def test_both_flags_at_once_are_a_mistake_and_never_an_apply() -> None:
    with pytest.raises(UsageError, match="--dry-run and --apply exclude each other"):
        is_apply(True, True, None, "dry-run")


def test_a_file_that_is_named_wins_over_the_one_that_lies_here(folder: Path) -> None:
    written(folder / "policies.yaml", "lies-here")
    loaded, source, shipped = policies_for(written(folder / "other.yaml", "named"), apply=True)
    assert [each.name for each in loaded.policies] == ["named"]
    assert (source, shipped) == (str(folder / "other.yaml"), False)


def test_the_file_that_lies_here_is_used_without_being_named(folder: Path) -> None:
    written(folder / "policies.yaml", "lies-here")
    loaded, source, shipped = policies_for(None, apply=True)
    assert [each.name for each in loaded.policies] == ["lies-here"]
    assert (source, shipped) == ("policies.yaml", False)


def test_without_any_file_a_dry_run_uses_the_shipped_default_and_says_so() -> None:
    loaded, source, shipped = policies_for(None, apply=False)
    assert loaded.policies
    assert loaded.mode == "dry-run"
    assert (source, shipped) == ("the shipped default", True)


def test_without_any_file_an_apply_is_a_mistake_that_names_three_ways_out() -> None:
    """Nobody has said what may be deleted (R27)."""
    with pytest.raises(UsageError) as refused:
        policies_for(None, apply=True)
    assert refused.value.exit_code == 2
    for way in ("janitor init", "--policies FILE", "JANITOR_POLICIES"):
        assert way in str(refused.value)


@pytest.mark.parametrize("apply", [True, False])
def test_a_named_file_that_is_not_there_is_never_replaced_by_another(folder: Path, apply: bool) -> None:
    written(folder / "policies.yaml")
    with pytest.raises(UsageError, match=r"absent\.yaml"):
        policies_for(folder / "absent.yaml", apply)


def test_a_broken_file_here_is_a_mistake_and_not_the_shipped_default(folder: Path) -> None:
    (folder / "policies.yaml").write_text("policies: [", encoding="utf-8")
    with pytest.raises(PolicyFileError, match=r"policies\.yaml:\d+:\d+: "):
        policies_for(None, apply=False)


def test_policies_are_chosen_by_name_once_each_in_the_order_asked_for() -> None:
    names = ["stale-images", "failed-services", "stale-images"]
    assert selected(names, BOTH) == ("stale-images", "failed-services")
    assert selected([], BOTH) == ()


def test_a_policy_that_is_nearly_right_is_told_which_one_may_be_meant() -> None:
    with pytest.raises(UsageError, match=r"--policy stale-image: .* did you mean 'stale-images'"):
        selected(["stale-image"], BOTH)


@pytest.mark.parametrize("name", ["zzz", "", "*"])
def test_a_policy_that_is_none_is_told_which_ones_there_are(name: str) -> None:
    with pytest.raises(UsageError, match="there are stale-images, failed-services"):
        selected([name], BOTH)


def test_one_wrong_policy_among_right_ones_chooses_none() -> None:
    with pytest.raises(UsageError, match="--policy zzz"):
        selected(["stale-images", "zzz"], BOTH)


@pytest.mark.parametrize(
    ("flag", "key", "value"),
    [
        ("max_deletions=20000", "max_deletions", 20000),
        ("max_deletions=0", "max_deletions", 0),
        ("max_share=60%", "max_share", Decimal("0.6")),
        ("max_share=0%", "max_share", Decimal(0)),
        ("max_share=100%", "max_share", Decimal(1)),
        ("max_share=12.5%", "max_share", Decimal("0.125")),
        ("max_monthly_value=800 USD", "max_monthly_value", Decimal(800)),
        ("max_monthly_value=800USD", "max_monthly_value", Decimal(800)),
        ("max_monthly_value=800", "max_monthly_value", Decimal(800)),
        ("max_monthly_value= 0.05 ", "max_monthly_value", Decimal("0.05")),
        ("max_duration=30m", "max_duration", timedelta(minutes=30)),
        ("max_duration=2h", "max_duration", timedelta(hours=2)),
    ],
)
def test_a_limit_is_replaced_for_this_sweep_and_the_others_stay(
    flag: str, key: str, value: int | Decimal | timedelta
) -> None:
    assert overridden(Limits(1, Decimal("0.1"), Decimal(1)), [flag]) == replace(
        Limits(1, Decimal("0.1"), Decimal(1)), **{key: value}
    )


def test_several_limits_are_replaced_at_once_and_none_without_a_flag() -> None:
    assert overridden(Limits(), []) == Limits()
    changed = overridden(Limits(), ["max_deletions=7", "max_share=1%"])
    assert changed == Limits(7, Decimal("0.01"))


@pytest.mark.parametrize(
    ("flag", "example"),
    [
        *(
            (f"max_deletions={text}", "such as 200")
            for text in ("", "-1", "1.5", "many", "٣", "1e9", "9" * 13)
        ),
        *(
            (f"max_share={text}", "such as 60%")
            for text in ("", "60", "0.6", "101%", "100.1%", "-5%", "٦%", "NaN%", "%")
        ),
        *(
            (f"max_monthly_value={text}", "such as '800 USD'")
            for text in ("", "-1", "800 EUR", "$800", "1e9", "NaN", "Infinity", "1,000")
        ),
        *((f"max_duration={text}", "such as 30m or 2h") for text in ("", "30", "0m", "-1h", "two hours")),
    ],
)
def test_a_value_that_is_none_is_named_with_an_example_of_a_right_one(flag: str, example: str) -> None:
    with pytest.raises(UsageError) as refused:
        overridden(Limits(), [flag])
    assert str(refused.value).startswith(f"--limit {flag}: must be ")
    assert example in str(refused.value)


def test_a_limit_that_is_nearly_right_is_told_which_one_may_be_meant() -> None:
    with pytest.raises(UsageError, match=r"--limit max_deletion=5: .*did you mean max_deletions"):
        overridden(Limits(), ["max_deletion=5"])


@pytest.mark.parametrize("flag", ["zzz=5", "=5", ""])
def test_a_limit_that_is_none_is_told_which_ones_there_are(flag: str) -> None:
    with pytest.raises(
        UsageError,
        match="the keys are max_deletions, max_share, max_monthly_value, max_unpriced, max_duration",
    ):
        overridden(Limits(), [flag])


def test_a_limit_without_a_value_is_told_the_form() -> None:
    with pytest.raises(UsageError, match="KEY=VALUE is needed"):
        overridden(Limits(), ["max_deletions"])


def test_a_limit_given_twice_is_a_mistake_as_nobody_knows_which_is_meant() -> None:
    with pytest.raises(UsageError, match="--limit max_deletions is given twice"):
        overridden(Limits(), ["max_deletions=5", "max_deletions=500"])
