"""Groups of planned actions: the deletions of one package, service or job as one row of a report."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from heapq import nlargest

from janitor.kinds.table import KINDS
from janitor.model.amounts import Amount, Priced, amount_of
from janitor.model.text import shorten
from janitor.plan.plan import Action
from janitor.report.data.ages import age_of, ages_in_words
from janitor.report.data.rows import holder_of
from janitor.report.data.snapshot import LARGEST_PLANNED, LONGEST_TEXT, Planned, PlannedGroup

_GROUPED = frozenset(kind for kind, spec in KINDS.items() if spec.grouped)
# The row of actions that stand alone, each in a row of its own.
ALONE = ("", "")


def row_of(action: Action) -> tuple[str, str]:
    """What tells the rows of one policy apart: the kind, and Google's name of what holds the resource; else `ALONE`."""
    return (action.kind, holder_of(action.name)) if action.kind in _GROUPED else ALONE


def costliest(alone: Iterable[Action]) -> list[Action]:
    """As many of these as there can be rows, the costliest first; the larger of two alike, then in their order."""
    return nlargest(LARGEST_PLANNED, alone, key=_cost)


def planned_groups(rows: Iterable[tuple[Sequence[Action], Amount]]) -> tuple[PlannedGroup, ...]:
    """The costliest rows, `LARGEST_PLANNED` at most: the actions of each, and what they come to.

    Each row is at most what Google bills for its repository; several rows of one repository may come to more.
    """
    largest = nlargest(LARGEST_PLANNED, rows, key=lambda row: _rank(row[1]))
    return tuple(_group(held, amount) for held, amount in largest)


def groups_of(largest: Iterable[Planned]) -> tuple[PlannedGroup, ...]:
    """A group for each action, where it is not known what else there was: in snapshots of earlier versions."""
    return tuple(
        PlannedGroup(
            row.kind, row.name, row.policy, row.reason, row.detail, row.owner, amount_of([row.estimate], row.size_bytes)
        )
        for row in largest
    )  # fmt: skip


def _rank(amount: Amount) -> tuple[Decimal, int]:
    """What has no price comes after what has one."""
    return Decimal(-1) if amount.has_no_price else amount.usd_month, amount.size_bytes


def _cost(action: Action) -> tuple[Decimal, int]:
    estimate = action.estimate
    return estimate.usd_month if isinstance(estimate, Priced) else Decimal(-1), action.size_bytes


def _group(held: Sequence[Action], amount: Amount) -> PlannedGroup:
    first = held[0]
    if len(held) == 1:
        name, detail = first.name, shorten(first.detail, LONGEST_TEXT)
    else:
        name = holder_of(first.name)
        detail = ages_in_words([age for each in held if (age := age_of(each.detail))])
    reasons = {each.reason for each in held}
    reason = reasons.pop().value if len(reasons) == 1 else ""
    return PlannedGroup(first.kind.value, name, first.policy, reason, detail, first.owner, amount)
