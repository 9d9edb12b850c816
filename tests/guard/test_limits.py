"""What one sweep may destroy: rule R20."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from decimal import Decimal

import pytest

from janitor.model.kinds import Kind
from janitor.plan.guard import ClearedPlan, Refusal, Refused, destroyed, guard
from janitor.plan.plan import Action, Plan
from janitor.policy.model import Limits
from tests.plan.samples import action, plan

NOTHING = Decimal(0)
AMPLE = Limits(10**6, Decimal(1), Decimal(10**9), 10**6)


def services(count: int) -> list[Action]:
    return [action(f"s{n}", Kind.SERVICE) for n in range(count)]


def refusals(
    actions: Sequence[Action], limits: Limits = AMPLE, examined: Mapping[Kind, int] | None = None,
    monthly: Decimal = NOTHING, unpriced: int = 0,
) -> tuple[Refusal, ...]:  # fmt: skip
    verdict = guard(plan(*actions, examined=examined or {}), limits, monthly, unpriced)
    return verdict.refusals if isinstance(verdict, Refused) else ()


def flag(refusal: Refusal) -> str:
    """What the message offers to copy, without the quotes of a shell."""
    return refusal.message.rpartition("--limit ")[2].strip('"')


def test_the_limits_of_a_file_that_says_nothing() -> None:
    """R20, R41, R53: 100, 50%, 500 USD, 20 without a price, two hours."""
    assert Limits() == Limits(100, Decimal("0.5"), Decimal(500), 20, timedelta(hours=2))


def test_a_plan_within_every_limit_is_cleared_whole() -> None:
    whole = plan(*services(100), examined={Kind.SERVICE: 200})
    assert guard(whole, Limits(), Decimal(500), 7) == ClearedPlan(whole)


def test_what_goes_with_a_container_counts_as_destroyed() -> None:
    """R20: a repository is 1 and each image in it, a service 1 and each revision."""
    repository = action("r", Kind.REPOSITORY, contains=((Kind.IMAGE, 7),))
    service = action("s", Kind.SERVICE, contains=((Kind.REVISION, 3),))
    single = action("i", Kind.IMAGE)
    counts = destroyed(plan(repository, service, single))
    assert counts == {Kind.REPOSITORY: 1, Kind.IMAGE: 8, Kind.SERVICE: 1, Kind.REVISION: 3}
    assert destroyed(plan(single, repository, repository))[Kind.IMAGE] == 15
    assert refusals([repository, service, single], Limits(12, Decimal(1)))[0].limit == "max_deletions"
    assert refusals([repository, service, single], Limits(13, Decimal(1))) == ()


def test_one_deletion_too_many_refuses_and_offers_the_flag_that_allows() -> None:
    (refusal,) = refusals(services(101), Limits(100, Decimal(1)))
    assert refusal.limit == "max_deletions"
    assert flag(refusal) == "max_deletions=101"
    assert "101" in refusal.message
    assert "100" in refusal.message


def test_a_share_says_nothing_of_ten() -> None:
    """R20: it applies to a kind with more than ten destroyed."""
    half = Limits(max_share=Decimal("0.5"))
    assert refusals(services(10), half, {Kind.SERVICE: 10}) == ()
    assert refusals(services(11), half, {Kind.SERVICE: 11})[0].limit == "max_share"
    assert refusals(services(11), half, {Kind.SERVICE: 22}) == ()


def test_shares_are_reckoned_for_each_kind_by_itself() -> None:
    """R20: a million images do not hide that all services go."""
    examined = {Kind.SERVICE: 12, Kind.IMAGE: 10**6}
    (refusal,) = refusals(services(12), Limits(), examined)
    assert "12 of 12 run.service (100%)" in refusal.message
    assert "artifact.image" not in refusal.message


def test_a_kind_of_which_little_goes_or_nothing_was_examined_hides_no_other() -> None:
    """R20: kinds are reckoned in the order of their names."""
    few, unexamined = action("a", Kind.IMAGE), action("r", Kind.REPOSITORY, contains=((Kind.REVISION, 60),))
    examined = {Kind.IMAGE: 1, Kind.REPOSITORY: 1, Kind.SERVICE: 12}
    (refusal,) = refusals([few, unexamined, *services(12)], Limits(), examined)
    assert refusal.message.startswith("12 of 12 run.service (100%) would be deleted")


def test_every_kind_of_which_too_much_goes_is_named() -> None:
    jobs = [action(f"j{n}", Kind.JOB) for n in range(11)]
    (refusal,) = refusals([*jobs, *services(12)], Limits(), {Kind.JOB: 20, Kind.SERVICE: 12})
    assert refusal.message.startswith("11 of 20 run.job (55%), 12 of 12 run.service (100%) would")
    assert flag(refusal) == "max_share=100%"


def test_a_refusal_holds_the_plan_that_it_refuses() -> None:
    whole = plan(*services(101))
    verdict = guard(whole, AMPLE, Decimal(10**9 + 1), 0)
    assert isinstance(verdict, Refused)
    assert verdict.plan is whole


def test_a_kind_that_no_policy_names_has_no_share_but_counts() -> None:
    """R19, R20: of it nothing was examined, so there is nothing to divide by; max_deletions holds."""
    repository = action("r", Kind.REPOSITORY, contains=((Kind.IMAGE, 60),))
    assert refusals([repository], Limits(), {Kind.REPOSITORY: 9}) == ()
    assert refusals([repository], Limits(60), {Kind.REPOSITORY: 9})[0].limit == "max_deletions"


@pytest.mark.parametrize(("gone", "of", "percent"), [(13, 15, 87), (12, 18, 67), (11, 21, 53), (15, 15, 100)])
def test_the_share_that_is_offered_allows_what_it_speaks_of(gone: int, of: int, percent: int) -> None:
    """R20: rounded up, never down."""
    examined = {Kind.SERVICE: of}
    (refusal,) = refusals(services(gone), Limits(), examined)
    assert flag(refusal) == f"max_share={percent}%"
    assert refusals(services(gone), Limits(max_share=Decimal(percent) / 100), examined) == ()


def test_the_limit_itself_is_printed_as_it_was_given() -> None:
    (refusal,) = refusals(services(12), Limits(max_share=Decimal("0.125")), {Kind.SERVICE: 12})
    assert "max_share is 12.5%." in refusal.message


@pytest.mark.parametrize(("monthly", "offered"), [("500.01", 501), ("501.2", 502), ("1234567.8", 1234568)])
def test_the_dollars_that_are_offered_allow_what_they_speak_of(monthly: str, offered: int) -> None:
    """R20."""
    value = Decimal(monthly)
    (refusal,) = refusals(services(1), Limits(), {}, value)
    assert flag(refusal) == f"max_monthly_value={offered} USD"
    assert refusals(services(1), Limits(max_monthly_value=Decimal(offered)), {}, value) == ()


def test_the_refusal_says_how_many_are_not_priced() -> None:
    """R20."""
    (refusal,) = refusals(services(1), Limits(), {}, Decimal(600), 3)
    assert "3 without a known price" in refusal.message
    assert "cost 600.00 USD/month; max" in refusals(services(1), Limits(), {}, Decimal(600))[0].message


def test_all_violations_are_told_at_once() -> None:
    found = refusals(services(101), Limits(), {Kind.SERVICE: 101}, Decimal(600))
    assert [refusal.limit for refusal in found] == ["max_deletions", "max_share", "max_monthly_value"]


def test_a_plan_of_nothing_is_cleared_by_the_strictest_limits() -> None:
    empty: Plan = plan()
    assert guard(empty, Limits(0, NOTHING, NOTHING), NOTHING, 0) == ClearedPlan(empty)


def test_more_resources_without_a_price_than_max_unpriced_are_refused() -> None:
    """R41: no amount of money covers them."""
    limits = Limits(10**6, Decimal(1), Decimal(10**9), 20)
    assert refusals(services(1), limits, unpriced=20) == ()
    (refusal,) = refusals(services(1), limits, unpriced=21)
    assert (refusal.limit, flag(refusal)) == ("max_unpriced", "max_unpriced=21")
