"""Sweeps of the daemon one after the other: what follows a result, and what follows a failure."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from janitor.daemon.jobs import Backoff
from janitor.daemon.ports import Work
from janitor.daemon.sweeping import Sweeping
from janitor.errors import InterruptedSweepError, JanitorError, LedgerError, LockHeldError, ObservationError
from janitor.ledger.history import Origin
from janitor.logs import Event
from janitor.report.data.result import SweepResult
from tests.daemon.daemon_fakes import Sweeps, World, request, until
from tests.report.samples import story

NOW = datetime(2026, 11, 25, 10, 0, tzinfo=UTC)
DUE = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


class Again:
    """Asked for a sweep after a while; notes it."""

    def __init__(self) -> None:
        self.after: list[timedelta] = []
        self.tasks: list[asyncio.Task[None]] = []
        self.forgotten = 0

    def __call__(self, after: timedelta) -> datetime:
        self.after.append(after)
        return NOW + after

    def forget(self) -> None:
        self.forgotten += 1

    def aside(self, name: str, work: Work) -> None:
        self.tasks.append(asyncio.ensure_future(work()))

    async def sweep(self, sweeping: Sweeping) -> None:
        """A sweep and all that is done aside."""
        await sweeping.sweep()
        await asyncio.gather(*self.tasks)


@pytest.fixture
def again() -> Again:
    """Nobody was asked yet."""
    return Again()


@pytest.fixture
def sweeping(world: World, again: Again) -> Sweeping:
    """Among fakes."""
    return Sweeping(world.ports, request, again, again.forget, again.aside)


async def test_a_sweep_is_counted_and_noted(world: World, sweeping: Sweeping, again: Again) -> None:
    await again.sweep(sweeping)
    assert world.sweeps.origins == [Origin.DAEMON]
    assert world.counted.all == ["ended"]
    assert world.messages.notes == ["s1"]
    assert world.events.all == []


@pytest.mark.parametrize(
    "error", [RuntimeError("what"), ObservationError("no network"), LedgerError("away"), KeyError("x")]
)
async def test_any_failure_is_one_event_with_its_traceback_counted_told_and_backed_off(
    world: World, sweeping: Sweeping, again: Again, error: Exception
) -> None:
    world.sweeps = Sweeps([error])
    sweeping = Sweeping(world.ports, request, again, again.forget, again.aside)
    await again.sweep(sweeping)
    (failed,) = world.events.of(Event.SWEEP_FAILED)
    assert type(error).__name__ in str(failed["error"])
    assert (str(error) in str(failed)) is isinstance(error, JanitorError)
    assert "daemon_fakes.py" in str(failed["traceback"])
    assert world.counted.all == ["failed apply"]
    assert len(world.messages.troubles) == 1
    assert again.after == [timedelta(minutes=1)]
    (backed_off,) = world.events.of(Event.RUN_BACKED_OFF)
    assert backed_off == {"run": "sweep", "failures": 1, "until": NOW + timedelta(minutes=1)}


async def test_an_apply_that_its_ledger_ended_is_noted_counted_once_and_backed_off(
    world: World, again: Again
) -> None:
    world.sweeps = Sweeps([replace(story(mode="apply"), error=LedgerError("disk full"))])
    sweeping = Sweeping(world.ports, request, again, again.forget, again.aside)
    await again.sweep(sweeping)
    assert world.counted.all == ["ended"]
    assert world.messages.notes == ["s1"]
    assert "disk full" in str(world.events.of(Event.SWEEP_FAILED))
    assert len(world.messages.troubles) == 1
    assert again.after == [timedelta(minutes=1)]


async def test_what_lies_under_an_error_of_janitors_own_is_not_logged(world: World, again: Again) -> None:
    """A driver's words may hold the password that the message leaves out."""

    async def fails(stop: asyncio.Event) -> SweepResult:
        try:
            raise ValueError("hunter2")
        except ValueError as cause:
            raise LedgerError("away") from cause

    world.sweeps = Sweeps([fails])
    await again.sweep(Sweeping(world.ports, request, again, again.forget, again.aside))
    assert "hunter2" not in str(world.events.all)
    assert "LedgerError: away" in str(world.events.all)


async def test_the_same_failure_is_told_once_another_one_anew_and_a_success_ends_it(
    world: World, again: Again
) -> None:
    world.sweeps = Sweeps(
        [
            ObservationError("no network, attempt 17"),
            ObservationError("no network, attempt 18"),
            LedgerError("away"),
            story(),
            LedgerError("away"),
        ]
    )
    sweeping = Sweeping(world.ports, request, again, again.forget, again.aside)
    told = []
    for _ in range(5):
        await again.sweep(sweeping)
        told.append(len(world.messages.troubles))
    assert told == [1, 1, 2, 2, 3]
    assert again.after == [timedelta(minutes=n) for n in (1, 2, 4, 1)]
    assert again.forgotten == 5


async def test_what_slack_did_not_take_is_told_again(world: World, again: Again) -> None:
    world.sweeps = Sweeps([LedgerError("away")])
    world.messages.takes = False
    sweeping = Sweeping(world.ports, request, again, again.forget, again.aside)
    await again.sweep(sweeping)
    await again.sweep(sweeping)
    assert len(world.messages.troubles) == 2


