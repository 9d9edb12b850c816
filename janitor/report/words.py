"""Words for people that every medium shares: headings of troubles, figures with their units, and what they count."""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal

from janitor.model.amounts import Amount
from janitor.model.kinds import Kind
from janitor.model.reasons import KeepReason
from janitor.model.text import many
from janitor.model.units import moment, show_size, show_usd
from janitor.report.data.names import how_many
from janitor.report.data.snapshot import RunningService, Snapshot
from janitor.report.data.summary import Period
from janitor.report.data.troubles import TroubleKind

_TROUBLES = {
    TroubleKind.SWEEP_FAILED: "The sweep failed",
    TroubleKind.NEVER_SWEPT: "No sweep yet",
    TroubleKind.STALE: "Out of date",
    TroubleKind.REFUSED: "Refused by a limit",
    TroubleKind.GAP: "Could not be read",
    TroubleKind.FAILED: "Could not be deleted",
    TroubleKind.DRIFTED: "Changed since the plan",
    TroubleKind.SKIPPED: "Not tried",
    TroubleKind.UNANNOUNCED: "Not announced",
    TroubleKind.UNKNOWN_PROJECT: "Unknown project",
    TroubleKind.FAILING: "Failing services",
}


def trouble_heading(kind: TroubleKind) -> str:
    """What sort of trouble it is."""
    return _TROUBLES[kind]


_IN_USE = (KeepReason.IN_USE.value, KeepReason.HOLDS_IN_USE.value)
UNOWNED = "unowned"


def a_month(amount: Amount) -> str:
    """``≤ $0.26 a month and 1 unpriced``: no sum is made of what has no price."""
    if amount.has_no_price:
        return "unpriced"
    unpriced = f" and {amount.unpriced:,} unpriced" if amount.unpriced else ""
    return f"{show_usd(amount.usd_month, amount.upper_bound)} a month{unpriced}"


def period_in_words(period: Period) -> str:
    """``2026-11-16 09:00 UTC to 2026-11-23 09:00 UTC``."""
    start = "the beginning" if period.since is None else moment(period.since)
    return f"{start} to {moment(period.until)}"


def owner_or_nobody(owner: str) -> str:
    """Whose it is; the label that is not there is ``unowned``."""
    return owner or UNOWNED


def owned_by(owner: str) -> str:
    """``owner web`` among other facts, or ``unowned``."""
    return f"owner {owner}" if owner else UNOWNED


def next_sweep(snapshot: Snapshot) -> str:
    """What the next sweep would delete and save. A plan is never worded as a saving."""
    left = snapshot.left
    if not left.count:
        return "The next sweep would delete nothing, as far as the last one saw."
    number = many(left.count, "thing")
    size = f" of {show_size(left.size_bytes)}" if left.size_bytes else ""
    if left.has_no_price:
        return f"The next sweep would delete {number}{size}, of no known price."
    unpriced = f", and {left.unpriced:,} of them of no known price" if left.unpriced else ""
    dollars = show_usd(left.usd_month, left.upper_bound)
    return f"The next sweep would delete {number}{size}, which would save {dollars} a month{unpriced}."


def held_in_use(snapshot: Snapshot) -> str:
    """``3 images, 1 repository``: what stays because it is in use; empty where nothing is."""
    counts: dict[str, int] = {}
    for row in snapshot.kept:
        if row.reason in _IN_USE:
            counts[row.kind] = counts.get(row.kind, 0) + row.count
    return ", ".join(how_many(kind, count) for kind, count in counts.items())


def what_stays(snapshot: Snapshot) -> Iterator[str]:
    """``Kept because in use: 3 images, 1 repository.``, and what stands; nothing of what there is none."""
    if held := held_in_use(snapshot):
        yield f"Kept because in use: {held}."
    if stands := _standing(snapshot):
        yield f"Standing: {stands}."


def _standing(snapshot: Snapshot) -> str:
    """What stands, and what that costs by itself; empty where nothing was seen."""
    stored, running = snapshot.stored, snapshot.running
    parts = []
    if stored.count:
        held = how_many(Kind.REPOSITORY.value, stored.count)
        parts.append(f"{held} of {show_size(stored.size_bytes)} for {a_month(stored)}")
    if running.count:
        held = how_many(Kind.SERVICE.value, running.count)
        parts.append(f"{held}, whose minimum instances wait for {a_month(running)}")
    return "; ".join(parts)


def ailing(snapshot: Snapshot) -> tuple[RunningService, ...]:
    """The services that failed, in the snapshot's order."""
    return snapshot.failing


def due_in_words(due_at: datetime, announced: bool) -> str:
    """When a resource in grace goes; a dry run has announced nothing, so it says no date."""
    if not announced:
        return "not announced yet: the first apply does"
    return f"goes on {moment(due_at)} or later"


def fate(gone_at: datetime | None, back_at: datetime | None, until: datetime) -> str:
    """What is known of a deletion since, at `until`."""
    if back_at and back_at <= until:
        return f"there again on {moment(back_at)}"
    if gone_at and gone_at <= until:
        return "not seen again"
    return "not looked for yet"


def show_share(usd: Decimal | None, upper_bound: bool) -> str:
    """One thing's dollars a month, or ``unpriced``."""
    return "unpriced" if usd is None else show_usd(usd, upper_bound)
