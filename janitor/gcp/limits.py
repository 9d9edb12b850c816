"""How many reads are under way at a time."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

# Google counts reads by API, project and location; 8 at a time stay far below any of those quotas.
_A_LANE = 8
# An organisation has hundreds of lanes: more at a time only fill memory with pages.
_IN_ALL = 64


class Lanes:
    """Limits the parallel reads of each API and location, and their total."""

    def __init__(self, a_lane: int = _A_LANE, in_all: int = _IN_ALL) -> None:
        self._a_lane = a_lane
        self._in_all = asyncio.Semaphore(in_all)
        self._lanes: dict[tuple[str, str], asyncio.Semaphore] = {}

    @asynccontextmanager
    async def turn(self, api: str, location: str) -> AsyncIterator[None]:
        """Wait for a turn to read from an API in a location, and keep it to the end of the block."""
        lane = self._lanes.setdefault((api, location), asyncio.Semaphore(self._a_lane))
        async with lane, self._in_all:
            yield
