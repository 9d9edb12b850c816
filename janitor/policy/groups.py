"""`keep.latest` within the groups of `keep.per`: by what a tag captures, or by a part of its version.

An image belongs to each group that one of its tags says, and one that keeps it is enough. By tag, images of which
no tag says a group are one group more, the newest of which are kept: so `per` by tag never keeps less than `latest`
alone. By version, untagged images are that group; images whose tags are no versions are `unreadable`, and kept.
"""

import heapq
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from janitor.model.semver import Version, parse_version
from janitor.policy.patterns import captured
from janitor.policy.values import PerSemver, PerTag

T = TypeVar("T")
H = TypeVar("H", bound=str)

_PARTS = {"major": 1, "minor": 2, "patch": 3}
# Releases and prereleases have groups of their own, so that no candidate pushes out a release; and so has each
# variant, such as `alpine` (R39).
Series = tuple[bool, str, tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class Traits(Generic[T, H]):
    """How retention reads a kind. `made` ranks for `latest` (newest first, ties by key); `since`
    counts for `newer_than`; both are epoch seconds, None where not known. `versions` are the texts that may
    be versions, the tags where it is None. `ready`: whether it ever was
    ready, for `rollback`; None where that is not known."""

    key: Callable[[T], H]
    made: Callable[[T], float | None]
    since: Callable[[T], float | None]
    tags: Callable[[T], tuple[str, ...]]
    versions: Callable[[T], tuple[str, ...]] | None = None
    ready: Callable[[T], bool | None] = field(default=lambda _: False)


def latest(chosen: Iterable[T], count: int, traits: Traits[T, H]) -> list[T]:
    """The newest `count`, and beside them all whose time is unknown: they use up no place."""
    made = [(traits.made(resource), traits.key(resource), resource) for resource in chosen]
    undated = [resource for time, _, resource in made if time is None]
    dated = heapq.nsmallest(
        count, ((-time, key, resource) for time, key, resource in made if time is not None)
    )
    return undated + [resource for _, _, resource in dated]


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
    for place, name in enumerate(_newest_first(found, traits)):
        within = groups is None or place < groups
        yield from latest(found[name], count if within else 0, traits)
    yield from latest(others, count, traits)


def _newest_first(groups: Mapping[str, list[T]], traits: Traits[T, H]) -> list[str]:
    """By their newest, ties by name; those whose every time is unknown are kept as it is, and come last."""

    def age(name: str) -> tuple[float, str]:
        times = [time for time in map(traits.made, groups[name]) if time is not None]
        return (-max(times) if times else float("inf")), name

    return sorted(groups, key=age)


def _by_version(
    chosen: Iterable[T], parts: int, count: int, groups: int | None, traits: Traits[T, H]
) -> Iterator[T]:
    found: dict[Series, list[tuple[Version, T]]] = {}
    others: list[T] = []
    texts = traits.versions or traits.tags
    for resource in chosen:
        highest = _highest(texts(resource), parts)
        for series, version in highest.items():
            found.setdefault(series, []).append((version, resource))
        if not texts(resource):
            others.append(resource)
    for series in _highest_first(found, groups):
        ranked = sorted(found[series], key=lambda each: traits.key(each[1]))
        ranked.sort(key=lambda each: each[0], reverse=True)  # stable: ties stay by key
        yield from (resource for _, resource in ranked[:count])
    yield from latest(others, count, traits)


def unreadable(chosen: Iterable[T], traits: Traits[T, H]) -> list[T]:
    """Those of which no text can be read as a version, but for those without any text (R39)."""
    texts = traits.versions or traits.tags
    return [r for r in chosen if texts(r) and all(parse_version(text) is None for text in texts(r))]


def _highest(texts: Iterable[str], parts: int) -> dict[Series, Version]:
    """An image with several versions stands in a group by the highest of them, and takes one place."""
    found: dict[Series, Version] = {}
    for text in texts:
        version = parse_version(text)
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
