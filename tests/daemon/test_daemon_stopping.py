"""Cut off by a stop: what may be, is; what it raises by itself is heard."""

import asyncio

import pytest

from janitor.daemon.sweeping import unless_stopped


async def test_what_is_done_before_the_stop_is_done() -> None:
    done: list[str] = []

    async def work() -> None:
        done.append("it")

    await unless_stopped(work(), asyncio.Event())
    assert done == ["it"]


async def test_the_stop_cuts_it_off_and_lets_it_clean_up() -> None:
    stop, cleaned = asyncio.Event(), asyncio.Event()

    async def work() -> None:
        try:
            stop.set()
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            cleaned.set()

    await unless_stopped(work(), stop)
    assert cleaned.is_set()


async def test_its_own_error_is_raised() -> None:
    async def work() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await unless_stopped(work(), asyncio.Event())


async def test_whoever_waits_for_it_may_be_cancelled_and_takes_it_along() -> None:
    begun, cancelled = asyncio.Event(), asyncio.Event()

    async def work() -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled.set()
            raise

    waiting = asyncio.create_task(unless_stopped(work(), asyncio.Event()))
    await begun.wait()
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    await cancelled.wait()
