"""The summary of a period: what counts in it, in which order, and what it says it rests on."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from janitor.ledger.figures import POINTS, SAVERS, Period, Question
from janitor.ledger.savings import Account, Deletion, savings
from janitor.report.data.notices import MONEY
from janitor.report.data.snapshot import Snapshot
from janitor.report.data.summary import Summary, summarise
from janitor.report.data.troubles import TroubleKind, troubles
from janitor.store.figures import figures_of
from tests.ledger.model import account, avoided, course
from tests.report.summaries import SINCE, SMALL, UNTIL, YEAR, deletion, snapshot
from tests.store.books import book_of

WEEK = Period(SINCE, UNTIL)
SECOND = timedelta(microseconds=1)


def deleted(number: int, at: datetime, usd: str | None = "1", **facts: object) -> Deletion:
    """A thing with no cap but its own price."""
    price = None if usd is None else Decimal(usd)
    return deletion(number, deleted_at=at, usd_month=price, group="", group_bytes=None, gone_at=None, **facts)


def summary(
    *deletions: Deletion,
    seen: Snapshot | None = None,
    period: Period = WEEK,
    horizon: timedelta = YEAR,
    failure: str | None = None,
) -> Summary:
    """As the ledger's database sums these deletions up."""
    with book_of(deletions) as db:
        figures = figures_of(db, Question(period, horizon))
    return summarise(figures, seen, period, horizon, failure)


DAYS = [SINCE + timedelta(days=day) for day in range(1, 7)]


def test_a_ledger_without_deletions_sums_to_nothing() -> None:
    found = summary()
    assert found.saved == found.in_all == Account()
    assert (found.savers, found.by_policy, found.by_owner, found.course) == ((), (), (), ())


@pytest.mark.parametrize(
    ("at", "in_period", "in_all"),
    [
        (SINCE - timedelta(days=30), 0, 1),
        (SINCE, 0, 1),
        (SINCE + SECOND, 1, 1),
        (UNTIL, 1, 1),
        (UNTIL + SECOND, 0, 0),
    ],
)
def test_a_period_holds_its_end_and_not_its_beginning(at: datetime, in_period: int, in_all: int) -> None:
    found = summary(deleted(1, at))
    assert (found.saved.deleted.count, found.in_all.deleted.count) == (in_period, in_all)
    assert len(found.by_policy) == len(found.by_owner) == len(found.savers) == in_period


def test_a_period_without_a_beginning_holds_all() -> None:
    found = summary(deleted(1, SINCE - timedelta(days=900)), deleted(2, DAYS[0]), period=Period(None, UNTIL))
    assert found.saved == found.in_all
    assert found.saved.deleted.count == 2


def test_its_accounts_are_those_of_the_ledger_at_the_period_s_end() -> None:
    known = savings([deletion(n, deleted_at=DAYS[n % 6]) for n in range(40)])
    found = summary(*(saving.deletion for saving in known))
    assert found.in_all == found.saved == account(known, UNTIL, YEAR)


def test_policies_and_owners_come_by_what_a_month_of_them_costs_then_by_name() -> None:
    found = summary(
        deleted(1, DAYS[0], "1", policy="b", owner=""),
        deleted(2, DAYS[1], "2", policy="c", owner="web"),
        deleted(3, DAYS[2], "3", policy="c", owner="api"),
        deleted(4, DAYS[3], "1", policy="a", owner="web"),
        deleted(5, SINCE, "99", policy="old", owner="gone"),
    )
    assert [(name, each.deleted.count) for name, each in found.by_policy] == [("c", 2), ("a", 1), ("b", 1)]
    assert [(name, each.deleted.count) for name, each in found.by_owner] == [("api", 1), ("web", 2), ("", 1)]


def test_the_savers_are_the_five_largest_of_the_period() -> None:
    these = [deleted(n, DAYS[n % 6], str(n)) for n in range(1, 9)]
    found = summary(deleted(99, SINCE, "1000"), *these)
    assert len(found.savers) == SAVERS
    assert [saving.deletion.intent for saving in found.savers] == [8, 7, 6, 5, 4]
    assert found.savers[0].usd_month == 8


def test_of_savers_alike_the_earlier_comes_first_then_by_name() -> None:
    found = summary(
        deleted(1, DAYS[1], name="a"), deleted(2, DAYS[0], name="z"), deleted(3, DAYS[0], name="b")
    )
    assert [saving.deletion.intent for saving in found.savers] == [3, 2, 1]


def test_what_has_no_price_costs_nothing_or_came_back_is_no_saver() -> None:
    found = summary(
        deleted(1, DAYS[0], None),
        deleted(2, DAYS[0], "0"),
        deleted(3, DAYS[0], "5", back_at=UNTIL),
        deleted(4, DAYS[0], "1", back_at=UNTIL + SECOND),
    )
    assert [saving.deletion.intent for saving in found.savers] == [4]


def test_a_saver_s_price_is_capped_by_its_repository() -> None:
    two = [
        deletion(n, deleted_at=DAYS[0], usd_month=Decimal(1), size_bytes=100, group="r", group_bytes=100)
        for n in range(2)
    ]
    assert sum(saving.usd_month or 0 for saving in summary(*two).savers) == 1


def test_a_period_that_ends_within_a_sweep_changes_no_price() -> None:
    these = [
        deletion(n, deleted_at=at, usd_month=Decimal(1), size_bytes=100, group="r", group_bytes=100)
        for n, at in enumerate((UNTIL, UNTIL + SECOND))
    ]
    assert summary(*these).saved.deleted.usd_month == Decimal("0.5")


