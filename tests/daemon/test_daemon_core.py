"""The daemon among fakes: what runs when, what is skipped and made up for, reloading, stopping."""

import asyncio
import gc
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from janitor.daemon import daemon as core
from janitor.daemon.daemon import Daemon, _let_go
from janitor.errors import InterruptedSweepError, LedgerError, LockHeldError
from janitor.gcp.collector import making_what_stays
from janitor.ledger.history import Origin
from janitor.logs import Event
from janitor.report.data.result import SweepResult
from tests.daemon.daemon_fakes import FILE, Sweeps, World, no_http, past, until
from tests.report.samples import story

NIGHTLY, WEEKLY = "0 3 * * *", "0 9 * * mon"


@dataclass
class Running:
    """A daemon that runs. `code` is its exit code once it has ended."""

    daemon: Daemon
    stop: asyncio.Event
    task: "asyncio.Task[int]"

    async def end(self) -> int:
        self.stop.set()
        return await self.task


@asynccontextmanager
async def running(world: World, now: bool = False) -> AsyncIterator[Running]:
    """Until the block ends."""
    daemon, stop = world.daemon(), asyncio.Event()
    ran = Running(daemon, stop, asyncio.create_task(daemon.run(stop, no_http(), now)))
    try:
        await until(lambda: bool(world.events.of(Event.DAEMON_STARTED)) or ran.task.done())
        yield ran
    finally:
        await ran.end()


def soon() -> datetime:
    return datetime.now(UTC) + timedelta(milliseconds=20)


def came(world: World, event: Event, times: int = 1) -> Callable[[], bool]:
    return lambda: len(world.events.of(event)) >= times


def asked(world: World, times: int) -> Callable[[], bool]:
    return lambda: len(world.sweeps.asked) >= times


async def while_nothing_happens() -> None:
    """Long enough for what is due at once."""
    await asyncio.sleep(0.2)


async def held(stop: asyncio.Event) -> SweepResult:
    """A sweep that goes on until it is stopped while it observes."""
    await stop.wait()
    raise InterruptedSweepError("stopped")


async def test_it_sweeps_and_reports_when_each_is_due(world: World) -> None:
    world.times.due = {NIGHTLY: soon(), WEEKLY: soon()}
    async with running(world):
        await until(lambda: world.messages.notes == ["s1"] and bool(world.reports.posted))
    assert world.sweeps.origins == [Origin.DAEMON, Origin.REPORT]
    assert world.reports.posted == [(world.times.due[WEEKLY], None)]


async def test_it_says_at_its_start_what_is_in_force_what_comes_and_what_it_costs(world: World) -> None:
    world.times.due = {NIGHTLY: datetime(2999, 5, 1, 3, 0, tzinfo=UTC)}
    async with running(world):
        (started,) = world.events.of(Event.DAEMON_STARTED)
    assert started["next_sweep"] == datetime(2999, 5, 1, 3, 0, tzinfo=UTC)
    assert (started["mode"], started["own_cost"], started["port"]) == ("apply", "nothing", 0)
    assert world.vitals.policies == [True]
    assert world.sweeps.asked == []


async def test_a_price_that_cannot_be_had_keeps_no_daemon_from_starting(world: World) -> None:
    async def fails() -> Mapping[str, object]:
        raise OSError("no route")

    world.costs = fails
    async with running(world, now=True):
        await until(asked(world, 1))
    (started,) = world.events.of(Event.DAEMON_STARTED)
    assert started["own_cost"] == "not known (OSError)"


async def test_now_sweeps_at_once_and_keeps_the_schedule(world: World) -> None:
    world.times.due = {NIGHTLY: datetime(2999, 5, 1, 3, 0, tzinfo=UTC)}
    async with running(world, now=True) as ran:
        await until(lambda: world.messages.notes == ["s1"])
        assert ran.daemon._jobs.next("sweep") == world.times.due[NIGHTLY]


