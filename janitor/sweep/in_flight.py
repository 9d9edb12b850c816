"""What is in flight in the second pass: rows (images, versions, files) that were read and are not decided yet.

Repositories are read side by side, and none can be decided before it is read to its end. So that many large ones do not
fill memory together, all of them share one budget. The one that was begun first is never held up: whatever the others
hold, it is read to its end and decided, and then gives back what it held.
"""

import asyncio
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

# A page for each of 64 reads: repositories of one page, most of all, never wait for room. An image takes about 0.4 kB, so
# this is about 25 MB, beside the largest repository, whatever that takes.
ROWS = 64_000


class Allowance:
    """The part of the budget that one repository holds."""

    def __init__(self, budget: "InFlight") -> None:
        self._budget = budget
        self.rows = 0

    def take(self, rows: int) -> bool:
        """Hold so many more, if there is room for them now."""
        fits = self._budget.has_room(self, rows)
        if fits:
            self.settle(rows)
        return fits

    async def wait(self, rows: int) -> None:
        """Hold so many more once there is room."""
        if not self.take(rows):
            await self._budget.room(self, rows)

    def settle(self, rows: int) -> None:
        """There were so many more than were taken, or fewer (negative)."""
        self.rows += rows
        self._budget.changed(rows)


class InFlight:
    """The budget of one second pass. `rows` (else ROWS) are held at most, but for what the first repository begun holds beyond."""

    def __init__(self, rows: int | None = None) -> None:
        self._limit, self._held = ROWS if rows is None else rows, 0
        self._begun: dict[Allowance, None] = {}
        self._waiting: deque[tuple[Allowance, int, asyncio.Future[None]]] = deque()

    @property
    def held(self) -> int:
        """How many rows are held now, by all."""
        return self._held

    @contextmanager
    def repository(self) -> Iterator[Allowance]:
        """A repository from the moment it is begun until it is decided: at the end of the block nothing of it is held."""
        allowance = Allowance(self)
        self._begun[allowance] = None
        try:
            yield allowance
        finally:
            del self._begun[allowance]
            self._held -= allowance.rows
            self._let_go_on()

    def has_room(self, allowance: Allowance, rows: int) -> bool:
        """Whether it may hold so many more now. What was begun first may always."""
        return self._held + rows <= self._limit or allowance is next(iter(self._begun))

    def changed(self, rows: int) -> None:
        """So many more rows are held, or fewer (negative): those that wait go on as far as there is room."""
        self._held += rows
        if rows < 0:
            self._let_go_on()

    async def room(self, allowance: Allowance, rows: int) -> None:
        """Wait until there is room for so many rows, which are held then."""
        granted = asyncio.get_running_loop().create_future()
        self._waiting.append((allowance, rows, granted))
        await granted

    def _let_go_on(self) -> None:
        for _ in range(len(self._waiting)):
            allowance, rows, granted = self._waiting.popleft()
            if granted.done() or allowance not in self._begun:
                continue  # nobody waits for it any more
            if self.has_room(allowance, rows):
                allowance.settle(rows)
                granted.set_result(None)
            else:
                self._waiting.append((allowance, rows, granted))
