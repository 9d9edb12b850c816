"""One apply at a time: a lease that the living keep and the dead lose."""

import asyncio
import multiprocessing
from datetime import datetime, timedelta
from multiprocessing.synchronize import Barrier

import pytest

from janitor.errors import LedgerError, LockHeldError
from janitor.runtime import now
from janitor.store.database import Database, open_database
from janitor.store.lock import LEASE, ApplyLock, holder_now, holder_of
from tests.making import NOW


class Time:
    """A clock that only sleeping moves, and a sleep that only moves the clock."""

    def __init__(self) -> None:
        self.at = NOW
        # how far somebody has set the wall clock
        self.set_by = timedelta(0)
        self.slept: list[float] = []

    def now(self) -> datetime:
        return self.at + self.set_by

    def elapsed(self) -> float:
        return (self.at - NOW).total_seconds()

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.at += timedelta(seconds=seconds)
        await asyncio.sleep(0)


def lock(database: Database, time: Time, holder: str = "sweep s-1 on host, pid 1") -> ApplyLock:
    return ApplyLock(database, holder, time.now, time.sleep, time.elapsed)


def ignore(_text: str) -> None:
    """Nobody listens."""


async def test_a_second_sweep_is_told_who_holds_it_since_when_and_until_when(database: Database) -> None:
    time = Time()
    await lock(database, time).acquire()
    time.at += timedelta(minutes=1)
    with pytest.raises(LockHeldError) as refused:
        await lock(database, time, "other").acquire()
    for fact in ("sweep s-1 on host, pid 1", "2026-11-24 04:00:00 UTC", "2026-11-24 04:02:00 UTC", "--wait"):
        assert fact in str(refused.value)


async def test_a_dead_holder_blocks_no_longer_than_its_lease(database: Database) -> None:
    time = Time()
    await lock(database, time, "dead").acquire()
    time.at += LEASE - timedelta(seconds=1)
    with pytest.raises(LockHeldError, match="dead"):
        await lock(database, time).acquire()
    time.at += timedelta(seconds=1)
    await lock(database, time).acquire()


async def test_a_renewed_lease_outlives_its_first_end(database: Database) -> None:
    time = Time()
    living = lock(database, time, "living")
    await living.acquire()
    time.at += LEASE - timedelta(seconds=1)
    await living.renew()
    time.at += LEASE - timedelta(seconds=1)
    with pytest.raises(LockHeldError, match="living"):
        await lock(database, time).acquire()


async def test_one_who_lost_it_cannot_renew_and_takes_nothing_from_the_next_by_releasing(
    database: Database,
) -> None:
    time = Time()
    late = lock(database, time, "late")
    await late.acquire()
    time.at += LEASE
    await lock(database, time, "next").acquire()
    with pytest.raises(LockHeldError, match="next"):
        await late.renew()
    await late.release()
    with pytest.raises(LockHeldError, match="next"):
        await lock(database, time).acquire()


async def test_releasing_twice_is_no_error(database: Database) -> None:
    time = Time()
    mine = lock(database, time)
    await mine.release()
    await mine.acquire()
    await mine.release()
    await mine.release()
    await lock(database, time).acquire()


async def test_waiting_ends_when_the_lease_of_a_dead_holder_does(database: Database) -> None:
    time, heard = Time(), list[str]()
    await lock(database, time, "dead").acquire()
    await lock(database, time).acquire_within(timedelta(minutes=10), heard.append)
    assert time.at == NOW + LEASE
    assert len(heard) == 1
    assert "dead" in heard[0]


async def test_waiting_gives_up_after_the_time_that_was_given(database: Database) -> None:
    time = Time()
    await lock(database, time, "living").acquire()
    with pytest.raises(LockHeldError, match="living"):
        await lock(database, time).acquire_within(timedelta(seconds=63), ignore)
    assert time.at == NOW + timedelta(seconds=63)


async def test_without_waiting_it_is_asked_once(database: Database) -> None:
    time, heard = Time(), list[str]()
    await lock(database, time, "living").acquire()
    with pytest.raises(LockHeldError):
        await lock(database, time).acquire_within(None, heard.append)
    assert (time.slept, heard) == ([], [])


async def test_a_holder_whose_lock_was_taken_is_told_to_stop(database: Database) -> None:
    time, stop, why = Time(), asyncio.Event(), list[str]()

    async def sleep(seconds: float) -> None:
        # the machine was suspended: far more time went by than was slept for
        time.at += timedelta(minutes=5)
        await lock(database, time, "next").acquire()

    suspended = ApplyLock(database, "suspended", time.now, sleep, time.elapsed)
    async with suspended.held(None, ignore, lambda text: (why.append(text), stop.set())[0]):
        await asyncio.wait_for(stop.wait(), 30)
    assert len(why) == 1
    assert "next" in why[0]
    with pytest.raises(LockHeldError, match="next"):
        await lock(database, time).acquire()


