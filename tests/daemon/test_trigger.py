"""The trigger: standard weekdays, either day, once a wall-clock time, and a jitter that loses nothing."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from apscheduler.executors.debug import DebugExecutor
from apscheduler.schedulers.base import BaseScheduler
from apscheduler.triggers.cron import CronTrigger

from janitor.daemon.schedule import ScheduleTimes, ScheduleTrigger
from janitor.policy.file.cron import parse_cron
from janitor.policy.model import Cron, Schedule

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
ZONES = ("America/New_York", "Europe/Berlin", "Asia/Seoul", "Australia/Lord_Howe")
WEEKDAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
BEGIN, END = datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)


def trigger(text: str, zone: str = "UTC", jitter: timedelta = timedelta(0)) -> ScheduleTrigger:
    """Of an expression."""
    return ScheduleTrigger(parse_cron(text), zone, jitter)


def at(*fields: int, zone: str = "UTC", fold: int = 0) -> datetime:
    """A time on the wall of a zone, in UTC."""
    return datetime(*fields, tzinfo=ZoneInfo(zone), fold=fold).astimezone(UTC)  # type: ignore[misc, arg-type]


def stepped(one: ScheduleTrigger, begin: datetime, end: datetime) -> Iterator[datetime]:
    """What the scheduler runs in (begin, end], asking as it does when it is never late."""
    run = one.get_next_fire_time(None, begin)
    while run <= end:
        yield run
        run = one.get_next_fire_time(run, run)


Matches = Callable[[datetime], bool]
EXPRESSIONS: dict[str, Matches] = {
    "30 1 * * *": lambda wall: (wall.hour, wall.minute) == (1, 30),
    "30 2 * * *": lambda wall: (wall.hour, wall.minute) == (2, 30),
    "0,10,45 0-3 * * *": lambda wall: wall.hour <= 3 and wall.minute in (0, 10, 45),
    "0 3 * * *": lambda wall: (wall.hour, wall.minute) == (3, 0),
    "@hourly": lambda wall: wall.minute == 0,
    "15 2 * * sun": lambda wall: (wall.hour, wall.minute) == (2, 15) and wall.isoweekday() == 7,
    "0 9 13 * 5": lambda wall: (
        (wall.hour, wall.minute) == (9, 0) and (wall.day == 13 or wall.isoweekday() == 5)
    ),
    "0 9 */2 * mon": lambda wall: (
        (wall.hour, wall.minute) == (9, 0) and wall.day % 2 == 1 and wall.isoweekday() == 1
    ),
    "59 23 31 * *": lambda wall: (wall.day, wall.hour, wall.minute) == (31, 23, 59),
    "*/20 * 8 mar,nov,apr,oct *": lambda wall: (
        wall.day == 8 and wall.month in (3, 4, 10, 11) and wall.minute % 20 == 0
    ),
}

MINUTES = {0, 10, 15, 20, 30, 40, 45, 59}  # all that any of them names


@cache
def counted(zone: str) -> dict[str, list[datetime]]:
    """When each expression is due in a year, by looking at the zone's clock every minute.

    Due is a time when the clock is the first to show it or to have passed it: a clock that is set back
    shows nothing new for a while, and one that jumps passes many at once.
    """
    place, moment = ZoneInfo(zone), BEGIN
    latest = moment.astimezone(place).replace(tzinfo=None)
    due: dict[str, list[datetime]] = {text: [] for text in EXPRESSIONS}
    while moment < END:
        moment += MINUTE
        wall = moment.astimezone(place).replace(tzinfo=None)
        while latest < wall:
            latest += MINUTE
            for text, matches in EXPRESSIONS.items() if latest.minute in MINUTES else ():
                if matches(latest) and moment not in due[text][-1:]:
                    due[text].append(moment)
    return due


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("text", EXPRESSIONS)
def test_a_year_stepped_through_is_what_a_look_at_the_clock_each_minute_finds(text: str, zone: str) -> None:
    assert list(stepped(trigger(text, zone), BEGIN, END)) == counted(zone)[text]


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("text", ["30 1 * * *", "30 2 * * *", "0 0 * * *", "59 23 * * *", "0 3 * * *"])
def test_what_is_daily_runs_once_on_each_date_of_the_zone(text: str, zone: str) -> None:
    begin, end = at(2026, 1, 1, zone=zone), at(2027, 1, 1, zone=zone)
    runs = list(stepped(trigger(text, zone), begin - MINUTE, end - MINUTE))
    dates = [run.astimezone(ZoneInfo(zone)).date() for run in runs]
    assert dates == [(datetime(2026, 1, 1) + n * DAY).date() for n in range(365)]


def test_half_past_one_in_new_york_runs_once_on_the_night_that_shows_it_twice() -> None:
    """APScheduler's own trigger does so twice."""
    begin, end = at(2026, 11, 1, zone="America/New_York"), at(2026, 11, 2, zone="America/New_York")
    own = CronTrigger(hour=1, minute=30, timezone="America/New_York")
    first = own.get_next_fire_time(None, begin)
    assert own.get_next_fire_time(first, first).astimezone(UTC) == first.astimezone(UTC) + HOUR
    runs = list(stepped(trigger("30 1 * * *", "America/New_York"), begin, end))
    assert (
        runs
        == [at(2026, 11, 1, 1, 30, zone="America/New_York")]
        == [datetime(2026, 11, 1, 5, 30, tzinfo=UTC)]
    )


