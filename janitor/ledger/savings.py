"""Savings: what the deletions in the ledger save, for how long, and how certain that is."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import ROUND_DOWN, Decimal, localcontext
from typing import NamedTuple

from janitor.cost.metering import MONTH_SECONDS
from janitor.model.amounts import NOTHING, Amount
from janitor.model.kinds import Kind

# A price may have sixty digits, a time in microseconds sixteen, and many are summed: exact in all.
DIGITS = 120
# Where a division does not come out even, this much is kept, and what is below it let go.
_SHARE_PLACES = Decimal(1).scaleb(-40)
_SAVED_PLACES = Decimal(1).scaleb(-20)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_MONTH = timedelta(seconds=MONTH_SECONDS) // _MICROSECOND


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

    @property
    def is_capped(self) -> bool:
        """Whether its repository caps it; one that is deleted as a whole is priced by its billed size."""
        return bool(self.group) and self.group_bytes is not None and self.kind != Kind.REPOSITORY


@dataclass(frozen=True, slots=True)
class Account:
    """What some deletions save; bytes and dollars are capped by each repository's billed size (R25).

    `deleted` is all of them, at the price of their plan: the estimate. `realised_usd_month` is of those that
    a later sweep did not see any more, and that have not come back, whichever the horizon. `saved_usd` is
    dollars to date: price by time since the deletion, until it came back, for `horizon` at most.
    """

    deleted: Amount = NOTHING
    realised_usd_month: Decimal = Decimal(0)
    saved_usd: Decimal = Decimal(0)
    came_back: int = 0


@dataclass(frozen=True, slots=True)
class Avoided:
    """Dollars not spent within a period, by `deletions` that saved something in it, whenever they were made (R35)."""

    usd: Decimal = Decimal(0)
    deletions: int = 0
    upper_bound: bool = False


NOTHING_SAVED, NOTHING_AVOIDED = Account(), Avoided()


@dataclass(frozen=True, slots=True)
class Saving:
    """One deletion and its share of the capped price; None where it is unpriced.

    `size_bytes` is its share of the capped bytes; None where no cap was reached: all of its bytes.
    """

    deletion: Deletion
    usd_month: Decimal | None
    size_bytes: int | None = None


@dataclass(frozen=True, slots=True)
class Point:
    """The account at one moment: dollars saved to date, and a month of what is saved just then."""

    at: datetime
    saved_usd: Decimal
    usd_month: Decimal


def savings(deletions: Iterable[Deletion]) -> tuple[Saving, ...]:
    """Each with its capped price, in their order.

    Give it all deletions of a sweep together: what was really deleted of a repository in that sweep
    is what its cap divides, in proportion.
    """
    found = tuple(deletions)
    groups: dict[tuple[str, str], _Group] = {}
    for each in found:
        cap = each.group_bytes
        if each.is_capped and cap is not None:
            key = each.sweep_id, each.group
            if key not in groups:
                groups[key] = _Group(cap)
            groups[key].size_bytes += each.size_bytes
    with localcontext(prec=DIGITS):
        return tuple(
            _saving(each, groups[each.sweep_id, each.group] if each.is_capped else None) for each in found
        )


@dataclass(slots=True)
class _Group:
    """What one sweep deleted from one repository: `size_bytes` of what it had, of which Google billed
    `cap_bytes`. Shares are differences of running sums, so that they come to the capped total exactly."""

    cap_bytes: int
    size_bytes: int = 0
    _bytes_so_far: int = 0
    _usd_so_far: Decimal = Decimal(0)

    def share(self, deletion: Deletion) -> Saving:
        """The next one's part of the cap."""
        bytes_before, usd_before = self._capped()
        self._bytes_so_far += deletion.size_bytes
        self._usd_so_far += deletion.usd_month or 0
        bytes_after, usd_after = self._capped()
        price = None if deletion.usd_month is None else usd_after - usd_before
        return Saving(deletion, price, bytes_after - bytes_before)

    def _capped(self) -> tuple[int, Decimal]:
        part = self._usd_so_far * self.cap_bytes / self.size_bytes
        return (
            self._bytes_so_far * self.cap_bytes // self.size_bytes,
            part.quantize(_SHARE_PLACES, ROUND_DOWN),
        )


def _saving(deletion: Deletion, group: _Group | None) -> Saving:
    if group is None or group.size_bytes <= group.cap_bytes:
        return Saving(deletion, deletion.usd_month)
    return group.share(deletion)


def micros(at: datetime) -> int:
    """A moment in microseconds since 1970."""
    return (at - _EPOCH) // _MICROSECOND


def moment_of(micros: int) -> datetime:
    """The moment so many microseconds after 1970 began."""
    return _EPOCH + micros * _MICROSECOND


def dollars(price_microseconds: Decimal) -> Decimal:
    """Dollars of a price a month, times microseconds."""
    return (price_microseconds / _MONTH).quantize(_SAVED_PLACES, ROUND_DOWN)
