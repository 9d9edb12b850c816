"""Ages as actions say them: a plan may hold a million actions, so an action has its age in words only."""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

_AGE = re.compile(r"(?P<before>retired )?(?P<number>\d+)(?P<unit>[mhd])(?P<after> [a-z ]+)", re.ASCII)
_MINUTES = {"m": 1, "h": 60, "d": 1440}


class Age(NamedTuple):
    """``retired 25d ago``: `before` is ``retired ``, `after` is `` ago``."""

    minutes: int
    number: str
    unit: str
    before: str
    after: str


@lru_cache(maxsize=8192)
def age_of(detail: str) -> Age | None:
    """The age that an action's detail begins with; None where it is not known."""
    found = _AGE.fullmatch(detail.partition(";")[0])
    if not found:
        return None
    number, unit = found["number"], found["unit"]
    return Age(int(number) * _MINUTES[unit], number, unit, found["before"] or "", found["after"])


def ages_in_words(ages: Sequence[Age]) -> str:
    """``17–198d old``, ``retired 1–25d ago``; "" for none."""
    if not ages:
        return ""
    first = ages[0]
    if any((each.before, each.after) != (first.before, first.after) for each in ages):
        return f"{age_range(ages)} old"
    after = first.after.replace(" it ", " they ") if len(ages) > 1 else first.after
    return f"{first.before}{age_range(ages)}{after}"


def age_range(ages: Sequence[Age]) -> str:
    """``17–198d``, ``26h–40d``, or ``55d`` where all are the same."""
    youngest, oldest = min(ages), max(ages)
    if youngest.minutes == oldest.minutes:
        return f"{oldest.number}{oldest.unit}"
    unit = "" if youngest.unit == oldest.unit else youngest.unit
    return f"{youngest.number}{unit}–{oldest.number}{oldest.unit}"
