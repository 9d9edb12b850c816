"""What a sweep comes to: sums capped by each repository's billed size, and the exit code."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from operator import attrgetter
from typing import Protocol

from janitor.apply.outcomes import OutcomeKind
from janitor.model.amounts import NOTHING, Amount, Estimate, amount_of
from janitor.model.kinds import Kind
from janitor.model.units import cents
from janitor.plan.plan import Action
from janitor.policy.deciding.grace import holders
from janitor.report.data.result import SweepResult, Totals, clock_refuses

_KIND = attrgetter("kind")
_INSIDE = "/packages/"
_REFUSED, _IN_PART, _UNOBSERVED, _PLANNED = 4, 6, 3, 8


def was_applied(result: SweepResult) -> bool:
    """Whether deletes were sent at all: apply mode, a clock that is right, and the guard did not refuse."""
    return result.mode == "apply" and not result.refusals and not clock_refuses(result)


def _saves(result: SweepResult) -> Amount:
    """What was deleted comes to, or what would be."""
    if not was_applied(result):
        return result.planned
    pairs = zip(result.plan.actions, result.outcomes, strict=True)
    deleted = (action for action, outcome in pairs if outcome.kind is OutcomeKind.DELETED)
    return capped_sum(deleted, result.plan.group_bytes)


def capped_sum(actions: Iterable[Action], group_bytes: Mapping[str, int]) -> Amount:
    """One pass over the actions; those of a group never come to more than its billed size (R25)."""
    groups: dict[str, Amount] = {}
    for name, run in groupby(actions, capped_by):
        groups[name] = groups.get(name, NOTHING) + sum_of_actions(list(run))
    return capped(groups.items(), group_bytes)


def sum_of_actions(actions: Sequence[Action]) -> Amount:
    """What they come to, without any cap."""
    return amount_of([each.estimate for each in actions], sum([each.size_bytes for each in actions]))


def capped(groups: Iterable[tuple[str, Amount]], group_bytes: Mapping[str, int]) -> Amount:
    """The sum of each group, at most its billed size (R25); the group "" counts in full."""
    return sum((group.capped(group_bytes.get(name) if name else None) for name, group in groups), NOTHING)


def capped_by(action: Action) -> str:
    """The repository whose billed size caps it; a repository is its own cap, and counts in full."""
    return "" if action.kind is Kind.REPOSITORY else action.group


class Scheduled(Protocol):
    """A scheduled deletion with its price."""

    @property
    def name(self) -> str: ...

    @property
    def size_bytes(self) -> int: ...

    @property
    def estimate(self) -> Estimate: ...


def in_grace_sum(scheduled: Iterable[Scheduled], group_bytes: Mapping[str, int]) -> Amount:
    """What all of them cost; what is deleted with another of them is counted, and priced once (R13, R25)."""
    rows = list(scheduled)
    names = {row.name for row in rows}
    groups: dict[str, Amount] = {}
    for row in rows:
        if names.isdisjoint(holders(row.name)):
            group = row.name.partition(_INSIDE)[0] if _INSIDE in row.name else ""
            groups[group] = groups.get(group, NOTHING) + amount_of([row.estimate], row.size_bytes)
    return replace(capped(groups.items(), group_bytes), count=len(rows))


def totals(result: SweepResult) -> Totals:
    """The sums that every output shows."""
    ends = Counter(map(_KIND, result.outcomes))
    return Totals(
        planned=len(result.plan.actions),
        deleted=ends[OutcomeKind.DELETED],
        already_gone=ends[OutcomeKind.ALREADY_GONE],
        drifted=ends[OutcomeKind.DRIFTED],
        skipped=ends[OutcomeKind.SKIPPED],
        failed=ends[OutcomeKind.FAILED],
        saves=_saves(result),
    )


def exit_code(result: SweepResult, fail_on_plan: bool = False) -> int:
    """The code of the error that ended it; else 4 refused, 6 applied in part, 3 with gaps or a wrong clock, 8 for a
    plan that deletes something if `fail_on_plan`, else 0: the first that holds, in that order.
    """
    if result.error:
        return result.error.exit_code
    if result.refusals:
        return _REFUSED
    in_part = {OutcomeKind.FAILED, OutcomeKind.DRIFTED, OutcomeKind.SKIPPED}
    if result.interrupted or not in_part.isdisjoint(map(_KIND, result.outcomes)):
        return _IN_PART
    if result.plan.gaps or _clock_is_in_doubt(result):
        return _UNOBSERVED
    return _PLANNED if fail_on_plan and result.plan.actions else 0


def _clock_is_in_doubt(result: SweepResult) -> bool:
    """A clock that is off ends any sweep with 3, one that could not be compared only an apply (R30)."""
    if result.clock is None:
        return False
    return result.clock.is_off or (result.mode == "apply" and not result.clock.may_delete)


def totals_as_json(result: SweepResult, totals: Totals) -> dict[str, object]:
    """The `totals` object: the same one closes the ledger's sweep and the last log line."""
    examined = {kind.value: count for kind, count in sorted(result.plan.examined.items())}
    return {
        "examined": examined,
        "planned": totals.planned,
        "deleted": totals.deleted,
        "already_gone": totals.already_gone,
        "drifted": totals.drifted,
        "skipped": totals.skipped,
        "failed": totals.failed,
        "reclaimed_bytes": totals.saves.size_bytes,
        "saves_usd_month": format(totals.saves.usd_month, "f"),
        "unpriced": totals.saves.unpriced,
        "saves_usd_month_rounded": cents(totals.saves.usd_month),
    }
