"""Sums of savings: many deletions as one row, from which an account and its course over time are computed exactly.

Times are microseconds since 1970. Compute within `exactly()`: no digit is lost, and no float touches money.
"""

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from decimal import Context, Decimal, localcontext
from typing import ClassVar, NamedTuple

from janitor.ledger.savings import DIGITS, Account, dollars
from janitor.model.amounts import Amount

_ZERO = Decimal(0)
# Before and after every moment.
_NEVER = -(2**62)


def exactly() -> AbstractContextManager[Context]:
    """The decimal context in which sums of savings are exact."""
    return localcontext(prec=DIGITS)


class Stretch(NamedTuple):
    """One saving: from when it runs, its share of the capped bytes and price (None: unpriced), and what was seen."""

    deleted_at: int
    size_bytes: int
    usd: Decimal | None
    upper_bound: bool
    gone_at: int | None = None
    back_at: int | None = None

    def end(self, horizon: int) -> int:
        """Until when it saves; never before it begins."""
        end = self.deleted_at + horizon
        if self.back_at is not None:
            end = min(end, self.back_at)
        return max(end, self.deleted_at)

    def saved(self, until: int, horizon: int) -> Decimal:
        """Dollars times microseconds until a moment."""
        return (self.usd or _ZERO) * max(min(self.end(horizon), until) - self.deleted_at, 0)


@dataclass(slots=True)
class Sums:
    """Sums over some savings. Those that came back are in all sums, and again in those that begin with `back`.

    `upper` counts those whose price is an upper bound, `paid` those whose price is not zero, `paid_upper` both.
    `usd_at` is the sum of price times beginning, `back_usd_for` of price times what it lasted, `gone_usd` the price
    of what was seen gone and has not come back. The last moments may be later than they are, never earlier.
    """

    NUMBERS: ClassVar[tuple[str, ...]] = (
        "count", "size_bytes", "unpriced", "upper", "paid", "paid_upper", "back", "back_paid", "back_paid_upper",
        "first_at", "last_at", "last_gone_at", "last_back_at",
    )  # fmt: skip
    DOLLARS: ClassVar[tuple[str, ...]] = (
        "usd", "usd_at", "back_usd", "back_usd_at", "back_usd_for", "gone_usd",
    )  # fmt: skip

    count: int = 0
    size_bytes: int = 0
    unpriced: int = 0
    upper: int = 0
    paid: int = 0
    paid_upper: int = 0
    back: int = 0
    back_paid: int = 0
    back_paid_upper: int = 0
    first_at: int = -_NEVER
    last_at: int = _NEVER
    last_gone_at: int = _NEVER
    last_back_at: int = _NEVER
    usd: Decimal = _ZERO
    usd_at: Decimal = _ZERO
    back_usd: Decimal = _ZERO
    back_usd_at: Decimal = _ZERO
    back_usd_for: Decimal = _ZERO
    gone_usd: Decimal = _ZERO

    def change(self, one: Stretch, by: int) -> None:
        """Add a saving (`by` 1), or take it away again as it was added (-1)."""
        paid, upper = bool(one.usd), one.usd is not None and one.upper_bound
        self.count += by
        self.size_bytes += by * one.size_bytes
        self.unpriced += by * (one.usd is None)
        self.upper += by * upper
        self.paid += by * paid
        self.paid_upper += by * (paid and upper)
        self.first_at = min(self.first_at, one.deleted_at)
        self.last_at = max(self.last_at, one.deleted_at)
        price = by * (one.usd or _ZERO)
        self.usd += price
        self.usd_at += price * one.deleted_at
        if one.gone_at is not None:
            self.last_gone_at = max(self.last_gone_at, one.gone_at)
            if one.back_at is None:
                self.gone_usd += price
        if one.back_at is not None:
            self.back += by
            self.back_paid += by * paid
            self.back_paid_upper += by * (paid and upper)
            self.last_back_at = max(self.last_back_at, one.back_at)
            self.back_usd += price
            self.back_usd_at += price * one.deleted_at
            self.back_usd_for += price * (one.back_at - one.deleted_at)

    def is_known_at(self, until: int) -> bool:
        """Whether all of it had happened by then, as far as the sums can say."""
        return max(self.last_at, self.last_gone_at, self.last_back_at) <= until

    def is_cut(self, moments: Iterable[int]) -> bool:
        """Whether a moment is between its first beginning and its last."""
        return any(self.first_at <= moment < self.last_at for moment in moments)


