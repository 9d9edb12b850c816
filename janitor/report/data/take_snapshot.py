"""Takes the snapshot of a sweep: sums, and the few rows that a later report shows."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import partial
from heapq import nlargest, nsmallest
from operator import attrgetter, itemgetter
from typing import NamedTuple

from janitor.apply.outcomes import Outcome, OutcomeKind
from janitor.model.amounts import NOTHING, Amount, Estimate, Priced
from janitor.model.inventory import Gap
from janitor.model.text import shorten
from janitor.plan.plan import Action
from janitor.policy.deciding.grace import Waiting
from janitor.report.data.holders import off_line
from janitor.report.data.planned_groups import ALONE, costliest, planned_groups, row_of
from janitor.report.data.result import SweepResult, is_announced
from janitor.report.data.running_costs import STAND, idle_sum, without
from janitor.report.data.snapshot import (
    GAPS,
    LARGEST_PLANNED,
    LARGEST_STORED,
    LONGEST_TEXT,
    NAMED,
    SERVICES,
    TROUBLES,
    WAITING,
    InGrace,
    Planned,
    Remaining,
    RunningCosts,
    RunningService,
    Snapshot,
    Stored,
)
from janitor.report.data.totals import capped, capped_by, sum_of_actions

_WORST_FIRST = {OutcomeKind.FAILED: 0, OutcomeKind.DRIFTED: 1, OutcomeKind.SKIPPED: 2}
_NOTHING_RUNS = RunningCosts((), (), NOTHING, NOTHING)

_Pair = tuple[Action, Outcome]


class _Key(NamedTuple):
    """What actions are summed by: everything that a report divides them by, and what caps them.

    `row` is what a report shows them as (planned_groups.py)."""

    policy: str
    owner: str
    group: str
    gone: bool
    row: tuple[str, str]


# _Key._make without its own Python frame: it is called a million times.
_new_key: Callable[[tuple[object, ...]], _Key] = partial(tuple.__new__, _Key)


def take_snapshot(result: SweepResult) -> Snapshot:
    """What a report needs to know of a sweep: a few passes over its actions, and about a megabyte at most."""
    plan, standing = result.plan, _standing(result)
    held = _held(_pairs(result))
    amounts = {key: sum_of_actions(actions) for key, actions in held.items()}
    left = {key: amount for key, amount in amounts.items() if not key.gone}
    by_policy = _divided(left, 0, plan.group_bytes)
    by_owner = _divided(left, 1, plan.group_bytes)
    ends = Counter(map(attrgetter("kind"), result.outcomes))
    troubled = sum(ends[kind] for kind in _WORST_FIRST)
    return Snapshot(
        sweep_id=result.sweep_id,
        mode=result.mode,
        observed_at=plan.observed_at,
        finished_at=result.finished_at,
        gaps=tuple(_gap(gap) for gap in plan.gaps[:GAPS]),
        gapped=len(plan.gaps),
        refusals=tuple((refusal.limit, refusal.message) for refusal in result.refusals),
        planned=_capped(amounts, plan.group_bytes),
        left=_capped(left, plan.group_bytes),
        by_policy=by_policy[:NAMED],
        by_owner=by_owner[:NAMED],
        largest=_largest(result),
        troubles=_troubles(result) if troubled else (),
        troubled=troubled,
        stored=standing.stored,
        repositories=standing.repositories[:LARGEST_STORED],
        running=standing.running,
        services=standing.services[:SERVICES],
        kept=tuple(Remaining(row.kind.value, row.reason.value, row.count) for row in plan.kept),
        notices=(
            *(_cut(notice) for notice in result.notices),
            *_cut_lists(policies=len(by_policy), owners=len(by_owner)),
        ),
        waiting=tuple(_in_grace(each, result.mode) for each in result.waiting[:WAITING]),
        waited=len(result.waiting),
        in_grace=result.in_grace,
        idle=idle_sum(standing.services),
        grouped=planned_groups(_rows(held, left, plan.group_bytes)),
        unknown_uses=_cut(off_line(result.holders)),
    )


def _pairs(result: SweepResult) -> Iterator[_Pair]:
    return zip(result.plan.actions, result.outcomes, strict=True)


def _held(pairs: Iterable[_Pair]) -> dict[_Key, list[Action]]:
    held: defaultdict[_Key, list[Action]] = defaultdict(list)
    last, gone = None, False
    for action, outcome in pairs:
        if outcome is not last:  # all actions of a dry run share theirs
            last, gone = outcome, outcome.gone
        key = _new_key((action.policy, action.owner, capped_by(action), gone, row_of(action)))
        held[key].append(action)
    return held


def _capped(amounts: Mapping[_Key, Amount], group_bytes: Mapping[str, int]) -> Amount:
    """Their sum, each repository's at most its billed size."""
    groups: dict[str, Amount] = {}
    for key, amount in amounts.items():
        groups[key.group] = groups.get(key.group, NOTHING) + amount
    return capped(groups.items(), group_bytes)


