"""Tables of the HTML report: sections as rows of cells with a large and a small text, a link and a bar."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

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
    StatusCell,
    TextCell,
    plain,
)  # fmt: skip
from janitor.report.data.causes import error_in_short
from janitor.report.data.console import console_url, repository_url
from janitor.report.data.names import called, kind_in_words, place
from janitor.report.html.charts import share
from janitor.report.reason_words import reason_in_words
from janitor.report.sections import Column, Section, SectionName, money_of
from janitor.report.words import show_share

_NAME_SHOWN, _TEXT_SHOWN = 140, 240
_ROWS_SHOWN = {
    SectionName.NEXT_SWEEP: 10,
    SectionName.BY_OWNER: 15,
    SectionName.BY_POLICY: 15,
    SectionName.STORAGE: 8,
    SectionName.IDLE: 8,
    SectionName.GRACE: 10,
    SectionName.CAME_BACK: 8,
}
# These have the share of the whole beside their dollars.
_WITH_BARS = (SectionName.BY_OWNER, SectionName.BY_POLICY, SectionName.STORAGE, SectionName.IDLE)
# Their first column says the kind.
_OF_ONE_KIND = (SectionName.STORAGE, SectionName.IDLE)
# What these list is gone, so that the console has no page of it.
_GONE = (SectionName.SAVERS,)
_KINDS = {kind.value: kind for kind in Kind}


@dataclass(frozen=True, slots=True)
class Said:
    """What stands in large, and below it in small. `link` is the console's page; `bar` is a length in percent."""

    text: str
    below: str = ""
    link: str = ""
    bar: Decimal | None = None
    status: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """`caption` is for those who do not see the heading above it; `more` says what is left out."""

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Said, ...], ...]
    more: str = ""


def table(whole_section: Section, with_project: bool) -> Table:
    """A section's first rows, without the columns that are empty in all rows. `with_project`: resources name theirs."""
    section = whole_section.without_empty_columns()
    rows = section.rows[: _ROWS_SHOWN.get(section.name)]
    whole = section.whole
    of_one_kind = section.name in _OF_ONE_KIND
    shown_rows = [tuple(_said(cell, with_project, of_one_kind) for cell in row) for row in rows]
    if section.name is SectionName.STORAGE:
        shown_rows = [_with_format(row, said) for row, said in zip(rows, shown_rows, strict=True)]
    if section.name in _GONE:
        shown_rows = [tuple(replace(said, link="") for said in row) for row in shown_rows]
    if section.name in _WITH_BARS:
        place = _first_dollars(rows)
        of_all = whole.usd_month if whole.usd_month > 0 else _sum_of(section.rows, place)
        shown_rows = [_with_bar(row, said, place, of_all) for row, said in zip(rows, shown_rows, strict=True)]
    return Table(
        section.title,
        section.columns,
        tuple(shown_rows),
        and_more(section.more_in_words(len(rows)), whole.usd_month - money_of(rows), whole.upper_bound),
    )


def _with_format(row: CellRow, said: tuple[Said, ...]) -> tuple[Said, ...]:
    """The row of a repository with the link to its page, whose address holds its format."""
    match row:
        case (ResourceCell(_, name), TextCell(artifact_format), *_):
            return (replace(said[0], link=repository_url(name, artifact_format) or ""), *said[1:])
        case _:
            return said


def _first_dollars(rows: Sequence[CellRow]) -> int:
    """The first column that holds dollars; -1 where none does."""
    places = [place for row in rows for place, cell in enumerate(row) if isinstance(cell, MoneyCell)]
    return min(places, default=-1)


def _sum_of(rows: Sequence[CellRow], place: int) -> Decimal:
    """The dollars of one column."""
    cells = (row[place] for row in rows)
    return sum((cell.usd for cell in cells if isinstance(cell, MoneyCell) and cell.usd), Decimal(0))


def _with_bar(row: CellRow, said: Sequence[Said], place: int, whole: Decimal) -> tuple[Said, ...]:
    """The row with a bar below its dollars, where it has any."""
    cell = row[place]
    if not isinstance(cell, MoneyCell):
        return tuple(said)
    bar = share(cell.usd or Decimal(0), whole)
    return tuple(replace(each, bar=bar) if at == place else each for at, each in enumerate(said))


def _said(cell: Cell, with_project: bool, of_one_kind: bool) -> Said:
    match cell:
        case ResourceCell(kind, name):
            said = resource(kind, name, with_project)
            return replace(said, below=place(name, with_project)) if of_one_kind else said
        case CauseCell(policy):
            return Said(shown(cell.words), shown(policy))
        case PolicyCell() | OwnerCell():
            return Said(shown(plain(cell), _NAME_SHOWN))
        case ReasonCell(reason):
            return Said(shown(reason_in_words(reason)), meaning_of(reason))
        case CountCell(_, note):
            return Said(plain(cell), note)
        case MoneyCell(usd, upper_bound, unpriced):
            return Said(show_share(usd, upper_bound), f"{unpriced:,} without a price" if unpriced else "")
        case StatusCell(status):
            return Said(plain(cell), status=status)
        case AgeCell(since):
            return Said(plain(cell), f"since {moment(since)}" if since else "")
        case HistoryCell(deleted_at):
            return Said(moment(deleted_at), plain(cell).partition(", ")[2])
        case ErrorCell(words):
            code, sentence = error_in_short(words)
            return Said(shown(sentence or code) or "Google gives no reason", shown(code))
        case _:
            return Said(shown(plain(cell)))


def shown(text: str, width: int = _TEXT_SHOWN) -> str:
    """Text from outside as one line of at most `width` characters."""
    return shorten(safe_text(text), width)


def resource(kind: str, full_name: str, with_project: bool) -> Said:
    """As people call it; below it the kind and where it lies. A kind of a later version keeps its name."""
    known = _KINDS.get(kind)
    said = called(known, full_name) if known else full_name
    what = kind_in_words(kind)
    where = place(full_name, with_project)
    return Said(
        shown(said, _NAME_SHOWN),
        shown(f"{what} in {where}" if where else what),
        console_url(kind, full_name) or "",
    )


def and_more(more: str, usd_month: Decimal, upper_bound: bool = False) -> str:
    """``and 2,980 more, $12.30/month``; no dollars where what is shown comes to more than the capped sum."""
    if not more:
        return ""
    usd = f", {show_usd(usd_month, upper_bound)}/month" if usd_month > 0 else ""
    return f"and {more}{usd}"
