"""The report's view model: every figure that Slack, HTML, Markdown, JSON and the terminal show."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from heapq import nsmallest

from janitor.ledger.savings import (
    NOTHING_AVOIDED,
    Account,
    Avoided,
    Deletion,
    Point,
    Saving,
    account,
    avoided,
    course,
    savings,
)
from janitor.model.units import moment
from janitor.report.data.notices import MONEY
from janitor.report.data.scope import UNSCOPED, ReportScope, basis_in_words
from janitor.report.data.snapshot import Snapshot
from janitor.report.data.troubles import Trouble, TroubleKind, troubles

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
class CameBack:
    """A deleted resource that exists again under its name, most often because a pipeline creates it again (R35).

    `times` is how often within the period, `deleted_at` when it was last deleted before it came back, `back_at` when
    it was last seen again. `usd_month` is its price, None where it has none.
    """

    kind: str
    name: str
    policy: str
    owner: str
    times: int
    deleted_at: datetime
    back_at: datetime
    usd_month: Decimal | None
    upper_bound: bool


@dataclass(frozen=True, slots=True)
class Summary:
    """A period's report.

    `avoided` are the dollars not spent in the period, by all deletions ever made (R35). `came_back` are the
    resources that came back in it. `scope` says which policy file and projects `snapshot` is of.

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
    scope: ReportScope = UNSCOPED
    avoided: Avoided = NOTHING_AVOIDED
    came_back: tuple[CameBack, ...] = ()

    @property
    def ran_without_errors(self) -> bool:
        """Whether janitor itself had no trouble. Failing services are not its own."""
        return all(each.kind is TroubleKind.FAILING for each in self.troubles)


def summarise(
    deletions: tuple[Deletion, ...],
    snapshot: Snapshot | None,
    period: Period,
    horizon: timedelta,
    failure: str | None = None,
    scope: ReportScope = UNSCOPED,
) -> Summary:
    """The report of a period out of the ledger's deletions and the snapshot of the sweep that it rests on.

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
        troubles=troubles(snapshot, until, failure, scope),
        saved=account(recent, until, horizon),
        in_all=account(known, until, horizon),
        savers=_savers(recent, until),
        by_policy=divided(lambda deletion: deletion.policy),
        by_owner=divided(lambda deletion: deletion.owner),
        course=course(known, _moments(known, period, horizon), horizon),
        snapshot=snapshot,
        foot=_foot(snapshot, horizon, scope),
        scope=scope,
        avoided=avoided(known, period.since, until, horizon),
        came_back=_came_back(known, period),
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


def _came_back(known: Sequence[Saving], period: Period) -> tuple[CameBack, ...]:
    """One row for each name; the most often first, then the latest, then by name."""
    times: dict[tuple[str, str], list[Saving]] = {}
    for saving in known:
        gone = saving.deletion
        if gone.back_at is not None and period.holds(gone.back_at):
            times.setdefault((gone.kind, gone.name), []).append(saving)
    rows = [_returned(held) for held in times.values()]
    return tuple(sorted(rows, key=lambda row: (-row.times, -row.back_at.timestamp(), row.name)))


def _returned(held: Sequence[Saving]) -> CameBack:
    last = max(held, key=lambda saving: saving.deletion.deleted_at)
    gone = last.deletion
    backs = [saving.deletion.back_at for saving in held if saving.deletion.back_at]
    return CameBack(
        gone.kind, gone.name, gone.policy, gone.owner, len(held), gone.deleted_at, max(backs),
        last.usd_month, gone.upper_bound,
    )  # fmt: skip


def _moments(known: Sequence[Saving], period: Period, horizon: timedelta) -> list[datetime]:
    """The first deletion (the period's beginning, if that is earlier), each moment at which what is saved changed,
    and the period's end. Of more than `POINTS`, as many that are evenly spread over the changes."""
    if not known:
        return []
    first = min(saving.deletion.deleted_at for saving in known)
    start = first if period.since is None else min(first, period.since)
    changes = sorted(at for at in _changes(known, horizon) if start < at < period.until)
    most = POINTS - 2
    if len(changes) > most:
        changes = [changes[step * (len(changes) - 1) // (most - 1)] for step in range(most)]
    return sorted({start, *changes, period.until})


def _changes(known: Sequence[Saving], horizon: timedelta) -> set[datetime]:
    """When a sweep had deleted what it did, when that counts no longer, and when something came back."""
    swept: dict[str, datetime] = {}
    backs = set[datetime]()
    for gone in (saving.deletion for saving in known):
        swept[gone.sweep_id] = max(swept.get(gone.sweep_id, gone.deleted_at), gone.deleted_at)
        if gone.back_at is not None:
            backs.add(gone.back_at)
    return {*swept.values(), *(at + horizon for at in swept.values()), *backs}


def _foot(snapshot: Snapshot | None, horizon: timedelta, scope: ReportScope) -> tuple[str, ...]:
    """How the figures are calculated; a line that the notices of the sweep contain too is there once."""
    lines = [
        "per month: the price in the plan of the deletion. Estimated: of all deletions. Confirmed: a later sweep"
        " verified that the resource is gone",
        "avoided: that price for the time from the deletion until the resource is recreated, for at most"
        f" {_span(horizon)}",
        "the images of a repository never count for more than Google billed for the whole repository",
        MONEY,
    ]
    if snapshot:
        lines += [*snapshot.notices, _rests_on(snapshot, scope)]
    return tuple(dict.fromkeys(lines))


def _rests_on(snapshot: Snapshot, scope: ReportScope) -> str:
    kind = "dry run" if snapshot.mode == "dry-run" else "apply"
    of = basis_in_words(scope)
    return f"the next sweep, storage and services: as of the {kind} on {moment(snapshot.observed_at)}" + (
        f" of {of}" if of else ""
    )


def _span(horizon: timedelta) -> str:
    """Whole days where there is one at least."""
    days, hours = horizon.days, horizon // timedelta(hours=1)
    number, unit = (days, "day") if days else (hours, "hour")
    return f"{number} {unit}{'' if number == 1 else 's'}"
