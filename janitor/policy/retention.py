"""`keep`: whom it holds, reckoned over all whom the selectors match (R9, R10)."""

import heapq
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

from janitor.model.kinds import KeepReason
from janitor.policy.decision import Question
from janitor.policy.globs import matcher
from janitor.policy.truth import YES
from janitor.policy.values import Retention

T = TypeVar("T")
H = TypeVar("H", bound=str)


@dataclass(frozen=True, slots=True)
class Traits(Generic[T, H]):
    """How retention reads a kind. `made` ranks for `latest` (newest first, ties by key); `since`
    counts for `newer_than`; both are epoch seconds, None where not known."""

    key: Callable[[T], H]
    made: Callable[[T], float | None]
    since: Callable[[T], float | None]
    tags: Callable[[T], tuple[str, ...]]


def retained(
    questions: Iterable[Question[T]],
    group: list[T],
    traits: Traits[T, H],
    now: float,
    uncounted: Collection[str] = (),
) -> dict[H, KeepReason]:
    """Whom any policy's `keep` holds in one group (a package, a service), each with the reason.
    `uncounted` are keys that take no place in `latest`."""
    found: dict[H, KeepReason] = {}
    for each in questions:
        keep = each.policy.keep
        if keep is None:
            continue
        chosen = [resource for resource in group if each.selects(resource) is YES]
        for reason, kept in _held(keep, chosen, traits, now, uncounted):
            for resource in kept:
                found.setdefault(traits.key(resource), reason)
    return found


def _held(
    keep: Retention, chosen: list[T], traits: Traits[T, H], now: float, uncounted: Collection[str]
) -> Iterator[tuple[KeepReason, Iterable[T]]]:
    if keep.tagged:
        matches = matcher(keep.tagged)
        yield KeepReason.KEEP_TAGGED, [r for r in chosen if any(map(matches, traits.tags(r)))]
    if keep.latest is not None:
        counted = [r for r in chosen if traits.key(r) not in uncounted] if uncounted else chosen
        yield (
            KeepReason.KEEP_LATEST,
            latest(counted, keep.latest, traits),
        )
    if keep.newer_than is not None:
        oldest = now - keep.newer_than.total_seconds()
        yield KeepReason.KEEP_NEWER_THAN, [r for r in chosen if _not_before(traits.since(r), oldest)]


def latest(chosen: list[T], count: int, traits: Traits[T, H]) -> list[T]:
    """The newest `count`, and beside them all whose time is unknown: they use up no place."""
    made = [(traits.made(resource), traits.key(resource), resource) for resource in chosen]
    undated = [resource for time, _, resource in made if time is None]
    dated = heapq.nsmallest(
        count, ((-time, key, resource) for time, key, resource in made if time is not None)
    )
    return undated + [resource for _, _, resource in dated]


def _not_before(time: float | None, oldest: float) -> bool:
    return time is None or time >= oldest
