"""`keep.latest` within the groups of `keep.per`: by what a tag captures, or by a part of its version.

An image belongs to each group that one of its tags says, and one that keeps it is enough. By tag, images of which
no tag says a group are one group more, the newest of which are kept: so `per` by tag never keeps less than `latest`
alone. By version, untagged images are that group; images whose tags are no versions are `unreadable`, and kept.
"""

import heapq
from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Generic, TypeVar

from janitor.model.semver import Version, parse_version
from janitor.policy.model import PerSemver, PerTag, Policy
from janitor.policy.patterns import captured

T = TypeVar("T")
H = TypeVar("H", bound=str)

_PARTS = {"major": 1, "minor": 2, "patch": 3}
# Releases and prereleases have groups of their own, so that no candidate pushes out a release; and so has each
# variant, such as `alpine` (R39).
Series = tuple[bool, str, tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class Traits(Generic[T, H]):
    """How retention reads a kind. Times are epoch seconds, None where not known.

    - `made` ranks for `latest` (newest first, ties by key); `updated`, where a kind has it, ranks a second
      time, and the newest by either are kept (R37). `since` counts for `newer_than`.
    - `versions` are the texts that may be versions, the tags where it is None.
    - `parse` reads such a text, None where it is no version.
    - `ready`: whether it ever was ready, for `rollback`; None where that is not known.
    - `takes_place`: whether a resource takes a place in a policy's `latest` (R36); None: it takes no place and
      is held. `counts` is the same of the policy that asks (`asked_by`).
    - `above`: the keys of the indexes that hold it, at any depth.
    """

    key: Callable[[T], H]
    made: Callable[[T], float | None]
    since: Callable[[T], float | None]
    tags: Callable[[T], tuple[str, ...]]
    versions: Callable[[T], tuple[str, ...]] | None = None
    parse: Callable[[str], Version | None] = parse_version
    ready: Callable[[T], bool | None] = field(default=lambda _: False)
    updated: Callable[[T], float | None] | None = None
    takes_place: Callable[[Policy, T], bool | None] | None = None
    counts: Callable[[T], bool | None] | None = None
    above: Callable[[T], Set[str]] | None = None

    def asked_by(self, policy: Policy) -> "Traits[T, H]":
        """The traits as one policy asks for them."""
        return self if self.takes_place is None else replace(self, counts=partial(self.takes_place, policy))

    def until(self, now: float) -> "Traits[T, H]":
        """The traits with which a time in the future is not known (R5): it takes no place."""
        return replace(self, made=_until(now, self.made), updated=self.updated and _until(now, self.updated))

    @property
    def times(self) -> tuple[Callable[[T], float | None], ...]:
        """The times by which `latest` counts."""
        return (self.made,) if self.updated is None else (self.made, self.updated)


def _until(now: float, time: Callable[[T], float | None]) -> Callable[[T], float | None]:
    def run(resource: T) -> float | None:
        at = time(resource)
        return None if at is None or at > now else at

    return run


def placed(members: Iterable[T], traits: Traits[T, H]) -> list[T]:
    """The members of a group that take a place of their own: no child of another one that does (R36)."""
    counts = traits.counts
    found = [resource for resource in members if counts is None or counts(resource)]
    if traits.above is None:
        return found
    keys = {traits.key(resource) for resource in found}
    return [resource for resource in found if keys.isdisjoint(traits.above(resource))]


def _rankings(members: Iterable[T], traits: Traits[T, H]) -> list[list[T]]:
    """The members that take a place; and, where they differ, those that no index of the package holds at all. What
    either way of counting keeps is kept: an index may be in another group, or take no place itself."""
    found = placed(members, traits)
    if traits.above is None:
        return [found]
    top = [resource for resource in found if not traits.above(resource)]
    return [found] if len(top) == len(found) else [found, top]


def newest(
    chosen: Iterable[T], count: int, key: Callable[[T], H], time: Callable[[T], float | None]
) -> list[T]:
    """The newest `count` by one time, the newest first, ties by key; none whose time is unknown."""
    made = ((time(resource), key(resource), resource) for resource in chosen)
    ranked = heapq.nsmallest(count, ((-at, name, resource) for at, name, resource in made if at is not None))
    return [resource for _, _, resource in ranked]


def latest(chosen: Iterable[T], count: int, traits: Traits[T, H]) -> list[T]:
    """The newest `count` by each time, and all whose time is unknown: these take no place."""
    found: list[T] = []
    for members in _rankings(chosen, traits):
        found += [resource for resource in members if traits.made(resource) is None]
        for time in traits.times:
            found += newest(members, count, traits.key, time)
    return found


def latest_of_each(
    chosen: Iterable[T], per: PerTag | PerSemver, count: int, groups: int | None, traits: Traits[T, H]
) -> Iterator[T]:
    """The last `count` of each group, of the last `groups` groups (None: of all); the same one may come
    more than once. By tag the newest is the last, by version the one of the highest precedence."""
    if isinstance(per, PerTag):
        return _by_tag(chosen, captured(per.expression), count, groups, traits)
    return _by_version(chosen, _PARTS[per.part], count, groups, traits)


def _by_tag(
    chosen: Iterable[T], capture: Callable[[str], str | None], count: int, groups: int | None,
    traits: Traits[T, H],
) -> Iterator[T]:  # fmt: skip
    found: dict[str, list[T]] = {}
    others: list[T] = []
    for resource in chosen:
        names = {name for tag in traits.tags(resource) if (name := capture(tag)) is not None}
        for name in names:
            found.setdefault(name, []).append(resource)
        if not names:
            others.append(resource)
    own = {name: members for name, group in found.items() if (members := placed(group, traits))}
    last = {name for time in traits.times for name in _newest_first(own, time)[:groups]}
    for name, group in found.items():
        yield from latest(group, count if name in last else 0, traits)
    yield from latest(others, count, traits)


def _newest_first(groups: Mapping[str, list[T]], time: Callable[[T], float | None]) -> list[str]:
    """By their newest, ties by name; groups whose every time is unknown are kept anyway, and come last."""

    def age(name: str) -> tuple[float, str]:
        times = [at for at in map(time, groups[name]) if at is not None]
        return (-max(times) if times else float("inf")), name

    return sorted(groups, key=age)


def _by_version(
    chosen: Iterable[T], parts: int, count: int, groups: int | None, traits: Traits[T, H]
) -> Iterator[T]:
    found: dict[Series, list[tuple[Version, T]]] = {}
    others: list[T] = []
    texts = traits.versions or traits.tags
    for resource in chosen:
        highest = _highest(map(traits.parse, texts(resource)), parts)
        for series, version in highest.items():
            found.setdefault(series, []).append((version, resource))
        if not texts(resource):
            others.append(resource)
    own = [series for series, group in found.items() if placed((r for _, r in group), traits)]
    for series in _highest_first(own, groups):
        ranked = sorted(found[series], key=lambda each: traits.key(each[1]))
        ranked.sort(key=lambda each: each[0], reverse=True)  # stable: ties stay by key
        for members in _rankings([resource for _, resource in ranked], traits):
            yield from members[:count]
    yield from latest(others, count, traits)


def unreadable(chosen: Iterable[T], traits: Traits[T, H]) -> list[T]:
    """Those of which no text can be read as a version, but for those without any text (R39)."""
    texts, counts = traits.versions or traits.tags, traits.counts
    return [
        resource
        for resource in chosen
        if (counts is None or counts(resource))
        and texts(resource)
        and all(traits.parse(text) is None for text in texts(resource))
    ]


def _highest(versions: Iterable[Version | None], parts: int) -> dict[Series, Version]:
    """An image with several versions stands in a group by the highest of them, and takes one place."""
    found: dict[Series, Version] = {}
    for version in versions:
        if version is not None:
            series = version.released, version.variant, version.numbers[:parts]
            found[series] = max(version, found.get(series, version))
    return found


def _highest_first(found: Iterable[Series], groups: int | None) -> list[Series]:
    """Of each variant the last `groups` of the releases, and as many of the prereleases."""
    lines: dict[tuple[bool, str], list[Series]] = {}
    for series in sorted(found, reverse=True):
        lines.setdefault(series[:2], []).append(series)
    return [series for line in lines.values() for series in line[:groups]]
