"""Recorded uses of images, and which sweeps read all references, in the database."""

from datetime import datetime, timedelta

from janitor.ledger.entries import SweepEnd, SweepStart
from janitor.policy.deciding.use_history import REMEMBERED, use_of
from janitor.store.database import Database
from janitor.store.ledger import SqlLedger
from janitor.store.uses import SqlUses
from tests.making import NOW, REPOSITORY, digest, image

HOUR = timedelta(hours=1)
ONE, TWO = (use_of(REPOSITORY, image(label)) for label in ("one", "two"))


async def swept(database: Database, id_: str, at: datetime, of: tuple[str, ...] | None) -> None:
    ledger = SqlLedger(database)
    await ledger.begin(SweepStart(id_, at, "dry-run", "h:1"))
    await ledger.finish(SweepEnd(id_, at, "sha256:p", "sha256:d", 0, "{}", references_of=of))


async def last_uses(database: Database) -> dict[str, float]:
    history = await SqlUses(database).history(NOW, ["p"], {})
    return history.last_uses(REPOSITORY, "app", [image("one"), image("two")])


async def test_of_each_use_the_latest_sweep_is_kept(database: Database) -> None:
    uses = SqlUses(database)
    await uses.note_uses([ONE, TWO, ONE], NOW - 3 * HOUR)
    await uses.note_uses([ONE], NOW - HOUR)
    await uses.note_uses([ONE], NOW - 2 * HOUR)
    await uses.note_uses([], NOW)
    found = await last_uses(database)
    assert found == {
        digest("one"): (NOW - HOUR).timestamp(),
        digest("two"): (NOW - 3 * HOUR).timestamp(),
    }


async def test_what_was_last_in_use_long_ago_is_forgotten(database: Database) -> None:
    uses = SqlUses(database)
    await uses.note_uses([ONE], NOW - REMEMBERED - HOUR)
    await uses.note_uses([TWO], NOW - REMEMBERED)
    assert set(await last_uses(database)) == {digest("one"), digest("two")}
    await uses.note_uses([], NOW)
    assert set(await last_uses(database)) == {digest("two")}


async def test_thousands_are_noted_at_once(database: Database) -> None:
    names = [use_of(REPOSITORY, image(f"i{n}")) for n in range(3000)]
    await SqlUses(database).note_uses([ONE, *names], NOW)
    assert await last_uses(database) == {digest("one"): NOW.timestamp()}


async def test_the_run_is_of_sweeps_that_read_all_references(database: Database) -> None:
    uses = SqlUses(database)
    assert (await uses.history(NOW, ["p"], {})).since == NOW.timestamp()
    await swept(database, "s-3", NOW - 90 * HOUR, ("p",))
    await swept(database, "s-2", NOW - 45 * HOUR, ("p", "q"))
    await swept(database, "s-1", NOW - 20 * HOUR, None)
    await SqlLedger(database).begin(SweepStart("open", NOW - HOUR, "apply", "h:1"))
    assert (await uses.history(NOW, ["p"], {})).since == (NOW - 90 * HOUR).timestamp()
    assert (await uses.history(NOW, ["p", "q"], {})).since == (NOW - 45 * HOUR).timestamp()
    assert (await uses.history(NOW, ["p", "r"], {})).since == NOW.timestamp()
