"""How each key of a policy reads a service, a revision or a repository."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from janitor.model.kinds import Status
from janitor.policy.globs import labels_match, matcher
from janitor.policy.truth import AGE_UNKNOWN, SIZE_UNKNOWN, Leaf, Test, Truth, truth
from janitor.policy.values import (
    Key,
    LabelsAre,
    LargerThan,
    LocationIs,
    NameIs,
    OlderThan,
    ServiceIs,
    StatusIs,
    Unused,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Facts:
    """What policies ask of a resource of these kinds. `since` is what ages count from (R7).

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


def facts_leaf(now: datetime) -> Leaf[Facts]:
    """The reading of each key; ages are strict, unset and future times are not known (R5)."""

    def leaf(key: Key) -> Test[Facts]:
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
            case LocationIs(globs):
                location = matcher(globs)
                return lambda facts: truth(location(facts.location))
            case LabelsAre(labels):
                return lambda facts: truth(all(labels_match(labels, facts.labels)))
            case LargerThan(size):
                return lambda facts: _larger(facts.size_bytes, size)
            case Unused():
                return lambda facts: truth(facts.unused is True)
            case _:
                raise AssertionError(f"the policy reader lets no {key} through for this kind")

    return leaf


def _older(since: datetime | None, now: datetime, seconds: float) -> Truth:
    if since is None or since > now or since.timestamp() <= 0:
        return AGE_UNKNOWN
    return truth((now - since).total_seconds() > seconds)


def _larger(size_bytes: int | None, size: int) -> Truth:
    return SIZE_UNKNOWN if not size_bytes else truth(size_bytes > size)
