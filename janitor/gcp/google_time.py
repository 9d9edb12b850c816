"""Google's clock, as the Date headers of its HTTP answers show it, beside this machine's (R30)."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from janitor import runtime
from janitor.model.inventory import ClockReading


class GoogleTime:
    """Compares this machine's clock with each answer's Date header.

    It is also the clock of one sweep: `now` is the time of `begin` and what has passed since. A wall clock
    that is set during the sweep changes nothing in it. Both times, the wall clock's and the sweep's, are
    compared with Google's, and the one that is further from it counts: ages rest on the sweep's beginning.
    """

    def __init__(
        self,
        wall: Callable[[], datetime] = lambda: runtime.now(),
        elapsed: Callable[[], float] = runtime.elapsed,
    ) -> None:
        self._wall, self._elapsed = wall, elapsed
        self._worst: ClockReading | None = None
        self._began = (wall(), elapsed())

    def begin(self) -> datetime:
        """The time at which a sweep begins; answers from now on are compared with it."""
        self._began, self._worst = (self._wall(), self._elapsed()), None
        return self._began[0]

    def now(self) -> datetime:
        """The sweep's clock: aware, in UTC, never set."""
        began, at = self._began
        return began + timedelta(seconds=self._elapsed() - at)

    def note(self, date: str | None) -> None:
        """The Date header of an answer that was received just now. One that is no date counts as none."""
        google = _parsed(date)
        if google is None:
            return
        for here in (self._wall(), self.now()):
            reading = ClockReading(here, google)
            if self._worst is None or _apart(reading) > _apart(self._worst):
                self._worst = reading

    def reading(self) -> ClockReading:
        """The comparison that was furthest apart; without Google's time where no answer had one."""
        return self._worst or ClockReading(self._wall(), None)


def _apart(reading: ClockReading) -> timedelta:
    return abs(reading.here - reading.google) if reading.google else timedelta(0)


def _parsed(date: str | None) -> datetime | None:
    try:
        found = parsedate_to_datetime(date) if date else None
    except (ValueError, OverflowError):  # RFC 9110 5.6.7 allows nothing else
        return None
    # HTTP's dates are in GMT, also where they are written without a zone
    return None if found is None else found.replace(tzinfo=found.tzinfo or UTC).astimezone(UTC)
