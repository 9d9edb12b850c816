"""Ending in time: what may be cut off by a stop."""

import asyncio
from collections.abc import Awaitable


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
