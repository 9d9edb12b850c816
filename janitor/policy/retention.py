"""`keep`: whom it holds, reckoned over all whom the selectors match (R9, R10)."""

from collections.abc import Collection, Iterable, Iterator
from typing import TypeVar

from janitor.model.kinds import KeepReason
from janitor.policy.decision import Question
from janitor.policy.globs import matcher
from janitor.policy.groups import Traits, latest, latest_of_each
from janitor.policy.truth import YES
from janitor.policy.values import Retention

T = TypeVar("T")
H = TypeVar("H", bound=str)


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
        if keep.per is None:
            yield KeepReason.KEEP_LATEST, latest(counted, keep.latest, traits)
        else:
            held = latest_of_each(counted, keep.per, keep.latest, keep.latest_groups, traits)
            yield KeepReason.KEEP_LATEST, held
    if keep.rollback is not None:
        yield KeepReason.KEEP_ROLLBACK, _last_ready(chosen, keep.rollback, traits)
    if keep.newer_than is not None:
        oldest = now - keep.newer_than.total_seconds()
        yield KeepReason.KEEP_NEWER_THAN, [r for r in chosen if _not_before(traits.since(r), oldest)]


def _last_ready(chosen: list[T], count: int, traits: Traits[T, H]) -> list[T]:
    """The newest `count` that ever were ready, and all of which that is not known: they use up no place."""
    ready = [(traits.ready(resource), resource) for resource in chosen]
    unknown = [resource for was, resource in ready if was is None]
    return unknown + latest([resource for was, resource in ready if was], count, traits)


def _not_before(time: float | None, oldest: float) -> bool:
    return time is None or time >= oldest
