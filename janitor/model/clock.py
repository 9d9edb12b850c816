"""The clock of this machine beside Google's (R30)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

# How far the two may be apart. Ages are in hours and days, and machines that keep time are within a second.
TOLERANCE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class ClockReading:
    """What both clocks showed at one moment, aware and in UTC. `google` is None where no answer said it."""

    here: datetime
    google: datetime | None

    @property
    def is_off(self) -> bool:
        """Whether the two are known to be too far apart."""
        return self.google is not None and abs(self.here - self.google) > TOLERANCE

    @property
    def may_delete(self) -> bool:
        """Whether ages by this clock are right. What was not compared is not known to be right."""
        return self.google is not None and not self.is_off
