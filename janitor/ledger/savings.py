"""Savings: what the deletions in the ledger save, for how long, and how certain that is."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import ROUND_DOWN, Decimal, localcontext
from operator import itemgetter
from typing import NamedTuple

from janitor.cost.metering import MONTH_SECONDS
from janitor.model.amounts import NOTHING, Amount
from janitor.model.kinds import Kind

# A price may have sixty digits, a time in microseconds sixteen, and many are summed: exact in all.
_DIGITS = 120
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


NOTHING_AVOIDED = Avoided()


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
        cap = _cap(each)
        if cap is not None:
            key = each.sweep_id, each.group
            if key not in groups:
                groups[key] = _Group(cap)
            groups[key].size_bytes += each.size_bytes
    with localcontext(prec=_DIGITS):
        return tuple(
            _saving(each, None if _cap(each) is None else groups[each.sweep_id, each.group]) for each in found
        )


def account(savings: Iterable[Saving], now: datetime, horizon: timedelta) -> Account:
    """The sums of these at `now`: what was seen of them later is not known yet."""
    deleted = size_bytes = came_back = unpriced = 0
    estimated = realised = saved = Decimal(0)
    upper_bound = False
    with localcontext(prec=_DIGITS):
        for each in savings:
            deletion, price = each.deletion, each.usd_month
            deleted += 1
            size_bytes += deletion.size_bytes if each.size_bytes is None else each.size_bytes
            is_back = deletion.back_at is not None and deletion.back_at <= now
            came_back += is_back
            if price is None:
                unpriced += 1
                continue
            upper_bound |= deletion.upper_bound
            estimated += price
            if not is_back and deletion.gone_at is not None and deletion.gone_at <= now:
                realised += price
            start, end = _span(deletion, horizon)
            saved += price * max(min(end, _moment(now)) - start, 0)
        amount = Amount(deleted, size_bytes, estimated, unpriced, upper_bound)
        return Account(amount, realised, _dollars(saved), came_back)


def avoided(
    savings: Iterable[Saving], since: datetime | None, until: datetime, horizon: timedelta
) -> Avoided:
    """The sum of price by the part of the period in which the saving ran; `since` None is from the beginning."""
    first, last = None if since is None else _moment(since), _moment(until)
    total, count, upper_bound = Decimal(0), 0, False
    with localcontext(prec=_DIGITS):
        for each in savings:
            start, end = _span(each.deletion, horizon)
            ran = min(end, last) - (start if first is None else max(start, first))
            if each.usd_month and ran > 0:
                total += each.usd_month * ran
                count += 1
                upper_bound |= each.deletion.upper_bound
        return Avoided(_dollars(total), count, upper_bound)


def course(savings: Iterable[Saving], at: Iterable[datetime], horizon: timedelta) -> tuple[Point, ...]:
    """The account at each of these moments, in their order; they need not be sorted.

    A line of what begins and ends is walked once: many savings and many moments cost their sum.
    """
    moments = list(at)
    points: dict[datetime, Point] = {}
    # saved at t is the sum of price x (t - begin) less that of price x (t - end): rate x t - before
    rate = before = Decimal(0)
    with localcontext(prec=_DIGITS):
        changes = iter(_changes(savings, horizon))
        change = next(changes, None)
        for moment in sorted(moments):
            now = _moment(moment)
            while change is not None and change[0] <= now:
                rate, before = rate + change[1], before + change[1] * change[0]
                change = next(changes, None)
            points[moment] = Point(moment, _dollars(rate * now - before), rate)
    return tuple(points[moment] for moment in moments)


def _changes(savings: Iterable[Saving], horizon: timedelta) -> list[tuple[int, Decimal]]:
    """When the rate changes, oldest first, and by how much."""
    changes: list[tuple[int, Decimal]] = []
    for each in savings:
        if each.usd_month:
            start, end = _span(each.deletion, horizon)
            changes += [(start, each.usd_month), (end, -each.usd_month)]
    return sorted(changes, key=itemgetter(0))


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


def _cap(deletion: Deletion) -> int | None:
    """A repository that is deleted as a whole is priced by its billed size."""
    return deletion.group_bytes if deletion.group and deletion.kind != Kind.REPOSITORY else None


def _saving(deletion: Deletion, group: _Group | None) -> Saving:
    if group is None or group.size_bytes <= group.cap_bytes:
        return Saving(deletion, deletion.usd_month)
    return group.share(deletion)


def _span(deletion: Deletion, horizon: timedelta) -> tuple[int, int]:
    """From when to when it saves, in microseconds; never the other way round."""
    start = _moment(deletion.deleted_at)
    end = start + horizon // _MICROSECOND
    if deletion.back_at is not None:
        end = min(end, _moment(deletion.back_at))
    return start, max(start, end)


def _moment(at: datetime) -> int:
    return (at - _EPOCH) // _MICROSECOND


def _dollars(price_microseconds: Decimal) -> Decimal:
    return (price_microseconds / _MONTH).quantize(_SAVED_PLACES, ROUND_DOWN)
