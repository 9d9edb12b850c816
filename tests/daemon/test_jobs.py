"""The daemon's jobs by clocks of a test: a wall clock that is set, and seconds that pass."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from janitor.daemon.jobs import Jobs
from janitor.daemon.schedule import ScheduleTrigger
from janitor.logs import Event
from janitor.policy.file.cron import parse_cron
from tests.daemon.daemon_fakes import Events

NOON = datetime(2026, 11, 29, 12, tzinfo=UTC)
YEAR = timedelta(days=365)


class Machine:
    """Jobs that note when they ran; the heart beats every five seconds, a sweep is due each minute."""

    def __init__(self) -> None:
        self.wall, self.passed = NOON, 1000.0
        self.ran: list[str] = []
        self.told: list[tuple[str, bool]] = []
        self.skips: list[str] = []
        self.held: asyncio.Event | None = None
        self.jobs = Jobs(
            lambda name, due, scheduled: self.told.append((name, scheduled)),
            lambda name, due: self.skips.append(name),
            lambda: self.wall,
            lambda: self.passed,
        )
        self.jobs.every("beat", 5, lambda: self._run("beat"))
        trigger = ScheduleTrigger(parse_cron("* * * * *"), "UTC")
        self.jobs.add("sweep", lambda: self._run("sweep"), trigger, NOON)

    async def _run(self, name: str) -> None:
        self.ran.append(name)
        if name == "sweep" and self.held:
            await self.held.wait()

    async def passes(self, seconds: int) -> None:
        """Second by second."""
        for _ in range(seconds):
            self.passed += 1
            self.wall += timedelta(seconds=1)
            self.jobs.look()
            await asyncio.sleep(0)
            await asyncio.sleep(0)

    def count(self, name: str) -> int:
        return self.ran.count(name)


async def test_the_heart_beats_every_five_seconds_and_a_sweep_comes_each_minute() -> None:
    machine = Machine()
    await machine.passes(300)
    assert (machine.count("beat"), machine.count("sweep")) == (60, 5)


@pytest.mark.parametrize(
    "by", [timedelta(minutes=-59), timedelta(days=-1), -YEAR, timedelta(days=1), YEAR, 50 * YEAR]
)
async def test_the_heart_beats_on_whatever_the_clock_is_set_to(by: timedelta) -> None:
    machine = Machine()
    await machine.passes(60)
    machine.wall += by
    await machine.passes(60)
    assert machine.count("beat") == 24, "no beat is lost, and none is made up"


async def test_set_back_by_a_day_sweeps_go_on_by_the_new_clock() -> None:
    machine = Machine()
    await machine.passes(60)
    machine.wall -= timedelta(days=1)
    await machine.passes(180)
    assert machine.count("sweep") == 1 + 3


async def test_set_forward_by_a_year_one_sweep_is_made_up() -> None:
    machine = Machine()
    await machine.passes(60)
    machine.wall += YEAR
    await machine.passes(2)
    assert machine.count("sweep") == 2
    await machine.passes(120)
    assert machine.count("sweep") == 4


async def test_a_second_attempt_comes_after_its_time_whatever_the_clock_is_set_to() -> None:
    machine = Machine()
    machine.jobs.once("retry", lambda: machine._run("retry"), timedelta(seconds=30))
    await machine.passes(10)
    machine.wall -= YEAR
    await machine.passes(19)
    assert machine.count("retry") == 0
    await machine.passes(60)
    assert machine.count("retry") == 1
    assert machine.jobs.next("retry") is None


async def test_what_comes_due_while_it_is_under_way_is_skipped() -> None:
    machine = Machine()
    machine.held = asyncio.Event()
    await machine.passes(180)
    assert (machine.count("sweep"), machine.skips) == (1, ["sweep", "sweep"])
    machine.held.set()
    await machine.passes(60)
    assert machine.count("sweep") == 2


async def test_a_hurried_run_takes_the_one_that_is_due_with_it() -> None:
    machine = Machine()
    machine.wall += timedelta(minutes=5)
    machine.jobs.hurry("sweep", NOON)
    await machine.passes(1)
    assert machine.told == [("sweep", False)]


async def test_a_bug_in_a_job_is_told_and_its_next_time_is_as_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    events = Events()
    monkeypatch.setattr("janitor.daemon.jobs.emit", events)
    machine = Machine()

    async def fails() -> None:
        raise ZeroDivisionError("in the job")

    machine.jobs.every("broken", 10, fails)
    await machine.passes(20)
    assert [facts["run"] for facts in events.of(Event.RUN_FAILED)] == ["broken", "broken"]


async def test_a_schedule_that_cannot_be_asked_is_told_and_the_heart_beats_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    events = Events()
    monkeypatch.setattr("janitor.daemon.jobs.emit", events)
    monkeypatch.setattr("janitor.daemon.jobs.LOOK_AFTER", 0.01)
    machine = Machine()

    def broken() -> datetime:
        raise OverflowError("date value out of range")

    machine.jobs._clock = broken  # the look begins with it
    machine.jobs.start()
    await asyncio.sleep(0.1)
    assert events.of(Event.RUN_FAILED)
    machine.jobs._clock = lambda: machine.wall
    machine.passed += 5
    await asyncio.sleep(0.1)
    machine.jobs.begin_no_more()
    await machine.jobs.end(1)
    assert machine.count("beat") == 1


async def test_nothing_begins_once_it_is_to_end() -> None:
    machine = Machine()
    machine.jobs.begin_no_more()
    await machine.passes(120)
    assert machine.ran == []