def test_half_past_two_runs_at_the_moment_that_the_clock_jumps_over_it() -> None:
    begin, end = at(2026, 3, 8, zone="America/New_York"), at(2026, 3, 9, zone="America/New_York")
    jump = datetime(2026, 3, 8, 7, 0, tzinfo=UTC)
    assert list(stepped(trigger("30 2 * * *", "America/New_York"), begin, end)) == [jump]
    assert jump.astimezone(ZoneInfo("America/New_York")).hour == 3


def test_times_that_fall_on_one_moment_are_one_run() -> None:
    begin, end = at(2026, 3, 8, zone="America/New_York"), at(2026, 3, 9, zone="America/New_York")
    runs = list(stepped(trigger("0,30 1-3 * * *", "America/New_York"), begin, end))
    assert [run.strftime("%H:%M") for run in runs] == ["06:00", "06:30", "07:00", "07:30"]


def test_a_date_that_a_zone_left_out_runs_when_the_next_begins() -> None:
    """Samoa went from 29 to 31 December 2011."""
    begin, end = at(2011, 12, 29, 12, zone="Pacific/Apia"), at(2012, 1, 1, 0, zone="Pacific/Apia")
    runs = list(stepped(trigger("0 9 * * *", "Pacific/Apia"), begin, end))
    assert runs == [at(2011, 12, 31, zone="Pacific/Apia"), at(2011, 12, 31, 9, zone="Pacific/Apia")]


def test_asked_within_the_hour_that_comes_again_it_waits_for_what_was_not_shown_yet() -> None:
    again = at(2026, 11, 1, 1, 10, zone="America/New_York", fold=1)
    assert again == datetime(2026, 11, 1, 6, 10, tzinfo=UTC)
    assert trigger("*/5 * * * *", "America/New_York").next_after(again) == datetime(
        2026, 11, 1, 7, tzinfo=UTC
    )


@pytest.mark.parametrize("day", range(8))
def test_each_weekday_by_number_name_list_range_and_step_runs_on_that_day(day: int) -> None:
    name, sunday_is_zero = WEEKDAYS[day % 7], day % 7
    for field in (
        f"{day}",
        name,
        name.upper(),
        f"{day},{name}",
        f"{day}-{day}",
        f"{name}-{name}",
        f"{day}-{day}/3",
    ):
        runs = list(stepped(trigger(f"0 6 * * {field}"), BEGIN, BEGIN + 14 * DAY))
        assert [int(run.strftime("%w")) for run in runs] == [sunday_is_zero] * 2, field


def test_zero_fires_on_sunday_where_the_scheduler_alone_would_on_monday() -> None:
    monday, sunday = datetime(2026, 11, 23, 6, tzinfo=UTC), datetime(2026, 11, 29, 6, tzinfo=UTC)
    start = datetime(2026, 11, 22, 12, tzinfo=UTC)
    assert CronTrigger.from_crontab("0 6 * * 0", timezone="UTC").get_next_fire_time(None, start) == monday
    assert trigger("0 6 * * 0").get_next_fire_time(None, start) == sunday


@pytest.mark.parametrize(
    ("field", "days"),
    [
        ("1-5", "12345"),
        ("mon-fri", "12345"),
        ("5-7", "560"),
        ("0-7", "1234560"),
        ("*/2", "2460"),
        ("1-5/2", "135"),
    ],
)
def test_ranges_and_steps_of_weekdays_run_on_those_days(field: str, days: str) -> None:
    monday = datetime(2026, 11, 23, tzinfo=UTC)
    runs = list(stepped(trigger(f"0 6 * * {field}"), monday, monday + 7 * DAY))
    assert "".join(run.strftime("%w") for run in runs) == days


