"""Kinds of Cloud Run as Google's client library has them: each kind's calls, and its messages read into the model.

Messages are raw protobuf. ValueError: what cannot be read. All images of a workload are in it: those of every container,
whatever its part, `base_image_uri`, and what `build_config` builds from and to. Fields: google/cloud/run/v2/*.proto.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from google.cloud import run_v2

from janitor.gcp.run_values import condition, condition_of, container, images_of, named, time_of
from janitor.kinds.execution import Execution, LastExecution
from janitor.kinds.job import Job
from janitor.kinds.revision import Revision
from janitor.kinds.service import Service
from janitor.kinds.worker_pool import WorkerPool
from janitor.model.kinds import Kind
from janitor.model.names import ResourceName
from janitor.model.resources import Instance, Scaling, Traffic
from janitor.model.text import nfc, nfc_labels

_MANUAL = int(run_v2.ServiceScaling.ScalingMode.MANUAL)
_LATEST = int(run_v2.TrafficTargetAllocationType.TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST)
_COMPLETION = run_v2.ExecutionReference.CompletionStatus
_UNDER_WAY = (int(_COMPLETION.EXECUTION_RUNNING), int(_COMPLETION.EXECUTION_PENDING))


def service(message: Any) -> Service:
    """A google.cloud.run.v2.Service."""
    build = message.build_config
    return Service(
        name=_name(message.name, "services"),
        update_time=time_of(message.update_time),
        terminal=condition(message.terminal_condition),
        reconciling=message.reconciling,
        traffic=tuple(_traffic(entry) for entry in message.traffic_statuses),
        uri=message.uri,
        latest_ready_revision=_short(message.latest_ready_revision),
        latest_created_revision=_short(message.latest_created_revision),
        multi_region=message.HasField("multi_region_settings"),
        scaling=_service_scaling(message.scaling),
        images=named([*images_of(message.template.containers), build.image_uri, build.base_image]),
        conditions=tuple(condition(each) for each in message.conditions),
        targets=tuple(_short(entry.revision) for entry in message.traffic if entry.revision),
        client=message.client,
        requested=tuple(_traffic(entry) for entry in message.traffic),
        **_identity(message),
    )


def revision(message: Any) -> Revision:
    """A google.cloud.run.v2.Revision, of a service or of a worker pool."""
    status = message.scaling_status
    return Revision(
        name=_name(message.name, "services/revisions", "workerPools/revisions"),
        ready=condition_of(message.conditions, "Ready"),
        active=condition_of(message.conditions, "Active"),
        containers=tuple(container(each) for each in message.containers),
        accelerator=message.node_selector.accelerator,
        gpu_zonal_redundancy=not message.gpu_zonal_redundancy_disabled,
        scaling=Scaling(minimum=message.scaling.min_instance_count),
        desired_min_instances=(
            status.desired_min_instance_count if message.HasField("scaling_status") else None
        ),
        images=named(images_of(message.containers)),
        **_identity(message),
    )


def job(message: Any) -> Job:
    """A google.cloud.run.v2.Job."""
    return Job(
        name=_name(message.name, "jobs"),
        images=named(images_of(message.template.template.containers)),
        update_time=time_of(message.update_time),
        terminal=condition(message.terminal_condition),
        reconciling=message.reconciling,
        execution_count=message.execution_count,
        last=_last_execution(message.latest_created_execution),
        client=message.client,
        **_identity(message),
    )


def _last_execution(message: Any) -> LastExecution | None:
    """Real replies give a job that never ran a reference without a name and with times at the epoch, and
    one that ran often no completion_status: its completion_time then says that it ended."""
    if not message.name:
        return None
    completed = time_of(message.completion_time)
    return LastExecution(
        name=_short(message.name),
        completion_time=completed,
        ended=completed is not None and message.completion_status not in _UNDER_WAY,
    )


def execution(message: Any) -> Execution:
    """A google.cloud.run.v2.Execution; it has no terminal_condition (execution.proto)."""
    return Execution(
        name=_name(message.name, "jobs/executions"),
        images=named(images_of(message.template.containers)),
        completion_time=time_of(message.completion_time),
        completed=condition_of(message.conditions, "Completed"),
        reconciling=message.reconciling,
        running_count=message.running_count,
        **_identity(message),
    )


def worker_pool(message: Any) -> WorkerPool:
    """A google.cloud.run.v2.WorkerPool. A manual_instance_count that is absent is not zero
    (vendor_settings.proto: it is optional)."""
    scaling = message.scaling
    return WorkerPool(
        name=_name(message.name, "workerPools"),
        images=named(images_of(message.template.containers)),
        update_time=time_of(message.update_time),
        terminal=condition(message.terminal_condition),
        reconciling=message.reconciling,
        instances=scaling.manual_instance_count if scaling.HasField("manual_instance_count") else None,
        splits=tuple(
            Traffic(_short(each.revision), each.percent, "") for each in message.instance_split_statuses
        ),
        latest_ready_revision=_short(message.latest_ready_revision),
        client=message.client,
        **_identity(message),
    )


def instance(message: Any) -> Instance:
    """A google.cloud.run.v2.Instance, with the digests that its tags were resolved to."""
    images = [*images_of(message.containers), *_running(message)]
    return Instance(_name(message.name, "instances"), named(images))


def _running(message: Any) -> Iterator[str]:
    """What runs (container_status.proto). Whether `image_digest` is a reference or a bare digest is not
    verified: a bare one is taken for any of the containers."""
    for status in message.container_statuses:
        if status.image_digest.startswith("sha256:"):
            for each in message.containers:
                yield f"{each.image.partition('@')[0]}@{status.image_digest}"
        else:
            yield status.image_digest


def _identity(message: Any) -> dict[str, Any]:
    """What every workload has: its uid, etag, creation, creator, labels and annotations."""
    return {
        "uid": message.uid,
        "etag": message.etag,
        "create_time": time_of(message.create_time),
        "labels": nfc_labels(message.labels),
        "annotations": nfc_labels(message.annotations),
        "creator": nfc(message.creator),
    }


def _service_scaling(message: Any) -> Scaling:
    """`manual_instance_count` counts in MANUAL mode alone, and may be absent, which is not zero."""
    manual = message.scaling_mode == _MANUAL and message.HasField("manual_instance_count")
    return Scaling(message.min_instance_count, message.manual_instance_count if manual else None)


def _traffic(message: Any) -> Traffic:
    """Whatever its type: one that follows the latest may name the revision that serves meanwhile."""
    latest = message.type_ == _LATEST
    return Traffic(_short(message.revision), message.percent, message.tag, latest)


def _name(text: str, *collections: str) -> ResourceName:
    """A name whose collections, from the location down, are these (``jobs/executions``)."""
    name = ResourceName.parse(text)
    if "/".join(name.path[::2]) not in collections:
        raise ValueError(f"not a name in {' or '.join(collections)}: {text!r}")
    return name


def _short(text: str) -> str:
    """The id of a revision or execution, which comes as its full name or alone."""
    return text.rpartition("/")[2]


@dataclass(frozen=True, slots=True)
class RunCalls:
    """How Google's client library calls what it does to one kind; the names of methods and messages follow from `noun`,
    as in ``worker_pool``.

    `below` is what a listing is asked below, for all of the holders of a location. `lists_below`: a kind that is listed below
    each resource of this one.
    """

    client: Any
    noun: str
    decode: Callable[[Any], Any]
    below: str = ""
    lists_below: Kind | None = None

    @property
    def list_response(self) -> Any:
        """The message that answers a listing."""
        return getattr(run_v2, f"List{self._message}sResponse")

    def list_request(self, **fields: Any) -> Any:
        """The request of a listing."""
        return getattr(run_v2, f"List{self._message}sRequest")(**fields)

    def get_request(self, **fields: Any) -> Any:
        """The request for one."""
        return getattr(run_v2, f"Get{self._message}Request")(**fields)

    def delete_request(self, **fields: Any) -> Any:
        """The request that deletes one."""
        return getattr(run_v2, f"Delete{self._message}Request")(**fields)

    @property
    def _message(self) -> str:
        return "".join(word.capitalize() for word in self.noun.split("_"))


RUN_CALLS: Mapping[Kind, RunCalls] = {
    Kind.SERVICE: RunCalls(run_v2.ServicesAsyncClient, "service", service),
    Kind.REVISION: RunCalls(run_v2.RevisionsAsyncClient, "revision", revision, below="/services/-"),
    Kind.JOB: RunCalls(run_v2.JobsAsyncClient, "job", job),
    Kind.EXECUTION: RunCalls(run_v2.ExecutionsAsyncClient, "execution", execution, below="/jobs/-"),
    # that ``workerPools/-`` lists the revisions of all of them is not verified
    Kind.WORKER_POOL: RunCalls(
        run_v2.WorkerPoolsAsyncClient, "worker_pool", worker_pool, lists_below=Kind.REVISION
    ),
    Kind.INSTANCE: RunCalls(run_v2.InstancesAsyncClient, "instance", instance),
}
