"""The steps from each earlier version: rows of a ledger that was in use stay, and mean what they meant."""

from datetime import timedelta
from decimal import Decimal

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, create_engine, event, insert, select, text
from sqlalchemy.engine import make_url
from sqlalchemy.schema import MetaData

from janitor.ledger.entries import OpenIntent
from janitor.ledger.figures import Period, Question
from janitor.model.amounts import Amount
from janitor.store.database import LAST_STEP, open_database
from janitor.store.history import SqlHistory
from janitor.store.ledger import SqlLedger
from janitor.store.tables import intents, sweeps
from tests.making import NOW
from tests.store.recording import PACKAGE, action

SWEEP = {
    "id": "s-1", "started_at": NOW, "finished_at": NOW, "mode": "apply", "started_by": "h:1",
    "plan_id": "sha256:p", "policy_digest": "sha256:d", "exit_code": 0, "totals": "{}",
}  # fmt: skip
INTENT = {
    "sweep_id": "s-1", "kind": "artifact.image", "uri": "u", "policy": "stale",
    "reason": "unused", "detail": "", "size_bytes": 1000, "usd_month": "0.10", "upper_bound": True,
    "unpriced": None, "group_name": "r", "uid": "", "etag": "", "at": NOW,
}  # fmt: skip
OUTCOME = {"sweep_id": "s-1", "kind": "artifact.image", "outcome": "deleted", "error": None, "at": NOW}


@pytest.fixture(params=["0001", "0002", "0003", "0004", "0005", "0006"])
def used_before(url: str, request: pytest.FixtureRequest) -> str:
    """A database of each earlier step, with a sweep, a deletion of it, and an intent that is open."""
    engine = create_engine(make_url(url))
    # as database.py has it: the driver begins no transaction by itself
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", lambda raw, _: setattr(raw, "isolation_level", None))
        event.listen(engine, "begin", lambda db: db.exec_driver_sql("BEGIN IMMEDIATE"))
    with engine.begin() as connection:
        config = Config(attributes={"connection": connection})
        config.set_main_option("script_location", "janitor.store:migrations")
        command.upgrade(config, request.param)
        _fill(connection)
    engine.dispose()
    return url


def _fill(connection: Connection) -> None:
    old = MetaData()
    old.reflect(connection)
    assert "savings" not in old.tables
    connection.execute(insert(old.tables["sweeps"]), [_as_kept(connection, SWEEP)])
    for number, label in ((1, "a"), (2, "b")):
        row = INTENT | {"id": number, "name": f"{PACKAGE}/versions/{label}"}
        connection.execute(insert(old.tables["intents"]), [_as_kept(connection, row)])
    row = OUTCOME | {"intent_id": 1, "name": f"{PACKAGE}/versions/a"}
    connection.execute(insert(old.tables["outcomes"]), [_as_kept(connection, row)])
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT setval(pg_get_serial_sequence('intents', 'id'), 2)"))


def _as_kept(connection: Connection, row: dict[str, object]) -> dict[str, object]:
    """SQLite's own DATETIME takes times without a zone."""
    sqlite = connection.dialect.name == "sqlite"
    return {
        key: value.replace(tzinfo=None) if sqlite and value is NOW else value for key, value in row.items()
    }  # type: ignore[attr-defined]


async def test_a_ledger_that_was_in_use_is_brought_up_to_date_without_loss(used_before: str) -> None:
    database = await open_database(used_before)

    def work(db: Connection) -> tuple[object, ...]:
        return (
            db.scalar(text("SELECT version_num FROM alembic_version")),
            [dict(row) for row in db.execute(select(sweeps)).mappings()],
            [dict(row) for row in db.execute(select(intents).order_by(intents.c.id)).mappings()],
            [tuple(row) for row in db.execute(text("SELECT intent_id, outcome FROM outcomes"))],
            list(db.execute(text("SELECT name FROM locks")).scalars()),
        )

    step, swept, intended, ended, locks = await database.run(work)
    asked = Question(Period(None, NOW), timedelta(days=1))
    figures = await SqlHistory(database).figures(asked)
    still_open = await SqlLedger(database).open_intents()
    added = await SqlLedger(database).intend("s-1", [action()], {}, NOW)
    await database.close()
    assert step == LAST_STEP
    later = dict.fromkeys(
        ("snapshot", "references_of", "policies", "projects", "only_policies", "inventories_of")
    )
    assert swept == [SWEEP | {"origin": "hand"} | later]
    assert intended == [
        INTENT
        | {"id": n, "name": f"{PACKAGE}/versions/{label}", "owner": "", "tags": "[]", "group_bytes": None}
        for n, label in ((1, "a"), (2, "b"))
    ]
    assert ended == [(1, "deleted")]
    assert locks == ["apply"]
    assert still_open == [
        OpenIntent(2, "s-1", NOW, "artifact.image", f"{PACKAGE}/versions/b", "", "", NOW, ())
    ]
    assert added == [3]
    assert figures.in_all.deleted == Amount(1, 1000, Decimal("0.10"), 0, True)
    assert [name for name, _ in figures.by_policy] == ["stale"]
