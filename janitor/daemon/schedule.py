"""Schedule of the daemon: when it is due, by standard cron and a wall clock that may be set (R30), and missed runs."""

import random
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.combining import OrTrigger
from apscheduler.triggers.cron import CronTrigger

from janitor.daemon.ports import Past, Run, Times
from janitor.ledger.history import Origin
from janitor.policy.file.cron import comes, has_dates
from janitor.policy.model import Cron, Schedule

# Set back by up to this much, no scheduled time comes twice: the end of daylight saving on a machine that keeps
# local time, or a correction. Set back by more, the old time was wrong.
SET_BACK = timedelta(hours=1)


class Due:
    """The times of one trigger. It is asked again and again what has come due by now.

    `next` is when it is due next, in UTC. A clock that leaps forward makes the last missed time due and no other.
    """

    def __init__(self, trigger: BaseTrigger, now: datetime) -> None:
        self._trigger, self._seen = trigger, now
        self.next: datetime = self._following(None, now)

    def at(self, now: datetime) -> datetime | None:
        """The time that is due by `now` and was not answered before: the last one of several."""
        if now < self._seen - SET_BACK:
            self._seen, self.next = now, self._following(None, now)
            return None
        self._seen = max(self._seen, now)
        found = None
        # a trigger leaps to the last time that was missed, so that this takes two steps at most
        while self.next <= now:
            found, self.next = self.next, self._following(self.next, now)
        return found

    def _following(self, previous: datetime | None, now: datetime) -> datetime:
        found: datetime = self._trigger.get_next_fire_time(previous, now)  # type: ignore[no-untyped-call]
        return found.astimezone(UTC)


async def missed(
    past: Past, times: Times, schedule: Schedule, born: datetime, until: datetime
) -> Mapping[Run, datetime]:
    """The last time that each run was due and not made, until the daemon began at `until`. LedgerError.

    Nothing, where the last sweep began later than that. On the very first start, when the ledger knows of no sweep by a daemon, only what came due since this
    process was `born`.
    """
    last = await past.last_sweep(Origin.DAEMON)
    if last and last.started_at > until:
        return {}  # the clock was set back since: schedules start again on the new one
    swept = last.started_at if last else born
    found: dict[Run, datetime] = {}
    if due := times.latest(schedule.sweep, schedule.timezone, swept, until):
        found["sweep"] = due
    since = await past.last_reported() or await _last_tried(past, swept)
    if due := times.latest(schedule.report, schedule.timezone, since if last else born, until):
        found["report"] = due
    return found


async def _last_tried(past: Past, last_sweep: datetime) -> datetime:
    """Where no report was ever posted: it may have been made for nobody, and is not made again."""
    tried = await past.last_sweep(Origin.REPORT)
    return max(last_sweep, tried.started_at) if tried else last_sweep


_WEEKDAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_LEAST = timedelta(microseconds=1)
_BEFORE_THE_NEXT = timedelta(seconds=1)


