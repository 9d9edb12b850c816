"""artifact.version: a version of a package of another format than docker, and since when it is there."""

from janitor.kinds.repository import DOCKER
from janitor.kinds.spec import KindSpec
from janitor.model.kinds import Kind
from janitor.model.resources import Mode, Repository, Version

SPEC = KindSpec(
    kind=Kind.VERSION,
    collection="versions",
    description="a version of a package in a format other than docker (npm, Python, Maven, apt, generic, …)",
    ages_from="its creation",
    read_permissions=(
        "artifactregistry.packages.list",
        "artifactregistry.versions.list",
        "artifactregistry.versions.get",
        "artifactregistry.tags.list",
        "artifactregistry.files.list",
    ),
    delete_permissions=("artifactregistry.versions.delete",),
    delete_role="roles/artifactregistry.repoAdmin",
    parent=Kind.PACKAGE,
    listed_by=Kind.REPOSITORY,
    batch=50,  # "determined by the service" (version.proto:188-213): the number is not verified
    named_by=("repository",),
)
# What policies call the formats: Repository.Format (repository.proto:521-554) in small letters.
FORMATS = ("apt", "generic", "go", "kfp", "maven", "npm", "python", "ruby", "yum")


def holds_versions(repository: Repository) -> bool:
    """Whether versions of it may ever go: a standard repository of another format than docker.

    A docker version is an artifact.image; what a remote repository holds is a cache, a virtual one
    holds nothing (R13).
    """
    return repository.mode is Mode.STANDARD and repository.format != DOCKER


def version_since(version: Version) -> float | None:
    """What `older_than` counts from (R7): its creation, in epoch seconds."""
    return version.create_time


def version_times(version: Version) -> tuple[float | None, ...]:
    """The times from which the floor of one hour counts (R43): its creation and its update."""
    return version.create_time, version.update_time


def state_of(version: Version) -> str:
    """One text that changes when the version does: its times, to the microsecond."""
    times = (version.create_time, version.update_time)
    return " ".join("-" if time is None else f"{time:.6f}" for time in times)
