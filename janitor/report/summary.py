"""The report's view model: every figure that Slack, HTML, Markdown, JSON and the terminal show."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from janitor.ledger.savings import Account, Deletion, Point, Saving
from janitor.report.snapshot import Snapshot


class TroubleKind(StrEnum):
    """What may be wrong, worst first; the value is a wire name."""

    SWEEP_FAILED = "sweep-failed"
    NEVER_SWEPT = "never-swept"
    STALE = "stale"
    REFUSED = "refused"
    GAP = "gap"
    FAILED = "failed"
    DRIFTED = "drifted"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Trouble:
    """One thing that a person must know of: what it is about, what was said, and the way out.

    Many alike are one, with their number in `about`.
    """

    kind: TroubleKind
    about: str
    what: str
    way_out: str


@dataclass(frozen=True, slots=True)
class Period:
    """From `since` (exclusive; None is the beginning) to `until` (inclusive)."""

    since: datetime | None
    until: datetime


@dataclass(frozen=True, slots=True)
class Summary:
    """A period's report.

    `saved`, `by_policy`, `by_owner` and `savers` are of deletions within the period, `in_all` of all until
    its end; all are as they stood at its end. The costliest a month come first, then by name; the owner
    "" is nobody. `savers` are the five largest that have a price and have not come back. `course` is the
    account over time, empty where nothing was ever deleted. `snapshot` is of the last sweep that was recorded, None where
    there is none. `foot` says what the figures rest on, a line each.
    """

    period: Period
    horizon: timedelta
    troubles: tuple[Trouble, ...]
    saved: Account
    in_all: Account
    savers: tuple[Saving, ...]
    by_policy: tuple[tuple[str, Account], ...]
    by_owner: tuple[tuple[str, Account], ...]
    course: tuple[Point, ...]
    snapshot: Snapshot | None
    foot: tuple[str, ...]


def summarise(
    deletions: tuple[Deletion, ...],
    snapshot: Snapshot | None,
    period: Period,
    horizon: timedelta,
    failure: str | None = None,
) -> Summary:
    """The report of a period out of the ledger's deletions and the last sweep's snapshot.

    `failure` is why the sweep that this report should rest on could not be made, "" or None where it could.
    """
    raise NotImplementedError
