"""Which images take a place in `keep.latest`, `per` and `largest`: releases, each once (R36)."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from dataclasses import replace
from functools import partial

from janitor.kinds.image import image_since
from janitor.model.resources import Image
from janitor.policy.family import Family, above, family_of
from janitor.policy.groups import Traits, placed
from janitor.policy.largest import Name
from janitor.policy.model import Policy
from janitor.policy.ranking import Competition
from janitor.policy.values import ArtifactTypeIs

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
        if (
            image.digest in own
            or image.digest not in family.indexes
            or not _takes_place(family, policy, image)
        ):
            continue
        if indexes := above(image.digest, family) & own:
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
