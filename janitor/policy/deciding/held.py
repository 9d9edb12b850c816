"""Held matches: policies that match resources and delete none, because a guard always keeps them (R34)."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from janitor.model.reasons import KeepReason
from janitor.policy.model import Policy

# What waiting does not change; a service that is being updated, or a young one, is another matter.
_LASTING = frozenset({
    KeepReason.SERVING, KeepReason.GOOGLE_MANAGED, KeepReason.MULTI_REGION, KeepReason.HAS_TRAFFIC,
    KeepReason.LATEST_REVISION, KeepReason.ONLY_REVISION, KeepReason.LAST_EXECUTION, KeepReason.HAS_INSTANCES,
    KeepReason.NOT_RETIRED, KeepReason.PROTECTED,
})  # fmt: skip


class HeldPolicy(NamedTuple):
    """A policy of which every match is held, how many there are, and the guard that holds most of them."""

    policy: Policy
    matches: int
    guard: KeepReason


@dataclass(slots=True)
class HeldMatches:
    """Counts, over one sweep, the matches of each policy that a lasting guard holds."""

    _held: dict[str, Counter[KeepReason]] = field(default_factory=dict)
    _policies: dict[str, Policy] = field(default_factory=dict)
    _others: set[str] = field(default_factory=set)

    def note(self, policy: Policy, guard: KeepReason | None) -> None:
        """One match, and the guard that holds it; None where no guard does."""
        if guard in _LASTING:
            self._policies[policy.name] = policy
            self._held.setdefault(policy.name, Counter())[guard] += 1
        else:
            self._others.add(policy.name)

    def policies(self) -> Iterator[HeldPolicy]:
        """The policies of which no match can be deleted, in the order in which they were found."""
        for name, guards in self._held.items():
            if name not in self._others:
                guard, _ = guards.most_common(1)[0]
                yield HeldPolicy(self._policies[name], guards.total(), guard)
