"""What deletions save: capped, ended by a come-back, bounded by the horizon, and never guessed."""

from datetime import timedelta
from decimal import Decimal

import pytest

from janitor.ledger.savings import Account, Avoided, Deletion, Point, Saving, savings
from tests.ledger.model import account, avoided, course
from tests.making import NOW

MONTH = timedelta(hours=730)
YEAR = timedelta(days=365)
IMAGE, REPOSITORY = "artifact.image", "artifact.repository"


def deletion(usd: str | None = "10", size: int = 100, **facts: object) -> Deletion:
    """An image of repository r, deleted NOW by sweep s-1; nothing caps it."""
    values: dict[str, object] = {
        "intent": 1, "sweep_id": "s-1", "kind": IMAGE, "name": "n", "policy": "p", "reason": "unused",
        "owner": "", "size_bytes": size, "usd_month": None if usd is None else Decimal(usd),
        "upper_bound": False, "group": "r", "group_bytes": None, "deleted_at": NOW,
    }  # fmt: skip
    return Deletion(**(values | facts))  # type: ignore[arg-type]


def shares(*deletions: Deletion) -> list[tuple[Decimal | None, int | None]]:
    return [(each.usd_month, each.size_bytes) for each in savings(deletions)]


def saved(*deletions: Deletion, months: int = 3, horizon: timedelta = YEAR) -> Account:
    return account(savings(deletions), NOW + months * MONTH, horizon)


def test_nothing_deleted_is_nothing_saved() -> None:
    assert savings(()) == ()
    assert account((), NOW, YEAR) == Account()
    assert course((), [NOW], YEAR) == (Point(NOW, Decimal(0), Decimal(0)),)
    assert course([Saving(deletion(), Decimal(1))], [], YEAR) == ()


def test_what_stays_below_the_billed_size_counts_in_full() -> None:
    one, two = deletion(size=60, group_bytes=100), deletion("5", size=40, group_bytes=100)
    assert savings([one, two]) == (Saving(one, Decimal(10)), Saving(two, Decimal(5)))


def test_images_of_a_repository_share_what_google_bills_for_it_in_proportion() -> None:
    one, two = deletion("6", size=150, group_bytes=100), deletion("2", size=50, group_bytes=100)
    assert shares(one, two) == [(Decimal(3), 75), (Decimal(1), 25)]


def test_the_cap_divides_what_was_deleted_and_not_what_was_planned() -> None:
    """Of a repository whose images total thrice what is billed, one small image is not scaled."""
    assert shares(deletion("1", size=90, group_bytes=100)) == [(Decimal(1), None)]


def test_each_sweep_and_each_repository_has_a_cap_of_its_own() -> None:
    capped = {"size": 100, "group_bytes": 100}
    alone = [deletion(**capped), deletion(**capped, group="q"), deletion(**capped, sweep_id="s-2")]  # type: ignore[arg-type]
    assert shares(*alone) == [(Decimal(10), None)] * 3


@pytest.mark.parametrize("facts", [{"kind": REPOSITORY}, {"group": ""}, {"group_bytes": None}])
def test_what_no_repository_caps_counts_in_full(facts: dict[str, object]) -> None:
    free = deletion(**({"size": 500, "group_bytes": 100} | facts))  # type: ignore[arg-type]
    assert shares(free, deletion(size=100, group_bytes=100)) == [(Decimal(10), None), (Decimal(10), None)]


def test_what_is_unpriced_takes_its_part_of_the_bytes_and_is_counted_never_zero() -> None:
    priced, unpriced = deletion("8", size=100, group_bytes=100), deletion(None, size=100, group_bytes=100)
    assert shares(priced, unpriced) == [(Decimal(4), 50), (None, 50)]
    found = saved(priced, unpriced)
    assert (found.deleted.unpriced, found.deleted.count, found.deleted.size_bytes) == (1, 2, 100)
    assert found.deleted.usd_month == 4


def test_an_empty_repository_that_is_billed_nothing_saves_nothing() -> None:
    assert shares(deletion("1", size=10, group_bytes=0)) == [(Decimal(0), 0)]
    assert shares(deletion("0", size=0, group_bytes=0)) == [(Decimal(0), None)]


def test_saved_to_date_is_price_by_time_in_months_of_730_hours() -> None:
    assert saved(deletion("10"), months=3).saved_usd == 30
    assert account(savings([deletion("730")]), NOW + timedelta(hours=1), YEAR).saved_usd == 1
    assert account(savings([deletion()]), NOW, YEAR).saved_usd == 0
    assert account(savings([deletion()]), NOW - MONTH, YEAR).saved_usd == 0


def test_a_saving_ends_at_the_horizon() -> None:
    assert saved(deletion("10"), months=30, horizon=12 * MONTH).saved_usd == 120
    assert saved(deletion("10"), months=30, horizon=timedelta(0)).saved_usd == 0


