"""Held matches: policies that match resources and delete none, because a guard always keeps them (R34)."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, TypeVar

from janitor.model.kinds import Kind
from janitor.model.reasons import KeepReason
from janitor.policy.conditions.failures import Failures
from janitor.policy.conditions.truth import YES
from janitor.policy.deciding.verdict import CompiledPolicy
from janitor.policy.model import Policy

# What waiting does not change. An image in use, a service that is being updated, or a young one, is another matter.
_LASTING = frozenset({
    KeepReason.SERVING, KeepReason.GOOGLE_MANAGED, KeepReason.MULTI_REGION, KeepReason.HAS_TRAFFIC,
    KeepReason.LATEST_REVISION, KeepReason.ONLY_REVISION, KeepReason.LAST_EXECUTION, KeepReason.HAS_INSTANCES,
    KeepReason.NOT_RETIRED, KeepReason.PROTECTED, KeepReason.NOT_STANDARD, KeepReason.FORMAT_UNSUPPORTED,
    KeepReason.IMMUTABLE_TAGS, KeepReason.HAS_TAGS, KeepReason.SUBJECT_UNKNOWN, KeepReason.NEEDS_LITERAL_NAME,
    KeepReason.HOLDS_PROTECTED, KeepReason.HOLDS_SUBJECT_UNKNOWN, KeepReason.HOLDS_RETAINED,
})  # fmt: skip
# A tag by which an artifact is found stays with it, and so does one that a `keep` names.
_LASTING_OF_TAGS = frozenset({KeepReason.CHILD_OF_KEPT, KeepReason.KEEP_TAGGED})

T = TypeVar("T")


class HeldPolicy(NamedTuple):
    """A policy of which every match is held, how many there are, and the guard that holds most of them."""

    policy: Policy
    matches: int
    guard: KeepReason


@dataclass(slots=True)
class HeldMatches:
    """Counts, over one sweep, the matches of each policy that a lasting guard holds. `failures` has heard already of
    each expression that failed."""

    failures: Failures = field(default_factory=Failures)
    _held: dict[str, Counter[KeepReason]] = field(default_factory=dict)
    _policies: dict[str, Policy] = field(default_factory=dict)
    _others: set[str] = field(default_factory=set)

    def note(
        self,
        questions: Iterable[CompiledPolicy[T]],
        resources: Iterable[tuple[T, Collection[KeepReason]]],
        forbids: Callable[[Policy, KeepReason], bool],
    ) -> None:
        """Of each policy that may delete, whether a guard holds its matches: resources, each with the guards that
        stand, the strongest first. `forbids`: whether a guard that stands does so against a policy.

        To be asked once the resources are decided. A policy with a match that no lasting guard holds is not asked
        again.
        """
        asked = self._asked(questions)
        if not asked:
            return
        with self.failures.unheard():
            for resource, stand in resources:
                for each in asked:
                    if self._is_open(each) and each.matches(resource) is YES:
                        self._count(
                            each.policy, next((guard for guard in stand if forbids(each.policy, guard)), None)
                        )

    def note_deleted(
        self, questions: Sequence[CompiledPolicy[T]], resources: Iterable[tuple[T, Policy]]
    ) -> None:
        """No guard holds these: each is deleted by the policy beside it, the first of `questions` that matches it. So only
        those after that one are asked: there may be a million resources."""
        after = {each.policy.name: self._asked(questions[place:]) for place, each in enumerate(questions, 1)}
        with self.failures.unheard():
            for resource, policy in resources:
                for each in after[policy.name]:
                    if self._is_open(each) and each.matches(resource) is YES:
                        self._others.add(each.policy.name)
                self._others.add(policy.name)

    def is_any_open(self, questions: Iterable[CompiledPolicy[T]]) -> bool:
        """Whether there is any of which each match may be held."""
        return bool(self._asked(questions))

    def policies(self) -> Iterator[HeldPolicy]:
        """The policies of which no match can be deleted, in the order in which they were found."""
        for name, guards in self._held.items():
            if name not in self._others:
                guard = max(sorted(guards), key=guards.__getitem__)
                yield HeldPolicy(self._policies[name], guards.total(), guard)

    def _asked(self, questions: Iterable[CompiledPolicy[T]]) -> list[CompiledPolicy[T]]:
        return [each for each in questions if each.policy.deletes and each.applies and self._is_open(each)]

    def _is_open(self, question: CompiledPolicy[T]) -> bool:
        return question.policy.name not in self._others

    def _count(self, policy: Policy, guard: KeepReason | None) -> None:
        """One match, and the guard that holds it; None where no guard does."""
        if guard in _LASTING or (policy.kind is Kind.TAG and guard in _LASTING_OF_TAGS):
            self._policies[policy.name] = policy
            self._held.setdefault(policy.name, Counter())[guard] += 1
        else:
            self._others.add(policy.name)
