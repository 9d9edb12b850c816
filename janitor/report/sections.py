"""The cost report's sections: a title, rows of typed cells, notes. Every medium shows these, and only lays them out."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum

from janitor.ledger.savings import Account
from janitor.model.amounts import NOTHING, Amount, Estimate, Priced
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
)  # fmt: skip
from janitor.report.data.causes import error_in_short
from janitor.report.data.names import how_many
from janitor.report.data.snapshot import PlannedGroup, RunningService, Snapshot
from janitor.report.data.summary import Summary
from janitor.report.words import (
    ailing,
    date,
    how_to_keep,
    idle_in_words,
    next_sweep,
    storage_in_words,
    what_stays,
)


class SectionName(StrEnum):
    """What a section is about. Media choose their layout and how many rows they show by it."""

    TROUBLES = "troubles"
    SAVED = "saved"
    NEXT_SWEEP = "next-sweep"
    SAVERS = "savers"
    CAME_BACK = "came-back"
    BY_POLICY = "by-policy"
    BY_OWNER = "by-owner"
    GRACE = "grace"
    FAILING = "failing"
    REMAINING = "remaining"
    NOTES = "notes"
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

    `whole` is the total number of rows, also those that are not recorded, and their dollars; where rows stand for
    several resources, it is the number of resources, and `counts` has that of each row. `lead` is a
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
    counts: tuple[int, ...] = ()

    def more(self, shown: int) -> int:
        """How many there are beside the first `shown` rows."""
        return max(self.whole.count - (sum(self.counts[:shown]) if self.counts else shown), 0)

    def more_in_words(self, shown: int) -> str:
        """``2,980 more``, and of what where a row is not one of them; "" for none."""
        more = self.more(shown)
        of = f" resource{'' if more == 1 else 's'}" if self.counts else ""
        return f"{more:,} more{of}" if more else ""

    def without_empty_columns(self) -> "Section":
        """The same section without the columns that no row has anything in."""
        kept = [
            place for place in range(len(self.columns)) if any(row[place] is not None for row in self.rows)
        ]
        return self._of(kept) if self.rows else self

    def without(self, cells: type) -> "Section":
        """The same section without the cells of this type, for a medium that has no room for them."""
        if not self.rows:
            return self
        return self._of([place for place, cell in enumerate(self.rows[0]) if not isinstance(cell, cells)])

    def _of(self, places: Sequence[int]) -> "Section":
        """The same section with these columns alone."""
        return replace(
            self,
            columns=tuple(self.columns[place] for place in places),
            rows=tuple(tuple(row[place] for place in places) for row in self.rows),
        )


def cost_report(summary: Summary) -> Iterator[Section]:
    """The sections of a report in the order in which people read them; those without content are left out."""
    snapshot = summary.snapshot
    parts = [troubles(summary), saved(summary)]
    if snapshot:
        parts.append(planned(snapshot))
    parts += [savers(summary), came_back(summary), by_policy(summary), by_owner(summary)]
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
    columns = _columns("problem", "where", "what happened", "what to do")
    return Section(SectionName.TROUBLES, "Action needed", columns, rows, Amount(len(rows)))


def saved(summary: Summary) -> Section:
    """The account of the period and of all time, a figure per row; one column where they are the same."""
    since = summary.period.since
    accounts = [summary.in_all] if since is None else [summary.saved, summary.in_all]
    if not summary.in_all.deleted.count:
        return Section(SectionName.SAVED, "Saved", lead="Nothing was deleted yet, so nothing is saved yet.")
    to_date = _usd(summary.in_all, summary.in_all.saved_usd)
    avoided = MoneyCell(summary.avoided.usd, summary.avoided.upper_bound)
    rows: list[CellRow] = [
        (TextCell("avoided"), to_date) if since is None else (TextCell("avoided"), avoided, to_date),
        _figures("deleted", accounts, lambda each: CountCell(each.deleted.count)),
        _figures("size", accounts, lambda each: SizeCell(each.deleted.size_bytes)),
        _figures("per month, estimated", accounts, lambda each: _usd(each, each.deleted.usd_month)),
        _figures("per month, confirmed", accounts, lambda each: _usd(each, each.realised_usd_month)),
    ]
    if any(each.deleted.unpriced for each in accounts):
        rows.append(_figures("unpriced, in no sum", accounts, lambda each: CountCell(each.deleted.unpriced)))
    if any(each.came_back for each in accounts):
        rows.append(_figures("came back", accounts, lambda each: CountCell(each.came_back)))
    periods = ["all time"] if since is None else [f"since {moment(since)}", "all time"]
    columns = _columns("", *periods, figures=len(periods))
    return Section(SectionName.SAVED, "Saved", columns, tuple(rows), Amount(len(rows)))


def _figures(label: str, accounts: Sequence[Account], figure: Callable[[Account], Cell]) -> CellRow:
    return TextCell(label), *map(figure, accounts)


def planned(snapshot: Snapshot) -> Section:
    """What the next sweep would delete, the costliest first; what one package, service or job holds is one row. A plan
    is never worded as a saving."""
    rows = tuple(
        (
            ResourceCell(row.name_kind, row.name),
            CauseCell(row.policy, row.reason, row.detail, _number(row)),
            OwnerCell(row.owner),
            SizeCell(row.amount.size_bytes or None),
            _money(row.amount),
        )
        for row in snapshot.grouped
    )
    columns = _columns("resource", "reason", "owner", "size", "$/month", figures=2)
    return Section(
        SectionName.NEXT_SWEEP, "Next deletions", columns, rows, snapshot.left, lead=next_sweep(snapshot),
        counts=tuple(row.amount.count for row in snapshot.grouped),
    )  # fmt: skip


def _number(row: PlannedGroup) -> str:
    return how_many(row.kind, row.amount.count) if row.amount.count > 1 else ""


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
    columns = _columns("resource", "reason", "owner", "deleted", "size", "$/month", figures=2)
    return Section(SectionName.SAVERS, "Largest savings", columns, rows, Amount(len(rows)))


def came_back(summary: Summary) -> Section:
    """Deleted resources whose name exists again: most often a pipeline creates them."""
    rows = tuple(
        (
            ResourceCell(row.kind, row.name),
            PolicyCell(row.policy),
            OwnerCell(row.owner),
            TextCell(date(row.back_at)),
            CountCell(row.times),
            MoneyCell(row.usd_month, row.upper_bound),
        )
        for row in summary.came_back
    )
    columns = _columns("resource", "policy", "owner", "came back", "times", "$/month", figures=2)
    hint = "A pipeline that creates them again is what to change."
    whole = Amount(max(len(rows), summary.came_back_names))
    return Section(SectionName.CAME_BACK, "Came back", columns, rows, whole, hint=hint if rows else "")


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
        part, "deleted", "saved/month", "confirmed", "to date", "to delete", "$/month", figures=6
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


def _money(amount: Amount) -> MoneyCell:
    """The dollars of several resources, and how many of them have no price."""
    if amount.has_no_price:
        return MoneyCell(None)
    return MoneyCell(amount.usd_month, amount.upper_bound, amount.unpriced)


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
            _estimate(row.estimate),
        )
        for row in snapshot.waiting
    )
    whole = snapshot.in_grace
    return Section(
        SectionName.GRACE,
        "Scheduled for deletion",
        _columns("resource", "when", "policy", "owner", "$/month", figures=1),
        rows,
        replace(whole, count=max(snapshot.waited, whole.count, len(rows))),
        hint=f"{how_to_keep()} With --for 30d it is kept for that time.",
    )


def failing(snapshot: Snapshot) -> Section:
    """Services that failed or are degraded: for how long, and Google's error."""
    rows = tuple(
        (
            ResourceCell(row.kind.value, row.name),
            StatusCell(row.status, row.since, snapshot.observed_at),
            OwnerCell(row.owner),
            AgeCell(row.since, snapshot.observed_at),
            ErrorCell(row.why),
            _estimate(row.estimate),
        )
        for row in ailing(snapshot)
    )
    columns = _columns("service", "status", "owner", "for", "error", "$/month", figures=1)
    return Section(SectionName.FAILING, "Failing services", columns, rows, Amount(len(rows)))


