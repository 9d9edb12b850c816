"""Ledgers out of deletions: rows as a sweep writes them, without the sweep."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, create_engine, event, insert, select

from janitor.ledger.savings import Deletion, moment_of
from janitor.store.database import Database
from janitor.store.savings import confirmed_deletions, deletion_of, note_due, sum_up
from janitor.store.tables import insert_unless_there, intents, metadata, outcomes, savings, sightings, sweeps
from tests.making import NOW


def write_sweep(db: Connection, sweep_id: str) -> None:
    """Begin an apply, unless it was begun."""
    if db.execute(select(sweeps.c.id).where(sweeps.c.id == sweep_id)).first() is None:
        row = {"id": sweep_id, "started_at": NOW, "mode": "apply", "started_by": "h:1", "origin": "hand"}
        db.execute(insert(sweeps), [row])


def write_deletion(
    db: Connection, deletion: Deletion, settled_by: str | None = None, known: dict[str, int] | None = None
) -> int:
    """Its intent and outcome; the intent's id. One that another sweep settled counts from its intent."""
    usd = deletion.usd_month
    row = {
        "sweep_id": deletion.sweep_id, "kind": deletion.kind, "name": deletion.name, "uri": "",
        "policy": deletion.policy, "reason": deletion.reason, "detail": "", "size_bytes": deletion.size_bytes,
        "usd_month": None if usd is None else format(usd, "f"), "upper_bound": deletion.upper_bound,
        "unpriced": None, "group_name": deletion.group, "uid": "", "etag": "", "at": deletion.deleted_at,
        "owner": deletion.owner, "tags": "[]", "group_bytes": deletion.group_bytes,
    } | (known or {})  # fmt: skip
    for sweep_id in (deletion.sweep_id, settled_by or deletion.sweep_id):
        write_sweep(db, sweep_id)
    intent: int = db.execute(insert(intents).values(row).returning(intents.c.id)).scalar_one()
    end = {
        "intent_id": intent, "sweep_id": settled_by or deletion.sweep_id, "kind": deletion.kind,
        "name": deletion.name, "outcome": "deleted", "error": None, "at": deletion.deleted_at,
    }  # fmt: skip
    db.execute(insert(outcomes), [end])
    note_due(db, [settled_by or deletion.sweep_id])
    return intent


def write_sighting(db: Connection, intent: int, there: bool, at: datetime, sweep_id: str) -> None:
    """What a sweep saw of it; the first that is written holds."""
    write_sweep(db, sweep_id)
    row = {"intent_id": intent, "sweep_id": sweep_id, "there": there, "at": at}
    db.execute(insert_unless_there(db, sightings), [row])
    note_due(db, [sweep_id])


def all_deletions(db: Connection) -> list[Deletion]:
    """Every one, as the tables of intents, outcomes and sightings have it."""
    return [deletion_of(row) for row in db.execute(confirmed_deletions())]


async def deletions(database: Database) -> tuple[Deletion, ...]:
    """Every one as the sums know it, the oldest first."""
    one = savings.c
    asked = select(*(intents.c[name] for name in _INTENT), one.deleted_at, one.gone_at, one.back_at)
    asked = asked.join(savings, one.intent_id == intents.c.id).order_by(one.deleted_at, intents.c.id)

    def work(db: Connection) -> tuple[Deletion, ...]:
        sum_up(db)
        return tuple(_deletion(row) for row in db.execute(asked))

    return await database.run(work)


_INTENT = (
    "id", "sweep_id", "kind", "name", "policy", "reason", "owner", "size_bytes", "usd_month", "upper_bound",
    "group_name", "group_bytes",
)  # fmt: skip


def _deletion(row: Sequence[Any]) -> Deletion:
    times = (None if at is None else moment_of(at) for at in row[12:])
    found = Deletion(*(*row[:12], *times))
    return found if row[8] is None else found._replace(usd_month=Decimal(row[8]))


@contextmanager
def book_of(deletions: Iterable[Deletion]) -> Iterator[Connection]:
    """A ledger in memory that holds these."""
    engine = create_engine("sqlite://")
    event.listen(engine, "connect", lambda raw, _: setattr(raw, "isolation_level", None))
    with engine.connect() as db:
        metadata.create_all(db)
        for each in deletions:
            intent = write_deletion(db, each, known={"id": each.intent})
            for there, at in ((False, each.gone_at), (True, each.back_at)):
                if at is not None:
                    write_sighting(db, intent, there, at, "later")
        yield db
    engine.dispose()
