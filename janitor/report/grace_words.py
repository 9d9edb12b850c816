"""What a report says of things in grace: of whom, until when, and how to keep one."""

from collections.abc import Sequence

from janitor.model.units import moment
from janitor.report.data.snapshot import InGrace, Snapshot
from janitor.report.words import named, owned_by, place_of

TITLE = "Announced to go"
KEEP_ONE = "janitor keep NAME keeps one for good, with --for 30d for that long; janitor marks lists all."


def what(row: InGrace) -> str:
    """``service web``."""
    return named(row.kind, row.name)


def goes(row: InGrace) -> str:
    """When; a dry run has announced nothing, so it says no date of what is not announced yet."""
    if not row.announced:
        return "not announced yet: the first apply does"
    return f"goes on {moment(row.due_at)} or later"


def facts(row: InGrace) -> tuple[str, ...]:
    """Where, when, by which policy, and whose it is."""
    return (place_of(row.name), goes(row), row.policy, owned_by(row.owner))


def beyond(snapshot: Snapshot, shown: int) -> int:
    """How many more wait than these."""
    return max(snapshot.waited, len(snapshot.waiting)) - shown


def by_owner(rows: Sequence[InGrace]) -> dict[str, list[InGrace]]:
    """Each owner's own, in the order of the rows."""
    found: dict[str, list[InGrace]] = {}
    for row in rows:
        found.setdefault(row.owner, []).append(row)
    return found
