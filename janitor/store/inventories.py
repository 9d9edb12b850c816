"""Cloud Asset Inventories that recorded sweeps have read, in the database."""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import chain

from sqlalchemy import Connection, select

from janitor.policy.deciding.use_history import InventoryRuns, unbroken_of_each, with_unborn
from janitor.store.database import Database
from janitor.store.tables import sweeps


class SqlInventories:
    """The InventoryBook of ledger/entries.py."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def inventories(self, at: datetime, created: Mapping[str, datetime]) -> InventoryRuns:
        """Those that were ever read, and the runs of sweeps that read them; `created`: see `with_unborn`."""

        def work(db: Connection) -> InventoryRuns:
            ever: set[str] = set()
            sets = with_unborn(_newest_first(db, ever), created)
            last = next(((started_at, of) for started_at, of in sets if started_at <= at), None)
            # a project that the last sweep did not read has no run
            run = {} if last is None else unbroken_of_each(at, chain([last], sets), last[1])
            # the others were read by earlier sweeps
            for _ in sets:
                pass
            return InventoryRuns(frozenset(ever), dict.fromkeys(ever, at) | run)

        return await self._database.run(work)


def _newest_first(db: Connection, ever: set[str]) -> Iterator[tuple[datetime, frozenset[str]]]:
    """The start and the projects of each sweep, one in memory at a time; all projects are added to `ever`."""
    of = sweeps.c.inventories_of
    rows = select(sweeps.c.started_at, of).where(of.is_not(None))
    before, projects = "", frozenset[str]()
    for started_at, text in db.execute(rows.order_by(sweeps.c.started_at.desc(), sweeps.c.id.desc())):
        # sweeps in a row often read the same projects
        if text != before:
            before, projects = text, frozenset(json.loads(text))
            ever |= projects
        yield started_at, projects
