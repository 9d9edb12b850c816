"""The policy file's grammar: pydantic models, which say what may be written where.

They are the source of its JSON Schema. How a value is spelled is spelling.py, what may not stand
together combinations.py, the wording of mistakes mistakes.py; document.py makes values of it all.
"""

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Annotated, Any, Literal, Self, TypeVar

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    ValidationError,
)
from pydantic.json_schema import GenerateJsonSchema

from janitor.policy import spelling, timezones, values
from janitor.policy.mistakes import Grammar, KindKeys
from janitor.policy.schedule import Cron, Note, ReportOptions, Schedule
from janitor.policy.shapes import Shape, shaped

T = TypeVar("T")
List = Annotated[tuple[T, ...], BeforeValidator(spelling.listed)]
OneOrMore = Annotated[tuple[T, ...], BeforeValidator(spelling.one_or_more)]
Globs = OneOrMore[Annotated[str, BeforeValidator(spelling.glob)]]
Labels = dict[
    Annotated[str, BeforeValidator(spelling.label_key)], Annotated[str, BeforeValidator(spelling.bounded)]
]
Duration = Annotated[timedelta, BeforeValidator(spelling.duration)]
Size = Annotated[int, BeforeValidator(spelling.size)]
Project = Annotated[str, BeforeValidator(spelling.project)]
Location = Annotated[str, BeforeValidator(spelling.location)]
Locations = Annotated[tuple[Location, ...] | None, BeforeValidator(spelling.locations)]
CronText = Annotated[Cron, BeforeValidator(spelling.cron)]


class _Model(BaseModel):
    """Every default stands for "not said": an explicit null never gets this far (source.py)."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, hide_input_in_errors=True)


class When(_Model):
    """What every kind has. `any` and `all` are lists of such mappings, `not` is one."""

    name: Globs | None = None
    location: Globs | None = None
    labels: Labels | None = None
    older_than: Duration | None = None
    expr: Annotated[str, BeforeValidator(spelling.expression)] | None = None
    any: List[Self] | None = None
    all: List[Self] | None = None
    not_: Self | None = Field(default=None, alias="not")


class ServiceWhen(When):
    """`reconciling` and `unknown` are no statuses to ask for: such a service is never deleted."""

    status: OneOrMore[Literal["failed", "serving", "degraded"]] | None = None


class RevisionWhen(When):
    """`service` is the revision's."""

    service: Globs | None = None
    status: OneOrMore[Literal["retired", "failed", "active"]] | None = None


class RepositoryWhen(When):
    """Docker repositories only have users that can be known (R3)."""

    unused: Literal[True] | None = None
    larger_than: Size | None = None


class ImageWhen(RepositoryWhen):
    """`name` is the package; `labels` are the repository's, for images have none."""

    repository: Globs | None = None
    tagged: bool | None = None
    tags: Globs | None = None
    artifact_type: Globs | None = None


class Keep(_Model):
    """What stays, by group (R10)."""

    latest: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    newer_than: Duration | None = None


class ImageKeep(Keep):
    """Only images have tags."""

    tagged: Globs | None = None


class _Policy(_Model):
    name: Annotated[str, BeforeValidator(spelling.policy_name)]
    managed: bool = False


class ServicePolicy(_Policy):
    """Nothing groups services, so there is no `keep`; `when` must say something."""

    kind: Literal["run.service"]
    when: ServiceWhen


class RevisionPolicy(_Policy):
    """`keep` alone is enough: all but those."""

    kind: Literal["run.revision"]
    when: RevisionWhen | None = None
    keep: Keep | None = None


class ImagePolicy(_Policy):
    """`keep` alone is enough: all but those."""

    kind: Literal["artifact.image"]
    when: ImageWhen | None = None
    keep: ImageKeep | None = None


class RepositoryPolicy(_Policy):
    """A repository goes as a whole, so there is no `keep`; `when` must say something."""

    kind: Literal["artifact.repository"]
    when: RepositoryWhen


class OtherPolicy(_Policy):
    """Of no kind that there is, which is refused; the rest of it is checked as far as that goes."""

    kind: Literal["run.service", "run.revision", "artifact.image", "artifact.repository"]
    when: Any = None
    keep: Any = None


_KINDS = ("run.service", "run.revision", "artifact.image", "artifact.repository")


def _kind_of(policy: Any) -> str:
    kind = policy.get("kind") if isinstance(policy, dict) else None
    return kind if isinstance(kind, str) and kind in _KINDS else "other"


