"""Marks and opt-outs in the database: a row each, which is ended and never changed."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, or_, select, update

from janitor.apply.outcomes import OutcomeKind
from janitor.ledger.marks import NO_PRICE_RECORDED, Marked, OptOut
from janitor.model.amounts import Estimate, Priced, Unpriced
from janitor.policy.deciding.grace import Marks, Waiting
from janitor.store.database import Database
from janitor.store.tables import insert_unless_there, kept, marks, opt_outs, outcomes, price_columns

# Names in one statement: SQLite before 3.32 took 999 values at most.
_BATCH = 500
_STANDS = marks.c.ended_at.is_(None)
_GONE = (OutcomeKind.DELETED.value, OutcomeKind.ALREADY_GONE.value)


class SqlMarks:
    """The MarkBook of ledger/marks.py. Each call is one transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def marked(self) -> list[Marked]:
        """All that stand, the soonest first, then by name."""
        asked = select(marks).where(_STANDS).order_by(marks.c.due_at, marks.c.name)
        return await self._database.run(lambda db: [_marked(row) for row in db.execute(asked).mappings()])

    async def opt_outs(self, at: datetime) -> list[OptOut]:
        """Those in force at this time, by name."""
        columns = opt_outs.c.name, opt_outs.c.until, opt_outs.c.who, opt_outs.c.at
        asked = select(*columns).where(*_in_force(at)).order_by(opt_outs.c.name)
        return await self._database.run(lambda db: [OptOut(*row) for row in db.execute(asked)])

    async def note_marks(
        self, sweep_id: str, waiting: Sequence[Waiting], lapsed: Sequence[str], at: datetime
    ) -> None:
        """New marks replace the resource's old one; those that lapsed, and those of what the sweep
        found deleted, end. A mark that another sweep wrote in between holds, and what has an opt-out since gets none."""
        gone = select(outcomes.c.name).where(outcomes.c.sweep_id == sweep_id, outcomes.c.outcome.in_(_GONE))

        def work(db: Connection) -> None:
            known = Marks(opted_out=frozenset(db.scalars(select(opt_outs.c.name).where(*_in_force(at)))))
            new = [
                _row(sweep_id, each) for each in waiting if each.is_new and not known.is_opted_out(each.name)
            ]
            changed = [row["name"] for row in new]
            db.execute(_ending("deleted", at).where(marks.c.name.in_(gone)))
            for why, names in (("lapsed", lapsed), ("changed", changed)):
                for batch in _batches(names):
                    db.execute(_ending(why, at).where(marks.c.name.in_(batch)))
            if new:
                db.execute(insert_unless_there(db, marks), new)

        await self._database.run(work)

    async def opt_out(self, out: OptOut) -> None:
        """Opt a resource out, in place of an earlier opt-out; its mark ends."""
        name = kept(out.name)
        row = {"name": name, "until": out.until, "who": kept(out.by), "at": out.at}

        def work(db: Connection) -> None:
            db.execute(_ending("opted-out", out.at).where(marks.c.name == name))
            db.execute(_taking_back(name, out.by, out.at))
            db.execute(opt_outs.insert().values(**row))

        await self._database.run(work)

    async def end_opt_out(self, name: str, by: str, at: datetime) -> None:
        """End its opt-out: policies apply to it again. Nothing happens if there is none."""

        def work(db: Connection) -> None:
            db.execute(_taking_back(kept(name), by, at))

        await self._database.run(work)


def _marked(row: Mapping[Any, Any]) -> Marked:
    estimate: Estimate = NO_PRICE_RECORDED if row["unpriced"] is None else Unpriced(row["unpriced"])
    if row["usd_month"] is not None:
        estimate = Priced(Decimal(row["usd_month"]), "", row["upper_bound"])
    return Marked(
        row["kind"], row["name"], row["policy"], row["owner"], row["announced_at"], row["due_at"], row["state"],
        row["size_bytes"] or 0, estimate,
    )  # fmt: skip


def _row(sweep_id: str, each: Waiting) -> dict[str, Any]:
    return {
        "sweep_id": sweep_id,
        "kind": each.kind.value,
        "name": kept(each.name),
        "policy": kept(each.policy),
        "owner": kept(each.owner),
        "state": kept(each.state),
        "announced_at": each.announced_at,
        "due_at": each.due_at,
        "size_bytes": each.size_bytes,
        **price_columns(each.estimate),
    }


def _batches(names: Sequence[str]) -> Iterator[Sequence[str]]:
    known = [kept(name) for name in names]
    for start in range(0, len(known), _BATCH):
        yield known[start : start + _BATCH]


def _in_force(at: datetime) -> tuple[Any, ...]:
    return opt_outs.c.ended_at.is_(None), or_(opt_outs.c.until.is_(None), opt_outs.c.until > at)


def _ending(why: str, at: datetime) -> Any:
    return update(marks).where(_STANDS).values(ended_at=at, ended=why)


def _taking_back(name: str, by: str, at: datetime) -> Any:
    standing = update(opt_outs).where(opt_outs.c.name == name, opt_outs.c.ended_at.is_(None))
    return standing.values(ended_at=at, ended_who=kept(by))
