"""Wiring of a sweep: settings become adapters for Google and the ledger, and adapters become its ports."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, ExitStack
from dataclasses import dataclass, replace
from datetime import datetime
from difflib import get_close_matches
from functools import partial
from typing import Literal

from janitor.apply.executor import PlanApplier
from janitor.apply.outcomes import Applied
from janitor.apply.settle import in_flight, settle
from janitor.cost.book import PriceBook
from janitor.errors import InterruptedSweepError, JanitorError, UsageError
from janitor.gcp.billing import read_catalog
from janitor.gcp.channels import BILLING_HOST, Clients, connect
from janitor.gcp.collector import making_what_stays
from janitor.gcp.deletes import GoogleDeleter
from janitor.gcp.observer import GoogleObserver
from janitor.gcp.operations import GoogleOperations
from janitor.gcp.reader import GoogleReader
from janitor.ledger.history import Origin, SweepScope
from janitor.ledger.sightings import Lookout
from janitor.logs import Event, emit
from janitor.model.inventory import Observed
from janitor.model.kinds import Kind
from janitor.plan.guard import ClearedPlan
from janitor.policy.deciding.context import DecisionInput, Detail, Memory
from janitor.policy.deciding.projects import SweptProjects
from janitor.policy.deciding.references import References
from janitor.report.data.announcing import announces, dated, newly_scheduled, unannounced
from janitor.report.data.result import SweepResult
from janitor.runtime import asked_to_stop, elapsed, in_background, now, stop_asked
from janitor.settings import Settings, SweepRequest
from janitor.store.folders import cache_folder
from janitor.store.price_cache import load_prices
from janitor.sweep.projects import ProjectsAgain, swept_projects
from janitor.sweep.record import (
    Books,
    LedgerRecorder,
    LoggedEvents,
    Opening,
    SweepRecord,
    log_result,
    log_scheduled,
)
from janitor.sweep.repositories import DecisionPorts
from janitor.sweep.sweep import Applier, RunEnvironment, SweepPorts, sweep

# Told of a message to Slack: what it is, and whether it was posted.
OnPosted = Callable[[Literal["report", "note", "trouble"], bool], None]
# Shows the whole output of a sweep; whether all of it was taken. UsageError: it cannot be written.
Show = Callable[[SweepResult], bool]
_LOCATIONS = (Kind.RUN_LOCATION, Kind.ARTIFACT_LOCATION)


def run_sweep(request: SweepRequest, settings: Settings, show: Show | None = None) -> SweepResult:
    """One sweep, from the clients to its last line in the ledger.

    Where it schedules deletions and Slack is not set up, `show` is called before these are written down: its output is
    their announcement (R32).

    Raises UsageError, ObservationError, LedgerError, LockHeldError, and InterruptedSweepError where a
    signal came before there was a plan to apply; after that an interrupted sweep is a result, and so is one
    whose ledger or lock failed.
    """
    return asyncio.run(_until_signalled(request, settings, show))


async def _until_signalled(request: SweepRequest, settings: Settings, show: Show | None) -> SweepResult:
    with stop_asked() as stop:
        result = await swept(request, settings, stop, Origin.HAND, show=show)
        if request.apply and settings.speaks_to_slack and not stop.is_set():
            from janitor.notify.posting import post_note  # Slack's client costs a start a fifth of a second

            await post_note(settings, request.policies.report, result)
        return result


async def swept(
    request: SweepRequest,
    settings: Settings,
    stop: asyncio.Event,
    origin: Origin,
    on_posted: OnPosted | None = None,
    show: Show | None = None,
) -> SweepResult:
    """As `run_sweep`, within a running loop; `stop` is what a signal would do. `on_posted` hears whether Slack
    accepted an announcement. Without `show` the log is the output."""
    applying = asyncio.Event()
    announce = partial(_announced, settings=settings, stop=stop, on_posted=on_posted, show=show)
    work = asyncio.create_task(_opened(request, settings, stop, origin, applying, announce))
    stopped = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({work, stopped}, return_when=asyncio.FIRST_COMPLETED)
        if stop.is_set() and not applying.is_set() and work.cancel():
            await asyncio.wait({work})
            if work.cancelled():
                emit(Event.SWEEP_INTERRUPTED)
                raise InterruptedSweepError(
                    "stopped by a signal during the reads: nothing was deleted; start the sweep again"
                )
        return await work
    finally:
        stopped.cancel()
        work.cancel()


async def _opened(
    request: SweepRequest, settings: Settings, stop: asyncio.Event, origin: Origin, applying: asyncio.Event,
    announce: Callable[[SweepResult], Awaitable[SweepResult]],
) -> SweepResult:  # fmt: skip
    """Open what a sweep needs, in the order in which it may be refused, and close it again."""
    async with AsyncExitStack() as stack:
        clients = await stack.enter_async_context(connect(settings.emulator_host, settings.emulator_http))
        projects = await swept_projects(request, settings, clients)
        opening = Opening(settings.ledger_url, _new_id(), origin, _scope(request, projects))
        record = await stack.enter_async_context(
            opening.for_apply(request.wait, stop) if request.apply else opening.for_dry_run()
        )
        lookout = await record.lookout(now() - request.policies.report.horizon)
        memory = await record.memory(request.policies, now(), projects, noting=request.apply)
        planning = stack.enter_context(ExitStack())
        planning.enter_context(making_what_stays())
        end = elapsed() + request.limits.max_duration.total_seconds()

        def seconds_left() -> float:
            return end - elapsed()

        def begin() -> None:
            planning.close()
            applying.set()

        question = _question(request, settings, opening.sweep_id, projects, clients.google_time.begin())
        adapters = _Adapters(request, settings, clients, projects, record, memory, seconds_left)
        ports = await adapters.ports(question, lookout, stop, begin)
        result = await sweep(opening.sweep_id, question, ports)
        log_result(result)
        if announces(result):
            begin()  # what was announced is recorded, also where no deletion began before a signal
        result = await announce(result)
        return await record.close(result, lookout, memory, whole=not request.only_policies)


async def _announced(
    result: SweepResult,
    settings: Settings,
    stop: asyncio.Event,
    on_posted: OnPosted | None,
    show: Show | None,
) -> SweepResult:
    """The result once its newly scheduled deletions are announced (R32): by Slack where that is set up, else by the
    sweep's own output. What is not accepted is not scheduled."""
    if not announces(result):
        return result
    if not settings.speaks_to_slack:
        return await _shown(dated(result, now()), show)
    if stop.is_set() or result.interrupted or result.error:
        return unannounced(result, "The sweep was stopped before it could post to Slack")
    from janitor.notify.posting import post_announcement  # Slack's client costs a start a fifth of a second

    return await post_announcement(settings, result, stop, on_posted)


