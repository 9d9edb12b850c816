"""run.revision: what it is doing, since when, and what deleting it needs."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from math import inf
from typing import Protocol

from janitor.cost.book import PriceBook
from janitor.cost.instances import Minimum, instances_cost, minimum_instances, never_ran, total
from janitor.kinds.described import FAILED, Described, ready
from janitor.kinds.managers import Deployed, managers_of, managers_of_deployed
from janitor.kinds.spec import InPolicies, Keeps, KindSpec, Topic
from janitor.kinds.workload import Guards, PartKind, RunResource, Seen, Told
from janitor.model.amounts import Estimate, Priced, Unpriced
from janitor.model.kinds import Kind, Status
from janitor.model.names import ResourceName
from janitor.model.reasons import DeleteReason, KeepReason
from janitor.model.resources import Condition, Container, Scaling, State, Traffic

SPEC = KindSpec(
    kind=Kind.REVISION,
    collection="revisions",
    rank=1,
    description="a revision of a service",
    ages_from="its retirement; for a failed revision its creation",
    read_permissions=("run.revisions.get", "run.revisions.list"),
    delete_permissions=("run.revisions.delete",),
    delete_role="roles/run.developer",
    console="run/detail/{location}/{name}/revisions",
    parent=Kind.SERVICE,
    grouped=True,
    policies=InPolicies(
        keep=Keeps.ROLLBACK,
        statuses=(Status.RETIRED, Status.FAILED, Status.ACTIVE),
        never={
            Status.ACTIVE: "an active revision is never deleted: `active` is allowed only under `not`",
        },
        goes_as=(
            (Status.RETIRED, Status.FAILED),
            "only retired and failed revisions are deleted, and its {} matches neither: write another",
        ),
        says={"status": "The state of the revision; `active` is allowed only under not."},
        instead={Topic.UNUSED: "write `status: retired` with `older_than`, which counts from its retirement"},
        named_by=("service", "name"),
        most=1000,  # run/quotas: Google deletes the oldest itself
    ),
)
RETIRED = "RETIRED"


@dataclass(frozen=True, slots=True)
class Revision:
    """A revision of a service or of a worker pool (its name's path tells which)."""

    name: ResourceName
    uid: str
    etag: str
    create_time: datetime | None
    labels: Mapping[str, str]
    ready: Condition | None
    active: Condition | None
    containers: tuple[Container, ...]
    accelerator: str
    gpu_zonal_redundancy: bool
    scaling: Scaling
    desired_min_instances: int | None
    images: tuple[str, ...]
    creator: str = ""
    annotations: Mapping[str, str] = field(default_factory=dict)


class RevisionHolder(RunResource, Deployed, Protocol):
    """The service of a revision, as far as the revision asks of it (kinds/service.py)."""

    @property
    def reconciling(self) -> bool: ...

    @property
    def multi_region(self) -> bool: ...

    @property
    def scaling(self) -> Scaling: ...

    @property
    def traffic(self) -> tuple[Traffic, ...]: ...

    @property
    def targets(self) -> tuple[str, ...]: ...

    @property
    def latest_ready_revision(self) -> str: ...

    @property
    def latest_created_revision(self) -> str: ...


def revision_status(revision: Revision) -> Status:
    """Judged by the Ready condition alone, but for retirement, which Active tells too.

    A failed revision that was retired later shows Ready SUCCEEDED/RETIRED: it counts as retired.
    """
    ready, active = revision.ready, revision.active
    if (ready and ready.reason == RETIRED) or (active and active.reason == RETIRED):
        return Status.RETIRED
    if ready is None:
        return Status.UNKNOWN
    if ready.state is State.FAILED:
        return Status.FAILED
    return Status.ACTIVE if ready.state is State.SUCCEEDED else Status.UNKNOWN


def revision_since(revision: Revision) -> datetime | None:
    """What `older_than` counts from (R7): its retirement; a failed one's creation; else not known."""
    status = revision_status(revision)
    if status is Status.RETIRED:
        # only where Active itself says RETIRED is its transition the retirement
        active = revision.active
        return active.last_transition_time if active and active.reason == RETIRED else None
    return revision.create_time if status is Status.FAILED else None


def revision_times(revision: Revision) -> tuple[datetime | None, ...]:
    """The times from which the floor of one hour counts (R43): its creation and its retirement."""
    active = revision.active
    retired = active.last_transition_time if active and active.reason == RETIRED else None
    return revision.create_time, retired


def has_traffic(revision: Revision, service: RevisionHolder) -> bool:
    """Whether the service's traffic names it, as it is or as it is asked to be, by any share or by a
    tag (R15)."""
    short = revision.name.short
    return short in service.targets or any(entry.revision == short for entry in service.traffic)


def is_latest(revision: Revision, service: RevisionHolder) -> bool:
    """Whether the service calls it its latest, ready or created."""
    return revision.name.short in (service.latest_ready_revision, service.latest_created_revision)


def was_ready(revision: Revision) -> bool | None:
    """Whether it is or was ready, so that one may go back to it; None where Ready does not tell.

    One that failed and was retired later shows the same Ready, SUCCEEDED for RETIRED, as one that served
    (seen in recorded replies): it counts as one that was.
    """
    ready = revision.ready
    if ready is None or ready.state not in (State.SUCCEEDED, State.FAILED):
        return None
    return ready.state is State.SUCCEEDED


def never_ready(revisions: Sequence[Revision]) -> bool:
    """No revision has Ready SUCCEEDED for a reason other than RETIRED (R6)."""
    return not any(
        revision.ready and revision.ready.state is State.SUCCEEDED and revision.ready.reason != RETIRED
        for revision in revisions
    )


def _seen(revision: Revision, service: RevisionHolder | None) -> Seen:
    managers = managers_of(revision.labels, revision.annotations, revision.images)
    managers |= managers_of_deployed(service) if service else frozenset()
    return Seen(revision_status(revision), revision_since(revision), managers, revision_times(revision))


def _guards(service: RevisionHolder, revisions: Sequence[Revision]) -> Callable[[Revision], Guards]:
    latest = _latest(service, revisions)

    def guards(revision: Revision) -> Guards:
        status = revision_status(revision)
        return {
            KeepReason.MULTI_REGION: service.multi_region,
            KeepReason.RECONCILING: service.reconciling,
            KeepReason.HAS_TRAFFIC: has_traffic(revision, service),
            KeepReason.LATEST_REVISION: revision is latest or is_latest(revision, service),
            KeepReason.ONLY_REVISION: len(revisions) == 1,
            KeepReason.NOT_RETIRED: status is Status.ACTIVE,
            KeepReason.STATUS_UNKNOWN: status is Status.UNKNOWN,
        }

    return guards


def _latest(service: RevisionHolder, revisions: Sequence[Revision]) -> Revision | None:
    """The newest stands in where the service names no latest that is there: one must remain."""
    if len(revisions) == 1 or any(is_latest(revision, service) for revision in revisions):
        return None
    return max(
        revisions, key=lambda each: (each.create_time.timestamp() if each.create_time else inf, each.name)
    )


def _needed(revision: Revision, service: RevisionHolder) -> str:
    if has_traffic(revision, service) or is_latest(revision, service):
        return "its service now sends it traffic or calls it the latest"
    return ""


def estimate_revision(revision: Revision, service: RevisionHolder | None, book: PriceBook) -> Estimate:
    """What deleting it saves by itself; `service` is the one it belongs to, where that was seen."""
    status = revision_status(revision)
    if status is Status.RETIRED:
        return Priced(Decimal(0), "a retired revision keeps no instances")
    if status is Status.FAILED:
        return Priced(Decimal(0), never_ran(revision.scaling.minimum))
    serving = serving_of(service) if service else {}
    if service and revision.name.short in serving:
        return total([instances_cost(revision, minimum_of(revision, service, serving), book)])
    if revision.desired_min_instances is not None:
        return total([instances_cost(revision, Minimum(revision.desired_min_instances), book)])
    if not revision.scaling.minimum:
        return Priced(Decimal(0), "no minimum instances and no traffic")
    return Unpriced(
        f"no traffic is known, and whether its {minimum_instances(revision.scaling.minimum)} run is not either"
    )


def serving_of(service: RevisionHolder) -> dict[str, int]:
    """Traffic in percent of each revision that serves, 0 where only a tag leads to it.

    A service whose traffic is not told is taken to serve by its latest ready revision alone.
    """
    shares: dict[str, int] = {}
    for entry in service.traffic:
        name = entry.revision or service.latest_ready_revision
        shares[name] = shares.get(name, 0) + entry.percent
    if not shares and service.latest_ready_revision:
        return {service.latest_ready_revision: 100}
    return shares


def minimum_of(revision: Revision, service: RevisionHolder, serving: dict[str, int]) -> Minimum:
    """A manual count first, then Google's own target, else the greater of the two settings.

    How the service's minimum and the revision's combine is not documented: the greater one is the
    conservative reading. A revision without a share of the traffic gets none of the service's.
    """
    share = serving.get(revision.name.short, 0)
    divided = share < 100
    manual = service.scaling.manual
    if manual is not None:
        return Minimum(manual, divided) if share else Minimum(0)
    if revision.desired_min_instances is not None:
        return Minimum(revision.desired_min_instances)
    if revision_status(revision) is Status.RETIRED:
        return Minimum(0)
    own, whole = revision.scaling.minimum, service.scaling.minimum if share else 0
    return Minimum(max(own, whole), divided and whole > own)


def _described(told: Described, otherwise: str) -> Revision:
    retired = told.time("retired")
    implied = Status.RETIRED if told.has("retired") else otherwise
    status = told.word("status", (Status.ACTIVE, Status.RETIRED, FAILED), implied)
    reason = RETIRED if status == Status.RETIRED else ""
    active = Condition(
        "Active", State.FAILED if reason else State.SUCCEEDED, reason, last_transition_time=retired
    )
    return Revision(
        told.name, uid=f"uid-{told.name.short}", etag=f'"{told.name.short}"', create_time=told.time("created"),
        labels=told.labels("labels"), ready=ready(State.FAILED if status == FAILED else State.SUCCEEDED, reason),
        active=active, containers=(), accelerator="", gpu_zonal_redundancy=False, scaling=Scaling(),
        desired_min_instances=None, images=told.images(), creator=told.text("creator"),
    )  # fmt: skip


REVISION: PartKind[Revision, RevisionHolder] = PartKind(
    seen=_seen,
    guards=_guards,
    told=lambda revision, why: Told("retired" if why is DeleteReason.RETIRED else "old", revision.ready),
    estimate=estimate_revision,
    described=_described,
    needed=_needed,
    was_ready=was_ready,
)
