"""The apply lock: a lease in the database, renewed while its holder lives, lost by expiry when not.

Holders compare their own clocks with the lease's end: clocks of machines that share a database must
agree to within half a minute.
"""

import asyncio
import contextlib
import os
import socket
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime, timedelta

from sqlalchemy import Connection, or_, select, update

from janitor.errors import LedgerError, LockHeldError
from janitor.store.database import Database
from janitor.store.tables import locks

LEASE = timedelta(minutes=2)
RENEW_EVERY = timedelta(seconds=30)
TRY_AGAIN_AFTER = timedelta(seconds=5)
# With this much of the lease left unrenewed, the work must stop: it needs a while to do so.
STOP_BEFORE = timedelta(seconds=30)
POLL_EVERY = timedelta(seconds=5)
_NAME = "apply"


def started_by() -> str:
    """This process, for people: ``host:pid``."""
    return f"{socket.gethostname()}:{os.getpid()}"


def holder_of(sweep_id: str) -> str:
    """This process as the holder of the lock, for people: sweep, host and pid."""
    return f"sweep {sweep_id} on {socket.gethostname()}, pid {os.getpid()}"


async def holder_now(database: Database, at: datetime) -> str:
    """Who holds the lock at this time, for people; "" for nobody."""
    held = select(locks.c.holder).where(locks.c.name == _NAME, locks.c.expires_at > at)
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
    ) -> None:
        self._database, self._holder, self._clock, self._sleep = database, holder, clock, sleep
        self.token = uuid.uuid4().hex
        self._expires_at: datetime | None = None

    async def acquire(self) -> None:
        """Take the lease, or raise LockHeldError naming who holds it, since when and until when."""
        at = self._clock()
        free = or_(locks.c.token.is_(None), locks.c.expires_at <= at)
        taking = {"token": self.token, "holder": self._holder, "since": at, "expires_at": at + LEASE}
        statement = update(locks).where(locks.c.name == _NAME, free).values(**taking)

        def work(db: Connection) -> str | None:
            return None if db.execute(statement).rowcount == 1 else _held_by(db)

        held = await self._database.run(work)
        if held is not None:
            raise LockHeldError(held)
        self._expires_at = at + LEASE

    async def acquire_within(self, wait: timedelta | None, waiting: Callable[[str], None]) -> None:
        """As acquire, trying again until `wait` has passed; `waiting` hears once who holds it."""
        until = self._clock() + (wait or timedelta(0))
        told = False
        while True:
            try:
                return await self.acquire()
            except LockHeldError as held:
                if self._clock() >= until:
                    raise
                if not told:
                    waiting(str(held))
                told = True
            left = until - self._clock()
            await self._sleep(max(min(POLL_EVERY, left).total_seconds(), 0.0))

    async def renew(self) -> None:
        """Hold on for another lease; LockHeldError when another has it by now."""
        at = self._clock()
        statement = update(locks).where(locks.c.name == _NAME, locks.c.token == self.token)

        def work(db: Connection) -> str | None:
            renewed = db.execute(statement.values(expires_at=at + LEASE)).rowcount
            return None if renewed == 1 else _held_by(db)

        held = await self._database.run(work)
        if held is not None:
            raise LockHeldError(held)
        self._expires_at = at + LEASE

    async def release(self) -> None:
        """Give it back; giving back what is not held is no error."""
        nobody = {"token": None, "holder": None, "since": None, "expires_at": None}
        statement = update(locks).where(locks.c.name == _NAME, locks.c.token == self.token)

        def work(db: Connection) -> None:
            db.execute(statement.values(**nobody))

        await self._database.run(work)
        self._expires_at = None

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
                if self._expires_at is None or self._clock() >= self._expires_at - STOP_BEFORE:
                    return lost(f"The lock could not be renewed: {error or 'the database does not answer'}")


def _held_by(db: Connection) -> str:
    row = db.execute(select(locks).where(locks.c.name == _NAME)).mappings().one_or_none()
    if row is None or row["token"] is None:
        return "The lock is held by nobody any more. Try again."
    return (
        f"Another sweep applies: {row['holder']}, since {_shown(row['since'])}. Its lock ends at"
        f" {_shown(row['expires_at'])} unless it renews it. Wait for it with --wait 10m, or try again later."
    )


def _shown(at: datetime) -> str:
    return at.strftime("%Y-%m-%d %H:%M:%S UTC")
