"""Trace of a verdict: what it rests on, shown to `explain` by the code that decides."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from janitor.model.reasons import KeepReason
from janitor.model.resources import Image
from janitor.policy.deciding.image_rules import ImageRules, Weighed
from janitor.policy.deciding.retention import RetentionAnswer
from janitor.policy.deciding.verdict import CompiledPolicy
from janitor.policy.model import Policy

T = TypeVar("T")


def no_keep(_question: CompiledPolicy[T]) -> RetentionAnswer | None:
    return None


@dataclass(frozen=True, slots=True)
class Trace(Generic[T]):
    """One resource before its verdict: `resource` as the policies read it, what guards it.

    `guards` has every guard of the kind in the order of the code, and whether it stands; `forbids`
    whether one that stands does so against a policy that matches. `keeps` says how a policy's `keep`
    takes it. `gap`: what could name it, or be in it, was not seen. `users` and `freed`: who names a tag,
    and the actions of this plan that take such away.
    """

    resource: T
    questions: Sequence[CompiledPolicy[T]]
    guards: Mapping[KeepReason, bool]
    forbids: Callable[[Policy, KeepReason], bool]
    keeps: Callable[[CompiledPolicy[T]], RetentionAnswer | None] = no_keep
    gap: bool = False
    users: Collection[str] = ()
    freed: Collection[str] = ()

    def standing_guards(self) -> list[KeepReason]:
        """Those that stand, in their order."""
        return [reason for reason, holds in self.guards.items() if holds]


class Tracer(Protocol):
    """Is shown each case as it is decided; changes nothing, and what decides never looks at it."""

    def case(self, name: str, case: Trace[T]) -> None:
        """A service, a revision, a repository, …, by Google's name."""
        ...

    def package(self, rules: ImageRules, images: list[Image], weighed: Weighed) -> None:
        """The images of one package of one repository, with what they came to."""
        ...
