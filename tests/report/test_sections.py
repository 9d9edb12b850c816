"""The cost report's sections: what every medium shows, in which order, whatever there is to report."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings

from janitor.ledger.figures import CameBack
from janitor.ledger.savings import Avoided
from janitor.model.amounts import Amount
from janitor.report.cells import CountCell, MoneyCell, OwnerCell, SizeCell, TextCell, plain
from janitor.report.data.snapshot import InGrace
from janitor.report.data.summary import Summary
from janitor.report.sections import (
    Section,
    SectionName,
    cost_report,
    idle,
    in_grace,
    kept,
    money_of,
    planned,
    storage,
)
from tests.report.any_summary import summaries
from tests.report.summaries import EMPTY, REGION, SMALL, SWEPT, UNTIL, large, snapshot, usd


def all_sections(summary: Summary) -> Iterator[Section]:
    """Those of the table, and those that only a page has room for."""
    yield from cost_report(summary)
    if seen := summary.snapshot:
        yield from (storage(seen), idle(seen), kept(seen))


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
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


def test_avoided_in_the_period_comes_first_beside_what_was_avoided_in_all() -> None:
    """Most of it is by deletions of before the period (R35)."""
    summary = replace(SMALL, avoided=Avoided(Decimal(84), 39, True))
    (section,) = (each for each in cost_report(summary) if each.name is SectionName.SAVED)
    assert section.rows[0][:2] == (TextCell("avoided"), MoneyCell(Decimal(84), True))
    assert section.rows[0][2] == MoneyCell(SMALL.in_all.saved_usd, SMALL.in_all.deleted.upper_bound)


def test_what_came_back_is_named() -> None:
    back = CameBack(
        "run.service", f"{REGION}/services/pr-1", "previews", "api", 3, SWEPT, UNTIL, Decimal(2), False
    )
    summary = replace(SMALL, came_back=(back,))
    (section,) = (each for each in cost_report(summary) if each.name is SectionName.CAME_BACK)
    assert [plain(cell) for cell in section.rows[0]] == [
        "pr-1",
        "previews",
        "api",
        "23 Nov 2026",
        "3",
        "$2.00",
    ]
    assert SectionName.CAME_BACK not in {each.name for each in cost_report(SMALL)}


def test_what_is_in_grace_has_its_dollars_and_those_of_all_that_wait() -> None:
    row = InGrace("run.service", f"{REGION}/services/web", "old", "", UNTIL, True, 0, usd("9.86"))
    section = in_grace(snapshot(waiting=(row,), waited=12, in_grace=Amount(12, 0, Decimal("114.98"))))
    assert section.rows[0][-1] == MoneyCell(Decimal("9.86"))
    assert (section.whole.count, section.whole.usd_month) == (12, Decimal("114.98"))


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
