"""Record of a sweep: its lines in the ledger, its log events and, for an apply, its lock."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from janitor.apply.outcomes import Outcome, OutcomeKind
from janitor.apply.settle import LeftOpen, Settled
from janitor.errors import LedgerError
from janitor.ledger.entries import (
    Conclusion,
    InventoryBook,
    Ledger,
    SweepEnd,
    SweepStart,
    UploadBook,
    UseBook,
)
from janitor.ledger.history import ANY_SCOPE, Origin, PastPolicies, Sightings, SweepScope
from janitor.ledger.marks import MarkBook, marks_of
from janitor.ledger.sightings import Lookout
from janitor.logs import Event, emit
from janitor.model.amounts import Priced, Unpriced
from janitor.model.inventory import Gap
from janitor.plan.plan import Action
from janitor.policy.deciding.context import Memory
from janitor.policy.deciding.grace import Grace, Waiting
from janitor.policy.deciding.holders import JudgedHolders
from janitor.policy.deciding.projects import SweptProjects
from janitor.policy.deciding.uploads import Uploads
from janitor.policy.deciding.use_history import UseLog, asks_for_use
from janitor.policy.model import Policies
from janitor.report.data.notices import clock_line
from janitor.report.data.result import SweepResult, clock_refuses, is_announced
from janitor.report.data.snapshot_codec import decode_snapshot, encode_snapshot
from janitor.report.data.take_snapshot import take_snapshot
from janitor.report.data.totals import exit_code, totals, totals_as_json
from janitor.runtime import now
from janitor.store.database import Database, open_database
from janitor.store.history import SqlHistory
from janitor.store.inventories import SqlInventories
from janitor.store.ledger import SqlLedger
from janitor.store.lock import ApplyLock, holder_of, started_by
from janitor.store.marks import SqlMarks
from janitor.store.uploads import SqlUploads
from janitor.store.uses import SqlUses

# A dry run is not worth a long wait for the database, in seconds: it warns and goes on unrecorded.
_DRY_RUN_PATIENCE = 2
# Dry runs leave no trace of a policy but in these.
_SNAPSHOTS_SEEN = 5


@dataclass(frozen=True, slots=True)
class Books:
    """The tables of the ledger that a sweep reads and writes."""

    ledger: Ledger
    sightings: Sightings
    marks: MarkBook
    newest_uploads: UploadBook
    uses: UseBook
    past: PastPolicies
    inventories: InventoryBook

    @classmethod
    def of(cls, database: Database, token: str | None = None) -> "Books":
        """All of them; an apply writes with the `token` of its lock."""
        return cls(
            SqlLedger(database, token), SqlHistory(database), SqlMarks(database), SqlUploads(database),
            SqlUses(database), SqlHistory(database), SqlInventories(database),
        )  # fmt: skip

    async def memory(
        self, policies: Policies, at: datetime, projects: SweptProjects, noting: bool = False
    ) -> Memory:
        """What earlier sweeps recorded, for one sweep to look at. `noting`: this sweep adds to the newest uploads.
        When images were in use is read where a policy asks. LedgerError where that cannot be read."""
        marks = marks_of(await self.marks.marked(), await self.marks.opt_outs(at))
        uploads = Uploads(await self.newest_uploads.newest(), noting)
        read, created = projects.read, projects.created
        history = await self.uses.history(at, read, created) if asks_for_use(policies) else None
        inventories = await self.inventories.inventories(at, created)
        return Memory(Grace(marks), uploads, UseLog(history, read), inventories)


@dataclass(frozen=True, slots=True)
class SweepRecord:
    """The record of one sweep. A dry run may have to do without `books`: it is only logged then."""

    sweep_id: str
    books: Books | None = None

    async def lookout(self, since: datetime) -> Lookout:
        """For what was deleted after `since`; LedgerError where that cannot be read."""
        return Lookout.for_(await self.books.sightings.watched(since), now()) if self.books else Lookout()

    async def memory(self, policies: Policies, at: datetime, projects: SweptProjects, noting: bool) -> Memory:
        """As `Books.memory`; nothing is remembered without books."""
        if self.books is None:
            return Memory(uploads=Uploads(noting=noting), uses=UseLog(None, projects.read))
        return await self.books.memory(policies, at, projects, noting)

    async def last_matched(self, policies: Sequence[str]) -> Mapping[str, datetime]:
        """When an earlier recorded sweep had something to delete by each of these policies. A policy of which none is
        recorded is not there, and none is where the ledger fails: that is told when the sweep is written down, and no
        sweep ends for the words of a note."""
        if self.books is None:
            return {}
        try:
            found = dict(await self.books.past.last_acted(policies))
            snapshots = await self.books.past.last_snapshots(_SNAPSHOTS_SEEN)
        except LedgerError:
            return {}
        for text in snapshots:
            with suppress(ValueError):  # of another version, which says nothing of policies here
                snapshot = decode_snapshot(text)
                for policy in {name for name, _ in snapshot.by_policy} & set(policies):
                    found[policy] = max(snapshot.observed_at, found.get(policy, snapshot.observed_at))
        return found

    async def close(self, result: SweepResult, lookout: Lookout, memory: Memory, whole: bool) -> SweepResult:
        """The sweep's last line, in the ledger and in the log. An apply that cannot be written down comes
        back with that error.

        Reports rest on sweeps of the `whole` policy file (R31), and of no other may a mark lapse: what it
        does not delete another policy may. A dry run announces nothing, and what no channel accepted is not
        written down. While the clock is in doubt, no date of it is
        used: nothing is announced, no report rests on the sweep, and nothing counts as seen or gone, nor as in use.
        """
        sums = totals_as_json(result, totals(result))
        try:
            if self.books:
                await _write(self.books, result, lookout, memory, json.dumps(sums), whole)
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
    books: Books, result: SweepResult, lookout: Lookout, memory: Memory, sums: str, whole: bool
) -> None:
    plan, in_doubt, uses = result.plan, clock_refuses(result), memory.uses
    snapshot = encode_snapshot(take_snapshot(result)) if whole and not in_doubt else None
    if in_doubt:
        lookout, uses = Lookout(), UseLog()
    elif result.mode == "apply":
        await _note_marks(books.marks, result, memory.grace.lapsed if whole else ())
    await books.uses.note_uses(uses.names, plan.observed_at)
    await lookout.look_back(books.sightings)
    await books.sightings.note_sightings(result.sweep_id, lookout.gone, lookout.back, plan.observed_at)
    await books.ledger.finish(
        SweepEnd(
            result.sweep_id,
            result.finished_at,
            plan.plan_id,
            plan.policy_digest,
            exit_code(result),
            sums,
            snapshot,
            uses.read if uses.complete else None,
            () if in_doubt else result.holders.holders.read,
        )
    )


async def _note_marks(marks: MarkBook, result: SweepResult, lapsed: Sequence[str]) -> None:
    told = [each for each in result.waiting if is_announced(each, result.mode)]
    await marks.note_marks(result.sweep_id, told, lapsed, result.finished_at)
    announced = sum(each.is_new for each in told)
    if announced or lapsed:
        emit(Event.MARKS_NOTED, announced=announced, lapsed=len(lapsed), waiting=len(result.waiting))


@dataclass(frozen=True, slots=True)
class Opening:
    """How the record of one sweep is opened. `url` None is the default database."""

    url: str | None
    sweep_id: str
    origin: Origin
    scope: SweepScope = ANY_SCOPE

    @asynccontextmanager
    async def for_apply(self, wait: timedelta | None, stop: asyncio.Event) -> AsyncIterator[SweepRecord]:
        """The record of an apply, while it holds the lock; losing the lock sets `stop`.

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
                books = Books.of(database, lock.token)
                await books.ledger.begin(self._start("apply"))
                yield SweepRecord(self.sweep_id, books)
        finally:
            await database.close()

    @asynccontextmanager
    async def for_dry_run(self) -> AsyncIterator[SweepRecord]:
        """The record of a dry run; without books where there are none to be had, which is only worth a warning."""
        database: Database | None = None
        books: Books | None = None
        try:
            database = await open_database(self.url, _DRY_RUN_PATIENCE)
            opened = Books.of(database)
            await opened.ledger.begin(self._start("dry-run"))
            books = opened
        except LedgerError as error:
            emit(Event.SWEEP_UNRECORDED, why=str(error))
        try:
            yield SweepRecord(self.sweep_id, books)
        finally:
            if database:
                await database.close()

    def _start(self, mode: str) -> SweepStart:
        return SweepStart(self.sweep_id, now(), mode, started_by(), self.origin, self.scope)


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
        """Record the outcome of each action. The record is valid even if the log fails."""
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


