"""Grammar of the policy file: pydantic models of `when`, `keep` and a policy of each kind, made of the keys' declarations.

It says what may be written where.
"""

from collections.abc import Iterable, Mapping
from functools import reduce
from operator import or_
from typing import Annotated, Any, Literal, NamedTuple, Self

from pydantic import BaseModel, BeforeValidator, Discriminator, Field, Tag, ValidationError, create_model

from janitor.kinds.spec import Keeps
from janitor.kinds.table import BY_WIRE_NAME, KINDS, kind_noun
from janitor.model.kinds import Kind
from janitor.policy.conditions.key import EVERY_KIND, Key
from janitor.policy.conditions.table import INHERITED, KEYS, keys_of
from janitor.policy.conditions.values import Count, Duration, Globs, List, Shape, bounded
from janitor.policy.file import spelling
from janitor.policy.file.concepts import KindKeys
from janitor.policy.file.field_types import Model, Shapes
from janitor.policy.file.mistakes import Grammar
from janitor.policy.file.sections import (
    DefaultsKeep,
    LimitsSection,
    ProtectSection,
    ReportSchedule,
    ReportSection,
    ScheduleSection,
    ScopeSection,
    SweepSchedule,
    TtlSection,
)

# Types that are made of declarations cannot be written as annotations.
_annotated: Any = Annotated
_list: Any = List
_literal: Any = Literal


def _fields(keys: Iterable[type[Key]], kind: Kind | None) -> dict[str, Any]:
    """Fields of a model, all of which may be left out."""
    return {key.name: (key.spelling_of(kind) | None, None) for key in keys}


class _Joining(Model):
    """What joins conditions: `any` and `all` are lists of such mappings, `not` is one."""

    any: List[Self] | None = None
    all: List[Self] | None = None
    not_: Self | None = Field(default=None, alias="not")


_OF_EVERY_KIND = tuple(key for key in KEYS if key.kinds == EVERY_KIND)
_JOINING: dict[str, Any] = {name: (info.annotation, info) for name, info in _Joining.model_fields.items()}
_EVERY_WHEN = create_model("When", __base__=Model, **_fields(_OF_EVERY_KIND, None), **_JOINING)


def _when(name: str, kind: Kind) -> type[Model]:
    """The model of `when` of a kind: first what every kind has."""
    own = (key for key in keys_of(kind) if key not in _OF_EVERY_KIND)
    return create_model(name, __base__=_EVERY_WHEN, **_fields(own, kind))


class KeepModel(Model):
    """The `keep` of a policy: resources that are kept, by group (R10)."""

    latest: Count | None = None
    newer_than: Duration | None = None


class RevisionKeep(KeepModel):
    """Only revisions are gone back to."""

    rollback: Count | None = None


class Per(Model):
    """Within which groups `latest` counts, by tag or by version; its own `latest` says of how many."""

    tag: Annotated[str, BeforeValidator(bounded)] | None = None
    semver: Literal["major", "minor", "patch"] | None = None
    latest: Count | None = None


class TaggedKeep(KeepModel):
    """Only images, and versions of other formats, have tags."""

    tagged: Globs | None = None


class ImageKeep(TaggedKeep):
    """Of images, many a line of versions or branches is kept in one package."""

    per: Per | None = None


class VersionPer(Model):
    """The `per` of versions: by version only, because a version with a tag is kept anyway."""

    semver: Literal["major", "minor", "patch"]
    latest: Count | None = None


class VersionKeep(TaggedKeep):
    """Of versions, many a line is kept in one package."""

    per: VersionPer | None = None


KindName: Any = _literal[tuple(BY_WIRE_NAME)]


class AnyPolicy(Model):
    """A policy of any kind. `keep` is of kinds that have one, and is enough by itself: all but those.

    Of no kind that there is, it is refused; the rest of it is checked as far as possible.
    """

    name: Annotated[str, BeforeValidator(spelling.policy_name)]
    managed: bool = False
    deletes: bool = True
    grace: Duration | None = None
    kind: KindName
    when: Any = None


class OtherPolicy(AnyPolicy):
    """Of no kind that there is."""

    keep: Any = None


