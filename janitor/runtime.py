"""Runtime of the process: clocks, signals that ask it to stop, and blocking calls beside the event loop."""

import asyncio
import contextlib
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from threading import Thread
from typing import Any, TypeVar

from janitor.errors import InterruptedSweepError

# Linux's monotonic clock stands still while the machine is suspended; this one goes on.
_STEADY: int = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


def now() -> datetime:
    """This moment, aware, in UTC. It may be set back or forward at any time."""
    return datetime.now(UTC)


def elapsed() -> float:
    """Seconds since some fixed moment, by a clock that nobody sets; suspended time counts on Linux."""
    return time.clock_gettime(_STEADY)


SIGNALS = (signal.SIGINT, signal.SIGTERM)
# From the signal until the process ends, whatever keeps it, in seconds (R23): what is in flight then stays an
# open intent.
AT_THE_LATEST = 8.0
_CODE = InterruptedSweepError.exit_code
_asked = threading.Event()


def asked_to_stop() -> bool:
    """Whether a signal has asked, from its very moment on: the event of `stop_asked` is set a little later."""
    return _asked.is_set()


@contextlib.contextmanager
def stop_asked() -> Iterator[asyncio.Event]:
    """An event that SIGINT or SIGTERM sets while the block runs, within a running loop.

    After the first one a second one ends the process at once, and so does the end of `AT_THE_LATEST` seconds,
    also after the block: no thread that waits for a disk or a server keeps the process. What was in flight is
    then an open intent, as after a kill (R22, R23). The end of the block restores both signals to what they
    belonged to. Process 1 has no default effect of a signal (signal(7)), so each effect is a handler's.
    """
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    before = {number: signal.getsignal(number) for number in SIGNALS}
    _asked.clear()

    def ask(_number: int, _frame: Any) -> None:
        _asked.set()
        for number in SIGNALS:
            signal.signal(number, end_at_once)
        _end_in_time()
        loop.call_soon_threadsafe(stop.set)

    for number in SIGNALS:
        signal.signal(number, ask)
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def end_at_once(_number: int, _frame: Any, end: Callable[[int], Any] = os._exit) -> None:
    """The handler of a second signal."""
    end(_CODE)


def _end_in_time() -> None:
    timer = threading.Timer(AT_THE_LATEST, os._exit, (_CODE,))
    timer.daemon = True
    timer.start()


T = TypeVar("T")


async def in_background(call: Callable[[], T], seconds: float | None = None) -> T:
    """What `call` returns or raises; TimeoutError after so many seconds, if any are given.

    It runs in a daemon thread: unlike an executor's, which the interpreter waits for at its end. One that
    is given up on, by a timeout or a cancellation, runs on unheard.
    """
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[T] = loop.create_future()

    def hand_over(
        deliver: Callable[[T], None] | Callable[[BaseException], None], value: T | BaseException
    ) -> None:
        if not answer.done():
            deliver(value)  # type: ignore[arg-type]

    def work() -> None:
        deliver: Callable[..., None]
        value: T | BaseException
        try:
            deliver, value = answer.set_result, call()
        except BaseException as error:
            deliver, value = answer.set_exception, error
        with suppress(RuntimeError):  # the loop is closed, and nobody waits any more
            loop.call_soon_threadsafe(hand_over, deliver, value)

    Thread(target=work, name="janitor-background", daemon=True).start()
    async with asyncio.timeout(seconds):
        return await answer