async def test_a_sweep_that_comes_due_during_a_sweep_is_skipped_told_and_counted(world: World) -> None:
    world.sweeps = Sweeps([held])
    world.times.due = {NIGHTLY: datetime.now(UTC) + timedelta(milliseconds=300)}
    async with running(world, now=True):
        await until(asked(world, 1))
        await until(came(world, Event.RUN_SKIPPED))
        (skipped,) = world.events.of(Event.RUN_SKIPPED)
        assert (skipped["run"], skipped["due"]) == ("sweep", world.times.due[NIGHTLY])
    assert world.counted.all == ["skipped sweep"]
    assert world.sweeps.most_at_once == 1


async def test_what_was_missed_while_nobody_ran_runs_once(world: World) -> None:
    due = datetime.now(UTC) - timedelta(hours=5)
    world.times.before = {NIGHTLY: due}
    world.memory.last = {Origin.DAEMON: past(due - timedelta(days=9))}
    async with running(world):
        await until(lambda: world.messages.notes == ["s1"])
        await while_nothing_happens()
    assert world.events.of(Event.RUN_CAUGHT_UP) == [{"run": "sweep", "due": due}]
    assert len(world.sweeps.asked) == 1


async def test_a_missed_report_is_the_one_that_was_due(world: World) -> None:
    due = datetime.now(UTC) - timedelta(days=2)
    world.times.before = {WEEKLY: due}
    world.memory.last = {Origin.DAEMON: past(due - timedelta(hours=6))}
    async with running(world):
        await until(lambda: bool(world.reports.posted))
    assert world.reports.posted == [(due, None)]


async def test_now_makes_up_for_a_missed_sweep_by_the_same_one(world: World) -> None:
    due = datetime.now(UTC) - timedelta(hours=5)
    world.times.before = {NIGHTLY: due}
    world.memory.last = {Origin.DAEMON: past(due - timedelta(days=9))}
    async with running(world, now=True):
        await until(lambda: world.messages.notes == ["s1"])
        await while_nothing_happens()
    assert len(world.sweeps.asked) == 1
    assert world.events.of(Event.RUN_CAUGHT_UP) == []


async def test_what_was_slept_through_runs_once_and_says_so(world: World) -> None:
    """The clock that the daemon goes by is hours ahead of the time that comes due."""
    world.times.due = {NIGHTLY: datetime.now(UTC) + timedelta(milliseconds=300)}
    daemon, stop = world.daemon(), asyncio.Event()
    world.now = datetime.now(UTC) + timedelta(hours=5)
    daemon._ports = world.ports
    task = asyncio.create_task(daemon.run(stop, no_http(), False))
    await until(asked(world, 1))
    stop.set()
    await task
    assert [facts["run"] for facts in world.events.of(Event.RUN_CAUGHT_UP)] == ["sweep"]


async def test_a_ledger_that_is_away_at_the_start_is_asked_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(core, "ASK_AGAIN_EVERY", 0.05)
    due = datetime.now(UTC) - timedelta(hours=5)
    world.times.before = {NIGHTLY: due}
    world.memory.last = {Origin.DAEMON: past(due - timedelta(days=9))}
    world.memory.away = LedgerError("away")
    async with running(world):
        await while_nothing_happens()
        assert world.sweeps.asked == []
        world.memory.away = None
        await until(lambda: world.messages.notes == ["s1"])
        await while_nothing_happens()
        assert len(world.sweeps.asked) == 1


