"""`keep`: which resources it holds, counted over all that the selectors match (R9, R10, R36, R37)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from janitor.model.reasons import KeepReason
from janitor.policy.decision import Question, kept_by_policy
from janitor.policy.globs import matcher
from janitor.policy.groups import Traits, latest, latest_of_each, newest, placed, unreadable
from janitor.policy.model import PerSemver, Retention
from janitor.policy.truth import YES

T = TypeVar("T")
H = TypeVar("H", bound=str)


def retained(
    questions: Iterable[Question[T]], group: list[T], traits: Traits[T, H], now: float
) -> dict[H, KeepReason]:
    """The resources of one group (a package, a service) that any policy's `keep` holds, or a policy that only
    protects, each with the reason."""
    found: dict[H, KeepReason] = {}
    traits = traits.until(now)
    for each in questions:
        if each.policy.keep is None:
            held = (r for r in group if kept_by_policy((each,), r))
            found.update({traits.key(r): KeepReason.KEEP_POLICY for r in held if traits.key(r) not in found})
            continue
        chosen = [resource for resource in group if each.selects(resource) is YES]
        for reason, kept in _held(each.policy.keep, chosen, traits.asked_by(each.policy), now):
            for resource in kept:
                found.setdefault(traits.key(resource), reason)
    return found


def _held(
    keep: Retention, chosen: list[T], traits: Traits[T, H], now: float
) -> Iterator[tuple[KeepReason, Iterable[T]]]:
    if keep.tagged:
        matches = matcher(keep.tagged)
        yield KeepReason.KEEP_TAGGED, [r for r in chosen if any(map(matches, traits.tags(r)))]
    if keep.latest is not None:
        if traits.counts is not None:
            yield KeepReason.KEEP_LATEST, [r for r in chosen if traits.counts(r) is None]
        if keep.per is None:
            yield KeepReason.KEEP_LATEST, latest(chosen, keep.latest, traits)
        else:
            held = latest_of_each(chosen, keep.per, keep.latest, keep.latest_groups, traits)
            yield KeepReason.KEEP_LATEST, held
        if isinstance(keep.per, PerSemver):
            yield KeepReason.VERSION_UNREADABLE, unreadable(chosen, traits)
    if keep.rollback is not None:
        yield KeepReason.KEEP_ROLLBACK, _last_ready(chosen, keep.rollback, traits)
    if keep.newer_than is not None:
        oldest = now - keep.newer_than.total_seconds()
        yield KeepReason.KEEP_NEWER_THAN, [r for r in chosen if _not_before(traits.since(r), oldest)]


def _last_ready(chosen: list[T], count: int, traits: Traits[T, H]) -> list[T]:
    """The newest `count` that ever were ready, and all of which that is not known: these take no place."""
    ready = [(traits.ready(resource), resource) for resource in chosen]
    unknown = [resource for was, resource in ready if was is None]
    return unknown + latest([resource for was, resource in ready if was], count, traits)


def _not_before(time: float | None, oldest: float) -> bool:
    return time is None or time >= oldest


@dataclass(frozen=True, slots=True)
class Standing:
    """How one policy's `keep` treats one resource. `reason` is None where it does not hold it.

    `rank` is its place (1 is the newest) among the `of` resources that `latest` counts; None where it takes
    no place, where its time is unknown, or where `per` counts within groups. `rank_by_update` is its place by
    update, for kinds that `latest` counts by update too.
    """

    reason: KeepReason | None
    rank: int | None
    of: int
    rank_by_update: int | None = None


def standing(
    question: Question[T], group: list[T], traits: Traits[T, H], now: float, key: H
) -> Standing | None:
    """How one policy's `keep` treats one resource of a group, to explain it: asked of `retained` and `newest`.

    None where there is no `keep`, or the policy's selectors do not match the resource.
    """
    chosen, policy, traits = (
        [r for r in group if question.selects(r) is YES],
        question.policy,
        traits.until(now),
    )
    if policy.keep is None or all(traits.key(r) != key for r in chosen):
        return None
    reason = retained((question,), group, traits, now).get(key)
    counted = placed(chosen, traits.asked_by(policy))
    if policy.keep.latest is None or policy.keep.per is not None:
        return Standing(reason, None, len(counted))
    undated = sum(traits.made(r) is None for r in counted)
    ranks = [
        {traits.key(r): place + 1 for place, r in enumerate(newest(counted, len(counted), traits.key, time))}
        for time in traits.times
    ]
    by_update = ranks[1].get(key) if len(ranks) > 1 else None
    return Standing(reason, ranks[0].get(key), len(counted) - undated, by_update)