def test_a_leap_day_comes_and_a_date_that_never_does_leaves_its_weekday() -> None:
    assert trigger("0 0 29 2 *").next_after(BEGIN) == datetime(2028, 2, 29, tzinfo=UTC)
    runs = list(stepped(trigger("30 2 31 2 mon"), BEGIN, END))
    assert [run.day for run in runs] == [2, 9, 16, 23]


def test_what_never_comes_and_what_is_no_zone_is_an_error() -> None:
    with pytest.raises(ValueError, match="never comes"):
        ScheduleTrigger(Cron("", (0,), (0,), (30,), (2,), tuple(range(7)), False), "UTC")
    with pytest.raises(KeyError):
        ScheduleTrigger(Schedule().sweep, "Asia/Soul")


def test_the_first_run_comes_after_now_and_not_at_it() -> None:
    due = datetime(2026, 1, 1, 3, tzinfo=UTC)
    one = trigger("0 3 * * *")
    assert one.next_after(due - timedelta(microseconds=1)) == due
    assert one.next_after(due) == one.get_next_fire_time(None, due) == due + DAY


def test_asks_in_any_zone_and_answers_in_utc() -> None:
    asked = datetime(2026, 7, 1, 12, tzinfo=ZoneInfo("Asia/Seoul"))
    found = trigger("0 3 * * *", "Asia/Seoul").next_after(asked)
    assert (found, found.tzinfo) == (datetime(2026, 7, 1, 18, tzinfo=UTC), UTC)
    assert str(trigger("0 3 * * *", "Asia/Seoul")) == "0 3 * * * in Asia/Seoul"


def test_of_many_missed_times_the_scheduler_is_told_the_last_alone() -> None:
    one = trigger("*/5 * * * *")
    woken = BEGIN + 300 * DAY + timedelta(minutes=7)
    last = one.get_next_fire_time(BEGIN, woken)
    assert last == woken - 2 * MINUTE
    assert one.get_next_fire_time(last, woken) == woken + 3 * MINUTE


def test_a_due_time_is_found_between_its_ends() -> None:
    one, due = trigger("0 3 * * *"), datetime(2026, 6, 1, 3, tzinfo=UTC)
    assert one.due_between(due - DAY, due - MINUTE) is None
    assert one.due_between(due - DAY, due) == due
    assert one.due_between(due - MINUTE, due + MINUTE) == due
    assert one.due_between(due, due + DAY - MINUTE) is None
    assert one.due_between(due, due) is None
    assert one.due_between(due + DAY, due - DAY) is None
    assert one.due_between(due - 400 * DAY, due + 5 * HOUR) == due


@pytest.mark.parametrize("text", ["*/7 * * * *", "0 3 * * *", "30 1 1 jan *", "0 0 29 2 *", "* * 10 4 *"])
def test_the_latest_due_time_is_the_last_of_all_between(text: str) -> None:
    one = trigger(text, "Europe/Berlin")
    last = datetime(2026, 4, 9, 10, tzinfo=UTC)
    for hours in (0, 1, 2, 5, 24, 26, 72, 300):
        now = last + timedelta(hours=hours, minutes=3)
        runs = list(stepped(one, last, now))
        assert one.due_between(last, now) == (runs[-1] if runs else None)


def test_a_year_of_minutes_is_no_long_search(monkeypatch: pytest.MonkeyPatch) -> None:
    one = trigger("* * * * *")
    asked = []
    next_after = one.next_after
    monkeypatch.setattr(one, "next_after", lambda moment: asked.append(moment) or next_after(moment))
    assert one.due_between(BEGIN, END) == END
    assert len(asked) < 100


def test_times_for_the_daemon_are_the_triggers() -> None:
    cron, zone = Schedule().sweep, "Asia/Seoul"
    found = ScheduleTimes().trigger(cron, zone, 5 * MINUTE)
    assert (found.cron, found.zone.key, found.jitter) == (cron, zone, 5 * MINUTE)
    assert ScheduleTimes().latest(cron, zone, BEGIN, BEGIN + DAY) == datetime(2026, 1, 1, 18, tzinfo=UTC)


@pytest.mark.parametrize("drawn", [0.0, 0.5, 1 - 2**-53])
@pytest.mark.parametrize(("text", "jitter"), [("0 3 * * *", 5 * MINUTE), ("30 1 * * *", 23 * HOUR),
                                              ("*/20 * 1,8 * *", 23 * HOUR)])  # fmt: skip
