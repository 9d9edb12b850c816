"""Cloud Asset Inventories that recorded sweeps have read, in the database."""

import json
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, select

from janitor.policy.deciding.use_history import LONGEST_PAUSE, REMEMBERED, unbroken_of_each
from janitor.store.database import Database
from janitor.store.tables import sweeps


class SqlInventories:
    """The InventoryBook of ledger/entries.py."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def inventories(self, at: datetime) -> Mapping[str, datetime]:
        """Each project whose inventory was ever read, and the start of the unbroken run of sweeps that read it."""

        def work(db: Connection) -> Mapping[str, datetime]:
            of, known = sweeps.c.inventories_of, sweeps.c.inventories_of.is_not(None)
            # a thousand sweeps in a row read the same projects
            sets = {
                text: frozenset(json.loads(text)) for text in db.scalars(select(of).where(known).distinct())
            }
            recent = sweeps.c.started_at >= at - REMEMBERED - LONGEST_PAUSE
            rows = select(sweeps.c.started_at, of).where(known, recent)
            newest = rows.order_by(sweeps.c.started_at.desc(), sweeps.c.id.desc())
            read = [(started_at, sets[text]) for started_at, text in db.execute(newest)]
            return unbroken_of_each(at, read, frozenset().union(*sets.values()))

        return await self._database.run(work)
