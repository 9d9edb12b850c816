"""Tables of the HTML report: sections as rows of cells with a large and a small text each."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from janitor.ledger.savings import Account
from janitor.model.kinds import Kind
from janitor.model.meanings import meaning_of
from janitor.model.text import safe_text, shorten
from janitor.model.units import moment, show_usd
from janitor.report.cells import (
    AgeCell,
    CauseCell,
    Cell,
    CellRow,
    CountCell,
    ErrorCell,
    HistoryCell,
    MoneyCell,
    OwnerCell,
    PolicyCell,
    ReasonCell,
    ResourceCell,
    SizeCell,
    StatusCell,
    plain,
)  # fmt: skip
from janitor.report.data.names import called, kind_in_words, place
from janitor.report.sections import Column, Section, SectionName, money_of

_NAME_SHOWN, _TEXT_SHOWN, _WORDS_SHOWN = 140, 240, 640
_ROWS_SHOWN = {
    SectionName.NEXT_SWEEP: 20,
    SectionName.SAVED_BY: 20,
    SectionName.PLANNED_BY: 20,
    SectionName.STORAGE: 20,
    SectionName.IDLE: 20,
    SectionName.GRACE: 20,
    SectionName.FAILING: 30,
}
# Where the page says it in other words than the section.
_CAPTIONS = {
    SectionName.NEXT_SWEEP: "The costliest things that the next sweep would delete",
    SectionName.FAILING: "Services that do not work",
    SectionName.GRACE: "What is announced to go, unless somebody keeps it",
}
_TITLES = {
    SectionName.NEXT_SWEEP: ("what", "policy", "why", "owner", "size", "would save a month"),
    SectionName.SAVERS: ("what", "policy", "owner", "deleted", "size", "saves a month"),
    SectionName.FAILING: ("service", "status", "owner", "for", "why, as Google says"),
}
_KINDS = {kind.value: kind for kind in Kind}


@dataclass(frozen=True, slots=True)
class Said:
    """What stands in large, and below it in small."""

    text: str
    below: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """`caption` is for those who do not see the heading above it; `more` says what is left out."""

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Said, ...], ...]
    more: str = ""


def table(section: Section, caption: str = "") -> Table:
    """A section's first rows. A cell that needs two columns gets them."""
    rows = section.rows[: _ROWS_SHOWN.get(section.name)]
    whole = section.whole
    return Table(
        caption or _CAPTIONS.get(section.name, section.title),
        tuple(_columns(section)),
        tuple(tuple(said for cell in row for said in _said(cell)) for row in rows),
        and_more(whole.count - len(rows), whole.usd_month - money_of(rows), whole.upper_bound),
    )


def _columns(section: Section) -> Iterator[Column]:
    first: CellRow = section.rows[0] if section.rows else (None,) * len(section.columns)
    wide = [column for column, cell in zip(section.columns, first, strict=True) for _ in _said(cell)]
    titles = _TITLES.get(section.name) or [column.title for column in wide]
    return (Column(title, column.figures) for title, column in zip(titles, wide, strict=False))


def _said(cell: Cell) -> tuple[Said, ...]:
    """Most are one column; what a deletion is for takes two where its detail is known."""
    match cell:
        case CauseCell(policy, reason, str(detail)):
            return _name(policy), Said(shown(reason), shown(detail))
        case _:
            return (_one(cell),)


def _one(cell: Cell) -> Said:
    match cell:
        case ResourceCell(kind, name):
            return resource(kind, name)
        case CauseCell(policy, reason):
            return Said(shown(policy), shown(reason))
        case PolicyCell() | OwnerCell():
            return _name(plain(cell))
        case ReasonCell(reason):
            return Said(shown(reason), meaning_of(reason))
        case CountCell(_, note):
            return Said(plain(cell), note)
        case MoneyCell(_, _, unpriced):
            return Said(plain(cell), f"{unpriced:,} without a price" if unpriced else "")
        case StatusCell(status):
            return Said(status, meaning_of(status))
        case AgeCell(since):
            return Said(plain(cell), f"since {moment(since)}" if since else "")
        case HistoryCell(deleted_at):
            return Said(moment(deleted_at), _seen(cell))
        case ErrorCell(words):
            return Said(shown(words, _WORDS_SHOWN) or "Google gives no reason")
        case _:
            return Said(shown(plain(cell)))


def _name(text: str) -> Said:
    return Said(shown(text, _NAME_SHOWN))


def _seen(deletion: HistoryCell) -> str:
    """What later sweeps saw of it."""
    if deletion.back_at:
        return f"came back by {moment(deletion.back_at)}"
    return "gone at the next look" if deletion.gone_at else "not looked at again yet"


def shown(text: str, width: int = _TEXT_SHOWN) -> str:
    """Text from outside as one line of at most `width` characters."""
    return shorten(safe_text(text), width)


def resource(kind: str, full_name: str) -> Said:
    """As people call it; below it the kind and where it lies. A kind of a later version keeps its name."""
    known = _KINDS.get(kind)
    said = called(known, full_name) if known else full_name
    what = kind_in_words(kind)
    where = place(full_name, with_project=True)
    return Said(shown(said, _NAME_SHOWN), shown(f"{what} in {where}" if where else what))


def and_more(count: int, usd_month: Decimal, upper_bound: bool = False) -> str:
    """``and 2,980 more, $12.30 a month``; no dollars where what is shown comes to more than the capped sum."""
    if count <= 0:
        return ""
    usd = f", {show_usd(usd_month, upper_bound)} a month" if usd_month > 0 else ""
    return f"and {count:,} more{usd}"


def accounts(saved: Account, in_all: Account, since: str) -> Table:
    """The account of the period and that of all time, a figure a row; `since` names the period."""
    return Table(
        f"Savings {since} and in all",
        (Column("savings"), Column(since, True), Column("in all", True)),
        tuple(
            (Said(label, below), *(_one(figure(each)) for each in (saved, in_all)))
            for label, below, figure in _FIGURES
        ),
    )


def _dollars(account: Account, usd: Decimal) -> Cell:
    return MoneyCell(usd, account.deleted.upper_bound)


_FIGURES: tuple[tuple[str, str, Callable[[Account], Cell]], ...] = (
    ("deleted", "Google confirmed it", lambda each: CountCell(each.deleted.count)),
    ("freed", "", lambda each: SizeCell(each.deleted.size_bytes or None)),
    (
        "estimated, a month",
        "at the price of the plan",
        lambda each: MoneyCell(each.deleted.usd_month, each.deleted.upper_bound, each.deleted.unpriced),
    ),
    (
        "realised, a month",
        "gone when looked at again, and not back",
        lambda each: _dollars(each, each.realised_usd_month),
    ),
    ("saved to date", "", lambda each: _dollars(each, each.saved_usd)),
    (
        "came back",
        "made again under the same name: their saving ended",
        lambda each: CountCell(each.came_back),
    ),
)
