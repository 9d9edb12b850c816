"""Tables of the HTML report: which rows it shows, in the order they have, and what it leaves out."""

from collections.abc import Callable, Sequence
from datetime import datetime
from decimal import Decimal

from janitor.ledger.savings import Account, Deletion, Point, Saving
from janitor.model.amounts import Amount
from janitor.model.meanings import meaning_of
from janitor.model.units import moment, show_estimate, show_size, show_usd
from janitor.report.data.snapshot import InGrace, Planned, Remaining, RunningService, Stored
from janitor.report.grace_words import goes
from janitor.report.html.cells import (
    Cell,
    Column,
    Table,
    and_more,
    counted,
    how_long,
    money,
    name,
    owner,
    priced,
    resource,
    shown,
    size,
)  # fmt: skip
from janitor.report.words import show_share

GROUPS_SHOWN, ROWS_SHOWN, AILING_SHOWN, POINTS_SHOWN = 20, 20, 30, 8
_WORDS_SHOWN = 640
_GONE = ("deleted", "already-gone")


def savings_by(caption: str, first: str, rows: Sequence[tuple[str, Account]], whole: Account) -> Table:
    """Deletions of the period by policy or owner; `first` heads the names."""
    some = rows[:GROUPS_SHOWN]
    beyond = whole.deleted.usd_month - sum((each.deleted.usd_month for _, each in some), Decimal(0))
    return Table(
        caption,
        (Column(first), Column("deleted", True), Column("freed", True), Column("saved a month", True),
         Column("of it realised", True), Column("to date", True)),
        tuple(
            (
                owner(label),
                Cell(f"{each.deleted.count:,}", f"{each.came_back:,} came back" if each.came_back else ""),
                size(each.deleted.size_bytes),
                money(each.deleted),
                Cell(show_usd(each.realised_usd_month, each.deleted.upper_bound)),
                Cell(show_usd(each.saved_usd, each.deleted.upper_bound)),
            )
            for label, each in some
        ),
        and_more(len(rows) - len(some), beyond, whole.deleted.upper_bound),
    )  # fmt: skip


def savers(rows: Sequence[Saving], since: str) -> Table:
    """The largest deletions of the period."""
    return Table(
        f"The largest savings {since}",
        (Column("what"), Column("policy"), Column("owner"), Column("deleted"), Column("size", True),
         Column("saves a month", True)),
        tuple(
            (
                resource(row.deletion.kind, row.deletion.name),
                Cell(shown(row.deletion.policy), shown(row.deletion.reason)),
                owner(row.deletion.owner),
                Cell(moment(row.deletion.deleted_at), _seen(row.deletion)),
                size(row.deletion.size_bytes),
                Cell(show_share(row.usd_month, row.deletion.upper_bound)),
            )
            for row in rows
        ),
    )  # fmt: skip


def would_by(caption: str, first: str, rows: Sequence[tuple[str, Amount]], whole: Amount) -> Table:
    """What the next sweep would delete, by policy or owner."""
    some = rows[:GROUPS_SHOWN]
    beyond = whole.usd_month - sum((each.usd_month for _, each in some), Decimal(0))
    return Table(
        caption,
        (Column(first), Column("would go", True), Column("size", True), Column("would save a month", True)),
        tuple(
            (
                owner(label),
                Cell(f"{each.count:,}"),
                size(each.size_bytes),
                money(each),
            )
            for label, each in some
        ),
        and_more(len(rows) - len(some), beyond, whole.upper_bound),
    )


def would_go(largest: Sequence[Planned], left: Amount) -> Table:
    """The costliest of what the next sweep would delete."""
    some = [row for row in largest if row.outcome not in _GONE][:ROWS_SHOWN]
    beyond = left.usd_month - priced(row.estimate for row in some)
    return Table(
        "The costliest things that the next sweep would delete",
        (Column("what"), Column("policy"), Column("why"), Column("owner"), Column("size", True),
         Column("would save a month", True)),
        tuple(
            (
                resource(row.kind, row.name),
                name(row.policy),
                Cell(shown(row.reason), shown(row.detail)),
                owner(row.owner),
                size(row.size_bytes),
                Cell(show_estimate(row.estimate)),
            )
            for row in some
        ),
        and_more(left.count - len(some), beyond, left.upper_bound),
    )  # fmt: skip


