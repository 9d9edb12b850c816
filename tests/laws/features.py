"""What a generated world holds of what real registries show, so that no law holds over an empty set."""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime

from janitor.model.inventory import Gap
from janitor.model.kinds import Kind
from janitor.model.names import RepositoryName
from janitor.model.resources import Contents, Image, Mode
from tests.laws.worlds import World
from tests.making import NOW

_COSIGN = "sha256-"


def features(world: World) -> frozenset[str]:
    """The names of all features that a world has."""
    return frozenset(name for name, has in FEATURES.items() if has(world))


def _docker(world: World) -> Iterator[tuple[RepositoryName, Contents]]:
    return (
        (name, found) for name, found in world.contents.items() if not isinstance(found, Gap) and found.images
    )


def _any(has: Callable[[Contents, Image], bool]) -> Callable[[World], bool]:
    """Whether a world has an image for which this is so."""
    return lambda world: any(has(found, image) for _, found in _docker(world) for image in found.images)


def _held(found: Contents, image: Image) -> bool:
    return any(
        image.digest in each.children
        for each in found.images
        if each.package == image.package and each is not image
    )


def _about(image: Image) -> Iterator[str]:
    return (f"sha256:{tag[7:71]}" for tag in image.tags if tag.startswith(_COSIGN))


def _known(found: Contents, image: Image) -> set[str]:
    return {each.digest for each in found.images if each.package == image.package}


def _is_unknown_referrer(found: Contents, image: Image) -> bool:
    key = (image.package, image.digest)
    return bool(image.artifact_type) and key not in found.subjects and not any(_about(image))


def _has_lost_its_subject(found: Contents, image: Image) -> bool:
    return any(about not in _known(found, image) for about in _about(image))


def _moved(found: Contents, image: Image) -> bool:
    """A tag of it is on another image of its package too: it was put there while pages were read."""
    others = [each for each in found.images if each.package == image.package and each is not image]
    return any(tag in each.tags for tag in image.tags for each in others)


def _shared(found: Contents, image: Image) -> bool:
    return any(each.digest == image.digest and each.package != image.package for each in found.images)


def _future(time: float | None) -> bool:
    return time is not None and datetime.fromtimestamp(time, UTC) > NOW


FEATURES: Mapping[str, Callable[[World], bool]] = {
    "a child of an index that has a tag": _any(lambda found, image: bool(image.tags) and _held(found, image)),
    "an index without a size": _any(lambda _, image: bool(image.children) and not image.size_bytes),
    "an index within an index": _any(lambda found, image: bool(image.children) and _held(found, image)),
    "a referrer whose subject is not known": _any(_is_unknown_referrer),
    "an artifact about several images": _any(
        lambda found, image: len(found.subjects.get((image.package, image.digest), ())) > 1
    ),
    "a signature whose subject is gone": _any(_has_lost_its_subject),
    "an update later than the upload": _any(
        lambda _, image: (image.update_time or 0) > (image.upload_time or 0) > 0
    ),
    "a time that is not known": _any(lambda _, image: image.upload_time is None),
    "a time in the future": _any(lambda _, image: _future(image.upload_time)),
    "a digest in two packages": _any(_shared),
    "a tag that moved while pages were read": _any(_moved),
    "a virtual repository": lambda world: any(each.mode is Mode.VIRTUAL for each in world.repositories),
    "a remote repository with an upstream of ours": lambda world: any(
        each.upstream_uri for each in world.repositories
    ),
    "immutable tags": lambda world: any(each.immutable_tags for each in world.repositories),
    "another format than docker": lambda world: any(each.format != "DOCKER" for each in world.repositories),
    "a version with a tag": lambda world: any(
        version.tags
        for found in world.contents.values()
        if not isinstance(found, Gap)
        for package in found.packages or ()
        for version in package.versions
    ),
    "a running execution": lambda world: any(
        each.completion_time is None for each in world.workloads.of(Kind.EXECUTION)
    ),
    "an instance": lambda world: bool(world.workloads.of(Kind.INSTANCE)),
    "no workload": lambda world: (
        not any(
            (
                world.workloads.of(Kind.SERVICE),
                world.workloads.of(Kind.JOB),
                world.workloads.of(Kind.WORKER_POOL),
                world.workloads.of(Kind.INSTANCE),
            )
        )
    ),
    "references from a file": lambda world: bool(world.policies.protect.references),
    "nested conditions": lambda world: any(len(each.when.parts) > 1 for each in world.policies.policies),
}
