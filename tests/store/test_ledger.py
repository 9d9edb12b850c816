"""The ledger: what is written down, in which order, and what is refused."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import Connection, insert, select

from janitor.apply.outcomes import Outcome, OutcomeKind
from janitor.errors import LedgerError, LockHeldError
from janitor.ledger.entries import Conclusion, SweepEnd
from janitor.ledger.history import Origin
from janitor.model.amounts import Priced, Unpriced
from janitor.model.kinds import Kind
from janitor.runtime import now
from janitor.store.database import Database
from janitor.store.ledger import SqlLedger
from janitor.store.lock import ApplyLock
from janitor.store.tables import intents, metadata, outcomes, sweeps
from tests.making import NOW
from tests.store.recording import action, start

DELETED = Outcome(OutcomeKind.DELETED)


def ended(intent: int | None, label: str = "a", outcome: Outcome = DELETED) -> Conclusion:
    return Conclusion(intent, action(label).kind.value, action(label).name, outcome)


@pytest.fixture
async def ledger(database: Database) -> SqlLedger:
    written = SqlLedger(database)
    await written.begin(start())
    return written


async def rows(database: Database, table: object) -> list[dict[str, object]]:
    def work(db: Connection) -> list[dict[str, object]]:
        return [dict(row) for row in db.execute(select(table)).mappings()]  # type: ignore[call-overload]

    return await database.run(work)


async def test_an_intent_without_an_outcome_is_open_with_its_last_operation(ledger: SqlLedger) -> None:
    first, second, third = await ledger.intend("s-1", [action("a"), action("b"), action("c")], {}, NOW)
    await ledger.note_operation([first, second], "operations/1", NOW)
    await ledger.note_operation([second], "operations/2", NOW)
    await ledger.conclude("s-1", [ended(first)], NOW)
    found = await ledger.open_intents()
    assert [(i.id, i.name, i.operation) for i in found] == [
        (second, action("b").name, "operations/2"),
        (third, action("c").name, ""),
    ]
    assert (found[0].sweep_id, found[0].sweep_started_at, found[0].uid, found[0].at) == (
        "s-1",
        NOW,
        "u-1",
        NOW,
    )


async def test_an_open_intent_knows_the_tags_that_its_image_had(ledger: SqlLedger) -> None:
    await ledger.intend("s-1", [action("a")._replace(tags=("v1", "it's")), action("b")], {}, NOW)
    assert [intent.tags for intent in await ledger.open_intents()] == [("v1", "it's"), ()]


async def test_keeps_what_google_bills_for_the_repository_that_caps_an_image(
    ledger: SqlLedger, database: Database
) -> None:
    image = action("a")
    whole = image._replace(kind=Kind.REPOSITORY, name=image.group)
    other = action("b")._replace(group="projects/p/locations/us-central1/repositories/other")
    await ledger.intend("s-1", [image, whole, other], {image.group: 2**40}, NOW)
    assert [row["group_bytes"] for row in await rows(database, intents)] == [2**40, None, None]


async def test_writes_down_who_asked_for_a_sweep(database: Database) -> None:
    await SqlLedger(database).begin(replace(start(), origin=Origin.DAEMON))
    assert [row["origin"] for row in await rows(database, sweeps)] == ["daemon"]


async def test_ids_stand_in_the_order_of_the_actions(ledger: SqlLedger) -> None:
    actions = [action(f"image {n}") for n in range(2500)]
    ids = await ledger.intend("s-1", actions, {}, NOW)
    names = {intent.id: intent.name for intent in await ledger.open_intents()}
    assert [names[i] for i in ids] == [a.name for a in actions]


async def test_keeps_the_price_unrounded_and_says_why_there_is_none(
    ledger: SqlLedger, database: Database
) -> None:
    priced = Priced(Decimal("0.00000009313225746154785156"), "x", upper_bound=True)
    unpriced = Unpriced("no SKU for this location")
    await ledger.intend("s-1", [action("a", priced), action("b", unpriced)], {}, NOW)
    kept = [
        (r["usd_month"], r["upper_bound"], r["unpriced"], r["size_bytes"])
        for r in await rows(database, intents)
    ]
    assert kept == [
        ("0.00000009313225746154785156", True, None, 1000),
        (None, False, "no SKU for this location", 1000),
    ]


async def test_writes_down_what_was_never_tried(ledger: SqlLedger, database: Database) -> None:
    await ledger.conclude("s-1", [ended(None, "a", Outcome(OutcomeKind.DRIFTED, "its tags changed"))], NOW)
    (row,) = await rows(database, outcomes)
    assert (row["intent_id"], row["outcome"], row["error"]) == (None, "drifted", "its tags changed")


async def test_closes_a_sweep(ledger: SqlLedger, database: Database) -> None:
    later = NOW + timedelta(minutes=3)
    await ledger.finish(
        SweepEnd("s-1", later, "sha256:p", "sha256:d", 6, '{"deleted": 1}', '{"mode": "apply"}')
    )
    (row,) = await rows(database, sweeps)
    assert row == {
        "id": "s-1", "started_at": NOW, "finished_at": later, "mode": "apply", "started_by": "host:1",
        "plan_id": "sha256:p", "policy_digest": "sha256:d", "exit_code": 6, "totals": '{"deleted": 1}',
        "origin": "hand", "snapshot": '{"mode": "apply"}', "references_of": None, "inventories_of": None,
        "policies": "", "projects": "[]", "only_policies": "[]",
    }  # fmt: skip


async def test_no_sweep_is_closed_that_was_not_begun(database: Database) -> None:
    with pytest.raises(LedgerError, match="s-9"):
        await SqlLedger(database).finish(SweepEnd("s-9", NOW, "sha256:p", "sha256:d", 0, "{}"))


async def test_the_first_outcome_of_an_intent_holds_and_the_second_writes_nothing(
    ledger: SqlLedger, database: Database
) -> None:
    first, second = await ledger.intend("s-1", [action("a"), action("b")], {}, NOW)
    await ledger.conclude("s-1", [ended(first)], NOW)
    with pytest.raises(LedgerError):
        await ledger.conclude("s-1", [ended(second, "b"), ended(first)], NOW)
    assert [row["intent_id"] for row in await rows(database, outcomes)] == [first]


async def test_writes_no_intent_of_a_sweep_that_was_not_begun(database: Database) -> None:
    with pytest.raises(LedgerError):
        await SqlLedger(database).intend("unknown", [action()], {}, NOW)
    assert await SqlLedger(database).open_intents() == []


async def test_writes_no_intent_after_the_lock_was_lost(ledger: SqlLedger, database: Database) -> None:
    at = NOW
    lock = ApplyLock(database, "slept too long", lambda: at)
    await lock.acquire()
    fenced = SqlLedger(database, lock.token)
    assert len(await fenced.intend("s-1", [action("a")], {}, NOW)) == 1
    at = NOW + timedelta(minutes=5)
    await ApplyLock(database, "another", lambda: at).acquire()
    with pytest.raises(LockHeldError):
        await fenced.intend("s-1", [action("b")], {}, NOW)
    assert len(await ledger.open_intents()) == 1


async def test_hostile_text_is_kept_as_text(ledger: SqlLedger, database: Database) -> None:
    detail = "it's; DROP TABLE intents; -- \0 \ud800 \x1b[31m 🧹"
    await ledger.intend("s-1", [action("a", detail=detail)], {}, NOW)
    (row,) = await rows(database, intents)
    assert row["detail"] == "it's; DROP TABLE intents; -- \ufffd ? \x1b[31m 🧹"


async def test_a_time_without_a_zone_is_refused(ledger: SqlLedger) -> None:
    with pytest.raises(LedgerError, match="time zone"):
        await ledger.intend("s-1", [action()], {}, datetime(2026, 11, 24, 4))


async def test_many_at_once_take_turns(ledger: SqlLedger) -> None:
    done = await asyncio.gather(*(ledger.intend("s-1", [action(f"{n}")], {}, now()) for n in range(40)))
    assert len({i for ids in done for i in ids}) == 40


async def test_the_tables_are_what_the_migrations_make(database: Database) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    def differences(db: Connection) -> list[object]:
        return list(compare_metadata(MigrationContext.configure(db, opts={"compare_type": True}), metadata))

    assert await database.run(differences) == []


async def test_a_failed_transaction_leaves_the_database_usable(database: Database) -> None:
    def twice(db: Connection) -> None:
        row = {"id": "x", "started_at": NOW, "mode": "apply", "started_by": "h:1"}
        db.execute(insert(sweeps), [row, row])

    with pytest.raises(LedgerError):
        await database.run(twice)
    await SqlLedger(database).begin(start("x"))
