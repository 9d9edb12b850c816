"""Services, jobs and worker pools of a policy test, as Google would report them."""

from collections.abc import Sequence

from janitor.kinds.revision import RETIRED
from janitor.kinds.traffic_tag import tag_name
from janitor.model.inventory import Workloads
from janitor.model.kinds import Kind
from janitor.model.names import ResourceName
from janitor.model.resources import (
    Condition,
    Execution,
    Job,
    LastExecution,
    Revision,
    Scaling,
    Service,
    State,
    Traffic,
    WorkerPool,
)
from janitor.policytest.fields import Fields, Place, count, flag, labels, name_of, one_of, text

# What a worker pool of a test has that does not say: with it, the pool stays.
_ONE: int | None = 1
SERVING, DEGRADED, FAILED, RECONCILING = "serving", "degraded", "failed", "reconciling"


def read_workloads(case: Fields, place: Place) -> Workloads:
    """All that may use images."""
    services: list[Service] = []
    revisions: list[Revision] = []
    jobs: list[Job] = []
    executions: list[Execution] = []
    pools: list[WorkerPool] = []
    for short, _, fields in case.entries("services"):
        service, of_service = _service(short, fields, place)
        services.append(service)
        revisions += of_service
    for short, _, fields in case.entries("jobs"):
        job, of_job = _job(short, fields, place)
        jobs.append(job)
        executions += of_job
    for short, _, fields in case.entries("worker_pools"):
        pool, of_pool = _pool(short, fields, place)
        pools.append(pool)
        revisions += of_pool
    return Workloads(
        services=tuple(services), revisions=tuple(revisions), jobs=tuple(jobs),
        executions=tuple(executions), worker_pools=tuple(pools),
    )  # fmt: skip


def _service(short: str, fields: Fields, place: Place) -> tuple[Service, list[Revision]]:
    name = name_of(*place.of(fields), "services", short)
    place.enter(Kind.SERVICE, short, str(name))
    status = fields.read("status", one_of(SERVING, DEGRADED, FAILED, RECONCILING), SERVING)
    revisions = [
        _revision(name, each, below, place, "failed" if status == FAILED else "")
        for each, _, below in fields.entries("revisions")
    ]
    latest = fields.read("latest", text, revisions[-1].name.short if revisions else "")
    live = fields.several("traffic", (latest,) if status != FAILED else ())
    tagged = _tagged(fields, name, place)
    failed = status in (DEGRADED, FAILED)
    deployed = place.time(fields, "deployed")
    service = Service(
        name, uid=f"uid-{short}", etag=f'"{short}"', create_time=place.time(fields, "created", deployed),
        update_time=deployed, labels=fields.read("labels", labels, {}),
        annotations=fields.read("annotations", labels, {}), creator=fields.read("creator", text, ""),
        client=fields.read("client", text, ""),
        terminal=_ready(State.FAILED if failed else State.SUCCEEDED), reconciling=status == RECONCILING,
        traffic=(*(Traffic(each, 100, "") for each in live), *tagged), requested=tagged,
        uri=f"https://{short}.run.app" if live else "", latest_ready_revision="",
        latest_created_revision=latest, multi_region=fields.read("multi_region", flag, False),
        scaling=Scaling(), images=place.images(fields),
    )  # fmt: skip
    fields.done()
    return service, revisions


def _tagged(fields: Fields, service: ResourceName, place: Place) -> tuple[Traffic, ...]:
    """The service's traffic tags, each with the revision that it names; none has a share of the traffic."""
    tags: dict[str, str] = fields.read("traffic_tags", labels, {})
    for tag in tags:
        place.enter(Kind.TRAFFIC_TAG, tag, str(tag_name(service, tag)), str(service))
    return tuple(Traffic(revision, 0, tag) for tag, revision in tags.items())


