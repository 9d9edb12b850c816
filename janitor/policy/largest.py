"""`largest: N` as a value, and which of many things those are: the same whatever their order. Pure."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from heapq import nsmallest
from typing import TypeVar

T = TypeVar("T")
Name = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Largest:
    """`largest`: among the so many largest of one repository whom the policy's selectors match."""

    count: int


@dataclass(frozen=True, slots=True)
class Places:
    """Who is among them for certain, and who might be, were the sizes known that are not."""

    certain: frozenset[Name] = frozenset()
    doubtful: frozenset[Name] = frozenset()


def places(
    count: int, things: Iterable[T], size: Callable[[T], int | None], name: Callable[[T], Name]
) -> Places:
    """Of things with bytes, None where not known; of equal size the first by name goes first.

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