def test_a_saving_ends_when_the_thing_is_there_again() -> None:
    back = deletion("10", gone_at=NOW + MONTH, back_at=NOW + 2 * MONTH)
    found = saved(back, months=6)
    assert (found.saved_usd, found.came_back, found.deleted.count) == (20, 1, 1)
    assert (found.deleted.usd_month, found.realised_usd_month) == (10, 0)
    assert saved(back, months=6, horizon=MONTH).saved_usd == 10


def test_what_was_seen_after_that_moment_is_not_known_at_it() -> None:
    back = deletion("10", gone_at=NOW + 2 * MONTH, back_at=NOW + 4 * MONTH)
    early, between, late = (saved(back, months=months) for months in (1, 3, 5))
    assert [each.realised_usd_month for each in (early, between, late)] == [0, 10, 0]
    assert [each.came_back for each in (early, between, late)] == [0, 0, 1]


def test_realised_is_what_was_looked_for_and_not_seen() -> None:
    found = saved(deletion("10"), deletion("3", gone_at=NOW + MONTH))
    assert (found.deleted.usd_month, found.realised_usd_month) == (13, 3)


def test_a_come_back_before_the_deletion_was_known_takes_nothing_away() -> None:
    """Clocks of two machines may differ."""
    assert saved(deletion("10", back_at=NOW - MONTH)).saved_usd == 0
    assert course(savings([deletion("10", back_at=NOW - MONTH)]), [NOW + MONTH], YEAR)[0].saved_usd == 0


def test_one_upper_bound_makes_the_sum_one_unless_it_is_unpriced() -> None:
    assert saved(deletion(), deletion(upper_bound=True)).deleted.upper_bound
    assert not saved(deletion(), deletion(None, upper_bound=True)).deleted.upper_bound


def test_the_course_rises_while_it_saves_and_stays_after() -> None:
    back = deletion("10", back_at=NOW + 2 * MONTH)
    late = deletion("5", deleted_at=NOW + MONTH)
    at = [NOW - MONTH, NOW, NOW + MONTH, NOW + 2 * MONTH, NOW + 3 * MONTH, NOW + 20 * MONTH]
    assert [(point.saved_usd, point.usd_month) for point in course(savings([back, late]), at, 12 * MONTH)] == [
        (0, 0), (0, 10), (10, 15), (25, 5), (30, 5), (80, 0),
    ]  # fmt: skip


def test_the_course_keeps_the_order_of_its_moments() -> None:
    at = [NOW + MONTH, NOW, NOW + 2 * MONTH, NOW]
    points = course(savings([deletion("10")]), at, YEAR)
    assert [point.at for point in points] == at
    assert [point.saved_usd for point in points] == [10, 0, 20, 0]


def not_spent(*deletions: Deletion, since: int | None, until: int, horizon: timedelta = YEAR) -> Avoided:
    start = None if since is None else NOW + since * MONTH
    return avoided(savings(deletions), start, NOW + until * MONTH, horizon)


def test_what_an_old_deletion_saves_within_a_period_is_avoided_in_it() -> None:
    """R35: not only of the deletions that were made in it."""
    assert not_spent(deletion("12"), since=3, until=4) == Avoided(Decimal(12), 1)
    assert not_spent(deletion("12"), deletion("6", intent=2), since=3, until=5) == Avoided(Decimal(36), 2)


def test_a_saving_counts_for_the_part_of_the_period_in_which_it_ran() -> None:
    late = deletion("12", deleted_at=NOW + MONTH / 2)
    assert not_spent(late, since=0, until=1).usd == Decimal(6)
    back = deletion("12", back_at=NOW + MONTH / 4)
    assert not_spent(back, since=0, until=1).usd == Decimal(3)
    assert not_spent(deletion("12"), since=0, until=3, horizon=MONTH).usd == Decimal(12)


def test_what_came_back_before_and_what_was_deleted_after_a_period_avoided_nothing_in_it() -> None:
    back, later = deletion(back_at=NOW + MONTH), deletion(deleted_at=NOW + 9 * MONTH)
    assert not_spent(back, later, deletion(None), since=2, until=3) == Avoided()


def test_from_the_beginning_it_is_the_dollars_saved_to_date() -> None:
    rows = [deletion("7", intent=n, deleted_at=NOW + n * MONTH, upper_bound=n == 2) for n in range(4)]
    found = not_spent(*rows, since=None, until=6)
    assert found == Avoided(saved(*rows, months=6).saved_usd, 4, upper_bound=True)


def test_periods_that_follow_each_other_add_up() -> None:
    rows = [deletion("7", intent=n, deleted_at=NOW + n * MONTH / 3) for n in range(9)]
    parts = [not_spent(*rows, since=n, until=n + 1).usd for n in range(6)]
    assert sum(parts) == not_spent(*rows, since=0, until=6).usd
