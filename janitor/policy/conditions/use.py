"""Use: `unused`, `unused_for` and `orphaned`: what nothing names any more."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar

from janitor.model.kinds import Kind
from janitor.model.reasons import DeleteReason
from janitor.model.resources import Image
from janitor.policy.conditions.facts import ResourceFacts
from janitor.policy.conditions.key import FactsReading, ImageReading, Key, Surroundings
from janitor.policy.conditions.truth import YES, Test, always, truth
from janitor.policy.conditions.values import RecordedDuration, TrueOnly

_IMAGES = frozenset({Kind.IMAGE})
_NEVER = "what is in use is never deleted"


@dataclass(frozen=True, slots=True)
class Unused(Key):
    """`unused: true`: nothing that remains names it."""

    name = "unused"
    kinds = frozenset({Kind.IMAGE, Kind.REPOSITORY})
    spelling: ClassVar[Any] = TrueOnly
    only_true = f"only `unused: true` can be said, for {_NEVER}"
    says = "true: no workload that is kept uses it, or anything in it."

    @classmethod
    def read(cls, value: Any, beside: object) -> Key:
        """It has no value but true."""
        return cls()

    @classmethod
    def misplaced(cls, place: Surroundings) -> Iterator[str]:
        """Under `not`."""
        if not place.positive:
            yield f"unused is not allowed under not: {_NEVER}"

    def workload(self, reading: FactsReading) -> Test[ResourceFacts]:
        """Of a repository, whether nothing in it is in use."""
        return lambda facts: truth(facts.unused is True)

    def image(self, reading: ImageReading) -> Test[Image]:
        """Always: what is in use was kept before any policy is asked."""
        return always(YES)

    def reasons(self) -> Iterator[tuple[DeleteReason, Key]]:
        yield DeleteReason.UNUSED, self

    def workload_has(self, facts: ResourceFacts, now: datetime) -> str:
        return "not known" if facts.unused is None else "not in use" if facts.unused else "in use"

    def image_has(self, image: Image, now: datetime, about: Sequence[str]) -> str:
        return "see what uses it, below"


@dataclass(frozen=True, slots=True)
class UnusedFor(Key):
    """`unused_for`: strictly longer since it was last in use, as recorded sweeps know (deciding/use_history.py)."""

    age: timedelta

    name = "unused_for"
    kinds = _IMAGES
    spelling: ClassVar[Any] = RecordedDuration
    says = "Not in use for longer than this, such as 7d, by the recorded sweeps in the ledger."

    @classmethod
    def misplaced(cls, place: Surroundings) -> Iterator[str]:
        """Under `not`."""
        if not place.positive:
            yield f"unused_for is not allowed under not: {_NEVER}"

    def image(self, reading: ImageReading) -> Test[Image]:
        """What the reading knows of its last use."""
        return reading.unused_for(self)

    def reasons(self) -> Iterator[tuple[DeleteReason, Key]]:
        yield DeleteReason.UNUSED, self

    def within(self, wider: Key) -> bool:
        """A shorter time."""
        return isinstance(wider, UnusedFor) and self.age >= wider.age

    def image_has(self, image: Image, now: datetime, about: Sequence[str]) -> str:
        return "counted from its last recorded use, its age, and the first of the recorded sweeps"


@dataclass(frozen=True, slots=True)
class Orphaned(Key):
    """`orphaned: true`: an artifact about other images, each of which is gone (R40)."""

    name = "orphaned"
    kinds = _IMAGES
    spelling: ClassVar[Any] = TrueOnly
    only_true = "only `orphaned: true` is allowed: an artifact with an unknown subject is kept otherwise"
    says = "true: a signature, an attestation or a similar artifact; all of its subjects are gone from all repositories."

    @classmethod
    def read(cls, value: Any, beside: object) -> Key:
        """It has no value but true."""
        return cls()

    @classmethod
    def misplaced(cls, place: Surroundings) -> Iterator[str]:
        """Within another key."""
        if not place.top:
            yield "orphaned is allowed only directly in when, not within any, all or not"

    def image(self, reading: ImageReading) -> Test[Image]:
        """What the reading knows of its subjects."""
        return reading.orphaned

    def reasons(self) -> Iterator[tuple[DeleteReason, Key]]:
        yield DeleteReason.ORPHANED, self

    def image_has(self, image: Image, now: datetime, about: Sequence[str]) -> str:
        return f"about {', '.join(about)}" if about else "no known subject"
