"""The clocks of this machine: the one place that asks what time it is, and how much time has passed."""

import time
from datetime import UTC, datetime

# Linux's monotonic clock stands still while the machine is suspended; this one goes on.
_STEADY: int = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


def now() -> datetime:
    """This moment, aware, in UTC. It may be set back or forward at any time."""
    return datetime.now(UTC)


def elapsed() -> float:
    """Seconds since some fixed moment, by a clock that nobody sets; suspended time counts on Linux."""
    return time.clock_gettime(_STEADY)
