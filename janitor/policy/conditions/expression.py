"""Expression: `expr`, a CEL expression, compiled once and evaluated for a resource."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, TypeVar

from janitor.kinds.image import image_since
from janitor.kinds.managers import managers_of_repository
from janitor.kinds.table import BY_WIRE_NAME, holder_key
from janitor.model.kinds import Kind
from janitor.model.reasons import KeepReason
from janitor.model.resources import Image, Repository
from janitor.model.text import nfc, show
from janitor.policy.conditions.age import older, older_by_seconds
from janitor.policy.conditions.cel import program, tokens
from janitor.policy.conditions.expression_mistakes import Fields, mistakes
from janitor.policy.conditions.facts import ResourceFacts, StoredFacts
from janitor.policy.conditions.failures import Failures
from janitor.policy.conditions.key import (
    EVERY_KIND,
    Beside,
    FactsReading,
    ImageReading,
    Key,
    Path,
    StoredReading,
)
from janitor.policy.conditions.truth import (
    AGE_UNKNOWN,
    CREATOR_UNKNOWN,
    NO,
    SIZE_UNKNOWN,
    YES,
    Test,
    Truth,
)
from janitor.policy.conditions.values import Expression

T = TypeVar("T")
EXPR_FAILED = Truth(None, KeepReason.EXPR_FAILED)
_LONGEST_CAUSE = 120


@dataclass(frozen=True, slots=True)
class Expr(Key):
    """`expr`: a CEL expression that holds; `policy` is whose it is, for what is said where it fails.

    An age, a size or a creator that it asks for and that is not known is its answer (R5).
    """

    text: str
    policy: str

    name = "expr"
    kinds = EVERY_KIND
    spelling: ClassVar[Any] = Expression
    says = "A CEL expression that must be true, such as \"resource.labels.team == 'ml'\"; a resource for which it fails is kept."

    @classmethod
    def read(cls, value: Any, beside: Beside) -> Key:
        """With the name of its policy."""
        return cls(value, beside.policy)

    @classmethod
    def mistakes(cls, value: Any, kind: str) -> Iterator[tuple[Path, str]]:
        """What is wrong with it for resources of the kind."""
        known = fields_of(kind)
        for text in mistakes(value, kind, known) if known and isinstance(value, str) and value else ():
            yield (), text

    def workload(self, reading: FactsReading) -> Test[ResourceFacts]:
        """Evaluated for a workload or a repository."""
        asked, now = {token.text for token in tokens(self.text)}, reading.now

        def unknown(facts: ResourceFacts) -> Truth | None:
            if "age" in asked and older(facts.since, now, 0) is AGE_UNKNOWN:
                return AGE_UNKNOWN
            if "creator" in asked and not facts.creator:
                return CREATOR_UNKNOWN
            return SIZE_UNKNOWN if "size_bytes" in asked and not facts.size_bytes else None

        def read(facts: ResourceFacts) -> dict[str, object]:
            resource = {name: _plain(getattr(facts, name)) for name in asked & _FACTS_FIELDS}
            age = {"age": now - facts.since} if "age" in asked and facts.since else {}
            return {"resource": resource, "now": now, **age}

        return test_of(self, reading.failures, unknown, read)

    def image(self, reading: ImageReading) -> Test[Image]:
        """Evaluated for an image; only the fields that it names are read."""
        asked, now = {token.text for token in tokens(self.text)}, reading.now
        per_image = [(field, get) for field, get in _OF_IMAGE.items() if field in asked]
        constants = _repository_fields(Kind.IMAGE, reading, asked)
        moment = datetime.fromtimestamp(now, UTC)

        def unknown(image: Image) -> Truth | None:
            if "age" in asked:
                since = image_since(image)
                if since is None or not 0 < since <= now:
                    return AGE_UNKNOWN
            return SIZE_UNKNOWN if "size_bytes" in asked and image.size_bytes <= 0 else None

        def read(image: Image) -> dict[str, object]:
            resource = constants | {field: get(image) for field, get in per_image}
            variables: dict[str, object] = {"resource": resource, "now": moment}
            if "age" in asked:
                variables["age"] = timedelta(seconds=now - (image_since(image) or now))
            return variables

        return test_of(self, reading.failures, unknown, read)

    def stored(self, reading: StoredReading) -> Test[StoredFacts]:
        """Evaluated for a package, a version or a tag."""
        asked, now = {token.text for token in tokens(self.text)}, reading.now
        per_item = [(field, get) for field, get in _OF_STORED.items() if field in asked]
        constants = _repository_fields(reading.kind, reading, asked)
        moment = datetime.fromtimestamp(now, UTC)

        def unknown(held: StoredFacts) -> Truth | None:
            if "age" in asked and older_by_seconds(held.since, now, 0) is AGE_UNKNOWN:
                return AGE_UNKNOWN
            return SIZE_UNKNOWN if "size_bytes" in asked and (held.unsized or not held.size_bytes) else None

        def read(held: StoredFacts) -> dict[str, object]:
            resource = constants | {field: get(held) for field, get in per_item}
            return {"resource": resource, "now": moment, "age": timedelta(seconds=now - (held.since or now))}

        return test_of(self, reading.failures, unknown, read)


_WORKLOAD: Fields = {
    "name": "web", "project": "my-project", "location": "europe-west1",
    "labels": {}, "managed_by": ["terraform"], "status": "failed", "annotations": {}, "creator": "someone@example.com",
}  # fmt: skip


def fields_of(kind: str) -> Fields:
    """The fields of a kind, with an example each; nothing where there is no such kind."""
    spec = BY_WIRE_NAME.get(kind)
    if spec is None or not spec.kind.is_run:
        return spec.policies.fields if spec else {}
    absent = {"status"} if not spec.policies.statuses else set()
    holder = {key: "web"} if (key := holder_key(spec.kind)) else {}
    known = {name: each for name, each in _WORKLOAD.items() if name not in absent}
    return {"kind": kind, **known, **holder}


def test_of(
    expr: Expr,
    failures: Failures,
    unknown: Callable[[T], Truth | None],
    read: Callable[[T], dict[str, object]],
) -> Test[T]:
    """The expression as a test. `read` gives the variables of a resource; `unknown` says what of them is
    asked for and not known, which then is the answer.

    The last answer is held: deciding may ask of one resource twice, and a failure counts once.
    """
    execute = program(expr.text).execute
    last: T | None = None
    answer = NO

    def run(resource: T) -> Truth:
        nonlocal last, answer
        if resource is not last:
            last, answer = resource, unknown(resource) or _answer(execute, read(resource), expr, failures)
        return answer

    return run


def _answer(
    execute: Callable[[dict[str, object]], object],
    variables: dict[str, object],
    expr: Expr,
    failures: Failures,
) -> Truth:
    try:
        found = execute({name: _composed(value) for name, value in variables.items()})
    except BaseException as error:
        if not _is_the_library_s(error):
            raise
        failures.note(expr.policy, expr.text, _cause(error))
        return EXPR_FAILED
    if found is True:
        return YES
    if found is False:
        return NO
    failures.note(expr.policy, expr.text, f"it gives {type(found).__name__}, and not true or false")
    return EXPR_FAILED


def _composed(value: object) -> object:
    """Texts in NFC, in lists and mappings too (R48)."""
    if isinstance(value, str):
        return nfc(value)
    if isinstance(value, list):
        return [_composed(each) for each in value]
    if isinstance(value, Mapping):
        return {_composed(key): _composed(each) for key, each in value.items()}
    return value


def _is_the_library_s(error: BaseException) -> bool:
    """Whether it is an error of the expression; a panic in Rust (PyO3) is no Exception."""
    return isinstance(error, Exception) or type(error).__name__ == "PanicException"


def _cause(error: BaseException) -> str:
    """The library's words; what is hostile in them is quoted, and only their beginning is said."""
    if isinstance(error, KeyError):
        return f"there is no {show(str(error.args[0] if error.args else ''))}: ask first, with has(…) or `in`"
    text = " ".join(str(error).split())
    return show(text[:_LONGEST_CAUSE]).strip("'\"")


