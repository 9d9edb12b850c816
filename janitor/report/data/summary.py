"""The report's view model: every figure that Slack, HTML, Markdown, JSON and the terminal show."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from heapq import nsmallest

from janitor.ledger.savings import Account, Deletion, Point, Saving, account, course, savings
from janitor.model.units import moment
from janitor.report.data.notices import MONEY
from janitor.report.data.snapshot import Snapshot
from janitor.report.data.troubles import Trouble, troubles

SAVERS, POINTS = 5, 60
_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Period:
    """From `since` (exclusive; None is the beginning) to `until` (inclusive)."""

    since: datetime | None
    until: datetime

    def holds(self, at: datetime) -> bool:
        """Whether a moment lies within it."""
        return at <= self.until and (self.since is None or at > self.since)


@dataclass(frozen=True, slots=True)
class Summary:
    """A period's report.

    `saved`, `by_policy`, `by_owner` and `savers` are of deletions within the period, `in_all` of all until
    its end; all are as they stood at its end. The costliest a month come first, then by name; the owner
    "" is nobody. `savers` are the five largest that have a price and have not come back. `course` is the
    account over time, empty where nothing was ever deleted. `snapshot` is of the last sweep that was
    recorded, None where there is none. `foot` says what the figures rest on, a line each.
    """

    period: Period
    horizon: timedelta
    troubles: tuple[Trouble, ...]
    saved: Account
    in_all: Account
    savers: tuple[Saving, ...]
    by_policy: tuple[tuple[str, Account], ...]
    by_owner: tuple[tuple[str, Account], ...]
    course: tuple[Point, ...]
    snapshot: Snapshot | None
    foot: tuple[str, ...]


def summarise(
    deletions: tuple[Deletion, ...],
    snapshot: Snapshot | None,
    period: Period,
    horizon: timedelta,
    failure: str | None = None,
) -> Summary:
    """The report of a period out of the ledger's deletions and the last sweep's snapshot.

    `failure` is why the sweep that this report should rest on could not be made, "" or None where it could.
    """
    until = period.until
    # A sweep's deletions are capped together, wherever the period ends.
    known = [saving for saving in savings(deletions) if saving.deletion.deleted_at <= until]
    recent = [saving for saving in known if period.holds(saving.deletion.deleted_at)]

    def divided(part: Callable[[Deletion], str]) -> tuple[tuple[str, Account], ...]:
        return _divided(recent, part, until, horizon)

    return Summary(
        period=period,
        horizon=horizon,
        troubles=troubles(snapshot, until, failure),
        saved=account(recent, until, horizon),
        in_all=account(known, until, horizon),
        savers=_savers(recent, until),
        by_policy=divided(lambda deletion: deletion.policy),
        by_owner=divided(lambda deletion: deletion.owner),
        course=course(known, _moments(known, period), horizon),
        snapshot=snapshot,
        foot=_foot(snapshot, horizon),
    )


def _divided(
    recent: Sequence[Saving], part: Callable[[Deletion], str], until: datetime, horizon: timedelta
) -> tuple[tuple[str, Account], ...]:
    parts: dict[str, list[Saving]] = {}
    for saving in recent:
        parts.setdefault(part(saving.deletion), []).append(saving)
    rows = [(name, account(held, until, horizon)) for name, held in parts.items()]
    return tuple(sorted(rows, key=lambda row: (-row[1].deleted.usd_month, row[0])))


def _savers(recent: Sequence[Saving], until: datetime) -> tuple[Saving, ...]:
    """The largest; of two alike the earlier one, then by name."""
    lasting = (
        (-saving.usd_month, saving.deletion.deleted_at, saving.deletion.name, saving.deletion.intent, saving)
        for saving in recent
        if saving.usd_month and not _is_back(saving.deletion, until)
    )
    return tuple(row[-1] for row in nsmallest(SAVERS, lasting, key=lambda row: row[:-1]))


def _is_back(deletion: Deletion, until: datetime) -> bool:
    return deletion.back_at is not None and deletion.back_at <= until


def _moments(known: Sequence[Saving], period: Period) -> list[datetime]:
    """Evenly spaced, from the first deletion (the period's beginning, if that is earlier) to its end."""
    if not known:
        return []
    first = min(saving.deletion.deleted_at for saving in known)
    start = first if period.since is None else min(first, period.since)
    span = period.until - start
    if not span:
        return [period.until]
    return [start + span * step / (POINTS - 1) for step in range(POINTS)]


def _foot(snapshot: Snapshot | None, horizon: timedelta) -> tuple[str, ...]:
    """What the figures rest on; a line that the sweep's notices say too stands once."""
    lines = [
        "a month: what the deleted things cost at the prices of their plan; estimated is all of them, realised"
        " those that a later sweep looked for and did not find",
        "to date: that price by the time since each deletion, until a thing of its name is there again, and"
        f" for {_span(horizon)} at most, as somebody might have deleted it by hand one day",
        "the images of a repository never count for more than what Google billed for all of it",
        MONEY,
    ]
    if snapshot:
        kind = "a dry run" if snapshot.mode == "dry-run" else "an apply"
        lines += [
            *snapshot.notices,
            f"the last sweep, {kind}, looked on {moment(snapshot.observed_at)}; sizes are of then",
        ]
    return tuple(dict.fromkeys(lines))


def _span(horizon: timedelta) -> str:
    """Whole days where there is one at least."""
    days, hours = horizon.days, horizon // timedelta(hours=1)
    number, unit = (days, "day") if days else (hours, "hour")
    return f"{number} {unit}{'' if number == 1 else 's'}"
