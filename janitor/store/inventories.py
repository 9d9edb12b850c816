"""Cloud Asset Inventories that recorded sweeps have read, in the database."""

import json
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, select

from janitor.policy.deciding.use_history import unbroken_since
from janitor.store.database import Database
from janitor.store.tables import sweeps


class SqlInventories:
    """The InventoryBook of ledger/entries.py."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def inventories(self, at: datetime) -> Mapping[str, datetime]:
        """Each project whose inventory was ever read, and the start of the unbroken run of sweeps that read it."""

        def work(db: Connection) -> Mapping[str, datetime]:
            rows = select(sweeps.c.started_at, sweeps.c.inventories_of)
            rows = rows.where(sweeps.c.inventories_of.is_not(None))
            newest = rows.order_by(sweeps.c.started_at.desc(), sweeps.c.id.desc())
            read = [(started_at, frozenset(json.loads(of))) for started_at, of in db.execute(newest)]
            projects = sorted({project for _, of in read for project in of})
            return {project: unbroken_since(at, read, (project,)) for project in projects}

        return await self._database.run(work)
