"""The apply lock: a lease in the database, renewed while its holder lives, lost by expiry when not.

Holders compare their own clocks with the lease's end: clocks of machines that share a database must
agree to within half a minute. How long a holder has gone without renewing is measured by a clock that nobody sets.
"""

import asyncio
import contextlib
import os
import socket
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, and_, or_, select, update

from janitor.errors import LedgerError, LockHeldError
from janitor.runtime import elapsed
from janitor.store.database import Database
from janitor.store.tables import locks

LEASE = timedelta(minutes=2)
RENEW_EVERY = timedelta(seconds=30)
TRY_AGAIN_AFTER = timedelta(seconds=5)
# With this much of the lease left unrenewed, the work must stop: it needs a while to do so.
STOP_BEFORE = timedelta(seconds=30)
POLL_EVERY = timedelta(seconds=5)
# How far the clocks of two machines may be apart. A lease that ends later than its own length and this from now was
# written by a clock that was wrong: it is not valid (R30).
APART = timedelta(seconds=30)
_STOP_AFTER = (LEASE - STOP_BEFORE).total_seconds()
_NAME = "apply"


def started_by() -> str:
    """This process, for people: ``host:pid``."""
    return f"{socket.gethostname()}:{os.getpid()}"


def holder_of(sweep_id: str) -> str:
    """This process as the holder of the lock, for people: sweep, host and pid."""
    return f"sweep {sweep_id} on {socket.gethostname()}, pid {os.getpid()}"


async def holder_now(database: Database, at: datetime) -> str:
    """Who holds the lock at this time, for people; "" for nobody."""
    held = select(locks.c.holder).where(locks.c.name == _NAME, _valid(at))
    return await database.run(lambda db: db.scalar(held)) or ""


class ApplyLock:
    """One holder's grip on the lock. `holder` names it for people (holder_of).

    `token` is this grip's own; SqlLedger writes no intent when another has the lock.
    """

    def __init__(
        self,
        database: Database,
        holder: str,
        clock: Callable[[], datetime],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        elapsed: Callable[[], float] = elapsed,
    ) -> None:
        self._database, self._holder, self._clock, self._sleep = database, holder, clock, sleep
        self._elapsed = elapsed
        self.token = uuid.uuid4().hex
        self._held_since: float | None = None  # by `elapsed`, when it was acquired or renewed

    async def acquire(self) -> None:
        """Take the lease, or raise LockHeldError naming who holds it, since when and until when."""
        at, began = self._clock(), self._elapsed()
        free = or_(locks.c.token.is_(None), ~_valid(at))
        taking = {"token": self.token, "holder": self._holder, "since": at, "expires_at": at + LEASE}
        statement = update(locks).where(locks.c.name == _NAME, free).values(**taking)

        def work(db: Connection) -> str | None:
            return None if db.execute(statement).rowcount == 1 else _held_by(db)

        held = await self._database.run(work)
        if held is not None:
            raise LockHeldError(held)
        self._held_since = began

    async def acquire_within(self, wait: timedelta | None, waiting: Callable[[str], None]) -> None:
        """As acquire, trying again until `wait` has passed; `waiting` hears once who holds it."""
        until = self._elapsed() + (wait or timedelta(0)).total_seconds()
        told = False
        while True:
            try:
                return await self.acquire()
            except LockHeldError as held:
                if self._elapsed() >= until:
                    raise
                if not told:
                    waiting(str(held))
                told = True
            left = until - self._elapsed()
            await self._sleep(max(min(POLL_EVERY.total_seconds(), left), 0.0))

    async def renew(self) -> None:
        """Hold on for another lease; LockHeldError when another has it by now."""
        at, began = self._clock(), self._elapsed()
        statement = update(locks).where(locks.c.name == _NAME, locks.c.token == self.token)

        def work(db: Connection) -> str | None:
            renewed = db.execute(statement.values(expires_at=at + LEASE)).rowcount
            return None if renewed == 1 else _held_by(db)

        held = await self._database.run(work)
        if held is not None:
            raise LockHeldError(held)
        self._held_since = began

    async def release(self) -> None:
        """Give it back; giving back what is not held is no error."""
        nobody = {"token": None, "holder": None, "since": None, "expires_at": None}
        statement = update(locks).where(locks.c.name == _NAME, locks.c.token == self.token)

        def work(db: Connection) -> None:
            db.execute(statement.values(**nobody))

        await self._database.run(work)
        self._held_since = None

    @contextlib.asynccontextmanager
    async def held(
        self, wait: timedelta | None, waiting: Callable[[str], None], lost: Callable[[str], None]
    ) -> AsyncIterator[None]:
        """Acquire, keep renewing, release. `lost` is told, once, why the work must stop now."""
        keeper: asyncio.Task[None] | None = None
        try:
            await self.acquire_within(wait, waiting)
            keeper = asyncio.create_task(self._keep(lost))
            yield
        finally:
            if keeper:
                keeper.cancel()
                await asyncio.gather(keeper, return_exceptions=True)
            # what could not be given back ends by itself; the sweep's own result matters more
            with contextlib.suppress(LedgerError):
                await self.release()

    async def _keep(self, lost: Callable[[str], None]) -> None:
        """Renew until cancelled, or until it is lost or too near its end."""
        pause = RENEW_EVERY
        while True:
            await self._sleep(pause.total_seconds())
            try:
                await asyncio.wait_for(self.renew(), TRY_AGAIN_AFTER.total_seconds())
                pause = RENEW_EVERY
            except LockHeldError as error:
                return lost(f"The lock was lost. {error}")
            except (LedgerError, TimeoutError) as error:
                pause = TRY_AGAIN_AFTER
                if self._held_since is None or self._elapsed() >= self._held_since + _STOP_AFTER:
                    return lost(f"The lock could not be renewed: {error or 'the database does not answer'}")


def _valid(at: datetime) -> ColumnElement[bool]:
    """Whether somebody may hold a lease with this end at this time."""
    return and_(locks.c.expires_at > at, locks.c.expires_at <= at + LEASE + APART)


def _held_by(db: Connection) -> str:
    row = db.execute(select(locks).where(locks.c.name == _NAME)).mappings().one_or_none()
    if row is None or row["token"] is None:
        return "The lock is free again. Try again."
    return (
        f"Another sweep is applying: {row['holder']}, since {_shown(row['since'])}. Its lock ends at"
        f" {_shown(row['expires_at'])} unless it renews it. Wait for it with --wait 10m, or try again later."
    )


def _shown(at: datetime) -> str:
    return at.strftime("%Y-%m-%d %H:%M:%S UTC")
