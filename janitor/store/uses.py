"""Recorded uses of images in the database: one row each, with when it was last seen."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, delete, select

from janitor.policy.deciding.use_history import (
    REMEMBERED,
    UseHistory,
    history_of,
    unbroken_since,
    with_unborn,
)
from janitor.store.database import Database
from janitor.store.tables import insert_or_update, kept, sweeps, uses


class SqlUses:
    """The UseBook of ledger/entries.py. Each call is one transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def history(self, at: datetime, read: Sequence[str], created: Mapping[str, datetime]) -> UseHistory:
        """What recorded sweeps know at this time, for a sweep that reads these projects; `created`: see `with_unborn`."""

        def work(db: Connection) -> UseHistory:
            newest = select(sweeps.c.started_at, sweeps.c.references_of).where(
                sweeps.c.references_of.is_not(None)
            )
            recorded = (
                (started_at, frozenset(json.loads(of)))
                for started_at, of in db.execute(
                    newest.order_by(sweeps.c.started_at.desc(), sweeps.c.id.desc())
                )
            )
            since = unbroken_since(at, with_unborn(recorded, created), read)
            found = db.execute(select(uses.c.name, uses.c.last_seen))
            return history_of(since, ((name, last_seen) for name, last_seen in found))

        return await self._database.run(work)

    async def note_uses(self, names: Iterable[str], at: datetime) -> None:
        """Each of these was in use at this time. What was last in use longer ago than `REMEMBERED` is forgotten."""
        rows = [{"name": name, "last_seen": at} for name in sorted({kept(name) for name in names})]

        def work(db: Connection) -> None:
            if rows:
                db.execute(insert_or_update(db, uses, "name", newer="last_seen"), rows)
            db.execute(delete(uses).where(uses.c.last_seen < at - REMEMBERED))

        await self._database.run(work)
