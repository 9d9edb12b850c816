"""Compiled policies: the policy file compiled once for a sweep. What depends on a repository is answered once for it."""

from collections.abc import Callable, Mapping, Set
from datetime import datetime
from typing import Any, Generic, Never, TypeVar, cast

from janitor.model.kinds import Kind
from janitor.model.resources import Image, Repository
from janitor.policy.conditions.condition import keys, may_hold_in
from janitor.policy.conditions.facts import ResourceFacts, StoredFacts
from janitor.policy.conditions.failures import Failures
from janitor.policy.conditions.key import (
    FactsReading,
    ImageReading,
    Key,
    Leaf,
    StoredReading,
    subject_unknown,
    use_not_recorded,
)
from janitor.policy.deciding.verdict import CompiledPolicy, never, question
from janitor.policy.model import Policies, Policy

T = TypeVar("T")
Answers = tuple[bool | None, ...]


class NeedsRepositoryError(Exception):
    """A key reads more than is the same in every repository; `name` is what, as the readings call it."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


# What readings know of a repository: itself, and of its contents, with what they know of none.
_REPOSITORY = "of"
# What a key needs of a repository has nothing to do with the time.
_ANY_TIME = 0.0
_CONTENTS: Mapping[str, object] = {"sizes": {}, "orphaned": subject_unknown, "unused_for": use_not_recorded}


class AnyRepository:
    """Reading of images, packages, versions or tags before a repository is known. It knows what is the same in all
    of them, and raises NeedsRepositoryError for the rest: no key can forget to say that it needs its repository."""

    def __init__(self, kind: Kind, now: float, failures: Failures) -> None:
        self.kind, self.now, self.failures = kind, now, failures

    def __getattr__(self, name: str) -> Never:
        raise NeedsRepositoryError(name)


def needs_of(key: Key, kind: Kind) -> Set[str]:
    """What the test of a key needs of a repository beside what `Key.repository` answers, as the readings call it."""
    if _answered(key):
        return frozenset()
    if key.ranks:
        return {_REPOSITORY}
    reading, found = AnyRepository(kind, _ANY_TIME, Failures()), set[str]()
    while _REPOSITORY not in found:
        try:
            key.image(cast(Any, reading)) if kind is Kind.IMAGE else key.stored(cast(Any, reading))
            break
        except NeedsRepositoryError as error:
            found.add(error.name)
            setattr(reading, error.name, _CONTENTS.get(error.name))
    return found


def _answered(key: Key) -> bool:
    """Whether the repository alone answers the key."""
    return type(key).repository is not Key.repository


class StoredPolicy(Generic[T]):
    """A policy on what repositories hold. Repositories that answer its keys alike share what it is compiled to, unless
    a key needs more of them."""

    def __init__(self, policy: Policy, applies: bool) -> None:
        self._policy, self._applies = policy, applies
        asked = list(keys(policy.when))
        self._answered = [key for key in asked if _answered(key)]
        self._needs = frozenset(need for key in asked for need in needs_of(key, policy.kind))
        self._compiled: dict[Answers, CompiledPolicy[T]] = {}
        self._may_hold: dict[Answers, bool] = {}

    def may_hold_in(self, repository: Repository) -> bool:
        """Whether it could match anything in the repository, whatever that is."""
        return self._may_hold_in(repository, self._answers(repository))

    def compiled(
        self, repository: Repository, given: Set[str], plain: Leaf[T], leaf: Callable[[Policy], Leaf[T]]
    ) -> CompiledPolicy[T]:
        """The policy for one repository. `plain` reads no contents, so that it may outlive the repository; `leaf`
        gives what reads these, too, and `given` names what it knows beyond `plain`."""
        answers = self._answers(repository)
        if self._needs.isdisjoint(given) and None not in answers:
            found = self._compiled.get(answers)
            if found is None:
                found = self._compiled[answers] = question(self._policy, plain, self._applies)
            return found
        if not self._may_hold_in(repository, answers):
            return never(self._policy, leaf(self._policy), self._applies)
        return question(self._policy, leaf(self._policy), self._applies)

    def _answers(self, repository: Repository) -> Answers:
        return tuple([key.repository(repository) for key in self._answered])

    def _may_hold_in(self, repository: Repository, answers: Answers) -> bool:
        found = self._may_hold.get(answers)
        if found is None:
            found = self._may_hold[answers] = may_hold_in(self._policy.when, repository)
        return found


class CompiledPolicies:
    """The policies of one sweep, each compiled when it is first asked. `selected` are the names that may delete."""

    def __init__(self, policies: Policies, selected: Set[str], now: datetime, failures: Failures) -> None:
        self._policies, self._selected, self._now, self._failures = policies, selected, now, failures
        self._resources: dict[Kind, tuple[CompiledPolicy[ResourceFacts], ...]] = {}
        self._stored: dict[Kind, tuple[StoredPolicy[Any], ...]] = {}
        self._keys: dict[Kind, frozenset[type[Key]]] = {}

    def resources(self, kind: Kind) -> tuple[CompiledPolicy[ResourceFacts], ...]:
        """Those of workloads of a kind, or of whole repositories."""
        if kind not in self._resources:
            leaf = FactsReading(self._now, self._failures)
            self._resources[kind] = tuple(
                question(each, leaf, each.name in self._selected) for each in self._policies.of(kind)
            )
        return self._resources[kind]

    def images(
        self, reading: ImageReading, rank: Callable[[Policy, Leaf[Image]], Leaf[Image]]
    ) -> tuple[CompiledPolicy[Image], ...]:
        """Those of the images of the repository of `reading`; `rank` answers `largest` beside it."""
        plain = ImageReading(reading.of, reading.now, reading.failures)
        given = {_REPOSITORY, *(n for n in _CONTENTS if getattr(reading, n) != getattr(plain, n))}
        return tuple(
            each.compiled(reading.of, given, plain, lambda policy: rank(policy, reading))
            for each in self._of(Kind.IMAGE)
        )

    def stored(
        self,
        kind: Kind,
        repository: Repository,
        rank: Callable[[Policy, Leaf[StoredFacts]], Leaf[StoredFacts]] = lambda _, leaf: leaf,
    ) -> tuple[CompiledPolicy[StoredFacts], ...]:
        """Those of the packages, the versions or the tags of one repository; `rank` answers `largest`."""
        plain = StoredReading(kind, repository, self._now.timestamp(), self._failures)
        return tuple(
            each.compiled(repository, {_REPOSITORY}, plain, lambda policy: rank(policy, plain))
            for each in self._of(kind)
        )

    def may_speak(self, kind: Kind, repository: Repository) -> bool:
        """Whether a policy of the kind could match anything in the repository."""
        return any(each.may_hold_in(repository) for each in self._of(kind))

    def asks(self, kind: Kind, key: type[Key]) -> bool:
        """Whether a policy of the kind has such a key."""
        if kind not in self._keys:
            self._keys[kind] = frozenset(type(k) for p in self._policies.of(kind) for k in keys(p.when))
        return key in self._keys[kind]

    def _of(self, kind: Kind) -> tuple[StoredPolicy[Any], ...]:
        if kind not in self._stored:
            self._stored[kind] = tuple(
                StoredPolicy(each, each.name in self._selected) for each in self._policies.of(kind)
            )
        return self._stored[kind]
