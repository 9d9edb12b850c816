"""Which actions a person is shown, in which order, and what the rest comes to."""

from dataclasses import dataclass, field
from decimal import Decimal
from heapq import nsmallest

from janitor.apply.outcomes import Outcome, OutcomeKind
from janitor.model.amounts import Amount, Priced
from janitor.plan.plan import Action
from janitor.report.data.result import SweepResult
from janitor.report.data.totals import capped_sum, was_applied

_TROUBLE = frozenset({OutcomeKind.FAILED, OutcomeKind.DRIFTED, OutcomeKind.SKIPPED})

Row = tuple[Action, Outcome]


@dataclass(slots=True)
class PolicyRows:
    """One policy's actions: `shown` in showing order, and how many more there are.

    `counted` is what the totals count of its `actions`, `beyond` the part of it that is not shown.
    """

    policy: str
    shown: list[Row]
    more: int
    beyond: Amount
    actions: int
    counted: Amount
    notes: list[str] = field(default_factory=list)


def rows_by_policy(result: SweepResult, show: int | None) -> list[PolicyRows]:
    """Policies in the order in which their first action stands; `show` None shows every action.

    In trouble first (what failed must not hide among the cheap), then the costliest, then the
    biggest, then the plan's order. Sums count what the totals count, capped within the policy.
    """
    by_policy: dict[str, list[Row]] = {}
    for action, outcome in zip(result.plan.actions, result.outcomes, strict=True):
        by_policy.setdefault(action.policy, []).append((action, outcome))
    return [_rows(name, rows, result, show) for name, rows in by_policy.items()]


def _rows(policy: str, rows: list[Row], result: SweepResult, show: int | None) -> PolicyRows:
    group_bytes = result.plan.group_bytes
    applied = was_applied(result)
    shown = sorted(rows, key=_order) if show is None else nsmallest(show, rows, key=_order)
    visible = {action.name for action, _ in shown}
    rest = [row for row in rows if row[0].name not in visible] if len(shown) < len(rows) else []
    return PolicyRows(
        policy=policy,
        shown=shown,
        more=len(rest),
        beyond=capped_sum((a for a, o in rest if _counts(o, applied)), group_bytes),
        actions=len(rows),
        counted=capped_sum((a for a, o in rows if _counts(o, applied)), group_bytes),
        notes=_notes(rows),
    )


def _counts(outcome: Outcome, applied: bool) -> bool:
    return not applied or outcome.kind is OutcomeKind.DELETED


def _order(row: Row) -> tuple[bool, Decimal, int]:
    action, outcome = row
    usd = action.estimate.usd_month if isinstance(action.estimate, Priced) else Decimal(-1)
    return outcome.kind not in _TROUBLE, -usd, -action.size_bytes


def _notes(rows: list[Row]) -> list[str]:
    """Why something costs nothing or has no price, each reason once, the commonest first."""
    counts: dict[str, int] = {}
    for action, _ in rows:
        estimate = action.estimate
        if not isinstance(estimate, Priced):
            note = f"unpriced: {estimate.why}"
        elif not estimate.usd_month and estimate.basis:
            note = f"$0.00: {estimate.basis}"
        else:
            continue
        counts[note] = counts.get(note, 0) + 1
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return [note if count == 1 else f"{note} ({count:,} of these)" for note, count in ranked]