class ScheduleTrigger(BaseTrigger):
    """The moments at which a Cron is due in a time zone (an IANA name); aware, in UTC.

    Each time on the wall is due once. One that daylight saving leaves out (02:30 in New York on
    2026-03-08) is due at the moment the clock jumps over it, one that it shows twice (01:30 on 2026-11-01)
    at the first. Two times that fall on one moment are one run.

    A run begins up to `jitter` after its due time, never before, and always before the next due time: so
    the due time after a run's beginning is the next, and none comes twice or is lost. Of several that
    were missed only the last is asked for. ValueError for a Cron that never comes, or an unknown zone.
    """

    def __init__(self, cron: Cron, timezone: str, jitter: timedelta = timedelta(0)) -> None:
        if not comes(cron):
            raise ValueError(f"{cron.text!r} never comes")
        self.cron = cron
        self.zone = ZoneInfo(timezone)
        self.jitter = jitter
        self._wall = _wall_trigger(cron)

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime:
        """What APScheduler asks: the beginning of the next run after the one of `previous_fire_time`.

        Without one: after `now` and not at it, for what was due at `now` is `due_between`'s. APScheduler
        asks for each run until one lies in the future; the first answer is the last that was due.
        """
        if previous_fire_time is None:
            return self.begins_after(now)
        missed = self.due_between(previous_fire_time, now)
        return self._begins(missed or self.next_after(previous_fire_time))

    def begins_after(self, moment: datetime) -> datetime:
        """When the run of the first due time after the moment begins, with its jitter."""
        return self._begins(self.next_after(moment))

    def next_after(self, moment: datetime) -> datetime:
        """The first due time after the moment, without jitter."""
        moment = moment.astimezone(UTC)
        wall = moment.astimezone(self.zone).replace(tzinfo=UTC)
        while True:
            wall = self._wall.get_next_fire_time(None, wall + _LEAST)  # type: ignore[no-untyped-call]
            # A clock that was set back shows times anew that were due the first time.
            if (due := _moment(wall, self.zone)) > moment:
                return due

    def due_between(self, last: datetime, now: datetime) -> datetime | None:
        """The latest due time in (last, now], or None: was a run missed since the last one began?

        Halves the time between, so that a minute's cron after a year's sleep is no long search.
        """
        found, end = last.astimezone(UTC), now.astimezone(UTC)
        missed: datetime | None = None
        while (due := self.next_after(found)) <= end:
            found = missed = due
            middle = found + (end - found) / 2
            if (later := self.next_after(middle)) <= end:
                found = missed = later
            else:
                end = middle
        return missed

    def _begins(self, due: datetime) -> datetime:
        if not self.jitter:
            return due
        room = self.next_after(due) - due - _BEFORE_THE_NEXT
        return due + min(self.jitter, room) * random.random()

    def __str__(self) -> str:
        return f"{self.cron.text} in {self.zone.key}"


class ScheduleTimes:
    """Times of a schedule, for the daemon: to come, and past."""

    def trigger(self, cron: Cron, timezone: str, jitter: timedelta) -> ScheduleTrigger:
        """A trigger of APScheduler's; ValueError as there."""
        return ScheduleTrigger(cron, timezone, jitter)

    def latest(self, cron: Cron, timezone: str, after: datetime, until: datetime) -> datetime | None:
        """The last time that was due in (after, until], in UTC."""
        return ScheduleTrigger(cron, timezone).due_between(after, until)


def _wall_trigger(cron: Cron) -> BaseTrigger:
    """The times on the wall, written as if they were UTC's."""
    by_day = {"day": _listed(cron.days, 31)}
    by_weekday = {"day_of_week": ",".join(_WEEKDAYS[day] for day in cron.weekdays)}
    if not cron.either_day:
        return _cron_trigger(cron, **by_day, **by_weekday)
    # CronTrigger looks for a 31 February until the year 9999, at each call.
    days = [by_day, by_weekday] if has_dates(cron) else [by_weekday]
    return OrTrigger([_cron_trigger(cron, **day) for day in days])  # type: ignore[no-untyped-call]


def _cron_trigger(cron: Cron, **days: str) -> CronTrigger:
    minute, hour, month = _listed(cron.minutes, 60), _listed(cron.hours, 24), _listed(cron.months, 12)
    return CronTrigger(minute=minute, hour=hour, month=month, timezone=UTC, **days)  # type: ignore[no-untyped-call]


def _listed(values: tuple[int, ...], all_of_them: int) -> str:
    return "*" if len(values) == all_of_them else ",".join(map(str, values))


def _moment(wall: datetime, zone: ZoneInfo) -> datetime:
    """The first moment at which the zone's clock shows this time; where it never does, when it jumps over it.

    Of a time that is shown twice `fold` 0 is the first; of one that is not shown it goes by the offset
    from before the jump, and 1 by that from after it (PEP 495), so that the jump lies between the two.
    """
    shown = wall.replace(tzinfo=zone)
    late, early = shown.replace(fold=0).astimezone(UTC), shown.replace(fold=1).astimezone(UTC)
    if late <= early:
        return late
    while late - early > timedelta(seconds=1):
        middle = early + (late - early) // 2
        jumped = middle.astimezone(zone).replace(tzinfo=UTC) > wall
        early, late = (early, middle) if jumped else (middle, late)
    return late.replace(microsecond=0)
