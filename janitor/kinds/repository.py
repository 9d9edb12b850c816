"""artifact.repository: since when it is as it is, and who manages it."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from janitor.model.resources import Image, Repository

IS = "an Artifact Registry repository of docker images, with all in it"
AGES_FROM = "the later of its update and its newest upload"
READ_PERMISSIONS = ("artifactregistry.repositories.get", "artifactregistry.repositories.list")
DELETE_PERMISSIONS = ("artifactregistry.repositories.delete",)
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


def repository_since(repository: Repository, images: Iterable[Image]) -> datetime | None:
    """What `older_than` counts from (R7): the later of its update and its newest upload.

    None where its own update time, or any image's upload time, is not known.
    """
    uploads = [image.upload_time for image in images]
    if repository.update_time is None or None in uploads:
        return None
    newest = max((time for time in uploads if time is not None), default=0.0)
    return max(repository.update_time, datetime.fromtimestamp(newest, UTC))
