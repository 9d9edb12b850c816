"""Amounts: what a resource costs a month, or why that is not known, and the sum of many of them."""

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Context, Decimal

# Bytes (16 digits) at ten cents a GiB: 2^30 divides a decimal in at most 30 places, so sums are exact.
EXACT = Context(prec=50)
_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Priced:
    """US dollars a month of 730 hours, unrounded; zero is a true zero. `basis` says how it was computed."""

    usd_month: Decimal
    basis: str
    upper_bound: bool = False


@dataclass(frozen=True, slots=True)
class Unpriced:
    """Not known, and why. Never counted as zero."""

    why: str


Estimate = Priced | Unpriced


@dataclass(frozen=True, slots=True)
class Amount:
    """The sum of some resources: their count, bytes and dollars a month.

    `unpriced` counts the resources without a price, which are in no dollars. `upper_bound`: the dollars are
    at most these, because those of at least one resource are. Sums are exact in any decimal context.
    """

    count: int = 0
    size_bytes: int = 0
    usd_month: Decimal = _ZERO
    unpriced: int = 0
    upper_bound: bool = False

    def __add__(self, other: "Amount") -> "Amount":
        return Amount(
            self.count + other.count,
            self.size_bytes + other.size_bytes,
            EXACT.add(self.usd_month, other.usd_month),
            self.unpriced + other.unpriced,
            self.upper_bound or other.upper_bound,
        )

    @property
    def has_no_price(self) -> bool:
        """Whether none of its resources has a price, so that its dollars say nothing."""
        return bool(self.unpriced) and self.unpriced >= self.count

    def capped(self, most_bytes: int | None) -> "Amount":
        """The same resources with at most these bytes, and dollars in proportion; None is no cap."""
        if most_bytes is None or self.size_bytes <= most_bytes:
            return self
        usd_month = EXACT.divide(EXACT.multiply(self.usd_month, most_bytes), self.size_bytes)
        return Amount(self.count, most_bytes, usd_month, self.unpriced, self.upper_bound)


NOTHING = Amount()


def amount_of(estimates: Collection[Estimate], size_bytes: int = 0) -> Amount:
    """The sum of resources with these estimates and, together, these bytes."""
    priced = [estimate for estimate in estimates if isinstance(estimate, Priced)]
    usd_month = _ZERO
    for estimate in priced:
        usd_month = EXACT.add(usd_month, estimate.usd_month)
    return Amount(
        count=len(estimates),
        size_bytes=size_bytes,
        usd_month=usd_month,
        unpriced=len(estimates) - len(priced),
        upper_bound=any(estimate.upper_bound for estimate in priced),
    )
