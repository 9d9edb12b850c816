"""Announcement of scheduled deletions: when a grace period starts, and what a result says if nobody was told (R32)."""

from dataclasses import replace
from datetime import datetime

from janitor.model.text import many
from janitor.policy.deciding.grace import Waiting, announced_on
from janitor.report.data.result import SweepResult, clock_refuses


def announces(result: SweepResult) -> bool:
    """Whether an apply has scheduled deletions that are to be announced. A dry run announces nothing."""
    return result.mode == "apply" and not clock_refuses(result) and bool(newly_scheduled(result))


def newly_scheduled(result: SweepResult) -> tuple[Waiting, ...]:
    """The deletions that this sweep schedules, or schedules for another date, the soonest first."""
    return tuple(each for each in result.waiting if each.is_new and not each.refused)


def dated(result: SweepResult, at: datetime) -> SweepResult:
    """The same result with the dates of an announcement at `at`: each new grace period starts then."""
    begun = result.started_at
    return replace(result, waiting=tuple(announced_on(each, begun, at) for each in result.waiting))


def accepted(result: SweepResult, promised: SweepResult, at: datetime) -> SweepResult:
    """What a channel accepted at `at`, with the dates that it was `promised`."""
    begun = result.started_at
    pairs = zip(result.waiting, promised.waiting, strict=True)
    waiting = tuple(
        announced_on(each, begun, at)._replace(due_at=told.due_at) if each.is_new else each
        for each, told in pairs
    )
    return replace(result, waiting=waiting, noted=True)


def unannounced(result: SweepResult, why: str) -> SweepResult:
    """No channel accepted the announcement: no new grace period has started."""
    number = many(len(newly_scheduled(result)), "scheduled deletion")
    line = (
        f"NOT ANNOUNCED: {number}. {why.rstrip('.')}. The grace period has not started; the next apply announces"
        " them again"
    )
    waiting = tuple(each._replace(refused=True) if each.is_new else each for each in result.waiting)
    return replace(result, waiting=waiting, notices=(line, *result.notices))
