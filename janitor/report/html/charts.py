"""Charts as numbers: where lines and bars end. The page's template draws them (docs/adr/0009-charts.md).

Places along a chart are in thousandths of its width, so that it is as wide as its page; places up and down
are pixels. Labels stand outside of the plot, evenly spaced, as text of the page.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_CEILING, Decimal

PLOT_HEIGHT, PLOT_WIDTH = 150, 1000
_HEIGHT, _WIDTH = Decimal(PLOT_HEIGHT), Decimal(PLOT_WIDTH)
_STEPS = (Decimal(1), Decimal(2), Decimal(5), Decimal(10))
_TICKS_AT_MOST = 5
_TENTH = Decimal("0.1")
_LEAST_TOP = Decimal("0.05")  # so that levels are whole cents
# A course that is shorter than a day shows nothing.
_SHORTEST = timedelta(days=1)
_ZERO, _ALL = Decimal(0), Decimal(100)
_MICROSECOND = timedelta(microseconds=1)

Points = Sequence[tuple[datetime, Decimal]]


@dataclass(frozen=True, slots=True)
class Level:
    """A value on the upright axis, and the pixels from the top of the plot to it."""

    label: str
    at: Decimal


@dataclass(frozen=True, slots=True)
class Chart:
    """A line over time on an axis from zero.

    `line` are an SVG's points in a box of `PLOT_WIDTH` by `PLOT_HEIGHT`; `area` the same, closed along zero.
    `levels` go from the top down; `days` are the first, the middle and the last, each label once. `ident` is
    unique in the page; `description` is the chart in words.
    """

    ident: str
    title: str
    description: str
    line: str
    area: str
    levels: tuple[Level, ...]
    days: tuple[str, ...]


def steps(ident: str, title: str, description: str, points: Points) -> Chart | None:
    """A value that holds until the next point, drawn with steps; None before it has a day of history."""
    return _chart(ident, title, description, points, list(_held(points)))


def line(ident: str, title: str, description: str, points: Points) -> Chart | None:
    """A value that grows evenly from one point to the next; None before it has a day of history."""
    return _chart(ident, title, description, points, points)


def share(part: Decimal, whole: Decimal) -> Decimal:
    """The length of a bar: the percent of `whole` that `part` is, from 0 to 100."""
    return _tenths(_ALL * min(max(part / whole, _ZERO), Decimal(1))) if whole > 0 else _ZERO


def ticks(highest: Decimal) -> tuple[Decimal, ...]:
    """Round levels from zero to the first that `highest` does not exceed, by 1, 2 or 5; six at most.

    The top is five cents at least.
    """
    highest = max(highest, _LEAST_TOP)
    least = highest / _TICKS_AT_MOST
    magnitude = Decimal(1).scaleb(least.adjusted())
    step = next(factor * magnitude for factor in _STEPS if factor * magnitude >= least)
    steps = (highest / step).to_integral_value(ROUND_CEILING)
    return tuple(step * number for number in range(int(steps) + 1))


def _held(points: Points) -> Iterator[tuple[datetime, Decimal]]:
    """The corners of the steps."""
    before: Decimal | None = None
    for at, value in points:
        if before is not None and before != value:
            yield at, before
        yield at, value
        before = value


def _chart(ident: str, title: str, description: str, points: Points, corners: Points) -> Chart | None:
    """A value under zero is drawn at zero."""
    rising = next((place for place, (_, value) in enumerate(corners) if value > 0), None)
    if rising is None or corners[-1][0] - corners[max(rising - 1, 0)][0] < _SHORTEST:
        return None
    levels = ticks(max(value for _, value in points))
    first, last = points[0][0], points[-1][0]
    span = (last - first) // _MICROSECOND
    places = (
        (_tenths(_WIDTH * ((at - first) // _MICROSECOND) / span), _height(value, levels[-1]))
        for at, value in corners
    )
    drawn = " ".join(f"{x},{y}" for x, y in places)
    return Chart(
        ident=ident,
        title=title,
        description=description,
        line=drawn,
        area=f"0,{_HEIGHT} {drawn} {_WIDTH},{_HEIGHT}",
        levels=tuple(Level(_dollars(level), _height(level, levels[-1])) for level in reversed(levels)),
        days=tuple(dict.fromkeys(f"{at.day} {at:%b}" for at in (first, first + (last - first) / 2, last))),
    )


def _height(value: Decimal, highest: Decimal) -> Decimal:
    """Pixels from the top of the plot."""
    return _tenths(_HEIGHT * (1 - max(value, _ZERO) / highest))


def _tenths(value: Decimal) -> Decimal:
    return value.quantize(_TENTH)


def _dollars(level: Decimal) -> str:
    """Whole dollars without cents, the rest with them."""
    return f"${level:,.0f}" if level == level.to_integral_value() else f"${level:,.2f}"