class LoggedEvents:
    """The log events of what a sweep found."""

    def gap(self, gap: Gap) -> None:
        """A listing that could not be read."""
        emit(
            Event.GAP_FOUND,
            project=gap.project,
            location=gap.location,
            kind=gap.kind,
            repository=gap.repository,
            cause=gap.cause,
        )

    def expression_failed(self, text: str) -> None:
        """An `expr` that failed, once a sweep."""
        emit(Event.EXPRESSION_FAILED, text=text)

    def label_unreadable(self, text: str) -> None:
        """A label that says how long in words that cannot be read."""
        emit(Event.LABEL_UNREADABLE, text=text)

    def policy_unmatched(self, policy: str) -> None:
        """A policy that matched nothing."""
        emit(Event.POLICY_UNMATCHED, policy=policy)

    def holders_read(self, holders: JudgedHolders) -> None:
        """What Cloud Asset Inventory was asked, and when."""
        read = holders.holders
        emit(
            Event.HOLDERS_READ,
            mode=holders.mode,
            projects=read.read,
            off={each.project: each.refusal.value for each in holders.off},
            assets=read.assets,
            naming_images=len(read.found),
            read_at=read.read_at,
        )


def log_scheduled(scheduled: Iterable[Waiting]) -> None:
    """Each newly scheduled deletion in the log, where that is a sweep's only output (R32)."""
    for each in scheduled:
        usd = each.estimate.usd_month if isinstance(each.estimate, Priced) else None
        emit(
            Event.DELETION_SCHEDULED, kind=each.kind, name=each.name, policy=each.policy, owner=each.owner,
            due_at=each.due_at, saves_usd_month=usd, keep="label janitor: keep, or: janitor keep NAME",
        )  # fmt: skip


def log_result(result: SweepResult) -> None:
    """What the log must say of a result, beside its last line."""
    if line := clock_line(result):
        emit(Event.CLOCK_DOUBTED, text=line)
    for refusal in result.refusals:
        emit(Event.PLAN_REFUSED, limit=refusal.limit, text=refusal.message)
    if result.interrupted and not result.error:
        emit(Event.SWEEP_INTERRUPTED)