def _rows(
    held: Mapping[_Key, Sequence[Action]], left: Mapping[_Key, Amount], group_bytes: Mapping[str, int]
) -> Iterator[tuple[Sequence[Action], Amount]]:
    """The actions of each row that did not go, and what they come to."""
    for key in left:
        if key.row != ALONE:
            yield held[key], capped([(key.group, left[key])], group_bytes)
            continue
        for each in costliest(held[key]):
            yield (each,), capped([(key.group, sum_of_actions((each,)))], group_bytes)


def _divided(
    amounts: Mapping[_Key, Amount], part: int, group_bytes: Mapping[str, int]
) -> tuple[tuple[str, Amount], ...]:
    """The amounts by one part of their key, the costliest first, then by name."""
    parts: dict[str, dict[_Key, Amount]] = {}
    for key, amount in amounts.items():
        parts.setdefault(str(key[part]), {})[key] = amount
    rows = [(name, _capped(held, group_bytes)) for name, held in parts.items()]
    return tuple(sorted(rows, key=lambda row: (-row[1].usd_month, row[0])))


def _cut_lists(**lengths: int) -> Iterator[str]:
    for name, length in lengths.items():
        if length > NAMED:
            yield f"of {length} {name} that would save something, the {NAMED} costliest are known"


def _largest(result: SweepResult) -> tuple[Planned, ...]:
    """The costliest of what did not go; the larger of two alike, then in the plan's order."""
    left = (pair for pair in _pairs(result) if not pair[1].gone)
    return tuple(_planned(pair) for pair in nlargest(LARGEST_PLANNED, left, key=_cost))


def _troubles(result: SweepResult) -> tuple[Planned, ...]:
    ranked = ((_WORST_FIRST[pair[1].kind], pair) for pair in _pairs(result) if pair[1].kind in _WORST_FIRST)
    return tuple(_planned(pair) for _, pair in nsmallest(TROUBLES, ranked, key=itemgetter(0)))


def _cost(pair: _Pair) -> tuple[Decimal, int]:
    """What has no price comes after what has one."""
    estimate = pair[0].estimate
    return estimate.usd_month if isinstance(estimate, Priced) else Decimal(-1), pair[0].size_bytes


def _standing(result: SweepResult) -> RunningCosts:
    """What stood when the sweep looked, without what it deleted."""
    standing = result.standing or _NOTHING_RUNS
    gone = {action.name for action, outcome in _pairs(result) if action.kind in STAND and outcome.gone}
    left = without(standing, gone)
    return replace(
        left,
        repositories=tuple(map(_short, left.repositories)),
        services=tuple(map(_short_service, left.services)),
    )


def _planned(pair: _Pair) -> Planned:
    action, outcome = pair
    return Planned(
        kind=action.kind.value,
        name=action.name,
        policy=action.policy,
        reason=action.reason.value,
        detail=_cut(action.detail),
        owner=action.owner,
        size_bytes=action.size_bytes,
        estimate=_short_estimate(action.estimate),
        outcome=outcome.kind.value,
        error=None if outcome.error is None else _cut(outcome.error),
    )


def _in_grace(each: Waiting, mode: str) -> InGrace:
    announced = is_announced(each, mode)
    return InGrace(
        each.kind.value, each.name, each.policy, each.owner, each.due_at, announced,
        each.size_bytes, _short_estimate(each.estimate),
    )  # fmt: skip


def _gap(gap: Gap) -> Gap:
    return replace(gap, cause=_cut(gap.cause))


def _short(row: Stored) -> Stored:
    return replace(row, estimate=_short_estimate(row.estimate))


def _short_service(row: RunningService) -> RunningService:
    return replace(row, estimate=_short_estimate(row.estimate), why=_cut(row.why))


def _short_estimate(estimate: Estimate) -> Estimate:
    if isinstance(estimate, Priced):
        return replace(estimate, basis=_cut(estimate.basis))
    return replace(estimate, why=_cut(estimate.why))


def _cut(text: str) -> str:
    return shorten(text, LONGEST_TEXT)
