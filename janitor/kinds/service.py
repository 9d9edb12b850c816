"""run.service: what it is doing, since when, and what deleting it needs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from janitor.cost.book import PriceBook
from janitor.cost.instances import instances_cost, never_ran, total
from janitor.kinds.described import FAILED, RECONCILING, Described, ready
from janitor.kinds.managers import managers_of_deployed
from janitor.kinds.revision import Revision, minimum_of, never_ready, revision_times, serving_of
from janitor.kinds.spec import InPolicies, KindSpec, Topic
from janitor.kinds.workload import Guards, HolderKind, Seen, Told
from janitor.model.amounts import Estimate, Priced, Unpriced
from janitor.model.kinds import Kind, Status
from janitor.model.names import ResourceName
from janitor.model.reasons import KeepReason
from janitor.model.resources import Condition, Scaling, State, Traffic

SPEC = KindSpec(
    kind=Kind.SERVICE,
    collection="services",
    rank=0,
    description="a service, with its revisions",
    ages_from="its last deploy",
    read_permissions=("run.services.get", "run.services.list"),
    delete_permissions=("run.services.delete",),
    delete_role="roles/run.developer",
    console="run/detail/{location}/{name}/metrics",
    policies=InPolicies(
        statuses=(Status.FAILED, Status.SERVING, Status.DEGRADED),
        never={
            Status.DEGRADED: "a degraded service still serves: to delete it, `status` must "
            "contain serving too, as in [serving, degraded]",
        },
        goes_as=(
            (Status.FAILED,),
            "its {} leaves only live services, and these are deleted only by `status: serving`, with "
            "`older_than` and a selector: write these, or another status",
        ),
        says={
            "status": "The state of the service; a live service is deleted only by `serving`, "
            "with older_than and a selector.",
        },
        instead={
            Topic.UNUSED: "Cloud Run does not say when a service was last called: write `older_than`, which counts from its "
            "last deploy, and for live ones `status: serving` with a selector",
        },
    ),
)


@dataclass(frozen=True, slots=True)
class Service:
    """A Cloud Run service. `images` are the references of its template and build, as written; `targets`
    are the revisions, by short names, that its traffic is asked to go to, and `requested` is that traffic;
    `client` names what deployed it."""

    name: ResourceName
    uid: str
    etag: str
    create_time: datetime | None
    update_time: datetime | None
    labels: Mapping[str, str]
    annotations: Mapping[str, str]
    creator: str
    terminal: Condition
    reconciling: bool
    traffic: tuple[Traffic, ...]
    uri: str
    latest_ready_revision: str
    latest_created_revision: str
    multi_region: bool
    scaling: Scaling
    images: tuple[str, ...]
    conditions: tuple[Condition, ...] = ()
    targets: tuple[str, ...] = ()
    client: str = ""
    requested: tuple[Traffic, ...] = ()


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


def service_since(service: Service) -> datetime | None:
    """What `older_than` counts from: the last deploy (R7)."""
    return service.update_time


def service_times(service: Service, revisions: Sequence[Revision]) -> list[datetime | None]:
    """The times from which the floor of one hour counts (R43): its own and those of its revisions."""
    held = [time for revision in revisions for time in revision_times(revision)]
    return [service.create_time, service.update_time, *held]


_LIVE = (Status.SERVING, Status.DEGRADED)


def _seen(service: Service, revisions: Sequence[Revision]) -> Seen:
    status, times = service_status(service, revisions), service_times(service, revisions)
    return Seen(status, service_since(service), managers_of_deployed(service), times)


def _guards(service: Service, _revisions: Sequence[Revision], status: Status) -> Guards:
    """A policy may waive some (deciding/workload_rules.py)."""
    return {
        KeepReason.MULTI_REGION: service.multi_region,
        KeepReason.RECONCILING: status is Status.RECONCILING,
        KeepReason.SERVING: status in _LIVE,
        KeepReason.STATUS_UNKNOWN: status is Status.UNKNOWN,
    }


def estimate_service(service: Service, revisions: Sequence[Revision], book: PriceBook) -> Estimate:
    """What deleting it surely saves: the idle minimum instances of the revisions that serve.

    `revisions` are all of this service. An upper bound where the service's own minimum is divided
    among several revisions by their traffic.
    """
    if never_ready(revisions) and not service.traffic:
        return Priced(Decimal(0), never_ran(_configured(service, revisions)))
    serving = serving_of(service)
    known = {revision.name.short: revision for revision in revisions}
    missing = sorted(set(serving) - set(known))
    if missing:
        return Unpriced(f"revision {missing[0]!r} has traffic and was not seen")
    minimums = {
        revision.name.short: minimum_of(revision, service, serving)
        for revision in revisions
        if revision.name.short in serving or revision.desired_min_instances
    }
    return total([instances_cost(known[name], least, book) for name, least in minimums.items()])


def _configured(service: Service, revisions: Sequence[Revision]) -> int:
    """The most minimum instances that anything of the service asks for."""
    asked = [service.scaling.minimum, service.scaling.manual or 0]
    return max(asked + [revision.scaling.minimum for revision in revisions])


def _described(told: Described) -> Service:
    status = told.word("status", (Status.SERVING, Status.DEGRADED, FAILED, RECONCILING), Status.SERVING)
    revisions: list[Revision] = told.parts(Kind.REVISION, FAILED if status == FAILED else Status.ACTIVE)
    latest = told.text("latest", revisions[-1].name.short if revisions else "")
    live = told.texts("traffic", (latest,) if status != FAILED else ())
    # none of its tags has a share of the traffic
    tagged = tuple(Traffic(revision, 0, tag) for tag, revision in told.labels("traffic_tags").items())
    failed = status in (Status.DEGRADED, FAILED)
    deployed = told.time("deployed")
    return Service(
        told.name, uid=f"uid-{told.name.short}", etag=f'"{told.name.short}"',
        create_time=told.time("created", deployed), update_time=deployed,
        labels=told.labels("labels"), annotations=told.labels("annotations"), creator=told.text("creator"),
        client=told.text("client"), terminal=ready(State.FAILED if failed else State.SUCCEEDED),
        reconciling=status == RECONCILING,
        traffic=(*(Traffic(each, 100, "") for each in live), *tagged), requested=tagged,
        uri=f"https://{told.name.short}.run.app" if live else "", latest_ready_revision="",
        latest_created_revision=latest, multi_region=told.flag("multi_region"), scaling=Scaling(),
        images=told.images(),
    )  # fmt: skip


SERVICE: HolderKind[Service, Revision] = HolderKind(
    holds=Kind.REVISION,
    seen=_seen,
    guards=_guards,
    told=lambda service, _: Told(cause=service.terminal, uri=service.uri),
    estimate=estimate_service,
    described=_described,
    changed=lambda _service, _content: "",
)
