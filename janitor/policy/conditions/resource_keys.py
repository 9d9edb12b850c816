"""How each key of a policy reads a workload or a repository."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime

from janitor.kinds.managers import Manager
from janitor.model.kinds import Kind, Status
from janitor.policy.conditions.expression import Failures, test_of, tokens
from janitor.policy.conditions.keys import (
    AnnotationsAre,
    AnnotationsRegex,
    CreatorIs,
    Expr,
    JobIs,
    Key,
    LabelsAre,
    LabelsRegex,
    LargerThan,
    LocationIs,
    ManagedBy,
    NameIs,
    OlderThan,
    ServiceIs,
    StatusIs,
    TtlExpired,
    Unused,
    all_found,
)  # fmt: skip
from janitor.policy.conditions.patterns import labels_match, matcher
from janitor.policy.conditions.truth import (
    AGE_UNKNOWN,
    CREATOR_UNKNOWN,
    SIZE_UNKNOWN,
    Leaf,
    Test,
    Truth,
    truth,
)
from janitor.policy.conditions.ttl import expired


@dataclass(frozen=True, slots=True)
class ResourceFacts:
    """What policies ask of a resource of these kinds. `service` and `job` are the short names of what
    holds a revision or an execution. `since` is what ages count from (R7), `newest` the latest time that is
    known of it, in epoch seconds, which the floor counts from (R43).

    `unused` is None where it cannot be known (a repository that holds no docker images).
    """

    name: str
    location: str
    service: str
    labels: Mapping[str, str]
    status: Status
    since: datetime | None
    size_bytes: int | None = None
    unused: bool | None = None
    kind: Kind = Kind.SERVICE
    project: str = ""
    annotations: Mapping[str, str] = field(default_factory=dict)
    creator: str = ""
    job: str = ""
    managed_by: frozenset[Manager] = frozenset()
    newest: float | None = None


def facts_leaf(now: datetime, failures: Failures | None = None) -> Leaf[ResourceFacts]:
    """The reading of each key; ages are strict, unset and future times are not known (R5).

    `failures` hears of each expression that could not be answered.
    """

    def leaf(key: Key) -> "Test[ResourceFacts]":
        match key:
            case StatusIs(values):
                return lambda facts: truth(facts.status in values)
            case OlderThan(age):
                return lambda facts: _older(facts.since, now, age.total_seconds())
            case NameIs(globs):
                name = matcher(globs)
                return lambda facts: truth(name(facts.name))
            case ServiceIs(globs):
                service = matcher(globs)
                return lambda facts: truth(service(facts.service))
            case JobIs(globs):
                job = matcher(globs)
                return lambda facts: truth(job(facts.job))
            case LocationIs(globs):
                location = matcher(globs)
                return lambda facts: truth(location(facts.location))
            case LabelsAre() | LabelsRegex() | AnnotationsAre() | AnnotationsRegex():
                return _labelled(key)
            case CreatorIs(globs):
                creator = matcher(globs)
                return lambda facts: truth(creator(facts.creator)) if facts.creator else CREATOR_UNKNOWN
            case ManagedBy(managers):
                return lambda facts: truth(not facts.managed_by.isdisjoint(managers))
            case LargerThan(size):
                return lambda facts: larger(facts.size_bytes, size)
            case TtlExpired():
                moment = now.timestamp()
                return lambda facts: expired(key, facts.labels, seconds(facts.since), moment)
            case Unused():
                return lambda facts: truth(facts.unused is True)
            case Expr():
                return facts_expression(key, now, failures or Failures())
            case _:
                raise AssertionError(f"the policy reader lets no {key} through for this kind")

    return leaf


def _labelled(key: LabelsAre | LabelsRegex | AnnotationsAre | AnnotationsRegex) -> Test[ResourceFacts]:
    match key:
        case LabelsAre(globs):
            return lambda facts: truth(all(labels_match(globs, facts.labels)))
        case AnnotationsAre(globs):
            return lambda facts: truth(all(labels_match(globs, facts.annotations)))
        case LabelsRegex(expressions):
            return lambda facts: truth(all_found(expressions, facts.labels))
        case AnnotationsRegex(expressions):
            return lambda facts: truth(all_found(expressions, facts.annotations))


def facts_expression(expr: Expr, now: datetime, failures: Failures) -> Test[ResourceFacts]:
    """A CEL expression; an age, a size or a creator that it asks for and that is not known is its answer."""
    asked = {token.text for token in tokens(expr.text)}

    def unknown(facts: ResourceFacts) -> Truth | None:
        if "age" in asked and _older(facts.since, now, 0) is AGE_UNKNOWN:
            return AGE_UNKNOWN
        if "creator" in asked and not facts.creator:
            return CREATOR_UNKNOWN
        return SIZE_UNKNOWN if "size_bytes" in asked and not facts.size_bytes else None

    def read(facts: ResourceFacts) -> dict[str, object]:
        resource = {name: _plain(getattr(facts, name)) for name in asked & FACTS_FIELDS}
        age = {"age": now - facts.since} if "age" in asked and facts.since else {}
        return {"resource": resource, "now": now, **age}

    return test_of(expr, failures, unknown, read)


def _plain(value: object) -> object:
    """A value as CEL takes it, which knows no sets."""
    return sorted(map(str, value)) if isinstance(value, frozenset) else value


FACTS_FIELDS = frozenset(each.name for each in fields(ResourceFacts)) - {"since", "unused", "newest"}


def _older(since: datetime | None, now: datetime, seconds: float) -> Truth:
    if since is None or since > now or since.timestamp() <= 0:
        return AGE_UNKNOWN
    return truth((now - since).total_seconds() > seconds)


def larger(size_bytes: int | None, size: int) -> Truth:
    """Strictly more bytes; no size, and none at all, is not known."""
    return SIZE_UNKNOWN if not size_bytes else truth(size_bytes > size)


def seconds(time: datetime | None) -> float | None:
    """Since the epoch; None stays None."""
    return time.timestamp() if time else None