def remaining(snapshot: Snapshot) -> Section:
    """What is kept because it is in use, and what storage and minimum instances cost."""
    return Section(SectionName.REMAINING, "What is kept", lines=tuple(what_stays(snapshot)))


def by_error(failing_services: Section) -> Iterator[tuple[ErrorCell, tuple[CellRow, ...]]]:
    """The failing services by their error in short, in the order of the first of each."""
    found: dict[tuple[str, str], list[CellRow]] = {}
    for row in failing_services.rows:
        error = next(cell for cell in row if isinstance(cell, ErrorCell))
        found.setdefault(error_in_short(error.words), []).append(row)
    for rows in found.values():
        yield next(cell for cell in rows[0] if isinstance(cell, ErrorCell)), tuple(rows)


def storage(snapshot: Snapshot) -> Section:
    """The repositories, the costliest first."""
    rows = tuple(
        (
            ResourceCell(row.kind.value, row.name),
            TextCell(row.format.lower()),
            OwnerCell(row.owner),
            SizeCell(row.size_bytes),
            _estimate(row.estimate),
        )
        for row in snapshot.repositories
    )
    columns = _columns("repository", "format", "owner", "size", "$/month", figures=2)
    lead = storage_in_words(snapshot)
    return Section(SectionName.STORAGE, "Storage", columns, rows, snapshot.stored, lead=lead)


def idle(snapshot: Snapshot) -> Section:
    """The services whose idle minimum instances cost something, the costliest first."""
    rows = tuple(
        (
            ResourceCell(row.kind.value, row.name),
            TextCell(row.status),
            OwnerCell(row.owner),
            _estimate(row.estimate),
        )
        for row in idle_services(snapshot)
    )
    columns = _columns("service", "status", "owner", "$/month", figures=1)
    whole = _rows_of(rows, snapshot.running)
    return Section(
        SectionName.IDLE, "Idle minimum instances", columns, rows, whole, lead=idle_in_words(snapshot)
    )


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
    columns = _columns("kept", "reason")
    return Section(SectionName.KEPT, "What is kept, and why", columns, rows, Amount(len(rows)))


def money_of(rows: Iterable[CellRow]) -> Decimal:
    """The first dollars of each row, summed; what is unpriced is in no sum."""
    first = (next((cell.usd for cell in row if isinstance(cell, MoneyCell)), None) for row in rows)
    return sum((usd for usd in first if usd is not None), Decimal(0))


def _columns(*titles: str, figures: int = 0) -> tuple[Column, ...]:
    """A column for each title; the last ones hold figures."""
    return tuple(Column(title, place >= len(titles) - figures) for place, title in enumerate(titles))


def _rows_of(rows: Sequence[CellRow], whole: Amount) -> Amount:
    """As many rows as these, which come to the dollars of `whole`."""
    return Amount(len(rows), usd_month=whole.usd_month, upper_bound=whole.upper_bound)


def _estimate(estimate: Estimate) -> MoneyCell:
    if isinstance(estimate, Priced):
        return MoneyCell(estimate.usd_month, estimate.upper_bound)
    return MoneyCell(None)


def _usd(account: Account, usd: Decimal) -> MoneyCell:
    return MoneyCell(usd, account.deleted.upper_bound)
