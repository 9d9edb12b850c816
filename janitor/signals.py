"""Being told to stop: the first signal asks, the second one ends at once."""

import asyncio
import contextlib
import signal
from collections.abc import Iterator, Mapping
from typing import Any

SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextlib.contextmanager
def stop_asked() -> Iterator[asyncio.Event]:
    """An event that SIGINT or SIGTERM sets while the block runs, within a running loop.

    After the first one the signals have their default effect, so that a second one ends the process
    at once; what was in flight is then an open intent, as after a kill (R22, R23). The end of the
    block gives both back to whom they belonged to.
    """
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    before = {number: signal.getsignal(number) for number in SIGNALS}

    def handled_by(handlers: Mapping[signal.Signals, Any]) -> None:
        for number, handler in handlers.items():
            loop.remove_signal_handler(number)
            signal.signal(number, handler)

    def asked() -> None:
        stop.set()
        handled_by(dict.fromkeys(SIGNALS, signal.SIG_DFL))

    for number in SIGNALS:
        loop.add_signal_handler(number, asked)
    try:
        yield stop
    finally:
        handled_by(before)
