"""What became of one action."""

from dataclasses import dataclass
from enum import StrEnum

from janitor.errors import JanitorError


class OutcomeKind(StrEnum):
    """The wire names; PLANNED is the outcome of every action of a dry run or a refused plan."""

    PLANNED = "planned"
    DELETED = "deleted"
    ALREADY_GONE = "already-gone"
    DRIFTED = "drifted"
    SKIPPED = "skipped"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Outcome:
    """DELETED only after Google's operation ended without error; SKIPPED only where a predecessor was not deleted, or
    where the sweep's time ended first (R53). `error` says why for DRIFTED, SKIPPED and FAILED, else None."""

    kind: OutcomeKind
    error: str | None = None

    @property
    def gone(self) -> bool:
        """Whether the resource no longer exists."""
        return self.kind in (OutcomeKind.DELETED, OutcomeKind.ALREADY_GONE)


@dataclass(frozen=True, slots=True)
class Applied:
    """How carrying out a plan ended: an outcome an action, in the plan's order. `interrupted`: work was left
    undone. `error` is what ended it before its time, if not a signal: the ledger that could not be written,
    the lock that another sweep has."""

    outcomes: tuple[Outcome, ...]
    interrupted: bool = False
    error: JanitorError | None = None


GONE = Outcome(OutcomeKind.ALREADY_GONE)
TIME_UP = Outcome(
    OutcomeKind.SKIPPED,
    "the time of the sweep (limits.max_duration) ended before it was tried; the next sweep tries it again",
)


def drifted(why: str) -> Outcome:
    """The resource changed since the plan; it was left alone."""
    return Outcome(OutcomeKind.DRIFTED, why)
