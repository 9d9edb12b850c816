"""The books of one sweep: its lines in the ledger and, for an apply, the lock."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from janitor.clock import now
from janitor.errors import LedgerError
from janitor.ledger.entries import Ledger, SweepEnd, SweepStart
from janitor.logs import Event, emit
from janitor.report.machine import totals_as_json
from janitor.report.result import SweepResult
from janitor.report.totals import exit_code, totals
from janitor.store.database import Database, open_database
from janitor.store.ledger import SqlLedger
from janitor.store.lock import ApplyLock, holder_of, started_by


@asynccontextmanager
async def apply_books(
    url: str | None, sweep_id: str, wait: timedelta | None, stop: asyncio.Event
) -> AsyncIterator[Ledger]:
    """The ledger of an apply, while it holds the lock; losing the lock sets `stop`.

    LedgerError: the database cannot be used. LockHeldError: another apply has it, after `wait` too.
    """

    def waiting(held: str) -> None:
        emit(Event.LOCK_WAITED, held_by=held)

    def lost(why: str) -> None:
        emit(Event.LOCK_LOST, why=why)
        stop.set()

    database = await open_database(url)
    try:
        lock = ApplyLock(database, holder_of(sweep_id), now)
        async with lock.held(wait, waiting, lost):
            ledger = SqlLedger(database, lock.token)
            await ledger.begin(SweepStart(sweep_id, now(), "apply", started_by()))
            yield ledger
    finally:
        await database.close()


@asynccontextmanager
async def dry_run_books(url: str | None, sweep_id: str) -> AsyncIterator[Ledger | None]:
    """The ledger of a dry run; None where there is none to be had, which is only worth a warning."""
    database: Database | None = None
    ledger: Ledger | None = None
    try:
        database = await open_database(url)
        ledger = SqlLedger(database)
        await ledger.begin(SweepStart(sweep_id, now(), "dry-run", started_by()))
    except LedgerError as error:
        ledger = None
        emit(Event.SWEEP_UNRECORDED, why=str(error))
    try:
        yield ledger
    finally:
        if database:
            await database.close()


async def close_sweep(ledger: Ledger | None, result: SweepResult) -> None:
    """The sweep's last line, in the ledger and in the log. LedgerError in an apply only."""
    sums = totals_as_json(result, totals(result))
    code = exit_code(result)
    if ledger:
        plan = result.plan
        end = SweepEnd(
            result.sweep_id, result.finished_at, plan.plan_id, plan.policy_digest, code, json.dumps(sums)
        )
        try:
            await ledger.finish(end)
        except LedgerError as error:
            emit(Event.SWEEP_UNRECORDED, why=str(error))
            if result.mode == "apply":
                raise
    seconds = round((result.finished_at - result.started_at).total_seconds(), 3)
    facts = {"sweep_id": result.sweep_id, "mode": result.mode, "exit_code": code, "seconds": seconds}
    emit(Event.SWEEP_FINISHED, **facts, gaps=len(result.plan.gaps), **sums)