async def _shown(result: SweepResult, show: Show | None) -> SweepResult:
    """The result once its output was written, before anything of it is in the ledger: a sweep that is killed in between
    announces again. Whoever reads the output slowly does not stop the renewal of the lock."""
    if show is None:
        log_scheduled(newly_scheduled(result))
        return result
    try:
        if await in_background(lambda: show(result)):
            return result
        why: JanitorError | None = None
    except UsageError as error:
        why = error
    text = str(why or "Its reader closed the output of the sweep before the end")
    emit(Event.NOTE_UNPOSTED, what="output", error=text)
    return replace(unannounced(result, text), error=result.error or why)


def _question(
    request: SweepRequest, settings: Settings, sweep_id: str, projects: SweptProjects, begun: datetime
) -> DecisionInput:
    """What is asked; it is as of `begun`, the moment before anything is read."""
    emit(
        Event.SWEEP_STARTED,
        sweep_id=sweep_id,
        mode="apply" if request.apply else "dry-run",
        policies=request.policies_source,
        projects=_scope(request, projects).projects,
        projects_read=len(projects.read),
        unread=request.policies.scope.unread,
        holders=request.policies.protect.holders,
    )
    policies = request.policies
    return DecisionInput(
        policies=replace(policies, limits=request.limits),
        selected=frozenset(request.only_policies or (policy.name for policy in policies.policies)),
        deletable=projects.deletable,
        read=projects.read,
        gaps=projects.gaps,
        own=frozenset(settings.self_names),
        now=begun,
        detail=Detail(names=request.names_of_kept),
    )


def _scope(request: SweepRequest, projects: SweptProjects) -> SweepScope:
    """Of an organization its own name: which projects it has today is no other scope tomorrow."""
    named = request.projects or request.policies.scope.roots or projects.deletable
    return SweepScope(request.policies_source, request.policies.digest, named, request.only_policies)


def _new_id() -> str:
    return f"{now():%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}"


async def price_book(clients: Clients, settings: Settings, at: datetime) -> PriceBook:
    """The best prices to be had at this time, as `load_prices` finds them; never fails."""
    endpoint = settings.emulator_host or BILLING_HOST
    return await load_prices(lambda: read_catalog(clients.catalog, at.date()), cache_folder(), endpoint, at)


