"""The one place where settings become adapters, and adapters meet the sweep."""

import asyncio
import secrets
from collections.abc import Sequence
from contextlib import AsyncExitStack, ExitStack
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches

from janitor.apply.executor import PlanApplier
from janitor.apply.settle import in_flight, settle
from janitor.cost.book import PriceBook
from janitor.errors import InterruptedSweepError, UsageError
from janitor.gcp.billing import read_catalog
from janitor.gcp.channels import BILLING_HOST, Clients, connect
from janitor.gcp.collector import making_what_stays
from janitor.gcp.credentials import default_project
from janitor.gcp.deletes import GoogleDeleter
from janitor.gcp.observer import GoogleObserver
from janitor.gcp.operations import GoogleOperations
from janitor.gcp.reader import GoogleReader
from janitor.ledger.history import Origin
from janitor.ledger.sightings import Lookout
from janitor.logs import Event, emit
from janitor.model.inventory import Gap, Observed
from janitor.model.kinds import Kind
from janitor.policy.deciding.grace import Grace
from janitor.policy.deciding.uploads import Uploads
from janitor.policy.deciding.use_history import UseLog
from janitor.policy.model import Policies
from janitor.report.data.notices import clock_line, notices
from janitor.report.data.result import SweepResult
from janitor.runtime import asked_to_stop, now, stop_asked
from janitor.settings import Settings, SweepRequest
from janitor.store.address import cache_folder
from janitor.store.price_cache import load_prices
from janitor.sweep.record import Books, LedgerRecorder, Opening
from janitor.sweep.sweep import SweepInput, SweepPorts, sweep

_LOCATIONS = (Kind.RUN_LOCATION, Kind.ARTIFACT_LOCATION)


def run_sweep(request: SweepRequest, settings: Settings) -> SweepResult:
    """One sweep, from the clients to its last line in the ledger.

    Raises UsageError, ObservationError, LedgerError, LockHeldError, and InterruptedSweepError where a
    signal came before there was a plan to apply; after that an interrupted sweep is a result, and so is one
    whose ledger or lock failed.
    """
    return asyncio.run(_until_signalled(request, settings))


async def _until_signalled(request: SweepRequest, settings: Settings) -> SweepResult:
    with stop_asked() as stop:
        result = await swept(request, settings, stop, Origin.HAND)
        if request.apply and settings.speaks_to_slack and not stop.is_set():
            from janitor.notify.posting import post_note  # Slack's client costs a start a fifth of a second

            await post_note(settings, request.policies.report, result)
        return result


async def swept(
    request: SweepRequest, settings: Settings, stop: asyncio.Event, origin: Origin
) -> SweepResult:
    """As `run_sweep`, within a running loop; `stop` is what a signal would do."""
    applying = asyncio.Event()
    work = asyncio.create_task(_opened(request, settings, stop, origin, applying))
    stopped = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({work, stopped}, return_when=asyncio.FIRST_COMPLETED)
        if stop.is_set() and not applying.is_set() and work.cancel():
            await asyncio.wait({work})
            if work.cancelled():
                emit(Event.SWEEP_INTERRUPTED)
                raise InterruptedSweepError(
                    "stopped by a signal while observing: nothing was deleted; start the sweep again"
                )
        return await work
    finally:
        stopped.cancel()
        work.cancel()


async def _opened(
    request: SweepRequest, settings: Settings, stop: asyncio.Event, origin: Origin, applying: asyncio.Event
) -> SweepResult:
    """Open what a sweep needs, in the order in which it may be refused, and close it again."""
    async with AsyncExitStack() as stack:
        clients = await stack.enter_async_context(connect(settings.emulator_host, settings.emulator_http))
        deletable = await deletable_projects(request, settings)
        opening = Opening(settings.ledger_url, _new_id(), origin)
        books = await stack.enter_async_context(
            opening.for_apply(request.wait, stop) if request.apply else opening.for_dry_run()
        )
        lookout = await books.lookout(now() - request.policies.report.horizon)
        grace, uploads = await books.grace(now()), await books.uploads(noting=request.apply)
        uses = await books.use_log(request.policies, now(), projects_read(request.policies, deletable))
        planning = stack.enter_context(ExitStack())
        planning.enter_context(making_what_stays())
        wiring = _Wiring(
            request, settings, clients, books, lookout, grace, uploads, uses, opening.sweep_id, deletable, stop, applying,
            planning,
        )  # fmt: skip
        result = await sweep(wiring.question(), await wiring.stages())
        wiring.log(result)
        return await books.close_sweep(result, lookout, grace, uses, whole=not request.only_policies)


def _new_id() -> str:
    return f"{now():%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}"


async def deletable_projects(request: SweepRequest, settings: Settings) -> tuple[str, ...]:
    """The projects that may be deleted from (R1); UsageError where none is named anywhere."""
    named = request.projects or request.policies.scope.projects
    if named:
        return named
    default = None if settings.emulator_host else await asyncio.to_thread(default_project)
    if default is None:
        raise UsageError(
            "no project is named: give --project P, or scope.projects in the policy file, or default"
            " credentials that belong to one (gcloud config set project, or GOOGLE_CLOUD_PROJECT)"
        )
    return (default,)


def projects_read(policies: Policies, deletable: Sequence[str]) -> tuple[str, ...]:
    """Every project that may hold a user of an image (R1)."""
    scope = policies.scope
    return tuple(dict.fromkeys((*scope.projects, *deletable, *scope.also_read)))


async def price_book(clients: Clients, settings: Settings, at: datetime) -> PriceBook:
    """The best prices to be had at this time, as `load_prices` finds them; never fails."""
    endpoint = settings.emulator_host or BILLING_HOST
    return await load_prices(lambda: read_catalog(clients.catalog, at.date()), cache_folder(), endpoint, at)


