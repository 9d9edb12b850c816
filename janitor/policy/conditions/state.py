"""Status: `status`, what a workload is doing."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Literal

from janitor.model.kinds import Kind, Status
from janitor.model.reasons import DeleteReason
from janitor.policy.conditions.facts import ResourceFacts
from janitor.policy.conditions.key import WORKLOADS, Beside, FactsReading, Key, Surroundings
from janitor.policy.conditions.truth import Test, truth
from janitor.policy.conditions.values import OneOrMore

_FAILED = "failed: it cannot run, and never ran successfully."


@dataclass(frozen=True, slots=True)
class StatusIs(Key):
    """`status`: one of these; it says when, and not what the policy is about.

    What is never deleted cannot be asked for: a service that is `reconciling` or `unknown`, an execution that runs,
    a job or a worker pool that can run.
    """

    values: tuple[Status, ...]

    name = "status"
    kinds = WORKLOADS - {Kind.TRAFFIC_TAG}
    says_of: ClassVar[Mapping[Kind, str]] = {
        Kind.SERVICE: "The state of the service; a live service is deleted only by `serving`, "
        "with older_than and a selector.",
        Kind.REVISION: "The state of the revision; `active` is allowed only under not.",
        Kind.JOB: _FAILED,
        Kind.WORKER_POOL: _FAILED,
        Kind.EXECUTION: "How the execution ended; a running execution is never deleted.",
    }

    @classmethod
    def spelling_of(cls, kind: Kind | None) -> Any:
        """What a resource of the kind can be doing."""
        match kind:
            case Kind.SERVICE:
                return OneOrMore[Literal["failed", "serving", "degraded"]]
            case Kind.REVISION:
                return OneOrMore[Literal["retired", "failed", "active"]]
            case Kind.EXECUTION:
                return OneOrMore[Literal["succeeded", "failed", "cancelled"]]
            case _:
                return OneOrMore[Literal["failed"]]

    @classmethod
    def read(cls, value: Any, beside: Beside) -> Key:
        """The statuses that the words name."""
        return cls(tuple(map(Status, value)))

    @classmethod
    def misplaced(cls, place: Surroundings) -> Iterator[str]:
        """Statuses that alone never go, and `serving` within another key."""
        found = place.when.get(cls.name) if place.positive else None
        statuses = [each for each in (found if isinstance(found, list) else [found]) if isinstance(each, str)]
        for status in statuses:
            if (place.kind, status) in _NEVER and Status.SERVING.value not in statuses:
                yield _NEVER[(place.kind, status)]
            if (place.kind, status) == (Kind.SERVICE.value, Status.SERVING.value) and not place.top:
                yield "status: serving is allowed only directly in when, not within any or all"

    def workload(self, reading: FactsReading) -> Test[ResourceFacts]:
        values = self.values
        return lambda facts: truth(facts.status in values)

    def reasons(self) -> Iterator[tuple[DeleteReason, Key]]:
        for status in self.values:
            if status in (Status.FAILED, Status.RETIRED):
                yield DeleteReason(status.value), StatusIs((status,))

    def excludes(self, other: Key) -> bool:
        """Other statuses."""
        return isinstance(other, StatusIs) and not set(self.values) & set(other.values)

    def within(self, wider: Key) -> bool:
        """Some of the other's statuses."""
        return isinstance(wider, StatusIs) and set(self.values) <= set(wider.values)

    def workload_has(self, facts: ResourceFacts, now: datetime) -> str:
        return facts.status.value


_NEVER = {
    (Kind.SERVICE.value, "degraded"): "a degraded service still serves: to delete it, `status` must "
    "contain serving too, as in [serving, degraded]",
    (
        Kind.REVISION.value,
        "active",
    ): "an active revision is never deleted: `active` is allowed only under `not`",
}
