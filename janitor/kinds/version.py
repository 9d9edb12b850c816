"""artifact.version: a version of a package of another format than docker, and since when it is there."""

from janitor.kinds.repository import DOCKER
from janitor.kinds.spec import InPolicies, Keeps, KindSpec, Topic
from janitor.model.kinds import Kind
from janitor.model.resources import Mode, Repository, Version

SPEC = KindSpec(
    kind=Kind.VERSION,
    collection="versions",
    rank=8,
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
    console="artifacts",
    parent=Kind.PACKAGE,
    listed_by=Kind.REPOSITORY,
    batch=50,  # "determined by the service" (version.proto:188-213): the number is not verified
    labelled_by=Kind.REPOSITORY,
    policies=InPolicies(
        keep=Keeps.TAGGED_VERSIONS,
        says={
            "name": "Its package, such as left-pad or @team/web: a glob, or a list of globs.",
            "labels": "All of these labels of the version's repository; a value is a glob.",
            "managed_by": "The tool that created its repository, by the repository's labels or name.",
        },
        instead={
            Topic.TAG: "a version with a tag is never deleted: tags are of kind artifact.tag",
            Topic.UNTAGGED: "take it out: a version with a tag is never deleted",
        },
        named_by=("repository",),
        fields={
            "kind": "artifact.version",
            "name": "left-pad",
            "repository": "libs",
            "format": "npm",
            "project": "my-project",
            "location": "europe-west1",
            "labels": {},
            "version": "1.2.3",
            "tags": ["next"],
            "size_bytes": 10**6,
            "managed_by": ["terraform"],
        },
    ),
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
