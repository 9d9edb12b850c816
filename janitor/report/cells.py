"""Cells of the cost report's sections: resources, owners, dollars, dates and texts as typed values."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from janitor.model.units import moment, show_age, show_size
from janitor.report.data.causes import cause_in_short
from janitor.report.data.names import ails_for, called, named
from janitor.report.data.troubles import TroubleKind
from janitor.report.reason_words import cause_in_words
from janitor.report.words import (
    due_in_words,
    fate,
    owner_or_nobody,
    show_share,
    trouble_heading,
)


@dataclass(frozen=True, slots=True)
class ResourceCell:
    """A resource by Google's name, which also holds its place. `with_kind`: people are told its kind too."""

    kind: str
    name: str
    with_kind: bool = False


@dataclass(frozen=True, slots=True)
class PolicyCell:
    """A policy's name."""

    name: str


@dataclass(frozen=True, slots=True)
class CauseCell:
    """The policy that deletes a resource and its reason. `detail` is None where it is not recorded.

    `number` is ``28 images`` where the row stands for several resources, else "".
    """

    policy: str
    reason: str
    detail: str | None = None
    number: str = ""

    @property
    def words(self) -> str:
        """``28 images, unused, 17–198d old``: all but the policy."""
        cause = cause_in_words(self.reason, self.detail)
        return ", ".join(part for part in (self.number, cause) if part)


@dataclass(frozen=True, slots=True)
class ReasonCell:
    """The wire name of a reason to keep."""

    reason: str


@dataclass(frozen=True, slots=True)
class OwnerCell:
    """An owner's label; "" is unowned."""

    label: str


@dataclass(frozen=True, slots=True)
class CountCell:
    """A number of resources, and what is to be said of some of them."""

    number: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class SizeCell:
    """Bytes; None is a resource that has none, such as a service."""

    size_bytes: int | None


@dataclass(frozen=True, slots=True)
class MoneyCell:
    """Dollars, mostly a month; None is unpriced. `unpriced` resources are not in them."""

    usd: Decimal | None
    upper_bound: bool = False
    unpriced: int = 0


@dataclass(frozen=True, slots=True)
class StatusCell:
    """A service's status, since when it has it (None: not known), and when the sweep looked."""

    status: str
    since: datetime | None
    at: datetime


@dataclass(frozen=True, slots=True)
class AgeCell:
    """How long something has been so at `at`; None is not known. A time after `at` is no time ago."""

    since: datetime | None
    at: datetime


@dataclass(frozen=True, slots=True)
class HistoryCell:
    """A deletion's time, and when later sweeps saw that it is gone, or is back; all until `until`."""

    deleted_at: datetime
    gone_at: datetime | None
    back_at: datetime | None
    until: datetime


@dataclass(frozen=True, slots=True)
class DueCell:
    """The date of a scheduled deletion; not `announced`: only a dry run knows of it."""

    due_at: datetime
    announced: bool


@dataclass(frozen=True, slots=True)
class ProblemCell:
    """What sort of trouble it is."""

    kind: TroubleKind


@dataclass(frozen=True, slots=True)
class ErrorCell:
    """Google's own words for a failure; "" where it gives none."""

    words: str


@dataclass(frozen=True, slots=True)
class TextCell:
    """Any other text."""

    words: str


# None: there is nothing of it.
Cell = (
    ResourceCell | PolicyCell | CauseCell | ReasonCell | OwnerCell | CountCell | SizeCell | MoneyCell | StatusCell
    | AgeCell | HistoryCell | DueCell | ProblemCell | ErrorCell | TextCell | None
)  # fmt: skip
CellRow = tuple[Cell, ...]


def plain(cell: Cell) -> str:
    """A cell in words that are not escaped, for media that show a cell as text."""
    match cell:
        case ResourceCell(kind, name, with_kind):
            return named(kind, name) if with_kind else called(kind, name)
        case CauseCell(policy):
            return f"{policy}: {cell.words}"
        case OwnerCell(label):
            return owner_or_nobody(label)
        case CountCell(number):
            return f"{number:,}"
        case SizeCell(int(size_bytes)):
            return show_size(size_bytes)
        case MoneyCell(usd, upper_bound, unpriced):
            return f"{show_share(usd, upper_bound)}{f' and {unpriced:,} unpriced' if unpriced else ''}"
        case StatusCell(status, since, at):
            return ails_for(status, since, at)
        case AgeCell(since, at):
            return show_age(max((at - since).total_seconds(), 0)) if since else "not known"
        case HistoryCell(deleted_at, gone_at, back_at, until):
            return f"{moment(deleted_at)}, {fate(gone_at, back_at, until)}"
        case DueCell(due_at, announced):
            return due_in_words(due_at, announced)
        case PolicyCell(words) | ReasonCell(words) | ErrorCell(words) | TextCell(words):
            return words
        case ProblemCell(kind):
            return trouble_heading(kind)
        case _:
            return "–"


def cause_of_services(error: ErrorCell, count: int) -> str:
    """``HEALTH_CHECK_CONTAINER_ERROR: The container failed to start (3 of these)``, of so many failing services."""
    cause = cause_in_short(error.words) or "Google does not say why"
    return f"{cause} ({count:,} of these)" if count > 1 else cause
