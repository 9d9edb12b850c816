"""The cost report's sections: a title, rows of typed cells, notes. Every medium shows these, and only lays them out."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum

from janitor.apply.outcomes import OutcomeKind
from janitor.ledger.savings import Account, Point
from janitor.model.amounts import NOTHING, Amount, Estimate, Priced
from janitor.model.kinds import Kind
from janitor.model.units import moment
from janitor.report.cells import (
    AgeCell,
    CauseCell,
    Cell,
    CellRow,
    CountCell,
    DueCell,
    ErrorCell,
    HistoryCell,
    MoneyCell,
    OwnerCell,
    PolicyCell,
    ProblemCell,
    ReasonCell,
    ResourceCell,
    SizeCell,
    StatusCell,
    TextCell,
    TimeCell,
)  # fmt: skip
from janitor.report.data.names import how_many
from janitor.report.data.snapshot import RunningService, Snapshot
from janitor.report.data.summary import Summary
from janitor.report.words import ailing, next_sweep, what_stays

SERVICE, REPOSITORY = Kind.SERVICE.value, Kind.REPOSITORY.value
_POINTS_SHOWN = 8
_GONE = (OutcomeKind.DELETED.value, OutcomeKind.ALREADY_GONE.value)


class SectionName(StrEnum):
    """What a section is about. Media choose their layout and how many rows they show by it."""

    TROUBLES = "troubles"
    SAVED = "saved"
    NEXT_SWEEP = "next-sweep"
    SAVERS = "savers"
    BY_POLICY = "by-policy"
    BY_OWNER = "by-owner"
    GRACE = "grace"
    FAILING = "failing"
    REMAINING = "remaining"
    NOTES = "notes"
    OVER_TIME = "over-time"
    SAVED_BY = "saved-by"
    PLANNED_BY = "planned-by"
    STORAGE = "storage"
    IDLE = "idle"
    KEPT = "kept"


@dataclass(frozen=True, slots=True)
class Column:
    """A column's heading; figures end at the right."""

    title: str
    figures: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """One section. A medium may show its first rows only.

    `whole` is the number of rows in all, those too that are not recorded, and their dollars. `lead` is a
    sentence above the rows, `hint` what a reader can do below them; `lines` are sentences in place of rows.
    """

    name: SectionName
    title: str
    columns: tuple[Column, ...] = ()
    rows: tuple[CellRow, ...] = ()
    whole: Amount = NOTHING
    lead: str = ""
    hint: str = ""
    lines: tuple[str, ...] = ()

    def without(self, cells: type) -> "Section":
        """The same section without the cells of this type, for a medium that has no room for them."""
        if not self.rows:
            return self
        kept = [place for place, cell in enumerate(self.rows[0]) if not isinstance(cell, cells)]
        return replace(
            self,
            columns=tuple(self.columns[place] for place in kept),
            rows=tuple(tuple(row[place] for place in kept) for row in self.rows),
        )


def cost_report(summary: Summary) -> Iterator[Section]:
    """The sections of a report in the order in which people read them; those without content are left out."""
    snapshot = summary.snapshot
    parts = [troubles(summary), saved(summary)]
    if snapshot:
        parts.append(planned(snapshot))
    parts += [savers(summary), by_policy(summary), by_owner(summary)]
    if snapshot:
        parts += [in_grace(snapshot), failing(snapshot), remaining(snapshot)]
    yield from (part for part in parts if part.rows or part.lead or part.lines)
    yield Section(SectionName.NOTES, "", lines=summary.foot)


def troubles(summary: Summary) -> Section:
    """What is wrong, worst first, and the way out of it."""
    rows = tuple(
        (ProblemCell(each.kind), TextCell(each.about), TextCell(each.what), TextCell(each.way_out))
        for each in summary.troubles
    )
    columns = _columns("trouble", "about", "what", "what to do")
    return Section(SectionName.TROUBLES, "Trouble", columns, rows, Amount(len(rows)))