async def test_a_holder_is_told_to_stop_well_before_an_unrenewed_lease_ends(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    time, stop = Time(), asyncio.Event()
    unlucky = lock(database, time)
    stopped_at: list[datetime] = []

    async def unreachable() -> None:
        raise LedgerError("the server is away")

    def lost(text: str) -> None:
        assert "the server is away" in text
        stopped_at.append(time.at)
        stop.set()

    monkeypatch.setattr(unlucky, "renew", unreachable)
    async with unlucky.held(None, ignore, lost):
        await asyncio.wait_for(stop.wait(), 30)
    assert NOW < stopped_at[0] <= NOW + LEASE - timedelta(seconds=30)


async def test_it_is_given_back_whatever_ends_the_work(database: Database) -> None:
    never = asyncio.Event()

    async def sleep(_seconds: float) -> None:
        await never.wait()

    with pytest.raises(ZeroDivisionError):
        async with ApplyLock(database, "failing", now, sleep).held(None, ignore, ignore):
            raise ZeroDivisionError
    await ApplyLock(database, "next", now).acquire()


def _race(url: str, barrier: Barrier, name: str) -> bool:
    """In a process of its own: open the database (all migrate at once), then take the lock."""

    async def run() -> bool:
        database = await open_database(url)
        barrier.wait(60)
        try:
            await ApplyLock(database, holder_of(name), now).acquire()
        except LockHeldError:
            return False
        finally:
            await database.close()
        return True

    barrier.wait(60)
    return asyncio.run(run())


def _report(url: str, barrier: Barrier, name: str, answers: "multiprocessing.Queue[object]") -> None:
    try:
        answers.put(_race(url, barrier, name))
    except BaseException as error:
        barrier.abort()
        answers.put(repr(error))


def test_of_processes_that_race_for_it_one_gets_it_and_all_find_the_tables(url: str) -> None:
    spawn = multiprocessing.get_context("spawn")
    count = 3
    barrier, answers = spawn.Barrier(count), spawn.Queue()
    racers = [spawn.Process(target=_report, args=(url, barrier, f"s-{n}", answers)) for n in range(count)]
    for racer in racers:
        racer.start()
    try:
        got = [answers.get(timeout=90) for _ in racers]
    finally:
        for racer in racers:
            racer.join(30)
    assert sorted(got, key=str) == [False, False, True]


@pytest.mark.parametrize("back", [timedelta(minutes=10), timedelta(days=400)])
async def test_a_lease_that_ends_later_than_its_own_length_from_now_is_not_valid(
    database: Database, back: timedelta
) -> None:
    """A holder died, and its clock had been ahead: nobody waits for a year."""
    time = Time()
    await lock(database, time, "dead").acquire()
    time.set_by = -back
    assert await holder_now(database, time.now()) == ""
    await lock(database, time).acquire()


async def test_clocks_that_are_half_a_minute_apart_take_no_lease_from_its_holder(database: Database) -> None:
    time = Time()
    await lock(database, time, "ahead").acquire()
    time.set_by = -timedelta(seconds=30)
    with pytest.raises(LockHeldError, match="ahead"):
        await lock(database, time).acquire()


@pytest.mark.parametrize("by", [timedelta(days=-400), timedelta(days=400)])
async def test_waiting_lasts_as_long_as_was_given_whatever_the_clock_is_set_to(
    database: Database, by: timedelta
) -> None:
    time = Time()
    holder = lock(database, time, "holder")
    await holder.acquire()

    async def sleep(seconds: float) -> None:
        await time.sleep(seconds)
        time.set_by += by
        await holder.renew()

    waiting = ApplyLock(database, "waiting", time.now, sleep, time.elapsed)
    with pytest.raises(LockHeldError):
        await waiting.acquire_within(timedelta(seconds=30), ignore)
    assert time.elapsed() == 30


async def test_a_clock_that_is_set_back_makes_no_unrenewed_lease_last_longer(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    time, stop = Time(), asyncio.Event()
    unlucky = lock(database, time)

    async def unreachable() -> None:
        raise LedgerError("the server is away")

    monkeypatch.setattr(unlucky, "renew", unreachable)
    async with unlucky.held(None, ignore, lambda _: stop.set()):
        time.set_by = timedelta(days=-1)
        await asyncio.wait_for(stop.wait(), 30)
    assert time.elapsed() <= LEASE.total_seconds() - 30