def _revision(holder: ResourceName, short: str, fields: Fields, place: Place, otherwise: str) -> Revision:
    name = ResourceName(holder.project, holder.location, (*holder.path, "revisions", short))
    place.enter(Kind.REVISION, short, str(name), str(holder))
    retired = place.time(fields, "retired")
    implied = "retired" if fields.node("retired") else otherwise or "active"
    status = fields.read("status", one_of("active", "retired", "failed"), implied)
    reason = RETIRED if status == "retired" else ""
    revision = Revision(
        name, uid=f"uid-{short}", etag=f'"{short}"', create_time=place.time(fields, "created"),
        labels=fields.read("labels", labels, {}),
        ready=_ready(State.FAILED if status == "failed" else State.SUCCEEDED, reason),
        active=Condition("Active", State.FAILED if reason else State.SUCCEEDED, reason,
                         last_transition_time=retired),
        containers=(), accelerator="", gpu_zonal_redundancy=False, scaling=Scaling(),
        desired_min_instances=None, images=place.images(fields), creator=fields.read("creator", text, ""),
    )  # fmt: skip
    fields.done()
    return revision


def _job(short: str, fields: Fields, place: Place) -> tuple[Job, list[Execution]]:
    name = name_of(*place.of(fields), "jobs", short)
    place.enter(Kind.JOB, short, str(name))
    status = fields.read("status", one_of("active", "failed", RECONCILING), "active")
    executions = [_execution(name, each, below, place) for each, _, below in fields.entries("executions")]
    updated = place.time(fields, "updated")
    job = Job(
        name, place.images(fields), uid=f"uid-{short}", etag=f'"{short}"',
        create_time=place.time(fields, "created", updated), update_time=updated,
        labels=fields.read("labels", labels, {}), annotations=fields.read("annotations", labels, {}),
        creator=fields.read("creator", text, ""), client=fields.read("client", text, ""),
        terminal=_ready(State.FAILED if status == "failed" else State.SUCCEEDED),
        reconciling=status == RECONCILING, execution_count=len(executions), last=_last(executions),
    )  # fmt: skip
    fields.done()
    return job, executions


def _execution(job: ResourceName, short: str, fields: Fields, place: Place) -> Execution:
    name = ResourceName(job.project, job.location, (*job.path, "executions", short))
    place.enter(Kind.EXECUTION, short, str(name), str(job))
    status = fields.read("status", one_of("succeeded", "failed", "cancelled", "running"), "succeeded")
    completed = place.time(fields, "completed")
    state = State.SUCCEEDED if status == "succeeded" else State.FAILED
    execution = Execution(
        name, place.images(fields), uid=f"uid-{short}", etag=f'"{short}"',
        create_time=place.time(fields, "created", completed),
        completion_time=None if status == "running" else completed, labels=fields.read("labels", labels, {}),
        annotations=fields.read("annotations", labels, {}), creator=fields.read("creator", text, ""),
        completed=Condition("Completed", state, "CANCELLED" if status == "cancelled" else ""),
        running_count=int(status == "running"),
    )  # fmt: skip
    fields.done()
    return execution


def _last(executions: Sequence[Execution]) -> LastExecution | None:
    """What the job names as its last: the one that the test names last."""
    if not executions:
        return None
    last = executions[-1]
    return LastExecution(last.name.short, last.completion_time, last.completion_time is not None)


def _pool(short: str, fields: Fields, place: Place) -> tuple[WorkerPool, list[Revision]]:
    """Without `instances` it has one, as Google's default is not documented and one keeps it."""
    name = name_of(*place.of(fields), "workerPools", short)
    place.enter(Kind.WORKER_POOL, short, str(name))
    status = fields.read("status", one_of("active", FAILED, RECONCILING), "active")
    revisions = [
        _revision(name, each, below, place, FAILED if status == FAILED else "")
        for each, _, below in fields.entries("revisions")
    ]
    updated = place.time(fields, "updated")
    pool = WorkerPool(
        name, place.images(fields), uid=f"uid-{short}", etag=f'"{short}"',
        create_time=place.time(fields, "created", updated), update_time=updated,
        labels=fields.read("labels", labels, {}), annotations=fields.read("annotations", labels, {}),
        creator=fields.read("creator", text, ""), client=fields.read("client", text, ""), reconciling=status == RECONCILING,
        terminal=_ready(State.FAILED if status == FAILED else State.SUCCEEDED),
        instances=fields.read("instances", count, _ONE),
    )  # fmt: skip
    fields.done()
    return pool, revisions


def _ready(state: State, reason: str = "") -> Condition:
    return Condition("Ready", state, reason)