def saved(summary: Summary) -> Section:
    """The account of the period and in all, a figure a row; one column where they are the same."""
    since = summary.period.since
    accounts = [summary.in_all] if since is None else [summary.saved, summary.in_all]
    if not summary.in_all.deleted.count:
        return Section(SectionName.SAVED, "Saved", lead="Nothing was deleted yet, so nothing is saved yet.")
    rows: list[CellRow] = [
        _figures("deleted", accounts, lambda each: CountCell(each.deleted.count)),
        _figures("size", accounts, lambda each: SizeCell(each.deleted.size_bytes)),
        _figures("a month, estimated", accounts, lambda each: _usd(each, each.deleted.usd_month)),
        _figures("a month, realised", accounts, lambda each: _usd(each, each.realised_usd_month)),
        _figures("saved to date", accounts, lambda each: _usd(each, each.saved_usd)),
    ]
    if any(each.deleted.unpriced for each in accounts):
        rows.append(_figures("unpriced, in no sum", accounts, lambda each: CountCell(each.deleted.unpriced)))
    if any(each.came_back for each in accounts):
        rows.append(_figures("there again", accounts, lambda each: CountCell(each.came_back)))
    periods = ["in all"] if since is None else [f"since {moment(since)}", "in all"]
    columns = _columns("", *periods, figures=len(periods))
    return Section(SectionName.SAVED, "Saved", columns, tuple(rows), Amount(len(rows)))


def _figures(label: str, accounts: Sequence[Account], figure: Callable[[Account], Cell]) -> CellRow:
    return TextCell(label), *map(figure, accounts)


def planned(snapshot: Snapshot) -> Section:
    """What the next sweep would delete, the costliest first. A plan is never worded as a saving."""
    rows = tuple(
        (
            ResourceCell(row.kind, row.name),
            CauseCell(row.policy, row.reason, row.detail),
            OwnerCell(row.owner),
            SizeCell(row.size_bytes or None),
            _estimate(row.estimate),
        )
        for row in snapshot.largest
        if row.outcome not in _GONE
    )
    columns = _columns("would go", "why", "owner", "size", "$ a month", figures=2)
    return Section(
        SectionName.NEXT_SWEEP, "Next sweep", columns, rows, snapshot.left, lead=next_sweep(snapshot)
    )


def savers(summary: Summary) -> Section:
    """The largest deletions of the period."""
    rows = tuple(
        (
            ResourceCell(gone.kind, gone.name),
            CauseCell(gone.policy, gone.reason),
            OwnerCell(gone.owner),
            HistoryCell(gone.deleted_at, gone.gone_at, gone.back_at, summary.period.until),
            SizeCell(gone.size_bytes or None),
            MoneyCell(saving.usd_month, gone.upper_bound),
        )
        for saving in summary.savers
        for gone in (saving.deletion,)
    )
    columns = _columns("deleted", "why", "owner", "when, and since", "size", "$ a month", figures=2)
    return Section(SectionName.SAVERS, "Largest savers", columns, rows, Amount(len(rows)))


def by_policy(summary: Summary) -> Section:
    """What each policy saved, and what the next sweep would delete by it."""
    planned = summary.snapshot.by_policy if summary.snapshot else ()
    return _divided(SectionName.BY_POLICY, "policy", PolicyCell, divisions(summary.by_policy, planned))


def by_owner(summary: Summary) -> Section:
    """The same by owner."""
    planned = summary.snapshot.by_owner if summary.snapshot else ()
    return _divided(SectionName.BY_OWNER, "owner", OwnerCell, divisions(summary.by_owner, planned))


def divisions(
    accounts: Sequence[tuple[str, Account]], left: Sequence[tuple[str, Amount]]
) -> list[tuple[str, Account, Amount]]:
    """Each name that has deleted something, or would: the accounts' order, then that of what is left."""
    known, would = dict(accounts), dict(left)
    return [(name, known.get(name, Account()), would.get(name, NOTHING)) for name in {**known, **would}]


