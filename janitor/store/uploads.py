"""The newest uploads in the database: one row a package or repository, and a bound on how many."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, delete, select

from janitor.store.database import Database
from janitor.store.tables import insert_or_update, kept, newest_uploads

# About 20 MB. Beyond it the oldest uploads are forgotten: what they protected has grown old by itself.
MOST_ROWS = 100_000


class SqlUploads:
    """The UploadBook of ledger/entries.py. Each call is one transaction."""

    def __init__(self, database: Database, most_rows: int = MOST_ROWS) -> None:
        self._database, self._most_rows = database, most_rows

    async def newest(self) -> Mapping[str, float]:
        """All that is remembered."""
        asked = select(newest_uploads.c.name, newest_uploads.c.uploaded_at)
        return await self._database.run(lambda db: {name: at.timestamp() for name, at in db.execute(asked)})

    async def remember(self, uploads: Mapping[str, float], at: datetime) -> None:
        """In the order of names, so that two who write at once never wait for each other."""
        rows = [
            {"name": kept(name), "uploaded_at": datetime.fromtimestamp(since, UTC), "noted_at": at}
            for name, since in sorted(uploads.items())
        ]

        def work(db: Connection) -> None:
            db.execute(insert_or_update(db, newest_uploads, "name", newer="uploaded_at"), rows)
            db.execute(_beyond(self._most_rows))

        if rows:
            await self._database.run(work)


def _beyond(most_rows: int) -> Any:
    """The deletion of all but the newest rows."""
    last = select(newest_uploads.c.name).order_by(newest_uploads.c.uploaded_at.desc(), newest_uploads.c.name)
    return delete(newest_uploads).where(newest_uploads.c.name.not_in(last.limit(most_rows)))