_KEEPS: Mapping[Keeps, type[KeepModel]] = {
    Keeps.NEWEST: KeepModel,
    Keeps.ROLLBACK: RevisionKeep,
    Keeps.TAGGED_IMAGES: ImageKeep,
    Keeps.TAGGED_VERSIONS: VersionKeep,
}


class _KindGrammar(NamedTuple):
    """The models of a kind: their names in the JSON Schema, and its `keep`; without one, `when` must say something."""

    policy: str
    when: str
    keep: type[KeepModel] | None


def _grammar(kind: Kind) -> _KindGrammar:
    """Named after what people call it: ``WorkerPoolPolicy``."""
    noun = "".join(word.capitalize() for word in kind_noun(kind).split())
    said = KINDS[kind].policies
    return _KindGrammar(
        f"{noun}Policy", said.when_model or f"{noun}When", _KEEPS[said.keep] if said.keep else None
    )


_KINDS = {kind: _grammar(kind) for kind in KINDS}
# Kinds whose keys are the same share a model.
_WHENS = {row.when: _when(row.when, kind) for kind, row in _KINDS.items()}


def _policy(kind: Kind, row: _KindGrammar) -> type[AnyPolicy]:
    when: Any = _WHENS[row.when]
    parts: dict[str, Any] = {"kind": (_literal[kind.value], ...), "when": (when, ...)}
    if row.keep:
        parts |= {"when": (when | None, None), "keep": (row.keep | None, None)}
    model: type[AnyPolicy] = create_model(row.policy, __base__=AnyPolicy, **parts)
    return model


_POLICIES = {kind.value: _policy(kind, row) for kind, row in _KINDS.items()}


def _kind_of(policy: Any) -> str:
    kind = policy.get("kind") if isinstance(policy, dict) else None
    return kind if isinstance(kind, str) and kind in BY_WIRE_NAME else "other"


_TAGGED = [_annotated[each, Tag(kind)] for kind, each in (*_POLICIES.items(), ("other", OtherPolicy))]
_ANY_POLICY = _annotated[reduce(or_, _TAGGED), Discriminator(_kind_of)]


_DefaultsWhen = create_model("DefaultsWhen", __base__=Model, **_fields(INHERITED, None))
# What policies inherit, key by key (defaults.py).
_DefaultsSection = create_model(
    "DefaultsSection",
    __base__=Model,
    when=(_DefaultsWhen, _DefaultsWhen()),
    keep=(DefaultsKeep, DefaultsKeep()),
    grace=(Duration | None, None),
)


class Document(Model):
    """The whole file. `defaults` and `policies` have their models from the keys; defaults.py reads `defaults`."""

    version: Annotated[int, BeforeValidator(spelling.version)]
    mode: Literal["dry-run", "apply"] = "dry-run"
    scope: ScopeSection = ScopeSection()
    protect: ProtectSection = ProtectSection()
    ttl: TtlSection = TtlSection()
    limits: LimitsSection = LimitsSection()
    schedule: ScheduleSection = ScheduleSection()
    report: ReportSection = ReportSection()
    defaults: Any = None
    policies: tuple[AnyPolicy, ...]


_DOCUMENT = create_model(
    "Document",
    __base__=Document,
    defaults=(_DefaultsSection, _DefaultsSection()),
    policies=(_list[_ANY_POLICY], ...),
)


def read_document(raw: Any) -> tuple[Document | None, list[Mapping[str, Any]]]:
    """The file's plain data as a document; or None and pydantic's errors, for mistakes.py to word."""
    try:
        return _DOCUMENT.model_validate(raw), []
    except ValidationError as error:
        return None, [dict(each) for each in error.errors(include_url=False)]


def json_schema() -> Shape:
    """The JSON Schema of the models as pydantic makes it; schema.py makes it fit for people."""
    return _DOCUMENT.model_json_schema(schema_generator=Shapes)


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
        "defaults": _keys(_DefaultsSection),
        "defaults.when": _keys(_DefaultsWhen),
        "defaults.keep": _keys(DefaultsKeep),
        "artifact.image keep.per": _keys(Per),
        "artifact.version keep.per": _keys(VersionPer),
    },
    kinds={
        kind.value: KindKeys(
            _keys(_POLICIES[kind.value]), _keys(_WHENS[row.when]), _keys(row.keep) if row.keep else ()
        )
        for kind, row in _KINDS.items()
    },
)
