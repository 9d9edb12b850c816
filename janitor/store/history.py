"""What the ledger remembers, read back; what was seen again of it; and which reports were posted."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Select, and_, func, or_, select, update

from janitor.apply.outcomes import OutcomeKind
from janitor.errors import LedgerError
from janitor.ledger.figures import Figures, Question
from janitor.ledger.history import (
    Basis,
    Origin,
    PastAction,
    PastSweep,
    SweepCounts,
    SweepScope,
    Watched,
    WatchedDeletion,
)
from janitor.ledger.savings import micros
from janitor.model.amounts import Estimate, Priced, Unpriced
from janitor.store.database import Database
from janitor.store.figures import figures_of, projects_with_deletions, stream
from janitor.store.savings import ALL, batches, note_due, sum_up
from janitor.store.tables import (
    insert_unless_there,
    intents,
    kept,
    marks,
    opt_outs,
    outcomes,
    posts,
    savings,
    savings_by_part,
    savings_by_sweep,
    sightings,
    sweeps,
)

# What a question about the start of an id is answered with at most.
_FEW = 3
# Sweeps among which a report looks for the one that it rests on.
_RECORDED = 200
_SWEEP = (
    sweeps.c.id,
    sweeps.c.started_at,
    sweeps.c.mode,
    sweeps.c.started_by,
    sweeps.c.origin,
    sweeps.c.finished_at,
    sweeps.c.plan_id,
    sweeps.c.exit_code,
    sweeps.c.totals,
    sweeps.c.policies,
    sweeps.c.policy_digest,
    sweeps.c.projects,
    sweeps.c.only_policies,
)
DRY_RUN = "dry-run"
_NEWEST_FIRST = (sweeps.c.started_at.desc(), sweeps.c.id.desc())
_MAY_BE_POSTED = or_(posts.c.posted.is_(None), posts.c.posted)


class SqlHistory:
    """The Records, Sightings and Posts of ledger/history.py. Each call is one transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def sweeps(self, limit: int, dry_runs: bool = True) -> list[PastSweep]:
        """The newest first, with or without dry runs."""
        asked = select(*_SWEEP).order_by(*_NEWEST_FIRST).limit(limit)
        return await self._sweeps(asked if dry_runs else asked.where(sweeps.c.mode != DRY_RUN))

    async def dry_runs(self) -> int:
        """How many dry runs are recorded."""
        asked = select(func.count()).select_from(sweeps).where(sweeps.c.mode == DRY_RUN)
        return await self._database.run(lambda db: db.scalar(asked) or 0)

    async def find_sweeps(self, start_of_id: str) -> list[PastSweep]:
        """Those whose id begins so, the newest first, at most three; an id is found by itself alone.

        The text is taken literally, capitals too: it is no pattern.
        """
        start = kept(start_of_id)
        begins = func.substr(sweeps.c.id, 1, len(start)) == start
        found = await self._sweeps(
            select(*_SWEEP).where(begins).order_by((sweeps.c.id == start).desc(), *_NEWEST_FIRST).limit(_FEW)
        )
        return found[:1] if found and found[0].id == start else found

    async def last_sweep(self, origin: Origin) -> PastSweep | None:
        """The last one that was begun by it."""
        by = select(*_SWEEP).where(sweeps.c.origin == origin.value)
        found = await self._sweeps(by.order_by(*_NEWEST_FIRST).limit(1))
        return found[0] if found else None

    async def last_done(self) -> Mapping[str, datetime]:
        """When a sweep of each mode last ended with 0; a mode without one is not there."""
        done = select(sweeps.c.mode, func.max(sweeps.c.finished_at)).where(sweeps.c.exit_code == 0)

        def work(db: Connection) -> Mapping[str, datetime]:
            return {mode: at for mode, at in db.execute(done.group_by(sweeps.c.mode)) if at}

        return await self._database.run(work)

    async def actions(self, sweep_id: str) -> list[PastAction]:
        """In the order in which they were begun; what was never tried stands where that was found out."""

        def work(db: Connection) -> list[PastAction]:
            begun = [_begun(row) for row in db.execute(_intents_of(sweep_id)).mappings()]
            untried = [_untried(row) for row in db.execute(_untried_of(sweep_id)).mappings()]
            return sorted(begun + untried, key=lambda action: action.at)

        return await self._database.run(work)

    async def figures(self, question: Question) -> Figures:
        """The answer to a question on savings.

        A deletion that a later sweep settled counts from its intent. One whose resource was deleted again had
        come back by then.
        """
        return await self._database.run(lambda db: figures_of(db, question))

    async def projects_with_deletions(self, projects: Sequence[str]) -> frozenset[str]:
        """Those of these projects of which something was ever deleted."""
        return await self._database.run(lambda db: projects_with_deletions(db, projects))

    async def state(self) -> tuple[object, ...]:
        """A value that changes with all that a report shows: sweeps that began or ended, outcomes, sightings, reports
        that were posted, marks and opt-outs."""
        newest = [func.max(table.c.id) for table in (outcomes, sightings, posts, marks, opt_outs)]
        newest += [func.max(marks.c.ended_at), func.max(opt_outs.c.ended_at), func.max(posts.c.closed_at)]
        last = select(sweeps.c.id).order_by(*_NEWEST_FIRST).limit(1)
        asked = [select(value) for value in newest] + [last, select(func.max(sweeps.c.finished_at))]
        return await self._database.run(lambda db: tuple(db.scalar(one) for one in asked))

    async def recorded(self) -> list[Basis]:
        """The last sweeps that were not narrowed by --policy and have a snapshot or were applies, the newest first.

        Only such a sweep has a snapshot; of sweeps of earlier versions it is not known how they were narrowed.
        """
        has_snapshot = sweeps.c.snapshot.is_not(None).label("has_snapshot")
        whole_apply = and_(sweeps.c.mode == "apply", sweeps.c.only_policies == "[]")
        asked = select(*_SWEEP, has_snapshot).where(or_(has_snapshot, whole_apply))
        asked = asked.order_by(*_NEWEST_FIRST).limit(_RECORDED)

        def work(db: Connection) -> list[Basis]:
            return [
                Basis(row["id"], row["started_at"], row["mode"], _scope(row), bool(row["has_snapshot"]))
                for row in db.execute(asked).mappings()
            ]

        return await self._database.run(work)

    async def snapshot_of(self, sweep_id: str) -> str | None:
        """The snapshot of a sweep as JSON text, None where it has none (any more)."""
        asked = select(sweeps.c.snapshot).where(sweeps.c.id == kept(sweep_id))
        return await self._database.run(lambda db: db.scalar(asked))

    async def last_reported(self) -> datetime | None:
        """The end of the period of the last report that was posted, or was claimed and never closed."""
        asked = select(func.max(posts.c.until)).where(_MAY_BE_POSTED)
        return await self._database.run(lambda db: db.scalar(asked))

    async def watched(self, since: datetime) -> Watched:
        """What was deleted after this moment, was never looked for, and has not come back, oldest first; and of which
        projects and kinds something was deleted since."""
        begun = micros(since)
        one, part = savings.c, savings_by_part.c
        asked = select(intents.c.id, intents.c.kind, intents.c.name, intents.c.uid)
        asked = asked.join(savings, one.intent_id == intents.c.id).order_by(intents.c.id)
        unseen = asked.where(one.back_at.is_(None), one.gone_at.is_(None), one.deleted_at > begun)
        places = select(part.project, part.kind).where(part.last_at > begun).distinct()

        def work(db: Connection) -> Watched:
            sum_up(db)
            return Watched(
                since,
                [WatchedDeletion(*row) for row in stream(db, unseen)],
                frozenset((project, kind) for project, kind in db.execute(places)),
            )

        return await self._database.run(work)

    async def seen_gone(
        self, keys: Iterable[bytes], since: datetime, until: datetime
    ) -> list[WatchedDeletion]:
        """What has one of these name keys, was deleted after `since` and seen gone until `until`, and has not come
        back."""
        one = savings.c
        asked = select(intents.c.id, intents.c.kind, intents.c.name, intents.c.uid)
        asked = asked.join(savings, one.intent_id == intents.c.id)
        gone = one.back_at.is_(None), one.deleted_at > micros(since), one.gone_at <= micros(until)

        def work(db: Connection) -> list[WatchedDeletion]:
            sum_up(db)
            found: list[WatchedDeletion] = []
            for batch in batches(keys):
                rows = db.execute(asked.where(one.name_key.in_(batch), *gone).order_by(intents.c.id))
                found.extend(WatchedDeletion(*row) for row in rows)
            return found

        return await self._database.run(work)

    async def last_acted(self, policies: Sequence[str]) -> Mapping[str, datetime]:
        """When a deletion was last begun or scheduled by each of these policies; one without any is not there."""
        begun = select(intents.c.policy, func.max(intents.c.at)).where(intents.c.policy.in_(policies))
        scheduled = select(marks.c.policy, func.max(marks.c.announced_at)).where(marks.c.policy.in_(policies))

        def work(db: Connection) -> Mapping[str, datetime]:
            found: dict[str, datetime] = {}
            for asked in (begun.group_by(intents.c.policy), scheduled.group_by(marks.c.policy)):
                for policy, at in db.execute(asked):
                    found[policy] = max(at, found.get(policy, at))
            return found

        return await self._database.run(work)

    async def last_snapshots(self, most: int) -> Sequence[str]:
        """The newest snapshots as JSON text, at most so many."""
        asked = select(sweeps.c.snapshot).where(sweeps.c.snapshot.is_not(None))
        asked = asked.order_by(*_NEWEST_FIRST).limit(most)
        return await self._database.run(lambda db: list(db.scalars(asked)))

    async def note_sightings(
        self, sweep_id: str, gone: Sequence[int], back: Sequence[int], at: datetime
    ) -> None:
        """The first that is written down holds: sweeps that look at the same time note the same."""
        rows = [
            {"intent_id": intent, "sweep_id": sweep_id, "there": there, "at": at}
            for there, found in ((False, gone), (True, back))
            # in one order, so that two who write at once never wait for each other
            for intent in sorted(set(found))
        ]

        def work(db: Connection) -> None:
            db.execute(insert_unless_there(db, sightings), rows)
            note_due(db, [sweep_id])

        if rows:
            await self._database.run(work)

    async def claim_post(self, due: datetime, until: datetime, at: datetime) -> bool:
        """Take the report that is due at `due` upon oneself; False where that was done before, unless it
        ended as not posted."""
        claim = {"until": until, "claimed_at": at, "closed_at": None, "posted": None}
        again = update(posts).where(posts.c.due_at == due, posts.c.posted.is_(False)).values(**claim)

        def work(db: Connection) -> bool:
            if db.execute(again).rowcount == 1:
                return True
            new = insert_unless_there(db, posts).values(due_at=due, **claim).returning(posts.c.id)
            return db.execute(new).first() is not None

        return await self._database.run(work)

    async def close_post(self, due: datetime, posted: bool, at: datetime) -> None:
        """Write down whether it was posted; LedgerError where nobody has claimed it, or it is closed."""
        claimed = update(posts).where(posts.c.due_at == due, posts.c.closed_at.is_(None))

        def work(db: Connection) -> None:
            if db.execute(claimed.values(closed_at=at, posted=posted)).rowcount != 1:
                raise LedgerError(
                    f"The ledger in {self._database.shown} has no open report that was due at {due}."
                )

        await self._database.run(work)

    async def unposted(self) -> datetime | None:
        """The last report that was due and could not be posted, None where a later one was posted."""
        last = select(posts.c.due_at, posts.c.posted).order_by(posts.c.due_at.desc()).limit(1)

        def work(db: Connection) -> datetime | None:
            row = db.execute(last).first()
            return None if row is None or row.posted is not False else row.due_at

        return await self._database.run(work)

    async def _sweeps(self, asked: Select[Any]) -> list[PastSweep]:
        def work(db: Connection) -> list[PastSweep]:
            sum_up(db)
            return [_counted(db, _past_sweep(row)) for row in db.execute(asked).mappings().all()]

        return await self._database.run(work)


