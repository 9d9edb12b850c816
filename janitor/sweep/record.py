"""Record of a sweep: its lines in the ledger, its log events and, for an apply, its lock."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from janitor.apply.outcomes import Outcome, OutcomeKind
from janitor.apply.settle import LeftOpen, Settled
from janitor.errors import LedgerError
from janitor.ledger.entries import Conclusion, Ledger, SweepEnd, SweepStart, UploadBook, UseBook
from janitor.ledger.history import Origin, Sightings
from janitor.ledger.marks import MarkBook, marks_of
from janitor.ledger.sightings import Lookout
from janitor.logs import Event, emit
from janitor.model.amounts import Priced, Unpriced
from janitor.plan.plan import Action
from janitor.policy.deciding.grace import Grace
from janitor.policy.deciding.uploads import Uploads
from janitor.policy.deciding.use_history import UseLog, asks_for_use
from janitor.policy.model import Policies
from janitor.report.data.result import SweepResult, clock_refuses
from janitor.report.data.snapshot_codec import encode_snapshot
from janitor.report.data.take_snapshot import take_snapshot
from janitor.report.data.totals import exit_code, totals, totals_as_json
from janitor.runtime import now
from janitor.store.database import Database, open_database
from janitor.store.history import SqlHistory
from janitor.store.ledger import SqlLedger
from janitor.store.lock import ApplyLock, holder_of, started_by
from janitor.store.marks import SqlMarks
from janitor.store.uploads import SqlUploads
from janitor.store.uses import SqlUses

# A dry run is not worth a long wait for the database, in seconds: it warns and goes on unrecorded.
_DRY_RUN_PATIENCE = 2


@dataclass(frozen=True, slots=True)
class Books:
    """Where one sweep is written down. A dry run may have to do without: all are None then."""

    ledger: Ledger | None = None
    sightings: Sightings | None = None
    marks: MarkBook | None = None
    newest_uploads: UploadBook | None = None
    uses: UseBook | None = None

    async def lookout(self, since: datetime) -> Lookout:
        """For what was deleted after `since`; LedgerError where that cannot be read."""
        return Lookout.for_(await self.sightings.watched(since) if self.sightings else ())

    async def grace(self, at: datetime) -> Grace:
        """What was announced until now, for one sweep to look at; LedgerError where that cannot be read."""
        if self.marks is None:
            return Grace()
        return Grace(marks_of(await self.marks.marked(), await self.marks.opt_outs(at)))

    async def uploads(self, noting: bool) -> Uploads:
        """The newest uploads that earlier sweeps deleted; LedgerError where that cannot be read. `noting`: this
        sweep adds to them."""
        known = await self.newest_uploads.newest() if self.newest_uploads else {}
        return Uploads(known, noting)

    async def use_log(self, policies: Policies, at: datetime, read: tuple[str, ...]) -> UseLog:
        """What earlier sweeps saw in use, where a policy asks, and room for what this one sees; LedgerError where
        it cannot be read."""
        asked = self.uses and asks_for_use(policies)
        return UseLog(await self.uses.history(at, read) if self.uses and asked else None, read)

    async def remember(self, uploads: Mapping[str, float]) -> None:
        """Write down the newest uploads that are about to be deleted; LedgerError where that cannot be done."""
        if self.newest_uploads:
            await self.newest_uploads.remember(uploads, now())

    async def close_sweep(
        self, result: SweepResult, lookout: Lookout, grace: Grace, uses: UseLog, whole: bool
    ) -> SweepResult:
        """The sweep's last line, in the ledger and in the log. An apply that cannot be written down comes
        back with that error.

        Reports rest on the last sweep of the `whole` policy file, and of no other may a mark lapse: what it
        does not delete another policy may. A dry run announces nothing. While the clock is in doubt, no date of it is
        used: nothing is announced, no report rests on the sweep, and nothing counts as seen or gone, nor as in use.
        """
        sums = totals_as_json(result, totals(result))
        try:
            in_doubt = clock_refuses(result)
            reported = whole and self.ledger and not in_doubt
            snapshot = encode_snapshot(take_snapshot(result)) if reported else None
            if self.marks and result.mode == "apply" and not in_doubt:
                await _note_marks(self.marks, result, grace.lapsed if whole else ())
            seen = (Lookout(), UseLog()) if in_doubt else (lookout, uses)
            await self._write(result, *seen, json.dumps(sums), snapshot)
        except LedgerError as error:
            emit(Event.SWEEP_UNRECORDED, why=str(error))
            if result.mode == "apply":
                result = replace(result, error=result.error or error)
        seconds = round((result.finished_at - result.started_at).total_seconds(), 3)
        facts = {
            "sweep_id": result.sweep_id,
            "mode": result.mode,
            "exit_code": exit_code(result),
            "seconds": seconds,
        }
        emit(Event.SWEEP_FINISHED, **facts, gaps=len(result.plan.gaps), **sums)
        return result

    async def _write(
        self, result: SweepResult, lookout: Lookout, uses: UseLog, sums: str, snapshot: str | None
    ) -> None:
        plan = result.plan
        if self.uses:
            await self.uses.note_uses(uses.names, plan.observed_at)
        if self.sightings:
            await self.sightings.note_sightings(result.sweep_id, lookout.gone, lookout.back, plan.observed_at)
        if self.ledger:
            await self.ledger.finish(
                SweepEnd(
                    result.sweep_id,
                    result.finished_at,
                    plan.plan_id,
                    plan.policy_digest,
                    exit_code(result),
                    sums,
                    snapshot,
                    uses.read if uses.complete else None,
                )
            )


async def _note_marks(marks: MarkBook, result: SweepResult, lapsed: Sequence[str]) -> None:
    await marks.note_marks(result.sweep_id, result.waiting, lapsed, result.finished_at)
    announced = sum(each.is_new for each in result.waiting)
    if announced or lapsed:
        emit(Event.MARKS_NOTED, announced=announced, lapsed=len(lapsed), waiting=len(result.waiting))


@dataclass(frozen=True, slots=True)
class Opening:
    """How the books of one sweep are opened. `url` None is the default database."""

    url: str | None
    sweep_id: str
    origin: Origin

    @asynccontextmanager
    async def for_apply(self, wait: timedelta | None, stop: asyncio.Event) -> AsyncIterator[Books]:
        """The books of an apply, while it holds the lock; losing the lock sets `stop`.

        LedgerError: the database cannot be used. LockHeldError: another apply has it, after `wait` too.
        """

        def waiting(held: str) -> None:
            emit(Event.LOCK_WAITED, held_by=held)

        def lost(why: str) -> None:
            emit(Event.LOCK_LOST, why=why)
            stop.set()

        database = await open_database(self.url)
        try:
            lock = ApplyLock(database, holder_of(self.sweep_id), now)
            async with lock.held(wait, waiting, lost):
                ledger = SqlLedger(database, lock.token)
                await ledger.begin(self._start("apply"))
                yield Books(
                    ledger, SqlHistory(database), SqlMarks(database), SqlUploads(database), SqlUses(database)
                )
        finally:
            await database.close()

    @asynccontextmanager
    async def for_dry_run(self) -> AsyncIterator[Books]:
        """The books of a dry run; empty where there are none to be had, which is only worth a warning."""
        database: Database | None = None
        books = Books()
        try:
            database = await open_database(self.url, _DRY_RUN_PATIENCE)
            ledger = SqlLedger(database)
            await ledger.begin(self._start("dry-run"))
            books = Books(
                ledger, SqlHistory(database), SqlMarks(database), SqlUploads(database), SqlUses(database)
            )
        except LedgerError as error:
            emit(Event.SWEEP_UNRECORDED, why=str(error))
        try:
            yield books
        finally:
            if database:
                await database.close()

    def _start(self, mode: str) -> SweepStart:
        return SweepStart(self.sweep_id, now(), mode, started_by(), self.origin)


@dataclass(frozen=True, slots=True)
class LedgerRecorder:
    """The Recorder of one sweep. LedgerError passes through: what cannot be written stops the work."""

    ledger: Ledger
    sweep_id: str
    clock: Callable[[], datetime]

    async def intend(self, actions: Sequence[Action], group_bytes: Mapping[str, int]) -> list[int]:
        """An intent an action; none is logged that is not written."""
        intents = await self.ledger.intend(self.sweep_id, actions, group_bytes, self.clock())
        for action in actions:
            emit(Event.ACTION_INTENDED, **_facts(action))
        return intents

    async def note_operation(self, intents: Sequence[int], operation: str) -> None:
        """Google's operation, so that a later sweep can ask about it."""
        await self.ledger.note_operation(intents, operation, self.clock())

    async def conclude(self, ends: Sequence[tuple[Action, int | None, Outcome]]) -> None:
        """What became of each. What is written stays so even if the log cannot be."""
        conclusions = [
            Conclusion(intent, action.kind.value, action.name, outcome) for action, intent, outcome in ends
        ]
        await self.ledger.conclude(self.sweep_id, conclusions, self.clock())
        for action, _, outcome in ends:
            facts = _facts(action)
            if outcome.error is not None:
                facts["error"] = outcome.error
            emit(_event(outcome.kind), **facts)

    async def settled(self, answers: Sequence[Settled | LeftOpen]) -> None:
        """Write down what became of an earlier sweep's intents; what is left open is only logged."""
        done = [answer for answer in answers if isinstance(answer, Settled)]
        conclusions = [
            Conclusion(answer.intent.id, answer.intent.kind, answer.intent.name, answer.outcome)
            for answer in done
        ]
        await self.ledger.conclude(self.sweep_id, conclusions, self.clock())
        for answer in answers:
            about = {
                "kind": answer.intent.kind,
                "name": answer.intent.name,
                "of_sweep": answer.intent.sweep_id,
            }
            match answer:
                case Settled(_, outcome):
                    emit(Event.INTENT_SETTLED, **about, outcome=outcome.kind, error=outcome.error)
                case LeftOpen(_, why):
                    emit(Event.INTENT_LEFT_OPEN, **about, why=why)


def _facts(action: Action) -> dict[str, object]:
    facts: dict[str, object] = {
        "kind": action.kind,
        "name": action.name,
        "policy": action.policy,
        "reason": action.reason,
        "detail": action.detail,
        "size_bytes": action.size_bytes,
    }
    match action.estimate:
        case Priced(usd_month):
            facts["saves_usd_month"] = usd_month
        case Unpriced(why):
            facts["unpriced"] = why
    return facts


def _event(kind: OutcomeKind) -> Event:
    match kind:
        case OutcomeKind.DELETED:
            return Event.ACTION_DELETED
        case OutcomeKind.ALREADY_GONE:
            return Event.ACTION_ALREADY_GONE
        case OutcomeKind.DRIFTED:
            return Event.ACTION_DRIFTED
        case OutcomeKind.SKIPPED:
            return Event.ACTION_SKIPPED
        case OutcomeKind.FAILED:
            return Event.ACTION_FAILED
        case OutcomeKind.PLANNED:
            raise AssertionError("an action that was not tried has no outcome to write down")
