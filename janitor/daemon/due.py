"""When a schedule is due, by a wall clock that may be set back or forward at any time (R30)."""

from datetime import UTC, datetime, timedelta

from apscheduler.triggers.base import BaseTrigger

# Set back by up to this much, no scheduled time comes twice: the end of daylight saving on a machine that keeps
# local time, or a correction. Set back by more, the old time was wrong.
SET_BACK = timedelta(hours=1)


class Due:
    """The times of one trigger. It is asked again and again what has come due by now.

    `next` is when it is due next, in UTC. A clock that leaps forward makes the last missed time due and no other.
    """

    def __init__(self, trigger: BaseTrigger, now: datetime) -> None:
        self._trigger, self._seen = trigger, now
        self.next: datetime = self._following(None, now)

    def at(self, now: datetime) -> datetime | None:
        """The time that is due by `now` and was not answered before: the last one of several."""
        if now < self._seen - SET_BACK:
            self._seen, self.next = now, self._following(None, now)
            return None
        self._seen = max(self._seen, now)
        found = None
        # a trigger leaps to the last time that was missed, so that this takes two steps at most
        while self.next <= now:
            found, self.next = self.next, self._following(self.next, now)
        return found

    def _following(self, previous: datetime | None, now: datetime) -> datetime:
        found: datetime = self._trigger.get_next_fire_time(previous, now)  # type: ignore[no-untyped-call]
        return found.astimezone(UTC)
