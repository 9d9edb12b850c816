"""Charts as numbers: where bars end and lines go. The page's template draws them (docs/adr/0009-charts.md).

Places along a chart are percent of its width, so that it is as wide as its page while its letters keep
their size; places up and down are pixels.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_CEILING, Decimal

ROW_HEIGHT = 38
CURVE_HEIGHT, CURVE_TOP, CURVE_BOTTOM = 208, 20, 184
_WIDTH = Decimal(1000)
_STEPS = (Decimal(1), Decimal(2), Decimal(5), Decimal(10))
_TICKS_AT_MOST = 4
_TENTH = Decimal("0.1")
_LEAST_TOP = Decimal("0.04")  # so that levels are whole cents
_SHORT = timedelta(days=3)
_ZERO, _ALL = Decimal(0), Decimal(100)
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Bar:
    """One row: its name, its figure as text, and its length in percent of the longest."""

    label: str
    figure: str
    percent: Decimal
    top: int


@dataclass(frozen=True, slots=True)
class Bars:
    """Rows from the top down. `ident` is unique in the page; `description` says the chart in words."""

    ident: str
    title: str
    description: str
    bars: tuple[Bar, ...]
    height: int


@dataclass(frozen=True, slots=True)
class Tick:
    """A label, and its place: pixels from the top on the upright axis, percent along on the other."""

    label: str
    at: Decimal


@dataclass(frozen=True, slots=True)
class Curve:
    """A line over time on an axis from zero.

    `line` are an SVG's points in a box 1000 wide whose height is that of the plot; `area` the same, closed
    along zero. `end` is the height of the last point in pixels from the top.
    """

    ident: str
    title: str
    description: str
    line: str
    area: str
    end: Decimal
    levels: tuple[Tick, ...]
    days: tuple[Tick, ...]


def bars(ident: str, title: str, rows: Sequence[tuple[str, str, Decimal]]) -> Bars:
    """A chart of (label, figure, value); values are not negative, their order is the rows'."""
    longest = max((value for _, _, value in rows), default=_ZERO)
    drawn = tuple(
        Bar(label, figure, _tenths(_ALL * value / longest) if longest else _ZERO, row * ROW_HEIGHT)
        for row, (label, figure, value) in enumerate(rows)
    )
    described = "; ".join(f"{label}: {figure}" for label, figure, _ in rows)
    return Bars(ident, title, described, drawn, len(rows) * ROW_HEIGHT)


def curve(
    ident: str, title: str, description: str, points: Sequence[tuple[datetime, Decimal]]
) -> Curve | None:
    """A line through points in order of time; None where they are no two moments, so that no line is.

    A value under zero is drawn at zero.
    """
    if not points or points[0][0] == points[-1][0]:
        return None
    levels = ticks(max(value for _, value in points))
    first, last = points[0][0], points[-1][0]
    span = (last - first) // _MICROSECOND
    placed = [
        (_tenths(_WIDTH * ((at - first) // _MICROSECOND) / span), _height(value, levels[-1]))
        for at, value in points
    ]
    line = " ".join(f"{x},{y}" for x, y in placed)
    floor = CURVE_BOTTOM - CURVE_TOP
    return Curve(
        ident=ident,
        title=title,
        description=description,
        line=line,
        area=f"0,{floor} {line} {_WIDTH},{floor}",
        end=placed[-1][1] + CURVE_TOP,
        levels=tuple(Tick(_dollars(level), _height(level, levels[-1]) + CURVE_TOP) for level in levels),
        days=tuple(
            Tick(_day(first + (last - first) * share / 100, last - first), Decimal(share))
            for share in (0, 50, 100)
        ),
    )


def ticks(highest: Decimal) -> tuple[Decimal, ...]:
    """Round levels from zero to the first that `highest` does not exceed, by 1, 2 or 5; five at most.

    The top is four cents at least.
    """
    highest = max(highest, _LEAST_TOP)
    least = highest / _TICKS_AT_MOST
    magnitude = Decimal(1).scaleb(least.adjusted())
    step = next(factor * magnitude for factor in _STEPS if factor * magnitude >= least)
    steps = (highest / step).to_integral_value(ROUND_CEILING)
    return tuple(step * number for number in range(int(steps) + 1))


def _height(value: Decimal, highest: Decimal) -> Decimal:
    """Pixels from the top of the plot."""
    return _tenths((CURVE_BOTTOM - CURVE_TOP) * (1 - max(value, _ZERO) / highest))


def _tenths(value: Decimal) -> Decimal:
    return value.quantize(_TENTH)


def _dollars(level: Decimal) -> str:
    """Whole dollars without cents, the rest with them."""
    return f"${level:,.0f}" if level == level.to_integral_value() else f"${level:,.2f}"


def _day(at: datetime, span: timedelta) -> str:
    """The day; of a short span the minute too."""
    return f"{at:%m-%d %H:%M}" if span < _SHORT else f"{at:%Y-%m-%d}"