def repositories(rows: Sequence[Stored], stored: Amount) -> Table:
    """What stands in Artifact Registry, the costliest first."""
    some = rows[:ROWS_SHOWN]
    return Table(
        "Storage by repository",
        (
            Column("repository"),
            Column("format"),
            Column("owner"),
            Column("size", True),
            Column("a month", True),
        ),
        tuple(
            (
                resource("artifact.repository", row.name),
                name(row.format.lower()),
                owner(row.owner),
                Cell(show_size(row.size_bytes)),
                Cell(show_estimate(row.estimate)),
            )
            for row in some
        ),
        and_more(stored.count - len(some), stored.usd_month - priced(row.estimate for row in some)),
    )


def services(rows: Sequence[RunningService], whole: Decimal) -> Table:
    """What the minimum instances of these services cost; `whole` is what those of all services come to."""
    some = rows[:ROWS_SHOWN]
    return Table(
        "Idle minimum instances by service",
        (Column("service"), Column("status"), Column("owner"), Column("a month", True)),
        tuple(
            (
                resource("run.service", row.name),
                Cell(row.status),
                owner(row.owner),
                Cell(show_estimate(row.estimate)),
            )
            for row in some
        ),
        and_more(len(rows) - len(some), whole - priced(row.estimate for row in some)),
    )


def ailing(rows: Sequence[RunningService], now: datetime) -> Table:
    """Services that failed or are degraded, in Google's words, and for how long at `now`."""
    some = rows[:AILING_SHOWN]
    return Table(
        "Services that do not work",
        (Column("service"), Column("status"), Column("owner"), Column("for"), Column("why, as Google says")),
        tuple(
            (
                resource("run.service", row.name),
                Cell(row.status, meaning_of(row.status)),
                owner(row.owner),
                how_long(row.since, now),
                Cell(shown(row.why, _WORDS_SHOWN) or "Google gives no reason"),
            )
            for row in some
        ),
        and_more(len(rows) - len(some), Decimal(0)),
    )


def in_grace(rows: Sequence[InGrace], count: int) -> Table:
    """What is announced to go, the soonest first; `count` is how many wait in all."""
    some = rows[:ROWS_SHOWN]
    return Table(
        "What is announced to go, unless somebody keeps it",
        (Column("what"), Column("when"), Column("policy"), Column("owner")),
        tuple(
            (resource(row.kind, row.name), Cell(goes(row)), name(row.policy), owner(row.owner))
            for row in some
        ),
        and_more(count - len(some), Decimal(0)),
    )


def kept(rows: Sequence[Remaining]) -> Table:
    """How many of each kind stay, and why."""
    return Table(
        "What is kept, and why",
        (Column("kept"), Column("because")),
        tuple(
            (counted(row.kind, row.count), Cell(shown(row.reason), meaning_of(row.reason))) for row in rows
        ),
    )


def accounts(saved: Account, in_all: Account, since: str) -> Table:
    """The account of the period and that of all time, a figure a row; `since` names the period."""
    return Table(
        f"Savings {since} and in all",
        (Column("savings"), Column(since, True), Column("in all", True)),
        tuple(
            (Cell(label, below), *(figure(each) for each in (saved, in_all)))
            for label, below, figure in _FIGURES
        ),
    )


_FIGURES: tuple[tuple[str, str, Callable[[Account], Cell]], ...] = (
    ("deleted", "Google confirmed it", lambda each: Cell(f"{each.deleted.count:,}")),
    ("freed", "", lambda each: size(each.deleted.size_bytes)),
    ("estimated, a month", "at the price of the plan", lambda each: money(each.deleted)),
    (
        "realised, a month",
        "gone when looked at again, and not back",
        lambda each: Cell(show_usd(each.realised_usd_month, each.deleted.upper_bound)),
    ),
    ("saved to date", "", lambda each: Cell(show_usd(each.saved_usd, each.deleted.upper_bound))),
    (
        "came back",
        "made again under the same name: their saving ended",
        lambda each: Cell(f"{each.came_back:,}"),
    ),
)


def over_time(points: Sequence[Point], upper_bound: bool) -> Table:
    """The same figures as the curves, at some of their moments, the last one first; a minute only once."""
    minutes = list({moment(each.at): each for each in points}.values())
    step = max(1, -(-len(minutes) // POINTS_SHOWN))
    some = minutes[::-1][::step]
    return Table(
        "Savings over time",
        (Column("at"), Column("saved to date", True), Column("saved a month then", True)),
        tuple(
            (
                Cell(moment(each.at)),
                Cell(show_usd(each.saved_usd, upper_bound)),
                Cell(show_usd(each.usd_month, upper_bound)),
            )
            for each in some
        ),
    )


def _seen(deletion: Deletion) -> str:
    """What later sweeps saw of it."""
    if deletion.back_at:
        return f"came back by {moment(deletion.back_at)}"
    return "gone at the next look" if deletion.gone_at else "not looked at again yet"
