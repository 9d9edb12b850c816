"""What is due by a wall clock that is set (R30)."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import pytest
from apscheduler.triggers.base import BaseTrigger

from janitor.daemon.schedule import Due, ScheduleTrigger
from janitor.policy.file.cron import parse_cron

NOON = datetime(2026, 11, 29, 12, tzinfo=UTC)
MINUTE, HOUR, DAY, YEAR = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1), timedelta(days=365)
JITTER = timedelta(seconds=20)


class _Counting(BaseTrigger):  # type: ignore[misc]  # APScheduler has no types
    """The trigger within, and how often it was asked."""

    def __init__(self, within: BaseTrigger) -> None:
        self._within, self.asked = within, 0

    def get_next_fire_time(self, previous: datetime | None, now: datetime) -> datetime:
        self.asked += 1
        found: datetime = self._within.get_next_fire_time(previous, now)
        return found


def due(cron: str, now: datetime = NOON, jitter: timedelta = timedelta(0)) -> Due:
    return Due(ScheduleTrigger(parse_cron(cron), "UTC", jitter), now)


def answered(schedule: Due, looks: Iterable[datetime]) -> list[datetime]:
    return [found for now in looks if (found := schedule.at(now))]


def seconds(start: datetime, count: int) -> list[datetime]:
    """A look each second, for so many seconds."""
    return [start + timedelta(seconds=n) for n in range(count)]


def test_each_time_is_due_once() -> None:
    found = answered(due("* * * * *"), seconds(NOON, 301))
    assert found == [NOON + n * MINUTE for n in (1, 2, 3, 4, 5)]


@pytest.mark.parametrize("back", [timedelta(seconds=1), 10 * MINUTE, HOUR])
def test_set_back_by_an_hour_at_most_a_time_is_due_once(back: timedelta) -> None:
    schedule = due("* * * * *")
    first = answered(schedule, seconds(NOON, 601))
    after = NOON + 10 * MINUTE - back
    second = answered(schedule, seconds(after, int(back.total_seconds()) + 121))
    assert first[-1] == NOON + 10 * MINUTE
    assert second == [NOON + 11 * MINUTE, NOON + 12 * MINUTE]


@pytest.mark.parametrize("back", [HOUR + MINUTE, DAY, YEAR, 50 * YEAR])
def test_set_back_by_more_than_an_hour_it_starts_again_on_the_new_clock(back: timedelta) -> None:
    schedule = due("* * * * *")
    answered(schedule, seconds(NOON, 601))
    again = NOON + 10 * MINUTE - back + timedelta(seconds=30)
    next_minute = again + timedelta(seconds=30)
    assert answered(schedule, seconds(again, 120)) == [next_minute, next_minute + MINUTE]


def test_set_back_twice_by_forty_minutes_is_set_back_by_more_than_an_hour() -> None:
    schedule = due("*/10 * * * *")
    schedule.at(NOON)
    assert schedule.at(NOON - 40 * MINUTE) is None
    assert schedule.at(NOON - 80 * MINUTE) is None
    assert schedule.next == NOON - 70 * MINUTE


@pytest.mark.parametrize("ahead", [2 * MINUTE, HOUR, DAY, YEAR, 56 * YEAR])
@pytest.mark.parametrize("jitter", [timedelta(0), JITTER])
def test_set_forward_the_last_missed_time_is_due_and_no_other(ahead: timedelta, jitter: timedelta) -> None:
    schedule = due("* * * * *", jitter=jitter)
    now = NOON + ahead + timedelta(seconds=59)
    found = answered(schedule, [now, now])
    assert len(found) == 1
    assert timedelta(0) <= now - found[0] <= timedelta(seconds=120)
    assert now < schedule.next <= now + 2 * MINUTE


def test_a_year_is_leapt_over_and_not_walked_through() -> None:
    """Each step asks a cron trigger: a minute's schedule has half a million of them in a year."""
    trigger = ScheduleTrigger(parse_cron("* * * * *"), "UTC")
    trigger._wall = counting = _Counting(trigger._wall)
    schedule = Due(trigger, NOON - 56 * YEAR)
    assert schedule.at(NOON)
    assert counting.asked < 200


def test_a_leap_forward_that_is_taken_back_starts_again_on_the_right_clock() -> None:
    schedule = due("0 3 * * *")
    assert schedule.at(NOON + YEAR)
    assert schedule.at(NOON + MINUTE) is None
    assert schedule.next == datetime(2026, 11, 30, 3, tzinfo=UTC)
    assert schedule.at(schedule.next) == datetime(2026, 11, 30, 3, tzinfo=UTC)


def test_suspended_for_a_night_its_run_is_made_once() -> None:
    schedule = due("0 3 * * *")
    three = datetime(2026, 11, 30, 3, tzinfo=UTC)
    assert answered(schedule, [NOON, three + 5 * HOUR, three + 6 * HOUR]) == [three]
