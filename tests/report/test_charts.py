"""Where bars end and lines go: true to the figures, and drawn for nothing that is not there."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from janitor.report.html.charts import CURVE_BOTTOM, CURVE_TOP, Curve, bars, curve, ticks

AT = datetime(2026, 11, 1, tzinfo=UTC)
HEIGHT = CURVE_BOTTOM - CURVE_TOP


def line_of(*values: str, days: int = 1) -> Curve:
    """The curve of these values, a day or so apart."""
    points = [(AT + timedelta(days=days * row), Decimal(value)) for row, value in enumerate(values)]
    drawn = curve("c", "Saved", "dollars", points)
    assert drawn is not None
    return drawn


def test_the_longest_bar_is_the_whole_width_and_others_are_their_share() -> None:
    chart = bars(
        "storage", "Storage", [("a", "8 GB", Decimal(8)), ("b", "2 GB", Decimal(2)), ("c", "0 B", Decimal(0))]
    )
    assert [bar.percent for bar in chart.bars] == [Decimal("100.0"), Decimal("25.0"), Decimal("0.0")]


def test_bars_stand_below_each_other_and_fill_the_height() -> None:
    chart = bars("storage", "Storage", [("a", "1", Decimal(1)), ("b", "1", Decimal(1))])
    first, second = chart.bars
    assert first.top == 0
    assert second.top * 2 == chart.height


def test_bars_of_nothing_have_no_length_and_no_bars_no_height() -> None:
    assert bars("i", "t", [("a", "$0.00", Decimal(0))]).bars[0].percent == 0
    assert bars("i", "t", []).height == 0


def test_bars_are_told_in_words_too() -> None:
    chart = bars("i", "t", [("web", "9.0 GB", Decimal(9)), ("api", "1.0 GB", Decimal(1))])
    assert chart.description == "web: 9.0 GB; api: 1.0 GB"


@pytest.mark.parametrize("values", [(), ("3",)])
def test_no_line_goes_through_less_than_two_moments(values: tuple[str, ...]) -> None:
    points = [(AT, Decimal(value)) for value in values]
    assert curve("c", "t", "d", points) is None
    assert curve("c", "t", "d", points * 2) is None


def test_a_line_goes_from_the_left_to_the_right_in_proportion_to_time() -> None:
    points = [(AT, Decimal(0)), (AT + timedelta(days=1), Decimal(1)), (AT + timedelta(days=4), Decimal(4))]
    drawn = curve("c", "t", "d", points)
    assert drawn is not None
    assert [pair.split(",")[0] for pair in drawn.line.split()] == ["0.0", "250.0", "1000.0"]


def test_zero_lies_on_the_ground_and_the_highest_level_on_top() -> None:
    drawn = line_of("0", "4")
    assert drawn.line == f"0.0,{HEIGHT}.0 1000.0,0.0"
    assert [level.at for level in drawn.levels][::4] == [CURVE_BOTTOM, CURVE_TOP]
    assert drawn.end == CURVE_TOP


def test_a_line_of_zeros_lies_on_the_ground() -> None:
    assert line_of("0", "0").line == f"0.0,{HEIGHT}.0 1000.0,{HEIGHT}.0"


def test_the_area_is_the_line_closed_along_the_ground() -> None:
    drawn = line_of("1", "2")
    assert drawn.area == f"0,{HEIGHT} {drawn.line} 1000,{HEIGHT}"


def test_levels_are_said_in_dollars_with_cents_where_there_are_any() -> None:
    assert [level.label for level in line_of("0", "350").levels] == ["$0", "$100", "$200", "$300", "$400"]
    assert [level.label for level in line_of("0", "0.26").levels] == ["$0", "$0.10", "$0.20", "$0.30"]
    assert [level.label for level in line_of("0", "0.013").levels] == [
        "$0",
        "$0.01",
        "$0.02",
        "$0.03",
        "$0.04",
    ]
    assert line_of("0", "123456").levels[-1].label == "$150,000"


def test_days_are_the_first_the_middle_and_the_last() -> None:
    days = line_of("0", "1", "2", days=10).days
    assert [(day.label, day.at) for day in days] == [
        ("2026-11-01", 0),
        ("2026-11-11", 50),
        ("2026-11-21", 100),
    ]


def test_a_span_of_hours_is_said_in_hours() -> None:
    drawn = curve("c", "t", "d", [(AT, Decimal(0)), (AT + timedelta(hours=5), Decimal(1))])
    assert drawn is not None
    assert [day.label for day in drawn.days] == ["11-01 00:00", "11-01 02:30", "11-01 05:00"]


@given(st.decimals(min_value="0.0301", max_value="1000000000", places=4))
def test_no_value_is_higher_than_the_axis_and_levels_are_few_and_round(highest: Decimal) -> None:
    levels = ticks(highest)
    assert levels[-2] < highest <= levels[-1]
    assert 2 <= len(levels) <= 5
    assert str((levels[1]).normalize().as_tuple().digits[0]) in "125"
    assert len(levels[1].normalize().as_tuple().digits) == 1


@given(st.lists(st.decimals(min_value=0, max_value=10**6, places=6), min_size=2, max_size=50))
def test_a_line_never_leaves_its_plot(values: list[Decimal]) -> None:
    drawn = line_of(*map(str, values))
    for pair in drawn.line.split():
        x, y = map(Decimal, pair.split(","))
        assert 0 <= x <= 1000
        assert 0 <= y <= HEIGHT
