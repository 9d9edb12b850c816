"""The ledger in the database: rows are added, never changed but for the closing of a sweep."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, bindparam, delete, func, insert, or_, select, update

from janitor.errors import LedgerError, LockHeldError
from janitor.ledger.entries import Conclusion, OpenIntent, SweepEnd, SweepStart
from janitor.model.kinds import Kind
from janitor.plan.plan import Action
from janitor.store.database import Database
from janitor.store.savings import note_due, sum_up
from janitor.store.tables import (
    intents,
    kept,
    locks,
    open_intents,
    operations,
    outcomes,
    price_columns,
    sweeps,
)

SNAPSHOTS_KEPT = 20


class SqlLedger:
    """The Ledger of ledger/entries.py. Each call is one transaction.

    `token` is that of the lock that an apply holds: no intent is written when another has it by now,
    however long this process was asleep.
    """

    def __init__(self, database: Database, token: str | None = None) -> None:
        self._database, self._token = database, token

    async def begin(self, start: SweepStart) -> None:
        """Open a sweep; its id must be new."""
        row = {
            "id": start.sweep_id,
            "started_at": start.started_at,
            "mode": start.mode,
            "started_by": kept(start.started_by),
            "origin": start.origin.value,
            "policies": kept(start.scope.policies),
            "policy_digest": start.scope.policy_digest or None,
            "projects": json.dumps(sorted(start.scope.projects)),
            "only_policies": json.dumps(start.scope.only_policies),
        }
        await self._insert(sweeps, [row])

    async def intend(
        self, sweep_id: str, actions: Sequence[Action], group_bytes: Mapping[str, int], at: datetime
    ) -> list[int]:
        """All of them or none; ids in the order of the actions. LockHeldError: the lock was lost."""
        if not actions:
            return []
        rows = [_intent_row(sweep_id, action, group_bytes, at) for action in actions]
        statement = insert(intents).returning(intents.c.id, sort_by_parameter_order=True)

        def work(db: Connection) -> list[int]:
            self._check_lock(db)
            added = list(db.execute(statement, rows).scalars())
            db.execute(insert(open_intents), [{"intent_id": intent} for intent in added])
            return added

        return await self._database.run(work)

    async def note_operation(self, intents: Sequence[int], operation: str, at: datetime) -> None:
        """A row an intent; the last one noted is the one asked about. "" is no operation."""
        if operation:
            rows = [{"intent_id": i, "operation": kept(operation), "at": at} for i in intents]
            await self._insert(operations, rows)

    async def conclude(self, sweep_id: str, conclusions: Sequence[Conclusion], at: datetime) -> None:
        """LedgerError where an intent has its outcome already: the first holds."""
        rows = [
            {
                "intent_id": end.intent,
                "sweep_id": sweep_id,
                "kind": end.kind,
                "name": kept(end.name),
                "outcome": end.outcome.kind.value,
                "error": None if end.outcome.error is None else kept(end.outcome.error),
                "at": at,
            }
            for end in conclusions
        ]
        ended = [{"of": end.intent} for end in conclusions if end.intent is not None]

        def work(db: Connection) -> None:
            db.execute(insert(outcomes), rows)
            if ended:
                db.execute(delete(open_intents).where(open_intents.c.intent_id == bindparam("of")), ended)
            note_due(db, [sweep_id])

        if rows:
            await self._database.run(work)

    async def open_intents(self) -> list[OpenIntent]:
        """Oldest first."""
        return await self._database.run(
            lambda db: [_open_intent(row) for row in db.execute(_open_intents()).mappings()]
        )

    async def finish(self, end: SweepEnd) -> None:
        """Close a sweep that was begun; LedgerError where it was not. Its snapshot takes the place of the
        last one of the same policy digest and projects, and of all others but the newest few. What it deleted and
        saw is summed up."""
        closing = {
            "finished_at": end.finished_at,
            "plan_id": end.plan_id,
            "policy_digest": end.policy_digest,
            "exit_code": end.exit_code,
            "totals": end.totals_json,
            "references_of": None if end.references_of is None else json.dumps(end.references_of),
            "inventories_of": json.dumps(end.inventories_of) if end.inventories_of else None,
            "snapshot": None if end.snapshot_json is None else kept(end.snapshot_json),
        }
        statement = update(sweeps).where(sweeps.c.id == end.sweep_id).values(**closing)

        def work(db: Connection) -> None:
            if db.execute(statement).rowcount != 1:
                raise LedgerError(
                    f"The ledger in {self._database.shown} has no sweep {end.sweep_id} to close."
                )
            if end.snapshot_json is not None:
                # a large world's takes hundreds of kB
                _drop_snapshots(db, end)
            sum_up(db)

        await self._database.run(work)

    def _check_lock(self, db: Connection) -> None:
        if self._token is None:
            return
        # FOR UPDATE (Postgres): nobody takes the lock between this look and the intent
        mine = select(locks.c.name).where(locks.c.token == self._token).with_for_update()
        if db.execute(mine).first() is None:
            raise LockHeldError("The lock was lost to another sweep: this sweep deletes nothing more.")

    async def _insert(self, table: Any, rows: Sequence[dict[str, Any]]) -> None:
        def work(db: Connection) -> None:
            db.execute(insert(table), rows)

        if rows:
            await self._database.run(work)


def _drop_snapshots(db: Connection, end: SweepEnd) -> None:
    """Reports rest on the last one of each policy digest and set of projects (R31)."""
    mine = select(sweeps.c.projects).where(sweeps.c.id == end.sweep_id).scalar_subquery()
    same = (
        sweeps.c.policy_digest == end.policy_digest,
        or_(sweeps.c.projects == mine, sweeps.c.projects.is_(None), mine.is_(None)),
    )
    others = sweeps.c.snapshot.is_not(None), sweeps.c.id != end.sweep_id
    db.execute(update(sweeps).where(*others, *same).values(snapshot=None))
    left = select(sweeps.c.id).where(*others).order_by(sweeps.c.started_at.desc(), sweeps.c.id.desc())
    if surplus := list(db.execute(left.offset(SNAPSHOTS_KEPT - 1)).scalars()):
        db.execute(update(sweeps).where(sweeps.c.id.in_(surplus)).values(snapshot=None))


def _intent_row(
    sweep_id: str, action: Action, group_bytes: Mapping[str, int], at: datetime
) -> dict[str, Any]:
    return price_columns(action.estimate) | {
        "sweep_id": sweep_id,
        "kind": action.kind.value,
        "name": kept(action.name),
        "uri": kept(action.uri),
        "policy": kept(action.policy),
        "reason": action.reason.value,
        "detail": kept(action.detail),
        "size_bytes": action.size_bytes,
        "group_name": kept(action.group),
        "uid": kept(action.uid),
        "etag": kept(action.etag),
        "at": at,
        "owner": kept(action.owner),
        "tags": json.dumps(action.tags),
        # a repository that goes whole is capped by nothing
        "group_bytes": None if action.kind is Kind.REPOSITORY else group_bytes.get(action.group),
    }


def _open_intent(row: Mapping[Any, Any]) -> OpenIntent:
    return OpenIntent(**{**row, "tags": tuple(json.loads(row["tags"]))})


def _open_intents() -> Select[Any]:
    noted = select(operations.c.operation).where(operations.c.intent_id == intents.c.id)
    last = noted.order_by(operations.c.id.desc()).limit(1).correlate(intents).scalar_subquery()
    return (
        select(
            intents.c.id,
            intents.c.sweep_id,
            sweeps.c.started_at.label("sweep_started_at"),
            intents.c.kind,
            intents.c.name,
            intents.c.uid,
            func.coalesce(last, "").label("operation"),
            intents.c.at,
            intents.c.tags,
        )
        # outer joins, though nothing is missing: SQLite would begin with all intents of all sweeps
        .select_from(open_intents.outerjoin(intents).outerjoin(sweeps, sweeps.c.id == intents.c.sweep_id))
        .order_by(open_intents.c.intent_id)
    )
