"""Being told to stop: the first signal asks, the second one ends at once."""

import asyncio
import contextlib
import signal
from collections.abc import Iterator

SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextlib.contextmanager
def stop_asked() -> Iterator[asyncio.Event]:
    """An event that SIGINT or SIGTERM sets while the block runs, within a running loop.

    After the first one the signals have their default effect again, so that a second one ends the
    process at once; what was in flight is then an open intent, as after a kill (R22, R23).
    """
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()

    def asked() -> None:
        stop.set()
        _forget(loop)

    for number in SIGNALS:
        loop.add_signal_handler(number, asked)
    try:
        yield stop
    finally:
        _forget(loop)


def _forget(loop: asyncio.AbstractEventLoop) -> None:
    for number in SIGNALS:
        loop.remove_signal_handler(number)
        signal.signal(number, signal.SIG_DFL)
