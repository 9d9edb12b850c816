"""The ledger as a savings account: what deletions save, for how long, and how sure that is."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import NamedTuple


class Deletion(NamedTuple):
    """One deletion that Google confirmed, with the price it was planned at.

    `usd_month` is None where it was unpriced. `group` is the repository that caps an image's price,
    `group_bytes` what Google billed for all of it then (None: no cap). `gone_at` is the first later
    sweep that looked and did not see it; `back_at` the first that saw one of its name again.
    """

    intent: int
    sweep_id: str
    kind: str
    name: str
    policy: str
    reason: str
    owner: str
    size_bytes: int
    usd_month: Decimal | None
    upper_bound: bool
    group: str
    group_bytes: int | None
    deleted_at: datetime
    gone_at: datetime | None = None
    back_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Account:
    """What some deletions come to; dollars are capped by each repository's billed size (R25).

    `estimated_usd_month` is all of them, as planned. `realised_usd_month` is of those that a later
    sweep did not see any more, and that have not come back. `saved_usd` is dollars to date: price by
    time since the deletion, until it came back, for `horizon` at most.
    """

    deleted: int = 0
    size_bytes: int = 0
    estimated_usd_month: Decimal = Decimal(0)
    realised_usd_month: Decimal = Decimal(0)
    saved_usd: Decimal = Decimal(0)
    came_back: int = 0
    unpriced: int = 0
    upper_bound: bool = False


@dataclass(frozen=True, slots=True)
class Saving:
    """One deletion and its share of the capped price; None where it is unpriced."""

    deletion: Deletion
    usd_month: Decimal | None


@dataclass(frozen=True, slots=True)
class Point:
    """The account at one moment: dollars saved to date, and a month of what is saved just then."""

    at: datetime
    saved_usd: Decimal
    usd_month: Decimal


def savings(deletions: Iterable[Deletion]) -> tuple[Saving, ...]:
    """Each with its capped price, in their order."""
    raise NotImplementedError


def account(savings: Iterable[Saving], now: datetime, horizon: timedelta) -> Account:
    """The sums of these at `now`."""
    raise NotImplementedError


def course(savings: Iterable[Saving], at: Iterable[datetime], horizon: timedelta) -> tuple[Point, ...]:
    """The account at each of these moments."""
    raise NotImplementedError
