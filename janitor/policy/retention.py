"""`keep`: whom it holds, reckoned over all whom the selectors match (R9, R10)."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from janitor.model.kinds import KeepReason
from janitor.policy.decision import Question, kept_by_policy
from janitor.policy.globs import matcher
from janitor.policy.groups import Traits, latest, latest_of_each, unreadable
from janitor.policy.truth import YES
from janitor.policy.values import PerSemver, Retention

T = TypeVar("T")
H = TypeVar("H", bound=str)


def retained(
    questions: Iterable[Question[T]],
    group: list[T],
    traits: Traits[T, H],
    now: float,
    uncounted: Collection[str] = (),
) -> dict[H, KeepReason]:
    """What any policy's `keep`, or a policy that only protects, holds in one group (a package, a service),
    each with the reason.
    `uncounted` are keys that take no place in `latest`."""
    found: dict[H, KeepReason] = {}
    for each in questions:
        keep = each.policy.keep
        if keep is None:
            held = (r for r in group if kept_by_policy((each,), r))
            found.update({traits.key(r): KeepReason.KEEP_POLICY for r in held if traits.key(r) not in found})
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
    counted = [r for r in chosen if traits.key(r) not in uncounted] if uncounted else chosen
    if keep.latest is not None:
        if keep.per is None:
            yield KeepReason.KEEP_LATEST, latest(counted, keep.latest, traits)
        else:
            held = latest_of_each(counted, keep.per, keep.latest, keep.latest_groups, traits)
            yield KeepReason.KEEP_LATEST, held
    if isinstance(keep.per, PerSemver):
        yield KeepReason.VERSION_UNREADABLE, unreadable(counted, traits)
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


@dataclass(frozen=True, slots=True)
class Standing:
    """How one policy's `keep` takes one resource. `reason` is None where it does not hold it; `rank`
    is its place (1 is the newest) among the `of` that `latest` counts, None where it has none or `per`
    counts within groups."""

    reason: KeepReason | None
    rank: int | None
    of: int


def standing(
    question: Question[T],
    group: list[T],
    traits: Traits[T, H],
    now: float,
    key: H,
    uncounted: Collection[str] = (),
) -> Standing | None:
    """Of one policy and one resource of a group, for people: asked of `retained` and `latest`
    themselves. None where there is no `keep`, or its selectors do not speak of the resource."""
    chosen, keep = [r for r in group if question.selects(r) is YES], question.policy.keep
    if keep is None or all(traits.key(r) != key for r in chosen):
        return None
    reason = retained((question,), group, traits, now, uncounted).get(key)
    counted = [r for r in chosen if traits.key(r) not in uncounted]
    if keep.latest is None or keep.per is not None:
        return Standing(reason, None, len(counted))
    undated = sum(traits.made(r) is None for r in counted)
    order = [traits.key(r) for r in latest(counted, len(counted), traits)][undated:]
    return Standing(reason, order.index(key) + 1 if key in order else None, len(order))