class AccountTally:
    """An account at one moment, out of sums and of single savings. In sums, a come-back is the end of its saving: those
    of which it is not (the horizon was before, or it was seen before the deletion) must be corrected."""

    def __init__(self, until: int, horizon: int) -> None:
        self._until, self._horizon = until, horizon
        self._count = self._size_bytes = self._unpriced = self._upper = self._back = 0
        self._usd = self._realised = self._saved = _ZERO

    def takes(self, sums: Sums) -> bool:
        """Whether the sums are enough; of others each saving must be added."""
        return sums.is_known_at(self._until) and not sums.is_cut([self._until - self._horizon])

    def add(self, sums: Sums) -> None:
        """Add what `takes` said yes to."""
        lasting, lasting_at = sums.usd - sums.back_usd, sums.usd_at - sums.back_usd_at
        over = sums.last_at + self._horizon <= self._until
        self._saved += sums.back_usd_for
        self._saved += lasting * self._horizon if over else lasting * self._until - lasting_at
        self._count += sums.count
        self._size_bytes += sums.size_bytes
        self._unpriced += sums.unpriced
        self._upper += sums.upper
        self._back += sums.back
        self._usd += sums.usd
        self._realised += sums.gone_usd

    def add_one(self, one: Stretch) -> None:
        """Add one saving; one that begins later is none yet."""
        if one.deleted_at > self._until:
            return
        is_back = one.back_at is not None and one.back_at <= self._until
        self._count += 1
        self._size_bytes += one.size_bytes
        self._back += is_back
        if one.usd is None:
            self._unpriced += 1
            return
        self._upper += one.upper_bound
        self._usd += one.usd
        if not is_back and one.gone_at is not None and one.gone_at <= self._until:
            self._realised += one.usd
        self._saved += one.saved(self._until, self._horizon)

    def correct(self, one: Stretch) -> None:
        """Correct the time of a saving that its come-back did not end, in sums that were added."""
        assert one.back_at is not None
        assumed = (one.usd or _ZERO) * (one.back_at - one.deleted_at)
        self._saved += one.saved(self._until, self._horizon) - assumed

    def merge(self, other: "AccountTally") -> None:
        """Add all that was added to another of the same moment and horizon."""
        self._count += other._count
        self._size_bytes += other._size_bytes
        self._unpriced += other._unpriced
        self._upper += other._upper
        self._back += other._back
        self._usd += other._usd
        self._realised += other._realised
        self._saved += other._saved

    def account(self) -> Account:
        """The account of all that was added."""
        amount = Amount(self._count, self._size_bytes, self._usd, self._unpriced, self._upper > 0)
        return Account(amount, self._realised, dollars(self._saved), self._back)


class Change(NamedTuple):
    """By how much the dollars a month that are saved change, between two moments; `usd_at` is the sum of each
    change times its moment."""

    first_at: int
    last_at: int
    usd: Decimal
    usd_at: Decimal


def changed(at: int, usd: Decimal) -> Change:
    """A change at one moment."""
    return Change(at, at, usd, usd * at)


def course_of(changes: Iterable[Change], moments: Iterable[int]) -> dict[int, tuple[Decimal, Decimal]]:
    """Dollars times microseconds saved until each of these moments, and dollars a month saved just then.

    No moment may cut a change. A line of the changes is walked once: many changes and many moments cost their sum.
    """
    found: dict[int, tuple[Decimal, Decimal]] = {}
    ordered = iter(sorted(changes, key=lambda change: change.last_at))
    change = next(ordered, None)
    rate = before = _ZERO
    for moment in sorted(set(moments)):
        while change is not None and change.last_at <= moment:
            rate, before = rate + change.usd, before + change.usd_at
            change = next(ordered, None)
        found[moment] = (rate * moment - before, rate)
    return found


def spread(first: int, changes: Iterable[int], until: int, most: int) -> Sequence[int]:
    """Moments for a chart: both ends, and the changes between them, or `most` moments evenly spread over these."""
    between = sorted({at for at in changes if first < at < until})
    left = most - 2
    if len(between) > left:
        between = [between[step * (len(between) - 1) // (left - 1)] for step in range(left)]
    return sorted({first, *between, until})
