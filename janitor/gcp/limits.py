"""How many reads are under way at a time, and how much of what they read is held."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

T = TypeVar("T")

# Google counts reads by API, project and location; 8 turns at a time stay far below any of those quotas.
_A_LANE = 8
# An organisation has hundreds of lanes: more at a time only fill memory with pages.
_IN_ALL = 64
# No page has more rows (repository.proto, artifact.proto, package.proto, version.proto, tag.proto, file.proto).
PAGE = 1000


class RowLimit(Protocol):
    """How many rows (images, versions, files) may be held of one repository until it is decided."""

    def take(self, rows: int) -> bool:
        """Hold so many more, if there is room for them now."""
        ...

    async def wait(self, rows: int) -> None:
        """Hold so many more once there is room."""
        ...

    def settle(self, rows: int) -> None:
        """There were so many more than were taken, or fewer (negative)."""
        ...


class ReadTurn:
    """A turn to read. Several listings may share it side by side: it is held from the first to the last."""

    def __init__(self, lane: asyncio.Semaphore, in_all: asyncio.Semaphore) -> None:
        self._lane, self._in_all = lane, in_all
        self._readers = 0
        self._coming = asyncio.Lock()

    async def __aenter__(self) -> None:
        async with self._coming:
            if not self._readers:
                await self._begin()
            self._readers += 1

    async def __aexit__(self, *_: object) -> None:
        self._readers -= 1
        if not self._readers:
            self._in_all.release()
            self._lane.release()

    async def aside(self, waiting: Awaitable[None]) -> None:
        """Inside the block: leave the turn to others while this waits for something else."""
        await self.__aexit__()
        try:
            await waiting
        finally:
            await self.__aenter__()

    async def _begin(self) -> None:
        await self._lane.acquire()
        try:
            await self._in_all.acquire()
        except BaseException:
            self._lane.release()
            raise


class Lanes:
    """Limits the parallel reads of each API, project and location, and their total."""

    def __init__(self, a_lane: int = _A_LANE, in_all: int = _IN_ALL) -> None:
        self._a_lane = a_lane
        self._in_all = asyncio.Semaphore(in_all)
        self._lanes: dict[tuple[str, str, str], asyncio.Semaphore] = {}

    def turn(self, api: str, project: str, location: str) -> ReadTurn:
        """A turn to read from an API in a location of a project: waited for at the start of the block, held to its
        end."""
        place = api, project, location
        return ReadTurn(self._lanes.setdefault(place, asyncio.Semaphore(self._a_lane)), self._in_all)


@dataclass(frozen=True, slots=True)
class Held:
    """Pages whose rows count against the allowance of their repository. Room is made before a page is asked for;
    meanwhile the turn is left to others, so that what holds rows can always be read to its end."""

    turn: ReadTurn
    allowance: RowLimit

    async def page(self, ask: Callable[[], Awaitable[T]], count: Callable[[T], int]) -> T:
        """The answer of `ask`, once there is room for a page; `count` says how many rows it has."""
        if not self.allowance.take(PAGE):
            await self.turn.aside(self.allowance.wait(PAGE))
        page = await ask()
        self.allowance.settle(count(page) - PAGE)
        return page


def held(turn: ReadTurn, allowance: RowLimit | None) -> Held | None:
    """How pages count; None where nothing limits what is held."""
    return None if allowance is None else Held(turn, allowance)


@contextlib.asynccontextmanager
async def beside(work: Coroutine[Any, Any, T]) -> AsyncIterator[asyncio.Task[T]]:
    """A task that runs during the block, and is cancelled if the block ends without its result."""
    task = asyncio.create_task(work)
    try:
        yield task
    finally:
        if not task.done():
            task.cancel()
        with contextlib.suppress(asyncio.CancelledError, Exception):
            await task
