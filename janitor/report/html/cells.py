"""Cells of the HTML report: names, dollars, sizes and times as it shows them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from janitor.model.amounts import Amount, Estimate, Priced
from janitor.model.kinds import Kind
from janitor.model.text import safe_text, shorten
from janitor.model.units import moment, show_age, show_size, show_usd
from janitor.report.data.rows import name_as_people_say, place
from janitor.report.words import kind_in_words, owner_or_nobody, things

_NAME_SHOWN, _TEXT_SHOWN = 140, 240
_KINDS = {kind.value: kind for kind in Kind}
_NOT_KNOWN = "–"


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands in large, and below it in small."""

    text: str
    below: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """A heading; figures stand to the right."""

    label: str
    figures: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """`caption` is for those who do not see the heading above it; `more` says what is left out."""

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    more: str = ""


def shown(text: str, width: int = _TEXT_SHOWN) -> str:
    """Text from outside as one line of at most `width` characters."""
    return shorten(safe_text(text), width)


def name(text: str) -> Cell:
    """A name from outside."""
    return Cell(shown(text, _NAME_SHOWN))


def resource(kind: str, full_name: str) -> Cell:
    """As people call it; below it the kind and where it lies. A kind of a later version keeps its name."""
    known = _KINDS.get(kind)
    said = name_as_people_say(known, full_name) if known else full_name
    what = kind_in_words(kind)
    where = place(full_name, with_project=True)
    return Cell(shown(said, _NAME_SHOWN), shown(f"{what} in {where}" if where else what))


def owner(label: str) -> Cell:
    """The owner that a label names; without one it is unowned."""
    return name(owner_or_nobody(label))


def size(size_bytes: int) -> Cell:
    """Bytes; what has none, such as a service, has a dash."""
    return Cell(show_size(size_bytes) if size_bytes else _NOT_KNOWN)


def counted(kind: str, count: int) -> Cell:
    """``17 images``; a kind of a later version keeps its name."""
    return Cell(shown(things(kind, count)))


def how_long(since: datetime | None, now: datetime) -> Cell:
    """How long it has been so at `now`, and since when; a time after `now` is no time ago."""
    if since is None:
        return Cell("not known")
    return Cell(show_age(max((now - since).total_seconds(), 0)), f"since {moment(since)}")


def money(amount: Amount) -> Cell:
    """Dollars, and how many resources are not in them for want of a price."""
    unpriced = f"{amount.unpriced:,} without a price" if amount.unpriced else ""
    return Cell(show_usd(amount.usd_month, amount.upper_bound), unpriced)


def and_more(count: int, usd_month: Decimal, upper_bound: bool = False) -> str:
    """``and 2,980 more, $12.30 a month``; no dollars where what is shown comes to more than the capped sum."""
    if count <= 0:
        return ""
    usd = f", {show_usd(usd_month, upper_bound)} a month" if usd_month > 0 else ""
    return f"and {count:,} more{usd}"


def priced(estimates: Iterable[Estimate]) -> Decimal:
    """The sum of those that have a price."""
    return sum((each.usd_month for each in estimates if isinstance(each, Priced)), Decimal(0))
