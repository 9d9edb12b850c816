"""Kinds of resources and their statuses: closed lists. Each value is a wire name (docs/glossary.md)."""

from enum import StrEnum


class Kind(StrEnum):
    """A kind of resource; the value is what policies, logs and JSON call it."""

    SERVICE = "run.service"
    REVISION = "run.revision"
    TRAFFIC_TAG = "run.tag"
    JOB = "run.job"
    EXECUTION = "run.execution"
    WORKER_POOL = "run.worker_pool"
    INSTANCE = "run.instance"
    RUN_LOCATION = "run.location"
    REPOSITORY = "artifact.repository"
    IMAGE = "artifact.image"
    PACKAGE = "artifact.package"
    VERSION = "artifact.version"
    TAG = "artifact.tag"
    ATTACHMENT = "artifact.attachment"
    ARTIFACT_LOCATION = "artifact.location"
    PROJECT = "resourcemanager.project"
    HOLDER = "asset.holder"

    @property
    def is_run(self) -> bool:
        """Whether Cloud Run is the API that lists it."""
        return self.value.startswith("run.")


class Status(StrEnum):
    """What a workload is doing (kinds/*.py), by rules R6 and R15 among others; UNKNOWN is what no rule covers."""

    SERVING = "serving"
    DEGRADED = "degraded"
    FAILED = "failed"
    RECONCILING = "reconciling"
    ACTIVE = "active"
    RETIRED = "retired"
    SUCCEEDED = "succeeded"
    CANCELLED = "cancelled"
    RUNNING = "running"
    UNKNOWN = "unknown"
