"""Details of the Slack report: the sections of the cost report as parts of a thread."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from janitor.report import sections
from janitor.report.cells import (
    AgeCell,
    CauseCell,
    Cell,
    CellRow,
    CountCell,
    MoneyCell,
    OwnerCell,
    PolicyCell,
    ProblemCell,
    ResourceCell,
    SizeCell,
    plain,
)
from janitor.report.data.summary import Summary
from janitor.report.data.troubles import TroubleKind
from janitor.report.sections import Column, Section, SectionName
from janitor.report.slack.blocks import Part, Row, code, dollars, words
from janitor.report.words import trouble_heading

_NAME, _LABEL, _WHY = 120, 80, 350
_SHARE = 2000
_DIVIDED = (SectionName.BY_POLICY, SectionName.BY_OWNER)
_WITH_DOLLARS = (
    SectionName.NEXT_SWEEP,
    SectionName.SAVERS,
    SectionName.BY_POLICY,
    SectionName.BY_OWNER,
    SectionName.CAME_BACK,
    SectionName.IDLE,
    SectionName.STORAGE,
)


def details(summary: Summary) -> tuple[Part, ...]:
    """Each section with rows as a heading and its rows; what costs nothing is left out."""
    return tuple(part for section in _sections(summary) if (part := _part(section)).rows)


def _sections(summary: Summary) -> Iterator[Section]:
    problems = sections.troubles(summary)
    yield replace(problems, rows=tuple(row for row in problems.rows if not _is_of_failing(row)))
    if snapshot := summary.snapshot:
        yield from (sections.planned(snapshot), sections.in_grace(snapshot))
    yield from (sections.savers(summary), sections.came_back(summary))
    yield from (sections.by_policy(summary), sections.by_owner(summary))
    if snapshot:
        yield from (sections.failing(snapshot), sections.idle(snapshot), sections.storage(snapshot))
    yield Section(SectionName.NOTES, "How this is calculated", lines=summary.foot)


def _is_of_failing(row: CellRow) -> bool:
    """Failing services have a part of their own."""
    return isinstance(row[0], ProblemCell) and row[0].kind is TroubleKind.FAILING


def _part(section: Section) -> Part:
    counts = section.counts or (1,) * len(section.rows)
    rows = [
        replace(_row(section, row), count=count)
        for row, count in zip(section.rows, counts, strict=True)
        if section.name not in _WITH_DOLLARS or costs_something(row)
    ]
    lines = [Row(words(line, _WHY)) for line in section.lines if line.strip()]
    return Part(section.title, (*rows, *lines), _SHARE)


def _row(section: Section, row: CellRow) -> Row:
    """One line: each cell that has something; sizes and ages are in no thread."""
    told = [
        _told(section, column, each)
        for column, each in zip(section.columns, row, strict=True)
        if each is not None and not isinstance(each, SizeCell | AgeCell)
    ]
    money = next((each for each in row if isinstance(each, MoneyCell)), None)
    text = f"• {' · '.join(part for part in told if part)}"
    return Row(text, money.usd, money.upper_bound) if money else Row(text)


def _told(section: Section, column: Column, value: Cell) -> str:
    """A cell; where a row has many figures, with the title of its column."""
    match value:
        case MoneyCell(Decimal(), _, 0) if not value.usd:
            return ""
        case MoneyCell(usd, upper_bound) if section.name in _DIVIDED and column.title != "$/month":
            return f"{column.title} {'unpriced' if usd is None else dollars(usd, upper_bound)}"
        case CountCell():
            return f"{column.title} {plain(value)}"
        case _:
            return cell(value, _WHY)


def costs_something(row: CellRow) -> bool:
    """Whether some of its dollars are more than nothing, or not known."""
    return any(
        isinstance(each, MoneyCell) and (each.usd is None or each.usd > 0 or each.unpriced > 0)
        for each in row
    )


def cell(value: Cell, width: int = _LABEL) -> str:
    """A cell in mrkdwn; texts of at most `width` characters."""
    match value:
        case ProblemCell(kind):
            return f":warning: *{trouble_heading(kind)}*"
        case ResourceCell():
            return code(plain(value), _NAME)
        case OwnerCell(label):
            return owner_name(label)
        case PolicyCell(name):
            return code(name, _LABEL)
        case CauseCell(policy):
            return f"{words(value.words, width)} ({code(policy, _LABEL)})"
        case MoneyCell(usd, upper_bound, unpriced):
            more = f" and {unpriced:,} unpriced" if unpriced else ""
            return "unpriced" if usd is None else f"{dollars(usd, upper_bound)}/month{more}"
        case _:
            return words(plain(value), width)


def owner_name(owner: str) -> str:
    """What no label names is unowned."""
    return code(owner, _LABEL) if owner.strip() else "_unowned_"