def test_with_jitter_each_due_time_has_one_run_of_its_own(
    monkeypatch: pytest.MonkeyPatch, text: str, jitter: timedelta, drawn: float
) -> None:
    monkeypatch.setattr("janitor.daemon.schedule.random.random", lambda: drawn)
    zone = "America/New_York"
    due = list(stepped(trigger(text, zone), BEGIN, END + 9 * DAY))
    runs = list(stepped(trigger(text, zone, jitter), BEGIN, END))
    assert len(runs) >= sum(moment <= END - jitter for moment in due)
    for run, (moment, following) in zip(runs, pairwise(due), strict=False):
        assert moment <= run < following
        assert run - moment <= jitter
    assert len(set(runs)) == len(runs)


def test_jitter_is_drawn_anew_and_spreads() -> None:
    one = trigger("0 3 * * *", jitter=5 * MINUTE)
    delays = {one.begins_after(BEGIN) - one.next_after(BEGIN) for _ in range(50)}
    assert len(delays) > 1
    assert all(timedelta(0) <= delay <= 5 * MINUTE for delay in delays)


def test_a_late_run_with_jitter_is_still_followed_by_the_next_due_time() -> None:
    one = trigger("0 3 * * *", jitter=HOUR)
    run = one.begins_after(BEGIN)
    late = run + timedelta(hours=10)
    following = one.get_next_fire_time(run, late)
    assert datetime(2026, 1, 2, 3, tzinfo=UTC) <= following <= datetime(2026, 1, 2, 4, tzinfo=UTC)


def test_a_clock_that_is_set_back_after_a_run_does_not_run_it_again() -> None:
    one, due = trigger("0 3 * * *"), datetime(2026, 1, 1, 3, tzinfo=UTC)
    assert one.get_next_fire_time(due, due - HOUR) == due + DAY


class Stepped(BaseScheduler):  # type: ignore[misc, unused-ignore]
    """APScheduler's own bookkeeping, with a clock that the test sets."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, now: datetime) -> None:
        super().__init__(timezone="UTC", executors={"default": DebugExecutor()},
                         job_defaults={"coalesce": True, "misfire_grace_time": None})  # fmt: skip
        self.at = now
        clock = type("Clock", (datetime,), {"now": classmethod(lambda _, zone: self.at.astimezone(zone))})
        monkeypatch.setattr("apscheduler.schedulers.base.datetime", clock)

    def wakeup(self) -> None:
        """The test does so."""

    def shutdown(self, wait: bool = True) -> None:
        """Nothing goes on."""

    def pass_until(self, end: datetime) -> None:
        """Wake whenever something is due."""
        while (wait := self._process_jobs()) is not None and self.at + timedelta(seconds=wait) <= end:
            self.at += timedelta(seconds=wait)
        self.at = end


@pytest.fixture
def scheduled(monkeypatch: pytest.MonkeyPatch) -> Callable[[ScheduleTrigger], tuple[Stepped, list[datetime]]]:
    """A scheduler from the year's beginning, and the moments of its runs."""

    def start(one: ScheduleTrigger) -> tuple[Stepped, list[datetime]]:
        scheduler, runs = Stepped(monkeypatch, BEGIN), list[datetime]()
        scheduler.start()
        scheduler.add_job(lambda: runs.append(scheduler.at), one)
        return scheduler, runs

    return start


@pytest.mark.parametrize("jitter", [timedelta(0), 5 * MINUTE, 23 * HOUR])
def test_the_scheduler_itself_runs_once_a_date_through_a_year(scheduled, jitter: timedelta) -> None:  # type: ignore[no-untyped-def]
    scheduler, runs = scheduled(trigger("30 1 * * *", "America/New_York", jitter))
    scheduler.pass_until(END + 2 * DAY)
    due = list(stepped(trigger("30 1 * * *", "America/New_York"), BEGIN, END))
    assert len(due) == 365
    assert len(runs) in (366, 367)
    for run, moment, following in zip(runs, due, due[1:], strict=False):
        assert moment <= run < following


@pytest.mark.parametrize("jitter", [timedelta(0), 5 * MINUTE])
def test_after_a_sleep_the_scheduler_runs_once_and_goes_on(scheduled, jitter: timedelta) -> None:  # type: ignore[no-untyped-def]
    scheduler, runs = scheduled(trigger("0 3 * * *", jitter=jitter))
    scheduler.pass_until(BEGIN + 2 * DAY)
    assert len(runs) == 2
    scheduler.at = woken = BEGIN + 40 * DAY + 12 * HOUR
    scheduler.pass_until(woken + DAY)
    assert runs[2] == woken
    assert runs[3] - jitter <= BEGIN + 41 * DAY + 3 * HOUR <= runs[3]
    assert len(runs) == 4