def _plain(value: object) -> object:
    """A value as CEL takes it, which knows no sets."""
    return sorted(map(str, value)) if isinstance(value, frozenset) else value


# The fields of `resource` that its own facts give.
_FACTS_FIELDS = frozenset(each.name for each in fields(ResourceFacts)) - {
    "since",
    "unused",
    "newest",
    "reported",
}
_OF_IMAGE: dict[str, Callable[[Image], object]] = {
    "name": lambda image: image.package,
    "digest": lambda image: image.digest,
    "tags": lambda image: list(image.tags),
    "size_bytes": lambda image: image.size_bytes,
    "artifact_type": lambda image: image.artifact_type,
}
_OF_STORED: dict[str, Callable[[StoredFacts], object]] = {
    "name": lambda held: held.package,
    "version": lambda held: held.id,
    "tags": lambda held: list(held.tags),
    "tag": lambda held: "".join(held.tags),
    "size_bytes": lambda held: held.size_bytes,
    "versions": lambda held: held.versions,
}


_OF_REPOSITORY: Mapping[str, Callable[[Repository], object]] = {
    "repository": lambda repository: repository.name.repository,
    "format": lambda repository: repository.format.lower(),
    "project": lambda repository: repository.name.project,
    "location": lambda repository: repository.name.location,
    "labels": lambda repository: dict(repository.labels),
    "managed_by": lambda repository: sorted(map(str, managers_of_repository(repository))),
}


def _repository_fields(
    kind: Kind, reading: ImageReading | StoredReading, asked: Collection[str]
) -> dict[str, object]:
    """The fields of `resource` in an `expr` that are the same for all of the kind in a repository, as far
    as they are asked for."""
    found = {field: get(reading.of) for field, get in _OF_REPOSITORY.items() if field in asked}
    return {"kind": kind.value, **found}
