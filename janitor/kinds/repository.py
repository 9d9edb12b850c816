"""artifact.repository: since when it is as it is, and who manages it."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from janitor.kinds.spec import InPolicies, KindSpec, Topic
from janitor.model.kinds import Kind
from janitor.model.resources import Contents, Image, Repository

SPEC = KindSpec(
    kind=Kind.REPOSITORY,
    collection="repositories",
    rank=10,
    description="an Artifact Registry repository of docker images, with everything in it",
    ages_from="the latest upload or update of an image in it, its own update, and the newest upload that the ledger remembers",
    read_permissions=("artifactregistry.repositories.get", "artifactregistry.repositories.list"),
    delete_permissions=("artifactregistry.repositories.delete",),
    delete_role="roles/artifactregistry.admin",
    console="artifacts",
    policies=InPolicies(
        instead={Topic.UNUSED: "write `unused: true` with `older_than`"},
        fields={
            "kind": "artifact.repository",
            "name": "images",
            "project": "my-project",
            "location": "europe-west1",
            "labels": {},
            "managed_by": ["terraform"],
            "size_bytes": 10**9,
        },
    ),
)
DOCKER = "DOCKER"
# Shared by every service deployed from source in a region: a literal name must say that it may go (R14).
SOURCE_DEPLOY = "cloud-run-source-deploy"
_MANAGED_REPOSITORIES = frozenset({"gcf-artifacts", "gae-standard", "firebaseapphosting-images"})
# Their names as globs: these and what stands behind a gcr.io domain.
MANAGED_NAMES = (*sorted(_MANAGED_REPOSITORIES), "gcr.io", "*.gcr.io")
_TERRAFORM = "goog-terraform-provisioned"


def has_managed_labels(labels: Mapping[str, str]) -> bool:
    """Whether Google put a label on it that says so: ``goog-*``, but for Terraform's mark (R14)."""
    return any(map(is_managed_label, labels))


def is_managed_label(key: str) -> bool:
    """Whether a label of this key is one of those."""
    return key.startswith("goog-") and key != _TERRAFORM


def is_managed(repository: Repository) -> bool:
    """Whether another Google product made it and needs it (R14)."""
    name = repository.name
    return name.repository in _MANAGED_REPOSITORIES or name.is_gcr or has_managed_labels(repository.labels)


def repository_since(
    repository: Repository, images: Iterable[Image], remembered: float | None = None
) -> datetime | None:
    """What `older_than` counts from (R37): the newest of the repository's update, the uploads and updates of its
    images, and of what the ledger remembers.

    None where its own update time, or any image's upload time, is not known.
    """
    found = list(images)
    uploads = [image.upload_time or 0.0 for image in found]
    if repository.update_time is None or min(uploads, default=1.0) <= 0:
        return None
    updates = [image.update_time or 0.0 for image in found]
    newest = max([*uploads, *updates, remembered or 0.0])
    return max(repository.update_time, datetime.fromtimestamp(newest, UTC))


def repository_times(repository: Repository, contents: Contents) -> list[float | None]:
    """The times from which the floor of one hour counts (R43), in epoch seconds: its own and those of all that
    was read of it."""
    own = [time.timestamp() if time else None for time in (repository.create_time, repository.update_time)]
    held = [image.upload_time for image in contents.images]
    held += [image.update_time for image in contents.images]
    held += [
        time for package in contents.packages or () for time in (package.create_time, package.update_time)
    ]
    return [*own, *held]
