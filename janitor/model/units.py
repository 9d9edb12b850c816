"""Durations, sizes, dollars and times with their units, read and shown."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from janitor.model.amounts import Estimate, Priced

_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_DURATION = re.compile(r"(\d+)([mhdw])", re.ASCII)
_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*(B|kB|KB|MB|GB|TB|KiB|MiB|GiB|TiB)", re.ASCII)
_SIZES = {
    "B": 1, "kB": 10**3, "KB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12,
    "KiB": 2**10, "MiB": 2**20, "GiB": 2**30, "TiB": 2**40,
}  # fmt: skip
_CENT = Decimal("0.01")
LONGEST = timedelta(days=36525)


def parse_duration(text: str) -> timedelta:
    """Read ``90m``, ``72h``, ``30d`` or ``2w``. ValueError: no unit, zero, or over a hundred years.

    An overflowing duration is an error and never wraps (a peer deleted everything by ``999999d``).
    """
    match = _DURATION.fullmatch(text)
    if not match:
        raise ValueError(f"{text!r} is not a duration: a whole number and a unit, such as 90m, 72h, 30d, 2w")
    number = int(match[1]) if len(match[1]) <= 9 else 10**9
    if number == 0:
        raise ValueError(f"{text!r} is no time at all: the least is 1m")
    if number > LONGEST // timedelta(**{_UNITS[match[2]]: 1}):
        raise ValueError(f"{text!r} is longer than a hundred years")
    return timedelta(**{_UNITS[match[2]]: number})


def parse_size(text: str) -> int:
    """Read ``500MB`` (10^6) or ``2GiB`` (2^30) into bytes; ValueError otherwise."""
    match = _SIZE.fullmatch(text)
    if not match:
        raise ValueError(f"{text!r} is not a size: a number and a unit, such as 500MB or 2GiB")
    return int(float(match[1]) * _SIZES[match[2]])


def show_size(size_bytes: int) -> str:
    """Decimal units, one decimal, as Google's console shows: ``2.3 GB``."""
    value, unit = float(size_bytes), "B"
    for unit in ("B", "kB", "MB", "GB", "TB"):
        if value < 1000 or unit == "TB":
            break
        value /= 1000
    return f"{size_bytes} B" if unit == "B" else f"{value:.1f} {unit}"


def show_age(seconds: float) -> str:
    """Seconds in the largest unit that keeps two digits of truth, rounded down: ``26h``, ``40d``."""
    minutes = int(seconds) // 60
    if minutes < 120:
        return f"{minutes}m"
    return f"{minutes // 60}h" if minutes < 72 * 60 else f"{minutes // 1440}d"


def moment(at: datetime) -> str:
    """``2026-11-23 03:00 UTC``."""
    return f"{at:%Y-%m-%d %H:%M} UTC"


def rfc3339(at: datetime) -> str:
    """Whole seconds in UTC with a ``Z``; fractions only where there are any."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def show_usd(usd: Decimal, upper_bound: bool = False) -> str:
    """Dollars and cents, ``≤`` before an upper bound; a true zero is ``$0.00``, and what is less than a cent
    is ``<$0.01``, which says so already."""
    if 0 < usd < _CENT:
        return "<$0.01"
    bound = "≤ " if upper_bound and usd else ""
    return f"{bound}${usd.quantize(_CENT):,}"


def show_estimate(estimate: Estimate) -> str:
    """Dollars a month, ``≤`` before an upper bound; ``unpriced`` is never a number."""
    if not isinstance(estimate, Priced):
        return "unpriced"
    return show_usd(estimate.usd_month, estimate.upper_bound)
