"""Words for people that every medium shares: headings of troubles, figures with their units, and what they count."""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal

from janitor.ledger.figures import Period
from janitor.model.amounts import Amount
from janitor.model.kinds import Kind
from janitor.model.names import project_of
from janitor.model.reasons import KeepReason
from janitor.model.text import many
from janitor.model.units import moment, show_size, show_usd
from janitor.policy.deciding.projects import roots_in_words
from janitor.report.data.names import how_many
from janitor.report.data.scope import is_root
from janitor.report.data.snapshot import RunningService, Snapshot
from janitor.report.data.summary import Summary
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
_PROJECTS_NAMED = 3
LEGEND = "List prices. ≤ means up to: image layers can be shared, so the true figure can be lower."


def amount_per_month(amount: Amount) -> str:
    """``≤ $0.26/month and 1 unpriced``: no sum is made of what has no price."""
    if amount.has_no_price:
        return "unpriced"
    unpriced = f" and {amount.unpriced:,} unpriced" if amount.unpriced else ""
    return f"{per_month(amount.usd_month, amount.upper_bound)}{unpriced}"


def per_month(usd: Decimal, upper_bound: bool = False) -> str:
    """``$13.80/month``."""
    return f"{show_usd(usd, upper_bound)}/month"


def period_in_words(period: Period) -> str:
    """``16 Nov 2026 09:00 UTC to 23 Nov 2026 09:00 UTC``."""
    if period.since is None:
        return f"all time, to {_date_and_time(period.until)}"
    return f"{_date_and_time(period.since)} to {_date_and_time(period.until)}"


def days_in_words(period: Period) -> str:
    """``16 to 23 Nov 2026``: the period by its days, for headings."""
    until = period.until
    if period.since is None:
        return f"all time to {date(until)}"
    since = period.since
    if since.date() == until.date():
        return date(until)
    month = "" if (since.year, since.month) == (until.year, until.month) else f" {since:%b}"
    year = "" if since.year == until.year else f" {since.year}"
    return f"{since.day}{month}{year} to {date(until)}"


def date(at: datetime) -> str:
    """``23 Nov 2026``."""
    return f"{at.day} {at:%b %Y}"


def _date_and_time(at: datetime) -> str:
    return f"{date(at)} {at:%H:%M} UTC"


def owner_or_nobody(owner: str) -> str:
    """Whose it is; the label that is not there is ``unowned``."""
    return owner or UNOWNED


def owned_by(owner: str) -> str:
    """``owner web`` among other facts, or ``unowned``."""
    return f"owner {owner}" if owner else UNOWNED


def next_sweep(snapshot: Snapshot) -> str:
    """What the next sweep would delete and save. A plan is never worded as a saving."""
    if not snapshot.left.count:
        return f"Nothing to delete, as of the last sweep ({_date_and_time(snapshot.observed_at)})."
    but = " A limit refuses this plan." if snapshot.refusals else ""
    return f"The next sweep would delete {would_save(snapshot.left)}. Nothing of this has happened yet.{but}"


def would_save(amount: Amount) -> str:
    """``2 resources (290.0 MB) and save ≤ $0.02/month; 1 has no known price``."""
    size = f" ({show_size(amount.size_bytes)})" if amount.size_bytes else ""
    number = f"{many(amount.count, 'resource')}{size}"
    if amount.has_no_price:
        return f"{number} of no known price"
    unpriced = f"; {amount.unpriced:,} {'has' if amount.unpriced == 1 else 'have'} no known price"
    dollars = per_month(amount.usd_month, amount.upper_bound)
    return f"{number} and save {dollars}{unpriced if amount.unpriced else ''}"


def held_in_use(snapshot: Snapshot) -> str:
    """``3 images, 1 repository``: resources that are kept because they are in use; empty where there are none."""
    counts: dict[str, int] = {}
    for row in snapshot.kept:
        if row.reason in _IN_USE:
            counts[row.kind] = counts.get(row.kind, 0) + row.count
    return ", ".join(how_many(kind, count) for kind, count in counts.items())


def what_stays(snapshot: Snapshot) -> Iterator[str]:
    """``Kept because in use: 3 images, 1 repository.``, and what stands; nothing of what there is none."""
    if held := held_in_use(snapshot):
        yield f"Kept because in use: {held}."
    if snapshot.running.count:
        yield f"{idle_in_words(snapshot)}."
    if snapshot.stored.count:
        yield f"{storage_in_words(snapshot)}."


def idle_in_words(snapshot: Snapshot) -> str:
    """``Idle minimum instances: $28.26/month in 1 of 3 services``."""
    services = how_many(RunningService.kind.value, snapshot.running.count)
    where = f"in {snapshot.idle.count:,} of {services}" if snapshot.idle.count else f"in {services}"
    return f"Idle minimum instances: {amount_per_month(snapshot.running)} {where}"


def storage_in_words(snapshot: Snapshot) -> str:
    """``Storage: $0.84/month for 9.0 GB in 1 repository``."""
    stored = snapshot.stored
    held = how_many(Kind.REPOSITORY.value, stored.count)
    return f"Storage: {amount_per_month(stored)} for {show_size(stored.size_bytes)} in {held}"


def ailing(snapshot: Snapshot) -> tuple[RunningService, ...]:
    """The services that failed, in the snapshot's order."""
    return snapshot.failing


def how_to_keep(mark: str = "") -> str:
    """How to stop a deletion; `mark` is put around what to type."""
    return (
        f"To keep one, put the label {mark}janitor: keep{mark} on the service, job or repository,"
        f" or run {mark}janitor keep NAME{mark}."
    )


def due_in_words(due_at: datetime, announced: bool) -> str:
    """The date of a scheduled deletion; a dry run has announced nothing, so it has no date."""
    if not announced:
        return "after the first apply announces it"
    return f"on {moment(due_at)} or later"


def fate(gone_at: datetime | None, back_at: datetime | None, until: datetime) -> str:
    """What is known of a deletion since, at `until`."""
    if back_at and back_at <= until:
        return f"came back by {moment(back_at)}"
    if gone_at and gone_at <= until:
        return "confirmed"
    return "not confirmed yet"


def show_share(usd: Decimal | None, upper_bound: bool) -> str:
    """The dollars per month of one resource, or ``unpriced``."""
    return "unpriced" if usd is None else show_usd(usd, upper_bound)


def projects_of(summary: Summary) -> tuple[str, ...]:
    """The projects that the report is of: those of its sweep; where these are not known, of the resources it names."""
    scope = summary.scope
    if scope.asked.projects:
        return scope.asked.projects
    if scope.basis and scope.basis.scope.projects:
        return scope.basis.scope.projects
    seen = summary.snapshot
    names = [saving.deletion.name for saving in summary.savers]
    if seen:
        names += [row.name for row in seen.services]
        names += [row.name for row in seen.repositories]
        names += [row.name for row in seen.largest]
        names += [row.name for row in seen.waiting]
    return tuple(dict.fromkeys(project for name in names if (project := project_of(name))))


def projects_in_words(summary: Summary) -> str:
    """``shop-prod, shop-dev and 3 more``, or ``organization 123``; empty where no project is known."""
    projects = projects_of(summary)
    if projects and all(map(is_root, projects)):
        return roots_in_words(projects)
    more = f" and {len(projects) - _PROJECTS_NAMED:,} more" if len(projects) > _PROJECTS_NAMED else ""
    return ", ".join(projects[:_PROJECTS_NAMED]) + more
