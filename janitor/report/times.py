"""Times as outputs write them: for people to the minute, for programs in RFC 3339; in UTC both."""

from datetime import UTC, datetime


def moment(at: datetime) -> str:
    """``2026-11-23 03:00 UTC``."""
    return f"{at:%Y-%m-%d %H:%M} UTC"


def rfc3339(at: datetime) -> str:
    """Whole seconds in UTC with a ``Z``; fractions only where there are any."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
