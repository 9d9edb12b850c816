"""What may be written in `when`, kind by kind: pydantic models, a part of the grammar (grammar.py)."""

from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field

from janitor.policy import spelling
from janitor.policy.field_types import (
    Count,
    Duration,
    Expressions,
    Globs,
    Labels,
    List,
    ManagerName,
    Model,
    OneOrMore,
    RecordedDuration,
    Size,
    Text,
)

Format = Literal["apt", "generic", "go", "kfp", "maven", "npm", "python", "ruby", "yum"]


class When(Model):
    """What every kind has. `any` and `all` are lists of such mappings, `not` is one."""

    name: Globs | None = None
    location: Globs | None = None
    labels: Labels | None = None
    labels_regex: Expressions | None = None
    older_than: Duration | None = None
    ttl: Literal["expired"] | None = None
    managed_by: OneOrMore[ManagerName] | None = None
    expr: Annotated[str, BeforeValidator(spelling.expression)] | None = None
    any: List[Self] | None = None
    all: List[Self] | None = None
    not_: Self | None = Field(default=None, alias="not")


class WorkloadWhen(When):
    """What Cloud Run's things have beside."""

    annotations: Labels | None = None
    annotations_regex: Expressions | None = None
    creator: Globs | None = None


class ServiceWhen(WorkloadWhen):
    """`reconciling` and `unknown` are no statuses to ask for: such a service is never deleted."""

    status: OneOrMore[Literal["failed", "serving", "degraded"]] | None = None


class RevisionWhen(WorkloadWhen):
    """`service` is the revision's."""

    service: Globs | None = None
    status: OneOrMore[Literal["retired", "failed", "active"]] | None = None


class FailedWhen(WorkloadWhen):
    """Jobs and worker pools: one that can run has no status to ask for."""

    status: OneOrMore[Literal["failed"]] | None = None


class ExecutionWhen(WorkloadWhen):
    """`job` is the execution's. One that runs is never deleted, so `running` cannot be asked for."""

    job: Globs | None = None
    status: OneOrMore[Literal["succeeded", "failed", "cancelled"]] | None = None


class RepositoryWhen(When):
    """Docker repositories only have users that can be known (R3)."""

    unused: Annotated[Literal[True], BeforeValidator(spelling.true)] | None = None
    larger_than: Size | None = None


class ImageWhen(RepositoryWhen):
    """`name` is the package; `labels` are the repository's, for images have none."""

    repository: Globs | None = None
    tagged: bool | None = None
    tags: Globs | None = None
    any_tag: Globs | None = None
    tags_regex: Text | None = None
    tags_semver: Text | None = None
    artifact_type: Globs | None = None
    unused_for: RecordedDuration | None = None
    orphaned: Annotated[Literal[True], BeforeValidator(spelling.true)] | None = None
    largest: Count | None = None


class PackageWhen(When):
    """`labels` are the repository's. What of docker is in use stays whatever is said: no `unused`."""

    repository: Globs | None = None
    format: OneOrMore[Literal["docker"] | Format] | None = None
    larger_than: Size | None = None
    empty: Annotated[Literal[True], BeforeValidator(spelling.true)] | None = None


class TagWhen(When):
    """`name` is the package; `labels` are the repository's; no age (combinations.py)."""

    repository: Globs | None = None
    format: OneOrMore[Literal["docker"] | Format] | None = None
    tags: Globs | None = None
    tags_regex: Text | None = None
    tags_semver: Text | None = None


class VersionWhen(When):
    """`name` is the package; `labels` are the repository's. Who uses a version is not known: no `unused`."""

    repository: Globs | None = None
    format: OneOrMore[Format] | None = None
    version: Globs | None = None
    version_semver: Text | None = None
    prerelease: bool | None = None
    larger_than: Size | None = None
    largest: Count | None = None