@dataclass(frozen=True, slots=True)
class _Wiring:
    """The adapters of one sweep. `planning` is closed, and `applying` set, when an apply begins."""

    request: SweepRequest
    settings: Settings
    clients: Clients
    books: Books
    lookout: Lookout
    grace: Grace
    uploads: Uploads
    uses: UseLog
    sweep_id: str
    deletable: tuple[str, ...]
    stop: asyncio.Event
    applying: asyncio.Event
    planning: ExitStack

    def question(self) -> SweepInput:
        """What is asked; its time is the moment before anything is read."""
        policies, request = self.request.policies, self.request
        emit(
            Event.SWEEP_STARTED,
            sweep_id=self.sweep_id,
            mode="apply" if request.apply else "dry-run",
            policies=request.policies_source,
            projects=self.deletable,
        )
        return SweepInput(
            sweep_id=self.sweep_id,
            policies=policies,
            limits=request.limits,
            deletable=self.deletable,
            read=self._read,
            selected=frozenset(request.only_policies or (policy.name for policy in policies.policies)),
            own=frozenset(self.settings.self_names),
            want_names=request.names_of_kept,
            now=self.clients.google_time.begin(),
        )

    async def stages(self) -> SweepPorts:
        """The sweep's way to the outside. A dry run is given nothing that could delete."""
        observer = GoogleObserver(
            self.clients,
            log_skipped,
            lambda done, total: self._progress("locations", done, total),
            on_repeated=log_repeated,
        )
        applier = None
        if self.request.apply and self.books.ledger:
            clock = self.clients.google_time.now
            applier = await self._applier(observer, LedgerRecorder(self.books.ledger, self.sweep_id, clock))
        return SweepPorts(
            observer=observer,
            prices=self._prices,
            applier=applier,
            clock=self.clients.google_time.now,
            clock_reading=self.clients.google_time.reading,
            check_locations=lambda observed: self._check_locations(observed, observer.locations),
            notices=self._notices,
            on_gap=_gap,
            on_repository=self._seen,
            lookout=self.lookout,
            on_expression=lambda text: emit(Event.EXPRESSION_FAILED, text=text),
            grace=self.grace,
            uploads=self.uploads,
            uses=self.uses,
            remember=self.books.remember,
            on_label=lambda text: emit(Event.LABEL_UNREADABLE, text=text),
        )

    def log(self, result: SweepResult) -> None:
        """What the log must say of a result, beside its last line."""
        if line := clock_line(result):
            emit(Event.CLOCK_DOUBTED, text=line)
        for refusal in result.refusals:
            emit(Event.PLAN_REFUSED, limit=refusal.limit, text=refusal.message)
        if result.interrupted and not result.error:
            emit(Event.SWEEP_INTERRUPTED)

    @property
    def _read(self) -> tuple[str, ...]:
        return projects_read(self.request.policies, self.deletable)

    async def _applier(self, observer: GoogleObserver, recorder: LedgerRecorder) -> PlanApplier:
        """Settles first what earlier sweeps left open (R22)."""
        clients, reader = self.clients, GoogleReader(observer, self._read)
        operations = GoogleOperations(clients.services, clients.artifacts)
        deleter = GoogleDeleter(clients, operations, lambda: self.stop.is_set() or asked_to_stop())
        answers = await settle(await recorder.ledger.open_intents(), reader, operations, deleter)
        await recorder.settled(answers)
        return PlanApplier(
            reader=reader,
            deleter=deleter,
            recorder=recorder,
            extra=self.request.policies.protect.references,
            in_flight=in_flight(answers),
            stop=self.stop,
            clock=self.clients.google_time.now,
            on_start=self._begin,
            on_done=lambda done, total: self._progress("deletions", done, total),
        )

    def _begin(self) -> None:
        self.planning.close()
        self.applying.set()

    async def _prices(self) -> PriceBook:
        book = await price_book(self.clients, self.settings, now())
        if book.why:
            emit(Event.PRICES_FELL_BACK, source=book.source, as_of=book.as_of.isoformat(), why=book.why)
        return book

    def _check_locations(self, observed: Observed, known: set[str]) -> None:
        """A location that neither API has in any project is a mistake in the policy file (R1)."""
        if any(gap.kind in _LOCATIONS for gap in (*observed.gaps, *observed.workloads.gaps)):
            return  # whether they have it was not to be learnt
        for location in self.request.policies.scope.locations or ():
            if location not in known:
                near = get_close_matches(location, sorted(known), n=1)
                hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(sorted(known))}"
                raise UsageError(
                    f"{self.request.policies_source}: scope.locations: neither Cloud Run nor Artifact"
                    f" Registry has a location {location!r}; {hint}"
                )

    def _notices(self, book: PriceBook, unmatched: Sequence[str]) -> tuple[str, ...]:
        for policy in unmatched:
            emit(Event.POLICY_UNMATCHED, policy=policy)
        return notices(
            projects=self._read,
            reference_files=self.request.policies.protect.reference_files,
            price_note=book.note,
            recorded=self.books.ledger is not None,
            throwaway_disk=self.settings.loses_ledger,
            shipped_policies=self.request.shipped_policies,
            unmatched=unmatched,
        )

    def _seen(self, done: int, total: int, images: int) -> None:
        self._progress("repositories", done, total)
        self._progress("images", images, 0)

    def _progress(self, what: str, done: int, total: int) -> None:
        if self.request.progress:
            self.request.progress(what, done, total)


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


def _gap(gap: Gap) -> None:
    emit(
        Event.GAP_FOUND,
        project=gap.project,
        location=gap.location,
        kind=gap.kind,
        repository=gap.repository,
        cause=gap.cause,
    )
