"""Standing costs: what idle minimum instances and storage cost each month after the plan of a sweep."""

from collections.abc import Set
from dataclasses import dataclass

from janitor.kinds.table import HOLDER_KINDS
from janitor.model.amounts import NOTHING, Amount
from janitor.model.kinds import Kind
from janitor.policy.deciding.gaps import is_unseen_gap
from janitor.report.data.result import SweepResult
from janitor.report.data.running_costs import STAND, idle_sum, without
from janitor.report.data.snapshot import RunningCosts, RunningService
from janitor.report.data.totals import was_applied

# What services are read from, with the revisions that hold their minimum instances.
_SERVICES_COME_FROM = frozenset(
    {Kind.RUN_LOCATION, RunningService.kind, HOLDER_KINDS[RunningService.kind].holds}
)


@dataclass(frozen=True, slots=True)
class StandingCosts:
    """What remains after a plan, in every project that is read.

    `idle` counts the services with idle minimum instances. `storage` counts repositories, each with the size that
    Google bills now: an upper bound where images of them are deleted, because these may share layers with
    the images that remain. An amount is of what was read; unless it is `known`, a read failed.
    """

    idle: Amount
    storage: Amount
    idle_known: bool
    storage_known: bool


def standing_after(result: SweepResult) -> StandingCosts:
    """The costs that remain: after the deletions of an apply, else after all that are planned."""
    if result.standing is None:
        return StandingCosts(NOTHING, NOTHING, idle_known=False, storage_known=False)
    left = without(result.standing, _gone(result))
    # a gap inside a repository hides no cost, and no workloads seen is no failed read
    unread = {gap.kind for gap in result.plan.gaps if gap.repository is None and not is_unseen_gap(gap)}
    return StandingCosts(
        idle_amount(left),
        _storage(left, result),
        unread.isdisjoint(_SERVICES_COME_FROM),
        all(kind.is_run for kind in unread),
    )


def idle_amount(costs: RunningCosts) -> Amount:
    """The services with idle minimum instances, and what these cost; a service without any is not counted."""
    return idle_sum(costs.services)


def _gone(result: SweepResult) -> Set[str]:
    pairs = zip(result.plan.actions, result.outcomes, strict=True)
    applied = was_applied(result)
    return {
        action.name for action, outcome in pairs if action.kind in STAND and (outcome.gone or not applied)
    }


def _storage(left: RunningCosts, result: SweepResult) -> Amount:
    names = {row.name for row in left.repositories}
    in_part = any(action.group in names for action in result.plan.actions)
    stored = left.stored
    return Amount(
        stored.count, stored.size_bytes, stored.usd_month, stored.unpriced, stored.upper_bound or in_part
    )
