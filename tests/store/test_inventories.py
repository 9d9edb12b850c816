"""Which projects' Cloud Asset Inventory recorded sweeps have read, in the database (R51)."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from janitor.ledger.entries import SweepEnd, SweepStart
from janitor.store.database import Database
from janitor.store.inventories import SqlInventories
from janitor.store.ledger import SqlLedger
from tests.making import NOW

HOUR = timedelta(hours=1)


async def swept(database: Database, id_: str, at: datetime, *of: str) -> None:
    ledger = SqlLedger(database)
    await ledger.begin(SweepStart(id_, at, "dry-run", "h:1"))
    await ledger.finish(SweepEnd(id_, at, "sha256:p", "sha256:d", 0, "{}", inventories_of=of))


async def runs(database: Database) -> Mapping[str, datetime]:
    found = await SqlInventories(database).inventories(NOW, {})
    assert found.ever == found.since.keys()
    return found.since


async def test_before_any_sweep_none_was_read(database: Database) -> None:
    await swept(database, "s-1", NOW - HOUR)
    assert await runs(database) == {}


async def test_each_project_has_the_start_of_its_own_run(database: Database) -> None:
    await swept(database, "s-5", NOW - 200 * HOUR, "old")
    await swept(database, "s-3", NOW - 30 * HOUR, "p", "q")
    await swept(database, "s-2", NOW - 20 * HOUR)
    await swept(database, "s-1", NOW - 10 * HOUR, "p")
    found = await runs(database)
    assert found == {"old": NOW, "p": NOW - 30 * HOUR, "q": NOW}


async def test_each_of_many_projects_has_its_run_whatever_others_have(database: Database) -> None:
    for hour in range(1, 60):
        of = ("p", "q") if hour % 2 else ("q", "other")
        await swept(database, f"s-{hour:02}", NOW - hour * HOUR, *of)
    await swept(database, "s-forgotten", NOW - timedelta(days=800), "long-ago")
    found = await runs(database)
    assert found == {"p": NOW - HOUR, "q": NOW - 59 * HOUR, "other": NOW, "long-ago": NOW}


async def test_a_sweep_that_began_later_is_part_of_no_run(database: Database) -> None:
    await swept(database, "s-1", NOW - HOUR, "p")
    await swept(database, "s-2", NOW + HOUR, "q", "later")
    assert await runs(database) == {"p": NOW - HOUR, "q": NOW, "later": NOW}


async def test_a_project_that_was_created_since_breaks_no_run_and_was_never_read(database: Database) -> None:
    await swept(database, "s-2", NOW - 30 * HOUR, "p")
    await swept(database, "s-1", NOW - 10 * HOUR, "p", "q")
    created = {"q": NOW - 20 * HOUR, "new": NOW - HOUR, "p": NOW - 500 * HOUR}
    found = await SqlInventories(database).inventories(NOW, created)
    assert found.since == dict.fromkeys(("p", "q", "new"), NOW - 30 * HOUR)
    assert found.ever == {"p", "q"}
