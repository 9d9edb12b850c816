"""run.service: what it is doing, since when, and what deleting it needs."""

from collections.abc import Sequence
from datetime import datetime

from janitor.kinds.revision import RETIRED, revision_times
from janitor.kinds.spec import KindSpec
from janitor.model.kinds import Kind, Status
from janitor.model.resources import Revision, Service, State

SPEC = KindSpec(
    kind=Kind.SERVICE,
    collection="services",
    description="a service, with its revisions",
    ages_from="its last deploy",
    read_permissions=("run.services.get", "run.services.list"),
    delete_permissions=("run.services.delete",),
    delete_role="roles/run.developer",
)


def service_status(service: Service, revisions: Sequence[Revision]) -> Status:
    """Rule R6. `revisions` are all of this service.

    FAILED only where nothing ever served: the newest deploy failed, no traffic and no address, and
    no revision of it is ready. A failed deploy beside a serving revision is DEGRADED.
    """
    if service.reconciling:
        return Status.RECONCILING
    failed = service.terminal.state is State.FAILED
    if service.traffic:
        return Status.DEGRADED if failed else Status.SERVING
    if service.terminal.state is State.SUCCEEDED:
        return Status.SERVING
    if failed and not service.uri and never_ready(revisions):
        return Status.FAILED
    return Status.UNKNOWN


def never_ready(revisions: Sequence[Revision]) -> bool:
    """No revision has Ready SUCCEEDED for a reason other than RETIRED (R6)."""
    return not any(
        revision.ready and revision.ready.state is State.SUCCEEDED and revision.ready.reason != RETIRED
        for revision in revisions
    )


def service_since(service: Service) -> datetime | None:
    """What `older_than` counts from: the last deploy (R7)."""
    return service.update_time


def service_times(service: Service, revisions: Sequence[Revision]) -> list[datetime | None]:
    """The times from which the floor of one hour counts (R43): its own and those of its revisions."""
    held = [time for revision in revisions for time in revision_times(revision)]
    return [service.create_time, service.update_time, *held]
