"""Google's clock beside this machine's."""

from datetime import UTC, datetime, timedelta

import httpx2
import pytest

from janitor.gcp.google_time import GoogleTime
from janitor.gcp.locations import run_locations
from tests.gcp.google import Google, locations, serving

NOON = datetime(2026, 11, 29, 12, tzinfo=UTC)


class Machine:
    """A wall clock that can be set, and time that passes."""

    def __init__(self) -> None:
        self.wall, self.passed = NOON, 0.0

    def passes(self, seconds: float) -> None:
        self.wall, self.passed = self.wall + timedelta(seconds=seconds), self.passed + seconds

    def google_time(self) -> GoogleTime:
        return GoogleTime(lambda: self.wall, lambda: self.passed)


@pytest.mark.parametrize(
    ("date", "off"),
    [
        ("Sun, 29 Nov 2026 12:00:00 GMT", False),
        ("Sun, 29 Nov 2026 12:05:00 GMT", False),
        ("Sun, 29 Nov 2026 12:05:01 GMT", True),
        ("Sun, 29 Nov 2026 11:54:59 GMT", True),
        ("Sunday, 29-Nov-26 12:00:00 GMT", False),
        ("Thu, 01 Jan 1970 00:00:00 GMT", True),
    ],
)
def test_more_than_five_minutes_apart_is_off(date: str, off: bool) -> None:
    times = Machine().google_time()
    times.note(date)
    assert times.reading().is_off is off
    assert times.reading().may_delete is not off


@pytest.mark.parametrize("date", [None, "", "yesterday", "Sun, 99 Nov 2026 12:00:00 GMT", "\N{SNOWMAN}"])
def test_a_header_that_is_missing_or_no_date_compares_nothing(date: str | None) -> None:
    times = Machine().google_time()
    times.note(date)
    assert times.reading().google is None
    assert not times.reading().may_delete
    assert not times.reading().is_off


def test_one_answer_that_is_far_apart_is_not_made_good_by_others() -> None:
    times = Machine().google_time()
    for date in (
        "Sun, 29 Nov 2026 12:00:00 GMT",
        "Sun, 29 Nov 2026 13:00:00 GMT",
        "Sun, 29 Nov 2026 12:00:00 GMT",
    ):
        times.note(date)
    assert times.reading().is_off


def test_a_clock_that_is_put_right_between_the_beginning_and_the_answer_is_off() -> None:
    machine = Machine()
    machine.wall = NOON + timedelta(days=400)
    times = machine.google_time()
    times.begin()
    machine.wall = NOON
    times.note("Sun, 29 Nov 2026 12:00:00 GMT")
    assert times.reading().is_off, "ages were reckoned from the time of the beginning"


def test_a_clock_that_is_set_during_the_sweep_changes_no_time_of_it() -> None:
    machine = Machine()
    times = machine.google_time()
    assert times.begin() == NOON
    machine.passes(60)
    machine.wall -= timedelta(days=1)
    machine.passes(60)
    assert times.now() == NOON + timedelta(minutes=2)


def test_each_beginning_compares_anew() -> None:
    times = Machine().google_time()
    times.note("Sun, 29 Nov 2026 13:00:00 GMT")
    times.begin()
    assert times.reading().google is None


async def test_every_answer_of_cloud_run_over_http_is_heard_also_one_that_refuses() -> None:
    at = "Sun, 29 Nov 2026 12:00:00 GMT"
    replies = iter([httpx2.Response(503, headers={"Date": at}), locations("l")])
    async with serving(Google(run_locations=lambda _: next(replies))) as clients:
        await run_locations(clients, "p")
        assert clients.google_time.reading().google == NOON
