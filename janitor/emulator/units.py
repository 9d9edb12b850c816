"""Durations, times and sizes as a person writes them."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from janitor.emulator.reader import Value

_UNITS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_DURATION = re.compile(r"(?:\d+(?:\.\d+)?(?:ms|s|m|h|d|w))+")
_DURATION_PART = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d|w)")
_SIZE = re.compile(r"(\d+(?:\.\d+)?) ?(B|kB|KB|MB|GB|TB|KiB|MiB|GiB|TiB)?")
_BYTES = {"B": 0, "kB": 3, "KB": 3, "MB": 6, "GB": 9, "TB": 12}
_BINARY = {"KiB": 10, "MiB": 20, "GiB": 30, "TiB": 40}
_LONGEST = 1900 * 365 * 86400  # what can still be taken from a date of our time
UNSET = "unset"


def seconds(value: Value) -> float:
    """`90m`, `1d12h`, `200ms`."""
    found = _duration(value.text())
    if found is None:
        value.fail(f"must be a duration such as 50ms, 90m or 3d, not {value.text()!r}")
    return found


def moment(value: Value, now: datetime) -> datetime | None:
    """`26h ago`, `in 2h`, `now`, an ISO time with its zone, or `unset`: no time at all (None)."""
    text = value.text()
    if text == UNSET:
        return None
    if text == "now":
        return now
    ago = _duration(text.removesuffix(" ago")) if text.endswith(" ago") else None
    if ago is not None:
        return now - timedelta(seconds=ago)
    ahead = _duration(text.removeprefix("in ")) if text.startswith("in ") else None
    if ahead is not None:
        return now + timedelta(seconds=ahead)
    try:
        found = datetime.fromisoformat(text)
        if found.tzinfo:
            return found.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    return value.fail(f"must be a time such as `26h ago`, `in 2h`, `now` or `unset`, not {text!r}")


def epoch(now: datetime, value: Value | None, default: float | None) -> float | None:
    """The same as epoch seconds; `default` where nothing is written."""
    if value is None:
        return default
    when = moment(value, now)
    return when.timestamp() if when else None


def size(value: Value) -> int:
    """Bytes: `2.3GB`, `190MB`, `1GiB`, `512`."""
    found = _SIZE.fullmatch(value.text())
    if not found:
        value.fail(f"must be a size such as 190MB or 2.3GiB, not {value.text()!r}")
    number, unit = Decimal(found[1]), found[2] or "B"
    return int(number * (10 ** _BYTES[unit] if unit in _BYTES else 2 ** _BINARY[unit]))


def _duration(text: str) -> float | None:
    if not _DURATION.fullmatch(text):
        return None
    total = sum(float(number) * _UNITS[unit] for number, unit in _DURATION_PART.findall(text))
    return total if total <= _LONGEST else None
