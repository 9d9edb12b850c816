"""The cost report's sections: what every medium shows, in which order, whatever there is to report."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given

from janitor.model.amounts import Amount
from janitor.report.cells import CountCell, MoneyCell, OwnerCell, SizeCell, plain
from janitor.report.data.summary import Summary
from janitor.report.sections import (
    Section,
    SectionName,
    cost_report,
    idle,
    kept,
    money_of,
    planned,
    storage,
)
from tests.report.any_summary import summaries
from tests.report.summaries import EMPTY, SMALL, large, snapshot


def all_sections(summary: Summary) -> Iterator[Section]:
    """Those of the table, and those that only a page has room for."""
    yield from cost_report(summary)
    if seen := summary.snapshot:
        yield from (storage(seen), idle(seen), kept(seen))


@given(summaries())
def test_every_row_has_a_cell_for_each_column_and_every_cell_can_be_said(summary: Summary) -> None:
    for section in all_sections(summary):
        assert {len(row) for row in section.rows} <= {len(section.columns)}
        assert all(isinstance(plain(cell), str) for row in section.rows for cell in row)


def test_people_read_what_is_wrong_first_and_what_the_figures_rest_on_last() -> None:
    assert [section.name for section in cost_report(large(30))] == [
        SectionName.TROUBLES, SectionName.SAVED, SectionName.NEXT_SWEEP, SectionName.SAVERS, SectionName.BY_POLICY,
        SectionName.BY_OWNER, SectionName.GRACE, SectionName.FAILING, SectionName.REMAINING, SectionName.NOTES,
    ]  # fmt: skip


def test_a_section_without_content_is_left_out() -> None:
    names = [section.name for section in cost_report(EMPTY)]
    assert names == [SectionName.TROUBLES, SectionName.SAVED, SectionName.NOTES]


def test_a_figure_of_a_division_that_has_nothing_is_none_and_never_zero() -> None:
    summary = replace(SMALL, by_owner=(), snapshot=snapshot(by_owner=(("web", Amount(2, 0, Decimal(0), 2)),)))
    (section,) = (each for each in cost_report(summary) if each.name is SectionName.BY_OWNER)
    assert section.rows == ((OwnerCell("web"), None, None, None, None, CountCell(2), MoneyCell(None)),)


def test_a_column_is_left_out_by_the_type_of_its_cells() -> None:
    assert SMALL.snapshot
    whole = planned(SMALL.snapshot)
    less = whole.without(SizeCell)
    assert [column.title for column in less.columns] == ["resource", "reason", "owner", "$/month"]
    assert {len(row) for row in less.rows} == {4}
    assert less.without(SizeCell) == less


@pytest.mark.parametrize("usd", ["0", "1.5"])
def test_the_dollars_of_rows_are_those_of_the_first_money_and_leave_out_what_is_unpriced(usd: str) -> None:
    rows = [(MoneyCell(Decimal(usd)), MoneyCell(Decimal(9))), (CountCell(7), MoneyCell(None))]
    assert money_of(rows) == Decimal(usd)
