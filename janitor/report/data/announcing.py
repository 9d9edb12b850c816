"""Announcement of scheduled deletions: when a grace period starts, and what a result says if nobody was told (R32)."""

from collections.abc import Sequence, Set
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


def accepted(result: SweepResult, promised: Sequence[Waiting], at: datetime) -> SweepResult:
    """The result once a channel accepted, at `at`, the announcement of some deletions, with the dates that it was
    `promised`."""
    dates = {each.name: each.due_at for each in promised}
    waiting = tuple(
        announced_on(each, result.started_at, at)._replace(due_at=dates[each.name])
        if each.name in dates
        else each
        for each in result.waiting
    )
    return replace(result, waiting=waiting, noted=True)


def unannounced(result: SweepResult, why: str, announced: Set[str] = frozenset()) -> SweepResult:
    """No channel accepted the announcement, but of the names that are `announced`: no other new grace period has
    started."""
    left = {each.name for each in newly_scheduled(result)} - announced
    line = (
        f"NOT ANNOUNCED: {many(len(left), 'scheduled deletion')}. {why.rstrip('.')}. The grace period has not started;"
        " the next apply announces them again"
    )
    waiting = tuple(each._replace(refused=True) if each.name in left else each for each in result.waiting)
    return replace(result, waiting=waiting, notices=(line, *result.notices))