def _past_sweep(row: Mapping[Any, Any]) -> PastSweep:
    totals = row["totals"]
    return PastSweep(
        row["id"],
        row["started_at"],
        row["mode"],
        row["started_by"],
        row["origin"],
        row["finished_at"],
        row["plan_id"],
        row["exit_code"],
        None if totals is None else json.loads(totals),
        _scope(row),
    )


def _counted(db: Connection, sweep: PastSweep) -> PastSweep:
    """With what an apply did, where it could not write down its totals."""
    if sweep.totals is not None or sweep.mode == DRY_RUN:
        return sweep
    begun = select(outcomes.c.outcome).select_from(intents.outerjoin(outcomes))
    begun = begun.where(intents.c.sweep_id == sweep.id)
    tried = Counter(db.execute(begun).scalars())
    untried = Counter(row.outcome for row in db.execute(_untried_of(sweep.id)))
    ends = tried + untried
    mine = savings_by_sweep.c.project == ALL, savings_by_sweep.c.sweep_id == sweep.id
    deleted = db.execute(select(savings_by_sweep.c.usd, savings_by_sweep.c.unpriced).where(*mine)).first()
    counts = SweepCounts(
        begun=sum(tried.values()),
        **{kind.name.lower(): ends[kind.value] for kind in OutcomeKind if kind is not OutcomeKind.PLANNED},
        open=tried[None],
        saves_usd_month=Decimal(deleted.usd if deleted else 0),
        unpriced=deleted.unpriced if deleted else 0,
    )
    return replace(sweep, counted=counts)


