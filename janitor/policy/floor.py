"""The floor (R43): nothing younger than one hour is deleted, whatever a policy says.

A push or a deploy may still be under way. The age counts from the latest time that is known of the resource.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from janitor.model.reasons import KeepReason

FLOOR = timedelta(hours=1)
FLOOR_REASONS = (KeepReason.JUST_CREATED, KeepReason.AGE_UNKNOWN)


def latest(times: Iterable[float | None]) -> float | None:
    """The latest of the known times, in epoch seconds; a time at the epoch is not known. None: no time is known."""
    return max((time for time in times if time is not None and time > 0), default=None)


def latest_of(times: Iterable[datetime | None]) -> float | None:
    """The same of aware times."""
    return latest(time.timestamp() if time else None for time in times)


def too_young(newest: float | None, now: float) -> KeepReason | None:
    """Why a resource whose latest known time is `newest` is kept; None where it is one hour old or older.

    Without any time, or with one in the future, its age is unknown.
    """
    if newest is None or newest > now:
        return KeepReason.AGE_UNKNOWN
    return KeepReason.JUST_CREATED if now - newest < FLOOR.total_seconds() else None


def floor_guards(newest: float | None, now: float) -> dict[KeepReason, bool]:
    """The floor as guards of one resource: each of its reasons, and whether it holds."""
    found = too_young(newest, now)
    return {reason: reason is found for reason in FLOOR_REASONS}
