"""The report's page in memory: made again only when the ledger, the policies or the hour gave it something new."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

# The page counts dollars up to now, and says for how long there was no sweep: it is never older than this, in seconds.
OLDEST = 600.0


class Stamp(Protocol):
    """Says whether anything that a page shows has changed."""

    async def __call__(self) -> object:
        """A value that differs from an earlier one where something has changed since; LedgerError."""


@dataclass(slots=True)
class KeptPage:
    """The Page of http.py: `make` is called where `stamp` has changed or the page is old. A page that could not be made
    is asked for again. One request at a time."""

    stamp: Stamp
    make: Callable[[], Awaitable[str]]
    elapsed: Callable[[], float]
    _kept: tuple[object, float, str] | None = None

    async def __call__(self) -> str:
        # what changes while the page is made makes the next request's page
        stamp, at = await self.stamp(), self.elapsed()
        if self._kept is not None:
            of, made_at, page = self._kept
            if of == stamp and at - made_at < OLDEST:
                return page
        page = await self.make()
        self._kept = stamp, at, page
        return page