async def test_a_failure_is_tried_again_and_the_schedule_goes_on(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("janitor.daemon.jobs.FIRST", timedelta(milliseconds=50))
    world.sweeps = Sweeps([RuntimeError("once"), RuntimeError("twice"), story()])
    async with running(world, now=True):
        await until(lambda: world.messages.notes == ["s1"])
        await while_nothing_happens()
    assert world.counted.all == ["failed apply", "failed apply", "ended"]
    assert [facts["failures"] for facts in world.events.of(Event.RUN_BACKED_OFF)] == [1, 2]


async def test_the_schedule_comes_before_a_second_attempt_that_is_later(world: World) -> None:
    world.sweeps = Sweeps([RuntimeError("once"), story()])
    world.times.due = {NIGHTLY: datetime.now(UTC) + timedelta(milliseconds=300)}
    async with running(world, now=True):
        await until(lambda: world.messages.notes == ["s1"])
    (backed_off,) = world.events.of(Event.RUN_BACKED_OFF)
    assert backed_off["until"] == world.times.due[NIGHTLY]
    assert len(world.sweeps.asked) == 2


async def test_a_success_drops_the_second_attempt(world: World) -> None:
    world.sweeps = Sweeps([RuntimeError("once"), story()])
    async with running(world, now=True) as ran:
        await until(came(world, Event.RUN_BACKED_OFF))
        assert ran.daemon._jobs.next("retry")
        await ran.daemon._sweep_now()
        await until(lambda: world.messages.notes == ["s1"])
        assert ran.daemon._jobs.next("retry") is None


async def test_a_broken_policy_file_is_told_once_and_sweeps_go_on_with_the_last_good_one(
    world: World,
) -> None:
    async with running(world) as ran:
        good = ran.daemon._watch.request
        world.file.write_text("version: 2")
        ran.daemon.reload()
        await until(came(world, Event.POLICIES_REFUSED))
        ran.daemon.reload()
        await until(came(world, Event.POLICIES_REFUSED, 2))
        await ran.daemon._sweep_now()
        await until(asked(world, 1))
        assert world.sweeps.asked[0][0] is good
        assert len(world.messages.troubles) == 1
        assert world.vitals.policies[-1] is False
        world.file.write_text(FILE)
        ran.daemon.reload()
        await until(came(world, Event.POLICIES_RELOADED))
        assert world.vitals.policies[-1] is True
    assert world.counted.all[0] == "policies refused"


async def test_a_changed_file_is_read_without_being_asked(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(core, "LOOK_EVERY", 0.02)
    async with running(world) as ran:
        world.file.write_text(FILE.replace("24h", "48h"))
        await until(came(world, Event.POLICIES_RELOADED))
        await ran.daemon._sweep_now()
        await until(asked(world, 1))
    assert world.sweeps.asked[0][0].policies.digest == world.read().policies.digest


async def test_another_schedule_takes_effect_and_the_other_run_is_left_alone(world: World) -> None:
    async with running(world) as ran:
        at = ran.daemon._jobs.next("report")
        world.times.due = {"0 5 * * *": soon()}
        world.file.write_text(FILE + 'schedule: {sweep: {cron: "0 5 * * *"}}\n')
        ran.daemon.reload()
        await until(asked(world, 1))
        assert ran.daemon._jobs.next("report") == at
    assert world.times.made == [NIGHTLY, WEEKLY, "0 5 * * *"]


async def test_a_reload_without_another_schedule_shifts_and_repeats_nothing(world: World) -> None:
    async with running(world, now=True) as ran:
        await until(lambda: world.messages.notes == ["s1"])
        world.file.write_text(FILE.replace("24h", "48h"))
        ran.daemon.reload()
        await until(came(world, Event.POLICIES_RELOADED))
        await while_nothing_happens()
    assert world.times.made == [NIGHTLY, WEEKLY]
    assert len(world.sweeps.asked) == 1


async def test_it_stops_at_once_where_nothing_is_under_way(world: World) -> None:
    async with running(world) as ran:
        assert await ran.end() == 0
    assert world.events.of(Event.DAEMON_STOPPED) == [{"exit_code": 0}]


async def test_a_stop_ends_what_is_under_way_in_order_and_exits_6(world: World) -> None:
    world.sweeps = Sweeps([held])
    async with running(world, now=True) as ran:
        await until(asked(world, 1))
        assert await ran.end() == 6
    assert world.sweeps.at_once == 0
    assert [event for event in world.events.names if event == "run.failed"] == []


async def test_a_sweep_that_does_not_end_is_cut_off_and_exits_6(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def deaf(stop: asyncio.Event) -> SweepResult:
        await asyncio.Event().wait()
        return story()

    monkeypatch.setattr(core, "PATIENCE", 0.1)
    world.sweeps = Sweeps([deaf])
    async with running(world, now=True) as ran:
        await until(asked(world, 1))
        assert await ran.end() == 6
    assert world.sweeps.at_once == 0


async def test_a_stop_during_the_start_starts_nothing(world: World) -> None:
    async def endless() -> Mapping[str, object]:
        return await asyncio.Event().wait() or {}

    world.costs = endless
    daemon, stop = world.daemon(), asyncio.Event()
    task = asyncio.create_task(daemon.run(stop, no_http(), True))
    await while_nothing_happens()
    stop.set()
    assert await task == 0
    assert world.sweeps.asked == []


async def test_a_slack_that_does_not_answer_skips_no_sweep_and_delays_no_second_attempt(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def never(*_: object) -> bool:
        return await asyncio.Event().wait()

    monkeypatch.setattr(world.messages, "note", never)
    monkeypatch.setattr(world.messages, "trouble", never)
    monkeypatch.setattr("janitor.daemon.jobs.FIRST", timedelta(milliseconds=50))
    monkeypatch.setattr(core, "PATIENCE", 0.1)
    world.sweeps = Sweeps([RuntimeError("once"), story()])
    async with running(world, now=True) as ran:
        await until(lambda: world.counted.all == ["failed apply", "ended"])
        await ran.daemon._sweep_now()
        await until(lambda: world.counted.all == ["failed apply", "ended", "ended"])
    assert world.events.of(Event.RUN_SKIPPED) == []


async def test_a_bug_in_what_follows_a_sweep_is_told_and_the_next_one_runs(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fails(*_: object) -> None:
        raise ZeroDivisionError("in the note")

    monkeypatch.setattr(world.messages, "note", fails)
    async with running(world, now=True) as ran:
        await until(came(world, Event.RUN_FAILED))
        await ran.daemon._sweep_now()
        await until(came(world, Event.RUN_FAILED, 2))
    (first, _) = world.events.of(Event.RUN_FAILED)
    assert (first["run"], first["error"]) == ("note", "ZeroDivisionError")
    assert "in fails" in str(first["traceback"])
    assert len(world.sweeps.asked) == 2


async def test_another_process_that_holds_the_lock_is_no_failure(world: World) -> None:
    world.sweeps = Sweeps([LockHeldError("held by pid 7"), story()])
    async with running(world, now=True) as ran:
        await until(came(world, Event.RUN_SKIPPED))
        assert ran.daemon._jobs.next("retry") is None
        await ran.daemon._sweep_now()
        await until(lambda: world.messages.notes == ["s1"])
    assert world.messages.troubles == []


async def test_the_scheduler_beats(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(core, "BEAT_EVERY", 0.02)
    async with running(world):
        await until(lambda: world.vitals.beats > 2)


async def test_nothing_of_a_sweep_stays(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither its result nor the cycles that it froze."""
    monkeypatch.setattr(core, "_let_go", _let_go)

    class Cycle:
        def __init__(self) -> None:
            self.itself = self

    async def freezes(stop: asyncio.Event) -> SweepResult:
        with making_what_stays():
            Cycle()
            return story(sweep_id="retained?")

    world.sweeps = Sweeps([freezes])
    async with running(world, now=True):
        await until(lambda: world.messages.notes == ["retained?"])
        await until(lambda: gc.get_freeze_count() == 0)
        left = [each for each in gc.get_objects() if isinstance(each, Cycle)]
        results = [each for each in gc.get_objects() if isinstance(each, SweepResult)]
    assert left == []
    assert [each for each in results if each.sweep_id == "retained?"] == []


async def test_a_sweep_that_ends_in_order_at_a_stop_still_has_its_note(world: World) -> None:
    async def cut_short(stop: asyncio.Event) -> SweepResult:
        await stop.wait()
        return story(interrupted=True)

    world.sweeps = Sweeps([cut_short])
    async with running(world, now=True) as ran:
        await until(asked(world, 1))
        assert await ran.end() == 6
    assert world.messages.notes == ["s1"]
