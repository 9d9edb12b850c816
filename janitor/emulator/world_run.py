"""Cloud Run's part of the world file: services, jobs, worker pools, instances of one region."""

from datetime import datetime
from typing import Any

from google.cloud import run_v2

from janitor.emulator import conditions
from janitor.emulator.containers import CONTAINER_KEYS, add_containers, label_maps
from janitor.emulator.naming import digest, etag, image_reference, uid
from janitor.emulator.reader import Value
from janitor.emulator.repository import stamp
from janitor.emulator.revisions import read_revisions
from janitor.emulator.state import World
from janitor.emulator.units import moment

Service: Any = run_v2.Service.pb()
Job: Any = run_v2.Job.pb()
Execution: Any = run_v2.Execution.pb()
WorkerPool: Any = run_v2.WorkerPool.pb()
Instance: Any = run_v2.Instance.pb()

_COMMON = ("created", "updated", "labels", "annotations", "creator", "client", *CONTAINER_KEYS)
_SERVICE = (
    *_COMMON,
    "revisions",
    "traffic",
    "min_instances",
    "manual_instances",
    "state",
    "reason",
    "message",
)
_SERVICE_MORE = ("multi_region", "build", "reconciling", "urls", "revision_min_instances")
_LATEST, _REVISION = 1, 2  # run/v2/traffic_target.proto:28-77


def read_region(world: World, parent: str, value: Value) -> None:
    fields = value.fields(*_READERS)
    for kind, reader in _READERS.items():
        for name, inner in fields[kind].entries() if kind in fields else ():
            reader(world, parent, name, inner)


def _service(world: World, parent: str, name: str, value: Value) -> None:
    fields = value.fields(*_SERVICE, *_SERVICE_MORE)
    service = Service(name=f"{parent}/services/{name}", ingress=1)
    _identify(world, service, fields)
    revisions = read_revisions(world, service, fields, value)
    newest = revisions[0]
    service.template.scaling.CopyFrom(newest.scaling)
    if "min_instances" in fields:
        service.scaling.min_instance_count = fields["min_instances"].integer()
    if "manual_instances" in fields:
        service.scaling.scaling_mode = 2
        service.scaling.manual_instance_count = fields["manual_instances"].integer()
    if "multi_region" in fields:
        service.multi_region_settings.regions.extend(fields["multi_region"].texts())
    if "build" in fields:
        _build(service.build_config, fields["build"])
    _judge(service, revisions, fields)
    world.run["services"][service.name] = service


def _judge(service: Any, revisions: list[Any], fields: dict[str, Value]) -> None:
    """Readiness, latest revisions and traffic, as the revisions and the keys say.

    A failed first deploy: terminal_condition FAILED, no traffic_statuses, no uri; a failed health
    check still names the failing revision as latest_ready_revision (real replies; facts 1.3).
    """
    newest = revisions[0]
    ready = [revision for revision in revisions if conditions.is_ready(revision)]
    service.latest_created_revision = newest.name
    failed = conditions.ready_of(newest).state == conditions.FAILED
    if "state" in fields:
        failed = fields["state"].choice(("ready", "failed")) == "failed"
    conditions.service(service, newest, failed, fields)
    if ready:
        service.latest_ready_revision = ready[0].name
    elif conditions.ready_of(newest).revision_reason == conditions.HEALTH_CHECK_CONTAINER_ERROR:
        service.latest_ready_revision = newest.name
    if "traffic" in fields:
        _traffic(service, fields["traffic"], [revision.name for revision in revisions])
    elif ready:
        service.traffic.add(type_=_LATEST, percent=100)
        service.traffic_statuses.add(type_=_LATEST, percent=100)  # real replies name no revision here
    if service.traffic_statuses:
        service.uri = f"https://{service.name.rpartition('/')[2]}-emulated.a.run.app"
        service.urls.append(service.uri)
    service.reconciling = fields["reconciling"].flag() if "reconciling" in fields else False


def _traffic(service: Any, value: Value, revisions: list[str]) -> None:
    known = {name.rpartition("/")[2] for name in revisions}
    for item in value.items():
        fields = item.fields("revision", "latest", "percent", "tag")
        revision = fields["revision"].text() if "revision" in fields else ""
        if revision and revision not in known:
            item.fail(f"there is no revision {revision!r}; known: {', '.join(sorted(known))}")
        target = {
            "type_": _REVISION if revision else _LATEST,
            "revision": revision,
            "percent": fields["percent"].integer() if "percent" in fields else 0,
            "tag": fields["tag"].text() if "tag" in fields else "",
        }
        service.traffic.add(**target)
        service.traffic_statuses.add(**target)


