"""The closed lists: kinds, statuses and reasons. Each value is a wire name (docs/glossary.md)."""

from enum import StrEnum


class Kind(StrEnum):
    """A kind of resource; the value is what policies, logs and JSON call it."""

    SERVICE = "run.service"
    REVISION = "run.revision"
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


class DeleteReason(StrEnum):
    """Why a resource goes; the first that holds, in this order, is named (R19)."""

    FAILED = "failed"
    TTL = "ttl"
    RETIRED = "retired"
    UNUSED = "unused"
    ORPHANED = "orphaned"
    UNTAGGED = "untagged"
    LARGER_THAN = "larger-than"
    OLDER_THAN = "older-than"
    MATCHED = "matched"
    CHILD_OF = "child-of"


class KeepReason(StrEnum):
    """Why a resource stays; the first that holds, in this order, is named."""

    SELF = "self"
    IN_USE = "in-use"
    PROTECTED = "protected"
    OPTED_OUT = "opted-out"
    GOOGLE_MANAGED = "google-managed"
    MULTI_REGION = "multi-region"
    RUNNING = "running"
    RECONCILING = "reconciling"
    SERVING = "serving"
    HAS_TRAFFIC = "has-traffic"
    LATEST_REVISION = "latest-revision"
    ONLY_REVISION = "only-revision"
    LAST_EXECUTION = "last-execution"
    HAS_INSTANCES = "has-instances"
    NOT_RETIRED = "not-retired"
    STATUS_UNKNOWN = "status-unknown"
    NOT_STANDARD = "not-standard"
    FORMAT_UNSUPPORTED = "format-unsupported"
    IMMUTABLE_TAGS = "immutable-tags"
    HAS_TAGS = "has-tags"
    SUBJECT_UNKNOWN = "subject-unknown"
    CHILD_OF_KEPT = "child-of-kept"
    KEEP_TAGGED = "keep-tagged"
    KEEP_LATEST = "keep-latest"
    KEEP_ROLLBACK = "keep-rollback"
    KEEP_NEWER_THAN = "keep-newer-than"
    KEEP_POLICY = "keep-policy"
    JUST_CREATED = "just-created"
    OTHER_TAGS = "other-tags"
    VERSION_UNREADABLE = "version-unreadable"
    AGE_UNKNOWN = "age-unknown"
    TTL_UNREADABLE = "ttl-unreadable"
    SIZE_UNKNOWN = "size-unknown"
    EXPR_FAILED = "expr-failed"
    NOT_MATCHED = "not-matched"
    NEEDS_LITERAL_NAME = "needs-literal-name"
    HOLDS_IN_USE = "holds-in-use"
    HOLDS_PROTECTED = "holds-protected"
    HOLDS_REFERRER = "holds-referrer"
    HOLDS_SUBJECT_UNKNOWN = "holds-subject-unknown"
    HOLDS_RETAINED = "holds-retained"
    NO_WORKLOADS_SEEN = "no-workloads-seen"
    GRACE = "grace"
    POLICY_NOT_SELECTED = "policy-not-selected"
    GAP = "gap"
