"""What a resource costs a month, or why that is not known."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Priced:
    """US dollars a month of 730 hours, unrounded; zero is a true zero. `basis` says how reckoned."""

    usd_month: Decimal
    basis: str
    upper_bound: bool = False


@dataclass(frozen=True, slots=True)
class Unpriced:
    """Not known, and why. Never counted as zero."""

    why: str


Estimate = Priced | Unpriced
