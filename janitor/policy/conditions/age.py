"""Age: `older_than`, which counts from what rule R7 says of each kind."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from janitor.kinds.image import image_since
from janitor.model.kinds import Kind
from janitor.model.reasons import DeleteReason
from janitor.model.resources import Image
from janitor.model.units import show_age
from janitor.policy.conditions.facts import ResourceFacts, StoredFacts
from janitor.policy.conditions.key import (
    EVERY_KIND,
    FactsReading,
    ImageReading,
    Key,
    StoredReading,
    Surroundings,
)
from janitor.policy.conditions.truth import AGE_UNKNOWN, NO, YES, Test, Truth, truth
from janitor.policy.conditions.values import Duration


@dataclass(frozen=True, slots=True)
class OlderThan(Key):
    """`older_than`: strictly older; unset and future times are not known (R5)."""

    age: timedelta

    name = "older_than"
    kinds = EVERY_KIND
    spelling: ClassVar[Any] = Duration
    says = "Strictly older than this, such as 90m, 72h, 30d or 2w; a resource of unknown age is kept."
    refused: ClassVar[Mapping[Kind, str]] = {
        Kind.TAG: "a tag has no age, because Google stores no time for it: remove this key"
    }

    @classmethod
    def misplaced(cls, place: Surroundings) -> Iterator[str]:
        """Where a kind has no age."""
        for kind, why in cls.refused.items():
            if place.kind == kind.value:
                yield f"{cls.name}: {why}"

    def workload(self, reading: FactsReading) -> Test[ResourceFacts]:
        now, seconds = reading.now, self.age.total_seconds()
        return lambda facts: older(facts.since, now, seconds)

    def image(self, reading: ImageReading) -> Test[Image]:
        return older_image(self.age.total_seconds(), reading.now)

    def stored(self, reading: StoredReading) -> Test[StoredFacts]:
        now, seconds = reading.now, self.age.total_seconds()
        return lambda held: older_by_seconds(held.since, now, seconds)

    def reasons(self) -> Iterator[tuple[DeleteReason, Key]]:
        yield DeleteReason.OLDER_THAN, self

    def within(self, wider: Key) -> bool:
        """A shorter age."""
        return isinstance(wider, OlderThan) and self.age >= wider.age

    def workload_has(self, facts: ResourceFacts, now: datetime) -> str:
        return _age(facts.since, now)

    def image_has(self, image: Image, now: datetime, about: Sequence[str]) -> str:
        return _age(_time(image_since(image)), now)

    def stored_has(self, held: StoredFacts, now: datetime) -> str:
        return _age(_time(held.since), now)


def older(since: datetime | None, now: datetime, seconds: float) -> Truth:
    """Whether it was longer ago than so many seconds."""
    if since is None or since > now or since.timestamp() <= 0:
        return AGE_UNKNOWN
    return truth((now - since).total_seconds() > seconds)


def older_by_seconds(since: float | None, now: float, seconds: float) -> Truth:
    """The same of epoch seconds."""
    if since is None or since <= 0 or since > now:
        return AGE_UNKNOWN
    return truth(now - since > seconds)


def older_image(seconds: float, now: float) -> Test[Image]:
    """Strictly older, by `image_since`; unset and future times are not known (R5)."""
    cutoff = now - seconds

    def run(image: Image) -> Truth:
        since = image.upload_time
        if since is None or since <= 0:
            return AGE_UNKNOWN
        update = image.update_time
        if update is not None and update > since:
            since = update
        if since < cutoff:
            return YES
        return NO if since <= now else AGE_UNKNOWN

    return run


def _time(seconds: float | None) -> datetime | None:
    return datetime.fromtimestamp(seconds, UTC) if seconds else None


def _age(since: datetime | None, now: datetime) -> str:
    if since is None or since > now:
        return "age unknown"
    return f"{show_age((now - since).total_seconds())} old, since {since:%Y-%m-%d %H:%M} UTC"
