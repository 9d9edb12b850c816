"""The policy file's grammar: pydantic models, which say what may be written where.

They are the source of its JSON Schema. Conditions are when_models.py. The sections beside the policies are sections.py, how a value is spelled
spelling.py, what may not stand together combinations.py, the wording of mistakes mistakes.py; document.py makes
values of it all.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, BeforeValidator, Discriminator, Tag, ValidationError

from janitor.policy import spelling
from janitor.policy.field_types import (
    Duration,
    List,
    Model,
    Shapes,
)
from janitor.policy.keeps import ImageKeep, Keep, Per, RevisionKeep, VersionKeep, VersionPer
from janitor.policy.mistakes import Grammar, KindKeys
from janitor.policy.sections import (
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
)  # fmt: skip
from janitor.policy.shapes import Shape
from janitor.policy.when_models import (
    ExecutionWhen,
    FailedWhen,
    ImageWhen,
    PackageWhen,
    RepositoryWhen,
    RevisionWhen,
    ServiceWhen,
    TagWhen,
    VersionWhen,
)  # fmt: skip

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
    keep: Keep | None = None


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
        "run.execution": KindKeys(_keys(ExecutionPolicy), _keys(ExecutionWhen), _keys(Keep)),
        "run.worker_pool": KindKeys(_keys(WorkerPoolPolicy), _keys(FailedWhen)),
        "artifact.image": KindKeys(_keys(ImagePolicy), _keys(ImageWhen), _keys(ImageKeep)),
        "artifact.version": KindKeys(_keys(VersionPolicy), _keys(VersionWhen), _keys(VersionKeep)),
        "artifact.tag": KindKeys(_keys(TagPolicy), _keys(TagWhen)),
        "artifact.package": KindKeys(_keys(PackagePolicy), _keys(PackageWhen)),
        "artifact.repository": KindKeys(_keys(RepositoryPolicy), _keys(RepositoryWhen)),
    },
)
