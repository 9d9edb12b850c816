"""Guard: the limits of a sweep (R20). A plan is cleared, or refused with every violation."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal

from janitor.model.kinds import Kind
from janitor.plan.plan import Plan
from janitor.policy.model import Limits


@dataclass(frozen=True, slots=True)
class Refusal:
    """One limit that the plan exceeds; the message holds the flag that would allow it."""

    limit: str
    message: str


@dataclass(frozen=True, slots=True)
class ClearedPlan:
    """A plan within every limit. Only the guard makes one; the executor takes nothing else."""

    plan: Plan


@dataclass(frozen=True, slots=True)
class Refused:
    """A plan that exceeds limits: all of them, never only the first."""

    plan: Plan
    refusals: tuple[Refusal, ...]


# A share says nothing of a few: it applies to a kind with more than this many destroyed.
SHARE_APPLIES_ABOVE = 10


def destroyed(plan: Plan) -> Counter[Kind]:
    """How many of each kind go, contained ones too: a repository is 1 and each image in it."""
    counts: Counter[Kind] = Counter()
    for action in plan.actions:
        counts[action.kind] += 1
        for kind, count in action.contains:
            counts[kind] += count
    return counts


def exceeded(plan: Plan, limits: Limits, monthly: Decimal, unpriced: int) -> tuple[Refusal, ...]:
    """Every limit that the plan exceeds. `monthly` is the capped dollars of what is priced."""
    counts = destroyed(plan)
    return (
        *_deletions(sum(counts.values()), limits),
        *_shares(counts, plan.examined, limits),
        *_value(monthly, unpriced, limits),
        *_unpriced(unpriced, limits),
    )


def _deletions(total: int, limits: Limits) -> Iterator[Refusal]:
    if total > limits.max_deletions:
        yield Refusal(
            "max_deletions",
            f"{total} resources would be deleted; max_deletions is {limits.max_deletions}."
            f" To allow it this once: --limit max_deletions={total}",
        )


def _shares(counts: Mapping[Kind, int], examined: Mapping[Kind, int], limits: Limits) -> Iterator[Refusal]:
    needed = Decimal(0)
    worst = []
    for kind in sorted(counts):
        total = examined.get(kind, 0)
        if counts[kind] <= SHARE_APPLIES_ABOVE or not total:
            continue
        share = Decimal(counts[kind]) / total
        if share > limits.max_share:
            worst.append(f"{counts[kind]} of {total} {kind.value} ({_percent(share)})")
            needed = max(needed, share)
    if worst:
        yield Refusal(
            "max_share",
            f"{', '.join(worst)} would be deleted; max_share is {(limits.max_share * 100).normalize():f}%."
            f" To allow it this once: --limit max_share={_percent(needed)}",
        )


def _value(monthly: Decimal, unpriced: int, limits: Limits) -> Iterator[Refusal]:
    if monthly > limits.max_monthly_value:
        beside = f" (and {unpriced} without a known price)" if unpriced else ""
        yield Refusal(
            "max_monthly_value",
            f"the resources to delete cost {monthly:.2f} USD/month{beside}; max_monthly_value is"
            f" {limits.max_monthly_value:f} USD. To allow it this once:"
            f' --limit "max_monthly_value={_rounded_up(monthly)} USD"',
        )


def _unpriced(unpriced: int, limits: Limits) -> Iterator[Refusal]:
    """Resources without a price pass under max_monthly_value, so their number has a limit of its own (R41)."""
    if unpriced > limits.max_unpriced:
        yield Refusal(
            "max_unpriced",
            f"{unpriced} resources without a known price would be deleted; max_unpriced is {limits.max_unpriced}."
            f" To allow it this once: --limit max_unpriced={unpriced}",
        )


def _percent(share: Decimal) -> str:
    return f"{_rounded_up(share * 100)}%"


def _rounded_up(number: Decimal) -> str:
    """So that the number printed is one that allows what it speaks of."""
    return f"{number.to_integral_value(ROUND_CEILING):f}"


def guard(plan: Plan, limits: Limits, monthly: Decimal, unpriced: int) -> ClearedPlan | Refused:
    """Clear the whole plan, or refuse the whole plan with every limit that it exceeds."""
    refusals = exceeded(plan, limits, monthly, unpriced)
    return Refused(plan, refusals) if refusals else ClearedPlan(plan)
