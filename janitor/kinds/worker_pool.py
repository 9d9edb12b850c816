"""run.worker_pool: whether it works, since when it is as it is, and what deleting it needs."""

from collections.abc import Sequence
from datetime import datetime

from janitor.kinds.revision import revision_times
from janitor.kinds.service import never_ready
from janitor.kinds.spec import KindSpec
from janitor.model.kinds import Kind, Status
from janitor.model.resources import Revision, State, WorkerPool

SPEC = KindSpec(
    kind=Kind.WORKER_POOL,
    collection="workerPools",
    description="a worker pool, with its revisions",
    ages_from="its update",
    read_permissions=("run.workerpools.get", "run.workerpools.list"),
    delete_permissions=("run.workerpools.delete",),
    delete_role="roles/run.developer",
)


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
