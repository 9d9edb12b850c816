"""Tally of a sweep: the actions that deciding found, and counts of the resources that are kept."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from janitor.model.inventory import Gap
from janitor.model.kinds import Kind
from janitor.model.reasons import KeepReason
from janitor.plan.plan import Action, Kept


@dataclass(slots=True)
class Tally:
    """What deciding has come to so far, over all kinds. `examined` counts kinds that a policy names; `gaps` are all
    that are known.

    `blocked_as` is the reason of what is blocked where deciding is now: a gap, or that no workload was seen.
    """

    named: frozenset[Kind]
    want_names: bool
    gaps: list[Gap]
    actions: list[Action] = field(default_factory=list)
    examined: Counter[Kind] = field(default_factory=Counter)
    group_bytes: dict[str, int] = field(default_factory=dict)
    blocked_as: KeepReason = KeepReason.GAP
    _kept: Counter[tuple[Kind, KeepReason]] = field(default_factory=Counter)
    _names: dict[tuple[Kind, KeepReason], list[str]] = field(default_factory=dict)

    def seen(self, kind: Kind, count: int = 1) -> None:
        """Count what was examined."""
        if kind in self.named:
            self.examined[kind] += count

    def keep(self, kind: Kind, reason: KeepReason, names: Sequence[str], count: int | None = None) -> None:
        """Count kept resources; without names (images) `count` says how many."""
        reason = self.blocked_as if reason is KeepReason.GAP else reason
        if kind in self.named:
            self._kept[kind, reason] += len(names) if count is None else count
            if self.want_names:
                self._names.setdefault((kind, reason), []).extend(names)

    def kept(self) -> tuple[Kept, ...]:
        """By kind, then by the strength of the reason."""
        strength = {reason: place for place, reason in enumerate(KeepReason)}
        rows = sorted(self._kept, key=lambda row: (row[0], strength[row[1]]))
        return tuple(Kept(*row, self._kept[row], tuple(sorted(self._names.get(row, ())))) for row in rows)
