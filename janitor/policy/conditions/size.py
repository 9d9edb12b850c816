"""Size: `larger_than`, `largest`, and `empty`."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from janitor.model.kinds import Kind
from janitor.model.reasons import DeleteReason
from janitor.model.resources import Image
from janitor.model.units import show_size
from janitor.policy.conditions.age import OlderThan
from janitor.policy.conditions.facts import ResourceFacts, StoredFacts
from janitor.policy.conditions.key import FactsReading, ImageReading, Key, StoredReading, Surroundings
from janitor.policy.conditions.truth import NO, SIZE_UNKNOWN, YES, Test, Truth, truth
from janitor.policy.conditions.values import Count, Size, TrueOnly

_LARGEST = (
    "largest is allowed only directly in when, with `older_than` beside it: after each sweep other images are the "
    "largest, so without an age it would empty the repository"
)


@dataclass(frozen=True, slots=True)
class LargerThan(Key):
    """`larger_than`: strictly more bytes."""

    size_bytes: int

    name = "larger_than"
    kinds = frozenset({Kind.REPOSITORY, Kind.IMAGE, Kind.PACKAGE, Kind.VERSION})
    spelling: ClassVar[Any] = Size
    says = "Strictly larger than this, such as 500MB or 2GiB."

    def workload(self, reading: FactsReading) -> Test[ResourceFacts]:
        """Of a repository, what Google says that it holds."""
        size = self.size_bytes
        return lambda facts: _larger(facts.size_bytes, size)

    def image(self, reading: ImageReading) -> Test[Image]:
        """Its own size; of an index, what the reading's sizes say (R41)."""
        size, sizes = self.size_bytes, reading.sizes

        def run(image: Image) -> Truth:
            if image.children and sizes:
                found = sizes.get((image.package, image.digest))
                return SIZE_UNKNOWN if found is None else truth(found > size)
            return SIZE_UNKNOWN if image.size_bytes <= 0 else YES if image.size_bytes > size else NO

        return run

    def stored(self, reading: StoredReading) -> Test[StoredFacts]:
        """A lower bound that is larger is enough; one that is not leaves it unknown."""

        def run(held: StoredFacts) -> Truth:
            found = _larger(held.size_bytes, self.size_bytes)
            return SIZE_UNKNOWN if held.unsized and found is NO else found

        return run

    def reasons(self) -> Iterator[tuple[DeleteReason, Key]]:
        yield DeleteReason.LARGER_THAN, self

    def within(self, wider: Key) -> bool:
        """A smaller size."""
        return isinstance(wider, LargerThan) and self.size_bytes >= wider.size_bytes

    def written(self) -> str:
        return show_size(self.size_bytes)

    def workload_has(self, facts: ResourceFacts, now: datetime) -> str:
        return _size(facts.size_bytes)

    def image_has(self, image: Image, now: datetime, about: Sequence[str]) -> str:
        return _size(image.size_bytes)

    def stored_has(self, held: StoredFacts, now: datetime) -> str:
        return _size(held.size_bytes)


@dataclass(frozen=True, slots=True)
class Largest(Key):
    """`largest`: among the so many largest of one repository that the policy's selectors match (ranking.py)."""

    count: int

    name = "largest"
    kinds = frozenset({Kind.IMAGE, Kind.VERSION})
    spelling: ClassVar[Any] = Count
    ranks = True
    says = "Among this many of the largest in its repository that the selectors match, kept ones included."

    @classmethod
    def misplaced(cls, place: Surroundings) -> Iterator[str]:
        """Within another key, or without an age beside it."""
        if not (place.top and OlderThan.name in place.when):
            yield _LARGEST

    def image_has(self, image: Image, now: datetime, about: Sequence[str]) -> str:
        return _size(image.size_bytes)

    def stored_has(self, held: StoredFacts, now: datetime) -> str:
        return _size(held.size_bytes)


@dataclass(frozen=True, slots=True)
class Empty(Key):
    """`empty: true`: the package holds no version."""

    name = "empty"
    kinds = frozenset({Kind.PACKAGE})
    spelling: ClassVar[Any] = TrueOnly
    only_true = "only `empty: true` is allowed: use older_than for a package with content"
    says = "true: the package contains no version."

    @classmethod
    def read(cls, value: Any, beside: object) -> Key:
        """It has no value but true."""
        return cls()

    def stored(self, reading: StoredReading) -> Test[StoredFacts]:
        return lambda held: truth(held.versions == 0)

    def excludes(self, other: Key) -> bool:
        """What is empty is larger than nothing."""
        return isinstance(other, LargerThan)

    def stored_has(self, held: StoredFacts, now: datetime) -> str:
        return f"{held.versions} versions"


def _larger(size_bytes: int | None, size: int) -> Truth:
    """Strictly more bytes; no size, and none at all, is not known."""
    return SIZE_UNKNOWN if not size_bytes else truth(size_bytes > size)


def _size(size_bytes: int | None) -> str:
    return show_size(size_bytes) if size_bytes is not None and size_bytes > 0 else "size unknown"
