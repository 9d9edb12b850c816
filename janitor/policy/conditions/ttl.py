"""How long a thing itself says that it may live: by its labels.

A label's value is of lowercase letters, digits, - and _ (Cloud Run and Artifact Registry, on labels): no
capital, dot or colon, so a date stands as it is and a time of day is spelled with a dash.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from janitor.model.units import parse_duration
from janitor.policy.conditions.keys import TtlExpired
from janitor.policy.conditions.truth import AGE_UNKNOWN, NO, TTL_UNREADABLE, YES, Truth

_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:t(\d{2})-(\d{2})z)?", re.ASCII)


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
