"""Where bars end and lines go: true to the figures, and drawn for nothing that is not there."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from janitor.report.html.charts import PLOT_HEIGHT, Chart, line, share, steps, ticks

AT = datetime(2026, 11, 1, tzinfo=UTC)
HEIGHT = PLOT_HEIGHT


def line_of(*values: str, days: int = 1) -> Chart:
    """The curve of these values, a day or so apart."""
    points = [(AT + timedelta(days=days * row), Decimal(value)) for row, value in enumerate(values)]
    drawn = line("c", "Saved", "dollars", points)
    assert drawn is not None
    return drawn


def test_a_bar_is_a_share_of_the_whole() -> None:
    assert [share(Decimal(part), Decimal(8)) for part in (8, 2, 0)] == [100, 25, 0]


def test_a_bar_is_never_longer_than_its_track_nor_of_less_than_nothing() -> None:
    assert share(Decimal(9), Decimal(8)) == 100
    assert share(Decimal(-1), Decimal(8)) == 0
    assert share(Decimal(1), Decimal(0)) == 0


@pytest.mark.parametrize("values", [(), ("3",), ("0", "0")])
def test_nothing_is_drawn_without_a_day_of_history(values: tuple[str, ...]) -> None:
    points = [(AT + timedelta(days=row), Decimal(value)) for row, value in enumerate(values)]
    assert line("c", "t", "d", points) is None
    assert steps("c", "t", "d", points * 2) is None


def test_days_before_the_first_saving_are_no_history() -> None:
    points = [
        (AT, Decimal(0)),
        (AT + timedelta(days=6), Decimal(1)),
        (AT + timedelta(days=6, hours=23), Decimal(1)),
    ]
    assert steps("c", "t", "d", points) is None


def test_a_line_goes_from_the_left_to_the_right_in_proportion_to_time() -> None:
    points = [(AT, Decimal(0)), (AT + timedelta(days=1), Decimal(1)), (AT + timedelta(days=4), Decimal(4))]
    drawn = line("c", "t", "d", points)
    assert drawn is not None
    assert [pair.split(",")[0] for pair in drawn.line.split()] == ["0.0", "250.0", "1000.0"]


def test_a_value_that_holds_is_drawn_with_steps() -> None:
    points = [(AT, Decimal(1)), (AT + timedelta(days=1), Decimal(5)), (AT + timedelta(days=4), Decimal(5))]
    drawn = steps("c", "t", "d", points)
    assert drawn is not None
    assert drawn.line == "0.0,120.0 250.0,120.0 250.0,0.0 1000.0,0.0"


def test_zero_lies_on_the_ground_and_the_highest_level_on_top() -> None:
    drawn = line_of("0", "5", "5")
    assert drawn.line == f"0.0,{HEIGHT}.0 500.0,0.0 1000.0,0.0"
    assert [level.at for level in drawn.levels][::5] == [0, HEIGHT]


def test_the_area_is_the_line_closed_along_the_ground() -> None:
    drawn = line_of("1", "2")
    assert drawn.area == f"0,{HEIGHT} {drawn.line} 1000,{HEIGHT}"


def test_levels_are_said_in_dollars_from_the_top_down_with_cents_where_there_are_any() -> None:
    def labels(highest: str) -> list[str]:
        return [level.label for level in line_of("0", highest, highest).levels]

    assert labels("435") == ["$500", "$400", "$300", "$200", "$100", "$0"]
    assert labels("0.26") == ["$0.30", "$0.20", "$0.10", "$0"]
    assert labels("0.013") == ["$0.05", "$0.04", "$0.03", "$0.02", "$0.01", "$0"]
    assert labels("123456")[0] == "$150,000"


def test_days_are_the_first_the_middle_and_the_last_each_once() -> None:
    assert line_of("1", "1", "2", days=10).days == ("1 Nov", "11 Nov", "21 Nov")
    assert line_of("1", "1", days=1).days == ("1 Nov", "2 Nov")


@given(st.decimals(min_value="0.0401", max_value="1000000000", places=4))
def test_no_value_is_higher_than_the_axis_and_levels_are_few_and_round(highest: Decimal) -> None:
    levels = ticks(highest)
    assert levels[-2] < highest <= levels[-1]
    assert 2 <= len(levels) <= 6
    assert str((levels[1]).normalize().as_tuple().digits[0]) in "125"
    assert len(levels[1].normalize().as_tuple().digits) == 1


@given(st.lists(st.decimals(min_value=0, max_value=10**6, places=6), min_size=2, max_size=50))
def test_a_line_never_leaves_its_plot(values: list[Decimal]) -> None:
    drawn = line_of("1", *map(str, values))
    for pair in drawn.line.split():
        x, y = map(Decimal, pair.split(","))
        assert 0 <= x <= 1000
        assert 0 <= y <= HEIGHT
