"""Time to live: `ttl: expired`, and how long labels say that a resource may live.

A label's value is of lowercase letters, digits, - and _ (Cloud Run and Artifact Registry, on labels): no
capital, dot or colon, so a date stands as it is and a time of day is spelled with a dash.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, Literal

from janitor.model.reasons import DeleteReason
from janitor.model.resources import Image, Repository
from janitor.model.units import parse_duration
from janitor.policy.conditions.age import older_image
from janitor.policy.conditions.facts import ResourceFacts, StoredFacts, seconds
from janitor.policy.conditions.key import (
    EVERY_KIND,
    Beside,
    FactsReading,
    ImageReading,
    Key,
    StoredReading,
    Surroundings,
)
from janitor.policy.conditions.labels import LABELS, LabelsAre
from janitor.policy.conditions.patterns import is_literal
from janitor.policy.conditions.truth import AGE_UNKNOWN, NO, TTL_UNREADABLE, YES, Test, Truth, always

_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:t(\d{2})-(\d{2})z)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class TtlExpired(Key):
    """`ttl: expired`: the labels of these names say that it may go; it has one at least."""

    label: str = "janitor-ttl"
    expires_label: str = "janitor-expires"

    name = "ttl"
    kinds = EVERY_KIND
    spelling: ClassVar[Any] = Literal["expired"]
    says = "expired: its labels set a lifetime, and it is over."

    @classmethod
    def read(cls, value: Any, beside: Beside) -> Key:
        """With the labels that the file names."""
        return cls(beside.ttl_label, beside.ttl_expires_label)

    @classmethod
    def misplaced(cls, place: Surroundings) -> Iterator[str]:
        """Under `not`."""
        if not place.positive:
            yield "ttl is not allowed under not: a lifetime that is not over is no reason to delete"

    def workload(self, reading: FactsReading) -> Test[ResourceFacts]:
        moment = reading.now.timestamp()
        return lambda facts: expired(self, facts.labels, seconds(facts.since), moment)

    def image(self, reading: ImageReading) -> Test[Image]:
        """Images have no labels: their repository's say how long, each image's own age is counted."""
        found = lifetime(self, reading.of.labels)
        if found is None:
            return lambda _: TTL_UNREADABLE
        if found.seconds is None or found.lasts(reading.now):
            return always(found.over(None, reading.now))
        return older_image(found.seconds, reading.now)

    def stored(self, reading: StoredReading) -> Test[StoredFacts]:
        """By the repository's labels and its own age."""
        labels, now = reading.of.labels, reading.now
        return lambda held: expired(self, labels, held.since, now)

    def reasons(self) -> Iterator[tuple[DeleteReason, Key]]:
        yield DeleteReason.TTL, self

    def excludes(self, other: Key) -> bool:
        """A label that can never be read."""
        if not isinstance(other, LabelsAre):
            return False
        return lifetime(self, {key: text for key, text in other.asked.items() if is_literal(text)}) is None

    def written(self) -> str:
        return "expired"

    def workload_has(self, facts: ResourceFacts, now: datetime) -> str:
        return LABELS.say(facts.labels)

    def repository_has(self, repository: Repository) -> str:
        """The repository's labels, which count for all that it holds."""
        return LABELS.say(repository.labels)


@dataclass(frozen=True, slots=True)
class Lifetime:
    """What labels say: seconds to live, and the epoch second until which; None is not said."""

    seconds: float | None
    until: float | None

    def lasts(self, now: float) -> bool:
        """Whether the date alone says that it is not over, whatever the age."""
        return self.until is not None and now <= self.until

    def over(self, since: float | None, now: float) -> Truth:
        """Whether it is over: strictly, and where both are said both (the later one decides). `since` is
        what ages count from (R7); where `seconds` need it and it is not known or to come, nothing is (R5)."""
        if self.lasts(now) or (self.seconds is None and self.until is None):
            return NO
        if self.seconds is None:
            return YES
        if since is None or since <= 0 or since > now:
            return AGE_UNKNOWN
        return YES if now - since > self.seconds else NO


def lifetime(key: TtlExpired, labels: Mapping[str, str]) -> Lifetime | None:
    """What the labels say; None where one of them cannot be read."""
    try:
        ttl, expires = labels.get(key.label), labels.get(key.expires_label)
        return Lifetime(
            None if ttl is None else parse_duration(ttl).total_seconds(),
            None if expires is None else _end_of(expires),
        )
    except ValueError:
        return None


def expired(key: TtlExpired, labels: Mapping[str, str], since: float | None, now: float) -> Truth:
    """Whether the labels say that it may go; without such a label they do not."""
    found = lifetime(key, labels)
    return TTL_UNREADABLE if found is None else found.over(since, now)


def _end_of(text: str) -> float:
    """``2026-12-01`` lasts to the end of that day in UTC, ``2026-12-01t18-30z`` to that minute; epoch
    seconds. ValueError for all else."""
    found = _DATE.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} is no date")
    year, month, day, hour, minute = (int(part) for part in found.groups("0"))
    begins = datetime(year, month, day, hour, minute, tzinfo=UTC).timestamp()
    return begins if found[4] else begins + timedelta(days=1).total_seconds()
