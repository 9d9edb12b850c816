"""After a failure: when to try again, and whether it was told already."""

import re
from datetime import timedelta

FIRST, LONGEST = timedelta(minutes=1), timedelta(hours=1)
_VARYING = re.compile(r"[0-9a-f]*\d[0-9a-f]*", re.IGNORECASE)


class Backoff:
    """A row of failures, which a success ends."""

    def __init__(self) -> None:
        self.failures = 0
        self._told: str | None = None

    def failed(self) -> timedelta:
        """How long to wait now: a minute, then twice as long each time, an hour at most."""
        self.failures += 1
        doublings = min(self.failures - 1, 10)
        return min(FIRST * (1 << doublings), LONGEST)

    def succeeded(self) -> None:
        """Whatever comes next is news."""
        self.failures, self._told = 0, None

    def is_news(self, error: Exception) -> bool:
        """Whether it is another failure than the last that was news; ids and numbers make none."""
        before, self._told = self._told, _likeness(error)
        return before != self._told

    def untold(self) -> None:
        """Nobody heard of the last news."""
        self._told = None


def _likeness(error: Exception) -> str:
    return f"{type(error).__name__}: {_VARYING.sub('#', str(error))}"
