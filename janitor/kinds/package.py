"""artifact.package: a package with all of its versions, and since when nothing was published in it."""

import hashlib
from collections.abc import Iterable

from janitor.kinds.image import image_since, image_times
from janitor.kinds.spec import InPolicies, KindSpec, Topic
from janitor.kinds.version import version_times
from janitor.model.kinds import Kind
from janitor.model.resources import Image, Package

SPEC = KindSpec(
    kind=Kind.PACKAGE,
    collection="packages",
    rank=9,
    description="a package of a repository of any format, with all versions and tags in it",
    ages_from="the latest upload or update of anything in it, its own update, and the newest upload that the ledger remembers",
    read_permissions=(
        "artifactregistry.packages.get",
        "artifactregistry.packages.list",
        "artifactregistry.versions.list",
        "artifactregistry.tags.list",
        "artifactregistry.files.list",
        "artifactregistry.dockerimages.list",
    ),
    delete_permissions=("artifactregistry.packages.delete",),
    delete_role="roles/artifactregistry.repoAdmin",
    console="artifacts/docker/{project}/{location}/{name}/{package}",
    parent=Kind.REPOSITORY,
    listed_by=Kind.REPOSITORY,
    labelled_by=Kind.REPOSITORY,
    policies=InPolicies(
        says={
            "name": "Its name, such as left-pad, @team/web or team/app: a glob, or a list of globs.",
            "labels": "All of these labels of the package's repository; a value is a glob.",
            "managed_by": "The tool that created its repository, by the repository's labels or name.",
        },
        instead={
            Topic.VERSION: "versions are of kind artifact.version, which has `version` and `version_semver`",
        },
        named_by=("repository",),
        fields={
            "kind": "artifact.package",
            "name": "left-pad",
            "repository": "libs",
            "format": "npm",
            "project": "my-project",
            "location": "europe-west1",
            "labels": {},
            "versions": 12,
            "size_bytes": 10**6,
            "managed_by": ["terraform"],
        },
    ),
)


def package_since(
    package: Package, held: Iterable[float | None], remembered: float | None = None
) -> float | None:
    """What `older_than` counts from (R37), in epoch seconds: the newest of the package's update, the times of
    what it holds, and of what the ledger remembers.

    None where its own update, or the time of anything in it, is not known.
    """
    times = [package.update_time, *held]
    if any(time is None or time <= 0 for time in times):
        return None
    return max(time for time in (*times, remembered) if time is not None)


def held_since(package: Package, images: Iterable[Image]) -> list[float | None]:
    """What the age of each version counts from; `images` are those of a docker package."""
    return [image_since(image) for image in images] or [_later(*version_times(v)) for v in package.versions]


def _later(created: float | None, updated: float | None) -> float | None:
    return created if created is None or updated is None else max(created, updated)


def package_times(package: Package, images: Iterable[Image]) -> list[float | None]:
    """The times from which the floor of one hour counts (R43): its own and those of all that it holds."""
    held = [time for image in images for time in image_times(image)]
    held += [time for version in package.versions for time in version_times(version)]
    return [package.create_time, package.update_time, *held]


def held_in(package: Package, images: Iterable[Image]) -> list[tuple[str, tuple[str, ...]]]:
    """The id and the tags of each version; `images` are those of a docker package."""
    return [(i.digest, i.tags) for i in images] or [(v.id, v.tags) for v in package.versions]


def package_fingerprint(held: Iterable[tuple[str, tuple[str, ...]]]) -> str:
    """One text for all that a package holds: each version's id with its tags, whatever the order."""
    rows = sorted(f"{id_} {' '.join(sorted(tags))}" for id_, tags in held)
    return hashlib.sha256("\n".join(rows).encode()).hexdigest()
