"""Status: `status`, what a workload is doing."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from janitor.kinds.table import BY_WIRE_NAME, KINDS
from janitor.model.kinds import Kind, Status
from janitor.model.reasons import DeleteReason
from janitor.policy.conditions.facts import ResourceFacts
from janitor.policy.conditions.key import WORKLOADS, Beside, FactsReading, Key, Surroundings
from janitor.policy.conditions.truth import Test, truth
from janitor.policy.conditions.values import OneOrMore

# Types that are made of declarations cannot be written as annotations.
_one_or_more: Any = OneOrMore
_literal: Any = Literal


@dataclass(frozen=True, slots=True)
class StatusIs(Key):
    """`status`: one of these; it says when, and not what the policy is about.

    What is never deleted cannot be asked for: a service that is `reconciling` or `unknown`, an execution that runs,
    a job or a worker pool that can run.
    """

    values: tuple[Status, ...]

    name = "status"
    kinds = frozenset(kind for kind in WORKLOADS if KINDS[kind].policies.statuses)
    says = "What it is doing."

    @classmethod
    def spelling_of(cls, kind: Kind | None) -> Any:
        """What a resource of the kind can be doing."""
        statuses = KINDS[kind].policies.statuses if kind else ()
        return _one_or_more[_literal[tuple(each.value for each in statuses)]]

    @classmethod
    def read(cls, value: Any, beside: Beside) -> Key:
        """The statuses that the words name."""
        return cls(tuple(map(Status, value)))

    @classmethod
    def misplaced(cls, place: Surroundings) -> Iterator[str]:
        """Statuses that alone never go, and `serving` within another key."""
        found = place.when.get(cls.name) if place.positive else None
        statuses = [each for each in (found if isinstance(found, list) else [found]) if isinstance(each, str)]
        spec = BY_WIRE_NAME.get(place.kind)
        if spec is None:
            return
        never, goes_live = spec.policies.never, Status.SERVING in spec.policies.statuses
        for status in statuses:
            if status in never and Status.SERVING.value not in statuses:
                yield never[Status(status)]
            if goes_live and status == Status.SERVING.value and not place.top:
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
