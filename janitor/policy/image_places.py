"""Which images take a place in `keep.latest`, `per` and `largest`: releases, each once (R36)."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import partial

from janitor.kinds.image import image_since
from janitor.model.resources import Image
from janitor.policy.family import Family, above, family_of
from janitor.policy.groups import Traits, placed
from janitor.policy.values import ArtifactTypeIs, Policy

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
) -> Callable[[Policy, list[Image]], list[Image]]:
    """The images of a repository that take a place in `largest`, of those that a policy's selectors match."""

    def run(policy: Policy, selected: list[Image]) -> list[Image]:
        everything = by_package(images)
        found: list[Image] = []
        for package, group in by_package(selected).items():
            family = family_of(everything[package], subjects)
            found += placed(group, image_traits(family).asked_by(policy))
        return found

    return run


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
