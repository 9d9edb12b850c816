"""Standard cron expressions, read into the values they stand for. Pure.

The grammar is crontab(5)'s: numbers, names, ranges, lists, steps and macros; Sunday is 0 and 7. What the
manual leaves open is refused with the way out, so that no expression runs at times its author did not mean.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches

from janitor.model.text import show
from janitor.policy.model import Cron

LONGEST_TEXT = 400
_BLANKS = re.compile(r"[ \t]+")
_ITEM = re.compile(r"(?P<first>\*|[^-/*]+)(?:-(?P<last>[^-/*]+))?(?:/(?P<step>[^-/*]+))?")
_NUMBER = re.compile(r"\d{1,9}", re.ASCII)
_LONGEST_MONTHS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


@dataclass(frozen=True, slots=True)
class _Field:
    """One of the five. `names` stand for `lowest` and on."""

    name: str
    lowest: int
    highest: int
    names: tuple[str, ...] = ()

    @property
    def allowed(self) -> str:
        names = f" or {self.names[0]} to {self.names[-1]}" if self.names else ""
        return f"{self.lowest} to {self.highest}{names}"


_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WEEKDAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_FIELDS = (
    _Field("minute", 0, 59),
    _Field("hour", 0, 23),
    _Field("day of month", 1, 31),
    _Field("month", 1, 12, _MONTHS),
    _Field("day of week", 0, 7, _WEEKDAYS),
)
_SUNDAY_TOO = 7

_MACROS = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
}


def parse_cron(text: str) -> Cron:
    """Read ``0 3 * * *`` (minute, hour, day of month, month, day of week) or a macro such as ``@daily``.

    ValueError names the field, what is allowed and the nearest spelling; so it does for times that never
    come, such as 30 February. `5/10` is an error, for crons differ on it: crontab(5) gives steps to ranges
    and `*` alone. A range runs upwards (`22-2` is an error), and one may end with Sunday, as `fri-sun` or
    `5-7`. A day field that begins with `*` is unrestricted, as in Vixie's cron: `*/2` too.
    """
    if len(text) > LONGEST_TEXT:
        raise ValueError(
            f"{show(text)} is longer than {LONGEST_TEXT} characters, more than any cron expression has"
        )
    written = text.strip(" \t")
    fields = _BLANKS.split(_MACROS[written.lower()] if written.lower() in _MACROS else _no_macro(written))
    if len(fields) != len(_FIELDS) or not written:
        raise ValueError(
            f"{show(text)} has {len(fields) if written else 0} fields, cron has five: minute, hour, day of month, "
            'month, day of week, such as "0 3 * * *"'
        )
    minutes, hours, days, months, weekdays = (_values(*each) for each in zip(_FIELDS, fields, strict=True))
    either_day = not fields[2].startswith("*") and not fields[4].startswith("*")
    weekdays = tuple(sorted({day % _SUNDAY_TOO for day in weekdays}))
    cron = Cron(written, minutes, hours, days, months, weekdays, either_day)
    if not comes(cron):
        raise ValueError(f"{show(written)} never comes: none of its months has such a day")
    return cron


def comes(cron: Cron) -> bool:
    """Whether there is such a day in some year: with either day, a weekday always is.

    Each date, 29 February too, falls on every weekday in some year of the calendar's four hundred.
    """
    return cron.either_day or has_dates(cron)


def has_dates(cron: Cron) -> bool:
    """Whether one of its months has one of its days, if only in leap years."""
    return any(day <= _LONGEST_MONTHS[month - 1] for day in cron.days for month in cron.months)


def _no_macro(written: str) -> str:
    if not written.startswith("@"):
        return written
    if written.lower() == "@reboot":
        raise ValueError(
            "@reboot is not supported, because a restart is no reason to delete: "
            "use @daily, or start the daemon with --now"
        )
    near = get_close_matches(written.lower(), _MACROS, n=1)
    hint = f"did you mean {near[0]}? " if near else ""
    raise ValueError(f"{show(written)} is not a macro: {hint}there are {', '.join(_MACROS)}")


def _values(field: _Field, text: str) -> tuple[int, ...]:
    """All that a field says, sorted; a Sunday may be both 0 and 7 still."""
    return tuple(sorted({value for item in text.split(",") for value in _of_item(field, item)}))


def _of_item(field: _Field, item: str) -> range:
    found = _ITEM.fullmatch(item)
    if not found:
        raise _wrong(field, item, f"write {field.allowed}, a range such as {_range(field)}, a list, or *")
    first, last, step = found["first"], found["last"], _step(field, item, found["step"])
    if first == "*":
        if last:
            raise _wrong(field, item, "* is the whole range already")
        return range(field.lowest, field.highest + 1, step)
    begin = _value(field, first)
    if last is None and found["step"]:
        raise _wrong(field, item, f"a step needs a range: write {first}-{field.highest}/{step}")
    return range(begin, (begin if last is None else _end(field, item, begin, last)) + 1, step)


def _end(field: _Field, item: str, begin: int, last: str) -> int:
    """A range's last value. `sun` ends a week that a later day began."""
    end = _value(field, last)
    if last.lower() == _WEEKDAYS[0] and begin > end:
        return _SUNDAY_TOO
    if begin > end:
        raise _wrong(field, item, f"a range must ascend: write {_two_ranges(field, begin, end)}")
    return end


def _two_ranges(field: _Field, begin: int, end: int) -> str:
    """What a range that wraps around meant."""
    parts = ((begin, field.highest), (field.lowest if field.highest != _SUNDAY_TOO else 1, end))
    return ",".join(str(low) if low == high else f"{low}-{high}" for low, high in parts if low <= high)


def _step(field: _Field, item: str, step: str | None) -> int:
    if step is None:
        return 1
    if not _NUMBER.fullmatch(step) or not 1 <= int(step) <= field.highest:
        raise _wrong(field, item, f"a step is a number from 1 to {field.highest}")
    return int(step)


def _value(field: _Field, word: str) -> int:
    if _NUMBER.fullmatch(word):
        if field.lowest <= int(word) <= field.highest:
            return int(word)
    elif word.lower() in field.names:
        return field.lowest + field.names.index(word.lower())
    raise _wrong(field, word, f"{_hint(field, word)}allowed: {field.allowed}")


def _hint(field: _Field, word: str) -> str:
    near = next(_near(field, word.lower()), None)
    return f"did you mean {near}? " if near else ""


def _near(field: _Field, word: str) -> Iterator[str]:
    yield from (name for name in field.names if word.startswith(name))
    yield from get_close_matches(word, field.names, n=1)


def _range(field: _Field) -> str:
    return f"{field.names[0]}-{field.names[2]}" if field.names else f"{field.lowest}-{field.lowest + 2}"


def _wrong(field: _Field, item: str, way_out: str) -> ValueError:
    return ValueError(f"{field.name} {show(item)}: {way_out}")
