"""What a sweep comes to: sums capped by each repository's billed size, and the exit code."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from itertools import groupby
from operator import attrgetter

from janitor.apply.outcomes import OutcomeKind
from janitor.model.amounts import Priced
from janitor.model.kinds import Kind
from janitor.plan.plan import Action
from janitor.report.data.result import SweepResult, Totals, clock_refuses
from janitor.report.data.snapshot import Planned

# Bytes (16 digits) at ten cents a GiB: 2^30 divides a decimal in at most 30 places. Exact in all.
EXACT_DIGITS = 50
_KIND = attrgetter("kind")
_REFUSED, _IN_PART, _UNOBSERVED = 4, 6, 3


@dataclass(slots=True)
class Sum:
    """Bytes and dollars so far; `unpriced` counts what has no dollars.

    `upper_bound`: the dollars are at most these, as those of one thing at least are.
    """

    size_bytes: int = 0
    usd_month: Decimal = Decimal(0)
    unpriced: int = 0
    upper_bound: bool = False

    def add(self, actions: Sequence[Action | Planned]) -> None:
        """Count each in full."""
        known = [each.estimate for each in actions if isinstance(each.estimate, Priced)]
        self.size_bytes += sum([each.size_bytes for each in actions])
        self.usd_month += sum([estimate.usd_month for estimate in known], Decimal(0))
        self.unpriced += len(actions) - len(known)
        self.upper_bound = self.upper_bound or any(estimate.upper_bound for estimate in known)

    def add_capped(self, other: "Sum", cap_bytes: int | None) -> None:
        """Count a repository's images: at most the bytes Google bills, dollars in proportion."""
        self.unpriced += other.unpriced
        self.upper_bound |= other.upper_bound
        if cap_bytes is None or other.size_bytes <= cap_bytes:
            self.size_bytes += other.size_bytes
            self.usd_month += other.usd_month
        else:
            self.size_bytes += cap_bytes
            self.usd_month += other.usd_month * cap_bytes / other.size_bytes


def was_applied(result: SweepResult) -> bool:
    """Whether deletes were sent at all: apply mode, a clock that is right, and the guard did not refuse."""
    return result.mode == "apply" and not result.refusals and not clock_refuses(result)


def counted(result: SweepResult) -> Iterator[Action]:
    """The actions whose bytes and dollars count: what was deleted, or what would be."""
    if not was_applied(result):
        return iter(result.plan.actions)
    pairs = zip(result.plan.actions, result.outcomes, strict=True)
    return (action for action, outcome in pairs if outcome.kind is OutcomeKind.DELETED)


def capped_sum(actions: Iterator[Action], group_bytes: Mapping[str, int]) -> Sum:
    """One pass over the actions; those of a group never come to more than its billed size (R25)."""
    groups: dict[str, Sum] = {}
    with localcontext(prec=EXACT_DIGITS):
        for name, run in groupby(actions, capped_by):
            groups.setdefault(name, Sum()).add(list(run))
    return capped(groups.items(), group_bytes)


def capped(groups: Iterable[tuple[str, Sum]], group_bytes: Mapping[str, int]) -> Sum:
    """The sum of each group, at most its billed size (R25); the group "" counts in full."""
    total = Sum()
    with localcontext(prec=EXACT_DIGITS):
        for name, group in groups:
            total.add_capped(group, group_bytes.get(name) if name else None)
    return total


def capped_by(action: Action) -> str:
    """The repository whose billed size caps it; a repository is its own cap, and counts in full."""
    return "" if action.kind is Kind.REPOSITORY else action.group


def totals(result: SweepResult) -> Totals:
    """The sums that every output shows; `unpriced` counts among the same actions as the dollars."""
    ends = Counter(map(_KIND, result.outcomes))
    money = capped_sum(counted(result), result.plan.group_bytes)
    return Totals(
        planned=len(result.plan.actions),
        deleted=ends[OutcomeKind.DELETED],
        already_gone=ends[OutcomeKind.ALREADY_GONE],
        drifted=ends[OutcomeKind.DRIFTED],
        skipped=ends[OutcomeKind.SKIPPED],
        failed=ends[OutcomeKind.FAILED],
        reclaimed_bytes=money.size_bytes,
        saves_usd_month=money.usd_month,
        unpriced=money.unpriced,
        upper_bound=money.upper_bound,
    )


def exit_code(result: SweepResult) -> int:
    """The code of the error that ended it; else 4 refused, 6 applied in part, 3 with gaps or a wrong clock, else 0: the first
    that holds, in that order.
    """
    if result.error:
        return result.error.exit_code
    if result.refusals:
        return _REFUSED
    in_part = {OutcomeKind.FAILED, OutcomeKind.DRIFTED, OutcomeKind.SKIPPED}
    if result.interrupted or not in_part.isdisjoint(map(_KIND, result.outcomes)):
        return _IN_PART
    return _UNOBSERVED if result.plan.gaps or _clock_is_in_doubt(result) else 0


def _clock_is_in_doubt(result: SweepResult) -> bool:
    """A clock that is off ends any sweep with 3, one that could not be compared only an apply (R30)."""
    if result.clock is None:
        return False
    return result.clock.is_off or (result.mode == "apply" and not result.clock.may_delete)
