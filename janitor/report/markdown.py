"""The report as GitHub-flavoured Markdown. Text from outside is never markup or a mention."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TextIO

from janitor.model.text import safe_text, shorten
from janitor.report.cells import (
    CauseCell,
    Cell,
    CellRow,
    ErrorCell,
    OwnerCell,
    PolicyCell,
    ResourceCell,
    SizeCell,
    cause_of_services,
    plain,
)
from janitor.report.data.names import place_of
from janitor.report.data.scope import basis_in_words
from janitor.report.data.summary import Summary
from janitor.report.sections import Section, SectionName, by_error, cost_report
from janitor.report.words import UNOWNED, period_in_words

_ROWS_SHOWN = {
    SectionName.TROUBLES: 50,
    SectionName.NEXT_SWEEP: 10,
    SectionName.BY_POLICY: 100,
    SectionName.BY_OWNER: 100,
    SectionName.GRACE: 50,
    SectionName.CAME_BACK: 20,
    SectionName.FAILING: 50,
}
_WORDS_SHOWN = 600
# A character of HTML's is written as its entity, a bar too, as it would end a cell; Markdown's own get a
# backslash. GitHub looks for mentions and numbers of issues in what it has rendered, where no escape is
# left: a word joiner, which is not seen, keeps them from being any.
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "|": "&#124;"}
_ESCAPES = str.maketrans(
    _ENTITIES
    | {character: f"\\{character}" for character in "\\`*_[]~$"}
    | {"@": "@\u2060", "#": "\\#\u2060"}
)
_BLOCK = re.compile(r"^([-+=]|\d+(?=[.)](?:\s|$)))")
# What is made a link without any mark (GFM's autolinks).
_SCHEME, _WWW = re.compile(r":(?=/)"), re.compile(r"(?i)(www)(?=\.)")
_PLAIN = re.compile(r"[\w./:,%()+=@# -]+")


def write_report_markdown(summary: Summary, out: TextIO) -> None:
    """The sections of the report, each with its first rows. The same summary, the same text."""
    for line in _lines(summary):
        out.write(f"{line}\n")


def words(text: str) -> str:
    """Text from outside as text within a line: nothing of it is markup, a link or a mention."""
    safe = shorten(safe_text(text).strip(), _WORDS_SHOWN).translate(_ESCAPES)
    safe = _WWW.sub(r"\1" + "\u2060", _SCHEME.sub(r"\:", safe))
    return _BLOCK.sub(_escaped_start, safe)


def name(text: str) -> str:
    """A name as code, in which nothing is markup; one that no resource has is escaped as text is."""
    safe = safe_text(text).strip()
    if not safe:
        return "–"
    return f"`{safe}`" if _PLAIN.fullmatch(safe) else words(safe)


def _escaped_start(match: re.Match[str]) -> str:
    """``-`` begins a list, and so does ``1.``, but not ``1\\.``."""
    start = match[1]
    return f"{start}\u2060" if start[0].isdigit() else f"\\{start}"


def _lines(summary: Summary) -> Iterator[str]:
    yield from ("# janitor report", "", words(period_in_words(summary.period)))
    if scope := basis_in_words(summary.scope):
        yield from ("", f"Next sweep, storage and services: {words(scope)}")
    if summary.snapshot and summary.snapshot.unknown_uses:
        yield from ("", words(summary.snapshot.unknown_uses))
    for section in cost_report(summary):
        yield from _section(section.without(SizeCell))


def _section(section: Section) -> Iterator[str]:
    yield from ("", f"## {section.title}" if section.title else "---", "")
    if section.lead:
        yield words(section.lead)
    rows = section.rows[: _ROWS_SHOWN.get(section.name)]
    if rows:
        yield from [""] if section.lead else []
        yield from _rows(section, rows)
    if more := section.more_in_words(len(rows)):
        yield from ("", f"… and {more}")
    if section.hint:
        yield from ("", words(section.hint))
    yield from (f"- {words(line)}" for line in section.lines)


def _rows(section: Section, rows: tuple[CellRow, ...]) -> Iterator[str]:
    match section.name:
        case SectionName.TROUBLES:
            return (line for row in rows for line in _trouble(row))
        case SectionName.FAILING:
            alike = by_error(replace(section, rows=rows))
            return (line for error, services in alike for line in _failing(error, services))
        case _:
            return _table(section, rows)


def _trouble(row: CellRow) -> Iterator[str]:
    kind, about, what, way_out = row
    yield f"- **{plain(kind)}**: {_cell(about)}: {_cell(what)}"
    yield f"  - {_cell(way_out)}"


def _failing(error: ErrorCell, services: Sequence[CellRow]) -> Iterator[str]:
    """Services that fail for one cause, and below the last of them the cause."""
    for resource, status, owner, _, _, money in services:
        where = words(place_of(resource.name)) if isinstance(resource, ResourceCell) else ""
        yield f"- **{_cell(resource)}**, {_cell(status)}; {where}; {_cell(owner)}; {_cell(money)}/month"
    yield f"  - {words(cause_of_services(error, len(services)))}"


def _cell(cell: Cell) -> str:
    match cell:
        case ResourceCell():
            return name(plain(cell))
        case PolicyCell(policy):
            return name(policy)
        case CauseCell(policy):
            return f"{name(policy)}: {words(cell.words)}"
        case OwnerCell(label):
            # in italics where there is none: a label may well say the word
            return name(label) if label else f"*{UNOWNED}*"
        case _:
            return words(plain(cell))


def _table(section: Section, rows: tuple[CellRow, ...]) -> Iterator[str]:
    """A GFM table; figures end at the right, and a resource's place has a separate column."""
    titles, rules = [], []
    for column, cell in zip(section.columns, rows[0], strict=True):
        titles += [words(column.title), *(["where"] if isinstance(cell, ResourceCell) else [])]
        rules += ["--:" if column.figures else "---", *(["---"] if isinstance(cell, ResourceCell) else [])]
    yield f"| {' | '.join(titles)} |"
    yield f"|{'|'.join(rules)}|"
    for row in rows:
        yield f"| {' | '.join(text for cell in row for text in _cells(cell))} |"


def _cells(cell: Cell) -> Iterator[str]:
    yield _cell(cell)
    if isinstance(cell, ResourceCell):
        yield words(place_of(cell.name))
