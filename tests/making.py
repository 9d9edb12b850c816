"""Values for tests, with defaults for all that a test does not speak of."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from typing import Any

from janitor.kinds.execution import Execution, LastExecution
from janitor.kinds.job import Job
from janitor.kinds.revision import Revision
from janitor.kinds.service import Service
from janitor.kinds.worker_pool import WorkerPool
from janitor.model.inventory import Workloads
from janitor.model.kinds import Kind
from janitor.model.names import RepositoryName, ResourceName
from janitor.model.resources import (
    Condition,
    Container,
    Contents,
    Image,
    Instance,
    Mode,
    Repository,
    Scaling,
    State,
    Traffic,
)
from janitor.policy.conditions.condition import All
from janitor.policy.conditions.condition import Condition as When
from janitor.policy.model import Limits, Policies, Policy, Protect, Retention, Scope

NOW = datetime(2026, 11, 24, 4, tzinfo=UTC)
PROJECT, LOCATION = "p", "us-central1"
REPOSITORY = RepositoryName(PROJECT, LOCATION, "r")


def ago(**span: float) -> datetime:
    """A time before NOW: ``ago(hours=26)``."""
    return NOW - timedelta(**span)


def digest(label: str) -> str:
    """A digest that is always the same for a label."""
    return f"sha256:{sha256(label.encode()).hexdigest()}"


def image(
    label: str,
    *tags: str,
    days: float | None = 30,
    package: str = "app",
    size: int = 1000,
    children: Sequence[str] = (),
    artifact_type: str = "",
) -> Image:
    """An image uploaded `days` ago; children are labels."""
    uploaded = None if days is None else ago(days=days).timestamp()
    return Image(
        package, digest(label), tags, size, uploaded, uploaded, artifact_type, tuple(map(digest, children))
    )


def uri(label_or_tag: str, package: str = "app", repository: RepositoryName = REPOSITORY) -> str:
    """What a workload writes: ``:tag``, or a label, which stands for its digest."""
    tail = label_or_tag if label_or_tag.startswith(":") else f"@{digest(label_or_tag)}"
    return f"{repository.uri}/{package}{tail}"


def repository(name: RepositoryName = REPOSITORY, **facts: object) -> Repository:
    """A standard docker repository of 1 GB, 30 days old."""
    values: dict[str, object] = {
        "format": "DOCKER", "mode": Mode.STANDARD, "size_bytes": 10**9, "create_time": ago(days=40),
        "update_time": ago(days=30), "labels": {},
    }  # fmt: skip
    return Repository(name, **(values | facts))  # type: ignore[arg-type]


def name_of(*path: str, project: str = PROJECT, location: str = LOCATION) -> ResourceName:
    """``name_of("services", "web")``."""
    return ResourceName(project, location, path)


def service(short: str, *, failed: bool = False, traffic: Sequence[str] = (), **facts: object) -> Service:
    """A service; `traffic` are short names of revisions, each with all of it."""
    state = State.FAILED if failed else State.SUCCEEDED
    values: dict[str, object] = {
        "uid": f"uid-{short}", "etag": f'"{short}"', "create_time": ago(days=50), "update_time": ago(days=30),
        "labels": {}, "annotations": {}, "creator": "",
        "terminal": Condition("Ready", state, "HEALTH_CHECK_CONTAINER_ERROR" if failed else "", "no PORT" if failed else ""),
        "reconciling": False, "traffic": tuple(Traffic(r, 100, "") for r in traffic),
        "uri": f"https://{short}.run.app" if traffic else "", "latest_ready_revision": "",
        "latest_created_revision": "", "multi_region": False, "scaling": Scaling(), "images": (),
    }  # fmt: skip
    return Service(name_of("services", short), **(values | facts))  # type: ignore[arg-type]


def with_tags(of: Service, tags: Mapping[str, str]) -> Service:
    """The service with traffic tags, each for a revision by its short name."""
    entries = tuple(Traffic(revision, 0, tag) for tag, revision in tags.items())
    return replace(of, traffic=(*of.traffic, *entries), requested=(*of.requested, *entries))


def revision(of: str, short: str, *, status: str = "retired", days: float = 40, **facts: object) -> Revision:
    """A revision created `days` ago, and retired a day later where it is retired."""
    states = {"retired": State.SUCCEEDED, "active": State.SUCCEEDED, "failed": State.FAILED}
    reason = "RETIRED" if status == "retired" else ""
    values: dict[str, object] = {
        "uid": f"uid-{short}", "etag": f'"{short}"', "create_time": ago(days=days), "labels": {},
        "ready": Condition("Ready", states[status], reason),
        "active": Condition("Active", State.FAILED if reason else State.SUCCEEDED, reason,
                            last_transition_time=ago(days=days - 1) if reason else None),
        "containers": (Container(Decimal(1), Decimal("0.5"), True),), "accelerator": "",
        "gpu_zonal_redundancy": False, "scaling": Scaling(), "desired_min_instances": None, "images": (),
    }  # fmt: skip
    return Revision(name_of("services", of, "revisions", short), **(values | facts))  # type: ignore[arg-type]


def job(
    short: str, *images: str, failed: bool = False, last: LastExecution | None = None, **facts: object
) -> Job:
    """A job that names images, updated 90 days ago; `last` is the execution that it names as its last."""
    values: dict[str, object] = {
        "uid": f"uid-{short}", "etag": f'"{short}"', "create_time": ago(days=100), "update_time": ago(days=90),
        "terminal": Condition("Ready", State.FAILED if failed else State.SUCCEEDED), "last": last,
    }  # fmt: skip
    return Job(name_of("jobs", short), images, **(values | facts))  # type: ignore[arg-type]


def execution(
    of: str, short: str, *images: str, state: str = "succeeded", days: float = 40, **facts: object
) -> Execution:
    """An execution made `days` ago that ended an hour later, or `running`."""
    ended = None if state == "running" else ago(days=days, hours=-1)
    states = {"succeeded": State.SUCCEEDED, "running": State.RECONCILING}
    reason = "CANCELLED" if state == "cancelled" else ""
    values: dict[str, object] = {
        "uid": f"uid-{short}", "etag": f'"{short}"', "create_time": ago(days=days), "completion_time": ended,
        "completed": Condition("Completed", states.get(state, State.FAILED), reason),
    }  # fmt: skip
    return Execution(name_of("jobs", of, "executions", short), images, **(values | facts))  # type: ignore[arg-type]


def pool(
    short: str, *images: str, failed: bool = False, instances: int | None = 0, **facts: object
) -> WorkerPool:
    """A worker pool, updated 90 days ago."""
    values: dict[str, object] = {
        "uid": f"uid-{short}", "etag": f'"{short}"', "create_time": ago(days=100), "update_time": ago(days=90),
        "terminal": Condition("Ready", State.FAILED if failed else State.SUCCEEDED), "instances": instances,
    }  # fmt: skip
    return WorkerPool(name_of("workerPools", short), images, **(values | facts))  # type: ignore[arg-type]


def pool_revision(of: str, short: str, *images: str, **facts: object) -> Revision:
    """A revision of a worker pool."""
    name = name_of("workerPools", of, "revisions", short)
    made = revision(of, short, images=images, **({"status": "active"} | facts))  # type: ignore[arg-type]
    return replace(made, name=name)


def policy(
    name: str, kind: Kind, *parts: When, keep: Retention | None = None, managed: bool = False,
    deletes: bool = True,
) -> Policy:  # fmt: skip
    """A policy whose `when` is the conjunction of the parts."""
    return Policy(name, kind, All(parts), keep, managed, deletes=deletes)


def policies(
    *each: Policy, protect: Mapping[str, object] | None = None, scope: Scope | None = None
) -> Policies:
    """A policy file of these policies."""
    held: dict[str, object] = {"labels": {}, **(protect or {})}
    return Policies(
        scope or Scope((PROJECT,)),
        "dry-run",
        Protect(**held),
        Limits(),
        each,
        "sha256:0",  # type: ignore[arg-type]
    )


def contents(*images: Image, subjects: Mapping[tuple[str, str], str] | None = None) -> Contents:
    """The content of a repository; each referrer of `subjects` is about one image."""
    return Contents(list(images), {key: (about,) for key, about in (subjects or {}).items()})


_KINDS = {
    Service: Kind.SERVICE, Revision: Kind.REVISION, Job: Kind.JOB, Execution: Kind.EXECUTION,
    WorkerPool: Kind.WORKER_POOL, Instance: Kind.INSTANCE,
}  # fmt: skip


def workloads(*resources: Service | Revision | Job | Execution | WorkerPool | Instance) -> Workloads:
    """Workloads of these kinds, in this order."""
    found: dict[Kind, list[Any]] = {}
    for resource in resources:
        found.setdefault(_KINDS[type(resource)], []).append(resource)
    return Workloads({kind: tuple(held) for kind, held in found.items()})