def _divided(
    name: SectionName,
    part: str,
    cell: Callable[[str], Cell],
    found: Iterable[tuple[str, Account, Amount]],
) -> Section:
    """A row for each part, which `cell` shows."""
    rows = tuple((cell(each), *_division(account, left)) for each, account, left in found)
    columns = _columns(
        part, "deleted", "estimated", "realised", "to date", "would go", "$ a month", figures=6
    )
    return Section(name, f"By {part}", columns, rows, Amount(len(rows)))


def _division(account: Account, left: Amount) -> CellRow:
    """The six figures of a division; None where nothing was deleted, or nothing would be."""
    deleted = account.deleted
    done: CellRow = (None,) * 4
    if deleted.count:
        dollars = deleted.usd_month, account.realised_usd_month, account.saved_usd
        done = CountCell(deleted.count), *(_of(deleted, usd) for usd in dollars)
    return *done, *((CountCell(left.count), _of(left, left.usd_month)) if left.count else (None, None))


def _of(amount: Amount, usd: Decimal) -> MoneyCell:
    """No dollars where none of its resources has a price."""
    return MoneyCell(None if amount.has_no_price else usd, amount.upper_bound)


def in_grace(snapshot: Snapshot) -> Section:
    """What is scheduled for deletion, the soonest first, and how to keep one."""
    rows = tuple(
        (
            ResourceCell(row.kind, row.name, with_kind=True),
            DueCell(row.due_at, row.announced),
            PolicyCell(row.policy),
            OwnerCell(row.owner),
        )
        for row in snapshot.waiting
    )
    return Section(
        SectionName.GRACE,
        "Announced to go",
        _columns("what", "when", "policy", "owner"),
        rows,
        Amount(max(snapshot.waited, len(rows))),
        hint="janitor keep NAME keeps one for good, with --for 30d for that long; janitor marks lists all.",
    )


def failing(snapshot: Snapshot) -> Section:
    """Services that failed or are degraded: for how long, and why."""
    rows = tuple(
        (
            ResourceCell(SERVICE, row.name),
            StatusCell(row.status, row.since, snapshot.observed_at),
            OwnerCell(row.owner),
            AgeCell(row.since, snapshot.observed_at),
            ErrorCell(row.why),
            _estimate(row.estimate),
        )
        for row in ailing(snapshot)
    )
    columns = _columns("service", "status", "owner", "for", "why, as Google says", "a month", figures=1)
    return Section(SectionName.FAILING, "Failed services", columns, rows, Amount(len(rows)))


def remaining(snapshot: Snapshot) -> Section:
    """What is kept because it is in use, and what storage and minimum instances cost."""
    return Section(SectionName.REMAINING, "What stays", lines=tuple(what_stays(snapshot)))