def _build(message: Any, value: Value) -> None:
    fields = value.fields("image", "base_image", "function")
    if "image" in fields:
        message.image_uri = image_reference(fields["image"].text())
    if "base_image" in fields:
        message.base_image = image_reference(fields["base_image"].text())
    if "function" in fields:
        message.function_target = fields["function"].text()


def _job(world: World, parent: str, name: str, value: Value) -> None:
    fields = value.fields(*_COMMON, "executions", "state", "reason", "message", "reconciling")
    job = Job(name=f"{parent}/jobs/{name}")
    _identify(world, job, fields)
    add_containers(job.template.template.containers, fields, value)
    conditions.simple(job, "Ready", fields)
    job.reconciling = fields["reconciling"].flag() if "reconciling" in fields else False
    runs = fields["executions"].items() if "executions" in fields else []
    job.execution_count = len(runs)
    executions = [_execution(world, job, item, number) for number, item in enumerate(runs)]
    if executions:
        # of equal times the first as written
        _set_latest(job, max(executions, key=lambda each: each.create_time.ToNanoseconds()))
    world.run["jobs"][job.name] = job


def _set_latest(job: Any, execution: Any) -> None:
    """What a job says of the execution that was created last (job.proto, `latest_created_execution`)."""
    latest = job.latest_created_execution
    latest.name = execution.name.rpartition("/")[2]  # the short name in real replies
    latest.create_time.CopyFrom(execution.create_time)
    if execution.HasField("completion_time"):
        latest.completion_time.CopyFrom(execution.completion_time)
    latest.completion_status = conditions.completion(execution)


def _execution(world: World, job: Any, value: Value, number: int) -> Any:
    """Each has its job's containers unless it says otherwise."""
    fields = value.fields("name", "created", "completed", "state", "labels", "annotations", *CONTAINER_KEYS)
    short = fields["name"].text() if "name" in fields else f"{job.name.rpartition('/')[2]}-{number}"
    execution = Execution(
        name=f"{job.name}/executions/{short}", job=job.name.rpartition("/")[2], task_count=1
    )
    _identify(world, execution, fields)
    if any(key in fields for key in CONTAINER_KEYS):
        add_containers(execution.template.containers, fields, value)
    else:
        execution.template.CopyFrom(job.template.template)
    state = (
        fields["state"].choice(("succeeded", "failed", "cancelled", "running"))
        if "state" in fields
        else "succeeded"
    )
    _time(world, execution.start_time, fields.get("created"), world.now)
    if state != "running":
        _time(world, execution.completion_time, fields.get("completed") or fields.get("created"), world.now)
    conditions.execution(execution, state)
    world.run["executions"][execution.name] = execution
    return execution


def _worker_pool(world: World, parent: str, name: str, value: Value) -> None:
    fields = value.fields(*_COMMON, "revisions", "instances", "state", "reason", "message",
                          "reconciling", "revision_min_instances")  # fmt: skip
    pool = WorkerPool(name=f"{parent}/workerPools/{name}")
    _identify(world, pool, fields)
    if "instances" not in fields or fields["instances"].text() != "unset":
        pool.scaling.manual_instance_count = fields["instances"].integer() if "instances" in fields else 1
    revisions = read_revisions(world, pool, fields, value)
    pool.latest_created_revision = pool.latest_ready_revision = revisions[0].name
    pool.instance_split_statuses.add(type_=1, percent=100)
    conditions.simple(pool, "Ready", fields)
    pool.reconciling = fields["reconciling"].flag() if "reconciling" in fields else False
    world.run["worker_pools"][pool.name] = pool


def _instance(world: World, parent: str, name: str, value: Value) -> None:
    fields = value.fields(*_COMMON, "digest")
    instance = Instance(name=f"{parent}/instances/{name}")
    _identify(world, instance, fields)
    add_containers(instance.containers, fields, value)
    if "digest" in fields:
        instance.container_statuses.add(name="main", image_digest=digest(fields["digest"].text()))
    conditions.simple(instance, "Ready", {})
    world.run["instances"][instance.name] = instance


_READERS = {"services": _service, "jobs": _job, "worker_pools": _worker_pool, "instances": _instance}


def _identify(world: World, message: Any, fields: dict[str, Value]) -> None:
    """What every workload has: ids that follow from its name, times, labels, who made it."""
    message.uid = uid(message.name)
    message.generation = 1
    message.etag = etag(message.name, 1)
    created = fields.get("created") or fields.get("updated")
    _time(world, message.create_time, created, world.now)
    _time(world, message.update_time, fields.get("updated") or created, world.now)
    label_maps(message, fields)
    for key in ("creator", "client"):
        if key in fields:
            setattr(message, key, fields[key].text())


def _time(world: World, message: Any, value: Value | None, default: datetime) -> None:
    when = moment(value, world.now) if value else default
    stamp(message, when.timestamp() if when else None)
