"""What a sweep comes to: no image is counted twice, nothing that stayed is counted, one exit code."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal, localcontext
from itertools import permutations

import pytest

from janitor.apply.outcomes import Outcome, OutcomeKind
from janitor.errors import LedgerError, LockHeldError
from janitor.model.amounts import Priced, Unpriced
from janitor.plan.plan import Action
from janitor.report.data.result import SweepResult
from janitor.report.data.totals import exit_code, totals
from tests.report.samples import GAP, REFUSAL, SERVICE, STORY_REPOSITORY, WEB, image, result, story

DELETED, GONE, DRIFTED, SKIPPED, FAILED = (
    Outcome(kind, "why" if kind not in (OutcomeKind.DELETED, OutcomeKind.ALREADY_GONE) else None)
    for kind in list(OutcomeKind)[1:]
)
OTHER = WEB.replace("/web", "/other")


def dollar(number: int, size_bytes: int = 100, group: str = WEB) -> Action:
    """An image of one dollar."""
    return image(number, size_bytes=size_bytes, estimate=Priced(Decimal(1), "", True), group=group)


def applied(actions: Sequence[Action], *outcomes: Outcome, **facts: object) -> SweepResult:
    return result(*actions, mode="apply", outcomes=outcomes, **facts)  # type: ignore[arg-type]


def test_images_within_their_repository_s_billed_size_count_in_full() -> None:
    sums = totals(result(dollar(1), dollar(2), group_bytes={WEB: 200}))
    assert (sums.saves.size_bytes, sums.saves.usd_month) == (200, 2)


def test_images_never_total_more_than_their_repository_s_billed_size() -> None:
    """Layers that images share are in each one's size, and once in what Google bills (R25)."""
    sums = totals(result(dollar(1, 300), dollar(2, 100), group_bytes={WEB: 100}))
    assert sums.saves.size_bytes == 100
    assert sums.saves.usd_month == Decimal("0.5")


def test_each_repository_has_a_cap_of_its_own() -> None:
    actions = dollar(1), dollar(2), dollar(3, group=OTHER)
    sums = totals(result(*actions, group_bytes={WEB: 100, OTHER: 10**6}))
    assert (sums.saves.size_bytes, sums.saves.usd_month) == (200, 2)


def test_a_cap_holds_for_a_repository_whose_images_stand_apart_in_the_plan() -> None:
    actions = dollar(1), dollar(2, group=OTHER), dollar(3)
    sums = totals(result(*actions, group_bytes={WEB: 100, OTHER: 100}))
    assert (sums.saves.size_bytes, sums.saves.usd_month) == (200, 2)


def test_a_repository_that_google_bills_nothing_for_frees_nothing() -> None:
    sums = totals(result(dollar(1), group_bytes={WEB: 0}))
    assert (sums.saves.size_bytes, sums.saves.usd_month) == (0, 0)


def test_images_of_a_repository_of_unknown_size_count_in_full() -> None:
    sums = totals(result(dollar(1), dollar(2), group_bytes={}))
    assert (sums.saves.size_bytes, sums.saves.usd_month) == (200, 2)


def test_a_whole_repository_and_a_service_count_by_themselves() -> None:
    repository = STORY_REPOSITORY._replace(group=STORY_REPOSITORY.name)
    sums = totals(result(SERVICE, repository, group_bytes={STORY_REPOSITORY.name: 1}))
    assert sums.saves.size_bytes == 2_300_000_000
    assert sums.saves.usd_month == Decimal("0.2142041921615600585937500")


def test_what_has_no_price_is_counted_beside_the_dollars_and_its_bytes_are_counted() -> None:
    unknown = image(2, size_bytes=90, estimate=Unpriced("no price"))
    sums = totals(result(dollar(1), unknown, group_bytes={WEB: 1000}))
    assert (sums.saves.size_bytes, sums.saves.usd_month, sums.saves.unpriced) == (190, 1, 1)


