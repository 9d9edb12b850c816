"""The cost report at a terminal: sections become text on a console. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TextIO

from rich.text import Text

from janitor.model.text import safe_text, shorten
from janitor.report.cells import (  # fmt: skip
    CauseCell,
    Cell,
    CellRow,
    ErrorCell,
    HistoryCell,
    MoneyCell,
    OwnerCell,
    ResourceCell,
    SizeCell,
    TextCell,
    cause_of_services,
    plain,
)
from janitor.report.data.names import place_of
from janitor.report.data.scope import basis_in_words
from janitor.report.data.summary import Summary
from janitor.report.sections import Section, SectionName, by_error, cost_report
from janitor.report.terminal.tables import console_for, fitted, indented, print_lines, tabulated
from janitor.report.words import owned_by, period_in_words

_ROWS_SHOWN = {
    SectionName.TROUBLES: 20,
    SectionName.NEXT_SWEEP: 5,
    SectionName.BY_POLICY: 20,
    SectionName.BY_OWNER: 20,
    SectionName.GRACE: 10,
    SectionName.CAME_BACK: 5,
    SectionName.FAILING: 10,
}
_HEADINGS = {SectionName.TROUBLES: "bold red", SectionName.FAILING: "bold yellow"}
_WORDS_SHOWN = 330
# A narrow terminal has room for the names of policies or for one figure more.
_REALISED_FROM, _REALISED = 100, 3
_MONEY = 11  # as wide as "≤ $1,234.56"


def write_report_table(summary: Summary, out: TextIO) -> None:
    """The sections of the report, each with its first rows.

    The same summary, the same text; nothing in it steers a terminal.
    """
    console = console_for(out)
    header = Text(f"janitor report, {period_in_words(summary.period)}", style="dim")
    scope = basis_in_words(summary.scope)
    of = (
        [indented(f"next sweep, storage and services: {scope}", console.width, left=0, style="dim")]
        if scope
        else []
    )
    if summary.snapshot and summary.snapshot.unknown_uses:
        of.append(indented(summary.snapshot.unknown_uses, console.width, left=0, style="yellow"))
    sections = (_section(each, console.width) for each in cost_report(summary))
    print_lines(console, [header], of, *sections)


def _section(section: Section, width: int) -> Iterator[Text]:
    yield Text()
    if section.name is SectionName.NOTES:
        yield from (indented(f"Note: {line}", width, left=0, style="dim") for line in section.lines)
        return
    title = section.title.upper() if section.name is SectionName.TROUBLES else section.title
    yield Text(title, style=_HEADINGS.get(section.name, "bold"))
    if section.lead:
        yield indented(section.lead, width)
    rows = section.rows[: _ROWS_SHOWN.get(section.name)]
    if rows:
        yield from _rows(section, rows, width)
    if more := section.more_in_words(len(rows)):
        yield Text(f"  … and {more} (--format json, or html)")
    if section.hint:
        yield indented(section.hint, width, style="dim")
    yield from (indented(line, width) for line in section.lines)


def _rows(section: Section, rows: tuple[CellRow, ...], width: int) -> Iterator[Text]:
    match section.name:
        case SectionName.SAVED:
            titles = [column.title for column in section.columns]
            return tabulated(titles, [[plain(cell) for cell in row] for row in rows], width)
        case SectionName.BY_POLICY | SectionName.BY_OWNER:
            return _divided(section, rows, width)
        case SectionName.TROUBLES:
            return (line for row in rows for line in _trouble(row, width))
        case SectionName.FAILING:
            alike = by_error(replace(section, rows=rows))
            return (line for error, services in alike for line in _failing(error, services, width))
        case SectionName.GRACE:
            return (line for row in rows for line in _named(row, width))
        case _:
            return (line for row in rows for line in _priced(row, width))


def _divided(section: Section, rows: tuple[CellRow, ...], width: int) -> Iterator[Text]:
    """Figures by policy or owner, whose names need no heading."""
    lines = [["", *(column.title for column in section.columns[1:])], *([*map(plain, row)] for row in rows)]
    if width < _REALISED_FROM:
        lines = [line[:_REALISED] + line[_REALISED + 1 :] for line in lines]
    return tabulated(lines[0], lines[1:], width)


def _trouble(row: CellRow, width: int) -> Iterator[Text]:
    *what, way_out = map(plain, row)
    yield indented(shorten(safe_text(": ".join(what)), _WORDS_SHOWN), width, style="red")
    yield indented(shorten(safe_text(way_out), _WORDS_SHOWN), width, 4, style="bold")


def _priced(row: CellRow, width: int) -> Iterator[Text]:
    """Dollars and name, and the facts below."""
    resource, *cells, money = row
    name = fitted(safe_text(plain(resource)), max(width - _MONEY - 4, 20))
    assert isinstance(money, MoneyCell)
    unpriced = f"{money.unpriced:,} unpriced" if money.unpriced else ""
    yield Text(f"  {plain(replace(money, unpriced=0)):>{_MONEY}}  {name}")
    yield _facts((resource, *cells, TextCell(unpriced)), width, _MONEY + 4)


def _named(row: CellRow, width: int) -> Iterator[Text]:
    yield Text(f"  {fitted(safe_text(plain(row[0])), width - 2)}")
    yield _facts(row, width, 4)


def _failing(error: ErrorCell, services: Sequence[CellRow], width: int) -> Iterator[Text]:
    """Services that fail for one cause, and below them the cause."""
    for resource, status, owner, _, _, money in services:
        name = f"{plain(resource)}, {plain(status)}"
        yield Text(f"  {fitted(safe_text(name), width - 2)}", style="yellow")
        yield _facts((resource, owner, money), width, 4)
    yield indented(cause_of_services(error, len(services)), width, 4)


def _facts(cells: Iterable[Cell], width: int, left: int) -> Text:
    """Where it is, why, whose, and so on; what is only a detail comes last."""
    details: list[str] = []
    facts: list[str] = []
    for cell in cells:
        match cell:
            case ResourceCell(name=name):
                facts.append(place_of(name))
            case CauseCell(detail=detail):
                first, _, rest = (detail or "").partition("; ")
                facts.append(plain(replace(cell, detail=first)))
                details.append(rest)
            case OwnerCell(label):
                facts.append(owned_by(label))
            case HistoryCell():
                facts.append(f"deleted on {plain(cell).replace(', ', '; ', 1)}")
            case MoneyCell():
                facts.append(f"{plain(cell)}/month")
            case SizeCell():
                pass
            case _:
                facts.append(plain(cell))
    text = "; ".join(fact for fact in (*facts, *details) if fact)
    return indented(shorten(safe_text(text), _WORDS_SHOWN), width, left, style="dim")
