"""What came due while nobody was there: the last run is in the ledger."""

from collections.abc import Mapping
from datetime import datetime

from janitor.daemon.ports import Past, Run, Times
from janitor.ledger.history import Origin
from janitor.policy.model import Schedule


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
