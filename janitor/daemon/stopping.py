"""Ending in time: what may be cut off, and what nothing may hold up."""

import asyncio
import os
import threading
from collections.abc import Awaitable, Iterator
from contextlib import contextmanager

from janitor.errors import InterruptedSweepError

# From the signal until the process ends, whatever keeps it, in seconds (R23): what is in flight then stays an
# open intent.
AT_THE_LATEST = 8.0


async def unless_stopped(work: Awaitable[None], stop: asyncio.Event) -> None:
    """Until it is done, or cut off by the stop; what it raises is raised."""
    task, stopped = asyncio.ensure_future(work), asyncio.ensure_future(stop.wait())
    try:
        await asyncio.wait({task, stopped}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        stopped.cancel()
        cut_off = task.cancel()
    await asyncio.wait({task})
    if not (cut_off and task.cancelled()):
        task.result()


@contextmanager
def ending_in_time(stop: asyncio.Event) -> Iterator[None]:
    """Within a running loop: a thread that waits for a disk or a server keeps no process from ending.

    Python itself waits for such threads at its end, so that the clock runs on after the block.
    """

    async def watch() -> None:
        await stop.wait()
        end = threading.Timer(AT_THE_LATEST, os._exit, (InterruptedSweepError.exit_code,))
        end.daemon = True
        end.start()

    watching = asyncio.ensure_future(watch())
    try:
        yield
    finally:
        watching.cancel()
