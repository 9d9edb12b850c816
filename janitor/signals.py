"""Signals that ask to stop: the first one ends the work in order, the second one ends the process at once."""

import asyncio
import contextlib
import os
import signal
import threading
from collections.abc import Callable, Iterator
from typing import Any

from janitor.errors import InterruptedSweepError

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
    then an open intent, as after a kill (R22, R23). The end of the block gives both signals back to whom they
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
