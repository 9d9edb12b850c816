"""Rows of the sweep's table: deletions grouped and sorted by dollars, and what the rows that are not shown come to."""

from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from dataclasses import dataclass, field
from decimal import Decimal
from heapq import nsmallest

from janitor.apply.outcomes import Outcome, OutcomeKind
from janitor.kinds.table import KINDS
from janitor.model.amounts import NOTHING, Amount, Priced
from janitor.model.units import cents
from janitor.plan.plan import Action
from janitor.report.data.ages import age_of
from janitor.report.data.causes import error_in_short, why_failed
from janitor.report.data.names import place
from janitor.report.data.result import SweepResult
from janitor.report.data.totals import capped_sum, was_applied

_TROUBLE = frozenset({OutcomeKind.FAILED, OutcomeKind.DRIFTED, OutcomeKind.SKIPPED})

Pair = tuple[Action, Outcome]


@dataclass(frozen=True, slots=True)
class DeletionRow:
    """One or more deletions of one kind and place with the same outcome: those in one holder, or all that failed
    for the same cause. `outcome` is that of the first, `amount` what they save, capped by their repository's billed
    size (R25)."""

    actions: Sequence[Action]
    outcome: Outcome
    amount: Amount

    @property
    def first(self) -> Action:
        """Its only action, or one of several."""
        return self.actions[0]

    @property
    def parts(self) -> Sequence[Sequence[Action]]:
        """Its actions by what holds them, each alone where nothing does."""
        found: dict[str, list[Action]] = {}
        for action in self.actions:
            name = holder_of(action.name) if KINDS[action.kind].grouped else action.name
            found.setdefault(name, []).append(action)
        return list(found.values())

    @property
    def place(self) -> str:
        """``asia-northeast3 my-project``."""
        return place(self.first.name, with_project=True)


@dataclass(slots=True)
class PolicyRows:
    """One policy's deletions: `shown` in showing order, and how many more rows there are.

    `counted` is what the totals count of its `actions`, `beyond` the part of it that is not shown. `places` are those
    of all its actions.
    """

    policy: str
    shown: list[DeletionRow]
    more: int
    beyond: Amount
    actions: int
    counted: Amount
    places: Set[str]
    notes: list[str] = field(default_factory=list)


def rows_by_policy(result: SweepResult, show: int | None) -> list[PolicyRows]:
    """Policies, the costliest first; `show` None shows every action in a separate row.

    Of a policy what is in trouble comes first (what failed must not hide among the cheap), then the costliest, of
    equal prices the oldest. Sums count what the totals count, capped within the policy.
    """
    by_policy: dict[str, list[Pair]] = {}
    for action, outcome in zip(result.plan.actions, result.outcomes, strict=True):
        by_policy.setdefault(action.policy, []).append((action, outcome))
    policies = [_rows(name, pairs, result, show) for name, pairs in by_policy.items()]
    return sorted(policies, key=lambda rows: (-rows.counted.usd_month, -rows.counted.size_bytes))


def holder_of(name: str) -> str:
    """What holds a resource: ``…/services/web`` for one of its revisions."""
    return name.rsplit("/", 2)[0]


def _rows(policy: str, pairs: list[Pair], result: SweepResult, show: int | None) -> PolicyRows:
    group_bytes = result.plan.group_bytes
    applied = was_applied(result)

    def amount(of: Iterable[Pair]) -> Amount:
        return capped_sum((action for action, outcome in of if _counts(outcome, applied)), group_bytes)

    rows = [
        DeletionRow(
            tuple(action for action, _ in group), group[0][1], capped_sum((a for a, _ in group), group_bytes)
        )
        for group in _groups(pairs, _alone if show is None else _together)
    ]
    shown = sorted(rows, key=_order) if show is None else nsmallest(show, rows, key=_order)
    visible = {id(row) for row in shown}
    rest = [row for row in rows if id(row) not in visible]
    hidden = ((action, row.outcome) for row in rest for action in row.actions)
    return PolicyRows(
        policy=policy,
        shown=shown,
        more=len(rest),
        beyond=amount(hidden) if rest else NOTHING,
        actions=len(pairs),
        counted=amount(pairs),
        places={row.place for row in rows},
        notes=_notes(rows),
    )


def _groups(pairs: Iterable[Pair], key: Callable[[Pair], object]) -> Iterator[list[Pair]]:
    groups: dict[object, list[Pair]] = {}
    for pair in pairs:
        groups.setdefault(key(pair), []).append(pair)
    yield from groups.values()


def _alone(pair: Pair) -> object:
    return pair[0].name


def _together(pair: Pair) -> object:
    action, outcome = pair
    grouped = KINDS[action.kind].grouped
    if cause := outcome.error or ("" if grouped else why_failed(action)):
        return action.kind, place(action.name, with_project=True), outcome.kind, error_in_short(cause)
    return (action.kind, holder_of(action.name), outcome.kind) if grouped else action.name


def _counts(outcome: Outcome, applied: bool) -> bool:
    return not applied or outcome.kind is OutcomeKind.DELETED


def _order(row: DeletionRow) -> tuple[bool, float, int, int]:
    """Prices are equal where they are shown as equal."""
    usd = -1.0 if row.amount.has_no_price else cents(row.amount.usd_month)
    oldest = max((age.minutes for action in row.actions if (age := age_of(action.detail))), default=0)
    return row.outcome.kind not in _TROUBLE, -usd, -oldest, -row.amount.size_bytes


def _notes(rows: Iterable[DeletionRow]) -> list[str]:
    """Why something has no price, or a row costs nothing: each reason once, the commonest first."""
    counts: dict[str, int] = {}
    for row in rows:
        for action in row.actions:
            if note := _note(action, row.amount.usd_month):
                counts[note] = counts.get(note, 0) + 1
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return [note if count == 1 else f"{note} ({count:,} of these)" for note, count in ranked]


def _note(action: Action, of_row: Decimal) -> str:
    estimate = action.estimate
    if not isinstance(estimate, Priced):
        return f"unpriced: {estimate.why}"
    return "" if of_row or estimate.usd_month or not estimate.basis else f"$0.00: {estimate.basis}"
