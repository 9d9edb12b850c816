"""Durations, sizes, dollars and times with their units, read and shown."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Context, Decimal

from janitor.model.amounts import Estimate, Priced

_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_DURATION = re.compile(r"(\d+)([mhdw])", re.ASCII)
_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*(B|kB|KB|MB|GB|TB|KiB|MiB|GiB|TiB)", re.ASCII)
_SIZES = {
    "B": 1, "kB": 10**3, "KB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12,
    "KiB": 2**10, "MiB": 2**20, "GiB": 2**30, "TiB": 2**40,
}  # fmt: skip
_CENT = Decimal("0.01")
_ANY_SIZE = Context(prec=500)
LONGEST = timedelta(days=36525)


def parse_duration(text: str) -> timedelta:
    """Read ``90m``, ``72h``, ``30d`` or ``2w``. ValueError: no unit, zero, or over a hundred years.

    An overflowing duration is an error and never wraps (a peer deleted everything by ``999999d``).
    """
    match = _DURATION.fullmatch(text)
    if not match:
        meant = _meant(text)
        way = f"write {meant}" if meant else "a whole number and a unit, such as 90m, 72h, 30d, 2w"
        raise ValueError(f"{text!r} is not a duration: {way}")
    number = int(match[1]) if len(match[1]) <= 9 else 10**9
    if number == 0:
        raise ValueError(f"{text!r} is zero: the minimum is 1m")
    if number > LONGEST // timedelta(**{_UNITS[match[2]]: 1}):
        raise ValueError(f"{text!r} is longer than a hundred years")
    return timedelta(**{_UNITS[match[2]]: number})


# A word for a unit, with how many of which unit it is.
_UNIT_WORDS = {
    "m": (1, "m"), "min": (1, "m"), "minute": (1, "m"),
    "h": (1, "h"), "hr": (1, "h"), "hour": (1, "h"),
    "d": (1, "d"), "day": (1, "d"),
    "w": (1, "w"), "wk": (1, "w"), "week": (1, "w"), "fortnight": (2, "w"),
    "mo": (30, "d"), "mon": (30, "d"), "mth": (30, "d"), "month": (30, "d"), "quarter": (90, "d"),
    "y": (365, "d"), "yr": (365, "d"), "year": (365, "d"),
}  # fmt: skip
_IN_WORDS = re.compile(r"(\d{1,6}|an?|one)[\s_-]*([a-z]+?)s?", re.ASCII)
_SIZE_IN_WORDS = re.compile(r"(\d+(?:\.\d+)?)\s*([kmgt]?)(i?)(?:b|bytes?)?", re.ASCII)


def _meant(text: str) -> str | None:
    """The duration that ``2 weeks`` or ``1 month`` means, as it is written here; None where that is not known.

    A month counts as 30 days, a year as 365.
    """
    if text.strip().endswith("M"):
        return None  # minutes or months
    match = _IN_WORDS.fullmatch(text.strip().lower())
    unit = _UNIT_WORDS.get(match[2]) if match else None
    if not match or not unit:
        return None
    number = int(match[1]) if match[1].isdigit() else 1
    return f"{number * unit[0]}{unit[1]}" if number else None


def _meant_size(text: str) -> str | None:
    """The size that ``5gb``, ``5 gigabytes`` or ``5Gi`` means, as it is written here."""
    short = re.sub(r"(kilo|mega|giga|tera)bytes?$", lambda word: f"{word[1][0]}b", text.strip().lower())
    match = _SIZE_IN_WORDS.fullmatch(short)
    if not match or (match[3] and not match[2]) or text.strip().isdigit():
        return None
    return f"{match[1]}{match[2].upper()}{match[3]}B"


def parse_size(text: str) -> int:
    """Read ``500MB`` (10^6) or ``2GiB`` (2^30) into bytes; ValueError otherwise."""
    match = _SIZE.fullmatch(text)
    if not match:
        meant = _meant_size(text)
        way = f"write {meant}" if meant else "a number and a unit, such as 500MB or 2GiB"
        raise ValueError(f"{text!r} is not a size: {way}")
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


def cents(usd: Decimal) -> float:
    """Dollars rounded to cents, as a number for programs that add them up."""
    return float(usd.quantize(_CENT, context=_ANY_SIZE))


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
