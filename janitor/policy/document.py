"""The policy file's grammar: pydantic models, and from them the values of values.py.

The models say what may be written (and are the source of its JSON Schema); how a value is spelled is
spelling.py, what may not stand together combinations.py, the wording of mistakes mistakes.py.
"""

from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Annotated, Any, Literal, Self, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Discriminator, Field, Tag, ValidationError

from janitor.model.kinds import Kind, Status
from janitor.policy import spelling, values
from janitor.policy.combinations import combinations
from janitor.policy.mistakes import Grammar, KindKeys, locate, mistake
from janitor.policy.problems import Problem, refusal
from janitor.policy.reference_files import ReferenceFiles, read_reference_files
from janitor.policy.source import plain, read_source

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


class _Model(BaseModel):
    """Every default stands for "not said": an explicit null never gets this far (source.py)."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, hide_input_in_errors=True)


class When(_Model):
    """What every kind has. `any` and `all` are lists of such mappings, `not` is one."""

    name: Globs | None = None
    location: Globs | None = None
    labels: Labels | None = None
    older_than: Duration | None = None
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


class Document(_Model):
    """The whole file."""

    version: Annotated[int, BeforeValidator(spelling.version)]
    mode: Literal["dry-run", "apply"] = "dry-run"
    scope: ScopeSection = ScopeSection()
    protect: ProtectSection = ProtectSection()
    limits: LimitsSection = LimitsSection()
    policies: List[AnyPolicy]


def parse_policies(data: bytes, source: str, read_reference_file: Callable[[str], bytes]) -> values.Policies:
    """The policies that the bytes of a file say; `source` names the file in messages.

    `read_reference_file` is given each entry of `protect.references` as written, and raises OSError
    where it cannot be read. PolicyFileError holds every mistake of the file, a line each, in order.
    """
    tree = read_source(data, source)
    raw = plain(tree.root)
    problems = list(tree.problems)
    document: Document | None = None
    try:
        document = Document.model_validate(raw)
    except ValidationError as error:
        problems += [mistake(tree.root, _GRAMMAR, dict(each)) for each in error.errors(include_url=False)]
    problems += [Problem(locate(tree.root, path)[0], text) for path, text in combinations(raw)]
    read = read_reference_files(tree.root, source, read_reference_file)
    problems += read.problems
    if problems or read.mistaken or document is None:
        raise refusal(source, problems, read.mistaken)
    return _policies(document, read, data)


def _keys(model: type[BaseModel]) -> tuple[str, ...]:
    return tuple(info.alias or name for name, info in model.model_fields.items())


_GRAMMAR = Grammar(
    top=_keys(Document),
    sections={"scope": _keys(ScopeSection), "protect": _keys(ProtectSection), "limits": _keys(LimitsSection)},
    kinds={
        "run.service": KindKeys(_keys(ServicePolicy), _keys(ServiceWhen)),
        "run.revision": KindKeys(_keys(RevisionPolicy), _keys(RevisionWhen), _keys(Keep)),
        "artifact.image": KindKeys(_keys(ImagePolicy), _keys(ImageWhen), _keys(ImageKeep)),
        "artifact.repository": KindKeys(_keys(RepositoryPolicy), _keys(RepositoryWhen)),
    },
)


def _policies(document: Document, references: ReferenceFiles, data: bytes) -> values.Policies:
    scope, protect, limits = document.scope, document.protect, document.limits
    return values.Policies(
        values.Scope(
            _once(scope.projects), scope.locations and _once(scope.locations), _once(scope.also_read)
        ),
        document.mode,
        values.Protect(
            protect.labels, protect.names, protect.tags, references.references, _once(protect.references)
        ),
        values.Limits(limits.max_deletions, limits.max_share, limits.max_monthly_value),
        tuple(map(_policy, document.policies)),
        references.digest_with(data),
    )


def _once(texts: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(texts))


def _policy(policy: AnyPolicy) -> values.Policy:
    keep = policy.keep if isinstance(policy, RevisionPolicy | ImagePolicy) else None
    return values.Policy(
        policy.name, Kind(policy.kind), _condition(policy.when), _retention(keep), policy.managed
    )


def _retention(keep: Keep | None) -> values.Retention | None:
    if keep is None:
        return None
    tagged = keep.tagged if isinstance(keep, ImageKeep) else None
    return values.Retention(keep.latest, tagged or (), keep.newer_than)


def _condition(when: When | None) -> values.All:
    return values.All(tuple(_parts(when)) if when else ())


_LEAVES: dict[str, Callable[[Any], values.Condition]] = {
    "name": values.NameIs,
    "service": values.ServiceIs,
    "location": values.LocationIs,
    "repository": values.RepositoryIs,
    "tags": values.TagsMatch,
    "artifact_type": values.ArtifactTypeIs,
    "labels": values.LabelsAre,
    "tagged": values.Tagged,
    "older_than": values.OlderThan,
    "larger_than": values.LargerThan,
}


def _parts(when: When) -> Iterator[values.Condition]:
    for name in type(when).model_fields:
        value = getattr(when, name)
        if value is None:
            continue
        match name:
            case "status":
                yield values.StatusIs(tuple(map(Status, value)))
            case "unused":
                yield values.Unused()
            case "any":
                yield values.AnyOf(tuple(map(_condition, value)))
            case "all":
                yield values.All(tuple(map(_condition, value)))
            case "not_":
                yield values.Not(_condition(value))
            case _:
                yield _LEAVES[name](value)
