"""Retention: which resources `keep` holds, counted over everything that the selectors match (R9, R10, R36, R37)."""

import heapq
from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Generic, TypeVar

from janitor.kinds.image import image_since
from janitor.model.reasons import KeepReason
from janitor.model.resources import Image
from janitor.model.semver import SemanticVersion, parse_version
from janitor.policy.conditions.contents import ArtifactTypeIs
from janitor.policy.conditions.patterns import captured, matcher
from janitor.policy.conditions.ranking import Competition, Name
from janitor.policy.conditions.truth import YES
from janitor.policy.deciding.image_graph import Family, above, family_of
from janitor.policy.deciding.verdict import CompiledPolicy, kept_by_policy
from janitor.policy.model import PerSemver, PerTag, Policy, Retention

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
    parse: Callable[[str], SemanticVersion | None] = parse_version
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
    """The members that take a place; and of these those that no index of the package holds at all. What either
    way of counting keeps is kept: an index may be in another group, or take no place itself."""
    found = placed(members, traits)
    if traits.above is None:
        return [found]
    return [found, [resource for resource in found if not traits.above(resource)]]


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
    found: dict[Series, list[tuple[SemanticVersion, T]]] = {}
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


def _highest(versions: Iterable[SemanticVersion | None], parts: int) -> dict[Series, SemanticVersion]:
    """An image with several versions stands in a group by the highest of them, and takes one place."""
    found: dict[Series, SemanticVersion] = {}
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


TRAITS: Traits[Image, str] = Traits(
    key=lambda image: image.digest,
    made=lambda image: image.upload_time,
    since=image_since,
    tags=lambda image: image.tags,
    updated=image_since,
)


def image_traits(family: Family) -> Traits[Image, str]:
    """How retention reads the images of one package."""
    holders = partial(_above, family) if family.indexes else None
    return replace(TRAITS, takes_place=partial(_takes_place, family), above=holders)


def competing(
    images: Iterable[Image], subjects: Mapping[tuple[str, str], tuple[str, ...]]
) -> Callable[[Policy, list[Image]], Competition[Image]]:
    """The images of a repository that take a place in `largest`, of those that a policy's selectors match."""

    def run(policy: Policy, selected: list[Image]) -> Competition[Image]:
        everything = by_package(images)
        found: list[Image] = []
        shared: dict[Name, frozenset[Name]] = {}
        for package, group in by_package(selected).items():
            family = family_of(everything[package], subjects)
            own = placed(group, image_traits(family).asked_by(policy))
            found += own
            shared.update(_shared(policy, family, group, {image.digest for image in own}))
        return Competition(found, shared)

    return run


def _shared(
    policy: Policy, family: Family, group: Iterable[Image], own: Set[str]
) -> Iterator[tuple[Name, frozenset[Name]]]:
    """Each child without a place of its own, and the indexes whose place it shares (R36). `own` are the digests
    that take a place."""
    for image in group:
        indexes = above(image.digest, family) & own
        if indexes and _takes_place(family, policy, image):
            yield (image.package, image.digest), frozenset((image.package, index) for index in indexes)


def by_package(images: Iterable[Image]) -> dict[str, list[Image]]:
    """The images of each package."""
    packages: dict[str, list[Image]] = {}
    for image in images:
        packages.setdefault(image.package, []).append(image)
    return packages


def names_a_type(policy: Policy) -> bool:
    """Whether `when` itself says of which artifact type its images are."""
    return any(isinstance(part, ArtifactTypeIs) for part in policy.when.parts)


def _takes_place(family: Family, policy: Policy, image: Image) -> bool:
    """No referrer takes a place, whether its subject is known or not, and no image of a type that the policy does
    not name."""
    if image.digest in family.referrers or image.digest in family.orphans:
        return False
    return not image.artifact_type or names_a_type(policy)


def _above(family: Family, image: Image) -> set[str]:
    return above(image.digest, family)


def retained(
    questions: Iterable[CompiledPolicy[T]], group: list[T], traits: Traits[T, H], now: float
) -> dict[H, KeepReason]:
    """The resources of one group (a package, a service) that any policy's `keep` holds, or a policy that only
    protects, each with the reason."""
    found: dict[H, KeepReason] = {}
    traits = traits.until(now)
    for each in questions:
        if each.policy.keep is None:
            if not each.policy.deletes:
                held = (r for r in group if kept_by_policy((each,), r))
                found.update(
                    {traits.key(r): KeepReason.KEEP_POLICY for r in held if traits.key(r) not in found}
                )
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
class RetentionAnswer:
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
    question: CompiledPolicy[T], group: list[T], traits: Traits[T, H], now: float, key: H
) -> RetentionAnswer | None:
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
        return RetentionAnswer(reason, None, len(counted))
    undated = sum(traits.made(r) is None for r in counted)
    ranks = [
        {traits.key(r): place + 1 for place, r in enumerate(newest(counted, len(counted), traits.key, time))}
        for time in traits.times
    ]
    by_update = ranks[1].get(key) if len(ranks) > 1 else None
    return RetentionAnswer(reason, ranks[0].get(key), len(counted) - undated, by_update)
