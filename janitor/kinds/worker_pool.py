"""run.worker_pool: whether it works, since when it is as it is, and what deleting it needs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from janitor.cost.book import PriceBook
from janitor.cost.instances import second_of_an_instance, shape_of_an_instance
from janitor.cost.metering import MONTH_SECONDS
from janitor.kinds.described import FAILED, RECONCILING, Described, ready
from janitor.kinds.managers import managers_of_deployed
from janitor.kinds.revision import Revision, never_ready, revision_times
from janitor.kinds.spec import InPolicies, KindSpec, Topic
from janitor.kinds.workload import Guards, HolderKind, Seen, Told
from janitor.model.amounts import Estimate, Priced, Unpriced
from janitor.model.kinds import Kind, Status
from janitor.model.names import ResourceName
from janitor.model.reasons import KeepReason
from janitor.model.resources import READY_UNKNOWN, Condition, State, Traffic

SPEC = KindSpec(
    kind=Kind.WORKER_POOL,
    collection="workerPools",
    rank=5,
    description="a worker pool, with its revisions",
    ages_from="its update",
    read_permissions=("run.workerpools.get", "run.workerpools.list"),
    delete_permissions=("run.workerpools.delete",),
    delete_role="roles/run.developer",
    console="run/worker-pools",
    policies=InPolicies(
        statuses=(Status.FAILED,),
        says={"status": "failed: it cannot run, and never ran successfully."},
        instead={Topic.UNUSED: "write `older_than: 30d`, which counts from its update"},
        when_model="FailedWhen",
    ),
)


@dataclass(frozen=True, slots=True)
class WorkerPool:
    """A worker pool. `instances` is how many it asks for, None where Google does not say; `splits` says by
    which revisions, `revision` short and empty where only the latest ready one is meant."""

    name: ResourceName
    images: tuple[str, ...]
    uid: str = ""
    etag: str = ""
    create_time: datetime | None = None
    update_time: datetime | None = None
    labels: Mapping[str, str] = field(default_factory=dict)
    annotations: Mapping[str, str] = field(default_factory=dict)
    creator: str = ""
    terminal: Condition = READY_UNKNOWN
    reconciling: bool = False
    instances: int | None = None
    splits: tuple[Traffic, ...] = ()
    latest_ready_revision: str = ""
    client: str = ""


def pool_status(pool: WorkerPool, revisions: Sequence[Revision]) -> Status:
    """`revisions` are all of this pool. FAILED only where none of them was ever ready, as of a service (R6)."""
    if pool.reconciling:
        return Status.RECONCILING
    if pool.terminal.state is State.SUCCEEDED:
        return Status.ACTIVE
    if pool.terminal.state is State.FAILED and revisions and never_ready(revisions):
        return Status.FAILED
    return Status.UNKNOWN


def may_have_instances(pool: WorkerPool, revisions: Sequence[Revision]) -> bool:
    """Whether anything of it runs, or may: it asks for instances, how many is not known, or Google means a
    revision of it to keep some."""
    return pool.instances != 0 or any(revision.desired_min_instances for revision in revisions)


def pool_since(pool: WorkerPool) -> datetime | None:
    """What `older_than` counts from (R7): its update, by deploying or by scaling it."""
    return pool.update_time


def pool_times(pool: WorkerPool, revisions: Sequence[Revision]) -> list[datetime | None]:
    """The times from which the floor of one hour counts (R43): its own and those of its revisions."""
    held = [time for revision in revisions for time in revision_times(revision)]
    return [pool.create_time, pool.update_time, *held]


def _seen(pool: WorkerPool, revisions: Sequence[Revision]) -> Seen:
    status, times = pool_status(pool, revisions), pool_times(pool, revisions)
    return Seen(status, pool_since(pool), managers_of_deployed(pool), times)


def _guards(pool: WorkerPool, revisions: Sequence[Revision], status: Status) -> Guards:
    return {
        KeepReason.RECONCILING: status is Status.RECONCILING,
        KeepReason.HAS_INSTANCES: may_have_instances(pool, revisions),
        KeepReason.STATUS_UNKNOWN: status is Status.UNKNOWN,
    }


def estimate_worker_pool(pool: WorkerPool, revisions: Sequence[Revision], book: PriceBook) -> Estimate:
    """`revisions` are all of this pool. Where several share its instances, each counts by its percentage."""
    if pool.instances is None:
        return Unpriced("how many instances it has is not known")
    if pool.instances == 0:
        return Priced(Decimal(0), "no instances")
    known = {revision.name.short: revision for revision in revisions}
    second = Decimal(0)
    for short, percent in _shares(pool).items():
        if short not in known:
            return Unpriced(f"revision {short!r} has instances and was not seen")
        cost = second_of_an_instance(known[short], book)
        if isinstance(cost, Unpriced):
            return cost
        second += cost * percent / 100
    shapes = " or ".join(shape_of_an_instance(known[short]) for short in _shares(pool))
    plural = "" if pool.instances == 1 else "s"
    basis = f"{pool.instances} instance{plural} of {shapes}, always on at full price"
    return Priced(pool.instances * MONTH_SECONDS * second, basis)


def _shares(pool: WorkerPool) -> dict[str, int]:
    """Percent of the instances by revision; all of the latest ready one where nothing is said."""
    shares: dict[str, int] = {}
    for each in pool.splits:
        name = each.revision or pool.latest_ready_revision
        shares[name] = shares.get(name, 0) + each.percent
    return shares or {pool.latest_ready_revision: 100}


def _described(told: Described) -> WorkerPool:
    """Without `instances` it has one, as Google's default is not documented and one keeps it."""
    status = told.word("status", (Status.ACTIVE, FAILED, RECONCILING), Status.ACTIVE)
    told.parts(Kind.REVISION, FAILED if status == FAILED else Status.ACTIVE)
    updated = told.time("updated")
    return WorkerPool(
        told.name, told.images(), uid=f"uid-{told.name.short}", etag=f'"{told.name.short}"',
        create_time=told.time("created", updated), update_time=updated,
        labels=told.labels("labels"), annotations=told.labels("annotations"), creator=told.text("creator"),
        client=told.text("client"), reconciling=status == RECONCILING,
        terminal=ready(State.FAILED if status == FAILED else State.SUCCEEDED),
        instances=told.count("instances", 1),
    )  # fmt: skip


WORKER_POOL: HolderKind[WorkerPool, Revision] = HolderKind(
    holds=Kind.REVISION,
    seen=_seen,
    guards=_guards,
    told=lambda pool, _: Told(cause=pool.terminal),
    estimate=estimate_worker_pool,
    described=_described,
    changed=lambda pool, _: "it has instances now, or may" if may_have_instances(pool, ()) else "",
)