@dataclass(frozen=True, slots=True)
class _Adapters:
    """What connects one sweep to Google and to the ledger."""

    request: SweepRequest
    settings: Settings
    clients: Clients
    projects: SweptProjects
    record: SweepRecord
    memory: Memory
    seconds_left: Callable[[], float]

    async def ports(
        self, question: DecisionInput, lookout: Lookout, stop: asyncio.Event, on_start: Callable[[], None]
    ) -> SweepPorts:
        """The sweep's way to the outside. A dry run is given nothing that could delete. `on_start` is called when
        an apply begins."""
        observer = GoogleObserver(
            self.clients,
            log_skipped,
            self._progress("locations"),
            on_repeated=log_repeated,
            inventory=None if question.policies.protect.holders == "off" else self.projects.inventory,
        )

        async def observe(projects: Sequence[str], at: datetime) -> Observed:
            self._progress("locations")(0, 0)  # prices are read beside them, and come second in what is told
            observed = await observer.observe(projects, at)
            _check_locations(self.request, observed, observer.locations)
            return observed

        books, applier = self.record.books, None
        if self.request.apply and books:
            again = ProjectsAgain(self.request, self.settings, self.clients, self.projects)
            reader = GoogleReader(observer, self.projects.read, again)
            applier = await self._applier(reader, books, stop, on_start)
        return SweepPorts(
            observe=observe,
            decision=DecisionPorts(observer, self.memory, lookout, self._repositories_done),
            prices=self._prices,
            applier=applier,
            clock=self.clients.google_time,
            events=LoggedEvents(),
            last_matched=self.record.last_matched,
            environment=RunEnvironment(
                recorded=books is not None,
                throwaway_disk=self.settings.loses_ledger,
                shipped_policies=self.request.shipped_policies,
            ),
        )

    async def _applier(
        self, reader: GoogleReader, books: Books, stop: asyncio.Event, on_start: Callable[[], None]
    ) -> Applier:
        """Settles first what earlier sweeps left open (R22)."""
        clients, clock = self.clients, self.clients.google_time.now
        recorder = LedgerRecorder(books.ledger, self.record.sweep_id, clock)
        operations = GoogleOperations(clients.services, clients.artifacts)
        deleter = GoogleDeleter(clients, operations, lambda: stop.is_set() or asked_to_stop())
        answers = await settle(await books.ledger.open_intents(), reader, operations, deleter)
        await recorder.settled(answers)
        apply = PlanApplier(
            reader=reader,
            deleter=deleter,
            recorder=recorder,
            turns=clients.paces,
            seconds_left=self.seconds_left,
            protect=self.request.policies.protect,
            in_flight=in_flight(answers),
            stop=stop,
            clock=clock,
            on_start=on_start,
            on_done=self._progress("deletions"),
        )

        async def remember_and_apply(
            cleared: ClearedPlan, planned: References, observed: Observed
        ) -> Applied:
            await books.newest_uploads.remember(self.memory.uploads.noted, now())
            return await apply(cleared, planned, observed)

        return remember_and_apply

    async def _prices(self) -> PriceBook:
        progress = self._progress("prices")
        progress(0, 1)
        book = await price_book(self.clients, self.settings, now())
        progress(1, 1)
        if book.why:
            emit(Event.PRICES_FELL_BACK, source=book.source, as_of=book.as_of.isoformat(), why=book.why)
        return book

    def _repositories_done(self, done: int, total: int, images: int) -> None:
        self._progress("repositories")(done, total)
        self._progress("images")(images, 0)

    def _progress(self, what: str) -> Callable[[int, int], None]:
        progress = self.request.progress
        return partial(progress, what) if progress else lambda _done, _total: None


def _check_locations(request: SweepRequest, observed: Observed, known: set[str]) -> None:
    """A location that neither API has in any project is a mistake in the policy file (R1)."""
    if any(gap.kind in _LOCATIONS for gap in (*observed.gaps, *observed.workloads.gaps)):
        return  # whether they have it was not to be learnt
    for location in request.policies.scope.locations or ():
        if location not in known:
            near = get_close_matches(location, sorted(known), n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(sorted(known))}"
            raise UsageError(
                f"{request.policies_source}: scope.locations: neither Cloud Run nor Artifact"
                f" Registry has a location {location!r}; {hint}"
            )


def log_skipped(project: str, location: str, kind: Kind, why: str) -> None:
    """Log what is not there, and so no gap (R4)."""
    emit(Event.LOCATION_SKIPPED, project=project, location=location, kind=kind, why=why)


def log_repeated(project: str, location: str, kind: Kind, names: Sequence[object]) -> None:
    """Log what a listing returned more than once, which counts once (R28)."""
    emit(
        Event.ITEM_REPEATED,
        project=project,
        location=location,
        kind=kind,
        count=len(names),
        first=str(names[0]),
    )
