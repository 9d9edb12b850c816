"""Figures of a report on savings: the values that the ledger answers with for a period."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from janitor.ledger.savings import NOTHING_AVOIDED, NOTHING_SAVED, Account, Avoided, Point, Saving

# How many the largest savings are, the points of a course, and the names that came back, at most.
SAVERS, POINTS, CAME_BACK = 5, 60, 100


@dataclass(frozen=True, slots=True)
class Period:
    """From `since` (exclusive; None is the beginning) to `until` (inclusive)."""

    since: datetime | None
    until: datetime

    def holds(self, at: datetime) -> bool:
        """Whether a moment lies within it."""
        return at <= self.until and (self.since is None or at > self.since)


@dataclass(frozen=True, slots=True)
class CameBack:
    """A deleted resource that exists again under its name, most often because a pipeline creates it again (R35).

    `times` is how often within the period, `deleted_at` when it was last deleted before it came back, `back_at` when
    it was last seen again. `usd_month` is its price, None where it has none.
    """

    kind: str
    name: str
    policy: str
    owner: str
    times: int
    deleted_at: datetime
    back_at: datetime
    usd_month: Decimal | None
    upper_bound: bool


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of the ledger: a period, for how long a deletion counts (longer than zero), and of which projects
    (none: all).

    Not `show_creator`: what is its creator's, a person's address, is nobody's.
    """

    period: Period
    horizon: timedelta
    projects: tuple[str, ...] = ()
    show_creator: bool = True


@dataclass(frozen=True, slots=True)
class Figures:
    """What the deletions in the ledger come to, as it stood at the period's end.

    `saved`, `by_policy`, `by_owner` and `savers` are of deletions within the period, `in_all` of all until
    its end. The costliest a month come first, then by name; the owner "" is nobody. `savers` are the five largest
    that have a price and have not come back. `course` is the account over time, empty where nothing was ever deleted.
    `avoided` are the dollars not spent in the period, by all deletions ever made (R35). `came_back` are the resources
    that came back in it, the most often first, then the latest, then by name: at most CAME_BACK of `came_back_names`.
    """

    saved: Account = NOTHING_SAVED
    in_all: Account = NOTHING_SAVED
    savers: tuple[Saving, ...] = ()
    by_policy: tuple[tuple[str, Account], ...] = ()
    by_owner: tuple[tuple[str, Account], ...] = ()
    course: tuple[Point, ...] = ()
    avoided: Avoided = NOTHING_AVOIDED
    came_back: tuple[CameBack, ...] = ()
    came_back_names: int = 0


def owner_shown(owner: str, show_creator: bool) -> str:
    """An owner as a report names it. A label's value holds letters, digits, dashes and underscores alone (Google
    Cloud: requirements for labels), so an owner with an @ is the creator's address."""
    return "" if "@" in owner and not show_creator else owner
