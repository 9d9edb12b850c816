"""`schedule:` and `report:` as values: when the daemon works, and what its report may say."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal

Note = Literal["always", "changes", "failures", "never"]


@dataclass(frozen=True, slots=True)
class Cron:
    """Five fields of standard cron, each as the sorted values it stands for; weekday 0 is Sunday.

    `either_day`: both day fields are restricted, and a day of either one counts, as cron does.
    `text` is the expression as written.
    """

    text: str
    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    days: tuple[int, ...]
    months: tuple[int, ...]
    weekdays: tuple[int, ...]
    either_day: bool


def every_day(hour: int, weekdays: tuple[int, ...] = tuple(range(7)), text: str = "") -> Cron:
    """Once on each of these weekdays, at a full hour."""
    return Cron(text, (0,), (hour,), tuple(range(1, 32)), tuple(range(1, 13)), weekdays, False)


@dataclass(frozen=True, slots=True)
class Schedule:
    """When the daemon sweeps and reports, in `timezone` (an IANA name).

    A sweep begins up to `jitter` after its time. What the file does not say is every night at three
    and Monday at nine, in UTC.
    """

    timezone: str = "UTC"
    sweep: Cron = field(default=every_day(3, text="0 3 * * *"))
    jitter: timedelta = timedelta(0)
    report: Cron = field(default=every_day(9, (1,), "0 9 * * mon"))


@dataclass(frozen=True, slots=True)
class ReportOptions:
    """`report:`. `note`: after which sweeps a short note is posted. A deletion counts as saving for
    `horizon` at most. `show_creator`: what has no owner label is its creator's, a person's address.
    """

    note: Note = "changes"
    horizon: timedelta = timedelta(days=365)
    show_creator: bool = False
