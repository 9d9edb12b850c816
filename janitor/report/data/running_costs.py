"""Running costs of all resources, in scope or not: repositories at their price, services with their state and cost."""

from collections.abc import Iterable, Mapping, Sequence, Set
from datetime import datetime
from decimal import Decimal

from janitor.cost.book import PriceBook
from janitor.cost.metering import estimate_repository
from janitor.kinds.owner import owner_of
from janitor.kinds.revision import Revision, revision_status
from janitor.kinds.service import Service, estimate_service, service_since, service_status
from janitor.kinds.table import HOLDER_KINDS
from janitor.model.amounts import Amount, Priced, amount_of
from janitor.model.inventory import Observed
from janitor.model.kinds import Status
from janitor.model.names import ResourceName
from janitor.model.resources import Condition, Repository
from janitor.report.data.snapshot import RunningCosts, RunningService, Stored

# What is said of a service only points to its revision: the revision's own words tell more.
_POINTS_TO_REVISION = frozenset({"", "UNKNOWN", "REVISION_FAILED"})
_WORST_FIRST = (
    Status.FAILED,
    Status.DEGRADED,
    Status.UNKNOWN,
    Status.RECONCILING,
    Status.SERVING,
    Status.ACTIVE,
    Status.RETIRED,
)
# Only these have a cost while they stand.
STAND = frozenset({RunningService.kind, Stored.kind})
_AILING = (Status.FAILED, Status.DEGRADED)


def standing(observed: Observed, book: PriceBook, show_creator: bool) -> RunningCosts:
    """Every repository and service that was seen, of all projects that are read, with their sums.

    Repositories the costliest first, services the failed ones first, then by price and name.
    `show_creator`: a service without an owner's label is its creator's, a person's address.
    """
    kind = RunningService.kind
    revisions = _by_service(observed.workloads.of(HOLDER_KINDS[kind].holds))
    repositories = [_stored(repository, book) for repository in observed.repositories]
    services = [
        _running(service, revisions.get(service.name, ()), book, show_creator, observed.observed_at)
        for service in observed.workloads.of(kind)
    ]
    repositories.sort(key=lambda row: (-_dollars(row), -row.size_bytes, row.name))
    services.sort(key=lambda row: (_WORST_FIRST.index(Status(row.status)), -_dollars(row), row.name))
    return RunningCosts(tuple(repositories), tuple(services), sum_of(repositories), sum_of(services))


def without(costs: RunningCosts, gone: Set[str]) -> RunningCosts:
    """The same without the repositories and services of these names."""
    repositories = tuple(row for row in costs.repositories if row.name not in gone)
    services = tuple(row for row in costs.services if row.name not in gone)
    return RunningCosts(repositories, services, sum_of(repositories), sum_of(services))


def sum_of(rows: Sequence[Stored | RunningService]) -> Amount:
    """How many they are, and what they come to; services have no bytes."""
    stored = (row.size_bytes for row in rows if isinstance(row, Stored))
    return amount_of([row.estimate for row in rows], sum(stored))


def idle_sum(services: Sequence[RunningService]) -> Amount:
    """What idle minimum instances cost: of the services that have any, or whose cost is not known."""
    return sum_of([row for row in services if not isinstance(row.estimate, Priced) or row.estimate.usd_month])


def _stored(repository: Repository, book: PriceBook) -> Stored:
    return Stored(
        name=str(repository.name),
        format=repository.format,
        owner=owner_of(repository.labels),
        size_bytes=repository.size_bytes,
        estimate=estimate_repository(repository.size_bytes, repository.name.location, book),
    )


def _running(
    service: Service, revisions: Sequence[Revision], book: PriceBook, show_creator: bool, now: datetime
) -> RunningService:
    status = service_status(service, revisions)
    ails = status in _AILING
    return RunningService(
        name=str(service.name),
        owner=owner_of(service.labels, service.creator if show_creator else ""),
        status=status.value,
        estimate=estimate_service(service, revisions, book),
        why=_why(service, revisions) if ails else "",
        since=_since(service, now) if ails else None,
    )


def _why(service: Service, revisions: Sequence[Revision]) -> str:
    """Google's words: of the service, or of its newest revision where that failed and the service
    only says so. In replies of Google's, a service whose container does not listen on PORT bears
    HEALTH_CHECK_CONTAINER_ERROR itself, one whose image is missing bears REVISION_FAILED.
    """
    said = service.terminal
    failed = _newest_failed(service, revisions)
    if failed and failed.message and (said.reason in _POINTS_TO_REVISION or not said.message):
        return _words(failed)
    return _words(said)


def _newest_failed(service: Service, revisions: Sequence[Revision]) -> Condition | None:
    """The Ready condition of the last deploy's revision, where that is seen and failed."""
    newest = (each for each in revisions if each.name.short == service.latest_created_revision)
    return next((each.ready for each in newest if revision_status(each) is Status.FAILED), None)


def _words(condition: Condition) -> str:
    return ": ".join(part for part in (condition.reason, condition.message) if part)


def _since(service: Service, now: datetime) -> datetime | None:
    """When the condition came to say so (each deploy starts it again); else the last deploy.

    A time in the future is no time (R5).
    """
    times = (service.terminal.last_transition_time, service_since(service))
    return next((time for time in times if time and time <= now), None)


def _by_service(revisions: Iterable[Revision]) -> Mapping[ResourceName, list[Revision]]:
    held: dict[ResourceName, list[Revision]] = {}
    for revision in revisions:
        held.setdefault(revision.name.parent, []).append(revision)
    return held


def _dollars(row: Stored | RunningService) -> Decimal:
    """For the order alone: what has no price comes after what has one."""
    return row.estimate.usd_month if isinstance(row.estimate, Priced) else Decimal(-1)
