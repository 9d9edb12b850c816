"""How `largest` is answered: ranked once for a policy and a repository, then looked up."""

from collections.abc import Callable, Iterable, Mapping, Set
from dataclasses import dataclass, field
from heapq import nsmallest
from typing import Generic, TypeVar

from janitor.model.resources import Image
from janitor.policy.conditions.condition import compiled, whom
from janitor.policy.conditions.facts import StoredFacts
from janitor.policy.conditions.index_sizes import Sizes
from janitor.policy.conditions.key import Key, Leaf
from janitor.policy.conditions.size import Largest
from janitor.policy.conditions.truth import NO, SIZE_UNKNOWN, YES, Test, Truth, always
from janitor.policy.model import Policy

T = TypeVar("T")
Name = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Places:
    """Who is among them for certain, and who might be, were the sizes known that are not."""

    certain: frozenset[Name] = frozenset()
    doubtful: frozenset[Name] = frozenset()


def places(
    count: int, things: Iterable[T], size: Callable[[T], int | None], name: Callable[[T], Name]
) -> Places:
    """The rank of resources by bytes (None: unknown); equal sizes are ordered by name.

    What is of unknown size may be larger than all, so each takes a place from the end.
    """
    unknown = 0

    def known() -> Iterable[tuple[int, Name]]:
        nonlocal unknown
        for thing in things:
            found = size(thing)
            if found is None:
                unknown += 1
            else:
                yield -found, name(thing)

    ranked = [each for _, each in nsmallest(count, known())]
    sure = max(count - unknown, 0)
    return Places(frozenset(ranked[:sure]), frozenset(ranked[sure:]))


@dataclass(frozen=True, slots=True)
class Measure(Generic[T]):
    """How resources are told apart and ranked: by bytes, None where unknown."""

    size: Callable[[T], int | None]
    name: Callable[[T], Name]


def image_measure(sizes: Sizes) -> Measure[Image]:
    """Of an index, `sizes` say what it weighs (R41)."""

    def size(image: Image) -> int | None:
        if image.children:
            return sizes.get((image.package, image.digest))
        return image.size_bytes if image.size_bytes > 0 else None

    return Measure(size=size, name=lambda image: (image.package, image.digest))


@dataclass(frozen=True, slots=True)
class Competition(Generic[T]):
    """Of all that a policy's selectors match: those that take a place, and for each that shares the place of others
    the names of these."""

    placed: list[T]
    shared: Mapping[Name, Set[Name]] = field(default_factory=dict)


Competing = Callable[[Policy, list[T]], Competition[T]]
VERSIONS: Measure[StoredFacts] = Measure(
    size=lambda held: held.size_bytes or None,
    name=lambda held: (held.package, held.id),
)


def ranked(
    policy: Policy,
    leaf: Leaf[T],
    things: Iterable[T],
    measure: Measure[T],
    competing: Competing[T] | None = None,
) -> Leaf[T]:
    """The leaf with which a policy is compiled; `things` are all resources of the kind in one repository.

    All that the selectors match, or may match, take a place, kept ones too (R9): so what is always kept
    is never passed over for the next in size, night by night. `competing` leaves out what takes none (R36).
    The same leaf where nothing is ranked.
    """
    asked = next((part for part in policy.when.parts if isinstance(part, Largest)), None)
    if asked is None:
        return leaf
    selects = compiled(whom(policy.when), leaf)
    selected = (
        [thing for thing in things if selects(thing).holds is not False] if selects is not always(NO) else []
    )
    competition = competing(policy, selected) if competing else Competition(selected)
    among = _among(asked, competition, measure)

    def with_rank(key: Key) -> "Test[T]":
        return among if key == asked else leaf(key)

    return with_rank


def _among(asked: Largest, competition: Competition[T], measure: Measure[T]) -> Test[T]:
    """What shares a place is among them if all are whose place it shares."""
    found = places(asked.count, competition.placed, measure.size, measure.name)
    unknown = {measure.name(thing) for thing in competition.placed if measure.size(thing) is None}

    def own(name: Name) -> Truth:
        if name in unknown:
            return SIZE_UNKNOWN
        return YES if name in found.certain else SIZE_UNKNOWN if name in found.doubtful else NO

    def run(thing: T) -> Truth:
        name = measure.name(thing)
        if name not in competition.shared:
            return own(name)
        answers = {own(index) for index in competition.shared[name]}
        return next(answer for answer in (NO, SIZE_UNKNOWN, YES) if answer in answers)

    return run
