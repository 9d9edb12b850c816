"""run.revision: what it is doing, since when, and what deleting it needs."""

from datetime import datetime

from janitor.kinds.spec import KindSpec
from janitor.model.kinds import Kind, Status
from janitor.model.resources import Revision, Service, State

SPEC = KindSpec(
    kind=Kind.REVISION,
    collection="revisions",
    description="a revision of a service",
    ages_from="its retirement; for a failed revision its creation",
    read_permissions=("run.revisions.get", "run.revisions.list"),
    delete_permissions=("run.revisions.delete",),
    delete_role="roles/run.developer",
    parent=Kind.SERVICE,
    named_by=("service", "name"),
)
RETIRED = "RETIRED"


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


def has_traffic(revision: Revision, service: Service) -> bool:
    """Whether the service's traffic names it, as it is or as it is asked to be, by any share or by a
    tag (R15)."""
    short = revision.name.short
    return short in service.targets or any(entry.revision == short for entry in service.traffic)


def is_latest(revision: Revision, service: Service) -> bool:
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
