"""The pace of calls that one quota counts (R53), on a clock that only waiting moves."""

import asyncio
from collections import deque
from dataclasses import dataclass, field
from itertools import pairwise

import pytest

from janitor.gcp.pace import Pace, Quota
from tests.virtual_time import run_virtually, virtual_now

RUN = Quota(180, at_once=30, lowest=30)
DELETES = Quota(18_000, at_once=60, lowest=60)


def pace(quota: Quota = RUN) -> Pace:
    return Pace(quota, clock=virtual_now)


@dataclass
class Server:
    """Counts the calls of any sixty seconds; `ask` is None, or the seconds to wait (0 where it does not say)."""

    quota: int
    says_when: bool = True
    log: deque[float] = field(default_factory=deque)
    refused: int = 0

    def ask(self) -> float | None:
        now = virtual_now()
        while self.log and self.log[0] <= now - 60:
            self.log.popleft()
        if len(self.log) < self.quota:
            self.log.append(now)
            return None
        self.refused += 1
        return self.log[0] + 60 - now if self.says_when else 0.0


@dataclass
class Minutely(Server):
    """Counts from the beginning of each minute of its own clock, which is `ahead` seconds ahead."""

    ahead: float = 0.0
    minute: int = -1

    def ask(self) -> float | None:
        at = virtual_now() + self.ahead
        if at // 60 != self.minute:
            self.minute = int(at // 60)
            self.log.clear()
        if len(self.log) < self.quota:
            self.log.append(at)
            return None
        self.refused += 1
        return 60 - at % 60 if self.says_when else 0.0


async def sent_to(
    server: Server, quota: Quota, items: int, calls: int, round_trip: float, workers: int
) -> float:
    """All items are deleted with so many calls each, by workers that read each item again after its turn. Returns when
    the last one was answered."""
    shared, left = pace(quota), list(range(items))

    async def send() -> float | None:
        at = virtual_now()
        await asyncio.sleep(round_trip / 2)
        wait = server.ask()
        await asyncio.sleep(round_trip / 2)
        if wait is not None:
            shared.refused(at, wait)
        return wait

    async def worker() -> None:
        while left:
            left.pop()
            answered = 0
            while answered < calls:
                await shared.turn(calls - answered)
                await asyncio.sleep(round_trip)
                had = answered
                while answered < calls and not shared.is_silent and await send() is None:
                    answered += 1
                shared.answered(answered - had)
                shared.unused(calls - answered)

    await asyncio.gather(*(worker() for _ in range(workers)))
    return virtual_now()


@pytest.mark.parametrize("says_when", [True, False], ids=["with RetryInfo", "without"])
@pytest.mark.parametrize("round_trip", [0.002, 0.05, 0.2])
@pytest.mark.parametrize(
    ("quota", "limit", "items", "calls", "workers"),
    [(RUN, 30, 60, 1, 32), (RUN, 180, 400, 1, 32), (DELETES, 400, 1000, 2, 64)],
    ids=["60 services at 30", "400 services at 180", "1,000 tagged images at 400"],
)
def test_a_quota_is_used_to_95_percent_and_wasted_refusals_are_few(
    quota: Quota, limit: int, items: int, calls: int, workers: int, round_trip: float, says_when: bool
) -> None:
    server = Server(limit, says_when)
    took = run_virtually(sent_to(server, quota, items, calls, round_trip, workers))
    assert items * calls * 60 / took >= 0.95 * limit
    assert server.refused <= max(3, items * calls // 100)


def test_a_quota_that_begins_anew_each_minute_is_used_as_well() -> None:
    server = Minutely(30, ahead=50)
    took = run_virtually(sent_to(server, RUN, 90, 1, 0.05, 32))
    assert 90 * 60 / took >= 0.95 * 30
    assert server.refused <= 3


def test_the_documented_quota_is_never_exceeded_so_nothing_is_refused() -> None:
    server = Server(180)
    run_virtually(sent_to(server, RUN, 600, 1, 0.05, 32))
    assert server.refused == 0


async def _sends(shared: Pace, count: int) -> list[float]:
    times = []
    for _ in range(count):
        await shared.turn()
        times.append(virtual_now())
        shared.answered()
    return times


def test_thirty_go_at_once_and_then_three_each_second() -> None:
    async def main() -> list[float]:
        return await _sends(pace(), 36)

    times = run_virtually(main())
    assert max(times[:30]) == 0
    assert [round(b - a, 2) for a, b in pairwise(times[30:])] == [0.33] * 5


def test_no_minute_has_more_calls_than_the_quota() -> None:
    async def main() -> list[float]:
        return await _sends(pace(), 500)

    times = run_virtually(main())
    assert max(sum(at <= each < at + 60 for each in times) for at in times) <= 180


def test_a_refusal_halves_what_is_allowed_and_it_grows_back_evenly_to_what_google_let_through() -> None:
    async def main() -> list[float]:
        shared = pace()
        await _sends(shared, 100)
        shared.refused(virtual_now(), 1.0)
        found = [shared.allowed]
        for _ in range(4):
            await asyncio.sleep(4)
            await shared.turn()
            found.append(shared.allowed)
            shared.unused()
        return found

    halved, *later = run_virtually(main())
    assert halved == 90
    assert later == [100, 100, 100, 100]


def test_the_allowance_grows_by_the_same_amount_each_second() -> None:
    async def main() -> list[float]:
        shared, found = pace(), []
        await _sends(shared, 180)
        shared.refused(virtual_now(), 1.0)
        await asyncio.sleep(20)
        shared.refused(virtual_now(), 1.0)
        for _ in range(3):
            await asyncio.sleep(2)
            await shared.turn(over=lambda: True)
            shared._grow(virtual_now())
            found.append(shared.allowed)
        return found

    first, second, third = run_virtually(main())
    assert second - first == pytest.approx(third - second)
    assert second > first


def test_refusals_of_calls_that_were_on_their_way_count_once() -> None:
    async def main() -> float:
        shared = pace()
        await _sends(shared, 180)
        sent = virtual_now()
        await asyncio.sleep(1)
        for _ in range(20):
            shared.refused(sent)
        return shared.allowed

    assert run_virtually(main()) == 90


def test_nothing_is_sent_before_the_time_that_google_asks_for() -> None:
    async def main() -> float:
        shared = pace()
        shared.refused(virtual_now(), 47.0)
        assert shared.is_silent
        await shared.turn()
        assert not shared.is_silent
        return virtual_now()

    assert run_virtually(main()) == pytest.approx(47.0)


def test_without_a_time_to_wait_the_silence_doubles_with_each_refusal_in_a_row() -> None:
    async def main() -> list[float]:
        shared, waits = pace(), []
        for _ in range(8):
            sent = virtual_now()
            shared.refused(sent)
            await shared.turn()
            shared.unused()
            waits.append(virtual_now() - sent)
        return waits

    assert run_virtually(main()) == pytest.approx([1, 2, 4, 8, 16, 32, 60, 60])


def test_a_ceiling_that_was_learnt_rises_again_after_ten_minutes() -> None:
    async def main() -> tuple[float, float]:
        shared = pace()
        await _sends(shared, 40)
        shared.refused(virtual_now(), 1.0)
        await asyncio.sleep(599)
        shared._grow(virtual_now())
        held = shared.allowed
        await asyncio.sleep(1200)
        shared._grow(virtual_now())
        return held, shared.allowed

    assert run_virtually(main()) == (40, 180)


def test_who_waits_is_told_when_it_is_too_late_and_nothing_is_counted() -> None:
    async def main() -> tuple[bool, float]:
        shared = pace()
        shared.refused(virtual_now(), 3600.0)
        taken = await shared.turn(over=lambda: virtual_now() >= 10)
        return taken, virtual_now()

    taken, at = run_virtually(main())
    assert not taken
    assert 10 <= at <= 11


def test_a_call_that_must_not_wait_is_counted_and_the_turns_after_it_wait_the_longer() -> None:
    async def main(counted: int) -> float:
        shared = pace()
        await _sends(shared, 1)
        shared.count(counted)
        shared.answered(counted)
        await shared.turn()
        return virtual_now()

    assert run_virtually(main(40)) > run_virtually(main(1))


def test_calls_without_an_answer_are_few_until_many_were_answered() -> None:
    async def main() -> tuple[int, bool]:
        shared, taken = pace(DELETES), 0
        while await shared.turn(over=lambda: virtual_now() > 1):
            taken += 1
        for _ in range(taken):
            shared.answered()
        return taken, await shared.turn(16)

    assert run_virtually(main()) == (16, True)


def test_a_batch_larger_than_the_allowance_waits_until_nothing_else_counts() -> None:
    async def main() -> float:
        shared = Pace(Quota(40, at_once=1, lowest=1), clock=virtual_now)
        await _sends(shared, 1)
        await shared.turn(50)
        return virtual_now()

    assert run_virtually(main()) == pytest.approx(60.1, abs=0.6)