def _scope(row: Mapping[Any, Any]) -> SweepScope:
    return SweepScope(
        row["policies"] or "",
        row["policy_digest"] or "",
        tuple(json.loads(row["projects"] or "[]")),
        tuple(json.loads(row["only_policies"] or "[]")),
    )


def _intents_of(sweep_id: str) -> Select[Any]:
    return (
        select(intents, outcomes.c.outcome, outcomes.c.error, outcomes.c.sweep_id.label("ended_in"))
        .select_from(intents.outerjoin(outcomes))
        .where(intents.c.sweep_id == kept(sweep_id))
        .order_by(intents.c.id)
    )


def _untried_of(sweep_id: str) -> Select[Any]:
    mine = outcomes.c.sweep_id == kept(sweep_id)
    return select(outcomes).where(mine, outcomes.c.intent_id.is_(None)).order_by(outcomes.c.id)


def _begun(row: Any) -> PastAction:
    ended_in = row["ended_in"]
    return PastAction(
        row["kind"],
        row["name"],
        row["policy"],
        row["reason"],
        row["detail"],
        row["owner"],
        row["size_bytes"],
        _estimate(row),
        row["outcome"],
        row["error"],
        row["at"],
        "" if ended_in in (None, row["sweep_id"]) else ended_in,
    )


def _estimate(row: Any) -> Estimate:
    """As it was planned; the basis of a price is not kept."""
    if row["usd_month"] is None:
        return Unpriced(row["unpriced"] or "")
    return Priced(Decimal(row["usd_month"]), "", row["upper_bound"])


def _untried(row: Any) -> PastAction:
    return PastAction(
        row["kind"], row["name"], "", "", "", "", 0, None, row["outcome"], row["error"], row["at"]
    )
