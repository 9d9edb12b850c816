"""artifact.package: a package with all of its versions, and since when nothing was published in it."""

import hashlib
from collections.abc import Iterable

from janitor.model.resources import Image, Package

IS = "a package of a repository of any format, with all of its versions and tags"
AGES_FROM = "its newest upload; of an empty one its own update"
READ_PERMISSIONS = (
    "artifactregistry.packages.get",
    "artifactregistry.packages.list",
    "artifactregistry.versions.list",
    "artifactregistry.tags.list",
    "artifactregistry.files.list",
    "artifactregistry.dockerimages.list",
)
DELETE_PERMISSIONS = ("artifactregistry.packages.delete",)


def package_since(package: Package, uploads: Iterable[float | None]) -> float | None:
    """What `older_than` counts from (R7), in epoch seconds: its newest upload.

    None where any upload's time is not known; an empty package counts from its own update.
    """
    times = list(uploads)
    if not times:
        return package.update_time
    return None if None in times else max(time for time in times if time is not None)


def held_in(package: Package, images: Iterable[Image]) -> list[tuple[str, tuple[str, ...]]]:
    """The id and the tags of each version; `images` are those of a docker package."""
    return [(i.digest, i.tags) for i in images] or [(v.id, v.tags) for v in package.versions]


def fingerprint(held: Iterable[tuple[str, tuple[str, ...]]]) -> str:
    """One text for all that a package holds: each version's id with its tags, whatever the order."""
    rows = sorted(f"{id_} {' '.join(sorted(tags))}" for id_, tags in held)
    return hashlib.sha256("\n".join(rows).encode()).hexdigest()