def test_pauses_double_up_to_an_hour() -> None:
    backoff = Backoff()
    assert [backoff.failed() for _ in range(8)] == [
        timedelta(minutes=minutes) for minutes in (1, 2, 4, 8, 16, 32, 60, 60)
    ]
    for _ in range(5000):
        backoff.failed()
    assert backoff.failed() == timedelta(hours=1)
    backoff.succeeded()
    assert backoff.failed() == timedelta(minutes=1)


async def test_a_lock_that_another_holds_is_a_skipped_run_and_no_failure(world: World, again: Again) -> None:
    world.sweeps = Sweeps([LockHeldError("Another sweep is applying: sweep x on host, pid 7")])
    await again.sweep(Sweeping(world.ports, request, again, again.forget, again.aside))
    (skipped,) = world.events.of(Event.RUN_SKIPPED)
    assert "pid 7" in str(skipped["why"])
    assert (world.counted.all, again.after, world.messages.troubles) == (["skipped sweep"], [], [])


async def test_a_report_waits_for_the_sweep_and_rests_on_a_dry_run(world: World, again: Again) -> None:
    go_on = asyncio.Event()

    async def slow(stop: asyncio.Event) -> SweepResult:
        await go_on.wait()
        return story()

    world.sweeps = Sweeps([slow, story()])
    sweeping = Sweeping(world.ports, request, again, again.forget, again.aside)
    sweep = asyncio.create_task(sweeping.sweep())
    report = asyncio.create_task(sweeping.report(DUE))
    await until(lambda: len(world.sweeps.asked) == 1)
    go_on.set()
    await asyncio.gather(sweep, report)
    assert world.sweeps.origins == [Origin.DAEMON, Origin.REPORT]
    assert world.sweeps.most_at_once == 1
    assert [asked.apply for asked, _ in world.sweeps.asked] == [True, False]
    assert world.reports.posted == [(DUE, None)]


async def test_a_report_is_made_though_its_dry_run_failed(world: World, again: Again) -> None:
    world.sweeps = Sweeps([ObservationError("no network")])
    await Sweeping(world.ports, request, again, again.forget, again.aside).report(DUE)
    assert world.reports.posted == [(DUE, "no network")]
    assert world.counted.all == ["failed dry-run"]
    assert len(world.events.of(Event.SWEEP_FAILED)) == 1
    assert again.after == []


@pytest.mark.parametrize("refusal", [False, LedgerError("away")])
async def test_a_report_that_could_not_be_posted_is_posted_after_the_next_sweep(
    world: World, sweeping: Sweeping, again: Again, refusal: bool | Exception
) -> None:
    world.reports.takes = [refusal]
    await sweeping.report(DUE)
    await again.sweep(sweeping)
    await again.sweep(sweeping)
    assert world.reports.posted == [(DUE, None), (DUE, None)]


async def test_a_report_that_was_left_unposted_before_a_restart_is_posted_after_a_sweep(
    world: World, sweeping: Sweeping, again: Again
) -> None:
    world.reports.left = DUE
    await again.sweep(sweeping)
    assert world.reports.posted == [(DUE, None)]


async def test_a_stop_ends_the_sweep_by_its_own_event_and_starts_nothing_more(
    world: World, again: Again
) -> None:
    async def interrupted(stop: asyncio.Event) -> SweepResult:
        await stop.wait()
        raise InterruptedSweepError("stopped")

    world.sweeps = Sweeps([interrupted])
    sweeping = Sweeping(world.ports, request, again, again.forget, again.aside)
    running = [asyncio.create_task(sweeping.sweep()), asyncio.create_task(sweeping.report(DUE))]
    await until(lambda: bool(world.sweeps.asked))
    await sweeping.stopped()
    await asyncio.gather(*running)
    assert len(world.sweeps.asked) == 1
    assert sweeping.interrupted
    assert (world.events.all, again.after, world.messages.troubles) == ([], [], [])


async def test_an_apply_that_a_stop_cut_short_counts_and_says_that_work_is_undone(
    world: World, again: Again
) -> None:
    async def cut_short(stop: asyncio.Event) -> SweepResult:
        await stop.wait()
        return replace(story(), interrupted=True)

    world.sweeps = Sweeps([cut_short])
    sweeping = Sweeping(world.ports, request, again, again.forget, again.aside)
    running = asyncio.create_task(sweeping.sweep())
    await until(lambda: bool(world.sweeps.asked))
    await sweeping.stopped()
    await running
    assert sweeping.interrupted
    assert world.counted.all == ["ended"]


async def test_a_lost_lock_ends_the_sweep_and_not_the_daemon(world: World, again: Again) -> None:
    """It is the sweep's own event that the lock sets."""

    async def lost(stop: asyncio.Event) -> SweepResult:
        stop.set()
        raise InterruptedSweepError("the lock was lost")

    world.sweeps = Sweeps([lost, story()])
    sweeping = Sweeping(world.ports, request, again, again.forget, again.aside)
    await again.sweep(sweeping)
    assert again.after == [timedelta(minutes=1)]
    await again.sweep(sweeping)
    assert world.counted.all == ["failed apply", "ended"]
    assert not sweeping.interrupted