def test_a_cap_hides_no_unpriced_image() -> None:
    unknown = [image(n, size_bytes=90, estimate=Unpriced("no price")) for n in (1, 2)]
    sums = totals(result(*unknown, group_bytes={WEB: 10}))
    assert (sums.saves.size_bytes, sums.saves.usd_month, sums.saves.unpriced) == (10, 0, 2)


def test_sums_are_exact_and_the_same_in_any_order_and_under_any_decimal_context() -> None:
    actions = [image(n, size_bytes=size) for n, size in enumerate((1, 10**15 + 1, 7))]
    seen = set()
    for order in permutations(actions):
        with localcontext(prec=6):
            seen.add(totals(result(*order)).saves.usd_month)
    with localcontext(prec=60):
        exact = sum((a.estimate.usd_month for a in actions if isinstance(a.estimate, Priced)), Decimal(0))
    assert seen == {exact}


def test_a_dry_run_counts_all_that_would_go() -> None:
    sums = totals(story())
    assert (sums.planned, sums.deleted, sums.saves.unpriced) == (4, 0, 1)
    assert sums.saves.size_bytes == 2_300_000_000 + 290_000_000


def test_an_apply_counts_only_what_was_deleted() -> None:
    """What was gone already, drifted, was skipped or failed saved nothing by this sweep."""
    outcomes = DELETED, GONE, DRIFTED, SKIPPED, FAILED
    sums = totals(applied([dollar(n) for n in range(5)], *outcomes, group_bytes={WEB: 10**6}))
    assert (sums.saves.size_bytes, sums.saves.usd_month) == (100, 1)
    assert (sums.planned, sums.deleted, sums.already_gone) == (5, 1, 1)
    assert (sums.drifted, sums.skipped, sums.failed) == (1, 1, 1)


def test_an_apply_caps_what_was_deleted_and_not_what_was_planned() -> None:
    sums = totals(applied([dollar(1), dollar(2)], DELETED, FAILED, group_bytes={WEB: 100}))
    assert (sums.saves.size_bytes, sums.saves.usd_month) == (100, 1)


def test_an_apply_counts_as_unpriced_only_what_was_deleted() -> None:
    unknown = [image(n, estimate=Unpriced("no price")) for n in (1, 2)]
    assert totals(applied(unknown, DELETED, DRIFTED)).saves.unpriced == 1


def test_a_refused_apply_counts_what_would_go_and_nothing_as_deleted() -> None:
    sums = totals(story(mode="apply", refusals=(REFUSAL,)))
    assert sums.deleted == 0
    assert sums == totals(story())


def test_an_empty_sweep_comes_to_nothing() -> None:
    sums = totals(result())
    assert (sums.planned, sums.saves.size_bytes, sums.saves.usd_month, sums.saves.unpriced) == (0, 0, 0, 0)


IN_PART = applied([dollar(1), dollar(2)], DELETED, FAILED, gaps=(GAP,))


@pytest.mark.parametrize(
    ("swept", "code"),
    [
        (story(), 0),
        (applied([dollar(1), dollar(2)], DELETED, GONE), 0),
        (result(gaps=(GAP,)), 3),
        (applied([dollar(1)], DELETED, gaps=(GAP,)), 3),
        (applied([dollar(1)], DRIFTED), 6),
        (applied([dollar(1)], SKIPPED), 6),
        (applied([dollar(1)], FAILED), 6),
        (IN_PART, 6),
        (result(interrupted=True), 6),
        (result(gaps=(GAP,), interrupted=True), 6),
        (story(refusals=(REFUSAL,)), 4),
        (replace(IN_PART, refusals=(REFUSAL,), interrupted=True), 4),
        (replace(IN_PART, error=LedgerError("away")), 2),
        (replace(IN_PART, interrupted=True, error=LockHeldError("lost")), 7),
    ],
)
def test_the_exit_code_is_the_first_of_an_error_refused_in_part_gaps_and_none(
    swept: SweepResult, code: int
) -> None:
    assert exit_code(swept) == code
