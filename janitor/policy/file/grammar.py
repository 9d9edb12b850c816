"""Grammar of the policy file: pydantic models of `when`, `keep` and a policy of each kind. It says what may be written where."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import BaseModel, BeforeValidator, Discriminator, Field, Tag, ValidationError

from janitor.policy.file import spelling
from janitor.policy.file.field_types import (
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
    Shape,
    Shapes,
    Size,
    Text,
)
from janitor.policy.file.mistakes import Grammar, KindKeys
from janitor.policy.file.sections import (
    DefaultsKeep,
    DefaultsSection,
    DefaultsWhen,
    LimitsSection,
    ProtectSection,
    ReportSchedule,
    ReportSection,
    ScheduleSection,
    ScopeSection,
    SweepSchedule,
    TtlSection,
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


class KeepModel(Model):
    """What stays, by group (R10)."""

    latest: Count | None = None
    newer_than: Duration | None = None


class RevisionKeep(KeepModel):
    """Only revisions are gone back to."""

    rollback: Count | None = None


class Per(Model):
    """Within which groups `latest` counts, by tag or by version; its own `latest` says of how many."""

    tag: Annotated[str, BeforeValidator(spelling.bounded)] | None = None
    semver: Literal["major", "minor", "patch"] | None = None
    latest: Count | None = None


class TaggedKeep(KeepModel):
    """Only images, and versions of other formats, have tags."""

    tagged: Globs | None = None


class ImageKeep(TaggedKeep):
    """Of images, many a line of versions or branches is kept in one package."""

    per: Per | None = None


class VersionPer(Model):
    """A version is called by what it is, and one with a tag stays: nothing is grouped by tag."""

    semver: Literal["major", "minor", "patch"]
    latest: Count | None = None


class VersionKeep(TaggedKeep):
    """Of versions, many a line is kept in one package."""

    per: VersionPer | None = None


KindName = Literal[
    "run.service", "run.revision", "run.job", "run.execution", "run.worker_pool",
    "artifact.image", "artifact.version",
    "artifact.tag", "artifact.package", "artifact.repository",
]  # fmt: skip


class _Policy(Model):
    name: Annotated[str, BeforeValidator(spelling.policy_name)]
    managed: bool = False
    deletes: bool = True
    grace: Duration | None = None


class ServicePolicy(_Policy):
    """Nothing groups services, so there is no `keep`; `when` must say something."""

    kind: Literal["run.service"]
    when: ServiceWhen


class RevisionPolicy(_Policy):
    """`keep` alone is enough: all but those."""

    kind: Literal["run.revision"]
    when: RevisionWhen | None = None
    keep: RevisionKeep | None = None


class JobPolicy(_Policy):
    """Nothing groups jobs, so there is no `keep`; `when` must say something."""

    kind: Literal["run.job"]
    when: FailedWhen


class ExecutionPolicy(_Policy):
    """`keep` alone is enough: all but those."""

    kind: Literal["run.execution"]
    when: ExecutionWhen | None = None
    keep: KeepModel | None = None


class WorkerPoolPolicy(_Policy):
    """Nothing groups worker pools, so there is no `keep`; `when` must say something."""

    kind: Literal["run.worker_pool"]
    when: FailedWhen


class ImagePolicy(_Policy):
    """`keep` alone is enough: all but those."""

    kind: Literal["artifact.image"]
    when: ImageWhen | None = None
    keep: ImageKeep | None = None


class PackagePolicy(_Policy):
    """A package goes as a whole, so there is no `keep`; `when` must say something."""

    kind: Literal["artifact.package"]
    when: PackageWhen


class TagPolicy(_Policy):
    """A tag is taken off and nothing is deleted, so there is no `keep`; `when` must say something."""

    kind: Literal["artifact.tag"]
    when: TagWhen


class VersionPolicy(_Policy):
    """`keep` alone is enough: all but those."""

    kind: Literal["artifact.version"]
    when: VersionWhen | None = None
    keep: VersionKeep | None = None


class RepositoryPolicy(_Policy):
    """A repository goes as a whole, so there is no `keep`; `when` must say something."""

    kind: Literal["artifact.repository"]
    when: RepositoryWhen


class OtherPolicy(_Policy):
    """Of no kind that there is, which is refused; the rest of it is checked as far as that goes."""

    kind: KindName
    when: Any = None
    keep: Any = None


def _kind_of(policy: Any) -> str:
    kind = policy.get("kind") if isinstance(policy, dict) else None
    return kind if isinstance(kind, str) and kind in get_args(KindName) else "other"


AnyPolicy = Annotated[
    Annotated[ServicePolicy, Tag("run.service")]
    | Annotated[RevisionPolicy, Tag("run.revision")]
    | Annotated[JobPolicy, Tag("run.job")]
    | Annotated[ExecutionPolicy, Tag("run.execution")]
    | Annotated[WorkerPoolPolicy, Tag("run.worker_pool")]
    | Annotated[ImagePolicy, Tag("artifact.image")]
    | Annotated[VersionPolicy, Tag("artifact.version")]
    | Annotated[TagPolicy, Tag("artifact.tag")]
    | Annotated[PackagePolicy, Tag("artifact.package")]
    | Annotated[RepositoryPolicy, Tag("artifact.repository")]
    | Annotated[OtherPolicy, Tag("other")],
    Discriminator(_kind_of),
]


class Document(Model):
    """The whole file."""

    version: Annotated[int, BeforeValidator(spelling.version)]
    mode: Literal["dry-run", "apply"] = "dry-run"
    scope: ScopeSection = ScopeSection()
    protect: ProtectSection = ProtectSection()
    ttl: TtlSection = TtlSection()
    limits: LimitsSection = LimitsSection()
    schedule: ScheduleSection = ScheduleSection()
    report: ReportSection = ReportSection()
    defaults: DefaultsSection = DefaultsSection()
    policies: List[AnyPolicy]


def read_document(raw: Any) -> tuple[Document | None, list[Mapping[str, Any]]]:
    """The file's plain data as a document; or None and pydantic's errors, for mistakes.py to word."""
    try:
        return Document.model_validate(raw), []
    except ValidationError as error:
        return None, [dict(each) for each in error.errors(include_url=False)]


def json_schema() -> Shape:
    """The JSON Schema of the models as pydantic makes it; schema.py makes it fit for people."""
    return Document.model_json_schema(schema_generator=Shapes)


def _keys(model: type[BaseModel]) -> tuple[str, ...]:
    return tuple(info.alias or name for name, info in model.model_fields.items())


GRAMMAR = Grammar(
    top=_keys(Document),
    sections={
        "scope": _keys(ScopeSection),
        "protect": _keys(ProtectSection),
        "ttl": _keys(TtlSection),
        "limits": _keys(LimitsSection),
        "schedule": _keys(ScheduleSection),
        "schedule.sweep": _keys(SweepSchedule),
        "schedule.report": _keys(ReportSchedule),
        "report": _keys(ReportSection),
        "defaults": _keys(DefaultsSection),
        "defaults.when": _keys(DefaultsWhen),
        "defaults.keep": _keys(DefaultsKeep),
        "artifact.image keep.per": _keys(Per),
        "artifact.version keep.per": _keys(VersionPer),
    },
    kinds={
        "run.service": KindKeys(_keys(ServicePolicy), _keys(ServiceWhen)),
        "run.revision": KindKeys(_keys(RevisionPolicy), _keys(RevisionWhen), _keys(RevisionKeep)),
        "run.job": KindKeys(_keys(JobPolicy), _keys(FailedWhen)),
        "run.execution": KindKeys(_keys(ExecutionPolicy), _keys(ExecutionWhen), _keys(KeepModel)),
        "run.worker_pool": KindKeys(_keys(WorkerPoolPolicy), _keys(FailedWhen)),
        "artifact.image": KindKeys(_keys(ImagePolicy), _keys(ImageWhen), _keys(ImageKeep)),
        "artifact.version": KindKeys(_keys(VersionPolicy), _keys(VersionWhen), _keys(VersionKeep)),
        "artifact.tag": KindKeys(_keys(TagPolicy), _keys(TagWhen)),
        "artifact.package": KindKeys(_keys(PackagePolicy), _keys(PackageWhen)),
        "artifact.repository": KindKeys(_keys(RepositoryPolicy), _keys(RepositoryWhen)),
    },
)