def over_time(points: Sequence[Point], upper_bound: bool) -> Section:
    """The account at some moments, the last one first; a minute only once."""
    minutes = list({moment(each.at): each for each in points}.values())
    step = max(1, -(-len(minutes) // _POINTS_SHOWN))
    rows = tuple(
        (TimeCell(each.at), MoneyCell(each.saved_usd, upper_bound), MoneyCell(each.usd_month, upper_bound))
        for each in minutes[::-1][::step]
    )
    columns = _columns("at", "saved to date", "saved a month then", figures=2)
    return Section(SectionName.OVER_TIME, "Savings over time", columns, rows, Amount(len(rows)))


def saved_by(part: str, accounts: Sequence[tuple[str, Account]], whole: Account) -> Section:
    """The deletions of the period by `part`, a policy or an owner."""
    rows = tuple(
        (
            _name(part, name),
            CountCell(each.deleted.count, f"{each.came_back:,} came back" if each.came_back else ""),
            SizeCell(each.deleted.size_bytes or None),
            MoneyCell(each.deleted.usd_month, each.deleted.upper_bound, each.deleted.unpriced),
            _usd(each, each.realised_usd_month),
            _usd(each, each.saved_usd),
        )
        for name, each in accounts
    )
    columns = _columns(part, "deleted", "freed", "saved a month", "of it realised", "to date", figures=5)
    return Section(SectionName.SAVED_BY, f"Savings by {part}", columns, rows, _rows_of(rows, whole.deleted))


def planned_by(part: str, amounts: Sequence[tuple[str, Amount]], whole: Amount) -> Section:
    """What the next sweep would delete by `part`, a policy or an owner."""
    rows = tuple(
        (
            _name(part, name),
            CountCell(each.count),
            SizeCell(each.size_bytes or None),
            MoneyCell(each.usd_month, each.upper_bound, each.unpriced),
        )
        for name, each in amounts
    )
    columns = _columns(part, "would go", "size", "would save a month", figures=3)
    return Section(SectionName.PLANNED_BY, f"What would go, by {part}", columns, rows, _rows_of(rows, whole))


def storage(snapshot: Snapshot) -> Section:
    """The repositories, the costliest first."""
    rows = tuple(
        (
            ResourceCell(REPOSITORY, row.name),
            TextCell(row.format.lower()),
            OwnerCell(row.owner),
            SizeCell(row.size_bytes),
            _estimate(row.estimate),
        )
        for row in snapshot.repositories
    )
    columns = _columns("repository", "format", "owner", "size", "a month", figures=2)
    return Section(SectionName.STORAGE, "Storage by repository", columns, rows, snapshot.stored)


def idle(snapshot: Snapshot) -> Section:
    """The services whose idle minimum instances cost something, the costliest first."""
    rows = tuple(
        (ResourceCell(SERVICE, row.name), TextCell(row.status), OwnerCell(row.owner), _estimate(row.estimate))
        for row in idle_services(snapshot)
    )
    columns = _columns("service", "status", "owner", "a month", figures=1)
    whole = _rows_of(rows, snapshot.running)
    return Section(SectionName.IDLE, "Idle minimum instances by service", columns, rows, whole)


def idle_services(snapshot: Snapshot) -> list[RunningService]:
    """The services with minimum instances that cost something, the costliest first."""
    found = [row for row in snapshot.services if dollars(row.estimate)]
    return sorted(found, key=lambda row: (-dollars(row.estimate), row.name))


def dollars(estimate: Estimate) -> Decimal:
    """Its dollars a month, for the order and length alone: what has no price is nothing."""
    return estimate.usd_month if isinstance(estimate, Priced) else Decimal(0)


def kept(snapshot: Snapshot) -> Section:
    """How many of each kind are kept, and why."""
    rows = tuple((TextCell(how_many(row.kind, row.count)), ReasonCell(row.reason)) for row in snapshot.kept)
    columns = _columns("kept", "because")
    return Section(SectionName.KEPT, "What is kept, and why", columns, rows, Amount(len(rows)))


def money_of(rows: Iterable[CellRow]) -> Decimal:
    """The first dollars of each row, summed; what is unpriced is in no sum."""
    first = (next((cell.usd for cell in row if isinstance(cell, MoneyCell)), None) for row in rows)
    return sum((usd for usd in first if usd is not None), Decimal(0))


def _columns(*titles: str, figures: int = 0) -> tuple[Column, ...]:
    """A column for each title; the last ones hold figures."""
    return tuple(Column(title, place >= len(titles) - figures) for place, title in enumerate(titles))


def _name(part: str, name: str) -> Cell:
    return OwnerCell(name) if part == "owner" else PolicyCell(name)


def _rows_of(rows: Sequence[CellRow], whole: Amount) -> Amount:
    """As many rows as these, which come to the dollars of `whole`."""
    return Amount(len(rows), usd_month=whole.usd_month, upper_bound=whole.upper_bound)


def _estimate(estimate: Estimate) -> MoneyCell:
    if isinstance(estimate, Priced):
        return MoneyCell(estimate.usd_month, estimate.upper_bound)
    return MoneyCell(None)


def _usd(account: Account, usd: Decimal) -> MoneyCell:
    return MoneyCell(usd, account.deleted.upper_bound)