def test_the_course_has_a_point_where_what_is_saved_changed_and_nowhere_else() -> None:
    """A sweep is one change, at its last deletion; a resource that came back, and one that no longer counts, too."""
    found = summary(
        deleted(1, DAYS[0], sweep_id="a"),
        deleted(2, DAYS[0] + SECOND, sweep_id="a"),
        deleted(3, DAYS[2], sweep_id="b", back_at=DAYS[3]),
        horizon=timedelta(days=5),
    ).course
    assert [point.at for point in found] == [
        SINCE, DAYS[0] + SECOND, DAYS[2], DAYS[3], DAYS[5] + SECOND, UNTIL,
    ]  # fmt: skip
    assert [point.usd_month for point in found] == [0, 2, 3, 2, 0, 0]


def test_of_many_changes_the_course_has_as_many_as_a_chart_shows_with_both_ends() -> None:
    first = SINCE - timedelta(days=300)
    these = [deleted(n, first + timedelta(days=n), sweep_id=str(n)) for n in range(300)]
    found = summary(*these).course
    assert (len(found), found[0].at, found[1].at, found[-2].at, found[-1].at) == (
        POINTS, first, first + timedelta(days=1), first + timedelta(days=299), UNTIL,
    )  # fmt: skip


def test_the_course_begins_with_the_period_where_nothing_was_deleted_before() -> None:
    assert summary(deleted(1, DAYS[2])).course[0].at == SINCE


def test_the_course_is_the_account_of_all_deletions() -> None:
    these = [deleted(1, SINCE - timedelta(days=30)), deleted(2, DAYS[1])]
    found = summary(*these)
    assert found.course == course(savings(these), [point.at for point in found.course], YEAR)
    assert found.course[-1].saved_usd == found.in_all.saved_usd


def test_a_first_deletion_at_the_very_end_is_one_point() -> None:
    found = summary(deleted(1, UNTIL), period=Period(None, UNTIL))
    assert [point.at for point in found.course] == [UNTIL]


def test_its_troubles_are_those_of_the_snapshot_and_of_the_failure() -> None:
    found = summary(seen=SMALL.snapshot, failure="no network")
    assert found.troubles == troubles(SMALL.snapshot, UNTIL, "no network")
    assert summary().troubles[0].kind is TroubleKind.NEVER_SWEPT


def test_its_foot_tells_the_rule_the_horizon_and_the_prices() -> None:
    text = "\n".join(summary(horizon=timedelta(days=90)).foot)
    assert "at most 90 days" in text
    assert MONEY in text
    assert "the last sweep" not in text


@pytest.mark.parametrize(
    ("horizon", "text"),
    [
        (timedelta(days=1), "at most 1 day"),
        (timedelta(hours=36), "at most 1 day"),
        (timedelta(hours=5), "at most 5 hours"),
    ],
)
def test_a_horizon_is_told_in_whole_days_or_hours(horizon: timedelta, text: str) -> None:
    assert text in "\n".join(summary(horizon=horizon).foot)


def test_its_foot_tells_what_the_sweep_said_once_and_when_it_looked() -> None:
    foot = summary(seen=snapshot(notices=("prices: of today", MONEY))).foot
    assert foot.count(MONEY) == 1
    assert "prices: of today" in foot
    assert foot[-1] == "the next sweep, storage and services: as of the dry run on 2026-11-23 03:00 UTC"
    assert "the apply" in summary(seen=snapshot(mode="apply")).foot[-1]


def test_the_order_of_the_ledger_s_rows_changes_nothing() -> None:
    these = [deleted(n, DAYS[n % 6], str(n % 3), policy=f"p{n % 2}", owner=f"o{n % 4}") for n in range(24)]
    assert summary(*these) == summary(*reversed(these))


def test_what_was_not_spent_in_a_period_is_of_all_deletions_ever_made() -> None:
    old = deleted(1, SINCE - timedelta(days=30), "73")
    found = summary(old)
    assert found.saved == Account()
    assert found.avoided == avoided(savings([old]), SINCE, UNTIL, YEAR)
    assert found.avoided.usd == Decimal("16.8")


def test_what_came_back_is_named_with_how_often_the_most_often_first() -> None:
    nightly = [
        deleted(n, DAYS[n], name="rebuilt", back_at=DAYS[n] + timedelta(hours=1), policy="stale")
        for n in range(3)
    ]
    once = deleted(7, SINCE - timedelta(days=9), "2", name="once", back_at=DAYS[0], owner="shop")
    before = deleted(8, SINCE - timedelta(days=9), name="before", back_at=SINCE)
    later = deleted(9, DAYS[0], name="later", back_at=UNTIL + SECOND)
    found = summary(*nightly, once, before, later).came_back
    assert [(row.name, row.times) for row in found] == [("rebuilt", 3), ("once", 1)]
    assert (found[0].deleted_at, found[0].back_at) == (DAYS[2], DAYS[2] + timedelta(hours=1))
    assert (found[1].owner, found[1].usd_month) == ("shop", Decimal(2))


def test_failing_services_are_no_error_of_janitor_s() -> None:
    assert not summary().ran_without_errors
    assert summary(seen=snapshot()).ran_without_errors
    assert SMALL.snapshot
    failing = summary(seen=snapshot(services=SMALL.snapshot.services))
    assert [each.kind for each in failing.troubles] == [TroubleKind.FAILING]
    assert failing.ran_without_errors