AnyPolicy = Annotated[
    Annotated[ServicePolicy, Tag("run.service")]
    | Annotated[RevisionPolicy, Tag("run.revision")]
    | Annotated[ImagePolicy, Tag("artifact.image")]
    | Annotated[RepositoryPolicy, Tag("artifact.repository")]
    | Annotated[OtherPolicy, Tag("other")],
    Discriminator(_kind_of),
]


class ScopeSection(_Model):
    """Where things may be deleted, and where users are looked for besides (R1)."""

    projects: List[Project] = ()
    locations: Locations = None
    also_read: List[Project] = ()


class ProtectSection(_Model):
    """Any one of these protects (R11); references are from outside Cloud Run (R3)."""

    labels: Labels = {}
    names: Globs = ()
    tags: Globs = ()
    references: List[Annotated[str, BeforeValidator(spelling.glob)]] = ()


class LimitsSection(_Model):
    """What is not said has the default of `Limits` (R20)."""

    max_deletions: Annotated[int, Field(ge=0, le=1_000_000_000)] = values.Limits().max_deletions
    max_share: Annotated[Decimal, BeforeValidator(spelling.share)] = values.Limits().max_share
    max_monthly_value: Annotated[Decimal, BeforeValidator(spelling.money)] = values.Limits().max_monthly_value


class SweepSchedule(_Model):
    """When the daemon sweeps."""

    cron: CronText = Schedule().sweep
    jitter: Annotated[timedelta, BeforeValidator(spelling.jitter)] = Schedule().jitter


class ReportSchedule(_Model):
    """When the daemon reports."""

    cron: CronText = Schedule().report


class ScheduleSection(_Model):
    """What is not said has the default of `Schedule`."""

    timezone: Annotated[str, BeforeValidator(timezones.timezone)] = Schedule().timezone
    sweep: SweepSchedule = SweepSchedule()
    report: ReportSchedule = ReportSchedule()


class ReportSection(_Model):
    """What is not said has the default of `ReportOptions`."""

    show_creator: bool = ReportOptions().show_creator
    note: Note = ReportOptions().note
    horizon: Duration = ReportOptions().horizon


class Document(_Model):
    """The whole file."""

    version: Annotated[int, BeforeValidator(spelling.version)]
    mode: Literal["dry-run", "apply"] = "dry-run"
    scope: ScopeSection = ScopeSection()
    protect: ProtectSection = ProtectSection()
    limits: LimitsSection = LimitsSection()
    schedule: ScheduleSection = ScheduleSection()
    report: ReportSection = ReportSection()
    policies: List[AnyPolicy]


def read_document(raw: Any) -> tuple[Document | None, list[Mapping[str, Any]]]:
    """The file's plain data as a document; or None and pydantic's errors, for mistakes.py to word."""
    try:
        return Document.model_validate(raw), []
    except ValidationError as error:
        return None, [dict(each) for each in error.errors(include_url=False)]


class _Shapes(GenerateJsonSchema):
    """What a function reads is shaped by shapes.py, and not by the type that it makes."""

    def function_before_schema(self, schema: Any) -> Shape:
        return shaped(schema["function"]["function"], lambda: self.generate_inner(schema["schema"]))

    def dict_schema(self, schema: Any) -> Shape:
        keys, entries = (self.generate_inner(schema[part]) for part in ("keys_schema", "values_schema"))
        return {"type": "object", "propertyNames": keys, "additionalProperties": entries}


def json_schema() -> Shape:
    """The JSON Schema of the models as pydantic makes it; schema.py makes it fit for people."""
    return Document.model_json_schema(schema_generator=_Shapes)


def _keys(model: type[BaseModel]) -> tuple[str, ...]:
    return tuple(info.alias or name for name, info in model.model_fields.items())


GRAMMAR = Grammar(
    top=_keys(Document),
    sections={
        "scope": _keys(ScopeSection),
        "protect": _keys(ProtectSection),
        "limits": _keys(LimitsSection),
        "schedule": _keys(ScheduleSection),
        "schedule.sweep": _keys(SweepSchedule),
        "schedule.report": _keys(ReportSchedule),
        "report": _keys(ReportSection),
    },
    kinds={
        "run.service": KindKeys(_keys(ServicePolicy), _keys(ServiceWhen)),
        "run.revision": KindKeys(_keys(RevisionPolicy), _keys(RevisionWhen), _keys(Keep)),
        "artifact.image": KindKeys(_keys(ImagePolicy), _keys(ImageWhen), _keys(ImageKeep)),
        "artifact.repository": KindKeys(_keys(RepositoryPolicy), _keys(RepositoryWhen)),
    },
)
